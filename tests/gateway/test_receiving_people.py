"""五（一）3 接收: whose it is: another, two who fit, the dead, the destroyed [2.1.2] [3.1.3] [5.1.3]"""

from typing import Any

import orjson
import pytest

from jingui.core.enter import Change
from jingui.core.errors import Gone, Invalid, NotFound, Tampered
from jingui.core.receiving import ReviewReceived
from jingui.core.transmit import Media
from jingui.core.words import Purpose, Verb
from jingui.gate import receiving_slip
from tests.gate import destroying as d
from tests.gateway import arriving
from tests.gateway.arriving import deliver, document, known, newest, person
from tests.gateway.parties import Party, party
from tests.gateway.test_receiving_settled import settle
from tests.hospital import Hospital

OTHER_CARD = "110105199003073015"


@pytest.fixture(scope="module")
def by(hospital: Hospital) -> Party:
    return party(hospital, "市第二医院")


@pytest.fixture(scope="module")
def patient(hospital: Hospital) -> int:
    return known(hospital)


def candidates(hospital: Hospital, received: int) -> list[str]:
    page = arriving.ask(hospital, "registrar", Verb.REVIEW_RECEIVED, ReviewReceived(received=received)).value
    return [one.patient for one in page.candidates]


def test_for_another_than_it_says_only_with_a_reason(hospital: Hospital, by: Party, patient: int) -> None:
    other = known(hospital, name="闻人甲", born="1990-03-07", card=OTHER_CARD)
    deliver(hospital, by, document(person(card="")))
    number = newest(by).pk
    assert candidates(hospital, number) == [hospital.runtime.public(patient, 0)]
    with pytest.raises(Invalid) as wrong:
        settle(hospital, number, other)
    assert wrong.value.places[0][0] == "reason"
    row = newest(by)
    assert (row.state, row.patient_id) == ("quarantined", 0)
    settle(hospital, number, other, reason="曾用名，已核对户口簿")
    row = newest(by)
    assert (row.state, row.patient_id) == ("taken", other)
    from jingui.gate.notes import open_note

    notes = hospital.sql(
        "SELECT p.id, p.payload FROM entry e JOIN entry_payload p ON p.id = e.id WHERE e.verb = 'settle_received'"
    )
    assert any("户口簿" in open_note(hospital.runtime, entry, bytes(note)).decode() for entry, note in notes)


@pytest.mark.parametrize(
    ("who", "differs"),
    [({"name": "周怀瑜", "card": ""}, True), ({"born": "1950-01-01", "card": ""}, True), ({"card": OTHER_CARD}, True),
     ({"card": ""}, False)], ids=str,
)  # fmt: skip
def test_each_of_name_birth_and_number_counts(
    hospital: Hospital, by: Party, patient: int, who: dict[str, Any], differs: bool
) -> None:
    deliver(hospital, by, document(person(**who)))
    number = newest(by).pk
    assert newest(by).state == "quarantined"
    if differs:
        with pytest.raises(Invalid):
            settle(hospital, number, patient)
    else:
        settle(hospital, number, patient)
        assert newest(by).state == "taken"


def test_two_who_may_be_meant(hospital: Hospital, by: Party) -> None:
    twins = [known(hospital, name="司徒双", born="1991-02-03", card="") for _ in range(2)]
    assert twins[0] != twins[1]
    deliver(hospital, by, document(person("司徒双", "1991-02-03", "")))
    row = newest(by)
    assert (row.state, row.reason) == ("quarantined", "patient")
    assert set(candidates(hospital, row.pk)) == {hospital.runtime.public(one, 0) for one in twins}
    settle(hospital, row.pk, twins[1])
    assert newest(by).patient_id == twins[1]


def test_what_was_under_way_when_somebody_died_is_filed(hospital: Hospital, by: Party) -> None:
    card = "110105196001010017"
    face = person("欧阳故", "1960-01-01", card) | {"deceasedDateTime": "2026-11-01T08:00:00+08:00"}
    made = hospital.enter("his", Change(face, "urn:uuid:p"), purpose=Purpose.OPERATION).made
    dead = hospital.runtime.ids.internal(made[0].id)[0]
    answered = deliver(hospital, by, document(person("欧阳故", "1960-01-01", card)))
    assert (answered.state, newest(by).patient_id) == ("taken", dead)


def test_of_somebody_destroyed_nothing_is_filed_or_found(hospital: Hospital, by: Party, patient: int) -> None:
    d.staff(hospital)
    gone = d.old(hospital, name="旧病人甲")
    deliver(hospital, by, document(person("旧病人甲", "1950-01-01", "")))
    waiting = newest(by).pk
    # what was filed for them after it had waited: its key as an old backup still has it
    deliver(hospital, by, document(person(card="")))
    filed = newest(by)
    wrapped = receiving_slip.wrapped_key(filed.pk)
    assert wrapped is not None
    payload = bytes(filed.payload)
    settle(hospital, filed.pk, patient)
    assert receiving_slip.wrapped_key(filed.pk) is None
    assert receiving_slip.open_waiting(hospital.runtime, filed.pk, wrapped, payload)  # a backup could, until then
    filed.refresh_from_db()
    filed.patient_id, filed.records = gone.patient, []
    hospital.keep(filed, new=False)
    d.destroyed(hospital, *d.whole(gone))
    with pytest.raises(Tampered):
        receiving_slip.open_waiting(hospital.runtime, filed.pk, wrapped, payload)
    with pytest.raises(Gone):
        arriving.ask(hospital, "registrar", Verb.REVIEW_RECEIVED, ReviewReceived(received=filed.pk))
    # somebody else's that waits is as readable as before
    assert hospital.runtime.public(gone.patient, 0) not in candidates(hospital, waiting)
    with pytest.raises((Gone, NotFound)):
        settle(hospital, waiting, gone.patient, reason="试")
    assert newest(by).state != "refused"
    # the partner withdraws what was theirs: there is nothing left to use, and that is said with a receipt
    notice = orjson.dumps({"notice": "consent_withdrawn", "message": str(filed.message)})
    assert deliver(hospital, by, notice, Media.NOTICE).state == "taken"
