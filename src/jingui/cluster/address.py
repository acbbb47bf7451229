"""六（一）安全防护: where the database is and who connects [6.1]"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from jingui.core.errors import Misconfigured
from jingui.core.word import N_

APP_URL, OWNER_URL = "JINGUI_DATABASE_URL", "JINGUI_OWNER_URL"
ASYNCPG_QUERY = ("sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "target_session_attrs")
"""libpq parameters that asyncpg reads from a URL; it does not know the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One role's way into one database; `host` is a socket directory, a name, or names with commas.

    `options` are further libpq parameters. The password never shows in a representation.
    """

    host: str
    port: int = 5432
    user: str
    password: str = field(repr=False)
    database: str
    options: tuple[tuple[str, str], ...] = ()

    def named(self, database: str) -> "Address":
        """The same role's way into another database of the same server."""
        return replace(self, database=database)

    def psycopg(self) -> str:
        """A libpq connection string (with the password: not for logs)."""
        return make_conninfo("", **self._libpq())

    def asyncpg(self) -> dict[str, Any]:
        """Keyword arguments of `asyncpg.connect` and `asyncpg.create_pool`."""
        chosen = {name: value for name, value in self.options if name in ASYNCPG_QUERY}
        session = chosen.pop("target_session_attrs", "")
        hosts = self.host.split(",")
        ports = [int(port) for port in dict(self.options).get("port", str(self.port)).split(",")]
        if len(ports) != len(hosts):
            ports = ports[:1] * len(hosts)
        arguments: dict[str, Any] = {
            "host": hosts if len(hosts) > 1 else hosts[0],
            "port": ports if len(hosts) > 1 else ports[0],
            "user": self.user,
            "password": self.password,
            "database": self.database,
        }
        if session:
            arguments["target_session_attrs"] = session
        if chosen:
            # asyncpg takes certificates by name only from a DSN; explicit arguments still win over it
            arguments["dsn"] = "postgresql:///?" + make_query(chosen)
        return arguments

    def django(self) -> dict[str, Any]:
        """An entry of Django's DATABASES."""
        libpq = self._libpq()
        return {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": self.host,
            "PORT": str(libpq.get("port", self.port)),
            "USER": self.user,
            "PASSWORD": self.password,
            "NAME": self.database,
            "OPTIONS": {name: value for name, value in self.options if name != "port"},
        }

    def _libpq(self) -> dict[str, str]:
        """libpq's parameters."""
        plain = {"host": self.host, "port": str(self.port), "user": self.user, "dbname": self.database}
        return plain | {"password": self.password} | dict(self.options)


def make_query(options: Mapping[str, str]) -> str:
    """`options` as the query of a URL."""
    from urllib.parse import urlencode

    return urlencode(options)


def from_url(url: str, *, variable: str = APP_URL) -> Address:
    """The address a PostgreSQL URL (or libpq string) names.

    A server on another machine must prove who it is: `sslmode` is verify-full unless the URL says otherwise.
    Raises Misconfigured, naming `variable` and never the URL (it holds a password).
    """
    wrong = Misconfigured(
        N_("外部数据库的连接地址不合法。"),
        N_("请写成 postgresql://用户:密码@主机:5432/库名 的形式。"),
        variable=variable,
    )
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.ProgrammingError:
        raise wrong from None
    host, user, database = parts.pop("host", ""), parts.pop("user", ""), parts.pop("dbname", "")
    password, port = parts.pop("password", ""), parts.pop("port", "5432")
    if not (host and user and database):
        raise wrong
    ports = [one or "5432" for one in port.split(",")]
    if not all(one.isdigit() and 0 < int(one) < 65536 for one in ports):
        raise wrong
    if len(ports) > 1:
        parts["port"] = ",".join(ports)
    if not all(_local(one) for one in host.split(",")):
        parts.setdefault("sslmode", "verify-full")
    return Address(
        host=host,
        port=int(ports[0]),
        user=user,
        password=password,
        database=database,
        options=tuple(sorted(parts.items())),
    )


def external(environment: Mapping[str, str]) -> tuple[Address, Address] | None:
    """The application's and the owner's address from the environment, or None when the cluster is embedded.

    Raises Misconfigured when only one is given, or both name the same role: the runtime must not own its tables.
    """
    app, owner = environment.get(APP_URL, ""), environment.get(OWNER_URL, "")
    if not app and not owner:
        return None
    if not app or not owner:
        raise Misconfigured(
            N_("外部数据库需要运行和建表两个地址。"),
            N_("请同时设置 JINGUI_DATABASE_URL 与 JINGUI_OWNER_URL。"),
            variable=OWNER_URL if app else APP_URL,
        )
    running, owning = from_url(app, variable=APP_URL), from_url(owner, variable=OWNER_URL)
    if running.user == owning.user:
        raise Misconfigured(
            N_("运行账号不得拥有数据表，否则存证台账可以被改写。"),
            N_("请为 JINGUI_DATABASE_URL 使用另一个数据库账号。"),
            user=running.user,
            clause="6.1",
        )
    return running, owning


def _local(host: str) -> bool:
    """Whether `host` never leaves this machine: a socket directory or loopback."""
    if host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
