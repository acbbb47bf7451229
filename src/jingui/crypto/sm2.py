"""三（一）存储: SM2 of the national suite, by the system's libcrypto >= 3: signatures, encryption to a key [3.1.1]

`cryptography` has no SM2. Points are raw x‖y, signatures raw r‖s, the signer id is the standard's default; it must be
set before the digest is initialised, since Z(id, key) is hashed first (GB/T 32918.2).
"""

import ctypes
import ctypes.util
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

from jingui.core.errors import KeyTrouble
from jingui.core.word import N_

SIGNER_ID: Final = b"1234567812345678"
ORDER: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_ALGORITHM: Final = bytes.fromhex("301306072a8648ce3d020106082a811ccf5501822d")  # ecPublicKey, curve sm2
_PUBLIC: Final = bytes.fromhex("3059") + _ALGORITHM + bytes.fromhex("03420004")
_PRIVATE: Final = bytes.fromhex("3041020100") + _ALGORITHM + bytes.fromhex("0427302502010104") + b"\x20"

_vp, _size, _int, _bytes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_char_p
_PROTOTYPES: Final[tuple[tuple[str, Any, tuple[Any, ...]], ...]] = (
    ("OpenSSL_version_num", ctypes.c_ulong, ()),
    ("d2i_PUBKEY", _vp, (_vp, _vp, ctypes.c_long)),
    ("d2i_AutoPrivateKey", _vp, (_vp, _vp, ctypes.c_long)),
    ("i2d_PUBKEY", _int, (_vp, _vp)),
    ("EVP_PKEY_free", None, (_vp,)),
    ("EVP_PKEY_CTX_new", _vp, (_vp, _vp)),
    ("EVP_PKEY_CTX_set1_id", _int, (_vp, _bytes, _size)),
    ("EVP_PKEY_CTX_free", None, (_vp,)),
    ("EVP_MD_CTX_new", _vp, ()),
    ("EVP_MD_CTX_set_pkey_ctx", None, (_vp, _vp)),
    ("EVP_MD_CTX_free", None, (_vp,)),
    ("EVP_sm3", _vp, ()),
    ("EVP_DigestSignInit", _int, (_vp, _vp, _vp, _vp, _vp)),
    ("EVP_DigestSign", _int, (_vp, _vp, _vp, _bytes, _size)),
    ("EVP_DigestVerifyInit", _int, (_vp, _vp, _vp, _vp, _vp)),
    ("EVP_PKEY_encrypt_init", _int, (_vp,)),
    ("EVP_PKEY_encrypt", _int, (_vp, _vp, _vp, _bytes, _size)),
    ("EVP_PKEY_decrypt_init", _int, (_vp,)),
    ("EVP_PKEY_decrypt", _int, (_vp, _vp, _vp, _bytes, _size)),
    ("EVP_DigestVerify", _int, (_vp, _bytes, _size, _bytes, _size)),
)


@lru_cache(maxsize=1)
def _library() -> Any:
    """Load libcrypto >= 3 with every prototype declared; KeyTrouble when it is absent or has no SM2."""
    for name in ("libcrypto.so.3", ctypes.util.find_library("crypto")):
        if not name:
            continue
        try:
            library = ctypes.CDLL(name)
            for function, result, arguments in _PROTOTYPES:
                found = getattr(library, function)
                found.restype, found.argtypes = result, arguments
        except (OSError, AttributeError):  # absent, or too old to have these functions: try the next name
            continue
        if library.OpenSSL_version_num() >= 0x30000000:
            return library
    raise KeyTrouble(
        N_("没有找到支持 SM2 的 libcrypto（3.0 以上），无法使用国密套件。"), N_("请安装 OpenSSL 3 后重新启动。")
    )


def _load(der: bytes, function: str) -> int | None:
    buffer = ctypes.create_string_buffer(der, len(der))
    position = _vp(ctypes.addressof(buffer))
    key: int | None = getattr(_library(), function)(None, ctypes.byref(position), len(der))
    return key


@contextmanager
def _context(key: int) -> Iterator[Any]:
    """Yield a fresh digest context that knows the key and the signer id; contexts are never shared by threads."""
    library = _library()
    inner = library.EVP_PKEY_CTX_new(key, None)
    outer = library.EVP_MD_CTX_new()
    try:
        if not inner or not outer or library.EVP_PKEY_CTX_set1_id(inner, SIGNER_ID, len(SIGNER_ID)) != 1:
            raise KeyTrouble(step="sm2 context")
        library.EVP_MD_CTX_set_pkey_ctx(outer, inner)
        yield outer
    finally:
        library.EVP_MD_CTX_free(outer)
        library.EVP_PKEY_CTX_free(inner)


