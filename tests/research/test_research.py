"""四（二）4 教学科研 through the door: register, counts, application, making, checking, taking [4.2.4] [5.2.4]"""

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from psycopg.errors import InsufficientPrivilege

from jingui.core.errors import Conflict, Invalid, Refused, Tampered
from jingui.core.research import (
    BuildExtract,
    CheckExtract,
    CountCohort,
    DisposeExtract,
    EndEthics,
    PlanExtract,
    RegisterEthics,
    Said,
    SampleExtract,
    StudiesRequest,
)
from jingui.core.research_cohort import Cohort
from jingui.core.words import Purpose, Verb
from jingui.formats import extract_mark
from jingui.gate import door, research_building, research_rows
from jingui.gate.acts import research as acts
from tests.gate.studying import (
    FIELDS,
    HEARTS,
    PEOPLE,
    STUDY,
    SYSTEM,
    answers,
    approval,
    built,
    chart,
    check,
    count,
    decide,
    paper,
    start,
    study,
    take,
    view,
)
from tests.hospital import Hospital


@pytest.fixture(scope="module", autouse=True)
def cohort(hospital: Hospital) -> None:
    """People, and 40 patients: 36 with an infarction, 4 with something else."""
    for short, role in PEOPLE:
        if short not in hospital.actors:
            hospital.person(short, role, "xxk")
    for n in range(40):
        code = "I21.001" if n < 36 else "K35.900"
        born = f"{1950 + n % 4 * 5}-05-01"
        hospital.enter("his", *chart(n, code, "male" if n % 2 else "female", born), purpose=Purpose.OPERATION)


def test_from_the_approval_to_the_file_and_its_end(hospital: Hospital) -> None:
    number = study(hospital)
    extract = built(hospital, number)
    seen = view(hospital, "quality", number).extracts[0]
    assert (seen.state, seen.may, seen.said) == ("checking", ("sample", "check"), 0)
    risk = json.loads(seen.risk)
    assert risk["rows"] + risk["held"] == 36
    assert risk["k"] >= 5
    assert check(hospital, "quality", extract).value == "checking"
    assert [one.name for one in view(hospital, "quality", number).extracts[0].verdicts] == ["quality"]
    assert view(hospital, "ethics", number).extracts[0].verdicts == ()  # not the other's before both have spoken
    assert view(hospital, "researcher", number).extracts[0].verdicts == ()
    assert check(hospital, "ethics", extract).value == "released"
    assert len(view(hospital, "researcher", number).extracts[0].verdicts) == 2
    for other in ("other", "quality", "sysadmin", "doctor"):
        with pytest.raises(Refused):
            take(hospital, other, extract)
    got = take(hospital, "researcher", extract)
    targets = hospital.sql("SELECT convert_from(targets, 'UTF8') FROM entry WHERE id = %s", got.trace.entry)[0][0]
    assert got.value.digest in targets
    assert "extract_file" in targets
    with zipfile.ZipFile(io.BytesIO(got.value.body)) as archive:
        body, manifest = archive.read("data.csv").decode("utf-8-sig"), json.loads(archive.read("manifest.json"))
    assert manifest["rows"] == risk["rows"]
    for secret in ("科研患", "13900", "70000", "文三路", "西湖", "1950-05", "1965-05", "2026-03-05"):
        assert secret not in body, secret
    assert "胸痛3小时" in body
    rows = list(csv.DictReader(io.StringIO(body)))
    assert len(rows) == manifest["rows"]
    keys = {who: research_rows.mark_of(hospital.runtime, extract, hospital.people[who]) for who in hospital.people}
    assert extract_mark.traces(rows, keys).recipient == "researcher"
    with pytest.raises((Conflict, Refused)):
        take(hospital, "researcher", extract)  # once
    with pytest.raises(Invalid):
        hospital.write("researcher", Verb.DISPOSE_EXTRACT, DisposeExtract(extract=extract), purpose=STUDY)
    hospital.write("researcher", Verb.DISPOSE_EXTRACT, DisposeExtract(extract=extract, paper=paper()), purpose=STUDY)
    assert hospital.sql("SELECT count(*) FROM extract_part WHERE extract_id = %s AND payload <> '' AND stage IN "
                        "('rows', 'file') AND n > 0", extract) == [(0,)]  # fmt: skip
    assert view(hospital, "researcher", number).extracts[0].state == "disposed"


