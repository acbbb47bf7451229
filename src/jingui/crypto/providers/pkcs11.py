"""三（一）存储: a hardware security module by PKCS#11 as key provider; needs the extra `pkcs11` [3.1.1]"""

import os
import threading
from collections.abc import Mapping
from typing import Any, Final, Self

from jingui.core.errors import KeyTrouble
from jingui.core.word import N_
from jingui.crypto.providers.environment import secret, value

_BOUND: Final = b"jingui:provider:1"
_SHORTEST: Final = 12 + 16


class Pkcs11:
    """An AES-256 key inside a module, used with CKM_AES_GCM; it is never made here and never leaves the module."""

    __slots__ = ("_key", "_lock", "_parameters", "_trouble", "_with_gcm")
    name = "pkcs11"

    def __init__(self, key: Any, mechanism: Any, parameters: Any, trouble: type[Exception]) -> None:
        """Take the key object, CKM_AES_GCM, the class of its parameters, and the binding's base error."""
        self._key, self._with_gcm, self._parameters, self._trouble = key, mechanism, parameters, trouble
        self._lock = threading.Lock()  # a session serves one call at a time

    @classmethod
    def connect(cls, module: str, token: str, pin: str, key: str) -> Self:
        """Log in to the token called `token` of the library `module`; KeyTrouble when that, or the key, is missing."""
        try:
            # lazily: only hospitals with a module install it
            import pkcs11  # type: ignore[import-untyped, import-not-found, unused-ignore]  # an extra
        except ImportError:
            raise KeyTrouble(
                N_("没有安装 PKCS#11 客户端。"), N_("请安装 jingui[pkcs11] 后重试。"), provider="pkcs11"
            ) from None
        try:
            found_token = pkcs11.lib(module).get_token(token_label=token)
            try:
                session = found_token.open(user_pin=pin)
            except pkcs11.UserAlreadyLoggedIn:  # a login is the whole process's; a second session joins it
                session = found_token.open()
            found = session.get_key(object_class=pkcs11.ObjectClass.SECRET_KEY, label=key)
        except (pkcs11.PKCS11Error, RuntimeError, OSError) as problem:  # RuntimeError: the library cannot be loaded
            raise KeyTrouble(problem=type(problem).__name__, provider="pkcs11") from None
        return cls(found, pkcs11.Mechanism.AES_GCM, pkcs11.GCMParams, pkcs11.PKCS11Error)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Use JINGUI_PKCS11_MODULE, JINGUI_PKCS11_TOKEN, JINGUI_PKCS11_PIN_FILE and JINGUI_PKCS11_KEY."""
        return cls.connect(
            value(environment, "JINGUI_PKCS11_MODULE"),
            value(environment, "JINGUI_PKCS11_TOKEN"),
            secret(environment, "JINGUI_PKCS11_PIN_FILE"),
            value(environment, "JINGUI_PKCS11_KEY"),
        )

    def wrap(self, secret: bytes) -> bytes:
        """Return nonce, ciphertext and tag; KeyTrouble when the module refuses."""
        nonce = os.urandom(12)
        return nonce + self._call(self._key.encrypt, secret, nonce)

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return what was wrapped; KeyTrouble when the module refuses, or a byte was changed."""
        if len(wrapped) < _SHORTEST:
            raise KeyTrouble(problem="half-written", provider=self.name)
        return self._call(self._key.decrypt, wrapped[12:], wrapped[:12])

    def _call(self, function: Any, data: bytes, nonce: bytes) -> bytes:
        try:
            with self._lock:
                parameters = self._parameters(nonce, _BOUND, 128)
                return bytes(function(data, mechanism=self._with_gcm, mechanism_param=parameters))
        except self._trouble as problem:
            raise KeyTrouble(problem=type(problem).__name__, provider=self.name) from None
