"""四（二）1 封存与启封: lists, locks, packages, both signatures, later parts, unsealing [4.2.1]"""

import hashlib
import subprocess
from base64 import b64decode
from dataclasses import replace
from typing import Any

import orjson
import pytest

from jingui.core.enter import Change
from jingui.core.errors import Conflict, Invalid, NotFound, Refused, Tampered
from jingui.core.keep import LiftHold
from jingui.core.operation import Target
from jingui.core.sealing import DrawList, SealLater, SignList, TakePackage, Thing
from jingui.core.words import Category, Purpose, Verb
from jingui.crypto import parcel
from jingui.gate import door
from tests.gate import sealed as s
from tests.gate.entering import Admitted, admit, entered, entries, form_of, note, sign, signing, submit
from tests.gate.test_sources import ORU, adt, register, send
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    return s.people(hospital)


@pytest.fixture
def patient(house: Hospital) -> Admitted:
    """A patient with one signed and one unsigned note."""
    made = admit(house)
    signing(house, "doctor")
    sign(house, "doctor", made, entered(house, "doctor", made))
    entered(house, "doctor", made, note(house, course="患者诉胸闷，予吸氧后缓解，继续观察病情变化。"))
    return made


def records(house: Hospital, at: Admitted) -> dict[str, tuple[int, int]]:
    rows = house.sql("SELECT record_id, version, state FROM record WHERE patient_id = %s AND form <> ''", at.patient)
    return {state: (record, version) for record, version, state in rows}


def test_a_list_locks_what_is_finished_and_names_every_version(house: Hospital, patient: Admitted) -> None:
    matter = s.approved(house, patient.patient)
    before = entries(house)
    drawn = s.seal(house, "archivist", patient.patient, DrawList(
        matter=matter, things=(Thing("volume", "门诊手册", "1 册", "袋 1"), Thing("sample", "输液袋", "1 个", "冷藏柜"))
    ))  # fmt: skip
    assert entries(house) == before + 1
    assert drawn.items == 1
    record, version = records(house, patient)["signed"]
    rows = house.sql(
        "SELECT i.record_id, i.record_version, h.kind, h.record_id FROM sealed_item i LEFT JOIN hold h"
        " ON h.patient_id = i.patient_id AND h.hold_id = i.hold_id WHERE i.patient_id = %s ORDER BY i.record_id",
        patient.patient,
    )
    assert rows == [(0, 0, None, None), (0, 0, None, None), (record, version, "dispute_seal", record)]
    targets = orjson.loads(
        bytes(house.sql("SELECT targets FROM entry WHERE verb = 'seal_records' ORDER BY id DESC LIMIT 1")[0][0])
    )
    assert {(one["type"], one["version"]) for one in targets} == {("QuestionnaireResponse", 1), ("sealing_list", 1)}
    assert drawn.digest in {one["record"] for one in targets}
    with pytest.raises(Conflict):
        s.seal(house, "archivist", patient.patient, DrawList(matter=matter))


