"""三（二）2 病案室流转: opened by the task, moved in order by the right people, judged apart from coding [3.2.2]"""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from jingui import jobs
from jingui.core.custody import ChosenCode, CodeCaseFile, MoveCaseFile
from jingui.core.errors import Conflict, Invalid, JinguiError, NotFound, Refused, Tampered
from jingui.core.operation import Target
from jingui.core.words import Purpose, Verb
from jingui.store.verification import verify
from tests.gate import custody as line
from tests.gate.entering import Admitted, admit, entered, entries, form_of, note, sign, submit
from tests.gate.test_entry_filing import recall
from tests.gate.test_settings_read import setting
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    return line.people(hospital)


def stage(house: Hospital, at: Admitted) -> str:
    return str(house.sql("SELECT stage FROM case_file WHERE patient_id = %s", at.patient)[0][0])


def test_the_task_opens_a_case_file_for_each_ended_stay_once(house: Hospital) -> None:
    at, going = line.stay(house, page=False), admit(house)
    before = entries(house)
    line.opened(house, at)
    assert entries(house) > before
    assert stage(house, at) == "ward"
    assert house.sql("SELECT count(*) FROM case_file WHERE patient_id = %s", going.patient) == [(0,)]
    again = entries(house)
    jobs.case_files(0)
    assert entries(house) == again
    assert house.sql("SELECT count(*) FROM case_file WHERE patient_id = %s", at.patient) == [(1,)]


def test_nobody_but_the_task_opens_or_puts_back(house: Hospital) -> None:
    from jingui.core.custody import OpenCaseFile, PutBack

    at = line.stay(house, page=False)
    file = line.opened(house, at)
    for data in (OpenCaseFile(encounter=at.visit), PutBack(file=file)):
        with pytest.raises(Invalid):
            line.ask(house, "archivist", Verb.MOVE_CASE_FILE, at, data)
    system = jobs.actor("case_files")
    with pytest.raises(Invalid):  # and the task moves nothing on
        house.write(
            system, Verb.MOVE_CASE_FILE, MoveCaseFile(file=file, after="collected", basis=1),
            target=Target(patient=at.patient),
        )  # fmt: skip


def test_the_whole_line_with_every_person_and_time(house: Hospital) -> None:
    at = line.stay(house)
    file = line.opened(house, at)
    line.along(house, at, file, "final")
    assert line.shown(house, at, file).line.grade == "a"
    line.move(house, at, file, "filed")
    states = house.sql("SELECT DISTINCT state FROM record WHERE patient_id = %s AND form <> ''", at.patient)
    assert states == [("filed",)]
    line.move(house, at, file, "shelved", who="archivist2")
    seen = line.shown(house, at, file)
    assert [one.after for one in seen.steps] == [
        "ward", "collected", "received", "sorted", "coded", "front_page", "final", "filed", "shelved",
    ]  # fmt: skip
    assert [one.person for one in seen.steps] == [
        "", "archivist", "archivist", "archivist", "coder", "quality", "quality", "archivist", "archivist2",
    ]  # fmt: skip
    assert set(seen.steps[3].checks) == set(line.TICKED)
    assert all(one.holds for one in seen.steps)
    assert seen.next_stage == ""


def test_wrong_order_wrong_post_and_other_patients_are_refused(house: Hospital) -> None:
    at, other = line.stay(house), line.stay(house, page=False)
    file, foreign = line.opened(house, at), line.opened(house, other)
    with pytest.raises(Conflict):
        line.move(house, at, file, "sorted")
    for who in ("doctor", "nurse", "coder", "quality", "head", "registrar", "secadmin", "affairs"):
        count = entries(house)
        with pytest.raises(Refused):
            line.move(house, at, file, "collected", who=who)
        assert entries(house) == count + 1
    with pytest.raises(NotFound):
        line.ask(house, "archivist", Verb.MOVE_CASE_FILE, at, MoveCaseFile(file=foreign, after="collected", basis=1))
    with pytest.raises(NotFound):
        line.ask(house, "archivist", Verb.MOVE_CASE_FILE, at, MoveCaseFile(file="nonsense", after="collected", basis=1))
    password = replace(house.actors["archivist"], strength="password")
    with pytest.raises(Refused) as weak:
        house.write(
            password, Verb.MOVE_CASE_FILE, MoveCaseFile(file=file, after="collected", basis=1),
            target=Target(patient=at.patient), purpose=Purpose.MANAGEMENT,
        )  # fmt: skip
    assert weak.value.reason == "strength"
    line.along(house, at, file, "sorted")
    with pytest.raises(Refused):  # the archivist does not code
        line.code(house, at, file, who="archivist")
    with pytest.raises(Refused):  # a move is no way around coding
        line.move(house, at, file, "coded")
    with pytest.raises(Conflict):
        line.judge(house, at, file, "front_page")
    assert stage(house, at) == "sorted"


