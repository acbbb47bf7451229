"""五（一）1: what a relay is told in relay.toml: where from, where to, and nothing plain beyond this host [5.1.1]"""

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from jingui.core.errors import Misconfigured
from jingui.core.word import N_

FILE: Final = "relay.toml"
KINDS: Final = ("mllp", "http", "csv", "view")
ACKS: Final = ("spool", "house")
NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}\Z").match
PLACE: Final = re.compile(r"([A-Z][A-Z0-9]{2})-([1-9][0-9]?)(?:\.([1-9][0-9]?))?\Z").match
WORD: Final = re.compile(r"[A-Za-z0-9_.^ -]{1,60}\Z").match
COLUMN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}\Z").match
KNOWN: Final = frozenset({"house", "certificate", "key", "authorities", "megabytes", "patience_hours", "feed"})
FEED: Final = frozenset({
    "name", "kind", "listen", "ack", "folder", "application", "facility", "message", "fields", "constants", "row_key",
    "row_time", "encoding", "database", "view", "every_seconds",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """How a row becomes a message: its kind (ORU^R01), which column stands in which place, what always stands there."""

    application: str
    facility: str
    message: str
    fields: Mapping[str, str]  # PID-5.1 -> column
    constants: Mapping[str, str]
    row_key: str  # the column that says which row it is
    row_time: str  # the column that says when it was written: the same row again is the same message


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A row: where messages come from."""

    name: str
    kind: str
    listen: tuple[str, int] = ("", 0)
    ack: str = "spool"
    folder: Path = Path()
    encoding: str = "utf-8"
    database: str = ""  # of a PostgreSQL view: a connection string without a password
    view: str = ""
    every: int = 10  # seconds between looks at a folder or view
    table: Table | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The whole configuration."""

    root: Path
    house: tuple[str, int]
    certificate: Path
    key: Path
    authorities: Path
    most: int  # bytes that may wait for the house, of all feeds together
    patience: int  # hours after which a message that the house cannot take now is set apart
    feeds: tuple[Feed, ...] = field(default=())


def read(root: Path) -> Places:
    """The configuration of a relay's folder; Misconfigured names what is missing, unknown or plain."""
    path = root / FILE
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise Misconfigured(N_("没有找到中继的配置文件 relay.toml。"), where=str(path)) from error
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(N_("中继的配置文件无法读取。"), where=str(path)) from error
    unknown(said, KNOWN, FILE)
    files = {name: root / str(said.get(name, "")) for name in ("certificate", "key", "authorities")}
    missing = [name for name, one in files.items() if not said.get(name) or not one.is_file()]
    if missing:
        raise Misconfigured(N_("中继须配置证书、私钥和医院网关的签发机构。"), where=", ".join(missing))
    feeds = tuple(feed(one, root) for one in said.get("feed", ()) if isinstance(one, dict))
    if not feeds:
        raise Misconfigured(N_("中继没有配置来源。"), where="feed")
    names = [one.name for one in feeds]
    if len(set(names)) != len(names):
        raise Misconfigured(N_("来源的名称重复。"), where="feed")
    return Places(
        root=root, house=address(str(said.get("house", "")), "house"), **files,
        most=number(said, "megabytes", 256, 1, 65_536) << 20, patience=number(said, "patience_hours", 72, 1, 8_760),
        feeds=feeds,
    )  # fmt: skip


def feed(said: Mapping[str, Any], root: Path) -> Feed:
    """One source."""
    name, kind = str(said.get("name", "")), str(said.get("kind", ""))
    unknown(said, FEED, name or "feed")
    if not NAME(name):
        raise Misconfigured(N_("来源的名称只能用小写字母、数字和连字符。"), where=name)
    if kind not in KINDS:
        raise Misconfigured(N_("没有这种来源。"), where=f"{name}.kind")
    if said.get("ack", "spool") not in ACKS:
        raise Misconfigured(N_("应答方式只能是 spool 或 house。"), where=f"{name}.ack")
    listens, tabled = kind in ("mllp", "http"), kind in ("csv", "view")
    encoding = str(said.get("encoding", "utf-8"))
    if encoding not in ("utf-8", "gb18030"):
        raise Misconfigured(N_("文件编码只能是 utf-8 或 gb18030。"), where=f"{name}.encoding")
    view = str(said.get("view", ""))
    if kind == "view" and not all(COLUMN(part) for part in view.split(".", 1)):
        raise Misconfigured(N_("视图名称无效。"), where=f"{name}.view")
    if kind == "csv" and not said.get("folder"):
        raise Misconfigured(N_("没有写明文件夹。"), where=f"{name}.folder")
    return Feed(
        name=name, kind=kind, listen=loopback(str(said.get("listen", "")), name) if listens else ("", 0),
        ack=str(said.get("ack", "spool")), folder=root / str(said.get("folder", "")), encoding=encoding,
        database=local(str(said.get("database", "")), name) if kind == "view" else "", view=view,
        every=number(said, "every_seconds", 10, 1, 86_400), table=table(said, name) if tabled else None,
    )  # fmt: skip


def table(said: Mapping[str, Any], name: str) -> Table:
    """How rows of this source become messages."""
    fields = {str(k): str(v) for k, v in dict(said.get("fields", {})).items()}
    constants = {str(k): str(v) for k, v in dict(said.get("constants", {})).items()}
    wrong = [one for one in (*fields, *constants) if not PLACE(one) or one.startswith("MSH")]
    wrong += [one for one in fields.values() if not COLUMN(one)]
    made = Table(
        application=str(said.get("application", "")), facility=str(said.get("facility", "")),
        message=str(said.get("message", "")), fields=fields, constants=constants,
        row_key=str(said.get("row_key", "")), row_time=str(said.get("row_time", "")),
    )  # fmt: skip
    wrong += [one for one in (made.application, made.facility, made.message) if not WORD(one)]
    wrong += [one for one in (made.row_key, made.row_time) if not COLUMN(one)]
    if wrong or not fields:
        raise Misconfigured(N_("行与报文的对照不完整或无效。"), where=f"{name}: {', '.join(wrong)[:80]}")
    return made


def address(text: str, where: str) -> tuple[str, int]:
    """`host:port`."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise Misconfigured(N_("地址须写成“地址:端口”。"), where=where)
    return host.strip("[]"), int(port)


def loopback(text: str, name: str) -> tuple[str, int]:
    """An address on this very host, written as a number: a name could come to mean another host."""
    host, port = address(text, f"{name}.listen")
    if not inside(host):
        raise Misconfigured(
            N_("中继只在本机回环地址上接收不加密的内容。"), N_("请写 127.0.0.1 或 ::1。"), where=f"{name}.listen"
        )
    return host, port


def local(text: str, name: str) -> str:
    """A connection string that stays on this host: a socket or a loopback address, and no password in the file."""
    words = dict(part.partition("=")[::2] for part in text.split())
    host = words.get("host", words.get("hostaddr", ""))
    near = host.startswith("/") or inside(host)
    if not near or "password" in words or "://" in text or not words.get("dbname"):
        raise Misconfigured(
            N_("数据库只能是本机的，且口令不写在配置里。"), N_("请写 host=127.0.0.1 dbname=…，口令放在 ~/.pgpass。"),
            where=f"{name}.database",
        )  # fmt: skip
    return text


def inside(host: str) -> bool:
    """Whether a literal address is this host's loopback."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def number(said: Mapping[str, Any], name: str, default: int, least: int, most: int) -> int:
    """A whole number within its limits."""
    found = said.get(name, default)
    if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
        raise Misconfigured(N_("数值超出范围。"), where=name)
    return found


def unknown(said: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    """Refuse a word that nobody reads: it may be a limit that was misspelt."""
    if wrong := sorted(set(said) - known):
        raise Misconfigured(N_("配置中有无法识别的项目。"), where=f"{where}: {', '.join(wrong)[:80]}")
