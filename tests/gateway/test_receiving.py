"""五（一）3 接收: proven, judged, filed or waiting, receipted; settled by people; told back [5.1.3] [2.1.2] [5.2.2]"""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
import psycopg
import pytest

from jingui.core.errors import Refused, Unavailable
from jingui.core.operation import Target
from jingui.core.receiving import (
    AskParts,
    Connected,
    Delivery,
    Late,
)
from jingui.core.transmit import Media
from jingui.core.words import Role, Verb
from jingui.crypto import jose
from jingui.formats.validate import validate
from jingui.store.verification import verify
from tests.gateway import arriving
from tests.gateway.arriving import deliver, document, known, newest, parcel, person
from tests.gateway.parties import OURS, Party, operation, party
from tests.hospital import Hospital

HIV = ("http://hl7.org/fhir/sid/icd-10", "B20.1")


@pytest.fixture(scope="module")
def by(hospital: Hospital) -> Party:
    return party(hospital, "市第二医院")


@pytest.fixture(scope="module")
def patient(hospital: Hospital) -> int:
    return known(hospital)


def entries(hospital: Hospital, verb: str = "receive") -> int:
    return int(hospital.sql("SELECT count(*) FROM entry WHERE verb = %s", verb)[0][0])


def records(hospital: Hospital, patient: int) -> list[dict[str, Any]]:
    """The newest two records of the chart, as they are stored."""
    from jingui.gate import door

    rows = hospital.sql(
        "SELECT record_id FROM record WHERE patient_id = %s AND kind IN ('DocumentReference', 'Provenance') "
        "ORDER BY record_id DESC LIMIT 2", patient,
    )  # fmt: skip
    out = []
    for (number,) in rows:
        asked = hospital.operation(
            hospital.as_token("his", "system/*.r"), Verb.READ, target=Target(patient=patient, record=number)
        )
        out.append(orjson.loads(door.sheet(asked).body))
    return out


CONTENTS = ((Media.FHIR, document()), (Media.CDA, arriving.cda()), (Media.HL7V2, arriving.hl7()))


@pytest.mark.parametrize(("media", "content"), CONTENTS, ids=[media for media, _ in CONTENTS])
def test_filed_for_the_one_patient(hospital: Hospital, by: Party, patient: int, media: Media, content: bytes) -> None:
    before = entries(hospital)
    sent = parcel(hospital, by, content, media)
    from jingui.gate import door

    answered = door.write(arriving.operation(hospital, by, sent)).value
    assert (answered.state, answered.reason) == ("taken", "")
    row = arriving.row(sent.message)
    assert (row.patient_id, row.payload, row.state) == (patient, None, "taken")
    receipt, _ = jose.read_receipt(answered.receipt, lambda _: hospital.runtime.gateway_keys().sign.certificate)
    assert jose.answers(receipt, sent)
    assert (receipt.outcome, receipt.sender, receipt.receiver) == ("taken", by.uscc, OURS)
    assert hospital.sql("SELECT verb, decision FROM entry WHERE id = %s", receipt.entry) == [("receive", "allow")]
    assert entries(hospital) == before + 1
    first, second = records(hospital, patient)
    told = {one["resourceType"]: one for one in (first, second)}
    for one in told.values():
        validate({key: value for key, value in one.items() if key != "contained"})
    assert told["DocumentReference"]["author"][0]["display"] == "市第二医院"
    assert told["DocumentReference"]["masterIdentifier"]["value"] == f"urn:uuid:{sent.message}"
    from jingui.gate.receiving_records import content_of

    assert content_of(told["Provenance"]) == content
    assert hashlib.sha256(content).hexdigest() in told["Provenance"]["entity"][0]["what"]["display"]


def test_the_same_again_is_the_same_receipt(hospital: Hospital, by: Party, patient: int) -> None:
    from jingui.gate import door

    sent = parcel(hospital, by, document())
    asked = arriving.operation(hospital, by, sent)
    first = door.write(asked).value
    count = hospital.sql("SELECT count(*) FROM record WHERE patient_id = %s", patient)
    again = door.write(arriving.operation(hospital, by, sent)).value
    assert (again.again, again.receipt) == (True, first.receipt)
    assert hospital.sql("SELECT count(*) FROM record WHERE patient_id = %s", patient) == count


