"""三（一）存储: the default key provider: one 0600 file outside the data directory [3.1.1]"""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from jingui.core.errors import KeyTrouble, Tampered
from jingui.core.word import N_
from jingui.crypto.keyfile import create, read_secret
from jingui.crypto.suite import Suite, suite_by_name

_LINE: Final = re.compile(rb"jingui-key-1 (intl|gm) ([0-9a-f]{64}) ([0-9a-f]{8})\n")
_BOUND: Final = b"jingui:provider:file:1"


class FileProvider:
    """A key in one line of text: `jingui-key-1 <suite> <key> <check>`, so it can be printed and escrowed on paper."""

    __slots__ = ("_cipher",)
    name = "file"

    def __init__(self, path: Path, outside: tuple[Path, ...] = ()) -> None:
        """Read the key; KeyTrouble when it is missing, half-written, wrong, open to others, or inside a data directory.

        A key that lies beside the data is backed up and stolen with it, so no path in `outside` may contain it.
        """
        _stands_outside(path, outside)
        line = _LINE.fullmatch(read_secret(path))
        if line is None or _check(line[1], line[2]) != line[3]:
            raise KeyTrouble(path=str(path), problem="half-written")
        self._cipher = suite_by_name(line[1].decode()).cipher(bytes.fromhex(line[2].decode()))

    @classmethod
    def create(
        cls, path: Path, suite: Suite, random: Callable[[int], bytes], outside: tuple[Path, ...] = ()
    ) -> "FileProvider":
        """Make a new key file and read it; KeyTrouble when anything stands there already."""
        _stands_outside(path, outside)
        name, key = suite.name.encode(), random(32).hex().encode()
        create(path, b"jingui-key-1 %s %s %s\n" % (name, key, _check(name, key)))
        return cls(path, outside)

    def wrap(self, secret: bytes) -> bytes:
        """Return `secret` sealed under the file's key."""
        return self._cipher.seal(secret, _BOUND)

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return what was wrapped; KeyTrouble when it was not under this key."""
        try:
            return self._cipher.open(wrapped, _BOUND)
        except Tampered:
            raise KeyTrouble(problem="wrong key", provider=self.name) from None


def _check(suite: bytes, key: bytes) -> bytes:
    return hashlib.sha256(b"jingui-key-1 " + suite + b" " + key).hexdigest()[:8].encode()


def _stands_outside(path: Path, outside: tuple[Path, ...]) -> None:
    real = path.parent.resolve() / path.name
    for directory in outside:
        if real.is_relative_to(directory.resolve()):
            raise KeyTrouble(N_("密钥文件放在了数据目录之内，系统拒绝启动。"), N_("请将其移到数据目录之外。"),
                             path=str(path), problem="inside the data directory")  # fmt: skip
