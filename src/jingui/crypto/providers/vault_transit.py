"""三（一）存储: HashiCorp Vault's (or OpenBao's) transit engine as key provider; needs the extra `vault` [3.1.1]"""

import base64
from collections.abc import Mapping
from typing import Any, Final, Protocol, Self

from jingui.core.errors import KeyTrouble
from jingui.core.word import N_
from jingui.crypto.providers.environment import secret, value

_BOUND: Final = b"jingui:provider:1\0"  # another application's ciphertext under the same transit key is refused


class Transit(Protocol):
    """The two calls of hvac's `client.secrets.transit` that are used."""

    def encrypt_data(self, *, name: str, plaintext: str, mount_point: str) -> Any:
        """Encrypt base64 text."""
        ...

    def decrypt_data(self, *, name: str, ciphertext: str, mount_point: str) -> Any:
        """Decrypt to base64 text."""
        ...


class VaultTransit:
    """A transit key that never leaves Vault; the policy of the token needs update on encrypt/ and decrypt/ only."""

    __slots__ = ("_key", "_mount", "_transit", "_troubles")
    name = "vault"

    def __init__(
        self, transit: Transit, key: str, mount: str = "transit", troubles: tuple[type[Exception], ...] = ()
    ) -> None:
        """Take the engine, the key's name, and what the client raises when Vault refuses or is away."""
        self._transit, self._key, self._mount = transit, key, mount
        self._troubles: tuple[type[Exception], ...] = (KeyError, TypeError, ValueError, *troubles)

    @classmethod
    def connect(cls, url: str, token: str, key: str, mount: str = "transit", verify: str | bool = True) -> Self:
        """Use the Vault at `url` (https except on loopback); KeyTrouble when the extra is not installed."""
        try:
            # lazily: only hospitals with a Vault install these
            import hvac  # type: ignore[import-untyped, import-not-found, unused-ignore]  # an extra
            import requests  # type: ignore[import-untyped, import-not-found, unused-ignore]  # an extra
        except ImportError:
            raise KeyTrouble(
                N_("没有安装 Vault 客户端。"), N_("请安装 jingui[vault] 后重试。"), provider="vault"
            ) from None
        if not url.startswith(("https://", "http://127.0.0.1:", "http://[::1]:")):
            raise KeyTrouble(problem="vault needs https", provider="vault")
        client = hvac.Client(url=url, token=token, verify=verify, timeout=10, allow_redirects=False)
        return cls(client.secrets.transit, key, mount, (hvac.exceptions.VaultError, requests.RequestException))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Use VAULT_ADDR, JINGUI_VAULT_TOKEN_FILE, JINGUI_VAULT_KEY, and if set JINGUI_VAULT_MOUNT and VAULT_CACERT."""
        return cls.connect(
            value(environment, "VAULT_ADDR"),
            secret(environment, "JINGUI_VAULT_TOKEN_FILE"),
            value(environment, "JINGUI_VAULT_KEY"),
            value(environment, "JINGUI_VAULT_MOUNT", "transit"),
            environment.get("VAULT_CACERT") or True,
        )

    def wrap(self, secret: bytes) -> bytes:
        """Return Vault's `vault:v…` text over `secret`; KeyTrouble when Vault refuses or is away."""
        plaintext = base64.b64encode(_BOUND + secret).decode()
        try:
            answer = self._transit.encrypt_data(name=self._key, plaintext=plaintext, mount_point=self._mount)
            return str(answer["data"]["ciphertext"]).encode("ascii")
        except self._troubles as problem:
            raise KeyTrouble(problem=type(problem).__name__, provider=self.name) from None

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return what was wrapped; KeyTrouble when Vault refuses, is away, or it is not ours."""
        try:
            answer = self._transit.decrypt_data(
                name=self._key, ciphertext=wrapped.decode("ascii"), mount_point=self._mount
            )
            plaintext = base64.b64decode(str(answer["data"]["plaintext"]), validate=True)
        except self._troubles as problem:
            raise KeyTrouble(problem=type(problem).__name__, provider=self.name) from None
        if not plaintext.startswith(_BOUND):
            raise KeyTrouble(problem="wrong key", provider=self.name)
        return plaintext[len(_BOUND) :]
