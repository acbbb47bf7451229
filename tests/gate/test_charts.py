"""四（一）内部查阅: finding, listing and opening charts through the door [4.1.1] [4.1.2]"""

import json
from dataclasses import replace

import pytest

from jingui.core.access import ChartRequest, LifeRequest, PatientSearch, Worklist
from jingui.core.collect import MergePatient
from jingui.core.enter import Change
from jingui.core.errors import Invalid, NotFound, Refused
from jingui.core.operation import Target
from jingui.core.proposals import Verdict
from jingui.core.words import Purpose, Role, Verb
from jingui.gate import door, names
from jingui.gate.lanes import Lane
from tests.gate.test_door import bundle
from tests.hospital import Hospital


def admit(hospital: Hospital, name: str, number: str, department: str = "xnk", attending: str = "") -> tuple[str, ...]:
    """Enter a patient with one open stay and one result; the public ids of the three."""
    changes = bundle(name, number)
    changes[1].resource["serviceType"]["coding"][0]["code"] = department
    made = hospital.enter("his", *changes, purpose=Purpose.OPERATION).made
    return tuple(one.id for one in made)


def search(hospital: Hospital, who: str, *pairs: tuple[str, str], **more: object) -> object:
    data = PatientSearch(wanted=tuple((pair,) for pair in pairs), words=" ".join(v for _, v in pairs), **more)
    purpose = Purpose.OPERATION if who == "registrar" else Purpose.TREATMENT
    return door.read(hospital.operation(who, Verb.SEARCH_PATIENT, data, purpose=purpose))


def entry(hospital: Hospital, number: str) -> tuple[object, ...]:
    return hospital.sql("SELECT verb, decision, patient_id, patients FROM entry WHERE id = %s", number)[0]


@pytest.fixture(scope="module")
def two(hospital: Hospital) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return admit(hospital, "欧阳若水", "10000001"), admit(hospital, "欧阳若水", "10000002", "gwk")


def number(hospital: Hospital, public: str) -> int:
    return hospital.runtime.ids.internal(public)[0]


def test_found_by_name_and_by_number(hospital: Hospital, two: tuple[tuple[str, ...], ...]) -> None:
    found = search(hospital, "doctor", ("name", "欧阳 若水"))
    assert {line.id for line in found.value} == {two[0][0], two[1][0]}
    assert entry(hospital, found.trace.entry)[:2] == ("search_patient", "allow")
    assert sorted(entry(hospital, found.trace.entry)[3]) == sorted(number(hospital, one[0]) for one in two)
    one = search(hospital, "doctor", ("name", "欧阳若水"), ("mrn", "1000-0002"))
    assert [line.id for line in one.value] == [two[1][0]]
    assert one.value[0].numbers["mrn"] == "10000002"
    assert one.value[0].relation == "none"


def test_the_words_of_a_search_stand_encrypted_beside_its_entry(hospital: Hospital, two: object) -> None:
    found = search(hospital, "doctor", ("name", "欧阳若水"))
    (payload,) = hospital.sql("SELECT payload FROM entry_payload WHERE id = %s", found.trace.entry)[0]
    assert "欧阳".encode() not in bytes(payload)


def test_what_finds_nothing_is_entered_too(hospital: Hospital) -> None:
    found = search(hospital, "doctor", ("name", "查无此人"))
    assert found.value == ()
    assert entry(hospital, found.trace.entry) == ("search_patient", "allow", None, None)


def test_a_birth_date_alone_is_refused_and_entered(hospital: Hospital, two: object) -> None:
    before = hospital.sql("SELECT count(*) FROM entry WHERE verb = 'search_patient' AND decision = 'fail'")
    with pytest.raises(Invalid):
        search(hospital, "doctor", ("birth_date", "1959-03-04"))
    after = hospital.sql("SELECT count(*) FROM entry WHERE verb = 'search_patient' AND decision = 'fail'")
    assert after[0][0] == before[0][0] + 1


def test_administrators_find_nobody(hospital: Hospital, two: object) -> None:
    with pytest.raises(Refused) as refused:
        search(hospital, "sysadmin", ("name", "欧阳若水"))
    assert entry(hospital, refused.value.entry)[1] == "deny"


def test_bodies_only_where_they_may_be_read(hospital: Hospital, two: tuple[tuple[str, ...], ...]) -> None:
    found = search(hospital, "doctor", ("name", "欧阳若水"), bodies=True)
    bodies = {line.id: line.body for line in found.value}
    assert b'"10000001"' in bodies[two[0][0]]
    assert bodies[two[1][0]] == b""


