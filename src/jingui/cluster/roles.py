"""六（一）安全防护: three database roles, so that the runtime cannot rewrite what it entered [6.1]

`jingui_root` manages the cluster, `jingui_owner` owns database and schema and migrates, `jingui_app` runs:
it owns nothing and gets what the grants table names. Passwords are random and leave this process only as
SCRAM verifiers.
"""

import secrets
from typing import Literal

import psycopg
from psycopg import sql

from jingui.cluster.address import Address
from jingui.cluster.layout import Layout
from jingui.core.errors import Misconfigured
from jingui.core.word import N_

RoleName = Literal["root", "owner", "app"]
ROOT, OWNER, APP = "jingui_root", "jingui_owner", "jingui_app"
ROLES: dict[RoleName, str] = {"root": ROOT, "owner": OWNER, "app": APP}
DATABASE = "jingui"


def password(layout: Layout, role: RoleName) -> str:
    """The password of `role` (`root`, `owner`, `app`); raises Misconfigured when its file is gone or unreadable."""
    path = layout.secret / role
    try:
        return path.read_text().strip()
    except OSError:
        # no new one is made here: it would not be the one the server knows
        raise Misconfigured(
            N_("数据库口令文件缺失或无法读取。"), N_("请以安装时的账号运行，或从备份恢复该文件。"), path=str(path)
        ) from None


def make_passwords(layout: Layout) -> None:
    """Make home/secret (0700) and a random password for each role that has none (0600)."""
    layout.secret.mkdir(mode=0o700, exist_ok=True)
    layout.secret.chmod(0o700)
    for role in ROLES:
        if not (layout.secret / role).exists():
            layout.write(layout.secret / role, secrets.token_urlsafe(32) + "\n")


def ensure(root: Address, *, owner_password: str, app_password: str) -> None:
    """Make both roles and the database, or set them right if they exist; safe to repeat after a crash."""
    with psycopg.connect(root.named("postgres").psycopg(), autocommit=True) as link:
        for role, word in ((OWNER, owner_password), (APP, app_password)):
            known = link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
            verifier = link.pgconn.encrypt_password(word.encode(), role.encode(), b"scram-sha-256").decode()
            link.execute(
                sql.SQL(
                    "{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS"
                    " PASSWORD {verifier}"
                ).format(
                    verb=sql.SQL("ALTER" if known else "CREATE"),
                    role=sql.Identifier(role),
                    verifier=sql.Literal(verifier),
                )
            )
        # a forgotten transaction would hold back the sequencer, which waits for the oldest one
        idle = sql.SQL("ALTER ROLE {} SET idle_in_transaction_session_timeout = '60s'")
        link.execute(idle.format(sql.Identifier(APP)))
        for name in ("postgres", "template1"):
            link.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    make_database(root, DATABASE)


def make_database(root: Address, name: str, *, template: str = "template0") -> None:
    """Make database `name`, the owner's with its schema `public`; the runtime may connect and use, not create."""
    with psycopg.connect(root.named("postgres").psycopg(), autocommit=True) as link:
        if link.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
            link.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template)
                )
            )
        database, app = sql.Identifier(name), sql.Identifier(APP)
        link.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        link.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, app))
    with psycopg.connect(root.named(name).psycopg(), autocommit=True) as link:
        link.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(OWNER)))
        link.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        link.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(app))