def test_every_part_names_its_records(hospital: Hospital) -> None:
    number = study(hospital)
    extract = hospital.write("researcher", Verb.PLAN_EXTRACT, PlanExtract(study=number), purpose=STUDY).value
    first = hospital.write("researcher", Verb.BUILD_EXTRACT, BuildExtract(extract=extract), purpose=STUDY)
    targets = hospital.sql("SELECT convert_from(targets, 'UTF8') FROM entry WHERE id = %s", first.trace.entry)[0][0]
    for kind, least in (("Composition", 36), ("Observation", 36), ("Condition", 36), ("Patient", 40)):
        assert targets.count(f'"{kind}"') >= least


def test_no_row_of_the_store_shows_a_patient(hospital: Hospital) -> None:
    number = study(hospital)
    extract = built(hospital, number)
    for (payload,) in hospital.sql("SELECT payload FROM extract_part WHERE extract_id = %s", extract):
        for secret in ("科研患", "胸痛", "I21"):
            assert secret.encode() not in bytes(payload)


@pytest.mark.parametrize("who", ["doctor", "nurse", "researcher", "sysadmin", "head", "quality", "affairs"])
def test_only_ethics_registers_approvals(hospital: Hospital, who: str) -> None:
    before = hospital.sql("SELECT count(*) FROM entry WHERE verb = 'register_ethics' AND decision = 'deny'")[0][0]
    today = hospital.today()
    data = RegisterEthics(
        number="x", title="x", person=1, fields=("sex",), most=1, starts=today, ends=today, paper=paper()
    )
    with pytest.raises(Refused):
        hospital.write(who, Verb.REGISTER_ETHICS, data)
    after = hospital.sql("SELECT count(*) FROM entry WHERE verb = 'register_ethics' AND decision = 'deny'")[0][0]
    assert after == before + 1


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"fields": "sex,region"}, "fields"),
        ({"patients": "501"}, "patients"),
        ({"days": "366"}, "days"),
        ({"ethics": "没有这个号"}, "ethics"),
        ({"fields": "sex,name"}, "fields"),
        ({"diagnoses": "心梗"}, "diagnoses"),
        ({"first": "2026-05-01", "last": "2026-04-01"}, "last"),
        ({"recipient": "999999"}, "recipient"),
        ({"form": "xlsx"}, "form"),
    ],
)
def test_what_goes_beyond_the_approval_is_not_handed_in(hospital: Hospital, more: dict[str, str], place: str) -> None:
    _, number = approval(hospital)
    with pytest.raises(Invalid) as wrong:
        start(hospital, "researcher", "research_use", answers(hospital, number, **more))
    assert place in {name for name, _ in wrong.value.places}


def test_another_ones_approval_is_no_approval(hospital: Hospital) -> None:
    _, number = approval(hospital)
    with pytest.raises(Invalid) as wrong:
        start(hospital, "other", "research_use", answers(hospital, number))
    assert "ethics" in {name for name, _ in wrong.value.places}


def test_an_approval_that_ended_stops_everything(hospital: Hospital) -> None:
    pk, number = approval(hospital)
    waiting = start(hospital, "researcher", "research_use", answers(hospital, number))
    done = start(hospital, "researcher", "research_use", answers(hospital, number, title="另一课题"))
    for second in ("ethics", "affairs", "sysadmin"):
        decide(hospital, second, done)
    running = hospital.sql("SELECT id FROM study WHERE matter = %s", done)[0][0]
    extract = built(hospital, running)
    decide(hospital, "ethics", waiting)
    hospital.write("ethics", Verb.END_ETHICS, EndEthics(approval=pk, reason="委员会终止"))
    decide(hospital, "affairs", waiting)
    with pytest.raises(Invalid):
        decide(hospital, "sysadmin", waiting)
    assert hospital.sql("SELECT state, key = '' FROM study WHERE id = %s", running) == [("ended", True)]
    assert hospital.sql("SELECT state FROM extract WHERE id = %s", extract) == [("stopped",)]
    with pytest.raises(Conflict):
        hospital.write("researcher", Verb.PLAN_EXTRACT, PlanExtract(study=running), purpose=STUDY)
    with pytest.raises(Conflict):
        check(hospital, "quality", extract)


