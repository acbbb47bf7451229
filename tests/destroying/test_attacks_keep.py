"""三（一）3 [3.1.3] [6.1.2]: destruction attacked by one person, by who approved, by the database's administrator."""

from dataclasses import replace
from datetime import timedelta

import pytest

from jingui import jobs
from jingui.core.archive_asking import LendVolume, UploadScan
from jingui.core.bylaws import ChangeSetting
from jingui.core.custody import CaseFilesRequest, DeficienciesRequest
from jingui.core.destruction import DestroyPaper
from jingui.core.enter import Change
from jingui.core.errors import Invalid, JinguiError, Refused, Tampered
from jingui.core.operation import Target
from jingui.core.sealing import DrawList, Thing
from jingui.core.words import Purpose, Role, Verb
from jingui.gate import door
from jingui.gate.acts import archive_loans
from jingui.store.models import CaseFile, Deficiency, Post
from tests.destroying.test_retention import asked_longer
from tests.gate import archived as a
from tests.gate import destroying as d
from tests.gate import sealed as s
from tests.gate.test_door import bundle
from tests.gate.test_patients import confirmed
from tests.hospital import Hospital
from tests.pictures import png


@pytest.fixture(scope="module", autouse=True)
def people(hospital: Hospital) -> None:
    d.staff(hospital)


def keys(hospital: Hospital, one: d.Old) -> int:
    """How many of the patient's classes can still be read."""
    return int(hospital.sql("SELECT count(*) FROM patient_key WHERE patient_id = %s", one.patient)[0][0])


def test_an_extension_that_was_deleted_is_noticed(hospital: Hospital) -> None:
    one = d.old(hospital, "删续存")
    listed = d.approved(hospital, *d.whole(one))
    matter = asked_longer(hospital, one.patient, "outpatient", hospital.today() + timedelta(days=3000))
    s.decided(hospital, "quality", matter)
    s.decided(hospital, "affairs", matter)
    hospital.sql("UPDATE extension SET patient_id = -patient_id WHERE patient_id = %s", one.patient)
    with pytest.raises(Tampered):
        d.proposed(hospital, listed)
    hospital.sql("UPDATE extension SET patient_id = -patient_id WHERE patient_id = %s", -one.patient)
    assert keys(hospital, one) == 2


def test_a_sealing_that_was_bent_is_noticed(hospital: Hospital) -> None:
    one = d.old(hospital, "改封存")
    listed = d.approved(hospital, *d.whole(one))
    s.seal(hospital, "archivist", one.patient, DrawList(
        matter=s.approved(hospital, one.patient), records=(), things=(Thing("volume", "门诊手册", "1 册", "袋 1"),)
    ))  # fmt: skip
    before = hospital.sql("SELECT state FROM sealing WHERE patient_id = %s", one.patient)[0][0]
    hospital.sql("UPDATE sealing SET state = 'unsealed' WHERE patient_id = %s", one.patient)
    with pytest.raises(Tampered):
        d.proposed(hospital, listed)
    hospital.sql("UPDATE sealing SET state = %s WHERE patient_id = %s", before, one.patient)
    assert {why for _, _, why in d.confirmed(hospital, d.proposed(hospital, listed)).stopped} <= {"held", "matter"}
    assert keys(hospital, one) == 2


def test_what_was_entered_after_the_approval_is_not_destroyed_unseen(hospital: Hospital) -> None:
    one = d.old(hospital, "补录")
    listed = d.approved(hospital, *d.whole(one))
    late = bundle()[2].resource
    late |= {"subject": {"reference": f"Patient/{one.public}"}, "encounter": {"reference": f"Encounter/{one.visit}"}}
    hospital.enter("his", Change(late), purpose=Purpose.OPERATION, target=Target(patient=one.patient))
    done = d.confirmed(hospital, d.proposed(hospital, listed))
    assert done.lines == 0
    assert "changed" in {why for _, _, why in done.stopped}
    assert keys(hospital, one) == 2


