"""Where this installation lives: paths, the hospital's own file and the database's address."""

import os
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jingui.core.errors import Misconfigured
from jingui.core.word import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The folders of one installation. Nothing here is secret; the files inside are."""

    root: Path
    institution: str
    institution_en: str
    origin: str  # the ledger's origin line, e.g. "jingui.example/ledger"
    suite: str
    key_file: Path
    key_provider: str
    workers: int
    ingest: int  # processes that prepare large bundles, so that reading never waits for them
    port: int
    host: str
    sinks: tuple[str, ...]
    mllp: str = ""  # host:port of the HL7 v2 listener with TLS, "" for none
    mllp_plain: str = ""  # the same without TLS, on loopback only: for a relay on this very host
    mllp_workers: int = 1  # processes that take messages side by side
    mllp_certificate: str = ""  # PEM files: ours, its key, and the authorities that sign the senders' certificates
    mllp_key: str = ""
    mllp_authorities: str = ""
    uscc: str = ""  # this institution's own 统一社会信用代码, by which partners know it
    gateway: str = ""  # host:port where partners' gateways are received, "" for none
    gateway_names: tuple[str, ...] = ()  # further names under which partners connect to it
    gateway_send: bool = False  # whether this house hands transmissions to partners: then its gateway process runs
    address: str = ""  # under which the public finds this house, for the QR of copies: https://…; "" for host and port
    stamp_key: str = ""  # PEM files of a bought certificate for the electronic stamp; "" for one of the house's own
    stamp_chain: str = ""
    fonts: str = ""  # folder with the hospital's own fonts (.ttf, .otf): rare characters of names in copies
    backup: tuple[str, ...] | None = None  # where backups go (config.backup_places); () for none, None for two here
    shred_copies: tuple[str, ...] = ()  # further registered places of the shred file, beside the one in this home
    demo: bool = False  # a demonstration hospital: made-up people, published passwords, loopback only

    @property
    def public(self) -> str:
        """The address that is printed for everybody."""
        return self.address or f"http://{self.host}:{self.port}"

    @property
    def gateway_work(self) -> tuple[str, ...]:
        """The gateway's processes: `send` carries transmissions out, `receive` lets partners in."""
        return tuple(name for name, on in (("send", self.gateway_send), ("receive", bool(self.gateway))) if on)

    @property
    def keys(self) -> Path:
        """Folder of the two sealed key files."""
        return self.root / "keys"

    @property
    def cluster(self) -> Path:
        """Folder of the embedded PostgreSQL."""
        return self.root / "db"

    @property
    def state(self) -> Path:
        """Folder of what processes tell each other: the supervisor's report, the progress of long work."""
        return self.root / "state"

    @property
    def backups(self) -> Path:
        """Folder of the backup's own state: its lock, what it is doing, the chain of the log's segments."""
        return self.root / "backup"

    @property
    def backup_places(self) -> tuple[str, ...]:
        """Where backups go: as the hospital's file says, else two folders here, which survive no loss of this disk."""
        if self.backup is not None:
            return self.backup
        return tuple(f"file:{self.backups / name}" for name in ("first", "second"))

    @property
    def logs(self) -> Path:
        """Folder of the processes' logs."""
        return self.root / "logs"


KNOWN = {
    "institution",
    "institution_en",
    "origin",
    "suite",
    "key_file",
    "key_provider",
    "workers",
    "ingest",
    "port",
    "host",
    "sinks",
    "demo",
    "backup",
    "shred_copies",
    "address",
    "stamp_key",
    "stamp_chain",
    "fonts",
    "mllp",
    "mllp_plain",
    "mllp_workers",
    "mllp_certificate",
    "mllp_key",
    "mllp_authorities",
    "uscc",
    "gateway",
    "gateway_send",
    "gateway_names",
}


DEMO = "12610000MB0000011E"  # of the made-up hospital that a home without a file is


@cache
def home() -> Home:
    """Read `$JINGUI_HOME/jingui.toml` (default folder: `var`). An unknown key stops the start."""
    root = Path(os.environ.get("JINGUI_HOME", "var")).absolute()
    path = root / "jingui.toml"
    try:
        raw = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(N_("配置文件 jingui.toml 无法读取。"), where=str(path), detail=str(error)) from error
    unknown = tuple(sorted(set(raw) - KNOWN))
    if unknown:
        raise Misconfigured(N_("配置文件 jingui.toml 中有无法识别的项目。"), where=str(path), unknown=unknown)
    return Home(
        root=root,
        institution=str(raw.get("institution", "金匮演示医院")),
        institution_en=str(raw.get("institution_en", "Jingui Demonstration Hospital")),
        origin=str(raw.get("origin", "jingui.demo/ledger")),
        suite=str(raw.get("suite", "intl")),
        key_file=Path(os.environ.get("JINGUI_KEY_FILE") or str(raw.get("key_file", root / "provider.key"))),
        key_provider=str(raw.get("key_provider", "file")),
        workers=int(os.environ.get("JINGUI_WORKERS") or raw.get("workers", 1)),
        ingest=int(raw.get("ingest", 1)),
        port=int(os.environ.get("PORT") or raw.get("port", 8400)),
        host=str(raw.get("host", "127.0.0.1")),
        sinks=tuple(str(s) for s in raw.get("sinks", ())),
        mllp=str(raw.get("mllp", "")),
        mllp_plain=str(raw.get("mllp_plain", "")),
        mllp_workers=int(raw.get("mllp_workers", 1)),
        mllp_certificate=str(raw.get("mllp_certificate", "")),
        mllp_key=str(raw.get("mllp_key", "")),
        mllp_authorities=str(raw.get("mllp_authorities", "")),
        uscc=str(raw.get("uscc", "" if "institution" in raw else DEMO)),
        gateway=str(raw.get("gateway", "")),
        gateway_names=tuple(str(one) for one in raw.get("gateway_names", ())),
        gateway_send=raw.get("gateway_send", bool(raw.get("gateway"))) is True,
        address=str(raw.get("address", "")).rstrip("/"),
        stamp_key=str(raw.get("stamp_key", "")),
        stamp_chain=str(raw.get("stamp_chain", "")),
        fonts=str(raw.get("fonts", "")),
        backup=None if "backup" not in raw else tuple(str(s) for s in raw["backup"]),
        shred_copies=tuple(str(s) for s in raw.get("shred_copies", ())),
        demo=raw.get("demo", False) is True,
    )
