"""七（一）监督检查: the ledger read, proved and exported through the door [7.1.1] [7.1.2] [1.3.2] [1.3.3]"""

import asyncio
import io
import json
import time

import pytest

from jingui.core.access import ChartRequest, Worklist
from jingui.core.errors import Invalid, NotFound, Refused
from jingui.core.operation import Target
from jingui.core.oversee import (
    CheckpointsRequest,
    EntryRequest,
    ExportRequest,
    GrowthRequest,
    LedgerSearch,
    Placed,
    ProofRequest,
)
from jingui.core.words import Purpose, Role, Verb
from jingui.crypto import note, proof
from jingui.formats.validate import validate
from jingui_verify.export import check_export
from jingui_verify.note import parse_key as pinned
from tests.gate.test_door import bundle
from tests.hospital import Hospital


def ask(hospital: Hospital, who: str, data: object, verb: Verb = Verb.READ_LEDGER):
    from jingui.gate import door

    return door.read(hospital.operation(who, verb, data, purpose=Purpose.OVERSIGHT))


def on_loop(work):
    from jingui.gate import plane

    return asyncio.run_coroutine_threadsafe(work, plane.current().loop).result(10)


def placed(entry: str) -> Placed:
    """The entry's place, waited for."""
    from jingui.gate import door

    for _ in range(100):
        found = on_loop(door.evidence.aplaced(entry))
        if found.index is not None:
            return found
        time.sleep(0.05)
    raise AssertionError("never placed")


@pytest.fixture(scope="module")
def read_entry(hospital: Hospital) -> str:
    """The entry of one read by the doctor."""
    from jingui.gate import door

    made = hospital.enter("his", *bundle("李存证", "00990001"), verb=Verb.ENTER, purpose=Purpose.OPERATION).made
    number, record = hospital.runtime.ids.internal(made[2].id)
    return door.sheet(hospital.operation("doctor", Verb.READ, target=Target(patient=number, record=record))).trace.entry


def test_place_proof_and_receipt_check_outside(hospital: Hospital, read_entry: str) -> None:
    from jingui.gate import door

    found = placed(read_entry)
    key = note.parse_key(found.key)
    assert key.line() == door.evidence.key()
    point = proof.check_entry(found.proof, [key])
    assert point.size == found.size > found.index
    assert point.origin == hospital.runtime.origin
    receipt = on_loop(door.evidence.areceipt(read_entry, hospital.now()))
    assert proof.check_receipt(receipt, [key]).size >= 1
    assert json.loads(receipt["head"])["id"] == read_entry


def test_unknown_and_malformed_entries(hospital: Hospital) -> None:
    from jingui.gate import door

    with pytest.raises(NotFound):
        on_loop(door.evidence.aplaced("01980000-0000-7000-8000-000000000000"))
    for bad in ("", "x", "01980000000070008000000000000000", "01980000-0000-7000-8000-00000000000G"):
        with pytest.raises(Invalid):
            on_loop(door.evidence.aplaced(bad))