def test_what_it_tells_of_is_labelled(hospital: Hospital, by: Party, patient: int) -> None:
    deliver(hospital, by, document(person(), HIV))
    found = hospital.sql(
        "SELECT level, labels FROM record WHERE patient_id = %s ORDER BY record_id DESC LIMIT 2", patient
    )
    assert found == [("secret", ["hiv"])] * 2


def test_no_word_of_a_sender_stands_in_plain(hospital: Hospital, by: Party, patient: int) -> None:
    sent = parcel(hospital, by, document(title="周怀瑾的出院小结"), label="周怀瑾")
    from jingui.gate import door

    door.write(arriving.operation(hospital, by, sent))
    assert arriving.row(sent.message).label == "34133-9"


DOUBTFUL = (
    ("patient", Media.FHIR, document(person(card=""))),  # a name and a birth date are no proof
    ("patient", Media.FHIR, document(person("周怀瑜"))),  # the number is somebody else's by name
    ("patient", Media.FHIR, document(person(born="1950-01-01"))),
    ("patient", Media.DICOM, arriving.dicom()),
    ("invalid", Media.FHIR, b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Nix"}}]}'),
    ("invalid", Media.CDA, b"<ClinicalDocument/>"),
    ("invalid", Media.HL7V2, b"MSH|"),
    ("invalid", Media.DICOM, bytes(4096)),
    ("unknown_type", Media.CDA, arriving.cda(code="")),
)  # fmt: skip


@pytest.mark.parametrize(("reason", "media", "content"), DOUBTFUL)
def test_in_doubt_a_person_is_asked(
    hospital: Hospital, by: Party, patient: int, reason: str, media: Media, content: bytes
) -> None:
    answered = deliver(hospital, by, content, media)
    assert (answered.state, answered.reason) == ("quarantined", reason)
    row = newest(by)
    assert (row.patient_id, list(row.records)) == (0, [])
    assert content not in bytes(row.payload)


HARMFUL = (
    (Media.FHIR, b'{"a":' * 100_000),
    (Media.CDA, b'<!DOCTYPE x [<!ENTITY a "b">]><ClinicalDocument xmlns="urn:hl7-org:v3">&a;</ClinicalDocument>'),
    (Media.CDA, b"PK\x03\x04" + bytes(100)),
    (Media.HL7V2, b"MSH|^~\\&|\r" + b"OBX|1\r" * 100_000),
)


@pytest.mark.parametrize(("media", "content"), HARMFUL)
def test_what_may_harm_is_refused_and_not_kept(hospital: Hospital, by: Party, media: Media, content: bytes) -> None:
    answered = deliver(hospital, by, content, media)
    assert (answered.state, answered.reason) == ("refused", "hostile")
    assert newest(by).payload is None


@pytest.mark.parametrize(
    "changed", [{"purpose": "referral"}, {"agreement": "协议-没有"}, {"media": Media.CDA}], ids=str
)
def test_outside_the_agreement_nothing_is_taken(hospital: Hospital, patient: int, changed: dict[str, Any]) -> None:
    from jingui.store.models import Agreement

    other = party(hospital, f"市第{len(changed)}{sorted(changed)[0]}医院")
    row = Agreement.objects.get(pk=other.agreement)
    row.payloads = ["fhir"]
    hospital.keep(row, new=False)
    answered = deliver(hospital, other, document(), **changed)
    assert (answered.state, answered.reason) == ("refused", "agreement")


def test_an_ended_agreement_takes_nothing_but_notices(hospital: Hospital, by: Party, patient: int) -> None:
    from jingui.store.models import Agreement

    other = party(hospital, "期满医院")
    first = parcel(hospital, other, document())
    from jingui.gate import door

    assert door.write(arriving.operation(hospital, other, first)).value.state == "taken"
    row = Agreement.objects.get(pk=other.agreement)
    row.ended = hospital.runtime.clock.now()
    hospital.keep(row, new=False)
    assert deliver(hospital, other, document()).reason == "agreement"
    notice = orjson.dumps({"notice": "consent_withdrawn", "message": str(first.message)})
    assert deliver(hospital, other, notice, Media.NOTICE).state == "taken"
    assert arriving.row(first.message).reason == "withdrawn"


def test_of_another_partner_nothing_is_believed(hospital: Hospital, by: Party) -> None:
    from jingui.gate import door

    other = party(hospital, "冒名医院")
    sent = parcel(hospital, by, document())
    right = arriving.operation(hospital, by, sent)
    as_other = arriving.operation(hospital, other, sent, body=right.data.body)  # type: ignore[union-attr]
    before = entries(hospital)
    for asked in (
        as_other,  # by's parcel over the other's connection
        arriving.operation(hospital, other, parcel(hospital, other, document(), sender=by.uscc)),
        arriving.operation(hospital, other, parcel(hospital, other, document(), receiver=by.uscc)),
    ):
        with pytest.raises(Refused) as refused:
            door.write(asked)
        assert refused.value.reason == "sender"
    # a connection that says it is another's than its certificate is
    lie = Delivery(by=Connected(partner=by.id, uscc=by.uscc, fingerprint="0" * 64), message=sent.message, body=b"x")
    with pytest.raises(Refused) as refused:
        door.write(operation(hospital, Verb.RECEIVE, lie))
    assert refused.value.reason == "gateway_sender"
    assert entries(hospital) == before + 4
    assert hospital.sql("SELECT count(*) FROM received WHERE message = %s", sent.message) == [(0,)]


def test_people_and_tokens_do_not_deliver(hospital: Hospital, by: Party) -> None:
    from jingui.gate import door

    sent = parcel(hospital, by, document())
    data = arriving.operation(hospital, by, sent).data
    for who in ("registrar", "doctor", "sysadmin"):
        with pytest.raises(Refused):
            hospital.write(who, Verb.RECEIVE, data)
    with pytest.raises(Refused):
        door.write(hospital.operation(hospital.as_token("his", "system/*.c"), Verb.RECEIVE, data))
    with pytest.raises(Refused):
        door.write(hospital.operation("his", Verb.RECEIVE, AskParts(by=data.by, message=uuid4())))  # type: ignore[union-attr]


def test_entered_in_the_name_of_the_partners_account(hospital: Hospital, patient: int) -> None:
    from jingui.store.models import Partner

    hospital.person("iface", Role.INTERFACE, "xnk")
    other = party(hospital, "有账号的医院")
    row = Partner.objects.get(pk=other.id)
    row.account_id = hospital.actors["iface"].account
    hospital.keep(row, new=False)
    assert deliver(hospital, other, document()).state == "taken"
    who = hospital.sql("SELECT person_id FROM entry WHERE verb = 'receive' ORDER BY id DESC LIMIT 1")
    assert who[0][0] == hospital.people["iface"]


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_that_is_off_is_told(hospital: Hospital, by: Party, minutes: int) -> None:
    at = hospital.runtime.clock.now()
    with pytest.raises(Late) as late:
        deliver(hospital, by, document(), made=at + timedelta(minutes=minutes))
    assert str(late.value.data["now"])[:13] == at.isoformat()[:13]


def test_a_paused_channel_and_none(hospital: Hospital) -> None:
    from jingui.store.models import Channel

    other = party(hospital, "暂停医院")
    row = Channel.objects.get(pk=other.channel)
    row.state, row.paused = "paused", hospital.runtime.clock.now()
    hospital.keep(row, new=False)
    with pytest.raises(Unavailable):
        deliver(hospital, other, document())
    outward = party(hospital, "只出医院", direction="out")
    with pytest.raises(Refused) as refused:
        deliver(hospital, outward, document())
    assert refused.value.reason == "channel"


def test_no_more_than_the_channel_says(hospital: Hospital) -> None:
    other = party(hospital, "勤快医院", most=2)
    for _ in range(2):
        assert deliver(hospital, other, b"{}").state == "quarantined"
    with pytest.raises(Unavailable):
        deliver(hospital, other, b"{}")


def test_the_whole_ledger_agrees_with_what_was_received(hospital: Hospital) -> None:
    with psycopg.connect(hospital.addresses["app"].psycopg()) as connection:
        found = verify(connection, hospital.runtime.keyring, hospital.runtime.origin).findings
    # partners were made past the door here, what came from them was not
    ours = [one for one in found if one.where.startswith(("received", "record", "entry"))]
    assert [f"{one.where} {one.why}" for one in ours] == []
    assert hospital.sql("SELECT count(*) > 10 FROM received") == [(True,)]
