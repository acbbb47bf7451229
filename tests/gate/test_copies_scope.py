"""四（二）1 复制范围: what an approval covers leaves, what is unfinished or sensitive stays [4.2.1]"""

import time
from typing import Any

import psycopg
import pytest

from jingui.core.collect import MergePatient
from jingui.core.enter import Change
from jingui.core.errors import Conflict, Refused, Unavailable
from jingui.core.keep import PlaceHold
from jingui.core.operation import Target
from jingui.core.portal import ReadersRequest
from jingui.core.proposals import Verdict
from jingui.core.release import ConfirmCopy, HandCopy, Part, PrepareCopy, ReadCopy, StampCopy
from jingui.core.words import Hold, Purpose, Verb
from jingui.formats import pdf
from jingui.formats.pdf_document import CopyDocument
from jingui.gate import door
from jingui.gate.lanes import Pool
from tests.gate import copying
from tests.gate import sealed as s
from tests.gate.copying import decide, prepare, read, stamp
from tests.gate.entering import Admitted, admit, entered
from tests.gate.test_charts import number
from tests.gate.test_copies_applicants import NEEDED, answers
from tests.gate.test_portal import born, opened, patient_actor
from tests.gate.test_retrieval import asked
from tests.hospital import Hospital

LEGAL = {"purpose": Purpose.LEGAL}


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    s.people(hospital)
    copying.staff(hospital)
    return hospital


def made(house: Hospital, kind: str, patient: int, **more: str) -> Any:
    matter = copying.apply_for(house, "archivist", kind, patient, *NEEDED[kind], **{**answers(kind), **more})
    decide(house, "archivist3", matter)
    return read(house, "archivist", prepare(house, "archivist", patient, matter))


def kinds(view: Any) -> list[str]:
    return sorted(one.kind for one in view.records)


@pytest.fixture(scope="module")
def patient(house: Hospital) -> list[str]:
    """A stay with a result, and a secret one."""
    return born(house, "范围一", "64000001", "1949-12-31", secret=True)


def test_the_patient_gets_all_of_it(house: Hospital, patient: list[str]) -> None:
    view = made(house, "own_copy", number(house, patient[0]))
    assert {one.id for one in view.records} == set(patient[2:])
    assert view.withheld == 0


def test_sensitive_records_leave_only_where_the_authorisation_names_them(house: Hospital, patient: list[str]) -> None:
    """[2.1.3] An agent's, an insurer's and a lawyer's copy: without the word, the label keeps the record back."""
    for kind in ("copy_agent", "copy_insurer", "copy_lawyer"):
        without = made(house, kind, number(house, patient[0]))
        assert {one.id for one in without.records} == {patient[2]}
        assert without.withheld == 1
        named = made(house, kind, number(house, patient[0]), sensitive="yes")
        assert {one.id for one in named.records} == set(patient[2:])


def test_chosen_categories_and_visits_and_no_more(house: Hospital, patient: list[str]) -> None:
    whose = number(house, patient[0])
    assert made(house, "own_copy", whose, scope="chosen", categories="tests").withheld == 0
    with pytest.raises(Conflict):
        made(house, "own_copy", whose, scope="chosen", categories="nursing")
    assert made(house, "own_copy", whose, scope="statutory", visits=patient[1]).records


def test_what_nobody_signed_yet_is_named_and_left_for_later(house: Hospital) -> None:
    """[4.2.1] Finished records first; a form that waits for its signature is listed as unfinished."""
    place = admit(house)
    entered(house, "doctor", place)
    result = {
        "resourceType": "Observation", "status": "final", "code": {"text": "血钾"}, "valueString": "4.1",
        "subject": {"reference": f"Patient/{place.public}"},
        "encounter": {"reference": f"Encounter/{place.visit_public}"},
    }  # fmt: skip
    house.enter("his", Change(result), purpose=Purpose.OPERATION)
    view = made(house, "own_copy", place.patient)
    assert kinds(view) == ["Observation"]
    assert len(view.unfinished) == 1


def test_another_approval_widens_nothing(house: Hospital, patient: list[str]) -> None:
    """[4.1.1] The maker holds two approvals for one patient: each copy is what its own covers."""
    whose = number(house, patient[0])
    made(house, "own_copy", whose)
    matter = copying.apply_for(
        house, "archivist", "own_copy", whose, "patient_id", scope="chosen", categories="nursing"
    )
    decide(house, "archivist3", matter)
    with pytest.raises(Conflict):
        prepare(house, "archivist", whose, matter)


