"""二（二）1, 3 签名: sole control at a workstation, change is detected, who may countersign [2.2.1] [2.2.2] [2.2.3]"""

from datetime import date, timedelta
from typing import Any

import pytest

from jingui.core.errors import Conflict, Invalid, NotFound, Refused, Tampered, Unprocessable
from jingui.core.operation import Actor, Target
from jingui.core.protect import ChangeAccountState, SignOut
from jingui.core.signatures import (
    CountersignRecord,
    OpenSigning,
    Qualify,
    SignRecords,
    VerifyRecord,
    WaitingRecords,
)
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb
from jingui.formats import capture
from jingui.gate import door
from tests.gate.entering import (
    Admitted,
    admit,
    deadlines,
    entered,
    entries,
    filled,
    form_of,
    note,
    sign,
    signing,
    submit,
)
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def bed(hospital: Hospital) -> Admitted:
    return admit(hospital)


def state(hospital: Hospital, at: Admitted, record: int) -> str:
    sql = "SELECT state FROM record WHERE patient_id = %s AND record_id = %s"
    return str(hospital.sql(sql, at.patient, record)[0][0])


def waiting(hospital: Hospital, who: str, what: str, **more: Any) -> Any:
    return door.read(hospital.operation(who, Verb.LIST, WaitingRecords(what=what), **more)).value


def checked(hospital: Hospital, at: Admitted, record: int) -> Any:
    return waiting(hospital, "doctor", "signatures", target=Target(patient=at.patient, record=record))


def refused(hospital: Hospital, kind: type[Exception], call: Any) -> Any:
    before = entries(hospital), hospital.sql("SELECT count(*) FROM signature")
    with pytest.raises(kind) as caught:
        call()
    assert (entries(hospital), hospital.sql("SELECT count(*) FROM signature")) == (before[0] + 1, before[1])
    return caught.value


def test_several_documents_are_signed_at_once_and_checked(hospital: Hospital, bed: Admitted) -> None:
    first = entered(hospital, "doctor", bed)
    second = entered(hospital, "doctor", bed, note(hospital, course="第二份病程，患者诉夜间咳嗽。"))
    assert {line.record for line in waiting(hospital, "doctor", "sign")} >= {
        hospital.runtime.public(bed.patient, one) for one in (first, second)
    }
    hospital.write("doctor", Verb.SIGN_OUT, SignOut(reason="asked"))
    no_session = refused(hospital, Refused, lambda: sign(hospital, "doctor", bed, first))
    assert no_session.reason == "signing_session"
    session = signing(hospital, "doctor")
    assert timedelta(hours=3, minutes=59) < session.ends - hospital.now() <= timedelta(hours=4)
    before = entries(hospital)
    made = sign(hospital, "doctor", bed, first, second)
    assert len(made.value) == 2
    assert entries(hospital) == before + 1
    assert state(hospital, bed, first) == state(hospital, bed, second) == "signed"
    assert [(one.kind, one.version, one.holds) for one in checked(hospital, bed, first)] == [("sign", 1, True)]
    assert sign(hospital, "doctor", bed, first).value == made.value[:1]  # asked again: the same signature
    assert not {line.record for line in waiting(hospital, "doctor", "sign")} & {
        hospital.runtime.public(bed.patient, one) for one in (first, second)
    }


def test_a_changed_signature_or_version_is_detected(hospital: Hospital, bed: Admitted) -> None:
    record = entered(hospital, "doctor", bed)
    signing(hospital, "doctor")
    sign(hospital, "doctor", bed, record)
    where = "patient_id = %s AND record_id = %s"
    value = bytes(hospital.sql(f"SELECT value FROM signature WHERE {where}", bed.patient, record)[0][0])
    for column, bad in (("value", bytes(64)), ("digest", bytes(32)), ("kind", "verify"), ("record_version", 1)):
        old = hospital.sql(f"SELECT {column} FROM signature WHERE {where}", bed.patient, record)[0][0]
        hospital.sql("ALTER TABLE signature DISABLE TRIGGER USER")
        hospital.sql(f"UPDATE signature SET {column} = %s WHERE {where}", bad, bed.patient, record)
        assert [one.holds for one in checked(hospital, bed, record)] == [bad == old]
        hospital.sql(f"UPDATE signature SET {column} = %s WHERE {where}", old, bed.patient, record)
        hospital.sql("ALTER TABLE signature ENABLE TRIGGER USER")
    assert bytes(hospital.sql(f"SELECT value FROM signature WHERE {where}", bed.patient, record)[0][0]) == value
    assert [one.holds for one in checked(hospital, bed, record)] == [True]


