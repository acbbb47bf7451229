"""六（一）: bearer tokens: none, unknown, expired, revoked, of the wrong scope, of a frozen account [6.1.2] [5.1.2]"""

from datetime import timedelta

import pytest

from jingui.core.protect import ChangeAccountState, EndPost, IssueToken, RevokeToken
from jingui.core.words import Role, Verb
from tests.api.admitting import admit
from tests.api.client import Served, token_for
from tests.api.samples import observation


@pytest.fixture(scope="module")
def chart(served: Served) -> list[str]:
    return admit(served, "令一令", "72000001")


@pytest.mark.parametrize(
    "sent",
    ["", "Bearer", "Bearer ", "Basic ZG9jdG9yOng=", "Bearer x", "Bearer jg_" + "a" * 43, "Bearer jg_" + "a" * 5000,
    "jg_x",
     "Bearer jg_é"],
)  # fmt: skip
def test_without_a_good_token(served: Served, chart: list[str], sent: str) -> None:
    before = served.counts()
    for method, path in (
        ("GET", chart[2]),
        ("POST", "Observation"),
        ("GET", "Observation"),
        ("POST", ""),
        ("GET", "nothing"),
    ):
        answer = served.call(method, path, "", {} if method == "POST" else None, Authorization=sent.encode("utf-8"))  # type: ignore[arg-type]
        assert answer.status_code == 401, (method, path, answer.text)
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["issue"][0]["code"] == "login"
        assert answer.headers["cache-control"] == "no-store"
    assert served.counts() == before


def test_a_failed_token_is_entered(served: Served, chart: list[str]) -> None:
    """S12: failed sign-ins count as calls."""
    before = served.entries()
    assert served.get(chart[2], "", Authorization="Bearer jg_" + "b" * 43).status_code == 401
    assert served.entries() == before + 1


def test_revoked_at_once(served: Served, chart: list[str]) -> None:
    token = token_for(served.hospital, served.hospital.actors["doctor"])
    assert served.get(chart[2], token).status_code == 200
    number = served.hospital.sql("SELECT max(id) FROM token")[0][0]
    served.hospital.write("secadmin", Verb.REVOKE_TOKEN, RevokeToken(token=number))
    refused = served.get(chart[2], token)
    assert refused.status_code in (401, 403), refused.text
    assert served.post("Observation", observation(chart[0]), token).status_code in (401, 403)


def test_expired(served: Served, chart: list[str]) -> None:
    token = token_for(served.hospital, served.hospital.actors["doctor"], days=3 / 86_400)
    assert served.get(chart[2], token).status_code == 200
    import time

    time.sleep(3.2)
    assert served.get(chart[2], token).status_code in (401, 403)


def test_a_token_cannot_be_issued_for_ever_or_for_others_posts(served: Served) -> None:
    from jingui.core.errors import Invalid

    hospital = served.hospital
    with pytest.raises(Invalid):
        token_for(hospital, hospital.actors["doctor"], days=400)
    data = IssueToken(
        digest=b"x" * 32, account=hospital.actors["doctor"].account, post=hospital.actors["nurse"].post, scopes=(),
        label="", expires=hospital.now() + timedelta(days=1),
    )  # fmt: skip
    with pytest.raises(Invalid):
        hospital.write("secadmin", Verb.ISSUE_TOKEN, data)


def test_scopes(served: Served, chart: list[str]) -> None:
    doctor = served.hospital.actors["doctor"]
    reading = token_for(served.hospital, doctor, "user/Observation.rs")
    assert served.get(chart[2], reading).status_code == 200
    assert served.get(f"Observation?patient={chart[0]}", reading).status_code == 200
    for refused in (
        served.get(chart[1], reading), served.get(chart[0], reading), served.get(f"{chart[0]}/$everything", reading),
        served.post("Observation", observation(chart[0]), reading), served.get(f"Encounter?patient={chart[0]}",
        reading),
        served.call("PUT", chart[2], reading, {**served.get(chart[2]).json(), "status": "amended"}),
        served.get("Patient?identifier=72000001", reading),
    ):  # fmt: skip
        assert refused.status_code == 403, refused.text
    chart_reader = token_for(served.hospital, doctor, "user/Patient.r", "user/Encounter.r")
    whole = served.get(f"{chart[0]}/$everything", chart_reader)
    assert {one["resource"]["resourceType"] for one in whole.json()["entry"]} == {"Patient", "Encounter"}
    including = served.get(f"Observation?patient={chart[0]}&_include=Observation:encounter", reading)
    assert '"Encounter"' not in including.text, "an include reached beyond the token's scope"
    writing = token_for(served.hospital, doctor, "user/Observation.c")
    assert served.post("Observation", observation(chart[0]), writing).status_code == 201
    assert served.get(chart[2], writing).status_code == 403
    nothing = token_for(served.hospital, doctor, "user/Observation", "nonsense", "user/*.")
    assert served.get(chart[2], nothing).status_code == 403


def test_a_frozen_account_and_an_ended_post(served: Served, chart: list[str]) -> None:
    hospital = served.hospital
    actor = hospital.person("leaver", Role.PHYSICIAN, "xnk")
    token = token_for(hospital, actor)
    assert served.get(chart[2], token).status_code == 200
    hospital.write("secadmin", Verb.END_POST, EndPost(post=actor.post))
    assert served.get(chart[2], token).status_code in (401, 403)
    other = hospital.person("frozen", Role.PHYSICIAN, "xnk")
    token = token_for(hospital, other)
    assert served.get(chart[2], token).status_code == 200
    hospital.write("secadmin", Verb.FREEZE_ACCOUNT, ChangeAccountState(account=other.account, reason="test"))
    assert served.get(chart[2], token).status_code in (401, 403)


def test_a_changed_token_row_is_tampered(served: Served, chart: list[str]) -> None:
    hospital = served.hospital
    token = token_for(hospital, hospital.actors["surgeon"], "user/Observation.r")
    number = hospital.sql("SELECT max(id) FROM token")[0][0]
    hospital.sql("UPDATE token SET post_id = %s WHERE id = %s", hospital.actors["doctor"].post, number)
    answer = served.get(chart[2], token)
    assert answer.status_code == 500, answer.text
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "tampered"
    assert answer.headers.get("x-jingui-entry"), "tampering is entered"


def test_an_unknown_purpose(served: Served, chart: list[str]) -> None:
    assert served.get(chart[2], X_Jingui_Purpose="curiosity").status_code == 400
    assert served.get(chart[2], X_Jingui_Purpose="research").status_code == 403
