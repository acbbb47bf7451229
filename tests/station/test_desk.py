"""二（二）3: a ward reads its sealed summary while the house is down, each read entered first, told once [2.2.3]"""

from pathlib import Path

import pytest

from jingui.core.downtime import Flaw
from jingui.core.errors import KeyTrouble, NotSignedIn, Refused, Tampered, Unavailable
from jingui.core.words import Verb
from jingui.station import folder as folders
from tests.gate.entering import admit
from tests.hospital import Hospital
from tests.station.ward import CANARY, PIN, Ward, entries, full, matters, patient, pins


@pytest.fixture(scope="module")
def sick(hospital: Hospital) -> str:
    pins(hospital, "doctor", "nurse")
    return patient(hospital)


@pytest.fixture
def ward(hospital: Hospital, sick: str, tmp_path: Path) -> Ward:
    made = Ward(hospital, tmp_path)
    made.pull()
    return made


def test_a_summary_tells_what_a_ward_needs_and_no_more(ward: Ward, sick: str) -> None:
    found = ward.desk.summary()
    one = found.patients[sick]
    assert one["name"] == CANARY
    assert any("青霉素" in text for text in one["allergies"])
    assert any("心肌梗死" in text for text in one["diagnoses"])
    assert not any("免疫缺陷" in text for text in one["diagnoses"]), "highly sensitive items never leave"
    assert one["withheld"] >= 1
    assert one["drugs"] == ["阿司匹林肠溶片 100 mg 口服 每日一次"]
    assert "blood" in one["precautions"]
    assert "胸痛缓解" in one["notes"][0]["text"]
    assert set(found.staff) >= {"doctor", "nurse"}
    assert "surgeon" not in found.staff


def test_what_is_read_is_entered_first_and_told_once(ward: Ward, hospital: Hospital, sick: str) -> None:
    account = hospital.actors["nurse"].account
    before, reviews = entries(hospital, Verb.OPEN_CHART, account), matters(hospital)
    visit = ward.desk.sign_in("nurse", PIN, "全院停电，交接班核对用药", declared=False)
    ward.desk.ward(visit)
    ward.desk.chart(visit, sick)
    ward.desk.chart(visit, sick, Verb.PRINT)
    assert ward.book.size == 4
    assert entries(hospital, Verb.OPEN_CHART, account) == before
    told = ward.deliver()
    assert (told.next, told.accepted, told.flaws) == (4, 4, ())
    assert ward.deliver().accepted == 0, "the same lines again are entered once"
    assert entries(hospital, Verb.OPEN_CHART, account) == before + 1
    assert matters(hospital) == reviews + 1
    number = hospital.runtime.ids.internal(sick)[0]
    rows = hospital.sql(
        "SELECT head FROM entry WHERE verb = 'open_chart' AND account_id = %s AND patient_id = %s ORDER BY id DESC",
        account, number,
    )  # fmt: skip
    assert b'"entrance":"station"' in bytes(rows[0][0])
    assert b'"reason":"downtime"' in bytes(rows[0][0])


def test_the_station_goes_on_after_a_restart(ward: Ward, sick: str) -> None:
    visit = ward.desk.sign_in("doctor", PIN, "系统故障，抢救需要", declared=False)
    ward.desk.chart(visit, sick)
    ward.again()
    assert ward.book.size == 2
    with pytest.raises(NotSignedIn):
        ward.desk.visit(visit.key)
    again = ward.desk.sign_in("doctor", PIN, "系统故障，抢救需要", declared=False)
    ward.desk.chart(again, sick)
    assert ward.deliver().accepted == 4


def test_a_wrong_pin_is_entered_and_locks_even_after_a_restart(ward: Ward) -> None:
    for _ in range(5):
        with pytest.raises(NotSignedIn):
            ward.desk.sign_in("doctor", "999999", "系统故障，抢救需要", declared=False)
    ward.again()
    with pytest.raises(NotSignedIn) as locked:
        ward.desk.sign_in("doctor", PIN, "系统故障，抢救需要", declared=False)
    assert locked.value.data.get("locked") == 1
    assert ward.book.size == 5
    assert ward.deliver().accepted == 5


def test_while_the_house_is_up_nothing_opens_unless_declared(ward: Ward) -> None:
    ward.down = False
    with pytest.raises(Refused) as refused:
        ward.desk.sign_in("doctor", PIN, "系统故障，抢救需要", declared=False)
    assert refused.value.reason == "house_up"
    ward.desk.sign_in("doctor", PIN, "网页打不开，已报信息科", declared=True)


