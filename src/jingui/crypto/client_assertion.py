"""五（一）2 接入应用: a client proves itself by a JWT that it signed (RFC 7523, SMART backend services) [5.1.2] [5.1.1]

One short list of algorithms, each with its own kind of key; the key is one that was registered, whatever a header
brings with it. `none`, HMAC with a public key as secret, and embedded keys are refused before any key is touched.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from jingui.core.errors import Tampered

ALGORITHMS: Final[Mapping[str, tuple[str, str]]] = {  # algorithm -> the kind of key it takes
    "ES384": ("EC", "P-384"), "ES256": ("EC", "P-256"), "RS384": ("RSA", ""),
}  # fmt: skip
LONGEST: Final = 8192
LIFE: Final = timedelta(minutes=5)
SKEW: Final = timedelta(seconds=30)  # a client's clock may be ahead of ours by this
HEADERS: Final = frozenset({"alg", "kid", "typ", "jku"})  # `jku` is never followed: keys are registered, not fetched


class Claims(NamedTuple):
    """What a good assertion says."""

    client: str
    jti: str
    ends: datetime


def client_of(assertion: str) -> str:
    """Whose it says to be, believed by nobody yet; Tampered when it is no JWT."""
    return str(_parts(assertion)[1].get("iss", ""))


def proven(assertion: str, keys: Sequence[Mapping[str, Any]], audiences: Sequence[str], at: datetime) -> Claims:
    """The claims of an assertion that one of the registered `keys` signed for one of `audiences`, valid at `at`.

    Tampered with its problem otherwise.
    """
    head, claims = _parts(assertion)
    if not set(head) <= HEADERS:
        raise _wrong("header")
    kind = ALGORITHMS.get(str(head.get("alg", "")))
    if kind is None:
        raise _wrong("alg")
    fits = [one for one in keys if one.get("kid") == head.get("kid") and (one.get("kty"), one.get("crv", "")) == kind]
    if len(fits) != 1 or fits[0].get("alg", head["alg"]) != head["alg"]:
        raise _wrong("kid")
    public = {name: value for name, value in fits[0].items() if name in ("kty", "crv", "x", "y", "n", "e")}
    try:
        key = RSAKey.import_key(public) if kind[0] == "RSA" else ECKey.import_key(public)
        jws.deserialize_compact(assertion, key, algorithms=[head["alg"]])
    except (JoseError, ValueError, TypeError) as error:
        raise _wrong("signature") from error
    return _checked(claims, audiences, at)


def _checked(claims: Mapping[str, Any], audiences: Sequence[str], at: datetime) -> Claims:
    client, jti = claims.get("iss"), claims.get("jti")
    if not isinstance(client, str) or not client or claims.get("sub") != client:
        raise _wrong("sub")
    said = claims.get("aud")
    if (said if isinstance(said, str) else None) not in audiences:
        raise _wrong("aud")
    if not isinstance(jti, str) or not 0 < len(jti) <= 255:
        raise _wrong("jti")
    ends = _moment(claims.get("exp"))
    if ends is None or ends <= at or ends > at + LIFE + SKEW:
        raise _wrong("exp")
    for name in ("nbf", "iat"):
        since = _moment(claims[name]) if name in claims else at
        if since is None or since > at + SKEW:
            raise _wrong(name)
    return Claims(client, jti, ends)


def _moment(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1 << 40:
        return None
    return datetime.fromtimestamp(value, UTC)


def _parts(assertion: str) -> tuple[dict[str, Any], dict[str, Any]]:
    pieces = assertion.split(".")
    if len(assertion) > LONGEST or not assertion.isascii() or len(pieces) != 3 or not all(pieces):
        raise _wrong("form")
    try:
        head, claims = (
            orjson.loads(base64.b64decode(one + "=" * (-len(one) % 4), altchars=b"-_", validate=True))
            for one in pieces[:2]
        )
    except (ValueError, binascii.Error) as error:
        raise _wrong("form") from error
    if not isinstance(head, dict) or not isinstance(claims, dict):
        raise _wrong("form")
    return head, claims


def _wrong(problem: str) -> Tampered:
    return Tampered(where="client_assertion", problem=problem)
