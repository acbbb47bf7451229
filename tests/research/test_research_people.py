"""四（二）4 教学科研: whose records are used at all, the way back, what a DBA can bend [4.2.4] [2.1.3]"""

import csv
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from jingui.core.errors import Conflict, Gone, Invalid, JinguiError, NotFound, Refused, Tampered
from jingui.core.matters.asking import CloseMatter
from jingui.core.proposals import Verdict
from jingui.core.research import (
    BuildExtract,
    DisposeExtract,
    PlanExtract,
    Reidentify,
    Said,
    TakeExtract,
)
from jingui.core.research_cohort import Cohort
from jingui.core.words import Purpose, Role, Verb
from jingui.formats.deidentify_project import pseudonym
from jingui.gate import cohort_counts, research_rows
from tests.gate import studying as usual
from tests.gate.studying import PEOPLE, STUDY, SYSTEM, built, chart, check, count, paper, study, take, view
from tests.hospital import Hospital

FIRST = 300
KIDNEYS = "N18.500"


@pytest.fixture(scope="module", autouse=True)
def cohort(hospital: Hospital) -> list[int]:
    """Twenty patients whose illness nobody else has; their internal numbers."""
    for short, role in (*PEOPLE, ("affairs2", Role.MEDICAL_AFFAIRS)):
        if short not in hospital.actors:
            hospital.person(short, role, "xxk")
    made = []
    for n in range(FIRST, FIRST + 20):
        done = hospital.enter("his", *chart(n, KIDNEYS, born="1960-05-01"), purpose=Purpose.OPERATION).made
        made.append(hospital.runtime.ids.internal(done[0].id)[0])
    return made


def kidneys(hospital: Hospital, **more: Any) -> int:
    return study(hospital, diagnoses="N18", **more)