def test_three_people_do_not_leave(hospital: Hospital) -> None:
    number = study(hospital, diagnoses="K35")
    extract = built(hospital, number)
    assert hospital.sql("SELECT state, rows FROM extract WHERE id = %s", extract) == [("stopped", 0)]
    assert json.loads(view(hospital, "researcher", number).extracts[0].risk)["stopped"] == "small"
    anyway = CheckExtract(extract=extract, verdict=Said.PASS, manifest="")
    with pytest.raises(Conflict):
        hospital.write("quality", Verb.CHECK_EXTRACT, anyway)


def test_more_people_than_approved_do_not_leave(hospital: Hospital) -> None:
    number = study(hospital, patients="20", approved={"most": 20})
    extract = built(hospital, number)
    assert json.loads(hospital.sql("SELECT risk FROM extract WHERE id = %s", extract)[0][0])["stopped"] == "most"


def test_a_checker_speaks_once_and_never_of_their_own(hospital: Hospital) -> None:
    number = study(hospital, recipient=str(hospital.people["quality"]))
    extract = built(hospital, number)
    with pytest.raises(Refused) as refused:
        check(hospital, "quality", extract)  # will take it
    assert refused.value.reason == "party"
    for who in ("researcher", "other", "doctor", "head", "sysadmin"):
        with pytest.raises(Refused):
            check(hospital, who, extract)
    check(hospital, "affairs", extract)
    with pytest.raises(Conflict):
        check(hospital, "affairs", extract)
    other = CheckExtract(extract=extract, verdict=Said.PASS, manifest="00" * 32)
    with pytest.raises(Conflict):
        hospital.write("ethics", Verb.CHECK_EXTRACT, other)
    with pytest.raises(Invalid):
        check(hospital, "ethics", extract, Said.STOP)
    assert check(hospital, "ethics", extract, Said.STOP, "文本里仍有姓名。").value == "stopped"
    assert [one.reasons for one in view(hospital, "researcher", number).extracts[0].verdicts][1] == "文本里仍有姓名。"
    with pytest.raises(Refused):
        take(hospital, "quality", extract)


def test_a_forged_verdict_is_refused_by_name(hospital: Hospital) -> None:
    extract = built(hospital, study(hospital))
    check(hospital, "quality", extract, Said.STOP, "不合格")
    with pytest.raises(InsufficientPrivilege):  # insert-only
        hospital.sql("UPDATE extract_check SET verdict = 'pass' WHERE extract_id = %s", extract)
    hospital.sql("ALTER TABLE extract_check DISABLE TRIGGER USER")
    hospital.sql("UPDATE extract_check SET verdict = 'pass' WHERE extract_id = %s", extract)
    with pytest.raises(Tampered):
        check(hospital, "ethics", extract)
    hospital.sql("UPDATE extract_check SET verdict = 'stop' WHERE extract_id = %s", extract)
    hospital.sql("ALTER TABLE extract_check ENABLE TRIGGER USER")


def test_checkers_see_rows_as_they_would_leave(hospital: Hospital) -> None:
    number = study(hospital)
    extract = built(hospital, number)

    def sampled(who: str) -> Any:
        return door.read(
            hospital.operation(who, Verb.SAMPLE_EXTRACT, SampleExtract(extract=extract), purpose=Purpose.QUALITY)
        )

    found = sampled("quality").value
    assert found.columns == ("person", *FIELDS)
    assert len(found.rows) == 20
    assert not any("科研患" in cell or "139000" in cell for row in found.rows for cell in row)
    for who in ("researcher", "other", "doctor", "sysadmin"):
        with pytest.raises(Refused):
            sampled(who)


def test_a_study_is_seen_by_its_own_and_by_those_who_watch(hospital: Hospital) -> None:
    number = study(hospital)
    for who in ("researcher", "ethics", "affairs", "quality", "sysadmin", "audit"):
        assert view(hospital, who, number).study.id == number
    with pytest.raises(Refused):
        view(hospital, "other", number)
    listed = door.read(hospital.operation("other", Verb.READ_STUDIES, StudiesRequest(), purpose=STUDY)).value
    assert number not in {one.id for one in listed.studies}
    assert listed.approvals == ()


