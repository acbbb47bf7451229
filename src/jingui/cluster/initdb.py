"""六（一）安全防护: making the cluster's data directory and its configuration [6.1]"""

import secrets
import shutil
from pathlib import Path

from jingui.cluster import archive, folders, roles, settings
from jingui.cluster.account import Account
from jingui.cluster.binaries import Binaries
from jingui.cluster.layout import PORT, Layout, Record
from jingui.cluster.trouble import enough_space
from jingui.core.errors import Misconfigured
from jingui.core.word import N_

INIT_NEEDS = 256 << 20
"""Free bytes an empty cluster and its first log files take."""
ACCESS = """# written by jingui: a private socket, a password for everybody, nothing from the network
local  all          all          scram-sha-256
local  replication  jingui_root  scram-sha-256
"""
OWN_FILE = "jingui.conf"


def make(layout: Layout, *, programs: Binaries, account: Account, durable: bool, archives: bool) -> None:
    """Make data, log and passwords, then the record; a half-made earlier attempt is thrown away first.

    Checksums are on, the locale is C.UTF-8 (the database's own where PostgreSQL has it), so an upgrade of the
    system's libraries cannot change an index's order.
    """
    if layout.data.exists() and any(layout.data.iterdir()):
        raise Misconfigured(
            N_("数据目录已有内容，但没有登记。"), N_("请从备份恢复登记文件，或另选目录。"), path=str(layout.data)
        )
    enough_space(layout.server, INIT_NEEDS)
    roles.make_passwords(layout)
    folders.make_private(layout.log.parent, account)
    # an initdb whose caller was killed may still be writing: each attempt has a place of its own
    for left in layout.server.glob("data.*.new"):
        shutil.rmtree(left, ignore_errors=True)
    fresh = layout.server / f"data.{secrets.token_hex(4)}.new"
    folders.make_private(fresh, account)
    once = layout.server / "log" / "password"
    layout.write(once, roles.password(layout, "root") + "\n", owner=account)
    try:
        said = account.run(_words(programs, fresh, once, durable=durable), limit=300.0)
    finally:
        once.unlink(missing_ok=True)
    if said.code != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise Misconfigured(
            N_("数据库目录未能建立。"), N_("请按所示原因改正后重试。"), path=str(layout.home), said=said.text[-300:]
        )
    run = folders.socket_folder(layout.server, account)
    record = Record(user=account.name, major=programs.major, durable=durable, run=run)
    layout.write(fresh / "pg_hba.conf", ACCESS, owner=account)
    original = (fresh / "postgresql.conf").read_text()
    layout.write(fresh / "postgresql.conf", f"{original}\ninclude '{OWN_FILE}'\n", owner=account)
    _write_settings(layout, fresh, record, account, archives=archives)
    shutil.rmtree(layout.data, ignore_errors=True)
    fresh.rename(layout.data)
    layout.save(record)


def configure(layout: Layout, record: Record, account: Account, *, archives: bool) -> None:
    """Write the server's settings for this machine, this socket and the operator's choices."""
    _write_settings(layout, layout.data, record, account, archives=archives)


def data_major(data: Path) -> int:
    """The major version `data` was made by; raises Misconfigured when it is no data directory."""
    try:
        return int((data / "PG_VERSION").read_text().strip())
    except (OSError, ValueError):
        raise Misconfigured(N_("数据目录缺失、损坏或无法读取。"), N_("请从备份恢复。"), path=str(data)) from None


def _write_settings(layout: Layout, data: Path, record: Record, account: Account, *, archives: bool) -> None:
    """Write the settings file into `data`; one that `archives` also hands over its log, segment by segment."""
    memory, cores = settings.machine()
    chosen = {
        **settings.tuned(memory=memory, cores=cores, durable=record.durable),
        **settings.checked(record.settings),
        "port": str(PORT),
        # a list: quoted, so that a comma in the path stays one
        "unix_socket_directories": f'"{layout.server / record.run}"',
        **(archive.prepared(layout, account) if archives else {}),
    }
    layout.write(data / OWN_FILE, settings.rendered(chosen), owner=account)


def _words(programs: Binaries, data: Path, password: Path, *, durable: bool) -> list[str | Path]:
    """initdb's command line."""
    locale = ["--locale-provider=builtin"] if programs.major >= 17 else ["--locale-provider=libc"]
    return [
        programs.program("initdb"),
        "--pgdata",
        data,
        "--username",
        roles.ROOT,
        "--pwfile",
        password,
        "--auth-local=scram-sha-256",
        "--auth-host=scram-sha-256",
        "--encoding=UTF8",
        *locale,
        "--locale=C.UTF-8",
        "--data-checksums",
        "--no-instructions",
        *([] if durable else ["--no-sync"]),
    ]