def retrieval(house: Hospital, place: Admitted, **more: str) -> int:
    matter = asked(house, place, who="archivist", escort=str(house.people["archivist3"]), **more)
    s.decided(house, "head", matter, outcome="open")
    return matter


def legal(house: Hospital, who: str, patient: int, matter: int) -> Any:
    return house.write(
        who, Verb.PREPARE_COPY, PrepareCopy(matter=matter), target=Target(patient=patient), **LEGAL
    ).value


def test_a_courts_copy_goes_the_same_way(house: Hospital) -> None:
    """[4.2.2] Made by who the head's approval names, free, stamped by another, taken by the officers."""
    ids = born(house, "法院案", "64000009", "1949-12-31")
    patient, visit = (house.runtime.ids.internal(one) for one in ids[:2])
    place = Admitted(public=ids[0], patient=patient[0], visit=visit[1], visit_public=ids[1], since=house.now())
    matter = retrieval(house, place)
    with pytest.raises(Refused):
        copying.prepare(house, "archivist", place.patient, matter)  # not under the patient's own purpose
    with pytest.raises(Refused):
        legal(house, "archivist2", place.patient, matter)
    copy = legal(house, "archivist3", place.patient, matter)
    where = {"target": copying.at(copy)["target"], **LEGAL}
    view = door.read(house.operation("archivist", Verb.READ_COPY, ReadCopy(), **where)).value
    assert (view.line.route, view.line.fee, view.line.kind) == ("escort", 0, "judicial_retrieval")
    draft = door.read(house.operation("archivist", Verb.READ_COPY, ReadCopy(part=Part.PREVIEW), **where)).value
    assert draft.body.startswith(b"%PDF")
    house.write("archivist", Verb.CONFIRM_COPY, ConfirmCopy(basis=copy.basis, document="FY-1001", by="孙法官"), **where)
    for _ in range(60):
        try:
            house.write("archivist2", Verb.STAMP_COPY, StampCopy(basis=copy.basis), **where)
            break
        except Unavailable:
            time.sleep(0.25)
    house.write("archivist3", Verb.HAND_COPY, HandCopy(receiver="孙法官", document="FY-1001"), **where)
    found = copying.check(house, copying.secret(house, copy))
    assert (found.found, found.state, found.kind) == (True, "handed", "依法调取病历")


def test_an_approved_look_is_no_copy(house: Hospital) -> None:
    place = admit(house)
    entered(house, "doctor", place)
    matter = retrieval(house, place, way="see")
    with pytest.raises(Conflict):
        legal(house, "archivist", place.patient, matter)


def test_a_stamp_waits_for_nothing_else(house: Hospital, patient: list[str]) -> None:
    """The same stamp under the other purpose is refused by the rules: an archivist stamps under the copy's own."""
    whose = number(house, patient[0])
    matter = copying.apply_for(house, "archivist", "own_copy", whose, "patient_id")
    decide(house, "archivist3", matter)
    copy = prepare(house, "archivist", whose, matter)
    copying.confirm(house, "archivist", copy)
    copying.charge(house, copy)
    stamp(house, "archivist3", copy)
    assert read(house, "archivist", copy).line.state == "stamped"


