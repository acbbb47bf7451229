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
        return signed and _plain(info["content"]) and _same(info, container[:size])
    except (ValueError, TypeError, KeyError, IndexError, OverflowError):  # no container at all
        return False


def _same(info: Any, der: bytes) -> bool:
    """Whether writing anew what was read gives the same bytes: no second way to write a length or a number."""
    again: bytes = info.copy().dump(force=True)
    return again == der


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
    sid = signer["sid"].chosen
    held = [one.chosen for one in data["certificates"]]
    own = [one for one in held if one.issuer == sid["issuer"] and one.serial_number == sid["serial_number"].native]
    return len(own) == 1


def loose(data: Any, followed: Iterable[bytes]) -> bool:
    """Whether the container holds a certificate or list that nothing vouches for: neither the path nor a root."""
    known = set(followed)
    return bool(data["crls"].native) or any(one.chosen.dump() not in known for one in data["certificates"])