def test_from_the_list_to_both_signatures_in_this_order(house: Hospital, patient: Admitted) -> None:
    drawn = s.seal(house, "archivist", patient.patient, DrawList(matter=s.approved(house, patient.patient)))
    which = drawn.sealing
    s.signing(house, "archivist")
    first = SignList(sealing=which, digest=drawn.digest, present=s.present())
    with pytest.raises(Conflict):  # no medium yet
        s.seal(house, "archivist", patient.patient, first)
    made = s.seal(house, "archivist", patient.patient, TakePackage(sealing=which, medium="光盘 F-9，3 柜"))
    with pytest.raises(Conflict):  # once
        s.seal(house, "archivist", patient.patient, TakePackage(sealing=which, medium="光盘 F-9，3 柜"))
    again = s.seal(
        house, "archivist", patient.patient, TakePackage(sealing=which, medium="光盘 F-10，3 柜", reason="写盘失败")
    )
    assert again.secret != made.secret
    seen = s.shown(house, patient.patient, which).rounds[0]
    assert (seen.secret, seen.package, seen.medium) == (again.secret, again.digest, "光盘 F-10，3 柜")
    with pytest.raises(Conflict):  # the list was another one before its medium stood in it
        s.seal(house, "archivist", patient.patient, first)
    for wrong, place in (
        ({"name": " "}, "name"), ({"identity": s.WRONG_CARD}, "identity"), ({"signed": b""}, "signed"),
        ({"signed": b"GIF89a"}, "signed"), ({"relation": ""}, "relation"), ({"name": "王" * 61}, "name"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as error:
            s.seal(house, "archivist", patient.patient, replace(first, digest=seen.digest, present=s.present(**wrong)))
        assert place in dict(error.value.places)
    with pytest.raises(Refused) as no_session:  # the hospital's side signs in a signing session of its own
        s.seal(house, "archivist2", patient.patient, replace(first, digest=seen.digest))
    assert no_session.value.reason == "signing_session"
    s.seal(house, "archivist", patient.patient, replace(first, digest=seen.digest))
    done = s.shown(house, patient.patient, which)
    assert done.rows[0].state == "sealed"
    assert (done.rounds[0].secret, done.rounds[0].holds) == ("", True)
    assert done.rounds[0].present["name"] == "赵敏"
    assert (done.rows[0].asks - done.rows[0].starts).days in (1095, 1096)
    with pytest.raises(Conflict):  # a sealed medium is not written again
        s.seal(house, "archivist", patient.patient, TakePackage(sealing=which, medium="光盘 F-11", reason="再来一份"))


def test_the_package_opens_with_its_secret_alone_and_says_what_was_sealed(house: Hospital, patient: Admitted) -> None:
    drawn = s.seal(house, "archivist", patient.patient, DrawList(matter=s.approved(house, patient.patient)))
    made = s.seal(house, "archivist", patient.patient, TakePackage(sealing=drawn.sealing, medium="光盘 1"))
    suite = house.runtime.suite
    assert suite.digest(made.content).hex() == made.digest
    header, plain = parcel.unpack(suite, made.secret.lower().replace("-", " "), made.content)
    assert header["sealing"] == drawn.sealing
    lines = [orjson.loads(line) for line in plain.splitlines()]
    assert lines[0]["items"][0][0] == lines[1]["record"]
    written = plain.splitlines()[1].split(b'"content":', 1)[1][:-1]
    assert suite.digest(written).hex() == lines[0]["items"][0][4]
    assert "双肺呼吸音清" in plain.decode()
    file = lines[-1]
    pages = b64decode(file["content"])
    assert (file["file"], hashlib.sha256(pages).hexdigest()) == ("records-1.pdf", file["sha256"])
    assert len(lines) == 1 + len(lines[0]["items"]) + 1
    text = "".join(said(pages).split())
    assert "双肺呼吸音清" in text
    shown = said(pages).split("\f")[:-1]
    assert all("封存中" in "".join(page.split()) for page in shown)
    assert "双肺呼吸音清".encode() not in made.content
    for n in (0, 30, len(made.content) - 1):
        flipped = bytearray(made.content)
        flipped[n] ^= 1
        with pytest.raises(Tampered):
            parcel.unpack(suite, made.secret, bytes(flipped))
    with pytest.raises(Tampered):
        parcel.unpack(suite, parcel.secret_of(b"\0" * 20), made.content)


def said(file: bytes) -> str:
    """The words of a PDF, as poppler reads them."""
    return subprocess.run(["pdftotext", "-", "-"], input=file, capture_output=True, check=True).stdout.decode()


def test_a_list_of_volumes_alone_is_sealed_and_verified(house: Hospital) -> None:
    """[7.1.2] Entries of a list without records name their patient all the same; there are no pages to print."""
    at = admit(house)
    signing(house, "doctor")
    sign(house, "doctor", at, entered(house, "doctor", at, note(house)))
    drawn = s.sealed(house, at.patient)
    film = (Thing("film", "CT 片", "3 张", "病案室 2 柜"),)
    s.seal(house, "archivist", at.patient, SealLater(sealing=drawn.sealing, things=film), Verb.SEAL_LATER)
    made = s.finish(house, at.patient, drawn.sealing, n=1)
    _, plain = parcel.unpack(house.runtime.suite, made.secret, made.content)
    assert len(plain.splitlines()) == 1
    assert [one for one in s.verified(house) if one.kind == "entry"] == []


def correct(house: Hospital, at: Admitted, who: str = "doctor") -> Any:
    record, version = records(house, at)["signed"]
    form = form_of(house, at, note(house, course="改写病程内容，与此前不同。"), start=version, reason="原文有误")
    return submit(house, who, at, form, record=record)


def test_a_sealed_record_is_corrected_by_no_way_and_still_read_and_added_to(house: Hospital, patient: Admitted) -> None:
    s.sealed(house, patient.patient)
    with pytest.raises(Refused) as page:
        correct(house, patient)
    assert (page.value.reason, page.value.data["matter"]) == ("sealed", "unsealing")
    target = Target(patient=patient.patient, record=records(house, patient)["signed"][0])
    assert door.sheet(house.operation("doctor", Verb.READ, target=target)).version == 1
    entered(house, "doctor", patient, note(house, course="封存后继续诊疗，病情稳定，嘱明日复查。"))  # care goes on


def test_a_sealed_result_is_corrected_by_no_interface(house: Hospital) -> None:
    his, lab = register(house, "his-s"), register(house, "lab-s", categories=(Category.TESTS,))
    send(house, his, "his-s", adt("A01", "s1", "SEAL1", visit="ZYSEAL1"))

    def oru(control: str, value: str, status: str, at: str) -> str:
        text = adt("A01", control, "SEAL1", visit="ZYSEAL1").replace("ADT^A01", "ORU^R01")
        return text + ORU.format(value=value, status=status).replace("20240102090000", at)

    made = send(house, lab, "lab-s", oru("s2", "7.10", "F", "20240102090000")).made
    patient, record = house.runtime.ids.internal(made[3].id)
    drawn = s.sealed(house, patient)
    assert drawn.items == 2  # report and value; the stay goes on
    with pytest.raises(Refused) as message:
        send(house, lab, "lab-s", oru("s3", "5.10", "C", "20240102100000"))
    assert message.value.reason == "sealed"
    resource = orjson.loads(made[3].body) | {"valueQuantity": {"value": 5, "unit": "mmol/L"}}
    change = Change(resource=resource, record=(patient, record))
    for verb, source in ((Verb.ENTER, ""), (Verb.CORRECT, ""), (Verb.IMPORT, "import")):
        with pytest.raises(Refused) as refused:
            house.enter("his", change, verb=verb, source=source, purpose=Purpose.OPERATION)
        assert refused.value.reason == "sealed", verb
    versions = house.sql("SELECT version FROM record WHERE patient_id = %s AND record_id = %s", patient, record)
    assert versions == [(1,)]


def test_nothing_but_an_unsealing_lifts_the_lock(house: Hospital, patient: Admitted) -> None:
    s.sealed(house, patient.patient)
    hold = house.sql("SELECT hold_id FROM hold WHERE patient_id = %s AND NOT lifted", patient.patient)[0][0]
    target = Target(patient=patient.patient)
    with pytest.raises(Refused) as refused:  # it is not even proposed
        house.write("archivist", Verb.LIFT_HOLD, LiftHold(hold=hold, reason="想更正"), target=target)
    assert refused.value.data["matter"] == "unsealing"
    assert house.sql("SELECT lifted FROM hold WHERE hold_id = %s", hold) == [(False,)]


def test_what_is_finished_later_is_sealed_later(house: Hospital, patient: Admitted) -> None:
    drawn = s.sealed(house, patient.patient)
    waiting = s.shown(house, patient.patient).rows[0]
    assert (waiting.waiting, waiting.unfinished) == (0, 2)  # the unsigned note and the open stay
    with pytest.raises(Invalid):  # nothing is finished yet
        s.seal(house, "archivist", patient.patient, SealLater(sealing=drawn.sealing), Verb.SEAL_LATER)
    record, version = records(house, patient)["entered"]
    unfinished = house.runtime.public(patient.patient, record)
    later = SealLater(sealing=drawn.sealing, records=(unfinished,))
    with pytest.raises(Invalid):
        s.seal(house, "archivist", patient.patient, later, Verb.SEAL_LATER)
    sign(house, "doctor", patient, record, version=version)
    assert s.shown(house, patient.patient).rows[0].waiting == 1
    more = s.seal(house, "affairs", patient.patient, SealLater(sealing=drawn.sealing), Verb.SEAL_LATER)
    assert more.items == 1
    listed = house.runtime.public(patient.patient, records(house, patient)["signed"][0])
    with pytest.raises(Conflict):  # the list waits for its signatures
        s.seal(house, "affairs", patient.patient, SealLater(sealing=drawn.sealing, records=(listed,)), Verb.SEAL_LATER)
    s.signing(house, "affairs")
    s.seal(house, "affairs", patient.patient, TakePackage(sealing=drawn.sealing, medium="光盘 2"))
    digest = s.shown(house, patient.patient, drawn.sealing).rounds[1].digest
    with pytest.raises(Invalid):  # the drawing under the first list signs no other
        s.seal(house, "affairs", patient.patient, SignList(sealing=drawn.sealing, digest=digest, present=s.present()))
    s.seal(house, "affairs", patient.patient, SignList(sealing=drawn.sealing, digest=digest, present=s.present(1)))
    rounds = s.shown(house, patient.patient, drawn.sealing).rounds
    assert [(one.part, one.holds, len(one.items)) for one in rounds] == [("first", True, 1), ("later", True, 1)]


def test_the_same_record_is_not_sealed_twice(house: Hospital, patient: Admitted) -> None:
    s.sealed(house, patient.patient)
    record = house.runtime.public(patient.patient, records(house, patient)["signed"][0])
    other = s.approved(house, patient.patient)
    with pytest.raises(Conflict):
        s.seal(house, "archivist", patient.patient, DrawList(matter=other, records=(record,)))
    with pytest.raises(Invalid):
        s.seal(house, "archivist", patient.patient, DrawList(matter=other))


def test_who_may_not_and_whose_it_is(house: Hospital, patient: Admitted) -> None:
    matter = s.approved(house, patient.patient)
    other = admit(house)
    for who in ("doctor", "nurse", "registrar", "head", "watcher", "secadmin", "audit"):
        count = entries(house)
        with pytest.raises(Refused):
            s.seal(house, who, patient.patient, DrawList(matter=matter))
        assert entries(house) == count + 1
    with pytest.raises(Refused) as swapped:  # another patient's approval seals nothing
        s.seal(house, "archivist", other.patient, DrawList(matter=matter))
    assert swapped.value.reason == "sealing"
    drawn = s.seal(house, "archivist", patient.patient, DrawList(matter=matter))
    for data in (TakePackage(sealing=drawn.sealing, medium="光盘 1"), TakePackage(sealing="x", medium="光盘 1")):
        with pytest.raises(NotFound):
            s.seal(house, "archivist", other.patient, data)
    foreign = DrawList(matter=s.approved(house, other.patient), records=(house.runtime.public(patient.patient, 1),))
    with pytest.raises(NotFound):
        s.seal(house, "archivist", other.patient, foreign)
    waiting = s.asked(house, "archivist", "sealing", other.patient, s.WANTED, s.papers("request", "identity"))
    with pytest.raises(Refused):  # not approved yet
        s.seal(house, "archivist", other.patient, DrawList(matter=waiting))
    assert s.shown(house, patient.patient, who="watcher").rows
    with pytest.raises(Refused):
        s.shown(house, patient.patient, who="doctor")


@pytest.mark.parametrize(
    ("more", "brought", "place"),
    [
        ({"number": s.WRONG_CARD}, ("request", "identity"), "number"),
        ({"relation": "relative"}, ("request", "identity"), "paper.kinship"),
        ({"sides": "notary"}, ("request", "identity"), "paper.notary"),
        ({}, ("identity",), "paper.request"),
        ({}, ("request",), "paper.identity"),
        ({"applicant": ""}, ("request", "identity"), "applicant"),
    ],
)
def test_an_application_without_its_papers(
    house: Hospital, patient: Admitted, more: dict[str, str], brought: tuple[str, ...], place: str
) -> None:
    with pytest.raises(Invalid) as error:
        s.asked(house, "archivist", "sealing", patient.patient, s.WANTED | more, s.papers(*brought))
    assert place in dict(error.value.places)


def test_a_notary_stands_in_for_the_side_that_stays_away(house: Hospital, patient: Admitted) -> None:
    matter = s.approved(house, patient.patient, sides="notary", brought=("notary",))
    drawn = s.seal(house, "duty", patient.patient, DrawList(matter=matter))
    s.seal(house, "duty", patient.patient, TakePackage(sealing=drawn.sealing, medium="光盘 1"))
    s.signing(house, "duty")
    digest = s.shown(house, patient.patient, drawn.sealing).rounds[0].digest
    with pytest.raises(Invalid) as error:
        s.seal(house, "duty", patient.patient, SignList(sealing=drawn.sealing, digest=digest, present=s.present()))
    assert {"office", "deed"} <= set(dict(error.value.places))
    notary = s.present(name="钱公证员", office="云山市公证处", deed="（2026）云证字第 12 号", strokes="")
    s.seal(house, "duty", patient.patient, SignList(sealing=drawn.sealing, digest=digest, present=notary))
    assert s.shown(house, patient.patient, drawn.sealing).rounds[0].present["office"] == "云山市公证处"
