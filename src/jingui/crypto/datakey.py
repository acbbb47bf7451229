"""三（一）存储: one data key per patient and retention class, and what is derived from it [3.1.1] [3.1.3]"""

from collections.abc import Callable
from datetime import timedelta
from struct import Struct
from typing import Final

from jingui.crypto.cipher import Cipher
from jingui.crypto.suite import Suite

_LENGTH: Final = Struct(">I").pack
_FIRST: Final = Struct(">q").unpack_from
_MINUTES: Final = 180 * 24 * 60


class DataKey:
    """The key of one patient's records of one class, ready to use; it never shows itself."""

    __slots__ = ("_shift", "_suite", "_token", "cipher", "patient", "retention_class", "secret")

    def __init__(self, suite: Suite, patient: int, retention_class: str, secret: bytes) -> None:
        """Take the 32-byte key."""
        self.patient, self.retention_class, self.secret = patient, retention_class, secret
        self.cipher: Cipher = suite.cipher(secret)
        self._suite = suite
        self._token: Callable[[bytes], bytes] | None = None
        self._shift: timedelta | None = None

    def token(self, parameter: str, system: str, value: str) -> int:
        """Return the search token of a code: a signed 64-bit integer, different for every patient and class."""
        mac = self._token
        if mac is None:
            mac = self._token = self._suite.keyed(self._suite.mac(self.secret, b"jingui:token:1"))
        part, space, code = parameter.encode(), system.encode(), value.encode()
        # the length before each part keeps ("a", "bc") and ("ab", "c") apart
        number: int = _FIRST(mac(_LENGTH(len(part)) + part + _LENGTH(len(space)) + space + code))[0]
        return number

    def shift(self) -> timedelta:
        """Return the secret shift of this key's clinical dates: whole minutes within ±180 days, always the same."""
        shift = self._shift
        if shift is None:
            drawn = int.from_bytes(self._suite.mac(self.secret, b"jingui:shift:1")[:16], "big")
            shift = self._shift = timedelta(minutes=drawn % (2 * _MINUTES + 1) - _MINUTES)
        return shift

    def __repr__(self) -> str:
        """Say nothing of the key."""
        return "<DataKey>"

    def __reduce__(self) -> str:
        """Refuse to be pickled: a key leaves memory only wrapped."""
        raise TypeError("a data key is not pickled")