def test_the_check_list_is_ticked_whole(house: Hospital) -> None:
    at = line.stay(house, page=False)
    file = line.opened(house, at)
    line.along(house, at, file, "received")
    for ticked in ((), line.TICKED[1:], (*line.TICKED, "no_such_line")):
        with pytest.raises(Invalid) as error:
            line.move(house, at, file, "sorted", checks=ticked)
        assert error.value.places
    line.move(house, at, file, "sorted", checks=tuple(one for one in line.TICKED if one != "operations"))


def test_a_page_that_is_older_moves_nothing_and_of_two_coders_one_wins(house: Hospital) -> None:
    at = line.stay(house)
    file = line.opened(house, at)
    old = line.basis(house, at, file)
    line.move(house, at, file, "collected")
    with pytest.raises(Conflict):
        line.move(house, at, file, "received", basis=old)
    line.along(house, at, file, "sorted")
    basis, said = line.basis(house, at, file), []

    def coding(who: str) -> None:
        from django.db import connection

        data = CodeCaseFile(file=file, basis=basis, diagnoses=(ChosenCode(code="I10.x00", name="高血压"),))
        try:
            line.ask(house, who, Verb.CODE_CASE_FILE, at, data)
            said.append("done")
        except JinguiError as error:
            said.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=coding, args=(who,)) for who in ("coder", "coder2")]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert sorted(said) == ["conflict", "done"]
    assert house.sql("SELECT count(*) FROM coded_case WHERE patient_id = %s", at.patient) == [(1,)]