class Signer:
    """An SM2 key; signing is safe from any thread."""

    __slots__ = ("_free", "_key", "public")

    def __init__(self, material: bytes) -> None:
        """Take at least 48 uniform bytes; the scalar is 1 + material mod (n - 2), so it lies in [1, n - 2]."""
        if len(material) < 48:
            raise ValueError("an SM2 scalar is made of at least 48 bytes")
        scalar = 1 + int.from_bytes(material, "big") % (ORDER - 2)
        self._free = _library().EVP_PKEY_free  # held: at the interpreter's end this module may be gone first
        self._key = _load(_PRIVATE + scalar.to_bytes(32, "big"), "d2i_AutoPrivateKey")
        if not self._key:
            raise KeyTrouble(step="sm2 key")
        out = ctypes.create_string_buffer(128)
        position = _vp(ctypes.addressof(out))
        length = _library().i2d_PUBKEY(self._key, ctypes.byref(position))
        if length != len(_PUBLIC) + 64 or out.raw[: len(_PUBLIC)] != _PUBLIC:
            raise KeyTrouble(step="sm2 public key")
        self.public: bytes = out.raw[len(_PUBLIC) : length]

    def sign(self, message: bytes) -> bytes:
        """Return r‖s (64 bytes) over `message`; KeyTrouble when the library fails."""
        library = _library()
        out, length = ctypes.create_string_buffer(80), _size(80)
        with _context(self._key or 0) as context:
            if library.EVP_DigestSignInit(context, None, library.EVP_sm3(), None, self._key) != 1:
                raise KeyTrouble(step="sm2 sign init")
            if library.EVP_DigestSign(context, out, ctypes.byref(length), message, len(message)) != 1:
                raise KeyTrouble(step="sm2 sign")
        return _raw(out.raw[: length.value])

    def decrypt(self, sealed: bytes) -> bytes:
        """Return what `encrypt` sealed for this key; ValueError when a bit differs."""
        return _under(self._key or 0, "decrypt", sealed)

    def __del__(self) -> None:
        """Give the key back to the library."""
        if getattr(self, "_key", None):
            self._free(self._key)


def encrypt(public: bytes, message: bytes) -> bytes:
    """Seal `message` for the point x‖y: the DER sequence of GB/T 35276 (x, y, SM3 check, ciphertext).

    ValueError for what is no point of the curve.
    """
    key = _load(_PUBLIC + public, "d2i_PUBKEY") if len(public) == 64 else None
    if not key:
        raise ValueError("no point of the curve")
    try:
        return _under(key, "encrypt", message)
    finally:
        _library().EVP_PKEY_free(key)


def _under(key: int, what: str, data: bytes) -> bytes:
    """Run one public-key operation: first its length is asked for, then it is done."""
    library = _library()
    context = library.EVP_PKEY_CTX_new(key, None)
    try:
        if not context or getattr(library, f"EVP_PKEY_{what}_init")(context) != 1:
            raise KeyTrouble(step=f"sm2 {what}")
        run, length = getattr(library, f"EVP_PKEY_{what}"), _size(0)
        if run(context, None, ctypes.byref(length), data, len(data)) != 1:
            raise ValueError(f"sm2 {what}")
        out = ctypes.create_string_buffer(length.value)
        if run(context, out, ctypes.byref(length), data, len(data)) != 1:
            raise ValueError(f"sm2 {what}")
        return out.raw[: length.value]
    finally:
        library.EVP_PKEY_CTX_free(context)


def verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether r‖s is a signature of the point x‖y over `message`; malformed input is False."""
    if len(public) != 64 or len(signature) != 64:
        return False
    library = _library()
    key = _load(_PUBLIC + public, "d2i_PUBKEY")
    if not key:  # not a point of the curve
        return False
    try:
        der = _der(signature)
        with _context(key) as context:
            if library.EVP_DigestVerifyInit(context, None, library.EVP_sm3(), None, key) != 1:
                raise KeyTrouble(step="sm2 verify init")
            return bool(library.EVP_DigestVerify(context, der, len(der), message, len(message)) == 1)
    finally:
        library.EVP_PKEY_free(key)


def _der(raw: bytes) -> bytes:
    """Return r‖s as the DER sequence that libcrypto wants."""
    body = b""
    for half in (raw[:32], raw[32:]):
        number = half.lstrip(b"\0") or b"\0"
        number = b"\0" + number if number[0] & 0x80 else number
        body += bytes((2, len(number))) + number
    return bytes((0x30, len(body))) + body


def _raw(der: bytes) -> bytes:
    """Return the DER sequence of two integers as r‖s."""
    first = 4 + der[3]
    return int.from_bytes(der[4:first], "big").to_bytes(32, "big") + int.from_bytes(der[first + 2 :], "big").to_bytes(
        32, "big"
    )