def test_a_longer_term_that_was_deleted_is_noticed(hospital: Hospital) -> None:
    one = d.old(hospital, "删设置")
    listed = d.approved(hospital, *d.whole(one))
    confirmed(hospital, "sysadmin", "head", Verb.CHANGE_SETTING, ChangeSetting(name="outpatient_years", value="30"))
    back = ChangeSetting(name="outpatient_years", value="15")
    columns = "name, value, at, version, entry, mac"
    kept = hospital.sql(f"SELECT {columns} FROM setting WHERE name = 'outpatient_years'")[0]
    hospital.sql("DELETE FROM setting WHERE name = 'outpatient_years'")
    hospital.sql("UPDATE epoch SET n = n + 1")
    try:
        with pytest.raises(JinguiError) as refused:
            d.confirmed(hospital, d.proposed(hospital, listed))
        assert isinstance(refused.value, Tampered)
    finally:
        hospital.sql(f"INSERT INTO setting ({columns}) VALUES (%s, %s, %s, %s, %s, %s)", *kept)
        hospital.sql("UPDATE epoch SET n = n + 1")
        confirmed(hospital, "sysadmin", "head", Verb.CHANGE_SETTING, back)
    assert keys(hospital, one) == 2


def test_an_approver_whose_vote_was_deleted_does_not_destroy(hospital: Hospital) -> None:
    one = d.old(hospital, "删审批")
    listed = d.approved(hospital, *d.whole(one))
    later = hospital.sql("SELECT id FROM matter_event WHERE matter_id = %s AND person_id = ANY(%s)", listed,
                         [hospital.people["affairs"], hospital.people["head"]])  # fmt: skip
    numbers = [row[0] for row in later]
    other = d.planned(hospital, *d.whole(d.old(hospital)))
    hospital.sql("ALTER TABLE matter_event DISABLE TRIGGER USER")  # as the database's administrator can
    hospital.sql("UPDATE matter_event SET matter_id = %s, n = n + 1000 WHERE id = ANY(%s)", other, numbers)
    try:
        with pytest.raises(Tampered):
            d.proposed(hospital, listed, "affairs")
    finally:
        hospital.sql("UPDATE matter_event SET matter_id = %s, n = n - 1000 WHERE id = ANY(%s)", listed, numbers)
        hospital.sql("ALTER TABLE matter_event ENABLE TRIGGER USER")
    assert keys(hospital, one) == 2


def test_who_approved_the_list_neither_destroys_its_paper_nor_watches(hospital: Hospital) -> None:
    one = d.old(hospital, "监销")
    ((_, code),) = a.volumes(hospital, one, retention_class="outpatient")
    listed = d.destroyed(hospital, *d.whole(one))
    for people in (("quality", "archivist2"), ("affairs", "head")):
        data = DestroyPaper(matter=listed, volumes=(code,), bags=(1200,),
                            witnesses=tuple(hospital.people[who] for who in people))  # fmt: skip
        with pytest.raises(Refused) as refused:
            hospital.write("archivist", Verb.DESTROY_PAPER, data)
        assert refused.value.reason == "party"
    good = DestroyPaper(matter=listed, volumes=(code,), bags=(1200,),
                        witnesses=(hospital.people["archivist2"], hospital.people["archivist3"]))  # fmt: skip
    assert hospital.write("archivist", Verb.DESTROY_PAPER, good).value
    assert a.state(hospital, code) == "destroyed"


def test_a_destroyed_stay_has_no_case_file_on_the_line(hospital: Hospital) -> None:
    one = d.old(hospital, "旧住院", "1990-01-01", "1990-01-10", "IMP")
    visit, long_ago = hospital.runtime.ids.internal(one.visit)[1], hospital.now() - timedelta(days=9000)
    file = CaseFile(patient_id=one.patient, file_id=970_002, encounter_id=visit, department_id=0, attending_id=0,
                    stage="shelved", retention_class="inpatient", since=long_ago, discharged=long_ago)  # fmt: skip
    fault = Deficiency(patient_id=one.patient, deficiency_id=970_003, file_id=970_002, item="other", points=1,
                       found_id=hospital.people["quality"], author_id=hospital.people["doctor"], state="open",
                       due=long_ago, payload=b"under the key that goes")  # fmt: skip
    hospital.keep(file)
    hospital.keep(fault)
    d.destroyed(hospital, *d.whole(one, "inpatient"))
    for data in (CaseFilesRequest(), DeficienciesRequest()):
        door.read(hospital.operation("archivist", Verb.READ_CASE_FILES, data, purpose=Purpose.MANAGEMENT))
    jobs.case_files(0)
    rows = hospital.sql("SELECT count(*), count(ended) FROM case_file WHERE patient_id = %s", one.patient)
    assert rows == [(1, 1)]
    for table in ("deficiency", "case_file"):  # others share the house
        hospital.sql(f"DELETE FROM {table} WHERE patient_id = %s", one.patient)