def test_the_signature_is_over_these_very_bytes(hospital: Hospital) -> None:
    from jingui.crypto.signatures import Holder, HouseKeys
    from jingui.crypto.suite import INTERNATIONAL, NATIONAL

    for suite in (INTERNATIONAL, NATIONAL):
        keys = HouseKeys(suite, lambda name: (name.encode() * 32)[:32])
        one = Holder(1, "T1", "甲")
        certificate = keys.open(one, "")
        value = keys.sign(one, certificate, b"message")
        assert keys.verify(certificate, b"message", value)
        assert not keys.verify(certificate, b"massage", value)
        assert not keys.verify(keys.open(Holder(2, "T2", "乙"), ""), b"message", value)
        for i in range(0, len(certificate), 7):
            bent = certificate[:i] + bytes([certificate[i] ^ 1]) + certificate[i + 1 :]
            assert not keys.verify(bent, b"message", value)


def test_only_the_newest_version_of_ones_own_is_signed(hospital: Hospital, bed: Admitted) -> None:
    record = entered(hospital, "doctor", bed)
    form = form_of(hospital, bed, note(hospital, course="更正后的内容，患者无不适。"), start=1, reason="补充")
    submit(hospital, "doctor", bed, form, record=record)
    signing(hospital, "doctor")
    refused(hospital, Conflict, lambda: sign(hospital, "doctor", bed, record, version=1))
    hospital.person("sign_second", Role.PHYSICIAN, "xnk")
    signing(hospital, "sign_second")
    refused(hospital, Refused, lambda: sign(hospital, "sign_second", bed, record, version=2))
    other = admit(hospital)
    foreign = SignRecords(records=(door_paper(hospital, bed, record, 2),))
    refused(
        hospital, NotFound,
        lambda: hospital.write("doctor", Verb.SIGN_RECORD, foreign, target=Target(patient=other.patient),
                               purpose=Purpose.TREATMENT),
    )  # fmt: skip
    sign(hospital, "doctor", bed, record, version=2)
    submit(
        hospital, "doctor", bed,
        form_of(hospital, bed, note(hospital, course="再次更正，患者诉乏力。"), start=2, reason="补充"), record=record,
    )  # fmt: skip
    assert state(hospital, bed, record) == "entered"  # a new version waits for its signature again
    assert hospital.runtime.public(bed.patient, record) in {one.record for one in waiting(hospital, "doctor", "sign")}


def door_paper(hospital: Hospital, at: Admitted, record: int, version: int) -> Any:
    from jingui.core.signatures import Papered

    return Papered(hospital.runtime.public(at.patient, record), version)


def test_a_session_is_this_persons_at_this_station_until_they_leave(hospital: Hospital, bed: Admitted) -> None:
    record = entered(hospital, "doctor", bed)
    signing(hospital, "doctor")
    error = refused(hospital, Refused, lambda: sign(hospital, "doctor", bed, record, station="ELSEWHERE"))
    assert error.reason == "signing_session"
    unknown = lambda: hospital.write(  # noqa: E731 -- one call, said twice
        "doctor", Verb.OPEN_SIGNING, OpenSigning(station="ELSEWHERE"), purpose=Purpose.TREATMENT
    )
    assert refused(hospital, Refused, unknown).reason == "station"
    me = hospital.actors["doctor"]
    elsewhere = Actor(account=me.account, post=me.post, session="s-other", strength=Strength.TWO_FACTOR,
                      entrance=Entrance.PAGE)  # fmt: skip
    hospital.actors["doctor elsewhere"] = elsewhere
    assert (
        refused(hospital, Refused, lambda: sign(hospital, "doctor elsewhere", bed, record)).reason == "signing_session"
    )
    hospital.write("doctor", Verb.SIGN_OUT, SignOut(reason="asked"))
    assert refused(hospital, Refused, lambda: sign(hospital, "doctor", bed, record)).reason == "signing_session"
    signing(hospital, "doctor")
    hospital.sql("UPDATE signing_session SET ends = ends + interval '9 years' WHERE NOT ended")
    refused(hospital, Tampered, lambda: sign(hospital, "doctor", bed, record))
    hospital.sql("UPDATE signing_session SET ends = ends - interval '9 years' WHERE NOT ended")
    sign(hospital, "doctor", bed, record)


