"""四（一）1, 2: the desk as one operation: the same values, one entry, each part by its own rules [4.1.1] [4.1.2]"""

from typing import Any

import pytest

from jingui.core.access import Worklist
from jingui.core.access_operations import Grants, GrantsRequest
from jingui.core.archive_asking import LoansRequest
from jingui.core.custody import DeficienciesRequest
from jingui.core.deadlines import DeadlinesRequest
from jingui.core.desk import PARTS, Desk, DeskRequest
from jingui.core.entering import DraftsRequest
from jingui.core.errors import Refused, Tampered, Unprocessable
from jingui.core.matters.asking import MattersRequest
from jingui.core.operation import Target
from jingui.core.outside import OutsideRequest
from jingui.core.oversee import LedgerSearch
from jingui.core.proposals import ProposalsRequest
from jingui.core.signatures import WaitingRecords
from jingui.core.words import Purpose, Verb
from jingui.gate import door, plane
from tests.gate.entering import admit, entered, filled
from tests.hospital import Hospital

FULL = DeskRequest(
    patients=Worklist(count=60), deadlines=DeadlinesRequest(mine=True, count=8), drafts=DraftsRequest(count=5),
    sign=WaitingRecords(what="sign"), countersign=WaitingRecords(what="countersign"),
    matters=MattersRequest(which="queue", count=12), proposals=ProposalsRequest(),
    grants=GrantsRequest(which=Grants.MINE), entries=LedgerSearch(mine=True, count=48),
    loans=LoansRequest(), deficiencies=DeficienciesRequest(mine=True),
)  # fmt: skip
ALARMS = GrantsRequest(which=Grants.EMERGENCY, mine=False)


def asked(hospital: Hospital, who: str, request: Any, verb: Verb = Verb.LIST, **more: Any) -> Any:
    return door.read(hospital.operation(who, verb, request, **more))


def number(hospital: Hospital) -> int:
    return hospital.sql("SELECT count(*) FROM entry")[0][0]


@pytest.fixture(scope="module")
def busy(hospital: Hospital) -> Hospital:
    """A doctor with patients, an unsigned note and what follows from it."""
    beds = [admit(hospital) for _ in range(3)]
    entered(hospital, "doctor", beds[0], filled(hospital, "first_progress_note"), template="first_progress_note")
    return hospital


def test_the_same_as_each_part_asked_alone_under_one_entry(busy: Hospital) -> None:
    before = number(busy)
    result = asked(busy, "doctor", FULL)
    assert number(busy) == before + 1
    desk: Desk = result.value
    assert desk.patients
    assert desk.sign
    assert desk.deadlines is not None
    assert desk.entries
    for name, verb in PARTS.items():
        if name in ("proposals", "entries", "outside", "copies", "sealings"):
            continue
        assert getattr(desk, name) == asked(busy, "doctor", getattr(FULL, name), verb).value, name
    told = busy.sql("SELECT verb, decision, patients FROM entry WHERE id = %s", result.trace.entry)[0]
    assert told[:2] == ("list", "allow")
    shown = {busy.runtime.ids.internal(one.patient.id)[0] for one in desk.patients}
    shown |= {busy.runtime.ids.internal(one.patient.id)[0] for one in desk.deadlines.lines}
    assert shown <= set(told[2])


def test_a_part_that_the_rules_close_is_left_out(busy: Hospital) -> None:
    overdue = OutsideRequest(overdue=True)
    others = DeskRequest(patients=Worklist(), entries=LedgerSearch(), grants=ALARMS, outside=overdue)
    desk: Desk = asked(busy, "doctor", others).value
    assert desk.patients is not None
    assert desk.entries is None  # everybody's entries
    assert desk.grants is None  # everybody's emergencies
    assert desk.outside is None  # who from outside views whom
    assert desk.proposals is None  # not asked
    with pytest.raises(Refused):
        asked(busy, "doctor", LedgerSearch(), Verb.READ_LEDGER)


def test_who_has_no_list_asks_for_the_queue_and_gets_no_patients_by_it(busy: Hospital) -> None:
    before = number(busy)
    with pytest.raises(Refused):
        asked(busy, "sysadmin", FULL, purpose=Purpose.OPERATION)
    assert number(busy) == before + 1
    assert busy.sql("SELECT decision FROM entry WHERE verb = 'list' ORDER BY id DESC LIMIT 1")[0] == ("deny",)
    desk: Desk = asked(busy, "sysadmin", FULL, Verb.READ_MATTERS, purpose=Purpose.OPERATION).value
    assert desk.patients is None
    assert desk.sign is None
    assert desk.drafts is None
    assert desk.matters is not None
    assert desk.entries


def test_a_desk_is_about_no_patient(busy: Hospital) -> None:
    bed = admit(busy)
    with pytest.raises(Unprocessable):
        asked(busy, "doctor", FULL, target=Target(patient=bed.patient))


def test_a_forged_row_in_one_part_is_named_as_if_it_were_asked_alone(busy: Hospital) -> None:
    desk: Desk = asked(busy, "doctor", FULL).value
    assert desk.sign
    place = busy.runtime.ids.internal(desk.sign[0].record)
    old = busy.sql("SELECT author_id FROM record WHERE patient_id = %s AND record_id = %s", *place)[0]
    busy.sql("UPDATE record SET author_id = author_id + 1 WHERE patient_id = %s AND record_id = %s", *place)
    before = number(busy)
    try:
        with pytest.raises(Tampered):
            asked(busy, "doctor", WaitingRecords(what="sign"))
        with pytest.raises(Tampered):
            asked(busy, "doctor", FULL)
    finally:
        busy.sql("UPDATE record SET author_id = %s WHERE patient_id = %s AND record_id = %s", *old, *place)
    assert number(busy) == before + 2
    assert busy.sql("SELECT decision FROM entry ORDER BY id DESC LIMIT 1")[0] == ("fail",)


def test_a_full_desk_takes_few_statements(busy: Hospital) -> None:
    asked(busy, "doctor", FULL)  # names and settings warm
    pool, said = plane.current().pipe.pool, []
    fetch = pool.fetch

    async def counted(sql: str, *args: object) -> object:
        said.append(sql)
        return await fetch(sql, *args)

    pool.fetch = counted
    try:
        asked(busy, "doctor", FULL)
    finally:
        del pool.fetch
    assert len(said) <= 12, (len(said), said)