def test_one_person_with_two_accounts_or_two_posts_is_one(hospital: Hospital) -> None:
    one = d.old(hospital, "两岗")
    listed = d.approved(hospital, *d.whole(one))
    waiting = d.proposed(hospital, listed)
    twice = replace(hospital.actors["archivist"], session="second", address="10.9.9.9")
    number = hospital.people["archivist"]
    department = hospital.departments["xxk"]
    post = Post(id=970_001, person_id=number, department_id=department, role=Role.MEDICAL_AFFAIRS.value, state="active",
                starts=hospital.now() - timedelta(days=1))  # fmt: skip
    hospital.keep(post)
    for actor in (twice, replace(twice, post=970_001)):
        with pytest.raises(Refused):
            d.confirmed(hospital, waiting, actor)
    hospital.sql("DELETE FROM post WHERE id = 970001")
    assert keys(hospital, one) == 2


def partly(hospital: Hospital) -> tuple[d.Old, int]:
    """Somebody whose outpatient class is destroyed while their stay is kept; the keys are not erased yet."""
    one = d.old(hospital, "复诊", "2001-03-01", "2001-03-10", "IMP")
    d.again(hospital, one, "2003-05-05")
    listed = d.approved(hospital, (one.public, "outpatient"))
    d.confirmed(hospital, d.proposed(hospital, listed))
    return one, listed


def test_who_comes_back_before_the_keys_are_erased_does_not_stop_it(hospital: Hospital) -> None:
    one, listed = partly(hospital)
    d.again(hospital, one, "2026-10-10")
    d.erased(hospital, listed)
    assert d.states(hospital, listed) == ["destroyed"]
    assert str(d.classes(hospital, one.patient)["outpatient"]) == "2041-10-10"


def test_a_destroyed_key_that_was_put_back_is_not_wrapped_anew(hospital: Hospital) -> None:
    one = d.old(hospital, "放回", "2001-03-01", "2001-03-10", "IMP")
    d.again(hospital, one, "2003-05-05")
    listed = d.approved(hospital, (one.public, "outpatient"))
    old = hospital.sql("SELECT wrapped FROM patient_key WHERE patient_id = %s AND retention_class = 'outpatient'",
                       one.patient)[0][0]  # fmt: skip
    d.confirmed(hospital, d.proposed(hospital, listed))
    d.again(hospital, one, "2026-10-10")
    where = "WHERE patient_id = %s AND retention_class = 'outpatient'"
    new = hospital.sql(f"SELECT wrapped FROM patient_key {where}", one.patient)[0][0]
    hospital.sql(f"UPDATE patient_key SET wrapped = %s {where}", old, one.patient)
    hospital.runtime.keyring.evict(one.patient, "outpatient")
    with pytest.raises(Tampered):
        d.erased(hospital, listed)
    hospital.sql(f"UPDATE patient_key SET wrapped = %s {where}", new, one.patient)
    d.erased(hospital, listed)
    assert d.states(hospital, listed) == ["destroyed"]


def test_paper_of_a_destroyed_class_is_neither_lent_nor_scanned_and_newer_paper_stays(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = d.old(hospital, "旧纸", "2001-03-01", "2001-03-10", "IMP")
    d.again(hospital, one, "2003-05-05")
    ((volume, code),) = a.volumes(hospital, one, retention_class="outpatient")
    listed = d.approved(hospital, (one.public, "outpatient"))
    d.confirmed(hospital, d.proposed(hospital, listed))
    d.erased(hospital, listed)
    monkeypatch.setattr(archive_loans, "may_hold", lambda *_: True)  # to somebody who may read the rest of the chart
    hold = LendVolume(volume=volume, borrower=hospital.people["archivist2"], purpose="management")
    scan = UploadScan(volume=volume, name="a.png", body=png(7))
    for verb, data in ((Verb.LEND_VOLUME, hold), (Verb.SCAN_VOLUME, scan)):
        with pytest.raises(JinguiError) as refused:
            a.do(hospital, "archivist", verb, data, one.patient)
        assert refused.value.status == 410
    d.again(hospital, one, "2026-10-10")
    ((_, newer),) = a.volumes(hospital, one, retention_class="outpatient")
    two = (hospital.people["archivist2"], hospital.people["archivist3"])
    with pytest.raises(Invalid):
        hospital.write("archivist", Verb.DESTROY_PAPER, DestroyPaper(
            matter=listed, volumes=(newer,), bags=(900,), witnesses=two))  # fmt: skip
    assert a.state(hospital, newer) == "room"
    hospital.write("archivist", Verb.DESTROY_PAPER, DestroyPaper(
        matter=listed, volumes=(code,), bags=(900,), witnesses=two))  # fmt: skip