def test_only_the_provider_that_the_settings_name_signs(hospital: Hospital) -> None:
    for name in ("ukey", "phone", "mine"):
        with pytest.raises(Invalid):
            hospital.write("doctor", Verb.OPEN_SIGNING, OpenSigning(provider=name), purpose=Purpose.TREATMENT)


def test_a_frozen_account_signs_nothing_and_loses_its_session(hospital: Hospital, bed: Admitted) -> None:
    hospital.person("gone", Role.PHYSICIAN, "xnk")
    record = entered(hospital, "gone", bed, note(hospital, course="冻结之前书写的病程。"))
    signing(hospital, "gone")
    account = hospital.actors["gone"].account
    hospital.write("secadmin", Verb.FREEZE_ACCOUNT, ChangeAccountState(account=account, reason="离岗"))
    assert hospital.sql("SELECT ended FROM signing_session WHERE account_id = %s", account) == [(True,)]
    assert refused(hospital, Refused, lambda: sign(hospital, "gone", bed, record)).reason == "frozen"


def test_set_text_as_it_came_is_not_signed(hospital: Hospital, bed: Admitted) -> None:
    answers = filled(hospital, "first_progress_note")
    template = capture.templates()["first_progress_note"]
    set_text = {item.link: item.boilerplate for item in template.items() if item.boilerplate}
    assert set_text
    record = entered(hospital, "doctor", bed, answers | set_text, template="first_progress_note")
    signing(hospital, "doctor")
    error = refused(hospital, Unprocessable, lambda: sign(hospital, "doctor", bed, record))
    assert {place[0] for place in error.places} == set(set_text)
    worked = answers | dict.fromkeys(set_text, "根据本例患者情况另行拟定的方案。")
    form = form_of(hospital, bed, worked, template="first_progress_note", start=1, reason="改写模板文字")
    submit(hospital, "doctor", bed, form, record=record)
    sign(hospital, "doctor", bed, record, version=2)


def countersign(hospital: Hospital, who: str, at: Admitted, record: int, version: int = 1) -> Any:
    return hospital.write(
        who, Verb.COUNTERSIGN_RECORD, CountersignRecord(version=version), purpose=Purpose.TREATMENT,
        target=Target(patient=at.patient, record=record),
    )  # fmt: skip


def test_what_a_trainee_wrote_waits_for_a_seniors_signature(hospital: Hospital, bed: Admitted) -> None:
    hospital.person("trainee", Role.TRAINEE, "xnk", licence_until=None)
    record = entered(hospital, "trainee", bed, note(hospital, course="实习医师书写的病程记录，患者一般情况可。"))
    public = hospital.runtime.public(bed.patient, record)
    assert public in {one.record for one in waiting(hospital, "doctor", "countersign")}
    assert "countersignature" in deadlines(hospital, bed)
    signing(hospital, "doctor")
    refused(hospital, Conflict, lambda: countersign(hospital, "doctor", bed, record))  # its writer signs first
    signing(hospital, "trainee")
    sign(hospital, "trainee", bed, record)
    assert state(hospital, bed, record) == "entered"
    refused(hospital, Refused, lambda: countersign(hospital, "trainee", bed, record))
    signing(hospital, "nurse")
    assert refused(hospital, Refused, lambda: countersign(hospital, "nurse", bed, record)).reason == "qualification"
    countersign(hospital, "doctor", bed, record)
    assert state(hospital, bed, record) == "signed"
    assert [one.kind for one in checked(hospital, bed, record)] == ["sign", "countersign"]
    changed = note(hospital, course="实习医师更正后的病程，仍须审阅签名。")
    submit(hospital, "trainee", bed, form_of(hospital, bed, changed, start=1, reason="笔误"), record=record)
    assert state(hospital, bed, record) == "entered"
    sign(hospital, "trainee", bed, record, version=2)
    assert state(hospital, bed, record) == "entered"  # correcting frees nobody from the countersignature
    countersign(hospital, "doctor", bed, record, 2)
    assert state(hospital, bed, record) == "signed"
    own = entered(hospital, "doctor", bed, note(hospital, course="不需要审阅签名的病程。"))
    sign(hospital, "doctor", bed, own)
    hospital.person("upper", Role.PHYSICIAN, "xnk")
    signing(hospital, "upper")
    refused(hospital, Conflict, lambda: countersign(hospital, "upper", bed, own))