def report(hospital: Hospital, extract: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(hospital.sql("SELECT risk FROM extract WHERE id = %s", extract)[0][0])
    return found


def consent(hospital: Hospital, patient: int, state: str) -> None:
    from jingui.store.models import PatientConsent

    at = hospital.now() - timedelta(minutes=1)
    hospital.keep(
        PatientConsent(
            patient_id=patient,
            consent_id=hospital.runtime.number(at),
            purpose="research",
            kind="research",
            labels=[],
            categories=[],
            state=state,
            starts=at,
        )
    )


def test_who_withdrew_objected_or_is_kept_secret_is_left_out(hospital: Hospital, cohort: list[int]) -> None:
    from jingui.store.models import Patient, Restriction

    whole = report(hospital, built(hospital, kidneys(hospital)))
    assert (whole["rows"] + whole["held"], whole["excluded"]) == (20, {})
    consent(hospital, cohort[0], "withdrawn")
    at = hospital.now() - timedelta(minutes=1)
    for patient, person in ((cohort[1], hospital.people["researcher"]), (cohort[2], hospital.people["nurse"])):
        hospital.keep(
            Restriction(
                patient_id=patient,
                restriction_id=hospital.runtime.number(at),
                kind="person",
                person_id=person,
                starts=at,
            )
        )
    hospital.keep(
        Restriction(patient_id=cohort[3], restriction_id=hospital.runtime.number(at), kind="others", starts=at)
    )
    secret = Patient.objects.get(pk=cohort[4])
    secret.restricted = True
    hospital.keep(secret, new=False)
    own = Patient.objects.get(pk=cohort[5])
    own.person_id = hospital.people["researcher"]
    hospital.keep(own, new=False)
    left = report(hospital, built(hospital, kidneys(hospital)))
    assert left["rows"] + left["held"] == 15
    assert left["excluded"] == dict.fromkeys(("consent", "objected", "restricted", "own"), 0)  # fewer than may be told
    # the patient whose restriction names somebody else is in; a consent given again counts
    consent(hospital, cohort[0], "given")
    again = report(hospital, built(hospital, kidneys(hospital)))
    assert again["rows"] + again["held"] == 16


def test_a_highly_sensitive_record_is_never_in(hospital: Hospital) -> None:
    from jingui.core.enter import Change

    done = hospital.enter("his", *chart(FIRST + 50, KIDNEYS), purpose=Purpose.OPERATION).made
    patient, visit = done[0].id, done[1].id
    hospital.enter(
        "his",
        Change(
            {
                "resourceType": "Condition", "subject": {"reference": f"Patient/{patient}"},
                "encounter": {"reference": f"Encounter/{visit}"}, "recordedDate": "2026-03-06T09:00:00+08:00",
                "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "B20.600"}], "text": "艾滋病"},
            }
        ),
        purpose=Purpose.OPERATION,
    )  # fmt: skip
    number = kidneys(hospital)
    extract = built(hospital, number)
    assert report(hospital, extract)["closed"] >= 1
    check(hospital, "quality", extract)
    check(hospital, "ethics", extract)
    with zipfile.ZipFile(io.BytesIO(take(hospital, "researcher", extract).value.body)) as archive:
        body = archive.read("data.csv").decode("utf-8-sig")
    assert "B20" not in body
    assert "艾滋" not in body
    # nor can it be asked for
    found = count(hospital, Cohort(diagnoses=("B20",)))
    assert found.hidden


def reidentified(hospital: Hospital, number: int, name: str, who: str = "ethics", second: str = "affairs") -> Any:
    data = Reidentify(study=number, pseudonym=name, reason="发现须告知本人的检验危急值")
    waiting = hospital.write(who, Verb.REIDENTIFY, data).value
    verdict = Verdict(proposal=waiting.proposal, verdict="approve", digest=waiting.digest)
    return hospital.write(second, Verb.APPROVE, verdict).value


def test_the_way_back_needs_the_approval_and_two_persons(hospital: Hospital, cohort: list[int]) -> None:
    from jingui.store.models import Study

    closed = kidneys(hospital)
    public = hospital.runtime.public(cohort[7], 0)

    def name_in(number: int) -> str:
        project = research_rows.project_of(hospital.runtime, Study.objects.get(pk=number))
        return pseudonym(project, "person", public)

    with pytest.raises(Conflict):
        reidentified(hospital, closed, name_in(closed))
    opened = kidneys(hospital, approved={"identifiable": True})
    assert name_in(opened) != name_in(closed)
    done = reidentified(hospital, opened, f"{name_in(opened)}-ABCD")
    assert done.value.patient == public
    assert hospital.sql("SELECT verb, patient_id FROM entry WHERE id = %s", done.entry) == [("reidentify", cohort[7])]
    with pytest.raises(NotFound):  # another study's name means nobody here
        reidentified(hospital, opened, name_in(closed))
    with pytest.raises(Refused):  # one person is not two
        reidentified(hospital, opened, name_in(opened), "affairs", "affairs")
    for who in ("researcher", "quality", "sysadmin", "doctor"):
        with pytest.raises(Refused):
            reidentified(hospital, opened, name_in(opened), who)
    with pytest.raises(Invalid):
        hospital.write("ethics", Verb.REIDENTIFY, Reidentify(study=opened, pseudonym=name_in(opened), reason="x"))
    # when the study ends its key is gone: nobody finds the way back
    matter = hospital.sql("SELECT matter FROM study WHERE id = %s", opened)[0][0]
    hospital.write("researcher", Verb.CLOSE_MATTER, CloseMatter(matter=matter), purpose=STUDY)
    with pytest.raises((Conflict, Gone)):
        reidentified(hospital, opened, "ABCDEFGHJKMNPQ")


@pytest.mark.parametrize(
    "change", ["most = most + 1000", "fields = fields || ARRAY['region']", "k = 1", "cohort = '{}'", "profile = 'none'"]
)
def test_a_study_that_was_widened_past_the_door_is_refused(hospital: Hospital, change: str) -> None:
    number = kidneys(hospital)
    hospital.sql(f"UPDATE study SET {change} WHERE id = %s", number)
    with pytest.raises(Tampered):
        hospital.write("researcher", Verb.PLAN_EXTRACT, PlanExtract(study=number), purpose=STUDY)
    with pytest.raises(Tampered):
        view(hospital, "researcher", number)


def test_an_extract_that_was_released_past_the_door_is_refused(hospital: Hospital) -> None:
    number = kidneys(hospital)
    extract = built(hospital, number)
    hospital.sql("UPDATE extract SET state = 'released', ends = now() + interval '1 day' WHERE id = %s", extract)
    with pytest.raises((Tampered, Refused)):
        take(hospital, "researcher", extract)
    hospital.sql("UPDATE extract SET state = 'checking', ends = NULL WHERE id = %s", extract)
    check(hospital, "quality", extract)
    check(hospital, "affairs", extract)
    other = built(hospital, number)
    hospital.sql("UPDATE access_grant SET categories = %s WHERE categories = %s", [str(other)], [str(extract)])
    with pytest.raises(Tampered):
        take(hospital, "researcher", other)
    hospital.sql("UPDATE access_grant SET categories = %s WHERE categories = %s", [str(extract)], [str(other)])
    payload = hospital.sql("SELECT payload FROM extract_part WHERE extract_id = %s AND stage = 'file' AND n = 1", other)
    hospital.sql(
        "UPDATE extract_part SET payload = %s WHERE extract_id = %s AND stage = 'file' AND n = 1", payload[0][0],
        extract,
    )  # fmt: skip
    with pytest.raises(JinguiError):  # another extract's file opens as none of this one's
        take(hospital, "researcher", extract)


def test_what_is_over_is_not_taken_and_is_erased(hospital: Hospital) -> None:
    from jingui.gate import door
    from jingui.store.models import Extract, Grant

    number = kidneys(hospital)
    extract = built(hospital, number)
    check(hospital, "quality", extract)
    check(hospital, "ethics", extract)
    with pytest.raises(Conflict):
        hospital.write(SYSTEM, Verb.DISPOSE_EXTRACT, DisposeExtract(extract=extract))
    past = hospital.now() - timedelta(seconds=5)
    row, right = Extract.objects.get(pk=extract), Grant.objects.get(patient_id=0, categories=[str(extract)])
    row.ends = right.ends = past
    hospital.keep(row, new=False)
    hospital.keep(right, new=False)
    with pytest.raises(Refused):
        take(hospital, "researcher", extract)
    assert extract in door.due.extracts_over(hospital.now())
    hospital.write(SYSTEM, Verb.DISPOSE_EXTRACT, DisposeExtract(extract=extract))
    assert extract not in door.due.extracts_over(hospital.now())
    # the statement of the recipient is still owed and can still be brought
    assert view(hospital, "researcher", number).extracts[0].may == ("dispose",)
    hospital.write("researcher", Verb.DISPOSE_EXTRACT, DisposeExtract(extract=extract, paper=paper()), purpose=STUDY)


def test_the_job_goes_on_and_erases(hospital: Hospital) -> None:
    from jingui import jobs

    number = kidneys(hospital)
    extract = hospital.write("researcher", Verb.PLAN_EXTRACT, PlanExtract(study=number), purpose=STUDY).value
    jobs.extracts(0)
    assert hospital.sql("SELECT state FROM extract WHERE id = %s", extract) == [("checking",)]
    check(hospital, "quality", extract, Said.STOP, "不合格")
    check(hospital, "ethics", extract)
    jobs.extracts(0)
    assert hospital.sql(
        "SELECT count(*) FROM extract_part WHERE extract_id = %s AND n > 0 AND payload <> ''", extract
    ) == [(0,)]


@pytest.mark.parametrize("form", ["parquet", "fhir"])
def test_the_other_forms_leave_the_same_people(hospital: Hospital, form: str, tmp_path: Any) -> None:
    number = kidneys(hospital, form=form)
    extract = built(hospital, number)
    check(hospital, "quality", extract)
    check(hospital, "ethics", extract)
    with zipfile.ZipFile(io.BytesIO(take(hospital, "researcher", extract).value.body)) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
        if form == "fhir":
            lines = [json.loads(one) for one in archive.read("data.ndjson").splitlines()]
            people = {one["id"] for one in lines if one["resourceType"] == "Patient"}
        else:
            import duckdb

            parts = [name for name in names if name.endswith(".parquet")]
            archive.extractall(tmp_path)
            found = duckdb.sql(f"SELECT person FROM read_parquet({[str(tmp_path / one) for one in parts]})").fetchall()
            people = {one for (one,) in found}
    assert len(people) == manifest["rows"] > 5


def test_teaching_has_its_own_yearly_row(hospital: Hospital) -> None:
    _, number = usual.approval(hospital)
    given = tuple(
        pair for pair in usual.answers(hospital, number, diagnoses="N18") if pair[0] not in ("kind", "profile")
    )
    matter = usual.start(hospital, "researcher", "research_use", usual.answers(hospital, number))
    assert matter
    with pytest.raises(Refused):  # a researcher keeps no teaching library
        usual.start(hospital, "researcher", "teaching_library", given)
    _, mine = usual.approval(hospital, person=hospital.people["doctor"])
    given = tuple((name, mine if name == "ethics" else value) for name, value in given)
    matter = usual.start(hospital, "doctor", "teaching_library", given)
    for second in ("ethics", "affairs", "sysadmin"):
        usual.decide(hospital, second, matter)
    kind, profile = hospital.sql("SELECT kind, profile FROM study WHERE matter = %s", matter)[0]
    assert (kind, profile) == ("teaching", "teaching")


def test_two_cohorts_that_differ_by_one_person_tell_nothing(hospital: Hospital) -> None:
    """With and without one person, over many sets: the difference of what is told says nothing about that person."""
    runtime = hospital.runtime
    told: list[int] = []
    for start in range(1, 400):
        with_ = cohort_counts.Running()
        with_.add(runtime, range(start * 1000, start * 1000 + 60))
        without = cohort_counts.Running()
        without.add(runtime, range(start * 1000, start * 1000 + 59))
        told.append(cohort_counts.told(runtime, with_, 10) - cohort_counts.told(runtime, without, 10))
    # the true difference is always 1; what is told is mostly 0, and otherwise as likely to be of the wrong sign
    assert {one % 5 for one in told} == {0}
    up, down = sum(one > 0 for one in told), sum(one < 0 for one in told)
    assert down > 0.3 * up
    assert abs(sum(told) / len(told) - 1) < 1.2
    near = []
    for start in range(1, 200):
        running = cohort_counts.Running()
        running.add(runtime, range(start * 7919, start * 7919 + 11))
        near.append(cohort_counts.told(runtime, running, 10))
    assert 0 in near  # above the bound and hidden all the same: hiding does not tell on which side one is
    assert any(near)


def test_the_order_of_asking_and_repeating_change_nothing(hospital: Hospital) -> None:
    one, other = cohort_counts.Running(), cohort_counts.Running()
    one.add(hospital.runtime, [3, 1, 2] * 1)
    one.add(hospital.runtime, range(10, 60))
    other.add(hospital.runtime, [*range(59, 9, -1), 2, 3, 1])
    assert cohort_counts.told(hospital.runtime, one, 10) == cohort_counts.told(hospital.runtime, other, 10)


def test_replays_and_strangers_numbers(hospital: Hospital) -> None:
    for data, verb in (
        (PlanExtract(study=10**12), Verb.PLAN_EXTRACT), (BuildExtract(extract=10**12), Verb.BUILD_EXTRACT),
        (TakeExtract(extract=10**12), Verb.TAKE_EXTRACT), (DisposeExtract(extract=10**12), Verb.DISPOSE_EXTRACT),
    ):  # fmt: skip
        with pytest.raises((Refused, NotFound)):
            hospital.write("researcher", verb, data, purpose=STUDY)
    with pytest.raises(NotFound):
        hospital.write(SYSTEM, Verb.BUILD_EXTRACT, BuildExtract(extract=10**12))


def test_csv_cells_of_a_real_extract_never_act(hospital: Hospital) -> None:
    for n in range(FIRST + 60, FIRST + 70):
        changes = chart(n, KIDNEYS)
        changes[1].resource["hospitalization"] = {"dischargeDisposition": {"coding": [{"code": "=1+HYPERLINK"}]}}
        hospital.enter("his", *changes, purpose=Purpose.OPERATION)
    extract = built(hospital, kidneys(hospital))
    check(hospital, "quality", extract)
    check(hospital, "ethics", extract)
    with zipfile.ZipFile(io.BytesIO(take(hospital, "researcher", extract).value.body)) as archive:
        rows = list(csv.reader(io.StringIO(archive.read("data.csv").decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    assert len(rows) > 6
    assert "HYPERLINK" not in str(rows)  # no word of the closed list
    assert not any(cell[:1] in ("=", "+", "@", "\t") for cell in cells if cell)


def taught(hospital: Hospital) -> int:
    """A study for teaching."""
    _, number = usual.approval(hospital)
    given = usual.answers(hospital, number, diagnoses="N18", kind="teaching")
    matter = usual.start(hospital, "researcher", "research_use", given)
    for second in ("ethics", "affairs", "sysadmin"):
        usual.decide(hospital, second, matter)
    return int(hospital.sql("SELECT id FROM study WHERE matter = %s", matter)[0][0])


def test_whoever_withdrew_from_research_is_in_no_teaching_library(hospital: Hospital) -> None:
    done = hospital.enter("his", *chart(FIRST + 80, KIDNEYS), purpose=Purpose.OPERATION).made
    patient = hospital.runtime.ids.internal(done[0].id)[0]
    before = report(hospital, built(hospital, taught(hospital)))
    consent(hospital, patient, "withdrawn")
    after = report(hospital, built(hospital, taught(hospital)))
    assert after["rows"] + after["held"] == before["rows"] + before["held"] - 1


def test_records_that_cannot_be_cleaned_stop_nobody_else(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    from jingui.formats import extract_rows

    real, count = extract_rows.row, []

    def sometimes(*given: Any) -> Any:
        count.append(1)
        if len(count) == 3:
            raise Invalid()
        return real(*given)

    whole = report(hospital, built(hospital, kidneys(hospital)))
    monkeypatch.setattr(extract_rows, "row", sometimes)
    one_less = report(hospital, built(hospital, kidneys(hospital)))
    assert one_less["rows"] + one_less["held"] == whole["rows"] + whole["held"] - 1
    assert "unreadable" in one_less["excluded"]
