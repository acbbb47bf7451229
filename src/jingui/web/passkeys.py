"""六（一）2 通行密钥: WebAuthn ceremonies (W3C WebAuthn level 2); the door keeps what they prove [6.1.2]

The relying party is this very host, and the origin must be this very address: http only on loopback names.
"""

import json
from typing import Any

from django.http import HttpRequest
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    UserVerificationRequirement,
)

from jingui.core.errors import Invalid, NotSignedIn
from jingui.core.signing import FactorLine
from jingui.core.word import N_

STATE = "passkey_state"


def server(request: HttpRequest) -> Fido2Server:
    """The relying party of this request's host."""
    host = request.get_host()
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    origin = f"{request.scheme}://{host}"
    party = PublicKeyCredentialRpEntity(id=name, name="Jingui")
    return Fido2Server(party, verify_origin=lambda given: given == origin)


def plain(options: Any) -> str:
    """Options as the page's script reads them."""
    return json.dumps(dict(options), default=as_text)


def as_text(value: Any) -> Any:
    """Bytes as base64url, nested mappings as objects."""
    return websafe_encode(value) if isinstance(value, bytes) else dict(value)


def known(rows: tuple[FactorLine, ...]) -> list[AttestedCredentialData]:
    """The credentials among an account's factors."""
    return [AttestedCredentialData(row.public) for row in rows if row.kind == "webauthn"]


def ask_new(request: Any, account: int, name: str, rows: tuple[FactorLine, ...]) -> str:
    """Options for making a passkey."""
    user = PublicKeyCredentialUserEntity(id=str(account).encode(), name=name, display_name=name)
    options, state = server(request).register_begin(
        user, known(rows), user_verification=UserVerificationRequirement.PREFERRED
    )
    request.session[STATE] = state
    return plain(options)


def made(request: Any, credential: str) -> bytes:
    """The public credential data of a passkey that was just made; Invalid if the ceremony does not hold."""
    state = request.session.pop(STATE, None)
    try:
        answer = RegistrationResponse.from_dict(json.loads(credential))
        if state is None:
            raise ValueError("no ceremony was begun")
        data = server(request).register_complete(state, answer).credential_data
    except (ValueError, TypeError, KeyError) as error:
        raise Invalid(N_("通行密钥没有登记成功。"), N_("请再试一次，或改用验证器。")) from error
    if data is None:
        raise Invalid(N_("通行密钥没有登记成功。"), N_("请再试一次，或改用验证器。"))
    return bytes(data)


def ask_proof(request: Any, rows: tuple[FactorLine, ...]) -> str:
    """Options for proving a passkey; "" when the account has none."""
    credentials = known(rows)
    if not credentials:
        return ""
    options, state = server(request).authenticate_begin(
        credentials, user_verification=UserVerificationRequirement.PREFERRED
    )
    request.session[STATE] = state
    return plain(options)


def proven(request: Any, credential: str, rows: tuple[FactorLine, ...]) -> tuple[int, int]:
    """(factor, signature counter) of a right assertion; NotSignedIn otherwise. The challenge is used up either way."""
    state = request.session.pop(STATE, None)
    try:
        answer = AuthenticationResponse.from_dict(json.loads(credential))
        if state is None:
            raise ValueError("no ceremony was begun")
        used = server(request).authenticate_complete(state, known(rows), answer)
        counter = answer.response.authenticator_data.counter
    except Exception as error:
        raise NotSignedIn(N_("通行密钥没有通过验证。"), N_("请再试一次，或改用验证码。")) from error
    row = next(row for row in rows if row.public == bytes(used))
    return row.factor, counter