def test_count_and_one_more(hospital: Hospital, two: object) -> None:
    assert len(search(hospital, "doctor", ("name", "欧阳若水"), count=1).value) == 2
    assert len(search(hospital, "doctor", ("name", "欧阳若水"), count=0).value) == 1


def test_my_wards_list(hospital: Hospital, two: tuple[tuple[str, ...], ...]) -> None:
    listed = door.read(hospital.operation("doctor", Verb.LIST, Worklist()))
    ids = {line.patient.id for line in listed.value}
    assert two[0][0] in ids
    assert two[1][0] not in ids
    mine = door.read(hospital.operation("doctor", Verb.LIST, Worklist(mine=True)))
    assert not {line.patient.id for line in mine.value} & {two[0][0], two[1][0]}  # the ward's, but nobody is named


def test_a_list_turns_pages(hospital: Hospital) -> None:
    for n in range(5):
        admit(hospital, f"翻页{n}", f"2000000{n}", "jyk")
    hospital.person("tech", Role.TECHNICIAN, "jyk")
    seen: list[str] = []
    cursor = ""
    while True:
        page = door.read(hospital.operation("tech", Verb.LIST, Worklist(count=2, cursor=cursor)))
        seen += [line.patient.name for line in page.value]
        cursor = page.more
        if not cursor:
            break
    assert sorted(seen) == [f"翻页{n}" for n in range(5)]


def test_an_opened_chart(hospital: Hospital, two: tuple[tuple[str, ...], ...]) -> None:
    patient, visit, record = two[0]
    operation = hospital.operation("doctor", Verb.OPEN_CHART, ChartRequest(), target=door.locate(patient))
    opened = door.read(operation)
    chart = opened.value
    assert chart.patient.name == "欧阳若水"
    assert b'"10000001"' in chart.patient_body
    assert [one.id for one in chart.encounters] == [visit]
    assert chart.encounters[0].department == "心血管内科"
    assert [one.id for one in chart.records] == [record]
    assert chart.records[0].at.isoformat() == "2026-11-21T08:40:00+00:00"
    assert chart.hidden == 0
    assert chart.categories == {"tests": 1}
    assert any(one.verb == "enter" for one in chart.readers)
    assert {line["record"] for line in targets(hospital, opened.trace.entry)} == {patient, record}
    again = door.read(operation).value
    assert again.readers[0].verb == "open_chart"
    assert again.readers[0].person == "doctor"
    with pytest.raises(Refused) as refused:
        door.read(replace(operation, actor=hospital.actors["surgeon"]))
    assert entry(hospital, refused.value.entry)[:3] == ("open_chart", "deny", number(hospital, patient))


def targets(hospital: Hospital, entry_id: str) -> list[dict[str, object]]:
    return json.loads(bytes(hospital.sql("SELECT targets FROM entry WHERE id = %s", entry_id)[0][0]))


def test_charts_page_and_filter(hospital: Hospital) -> None:
    changes = bundle("翻病历", "10000009")
    template = changes[2].resource
    for n in range(7):
        changes.append(Change({**template, "effectiveDateTime": f"2026-11-1{n}T08:00:00+08:00"}, f"urn:uuid:o{n}"))
    made = hospital.enter("his", *changes, purpose=Purpose.OPERATION).made
    target = door.locate(made[0].id)
    seen: list[str] = []
    cursor = ""
    while True:
        data = ChartRequest(count=3, cursor=cursor, category="tests", encounter=made[1].id)
        page = door.read(hospital.operation("doctor", Verb.OPEN_CHART, data, target=target))
        seen += [one.id for one in page.value.records]
        cursor = page.more
        if not cursor:
            break
    times = [made[2].id, *(one.id for one in reversed(made[3:]))]
    assert seen == times
    none = door.read(hospital.operation("doctor", Verb.OPEN_CHART, ChartRequest(category="plan"), target=target))
    assert none.value.records == ()
    with pytest.raises(Invalid):
        door.read(hospital.operation("doctor", Verb.OPEN_CHART, ChartRequest(cursor="x"), target=target))


def test_no_chart_for_nobody(hospital: Hospital) -> None:
    with pytest.raises(Refused) as refused:  # nobody's patient: there is no relation either
        door.read(hospital.operation("doctor", Verb.OPEN_CHART, ChartRequest(), target=Target(patient=12345)))
    assert entry(hospital, refused.value.entry)[:2] == ("open_chart", "deny")