def test_the_researcher_may_go_on_by_hand_and_others_not(hospital: Hospital) -> None:
    number = study(hospital)
    with pytest.raises(Refused):
        hospital.write("other", Verb.PLAN_EXTRACT, PlanExtract(study=number), purpose=STUDY)
    extract = built(hospital, number, "researcher")
    with pytest.raises(Refused):
        hospital.write("other", Verb.BUILD_EXTRACT, BuildExtract(extract=extract), purpose=STUDY)
    with pytest.raises(Conflict):
        hospital.write("researcher", Verb.BUILD_EXTRACT, BuildExtract(extract=extract), purpose=STUDY)


def test_killed_and_gone_on_it_is_the_same(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small parts; every second one dies after its work and before its commit."""
    monkeypatch.setattr(research_building, "PART", 7)
    monkeypatch.setattr(research_building, "CHUNK", 3)
    number = study(hospital)
    whole = built(hospital, number)
    extract = hospital.write("researcher", Verb.PLAN_EXTRACT, PlanExtract(study=number), purpose=STUDY).value
    real, state, kills = research_building.remember, "building", 0
    while state == "building":

        def dies(*_: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(research_building, "remember", dies)
        try:
            state = hospital.write(SYSTEM, Verb.BUILD_EXTRACT, BuildExtract(extract=extract)).value.stage
        except KeyboardInterrupt:
            kills += 1
        monkeypatch.setattr(research_building, "remember", real)
        if state == "building":
            state = hospital.write(SYSTEM, Verb.BUILD_EXTRACT, BuildExtract(extract=extract)).value.stage
    assert kills > 5
    rows = {one: hospital.sql("SELECT rows, held, state FROM extract WHERE id = %s", one) for one in (whole, extract)}
    assert rows[whole] == rows[extract]
    digests = [
        hospital.sql("SELECT n, digest FROM extract_part WHERE extract_id = %s AND stage = 'rows' ORDER BY n", one)
        for one in (whole, extract)
    ]
    assert digests[0] == digests[1]


def test_small_counts_are_hidden_and_the_same_people_give_the_same_number(hospital: Hospital) -> None:
    few = count(hospital, Cohort(diagnoses=("K35",), departments=("xnk",)))
    assert (few.people, few.hidden, few.small) == (0, True, 10)
    many = count(hospital, HEARTS)
    assert many.people % 5 == 0
    assert 30 <= many.people <= 40
    # asked in other words, the same people
    again = count(hospital, Cohort(diagnoses=("I21", "I21.0"), departments=("xnk",)))
    assert again.people == many.people


def test_a_count_goes_on_in_parts_and_opens_for_nobody_else(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "PART", 9)
    whole = count(hospital, HEARTS)
    first = hospital.write("researcher", Verb.COUNT_COHORT, CountCohort(cohort=HEARTS), purpose=STUDY)
    assert (first.value.done, first.value.people) == (False, None)
    for who, cohort in (("other", HEARTS), ("researcher", Cohort(diagnoses=("K35",)))):
        with pytest.raises(Invalid):
            hospital.write(who, Verb.COUNT_COHORT, CountCohort(cohort=cohort, cursor=first.more), purpose=STUDY)
    assert whole.people == count(hospital, HEARTS).people


def test_counts_a_day_are_few(hospital: Hospital) -> None:
    for n in range(20):
        left = count(hospital, Cohort(youngest=n, diagnoses=("K35",)), "other").left
    assert left == 0
    assert count(hospital, Cohort(youngest=3, diagnoses=("K35",)), "other").hidden  # asked before: it costs nothing
    with pytest.raises(Conflict):
        count(hospital, Cohort(youngest=20, diagnoses=("K35",)), "other")


@pytest.mark.parametrize("who", ["sysadmin", "quality", "ethics", "head", "registrar", "his"])
def test_others_do_not_count(hospital: Hospital, who: str) -> None:
    with pytest.raises(Refused):
        hospital.write(who, Verb.COUNT_COHORT, CountCohort(cohort=HEARTS), purpose=STUDY)
