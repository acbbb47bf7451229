"""六（一）2 通行密钥: a software authenticator enrols and signs in; forged, replayed and cloned ones do not [6.1.2]"""

import hashlib
import html
import json
import os
import re
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from jingui.core.words import Role
from tests.hospital import Hospital
from tests.web.browser import Browser, outcomes, with_credentials

ORIGIN = "http://localhost"
PRESENT, VERIFIED = 1, 4


class Key:
    """A security key in software: ES256, no attestation, a counter."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id, self.counter = os.urandom(32), 0

    def data(self, rp: str, credential: AttestedCredentialData | None = None) -> AuthenticatorData:
        self.counter += 1
        flags = PRESENT | VERIFIED | (AuthenticatorData.FLAG.AT if credential else 0)
        return AuthenticatorData.create(
            hashlib.sha256(rp.encode()).digest(), flags, self.counter, bytes(credential) if credential else b""
        )

    def client(self, kind: str, challenge: str, origin: str) -> bytes:
        return json.dumps({"type": f"webauthn.{kind}", "challenge": challenge, "origin": origin}).encode()

    def create(self, options: dict[str, Any], origin: str = ORIGIN) -> str:
        client = self.client("create", options["challenge"], origin)
        public = ES256.from_cryptography_key(self.private.public_key())
        credential = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        attestation = AttestationObject.create("none", self.data(options["rp"]["id"], credential), {})
        response = {
            "clientDataJSON": websafe_encode(client), "attestationObject": websafe_encode(bytes(attestation)),
        }  # fmt: skip
        return self.answer(response)

    def get(self, options: dict[str, Any], origin: str = ORIGIN) -> str:
        client = self.client("get", options["challenge"], origin)
        data = bytes(self.data(options["rpId"]))
        signature = self.private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": websafe_encode(client), "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(signature),
        }  # fmt: skip
        return self.answer(response)

    def answer(self, response: dict[str, str]) -> str:
        number = websafe_encode(self.id)
        return json.dumps({
            "id": number, "rawId": number, "type": "public-key", "response": response, "clientExtensionResults": {},
        })  # fmt: skip


def options(page: Any) -> dict[str, Any]:
    """What the page hands to its script."""
    found = re.search(r'data-options="([^"]*)"', page.content.decode())
    assert found
    given = json.loads(html.unescape(found[1]))
    return dict(given.get("publicKey", given))


@pytest.fixture(scope="module")
def enrolled(hospital: Hospital) -> tuple[Hospital, Key]:
    hospital.person("pass", Role.PHYSICIAN, "xnk")
    with_credentials(hospital, "pass")
    browser, key = Browser(), Key()
    browser.sign_in(hospital, "pass")
    asked = options(browser.get("/account/passkey/"))
    assert asked["rp"]["id"] == "localhost"
    done = browser.post("/account/passkey/", name="值班室电脑", credential=key.create(asked))
    assert done.status_code == 302
    assert "值班室电脑" in browser.get("/account/").content.decode()
    return hospital, key


def half(hospital: Hospital) -> tuple[Browser, dict[str, Any]]:
    browser = Browser()
    browser.password("pass")
    return browser, options(browser.get("/sign-in/second-factor/"))


def test_a_passkey_opens_the_door(enrolled: tuple[Hospital, Key]) -> None:
    hospital, key = enrolled
    browser, asked = half(hospital)
    assert browser.post("/sign-in/second-factor/", credential=key.get(asked))["Location"] == "/"
    assert browser.get("/account/").status_code == 200
    assert outcomes(hospital, "pass")[0] == ("allow", "")


def test_an_assertion_works_once(enrolled: tuple[Hospital, Key]) -> None:
    hospital, key = enrolled
    browser, asked = half(hospital)
    answer = key.get(asked)
    other, _ = half(hospital)
    assert other.post("/sign-in/second-factor/", credential=answer).status_code == 400
    assert outcomes(hospital, "pass")[0] == ("fail", "wrong_factor")
    assert browser.post("/sign-in/second-factor/", credential=answer).status_code == 302
    browser.post("/sign-out/")
    browser.password("pass")
    assert browser.post("/sign-in/second-factor/", credential=answer).status_code == 400


def test_another_key_another_origin_and_nonsense_are_refused(enrolled: tuple[Hospital, Key]) -> None:
    hospital, key = enrolled
    stranger = Key()
    stranger.id = key.id
    for answer in (
        lambda asked: stranger.get(asked),
        lambda asked: key.get(asked, "http://evil.example"),
        lambda asked: key.get(asked, "http://localhost:9"),
        lambda asked: key.get({**asked, "rpId": "evil.example"}),
        lambda asked: "{}",
        lambda asked: "[]",
        lambda asked: "not json",
        lambda asked: '{"response": {"clientDataJSON": 7}}',
    ):
        browser, asked = half(hospital)
        assert browser.post("/sign-in/second-factor/", credential=answer(asked)).status_code in (400, 429)
        hospital.sql("DELETE FROM axes_accessattempt")
        assert outcomes(hospital, "pass")[0] == ("fail", "wrong_factor")


def test_a_clone_shows_itself_by_its_counter(enrolled: tuple[Hospital, Key]) -> None:
    hospital, key = enrolled
    browser, asked = half(hospital)
    assert browser.post("/sign-in/second-factor/", credential=key.get(asked)).status_code == 302
    key.counter -= 1
    browser, asked = half(hospital)
    assert browser.post("/sign-in/second-factor/", credential=key.get(asked)).status_code == 400
    assert outcomes(hospital, "pass")[0] == ("fail", "replayed_code")


def test_a_public_key_swapped_in_the_database_is_refused(enrolled: tuple[Hospital, Key]) -> None:
    hospital, _key = enrolled
    number = hospital.actors["pass"].account
    hospital.sql(
        "UPDATE mfa_authenticator SET data = jsonb_set(data, '{name}', '\"x\"') "
        "WHERE user_id = %s AND type = 'webauthn'", number,
    )  # fmt: skip
    assert Browser().password("pass").status_code == 500
