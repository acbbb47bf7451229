"""The time stamp of an authority (RFC 3161) over a seal's signature, where the hospital has one."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from jingui_verify import der
from jingui_verify.bad import Bad
from jingui_verify.chain import Certificates, check_chain
from jingui_verify.cms import check_container, digest_by, hash_named
from jingui_verify.der import INTEGER, OCTETS, OID, SEQUENCE, SET, Node

_TOKEN = bytes.fromhex("2a864886f70d010910020e")
_INFO = bytes.fromhex("2a864886f70d0109100104")
_THREE = b"\x03"
_CONTEXT0, _TIME = 0xA0, 0x18
_MOMENT = re.compile(rb"([0-9]{14})(?:\.[0-9]{1,6})?Z")


def check_stamp(unsigned: Node, value: bytes, issuers: Certificates) -> tuple[datetime, x509.Certificate]:
    """Pass if what stands beside a signature is one time stamp over its `value`: (when, by whom); else Bad.

    Its certificates lead to a root that is there or among `issuers`, or there is only the authority's own, which the
    stamp names by its hash: so each of its bytes counts. Whether the authority is to be trusted is not said.
    """
    (attribute,) = der.take(unsigned.parts(), SEQUENCE)
    kind, values = der.take(attribute.parts(), OID, SET)
    if kind.body != _TOKEN:
        raise Bad("cms", what="unsigned attributes")
    (token,) = der.take(values.parts(), SEQUENCE)
    told: list[bytes] = []

    def content(node: Node) -> bytes:
        _, inner = der.take(node.parts(), OID, _CONTEXT0)
        told.append(der.whole(inner.body).want(OCTETS).body)
        return told[0]

    signed = check_container(token, _INFO, _THREE, content)
    version, policy, imprint, serial, moment, *_ = der.whole(told[0]).want(SEQUENCE).parts()
    der.take([version, policy, imprint, serial, moment], INTEGER, OID, SEQUENCE, INTEGER, _TIME)
    algorithm, digest = der.take(imprint.parts(), SEQUENCE, OCTETS)
    if digest.body != digest_by(hash_named(algorithm), value):
        raise Bad("time_stamp", what="signature")
    hit = _MOMENT.fullmatch(moment.body)
    if hit is None:
        raise Bad("time_stamp", what="time")
    at = datetime.strptime(hit[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
    if not _stamps(signed.signer):
        raise Bad("time_stamp", what="key usage")
    root = check_chain(signed, [], issuers, at)
    if root.subject != root.issuer and not (signed.bound and len(signed.certificates) == 1):
        raise Bad("time_stamp", what="chain")
    return at, signed.signer


def _stamps(signer: x509.Certificate) -> bool:
    try:
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return ExtendedKeyUsageOID.TIME_STAMPING in usage