def test_the_life_of_a_record(hospital: Hospital, two: tuple[tuple[str, ...], ...]) -> None:
    record = two[0][2]
    door.sheet(hospital.operation("doctor", Verb.READ, target=door.locate(record)))
    told = door.read(hospital.operation("doctor", Verb.READ_LIFE, target=door.locate(record))).value
    assert (told.events[0].verb, told.events[-1].verb) == ("enter", "read")
    assert told.events[-1].person == "doctor"
    assert told.events[-1].purpose == "treatment"
    assert told.facts["retention_class"] == "inpatient"
    assert told.facts["keyed"]
    assert told.facts["last_visit"] == told.facts["visit_starts"]
    assert told.facts["last_discharge"] is None
    first = door.read(hospital.operation("doctor", Verb.READ_LIFE, LifeRequest(count=1), target=door.locate(record)))
    rest = door.read(
        hospital.operation("doctor", Verb.READ_LIFE, LifeRequest(cursor=first.more), target=door.locate(record))
    )
    assert rest.value.events[0].entry == told.events[1].entry
    with pytest.raises(Refused):
        door.read(hospital.operation("surgeon", Verb.READ_LIFE, target=door.locate(record)))
    archivist = hospital.operation("archivist", Verb.READ_LIFE, target=door.locate(record), purpose=Purpose.MANAGEMENT)
    assert door.read(archivist).value.kind == "Observation"
    with pytest.raises(NotFound):
        door.read(hospital.operation("doctor", Verb.READ_LIFE, target=replace(door.locate(record), record=77)))


class Counting:
    """Counts the statements that the pipeline sends while it is open."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[str] = []
        plain = Lane.fetch

        async def fetch(lane: Lane, sql: str, *args: object) -> object:
            if "entry_index" not in sql:  # the ledger's watch goes on beside
                self.sent.append(sql)
            return await plain(lane, sql, *args)

        monkeypatch.setattr(Lane, "fetch", fetch)


@pytest.mark.parametrize("verb", [Verb.LIST, Verb.OPEN_CHART, Verb.SEARCH_PATIENT])
def test_statements_do_not_grow_with_the_answer(
    hospital: Hospital, verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = []
    for size in (2, 25):
        changes = bundle(f"语句{verb}", f"{size}{len(verb.value):02}00000")
        changes += [Change(changes[2].resource, f"urn:uuid:o{n}") for n in range(size)]
        made = hospital.enter("his", *changes, purpose=Purpose.OPERATION).made
        for n in range(size // 2):
            admit(hospital, f"语句{verb}", f"{size}{len(verb.value):02}{n + 1:05}")
        data = {
            Verb.LIST: Worklist(count=size),
            Verb.OPEN_CHART: ChartRequest(),
            Verb.SEARCH_PATIENT: PatientSearch(wanted=((("name", f"语句{verb}"),),), bodies=True, count=100),
        }[verb]
        names._names.clear()  # as cold as it gets
        target = door.locate(made[0].id) if verb is Verb.OPEN_CHART else Target()
        with monkeypatch.context() as patch:
            counting = Counting(patch)
            door.read(hospital.operation("nurse", verb, data, target=target))
        counts.append(len(counting.sent))
    assert max(counts) <= 12
    assert counts[1] <= counts[0] + 1


def test_opening_a_merged_chart_takes_few_statements_too(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [admit(hospital, "语句并", f"7700000{n}")[0] for n in range(4)]
    hospital.person("registrar9", Role.REGISTRAR, "xxk")
    for one in made[1:]:
        data = MergePatient(into=number(hospital, made[0]), reason="同一人")
        target = Target(patient=number(hospital, one))
        waiting = hospital.write("registrar", Verb.MERGE_PATIENT, data, target=target).value
        said = Verdict(proposal=waiting.proposal, digest=waiting.digest, verdict="approve")
        hospital.write("registrar9", Verb.APPROVE, said)
    with monkeypatch.context() as patch:
        counting = Counting(patch)
        opened = door.read(hospital.operation("doctor", Verb.OPEN_CHART, ChartRequest(), target=door.locate(made[0])))
    assert len(opened.value.records) == 4
    assert len(counting.sent) <= 12, [one.split()[:12] for one in counting.sent]
