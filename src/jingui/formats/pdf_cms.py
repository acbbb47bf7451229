"""四（二）1 复制病历: the one form in which a signature may stand in a copy [4.2.1]

A signature container has parts that no signature covers: padding, version numbers, certificates beside the signer's.
Each is held to the value that we write, or to a certificate that the check itself follows.
"""

from collections.abc import Iterable
from typing import Any, Final

_SHA256: Final = frozenset(map(bytes.fromhex, ("300b0609608648016503040201", "300d06096086480165030402010500")))
_SIGNED_BY: Final = frozenset({"sha256_ecdsa", "sha256_rsa", "rsassa_pkcs1v15"})


def plain_form(container: bytes) -> bool:
    """Whether the bytes are one signed-data container in the one form, followed by zeros only."""
    from asn1crypto import cms, parser

    try:
        size = parser.peek(container)
        if container[size:].strip(b"\0"):
            return False
        info = cms.ContentInfo.load(container[:size], strict=True)
        signed = info["content_type"].native == "signed_data"
        return signed and _shortest(container[:size]) and _plain(info["content"])
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OverflowError,
        RecursionError,
    ):  # no container at all
        return False


def _shortest(der: bytes) -> bool:
    """Whether every element, down to the last, states its length in the one shortest way and fills its container.

    An element of kind 0 is none: the padding behind may not be drawn into the container.
    """
    open_ones = [(0, len(der))]
    while open_ones:
        at, end = open_ones.pop()
        while at < end:
            tag, first = der[at], der[at + 1]
            more = first & 0x7F if first & 0x80 else 0
            size = int.from_bytes(der[at + 2 : at + 2 + more]) if first & 0x80 else first
            start = at + 2 + more
            if not tag or tag & 0x1F == 0x1F or (more and size < max(0x80, 1 << 8 * (more - 1))) or first == 0x80:
                return False
            if start + size > end:
                return False
            if tag & 0x20:
                open_ones.append((start, start + size))
            at = start + size
    return True


def _plain(data: Any) -> bool:
    if data["version"].native != "v1" or data["crls"].native or len(data["signer_infos"]) != 1:
        return False
    enclosed = data["encap_content_info"]
    if enclosed["content_type"].native != "data" or enclosed["content"].native is not None:
        return False
    (signer,) = data["signer_infos"]
    algorithms = [one.dump() for one in data["digest_algorithms"]]
    if len(algorithms) != 1 or algorithms[0] not in _SHA256 or signer["digest_algorithm"].dump() not in _SHA256:
        return False
    return signer["version"].native == "v1" and _signer(data, signer)


def _signer(data: Any, signer: Any) -> bool:
    if signer["signature_algorithm"]["algorithm"].native not in _SIGNED_BY:
        return False
    unsigned = signer["unsigned_attrs"]
    kinds = [one["type"].native for one in unsigned] if unsigned.native else []
    if kinds not in ([], ["signature_time_stamp_token"]):
        return False
    if signer["sid"].name != "issuer_and_serial_number" or any(
        one.name != "certificate" for one in data["certificates"]
    ):
        return False
    issuer, number = (signer["sid"].chosen[name].dump() for name in ("issuer", "serial_number"))
    parts = [one.chosen["tbs_certificate"] for one in data["certificates"]]
    # byte for byte: names in certificates are compared without regard to case, which would leave letters loose
    own = [one for one in parts if one["issuer"].dump() == issuer and one["serial_number"].dump() == number]
    return len(own) == 1


def loose(data: Any, followed: Iterable[bytes]) -> bool:
    """Whether the container holds a certificate or list that nothing vouches for: neither the path nor a root."""
    known = set(followed)
    return bool(data["crls"].native) or any(one.chosen.dump() not in known for one in data["certificates"])
