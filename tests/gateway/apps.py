"""Apps of a partner as their approval would leave them, and what their own programs do: PKCE, signed assertions."""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from jingui.core.operation import Actor, Operation, Target
from jingui.core.smart import ASSERTION, AuthoriseApp, ExchangeCode, Proof
from jingui.core.words import Entrance, Purpose, Verb
from jingui.gate import door
from tests.gate.test_charts import number
from tests.gateway.parties import Party
from tests.hospital import Hospital

PUBLIC = Actor(name="public:fhir", entrance=Entrance.FHIR, address="127.0.0.1")
BACK = "https://app.example.cn/callback"
TOKEN_URL = "http://127.0.0.1:8000/oauth/token"
SCOPES = ("launch/patient", "offline_access", "patient/Patient.r", "patient/Observation.rs", "patient/Condition.rs",
          "user/Patient.rs", "user/Observation.rs")  # fmt: skip


@dataclass(kw_only=True)
class Registered:
    """An app and, for a confidential one, its private key."""

    id: int
    client: str
    key: Any = None
    alg: str = "ES384"

    def proof(self, **changes: Any) -> Proof:
        """What its program sends to prove itself."""
        if self.key is None:
            return Proof(client=self.client)
        return Proof(assertion=self.assertion(**changes), kind=ASSERTION, audiences=(TOKEN_URL,))

    def assertion(self, *, alg: str = "", key: Any = None, kid: str = "", **changes: Any) -> str:
        import time

        claims = {
            "iss": self.client, "sub": self.client, "aud": TOKEN_URL, "jti": secrets.token_hex(16),
            "exp": int(time.time()) + 200, **changes,
        }  # fmt: skip
        head = {"alg": alg or self.alg, "kid": kid or f"{self.client}-1", "typ": "JWT"}
        claims = {name: value for name, value in claims.items() if value is not None}
        return str(jwt.encode(head, claims, key or self.key, algorithms=[head["alg"]]))

    def hmac(self) -> str:
        """The old trick: HS256 with the public key as its secret."""
        head = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": f"{self.client}-1"}).encode()).rstrip(b"=")
        said = head + b"." + self.assertion().split(".")[1].encode()
        made = hmac.digest(self.key.as_pem(private=False), said, "sha256")
        return (said + b"." + base64.urlsafe_b64encode(made).rstrip(b"=")).decode()


def names(targets: str, app: Registered) -> bool:
    """Whether an entry's targets name the app."""
    return any(one["type"] == "app" and one["record"] == str(app.id) for one in json.loads(targets))


def public_of(key: Any, kid: str) -> dict[str, Any]:
    return {**key.as_dict(private=False), "kid": kid, "use": "sig"}


def registered(
    hospital: Hospital, to: Party, client: str, *, scopes: tuple[str, ...] = SCOPES, key: Any = None,
    account: str = "", alg: str = "ES384", **more: Any,
) -> Registered:  # fmt: skip
    """An app's row, sealed as its approval would seal it."""
    from jingui.store.models import App

    pk = int(hospital.sql("SELECT nextval(pg_get_serial_sequence('app', 'id'))")[0][0])
    now = hospital.now()
    keys = json.dumps({"keys": [public_of(key, f"{client}-1")]}) if key is not None else ""
    values = {
        "id": pk, "client": client, "name": f"应用 {client}", "partner_id": to.id, "agreement_id": to.agreement,
        "confidential": key is not None, "redirects": [BACK], "scopes": list(scopes), "keys": keys,
        "account_id": hospital.actors[account].account if account else 0, "matter": 1,
        "starts": now - timedelta(hours=1), "ends": now + timedelta(days=200), **more,
    }  # fmt: skip
    hospital.keep(App(**values))
    return Registered(id=pk, client=client, key=key, alg=alg)


def new_key(kind: str = "P-384") -> Any:
    return RSAKey.generate_key(2048, private=True) if kind == "RSA" else ECKey.generate_key(kind, private=True)


def pkce() -> tuple[str, str]:
    """A verifier and its challenge."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def ask_public(hospital: Hospital, verb: Verb, data: object) -> Any:
    """What the token endpoint asks the door."""
    asked = Operation(actor=PUBLIC, verb=verb, at=hospital.now(), purpose=Purpose.OPERATION, data=data)
    return door.write(asked)


def authorised(
    hospital: Hospital, app: Registered, who: str | Actor, *scopes: str, patient: str = "", **more: Any
) -> tuple[str, str]:
    """A code and its verifier, after a person said yes."""
    verifier, challenge = pkce()
    usual = SCOPES if patient else tuple(one for one in SCOPES if "patient" not in one)
    data = AuthoriseApp(
        client=app.client, redirect=more.pop("redirect", BACK), scopes=scopes or usual,
        challenge=more.pop("challenge", challenge),
    )  # fmt: skip
    target = Target(patient=number(hospital, patient) if patient else 0)
    found = hospital.write(who, Verb.AUTHORISE_APP, data, target=target, purpose=more.pop("purpose", Purpose.TREATMENT))
    return str(found.value), verifier


def exchanged(hospital: Hospital, app: Registered, code: str, verifier: str, **more: Any) -> Any:
    data = ExchangeCode(**{
        "grant": "authorization_code", "proof": app.proof(), "code": code, "verifier": verifier, "redirect": BACK,
        **more,
    })  # fmt: skip
    return ask_public(hospital, Verb.EXCHANGE_CODE, data).value


def refreshed(hospital: Hospital, app: Registered, token: str, *scopes: str) -> Any:
    data = ExchangeCode(grant="refresh_token", proof=app.proof(), refresh=token, scopes=scopes)
    return ask_public(hospital, Verb.EXCHANGE_CODE, data).value


def actor(token: str) -> Actor:
    """Who a token speaks for at the data plane."""
    return door.wait(door.aauthenticate(token, "127.0.0.1"))
