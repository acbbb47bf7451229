"""二（二）3 停机应急: the station's own folder: key, token, summary, ledger; none readable [2.2.3] [3.1.1]"""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from jingui.core.errors import Conflict, KeyTrouble, Misconfigured, Tampered
from jingui.core.word import N_
from jingui.crypto import keyfile
from jingui.crypto.pin import stretched
from jingui.crypto.station import Keys
from jingui.crypto.suite import Suite, suite_by_name

OPEN, KEY, TOKEN = "station.json", "key.sealed", "token.sealed"
SUMMARY, BOOK, HEAD, STATE = "summary.box", "book.lines", "book.head", "state.sealed"
LEAST: Final = 12  # characters of a passphrase
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_AAD: Final = b"jingui:station:key:1"


class Folder:
    """An opened station folder: its name, the house's address, its keys."""

    def __init__(self, path: Path, public: dict[str, Any], keys: Keys) -> None:
        """Use `made` or `opened`."""
        self.path, self.keys = path, keys
        self.code: str = public["code"]
        self.house: str = public["house"]
        self.guarded: bool = public["guarded"]

    def read(self, name: str) -> bytes | None:
        """A sealed file's content, None when there is none; Tampered when it was changed."""
        try:
            data = (self.path / name).read_bytes()
        except FileNotFoundError:
            return None
        return self.keys.storage.open(data, name.encode(), name)

    def write(self, name: str, data: bytes) -> None:
        """Seal and replace a file durably; what stood there is overwritten."""
        replace(self.path / name, self.keys.storage.seal(data, name.encode()))

    def token(self) -> str:
        """The station's bearer token; KeyTrouble when there is none."""
        found = self.read(TOKEN)
        if not found:
            raise KeyTrouble(N_("工作站还没有访问令牌。"), N_("请运行 jingui station token。"))
        return found.decode()

    def replace(self, name: str, data: bytes) -> None:
        """Replace a file that is sealed already."""
        replace(self.path / name, data)


def replace(path: Path, data: bytes) -> None:
    """Write beside, flush, rename, overwrite the old bytes."""
    keyfile.put_in_place(keyfile.write_beside(path, data), path)


def house_of(url: str) -> str:
    """The house's address: https, or http on this very machine; Misconfigured otherwise."""
    parts = urlsplit(url)
    near = parts.hostname in LOOPBACK
    if parts.scheme != "https" and not (parts.scheme == "http" and near):
        raise Misconfigured(N_("系统地址须以 https:// 开头。"), house=url[:80])
    if not parts.hostname or parts.query or parts.fragment or parts.username:
        raise Misconfigured(N_("系统地址不完整。"), house=url[:80])
    return url.rstrip("/")


def made(
    path: Path, *, code: str, house: str, token: str, suite: str, passphrase: str, random: Callable[[int], bytes]
) -> Folder:
    """Make a station's folder and keys; Conflict when one stands there, which is left as it is."""
    if passphrase and len(passphrase) < LEAST:
        raise Misconfigured(N_("口令至少 12 个字符。"))
    if os.path.lexists(path / OPEN) or os.path.lexists(path / KEY):
        raise Conflict(N_("这里已有一台工作站，没有改动。"), N_("请换一个目录，或先停用并移走原有目录。"))
    address, chosen = house_of(house), suite_by_name(suite)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    private(path)
    seed, salt = random(32), random(16)
    public = {"v": 1, "code": code, "house": address, "suite": suite, "guarded": bool(passphrase), "salt": salt.hex()}
    keyfile.create(path / KEY, guard(chosen, passphrase, salt).seal(seed, _AAD) if passphrase else seed)
    keyfile.create(path / OPEN, orjson.dumps(public, option=orjson.OPT_INDENT_2))
    folder = Folder(path, public, Keys(chosen, seed))
    if token:
        folder.write(TOKEN, token.encode())
    return folder


def guarded(path: Path) -> bool:
    """Whether the folder's key is under a passphrase; a damaged file says so when it is opened."""
    try:
        return bool(orjson.loads((path / OPEN).read_bytes())["guarded"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def opened(path: Path, passphrase: str) -> Folder:
    """Open a station's folder; KeyTrouble for a wrong passphrase, a readable folder, or none."""
    private(path)
    try:
        public = orjson.loads((path / OPEN).read_bytes())
        suite = suite_by_name(public["suite"])
        sealed = keyfile.read_secret(path / KEY)
        if not public["guarded"]:
            return Folder(path, public, Keys(suite, sealed))
        seed = guard(suite, passphrase, bytes.fromhex(public["salt"])).open(sealed, _AAD)
        return Folder(path, public, Keys(suite, seed))
    except Tampered:
        raise KeyTrouble(N_("口令不正确，或密钥文件已被改动。"), N_("请重新输入口令；什么都没有打开。")) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KeyTrouble(N_("这里没有应急工作站，或其文件已损坏。"), path=str(path)) from error


def guard(suite: Suite, passphrase: str, salt: bytes) -> Any:
    """The cipher under a passphrase."""
    return suite.cipher(stretched(passphrase.encode(), salt))


def private(path: Path) -> None:
    """KeyTrouble unless the folder is this user's alone."""
    try:
        found = path.stat()
    except OSError as error:
        raise KeyTrouble(N_("这里没有应急工作站，或其文件已损坏。"), path=str(path)) from error
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise KeyTrouble(N_("工作站目录须只有本用户可读（0700）。"), path=str(path))
