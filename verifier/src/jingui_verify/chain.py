"""From the seal's certificate to a root that was obtained beforehand."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from jingui_verify.bad import Bad
from jingui_verify.cms import Signed

LONGEST = 5

Certificates = list[x509.Certificate]


def check_chain(signed: Signed, roots: Certificates, issuers: Certificates, at: datetime) -> x509.Certificate:
    """The root that the chain ends at: one of `roots`, or with none given the file's own. Bad where it breaks.

    Each certificate must be valid at the moment of sealing, and every certificate of the file must belong to the chain.
    `issuers` may help to build it and are trusted for nothing.
    """
    try:
        return _checked(signed, roots, issuers, at)
    except Bad:
        raise
    except Exception as error:  # extensions are read only now, and fail in many ways; none of them is trust
        raise Bad("certificate", what=type(error).__name__) from error


def _checked(signed: Signed, roots: Certificates, more: Certificates, at: datetime) -> x509.Certificate:
    here = signed.signer
    usage = _usage(here)
    if usage and (usage.key_cert_sign or not (usage.content_commitment or usage.digital_signature)):
        raise Bad("certificate", what="key usage")
    used = [here]
    while here.subject != here.issuer and len(used) <= LONGEST:
        issuers = [one for one in (*roots, *signed.certificates, *more) if one.subject == here.issuer]
        found = next((one for one in issuers if _issued(here, one)), None)
        if found is None:
            break
        used.append(here := found)
    for one in used:
        if not one.not_valid_before_utc <= at <= one.not_valid_after_utc:
            raise Bad("certificate", what=f"validity of {name(one)}")
    if roots and here not in roots:
        raise Bad("other_root", name=name(here))
    if not roots and here.subject == here.issuer and not _issued(here, here):
        raise Bad("certificate", what="chain")
    if any(one not in used and one not in roots for one in signed.certificates):
        raise Bad("certificate", what="chain")
    return here


def _issued(one: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
        one.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, InvalidSignature, ValueError, TypeError):
        return False
    usage = _usage(issuer)
    return bool(constraints.ca) and usage is not None and usage.key_cert_sign


def _usage(one: x509.Certificate) -> x509.KeyUsage | None:
    try:
        return one.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None  # bought certificates may say nothing of it


def name(one: x509.Certificate) -> str:
    """How people call a certificate's holder."""
    words = [part.value for part in one.subject if part.oid in _NAMES]
    return " · ".join(word if isinstance(word, str) else word.decode("utf-8", "replace") for word in words)[:200]


_NAMES = (x509.NameOID.ORGANIZATION_NAME, x509.NameOID.COMMON_NAME)


def read_roots(raw: bytes) -> list[x509.Certificate]:
    """Root certificates from PEM (one or several) or DER; Bad if there is none."""
    try:
        if b"-----BEGIN" in raw:
            return x509.load_pem_x509_certificates(raw)
        return [x509.load_der_x509_certificate(raw)]
    except ValueError as error:
        raise Bad("certificate", what="root file") from error
