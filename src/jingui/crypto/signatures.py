"""二（二）1 电子签名: who signs for whom: the plug for a CA's key or phone, and the house's own keys [2.2.1] [3.1.1]

电子签名法 13: the data belong to the signer, under the signer's sole control, and later change is detected. With the
house's own keys the house holds what signs: enough for a trial, not for a court; a CA's provider takes its place.
"""

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from jingui.core.errors import Misconfigured
from jingui.crypto.canon import canon
from jingui.crypto.suite import Suite

AUTHORITY: Final = "signing-authority"


class Holder(NamedTuple):
    """Whom a certificate names."""

    person: int
    staff_no: str
    name: str


class SigningProvider(Protocol):
    """What a provider does. `proof` is its own affair: a PIN at the UKey, a scan with the phone; "" for house keys."""

    name: str

    def open(self, holder: Holder, proof: str) -> bytes:
        """Confirm the holder once and return their certificate; Refused when the proof is not theirs."""
        ...

    def sign(self, holder: Holder, certificate: bytes, message: bytes) -> bytes:
        """Return the holder's signature over `message`, under the confirmation that `open` was."""
        ...

    def verify(self, certificate: bytes, message: bytes, value: bytes) -> bool:
        """Whether `value` is the signature over `message` of whom `certificate` names, and the certificate is good."""
        ...


class HouseKeys:
    """One key per person, derived in the key ring; certificates are signed by the house's own authority."""

    name = "local"

    def __init__(self, suite: Suite, key: Callable[[str], bytes]) -> None:
        """Use the named keys of the key ring."""
        self._suite, self._key = suite, key
        self._authority = suite.signer(key(AUTHORITY))

    def open(self, holder: Holder, proof: str) -> bytes:
        """The certificate: person, public key, and the authority's signature over both."""
        body = self._body(holder)
        return self._authority.sign(body) + body

    def sign(self, holder: Holder, certificate: bytes, message: bytes) -> bytes:
        """Sign with the person's key."""
        return self._suite.signer(self._seed(holder.person)).sign(message)

    def verify(self, certificate: bytes, message: bytes, value: bytes) -> bool:
        """Check the certificate, then the signature with the public key that it names."""
        issued, body = certificate[:64], certificate[64:]
        if not self._suite.verify(self._authority.public, issued, body):
            return False
        public = body.rpartition(b"\n")[2]
        try:
            return self._suite.verify(bytes.fromhex(public.decode("ascii")), value, message)
        except ValueError:
            return False  # no public key stands where one belongs

    def _seed(self, person: int) -> bytes:
        return self._key(f"person-signing:{person}")

    def _body(self, holder: Holder) -> bytes:
        public = self._suite.signer(self._seed(holder.person)).public.hex()
        named = canon({"name": holder.name, "staff_no": holder.staff_no, "suite": self._suite.name})
        return named + b"\n" + public.encode()


class Providers:
    """The providers of this house by name."""

    def __init__(self, *providers: SigningProvider) -> None:
        """Know these."""
        self._known = {one.name: one for one in providers}

    def get(self, name: str) -> SigningProvider:
        """The provider called `name`; Misconfigured when this house has none of that name."""
        found = self._known.get(name)
        if found is None:
            raise Misconfigured(provider=name)
        return found