def test_nothing_is_shown_when_the_ledger_cannot_be_written(
    ward: Ward, sick: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = ward.desk.sign_in("doctor", PIN, "系统故障，抢救需要", declared=False)
    with full(monkeypatch), pytest.raises(Unavailable):
        ward.desk.chart(visit, sick)
    assert ward.book.size == 1
    ward.desk.chart(visit, sick)
    ward.again()
    assert ward.book.size == 2


def test_the_folder_holds_nothing_in_clear(ward: Ward, sick: str) -> None:
    visit = ward.desk.sign_in("doctor", PIN, "系统故障，抢救需要", declared=False)
    ward.desk.chart(visit, sick)
    for path in ward.folder.path.iterdir():
        data = path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
        for secret in (CANARY, "青霉素", "胸痛", "抢救需要", "doctor", sick, ward.folder.token(), PIN):
            assert secret.encode() not in data, (path.name, secret)


def test_a_stolen_folder_opens_nothing_without_the_passphrase(ward: Ward) -> None:
    for phrase in ("", "not the passphrase"):
        with pytest.raises(KeyTrouble):
            folders.opened(ward.folder.path, phrase)


@pytest.mark.parametrize("how", ["cut", "edited", "swapped", "emptied"])
def test_a_ledger_that_was_touched_is_refused(ward: Ward, sick: str, how: str) -> None:
    visit = ward.desk.sign_in("doctor", PIN, "系统故障，抢救需要", declared=False)
    ward.desk.chart(visit, sick)
    path = ward.folder.path / "book.lines"
    lines = path.read_bytes().splitlines(keepends=True)
    bent = {
        "cut": lines[:1], "swapped": lines[::-1], "emptied": [],
        "edited": [lines[0], lines[1][:60] + (b"A" if lines[1][60:61] != b"A" else b"B") + lines[1][61:]],
    }[how]  # fmt: skip
    path.write_bytes(b"".join(bent))
    with pytest.raises(Tampered):
        ward.again()


def test_a_line_that_power_cut_off_is_taken_away(ward: Ward, sick: str) -> None:
    visit = ward.desk.sign_in("doctor", PIN, "系统故障，抢救需要", declared=False)
    ward.desk.chart(visit, sick)
    path = ward.folder.path / "book.lines"
    path.write_bytes(path.read_bytes() + b"half a line without its end")
    ward.again()
    assert ward.book.size == 2
    ward.desk.sign_in("doctor", PIN, "系统故障，抢救需要", declared=False)
    ward.again()
    assert ward.book.size == 3


def test_an_old_folder_put_back_is_a_finding_and_gets_no_summary(
    ward: Ward, hospital: Hospital, sick: str, tmp_path: Path
) -> None:
    import shutil

    visit = ward.desk.sign_in("doctor", PIN, "系统故障，抢救需要", declared=False)
    shutil.copytree(ward.folder.path, tmp_path / "old")
    ward.desk.chart(visit, sick)
    assert ward.deliver().accepted == 2
    shutil.rmtree(ward.folder.path)
    shutil.copytree(tmp_path / "old", ward.folder.path)
    ward.folder.path.chmod(0o700)
    ward.again()
    reviews = matters(hospital)
    assert ward.deliver().flaws == (Flaw.REWOUND,)
    assert matters(hospital) == reviews + 1
    with pytest.raises(Refused) as refused:
        ward.pull()
    assert refused.value.reason == "rewound"
    again = ward.desk.sign_in("doctor", PIN, "系统故障，抢救需要", declared=False)
    assert ward.deliver().flaws == (Flaw.FORK,)
    ward.desk.chart(again, sick)
    assert ward.deliver().flaws == (Flaw.FORK,)
    assert entries(hospital, Verb.SUMMARISE, ward.actor.account, "deny") == 1


def test_gaps_changed_lines_and_wrong_clocks_are_findings(ward: Ward, hospital: Hospital, sick: str) -> None:
    from datetime import timedelta

    visit = ward.desk.sign_in("doctor", PIN, "系统故障，抢救需要", declared=False)
    ward.desk.chart(visit, sick)
    reviews = matters(hospital)
    assert ward.deliver(start=1).flaws == (Flaw.GAP,)
    assert ward.deliver(start=1).flaws == (Flaw.GAP,)
    assert matters(hospital) == reviews + 1, "told once"
    lines = ward.book.lines(0, 9)
    bent = (lines[0], lines[1].replace(b'\\"verb\\":\\"open_chart\\"', b'\\"verb\\":\\"list\\"'))
    told = ward.deliver(lines=bent)
    assert (told.accepted, told.flaws) == (1, (Flaw.SIGNATURE,))
    told = ward.deliver(at=ward.clock() + timedelta(minutes=11))
    assert (told.accepted, told.next, told.flaws) == (1, 2, (Flaw.CLOCK,))


def test_a_post_that_ended_after_the_last_summary(ward: Ward, hospital: Hospital, sick: str) -> None:
    from jingui.core.protect import EndPost
    from jingui.core.words import Role

    hospital.person("leaver", Role.NURSE, "xnk")
    pins(hospital, "leaver")
    ward.pull()
    hospital.write("secadmin", Verb.END_POST, EndPost(post=hospital.actors["leaver"].post))
    visit = ward.desk.sign_in("leaver", PIN, "系统故障，抢救需要", declared=False)
    ward.desk.chart(visit, sick)
    told = ward.deliver()
    assert (told.accepted, told.flaws) == (2, (Flaw.POST_ENDED,))
    ward.pull()
    assert "leaver" not in ward.desk.summary().staff


def test_a_summary_expires_and_a_clock_put_back_does_not_help(ward: Ward) -> None:
    from datetime import timedelta

    visit = ward.desk.sign_in("doctor", PIN, "系统故障，抢救需要", declared=False)
    ward.clock.ahead = timedelta(hours=25)
    with pytest.raises(Refused):
        ward.desk.ward(visit)
    ward.clock.ahead = timedelta(hours=-2)
    ward.desk.ward(ward.desk.visit(visit.key))  # no earlier than the last entry
    assert ward.deliver().flaws[0] == Flaw.CLOCK


def test_a_summary_that_the_house_did_not_make_is_refused(ward: Ward) -> None:
    import os

    from jingui.crypto.recipient import seal_to
    from jingui.station.summary import stored

    identity = ward.folder.keys.identity
    forged = seal_to(identity.suite, identity.opens, b"{}", f"summary:{ward.code}".encode(), bytes(32), os.urandom)
    with pytest.raises(Tampered):
        stored(ward.folder, forged)
    old = (ward.folder.path / "summary.box").read_bytes()
    ward.pull()
    with pytest.raises(Tampered):
        stored(ward.folder, old)


def test_the_registers_mark_cannot_be_put_back(ward: Ward, hospital: Hospital, sick: str) -> None:
    visit = ward.desk.sign_in("doctor", PIN, "系统故障，抢救需要", declared=False)
    ward.deliver()
    name = f"station:{ward.number}"
    old = hospital.sql("SELECT value FROM mark WHERE name = %s", name)[0][0]
    ward.desk.chart(visit, sick)
    ward.deliver()
    hospital.sql("UPDATE mark SET value = %s WHERE name = %s", old, name)
    with pytest.raises(Tampered):
        ward.deliver()
    hospital.sql("DELETE FROM mark WHERE name = %s", name)
    with pytest.raises(Tampered):
        ward.deliver()


def test_a_genuine_key_enters_no_more_than_reads_of_its_own_ward(ward: Ward, hospital: Hospital, sick: str) -> None:
    from datetime import UTC, datetime

    from jingui.core.entry import Line
    from jingui.crypto.station import Said

    other = admit(hospital, department="gwk").public

    def said(**more: object) -> Said:
        plain = Said(
            id="019a0000-0000-7000-8000-000000000001", at=datetime.now(UTC), verb="open_chart", decision="allow",
            reason="", purpose="treatment", epoch=1, policy=1, person="Tdoctor", account="doctor",
            post=str(hospital.actors["doctor"].post), session="outage:forged", text="",
            targets=(Line(sick, "", "", 0),),
        )  # fmt: skip
        return plain._replace(**more)

    surgeon = hospital.actors["surgeon"]
    for made, flaw in (
        (said(targets=(Line(other, "", "", 0),)), Flaw.PATIENT),
        (said(targets=(Line("nonsense", "", "", 0),)), Flaw.PATIENT),
        (said(account="surgeon", post=str(surgeon.post)), Flaw.STRANGER),
        (said(account="nobody"), Flaw.STRANGER),
        (said(post=str(surgeon.post)), Flaw.STRANGER),
    ):
        ward.book.append(made)
        assert flaw in ward.deliver(start=ward.book.size - 1).flaws
    number = hospital.runtime.ids.internal(other)[0]
    sql = "SELECT count(*) FROM entry WHERE verb = 'open_chart' AND patient_id = %s AND head LIKE %s"
    assert hospital.sql(sql, number, b'%"entrance":"station"%') == [(0,)], "no foreign chart says it was read here"
    ward.book.append(said(verb="correct"))
    assert ward.deliver(start=ward.book.size - 1).flaws == (Flaw.SIGNATURE,)
    assert entries(hospital, Verb.CORRECT, hospital.actors["doctor"].account) == 0


def test_two_deliveries_at_once_enter_each_line_once(ward: Ward, hospital: Hospital, sick: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    visit = ward.desk.sign_in("doctor", PIN, "系统故障，抢救需要", declared=False)
    for _ in range(20):
        ward.desk.chart(visit, sick)
    account = hospital.actors["doctor"].account
    before = entries(hospital, Verb.OPEN_CHART, account)
    with ThreadPoolExecutor(4) as many:
        told = list(many.map(lambda _: ward.deliver(), range(4)))
    assert sorted(one.accepted for one in told) == [0, 0, 0, 21]
    assert {one.flaws for one in told} == {()}
    assert entries(hospital, Verb.OPEN_CHART, account) == before + 20


def test_whom_a_patient_does_not_want_is_refused_on_the_station_too(ward: Ward, hospital: Hospital, sick: str) -> None:
    from datetime import timedelta

    from jingui.store.models import Restriction

    at = hospital.now()
    other = patient(hospital, "限制查阅者")
    number = hospital.runtime.ids.internal(other)[0]
    row = Restriction(
        patient_id=number, restriction_id=1, kind="person", person_id=hospital.people["nurse"], categories=[],
        starts=at - timedelta(hours=1),
    )  # fmt: skip
    hospital.keep(row)
    ward.pull()
    visit = ward.desk.sign_in("nurse", PIN, "系统故障，抢救需要", declared=False)
    with pytest.raises(Refused) as refused:
        ward.desk.chart(visit, other)
    assert refused.value.reason == "objected"
    assert ward.book.reads[-1].head["decision"] == "deny"
    ward.desk.chart(visit, sick)
    assert ward.deliver().flaws == ()


def test_a_restricted_chart_goes_under_its_alias(ward: Ward, hospital: Hospital) -> None:
    from jingui.core.collect import FlagPatient
    from jingui.core.operation import Target
    from jingui.core.words import Purpose

    secret = patient(hospital, "欧阳保密人")
    number = hospital.runtime.ids.internal(secret)[0]
    data = FlagPatient(restricted=True, secrecy="public", alias="化名甲", reason="患者本人要求保密")
    hospital.write("registrar", Verb.FLAG_PATIENT, data, target=Target(patient=number), purpose=Purpose.OPERATION)
    one = ward.pull().patients[secret]
    assert one["alias"]
    assert "欧阳保密人" not in repr(one)


def test_an_ended_station_and_another_entrance_get_nothing(ward: Ward, hospital: Hospital) -> None:
    from dataclasses import replace

    from jingui.core.downtime import EndStation
    from jingui.core.words import Entrance

    actor, ward.actor = ward.actor, replace(ward.actor, entrance=Entrance.FHIR)
    with pytest.raises(Refused):
        ward.pull()
    with pytest.raises(Refused):
        ward.deliver()
    ward.actor = actor
    hospital.write("secadmin", Verb.END_STATION, EndStation(station=ward.number, reason="遗失"))
    with pytest.raises(Refused):
        ward.pull()
    with pytest.raises(Refused):
        ward.deliver()


def test_a_station_row_that_a_database_administrator_changed(ward: Ward, hospital: Hospital) -> None:
    hospital.sql("UPDATE station SET department_id = %s WHERE id = %s", hospital.departments["gwk"], ward.number)
    with pytest.raises(Tampered):
        ward.pull()
    hospital.sql("UPDATE station SET department_id = %s WHERE id = %s", hospital.departments["xnk"], ward.number)


def test_verification_finds_nothing_wrong_with_what_was_delivered(ward: Ward, hospital: Hospital, sick: str) -> None:
    from tests.store.tampering import check

    visit = ward.desk.sign_in("doctor", PIN, "系统故障，抢救需要", declared=False)
    ward.desk.chart(visit, sick)
    assert ward.deliver().accepted == 2
    found = [
        one for one in check(hospital).findings if not one.where.startswith("restriction:")
    ]  # placed by hand above
    assert found == []


def test_a_line_whose_time_is_no_time_is_a_finding(hospital: Hospital) -> None:
    from jingui.core.entry import Line
    from jingui.crypto.station import Read
    from jingui.gate.downtime import known

    head = {"verb": "list", "decision": "allow", "purpose": "treatment", "entrance": "station", "v": 1, "rules": [],
            "policy": 1, "reason": "", "at": "2026-11-23T01:00:00.000000Z"}  # fmt: skip
    part = {"account": "doctor", "session": ""}
    known(Read(head, part, (Line("p", "", "", 0),), "", b""))
    for wrong in ({"at": "yesterday"}, {"at": "2026-11-23T01:00:00"}, {"at": 5}, {"verb": "read"}, {"rules": ["x"]},
                  {"purpose": "legal"}, {"entrance": "page"}, {"decision": "maybe"}):  # fmt: skip
        with pytest.raises(Tampered):
            known(Read({**head, **wrong}, part, (), "", b""))
