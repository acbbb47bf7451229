"""三（一）3 [3.1.3]: after a destruction every list still opens, and none of them says who it was."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from jingui.core.access import ChartRequest
from jingui.core.archive_asking import LabelsRequest, LoansRequest, VolumeRequest, VolumesRequest
from jingui.core.deadlines import DeadlinesRequest
from jingui.core.desk import DeskRequest
from jingui.core.destruction import DestructionsRequest, DueRequest, RetentionRequest
from jingui.core.errors import Gone, NotFound, Refused
from jingui.core.keep import LiftHold, PlaceHold
from jingui.core.matters.asking import MattersRequest, ReadMatter
from jingui.core.monitor import FindingsRequest
from jingui.core.operation import Target
from jingui.core.oversee import EntryRequest
from jingui.core.release import CopiesRequest
from jingui.core.words import Hold, Purpose, Verb
from jingui.formats.fhir_query import SearchQuery
from jingui.gate import door
from jingui.store.models import Patient
from tests.destroying.test_retention import asked_longer
from tests.gate import archived as a
from tests.gate import destroying as d
from tests.gate import sealed as s
from tests.gate.test_patients import confirmed
from tests.hospital import Hospital

NAME = "金丝雀丁"
LISTS = (
    *((who, Verb.READ_MATTERS, MattersRequest(which=which)) for who in ("affairs", "quality", "archivist", "watcher")
      for which in ("queue", "mine", "done", "all")),
    ("archivist", Verb.READ_ARCHIVE, VolumesRequest()), ("archivist", Verb.READ_ARCHIVE, LoansRequest()),
    ("archivist", Verb.LIST_DUE, DueRequest()), ("archivist", Verb.READ_DESTRUCTIONS, DestructionsRequest()),
    ("archivist", Verb.READ_COPIES, CopiesRequest()),
    ("archivist", Verb.READ_RETENTION, RetentionRequest(calendar=True)),
    ("watcher", Verb.READ_FINDINGS, FindingsRequest()),
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def people(hospital: Hospital) -> None:
    d.staff(hospital)
    a.people(hospital)


def told(hospital: Hospital, who: str, verb: Verb, data: Any, patient: int = 0, **more: Any) -> str:
    """Everything a reading act says, as text; what it refuses with otherwise."""
    asked = hospital.operation(who, verb, data, target=Target(patient=patient),
                               **{"purpose": Purpose.MANAGEMENT, **more})  # fmt: skip
    try:
        return repr(door.read(asked).value)
    except (Refused, Gone, NotFound) as error:  # anything else fails the test
        return f"{type(error).__name__} {error.data}"


@pytest.fixture(scope="module")
def gone(hospital: Hospital) -> tuple[d.Old, int, str, str]:
    """Somebody destroyed, of whom a settled matter, a lifted hold and a volume tell."""
    one = d.old(hospital, NAME, number="88990011")
    matter = asked_longer(hospital, one.patient, "outpatient", hospital.today() + timedelta(days=300))
    s.decided(hospital, "quality", matter, "refuse")
    hold = hospital.write("archivist", Verb.PLACE_HOLD, PlaceHold(kind=Hold.LAWSUIT, reason=f"{NAME}起诉"),
                          target=Target(patient=one.patient)).value  # fmt: skip
    confirmed(hospital, "archivist", "archivist2", Verb.LIFT_HOLD, LiftHold(hold=int(hold), reason="案件已结"),
              target=Target(patient=one.patient))  # fmt: skip
    ((volume, code),) = a.volumes(hospital, one, retention_class="outpatient", contents=f"{NAME}门诊手册")
    d.destroyed(hospital, *d.whole(one))
    return one, matter, volume, code


@pytest.mark.parametrize(("who", "verb", "data"), LISTS)
def test_lists_open_and_name_nobody(
    hospital: Hospital, gone: tuple[d.Old, int, str, str], who: str, verb: Verb, data: Any
) -> None:
    said = told(hospital, who, verb, data)
    assert NAME not in said
    assert "88990011" not in said
    assert not said.startswith(("Gone", "NotFound"))


def test_nothing_about_the_patient_is_told(hospital: Hospital, gone: tuple[d.Old, int, str, str]) -> None:
    one, matter, volume, code = gone
    for who, verb, data in (
        ("affairs", Verb.READ_MATTER, ReadMatter(matter=matter)),
        ("archivist", Verb.READ_VOLUME, VolumeRequest(volume=volume)),
        ("archivist", Verb.PRINT_LABELS, LabelsRequest(codes=(code,))),
        ("affairs", Verb.READ_RETENTION, RetentionRequest()),
        ("archivist", Verb.READ_COPIES, CopiesRequest()), ("doctor", Verb.OPEN_CHART, ChartRequest()),
        ("doctor", Verb.EVERYTHING, SearchQuery(type="Patient", patient=one.public, count=9)),
        ("doctor", Verb.SEARCH, SearchQuery(type="Encounter", patient=one.public, count=9)),
        ("doctor", Verb.READ_DEADLINES, DeadlinesRequest()), ("archivist", Verb.READ_MATTERS, DeskRequest()),
    ):  # fmt: skip
        for patient in (one.patient, 0):
            for purpose in (Purpose.MANAGEMENT, Purpose.TREATMENT, Purpose.OPERATION):
                said = told(hospital, who, verb, data, patient, purpose=purpose)
                assert NAME not in said, (who, verb)
                assert "门诊手册" not in said
    for record in (one.record, one.visit, one.public):
        target = door.locate(record)
        for who in ("doctor", "archivist"):
            with pytest.raises((Refused, Gone, NotFound)):
                door.sheet(hospital.operation(who, Verb.READ, target=target))
        # its life stays: what was done with it, never what it said
        asked = hospital.operation("archivist", Verb.READ_LIFE, target=target, purpose=Purpose.MANAGEMENT)
        life = door.read(asked).value
        assert life.facts["keyed"] is False
        assert NAME not in repr(life)


def test_the_ledger_tells_no_word_of_it(hospital: Hospital, gone: tuple[d.Old, int, str, str]) -> None:
    one = gone[0]
    rows = hospital.sql("SELECT e.id FROM entry e JOIN entry_payload n ON n.id = e.id WHERE e.patient_id = %s",
                        one.patient)  # fmt: skip
    assert rows
    for (entry,) in rows:
        asked = hospital.operation("audit", Verb.READ_LEDGER, EntryRequest(entry=str(entry)), purpose=Purpose.OVERSIGHT)
        shown = door.read(asked).value
        assert shown.note == ""
    assert not s.verified(hospital)


def test_a_linked_identity_lives_on_without_the_destroyed_one(hospital: Hospital) -> None:
    old, new = d.old(hospital, "金丝雀戊"), d.old(hospital, "生者戊")
    linked = Patient.objects.get(pk=old.patient)
    linked.linked_to = new.patient
    hospital.keep(linked, new=False)
    d.destroyed(hospital, *d.whole(old), (new.public, "outpatient"))
    d.again(hospital, new, "2026-10-10")
    assert str(d.classes(hospital, new.patient)["outpatient"]) == "2041-10-10"
    assert d.classes(hospital, old.patient).get("identity") is None
    target = Target(patient=new.patient)
    urgent = replace(hospital.operation("doctor", Verb.BREAK_GLASS, target=target, purpose=Purpose.EMERGENCY),
                     reason="胸痛抢救，须了解既往")  # fmt: skip
    door.write(urgent)
    chart = door.read(replace(urgent, verb=Verb.OPEN_CHART, data=ChartRequest())).value
    assert chart.patient.name == "生者戊"
    assert "金丝雀戊" not in repr(chart)
    query = SearchQuery(type="Patient", patient=new.public, count=50)
    rows = door.read(replace(urgent, verb=Verb.EVERYTHING, data=query)).value
    assert "金丝雀戊" not in repr(rows)