def test_how_many_statements_a_copy_takes(house: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither making nor reading asks the database once for each record."""
    count = [0]
    real, asked_loop = psycopg.Cursor.execute, Pool.fetch

    def execute(*args: Any, **more: Any) -> Any:
        count[0] += 1
        return real(*args, **more)

    async def fetch(*args: Any, **more: Any) -> Any:
        count[0] += 1
        return await asked_loop(*args, **more)

    ids = born(house, "语句数", "64000020", "1949-12-31", secret=True)
    whose = number(house, ids[0])
    result = {
        "resourceType": "Observation", "status": "final", "code": {"text": "血钾"}, "valueString": "4.1",
        "subject": {"reference": f"Patient/{ids[0]}"}, "encounter": {"reference": f"Encounter/{ids[1]}"},
    }  # fmt: skip
    house.enter("his", *(Change(result, f"urn:uuid:{n}") for n in range(60)), purpose=Purpose.OPERATION)
    matter = copying.apply_for(house, "archivist", "own_copy", whose, "patient_id")
    decide(house, "archivist3", matter)
    monkeypatch.setattr(psycopg.Cursor, "execute", execute)
    monkeypatch.setattr(Pool, "fetch", fetch)
    took: dict[str, int] = {}

    def counted(name: str, do: Any) -> Any:
        count[0] = 0
        made = do()
        took[name] = count[0]
        return made

    copy = counted("prepare", lambda: prepare(house, "archivist", whose, matter))
    counted("view", lambda: read(house, "archivist", copy))
    counted("list", lambda: copying.listed(house, "archivist", whose))
    counted("confirm", lambda: copying.confirm(house, "archivist", copy))
    copying.charge(house, copy)
    time.sleep(2)
    counted("stamp", lambda: stamp(house, "archivist3", copy))
    print(took)
    assert took["view"] <= 10
    assert took["list"] <= 8
    assert max(took.values()) <= 40


def test_records_under_a_merged_number_are_said_and_copied_apart(house: Hospital) -> None:
    """[1.2] Two numbers became one: the copy says that there is more, and an application about the old one is taken."""
    old, new = (born(house, "并号者", f"6400003{n}", "1949-12-31") for n in range(2))
    numbers = [number(house, one[0]) for one in (old, new)]
    waiting = house.write(
        "registrar",
        Verb.MERGE_PATIENT,
        MergePatient(into=numbers[1], reason="同一人"),
        target=Target(patient=numbers[0]),
    ).value
    yes = Verdict(proposal=waiting.proposal, digest=waiting.digest, verdict="approve")
    house.write("archivist", Verb.APPROVE, yes)
    view = made(house, "own_copy", numbers[1])
    assert {one.id for one in view.records} == set(new[2:])
    assert view.elsewhere == (old[0],)
    apart = made(house, "own_copy", numbers[0])
    assert {one.id for one in apart.records} == set(old[2:])


def test_what_the_law_keeps_secret_is_not_told_by_its_copy(house: Hospital) -> None:
    """[4.2.2] Neither the stamp by somebody else nor a check of the copy shows in the patient's own list."""
    ids = born(house, "保密案", "64000040", "1949-12-31", copying.CARD)
    patient, visit = (house.runtime.ids.internal(one) for one in ids[:2])
    place = Admitted(public=ids[0], patient=patient[0], visit=visit[1], visit_public=ids[1], since=house.now())
    mine = patient_actor(house, opened(house, ids[0]))

    def told() -> tuple[list[str], str, str]:
        asked_ = house.operation(
            mine, Verb.READ_READERS, ReadersRequest(), target=Target(patient=place.patient), **copying.WISH
        )
        found = door.read(asked_)
        return [one.verb for one in found.value.others], found.trace.entry, found.value.newest

    before, under, newest = told()
    matter = asked(house, place, who="archivist", escort=str(house.people["archivist3"]), secrecy="监察法第十八条")
    s.decided(house, "head", matter, outcome="secret")
    copy = legal(house, "archivist3", place.patient, matter)
    where = {"target": copying.at(copy)["target"], **LEGAL}
    house.write("archivist", Verb.CONFIRM_COPY, ConfirmCopy(basis=copy.basis, document="JC-1001"), **where)
    time.sleep(2)
    house.write("archivist2", Verb.STAMP_COPY, StampCopy(basis=copy.basis), **where)
    copying.check(house, copying.secret(house, copy))
    copying.listed(house, "archivist2", place.patient)
    house.write("affairs_c", Verb.HAND_COPY, HandCopy(receiver="办案人", document="JC-1001"), **where)
    assert not door.portal.news(mine, under, newest)
    assert told()[0] == before
    stamps = "SELECT count(*) FROM entry WHERE patient_id = %s AND verb = 'stamp_copy'"
    assert house.sql(stamps, place.patient) == [(1,)]  # the ledger has it all the same


def test_a_sealed_record_is_copied_from_the_original_and_says_so(
    house: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[4.2.1] A seal binds corrections, not copies of the original; the copy says that the record is sealed."""
    ids = born(house, "封存者", "64000050", "1949-12-31")
    whose = number(house, ids[0])
    house.write(
        "archivist", Verb.PLACE_HOLD, PlaceHold(kind=Hold.DISPUTE_SEAL, reason="纠纷封存"), target=Target(patient=whose)
    )
    printed: list[CopyDocument] = []
    real = pdf.render

    def render(document: CopyDocument, *more: Any, **named: Any) -> bytes:
        printed.append(document)
        return real(document, *more, **named)

    monkeypatch.setattr(pdf, "render", render)
    made(house, "own_copy", whose)
    assert ("说明", "病历已封存，本件复制自原件") in [(one.label, one.text) for one in printed[0].approval]
    assert printed[0].stamp is not None
    assert {one.banner for one in printed} == {"封存中"}