def test_consistency_between_any_two_checkpoints(hospital: Hospital, read_entry: str) -> None:
    from jingui.gate import door

    placed(read_entry)
    sizes = [row[0] for row in hospital.sql("SELECT size FROM checkpoint ORDER BY size")]
    key = note.parse_key(door.evidence.key())
    for old in sizes[:: max(1, len(sizes) // 5)]:
        first, last = proof.check_consistency(on_loop(door.evidence.aconsistency(old, 0)), [key])
        assert (first.size, last.size >= old) == (old, True)
    with pytest.raises(NotFound):
        on_loop(door.evidence.aconsistency(10**9, 0))


def test_who_may_read_the_ledger(hospital: Hospital, read_entry: str) -> None:
    entries = ask(hospital, "audit", LedgerSearch(verbs=("read",), count=5)).value
    assert read_entry in [entry.id for entry in entries]
    assert all(entry.verb == "read" and entry.sound for entry in entries)
    with pytest.raises(Refused) as refused:
        ask(hospital, "doctor", LedgerSearch(verbs=("read",)))
    assert hospital.sql("SELECT verb, decision FROM entry WHERE id = %s", refused.value.entry) == [
        ("read_ledger", "deny")
    ]
    mine = ask(hospital, "doctor", LedgerSearch(mine=True)).value
    assert mine
    assert {entry.person for entry in mine} == {"Tdoctor"}
    assert ask(hospital, "doctor", EntryRequest(entry=read_entry, mine=True)).value.person == "Tdoctor"
    with pytest.raises(Refused) as refused:
        ask(hospital, "nurse", EntryRequest(entry=read_entry, mine=True))
    assert refused.value.reason == "not_own"


def test_search_narrows_and_pages(hospital: Hospital) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        result = ask(hospital, "audit", LedgerSearch(staff_no="Tsysadmin", count=7, cursor=cursor))
        seen += [entry.id for entry in result.value]
        assert {entry.person for entry in result.value} == {"Tsysadmin"}
        cursor = result.more
        if not cursor:
            break
    total = hospital.sql("SELECT count(*) FROM entry WHERE person_id = %s", hospital.people["sysadmin"])[0][0]
    assert len(seen) == len(set(seen)) == total
    assert seen == sorted(seen, reverse=True)
    denied = ask(hospital, "audit", LedgerSearch(decision="deny")).value
    assert denied
    assert {entry.decision for entry in denied} == {"deny"}
    assert ask(hospital, "audit", LedgerSearch(staff_no="nobody")).value == ()
    for bad in (LedgerSearch(verbs=("no_such",)), LedgerSearch(decision="x"), LedgerSearch(cursor="x")):
        with pytest.raises(Invalid):
            ask(hospital, "audit", bad)


def test_entries_of_one_patient(hospital: Hospital, read_entry: str) -> None:
    patient = hospital.sql("SELECT patient_id FROM entry WHERE id = %s", read_entry)[0][0]
    public = hospital.runtime.public(patient, 0)
    entries = ask(hospital, "audit", LedgerSearch(patient=public)).value
    assert {entry.verb for entry in entries} >= {"read", "enter"}
    assert all(public in {line.patient for line in entry.targets} for entry in entries)


def test_a_line_proof_says_nothing_of_the_others(hospital: Hospital, read_entry: str) -> None:
    from jingui.gate import door

    patient = hospital.sql("SELECT patient_id FROM entry WHERE id = %s", read_entry)[0][0]
    opened = hospital.operation("doctor", Verb.OPEN_CHART, ChartRequest(), target=Target(patient=patient))
    entry = door.read(opened).trace.entry
    targets = json.loads(bytes(hospital.sql("SELECT targets FROM entry WHERE id = %s", entry)[0][0]))
    assert len(targets) > 1
    placed(entry)
    value = ask(hospital, "audit", ProofRequest(entry=entry, position=1)).value
    proof.check_entry(value.proof, [note.parse_key(value.key)])
    assert value.proof["target"] == targets[1]
    assert targets[0]["salt"] not in json.dumps(value.proof)
    assert "private" not in value.proof
    opened = ask(hospital, "audit", ProofRequest(entry=entry, position=0, opened=True)).value
    proof.check_entry(opened.proof, [note.parse_key(opened.key)])
    assert opened.proof["private"]["person"] == "Tdoctor"
    with pytest.raises(NotFound):
        ask(hospital, "audit", ProofRequest(entry=entry, position=len(targets)))


def test_checkpoints_and_growth(hospital: Hospital) -> None:
    value = ask(hospital, "audit", CheckpointsRequest(count=3)).value
    sizes = [row.size for row in value.rows]
    assert sizes == sorted(sizes, reverse=True)
    assert value.size >= sizes[0]
    assert value.outside is None
    note.verify(value.rows[0].note, [note.parse_key(value.key)])
    days = ask(hospital, "audit", GrowthRequest(days=3)).value
    assert days[-1].total == sum(day.count for day in days)


def export(hospital: Hospital, **more) -> bytes:
    out, start, stop = b"", more.pop("start", 0), 0
    origin = start
    while True:
        request = ExportRequest(origin=origin, start=start, stop=stop, **more)
        part = ask(hospital, "audit", request, Verb.EXPORT_LEDGER).value
        out += part.lines
        if part.next is None:
            return out
        start, stop = part.next, part.stop


@pytest.mark.parametrize("opened", [False, True])
@pytest.mark.parametrize("start", [0, 7])
def test_the_stand_alone_verifier_accepts_an_export(hospital: Hospital, opened: bool, start: int) -> None:
    from jingui.gate import door

    lines = export(hospital, count=40, opened=opened, start=start)
    report = check_export(io.BytesIO(lines), pinned(door.evidence.key()))
    assert report.finding is None
    assert (report.start, report.entries) == (start, report.size - start)
    assert (report.opened > 0) is opened
    # each part was entered before it left
    size = len(lines.splitlines())
    assert hospital.sql("SELECT count(*) FROM entry WHERE verb = 'export_ledger'")[0][0] >= size // 200


def test_the_verifier_refuses_an_altered_export(hospital: Hospital) -> None:
    from jingui.gate import door

    lines = export(hospital, count=1000).replace(b'\\"decision\\":\\"deny\\"', b'\\"decision\\":\\"allow\\"', 1)
    assert check_export(io.BytesIO(lines), pinned(door.evidence.key())).finding is not None


def test_export_as_balp_audit_events(hospital: Hospital) -> None:
    events = [json.loads(line) for line in export(hospital, form="balp", count=500).splitlines()]
    for event in events[:: max(1, len(events) // 40)]:
        validate(event)
    kinds = {event["subtype"][0]["code"] for event in events}
    assert {"create", "vread"} <= kinds
    read = next(event for event in events if event["subtype"][0]["code"] == "vread" and event["outcome"] == "0")
    assert read["meta"]["profile"][0].endswith("IHE.BasicAudit.PatientRead")
    assert any(entity["what"].get("reference", "").startswith("Patient/") for entity in read["entity"])
    assert "顾" not in json.dumps(events, ensure_ascii=False)


def test_only_the_auditor_exports(hospital: Hospital) -> None:
    for who in ("doctor", "sysadmin", "secadmin", "head"):
        with pytest.raises(Refused):
            ask(hospital, who, ExportRequest(), Verb.EXPORT_LEDGER)


def on_the_spot(hospital: Hospital, who: str) -> None:
    """One entry of somebody's, read by nobody yet."""
    from jingui.gate import door

    door.read(hospital.operation(who, Verb.LIST, Worklist()))


def test_an_entry_names_nobody_by_a_row_that_was_bent(hospital: Hospital) -> None:
    hospital.person("renamed", Role.PHYSICIAN, "xxk")
    on_the_spot(hospital, "renamed")
    number = "Trenamed"
    old = hospital.sql("SELECT name FROM person WHERE staff_no = %s", number)[0][0]
    hospital.sql("UPDATE person SET name = '别人' WHERE staff_no = %s", number)
    try:
        found = ask(hospital, "audit", LedgerSearch(staff_no=number)).value
    finally:
        hospital.sql("UPDATE person SET name = %s WHERE staff_no = %s", old, number)
    assert [(one.person, one.person_name) for one in found] == [(number, "")]