def test_a_second_person_verifies_what_the_settings_name(hospital: Hospital, bed: Admitted) -> None:
    hospital.person("lab", Role.TECHNICIAN, "xnk")
    hospital.person("lab2", Role.TECHNICIAN, "xnk")
    record = entered(hospital, "lab", bed, filled(hospital, "examination_report"), template="examination_report")
    verify = lambda who: hospital.write(  # noqa: E731 -- one call, said several times
        who, Verb.VERIFY_RECORD, VerifyRecord(version=1), purpose=Purpose.TREATMENT,
        target=Target(patient=bed.patient, record=record),
    )  # fmt: skip
    signing(hospital, "lab")
    sign(hospital, "lab", bed, record)
    assert state(hospital, bed, record) == "entered"
    refused(hospital, Refused, lambda: verify("lab"))
    signing(hospital, "lab2")
    verify("lab2")
    assert state(hospital, bed, record) == "signed"


def qualify(hospital: Hospital, who: str, **more: Any) -> Any:
    data = Qualify(
        person=hospital.people[who], **({"kind": "privilege", "passed": True, "starts": date(2026, 1, 1)} | more)
    )
    return hospital.write("medical", Verb.QUALIFY, data, purpose=Purpose.MANAGEMENT)


def test_training_examination_and_privilege_gate_what_one_writes(hospital: Hospital, bed: Admitted) -> None:
    hospital.person("medical", Role.MEDICAL_AFFAIRS, "xxk")
    hospital.person("learner", Role.PHYSICIAN, "xnk")
    form = lambda: form_of(hospital, bed, filled(hospital, "operation_record"), template="operation_record")  # noqa: E731 -- a fresh key each time
    refused(hospital, Refused, lambda: submit(hospital, "learner", bed, form()))
    qualify(hospital, "learner", subject="operation")
    submit(hospital, "learner", bed, form())
    qualify(hospital, "learner", subject="operation", kind="examination", passed=False)
    refused(hospital, Refused, lambda: submit(hospital, "learner", bed, form()))
    qualify(hospital, "learner", subject="operation", kind="training")
    submit(hospital, "learner", bed, form())
    hospital.sql("UPDATE qualification SET passed = true, ends = NULL")
    refused(hospital, Tampered, lambda: submit(hospital, "learner", bed, form()))
    hospital.sql("UPDATE qualification SET passed = false WHERE kind = 'examination'")
    refused(hospital, Refused, lambda: qualify(hospital, "medical", subject="operation"))
    with pytest.raises(Refused):
        hospital.write(
            "doctor", Verb.QUALIFY,
            Qualify(person=hospital.people["learner"], kind="privilege", subject="x", passed=True,
                    starts=date(2026, 1, 1)),
        )  # fmt: skip


def test_the_entry_of_what_waits_names_those_who_were_shown(hospital: Hospital) -> None:
    """[4.1.2] Who was left out of the answer stands in no column of its entry."""
    open_, closed = admit(hospital), admit(hospital)
    entered(hospital, "doctor", open_)
    hidden = entered(hospital, "doctor", closed)
    level = hospital.sql("SELECT level FROM record WHERE patient_id = %s AND record_id = %s", closed.patient, hidden)
    hospital.record(closed.patient, hidden, level="secret")
    try:
        found = door.read(hospital.operation("doctor", Verb.LIST, WaitingRecords(what="sign")))
    finally:
        hospital.record(closed.patient, hidden, level=level[0][0])
    shown = {hospital.runtime.ids.internal(one.record)[0] for one in found.value}
    assert open_.patient in shown
    assert closed.patient not in shown
    patient, patients = hospital.sql("SELECT patient_id, patients FROM entry WHERE id = %s", found.trace.entry)[0]
    assert set(patients or [patient]) == shown