def test_codes_are_of_the_tables_and_versions_stay(house: Hospital) -> None:
    at = line.stay(house)
    file = line.opened(house, at)
    line.along(house, at, file, "sorted")
    for diagnoses, place in (
        ((), "diagnosis.1"), ((ChosenCode(code="高血压"),), "diagnosis.1"),
        ((ChosenCode(code="I10.x00"),), "diagnosis.1"),
        ((ChosenCode(code="I10.x00", name="a"), ChosenCode(code="I10.x00", name="b")), "diagnosis.2"),
        ((ChosenCode(code="I10.x00", name="a\x07b"),), "diagnosis.1"),
        ((ChosenCode(code="I10.x00", name="a", condition="9"),), "condition.1"),
        (tuple(ChosenCode(code=f"I10.x{n:02}", name="a") for n in range(41)), "diagnosis.1"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as error:
            line.code(house, at, file, diagnoses=diagnoses)
        assert place in dict(error.value.places), diagnoses
    line.code(house, at, file, "I10.x00")
    line.code(house, at, file, "I10.x00", "E11.900", operations=(ChosenCode(code="99.99", name="操作"),))
    seen = line.shown(house, at, file, "coder", codes=True)
    assert [(one.n, [code.code for code in one.diagnoses]) for one in seen.coded] == [
        (2, ["I10.x00", "E11.900"]), (1, ["I10.x00"]),
    ]  # fmt: skip
    assert seen.coded[0].tables[0][:2] == ("icd10", "ICD-10")
    assert seen.coded[0].tables[0][3] is True  # a starter says so
    assert seen.coder_is_me
    assert (line.shown(house, at, file).coded, line.shown(house, at, file).versions) == ((), 2)  # not for everybody
    row = house.sql("SELECT payload FROM coded_case WHERE patient_id = %s", at.patient)[0][0]
    assert b"I10" not in bytes(row)


def test_nobody_judges_what_they_coded_nor_codes_what_they_judged(house: Hospital) -> None:
    from jingui.core.protect import GrantPost
    from jingui.core.words import Role

    at = line.stay(house)
    file = line.opened(house, at)
    line.along(house, at, file, "coded")
    post = house.write(
        "secadmin", Verb.GRANT_POST,
        GrantPost(person=house.people["coder"], department=house.departments["xxk"], role=Role.QUALITY,
                  starts=house.now()),
    ).value  # fmt: skip
    house.actors["coder_as_quality"] = replace(house.actors["coder"], post=post)
    line.WISH["coder_as_quality"] = Purpose.QUALITY
    with pytest.raises(Refused) as party:
        line.judge(house, at, file, "front_page", who="coder_as_quality")
    assert party.value.reason == "party"
    line.judge(house, at, file, "front_page", who="quality")
    assert stage(house, at) == "front_page"


def test_errors_of_the_front_page_block_and_warnings_want_a_reason(house: Hospital) -> None:
    at = line.stay(house, days="9")
    file = line.opened(house, at)
    line.along(house, at, file, "coded")
    found = {one.rule: one.severity for one in line.shown(house, at, file, "quality").found}
    assert found["days_agree"] == "warning"
    with pytest.raises(Invalid) as error:
        line.judge(house, at, file, "front_page", reasons=())
    assert "rule.days_agree" in dict(error.value.places)
    line.code(house, at, file, "O80.000")  # a delivery, while the patient is a man
    assert "male_codes" in {one.rule for one in line.shown(house, at, file).found}
    with pytest.raises(Invalid) as blocked:
        line.judge(house, at, file, "front_page")
    assert "rule.male_codes" in dict(blocked.value.places)
    line.code(house, at, file, "I10.x00")
    line.judge(house, at, file, "front_page")
    without = line.stay(house, page=False)
    lacking = line.opened(house, without)
    line.along(house, without, lacking, "coded")
    with pytest.raises(Invalid) as none:
        line.judge(house, without, lacking, "front_page")
    assert "rule.front_page" in dict(none.value.places)


def test_a_front_page_of_chinese_medicine_is_one(house: Hospital) -> None:
    at = line.stay(house, form="tcm_front_page")
    file = line.opened(house, at)
    line.along(house, at, file, "coded")
    assert "front_page" not in {one.rule for one in line.shown(house, at, file, "quality").found}
    line.judge(house, at, file, "front_page")
    assert stage(house, at) == "front_page"


def test_quality_sends_back_to_be_coded_again(house: Hospital) -> None:
    at = line.stay(house)
    file = line.opened(house, at)
    line.along(house, at, file, "front_page")
    with pytest.raises(Invalid):
        line.judge(house, at, file, "final", passed=False, note="")
    line.judge(house, at, file, "final", passed=False, note="主要诊断选择有误")
    assert stage(house, at) == "sorted"
    assert line.shown(house, at, file).steps[-1].note == "主要诊断选择有误"


def test_what_is_written_after_the_final_check_is_not_filed_and_goes_back(house: Hospital) -> None:
    at = line.stay(house)
    file = line.opened(house, at)
    line.along(house, at, file, "final")
    record = entered(house, "doctor", at, note(house, course="补记一段病程。"), late_reason="遗漏")
    line.signing(house, "doctor")
    sign(house, "doctor", at, record)
    assert line.shown(house, at, file).line.changed
    with pytest.raises(Conflict):
        line.move(house, at, file, "filed")
    jobs.case_files(0)
    assert stage(house, at) == "sorted"
    seen = line.shown(house, at, file)
    assert (seen.steps[-1].before, seen.steps[-1].after, seen.line.grade) == ("final", "sorted", "")
    line.along(house, at, file, "filed")
    assert stage(house, at) == "filed"


def test_records_of_a_file_on_its_way_are_not_filed_past_it(house: Hospital) -> None:
    from jingui.core.signatures import FileChart

    at = line.stay(house)
    file = line.opened(house, at)
    line.along(house, at, file, "coded")

    def filing() -> Any:
        return house.write(
            "archivist", Verb.FILE_RECORD, FileChart(encounter=at.visit), target=Target(patient=at.patient),
            purpose=Purpose.MANAGEMENT,
        )  # fmt: skip

    with pytest.raises(Conflict):
        filing()
    line.along(house, at, file, "final")
    filing()
    assert stage(house, at) == "filed"


def test_a_recall_opens_the_file_again(house: Hospital) -> None:
    at = line.stay(house)
    file = line.opened(house, at)
    line.along(house, at, file, "shelved")
    record = house.sql("SELECT record_id FROM record WHERE patient_id = %s AND form <> ''", at.patient)[0][0]
    recall(house, at, record)
    assert stage(house, at) == "sorted"
    assert line.shown(house, at, file).steps[-1].note == "召回"
    line.along(house, at, file, "filed")


def test_a_changed_row_is_named_and_never_used(house: Hospital) -> None:
    at = line.stay(house)
    file = line.opened(house, at)
    line.along(house, at, file, "coded")
    house.sql("UPDATE case_file SET stage = 'final' WHERE patient_id = %s", at.patient)
    with pytest.raises(Tampered) as error:
        line.move(house, at, file, "filed")
    assert str(error.value.data["where"]).startswith("case_file:")
    with pytest.raises(Tampered):
        line.shown(house, at, file)
    house.sql("UPDATE case_file SET stage = 'coded' WHERE patient_id = %s", at.patient)
    step = house.sql("SELECT max(step_id) FROM case_step WHERE patient_id = %s", at.patient)[0][0]
    house.sql("ALTER TABLE case_step DISABLE TRIGGER USER")
    house.sql("CREATE TABLE stash AS SELECT * FROM case_step WHERE step_id = %s", step)
    house.sql("DELETE FROM case_step WHERE step_id = %s", step)
    with pytest.raises(Tampered):  # a move that vanished is missed
        line.shown(house, at, file)
    with pytest.raises(Tampered):
        line.code(house, at, file)
    house.sql("INSERT INTO case_step SELECT * FROM stash")
    house.sql("DROP TABLE stash")
    house.sql("ALTER TABLE case_step ENABLE TRIGGER USER")
    line.judge(house, at, file, "front_page")


def test_every_row_of_the_line_is_what_the_ledger_says(house: Hospital) -> None:
    import psycopg

    with psycopg.connect(house.addresses["root"].psycopg()) as connection:
        found = verify(connection, house.runtime.keyring, house.runtime.origin).findings
    tables = ("case_file", "case_step", "coded_case", "deficiency")
    assert [one for one in found if one.where.partition(":")[0] in tables] == []


def test_corrections_of_a_shelved_file_are_refused_without_recall(house: Hospital) -> None:
    at = line.stay(house)
    line.along(house, at, line.opened(house, at), "filed")
    record = house.sql("SELECT record_id FROM record WHERE patient_id = %s AND form <> ''", at.patient)[0][0]
    form = form_of(house, at, note(house), start=1, reason="误记")
    with pytest.raises(Refused):
        submit(house, "doctor", at, form, record=record)


def test_outpatient_charts_go_the_short_way_where_the_hospital_keeps_them(house: Hospital) -> None:
    walked = {"encounter": {"class": {"code": "AMB"}}}
    at = admit(house, **walked)
    line.discharge(house, at, **walked["encounter"])
    jobs.case_files(0)
    assert house.sql("SELECT count(*) FROM case_file WHERE patient_id = %s", at.patient) == [(0,)]
    with setting(house, "outpatient_charts_kept", "yes", "no"):
        file = line.opened(house, at)
        for wrong in ("collected", "sorted"):
            with pytest.raises(Conflict):
                line.move(house, at, file, wrong)
        line.move(house, at, file, "received")
        seen = line.shown(house, at, file)
        assert (seen.line.kind, seen.next_stage) == ("outpatient", "filed")
        assert seen.line.due < house.now() + timedelta(days=11)  # the next working day, whatever the season
        line.move(house, at, file, "filed")
        line.move(house, at, file, "shelved")


def test_a_file_does_not_move_while_the_stay_is_put_right(house: Hospital) -> None:
    from tests.gate.test_entry_deadlines import encounter

    at = line.stay(house, page=False)
    file = line.opened(house, at)
    encounter(house, at, status="in-progress", period={"start": at.since.isoformat(timespec="seconds")})
    with pytest.raises(Conflict):
        line.move(house, at, file, "collected")
    line.discharge(house, at)
    line.move(house, at, file, "collected")
    ends = house.sql("SELECT ends FROM encounter WHERE patient_id = %s", at.patient)
    assert house.sql("SELECT discharged FROM case_file WHERE patient_id = %s", at.patient) == ends
