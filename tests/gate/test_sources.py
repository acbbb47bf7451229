"""二（一）2: the system administrator registers sources; what they send is taken once and in order [2.1.2] [2.2.3]"""

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from jingui.core.access import ChartRequest
from jingui.core.enter import Submission, Taken
from jingui.core.errors import Conflict, Invalid, Refused, Unprocessable
from jingui.core.operation import Actor, Target
from jingui.core.sources import EndSource, RegisterSource, SourceKind
from jingui.core.words import Category, Entrance, Purpose, Strength, Verb
from jingui.formats import hl7v2, hl7v2_map
from jingui.gate import door
from tests.hospital import Hospital

EVERYTHING = tuple(one for one in Category if one not in (Category.DIRECTORY, Category.NONE))


def register(hospital: Hospital, code: str, **more: Any) -> tuple[int, Actor]:
    """A registered source of the interface account, and its actor at the message entrance."""
    data = RegisterSource(
        code=code, name=f"来源 {code}", kind=SourceKind.HL7, account="his", application=more.pop("application", code),
        facility="H", categories=more.pop("categories", EVERYTHING), certificate=more.pop("certificate", ""), **more,
    )  # fmt: skip
    number = hospital.write("sysadmin", Verb.REGISTER_SOURCE, data).value
    his = hospital.actors["his"]
    actor = replace(his, entrance=Entrance.MESSAGE, strength=Strength.TOKEN, scopes=("system/*.cu",))
    return number, actor


def send(hospital: Hospital, source: tuple[int, Actor], code: str, text: str) -> Any:
    """One message through the door, as the listener does it."""
    message = hl7v2.read(text.replace("\n", "\r").encode())
    made = hl7v2_map.mapped(message, code)
    digest = hashlib.sha256(message.raw).digest()
    taken = Taken(source=source[0], control=message.control, digest=digest, sequence=made.sequence)
    data = Submission(changes=made.changes, source="hl7v2", message=taken)
    return door.enter(hospital.operation(source[1], Verb.ENTER, data, purpose=Purpose.OPERATION))


def adt(event: str, control: str, mrn: str, at: str = "20240101080000", **more: str) -> str:
    name, birth = more.get("name", "张^三"), more.get("birth", "19800101")
    visit, kind = more.get("visit", ""), more.get("kind", "I")
    out = [
        f"MSH|^~\\&|HIS|H|JINGUI|H|{at}||ADT^{event}|{control}|P|2.5", f"EVN||{at}",
        f"PID|1||{mrn}^^^^MR||{name}||{birth}|M|||{more.get('address', '')}||{more.get('phone', '')}",
    ]  # fmt: skip
    if visit:
        out.append(
            f"PV1|1|{kind}|XNK^1^2||||Tdoctor^doctor|||xnk|||||||||{visit}|||||||||||||||||||||||||"
            f"{more.get('start', '20240101080000')}|{more.get('end', '')}"
        )
    return "\n".join(out) + more.get("rest", "")


def outcomes(entered: Any) -> list[tuple[str, str]]:
    return [(one.kind, one.outcome) for one in entered.made]


def test_a_message_is_entered_once_and_its_duplicate_answered_alike(hospital: Hospital) -> None:
    source = register(hospital, "dup")
    text = adt("A01", "d1", "DUP1", visit="ZYD1")
    first = send(hospital, source, "dup", text)
    assert outcomes(first) == [("Patient", "created"), ("Encounter", "created"), ("Provenance", "created")]
    records = hospital.sql("SELECT count(*) FROM record")
    again = send(hospital, source, "dup", text)
    assert again.made == ()
    assert len(again.entries) == 1
    assert hospital.sql("SELECT count(*) FROM record") == records
    with pytest.raises(Conflict):
        send(hospital, source, "dup", adt("A01", "d1", "DUP1", visit="ZYD2"))
    assert hospital.sql("SELECT count(*) FROM source_message WHERE control = 'd1'") == [(1,)]


def test_messages_as_they_came_stand_beside_the_chart_not_in_it(hospital: Hospital) -> None:
    source = register(hospital, "beside")
    made = send(hospital, source, "beside", adt("A01", "b1", "BES1", visit="ZYB1")).made
    place = hospital.runtime.ids.internal(made[0].id)
    asked = hospital.operation("doctor", Verb.OPEN_CHART, ChartRequest(), target=Target(patient=place[0]))
    chart = door.read(asked).value
    assert [one.kind for one in chart.records] == []
    assert (chart.categories, chart.hidden) == ({}, 0)
    assert hospital.sql("SELECT count(*) FROM record WHERE patient_id = %s AND kind = 'Provenance'", place[0]) == [(1,)]


def test_an_older_event_overwrites_nothing_and_says_so(hospital: Hospital) -> None:
    source = register(hospital, "order")
    send(hospital, source, "order", adt("A01", "o1", "ORD1", visit="ZYO1", phone="1"))
    newer = adt("A08", "o3", "ORD1", at="20240103080000", visit="ZYO1", phone="3")
    assert outcomes(send(hospital, source, "order", newer))[0] == ("Patient", "updated")
    older = adt("A08", "o2", "ORD1", at="20240102080000", visit="ZYO1", phone="2")
    assert outcomes(send(hospital, source, "order", older)) == [
        ("Patient", "superseded"), ("Encounter", "superseded"), ("Provenance", "created"),
    ]  # fmt: skip


def test_an_event_that_changed_nothing_still_counts_for_the_order(hospital: Hospital) -> None:
    source = register(hospital, "aba")
    send(hospital, source, "aba", adt("A28", "a1", "ABA1", phone="1"))
    assert outcomes(send(hospital, source, "aba", adt("A31", "a3", "ABA1", at="20240103080000", phone="1")))[0] == (
        "Patient", "unchanged",
    )  # fmt: skip
    late = adt("A31", "a2", "ABA1", at="20240102080000", phone="2")
    assert outcomes(send(hospital, source, "aba", late))[0] == ("Patient", "superseded")


def test_discharge_and_its_cancelling_close_and_open_the_visit(hospital: Hospital) -> None:
    source = register(hospital, "stay")
    made = send(hospital, source, "stay", adt("A01", "s1", "STAY1", visit="ZYS1")).made[1]
    place = hospital.runtime.ids.internal(made.id)

    def state() -> Any:
        sql = "SELECT state, starts, ends IS NULL FROM encounter WHERE patient_id = %s AND encounter_id = %s"
        return hospital.sql(sql, *place)[0]

    opened, starts, _ = state()
    assert opened == "open"
    send(hospital, source, "stay", adt("A03", "s2", "STAY1", at="20240105080000", visit="ZYS1", start=""))
    assert state() == ("closed", starts, False)
    send(hospital, source, "stay", adt("A13", "s3", "STAY1", at="20240105090000", visit="ZYS1", start=""))
    assert state() == ("open", starts, True)
    send(hospital, source, "stay", adt("A11", "s4", "STAY1", at="20240105100000", visit="ZYS1", start=""))
    assert state()[0] == "closed"


ORU = """
ORC|RE|P1|F1
OBR|1|P1|F1|GLU^血糖^L|||20240102080000|||||||||||||||20240102090000|||F
OBX|1|NM|GLU^血糖^L||{value}|mmol/L|3.9-6.1|H|||{status}"""


def test_results_are_entered_corrected_and_never_set_back(hospital: Hospital) -> None:
    his = register(hospital, "his-a")
    lab = register(hospital, "lab-a", categories=(Category.TESTS,))
    send(hospital, his, "his-a", adt("A01", "r1", "RES1", visit="ZYR1"))

    def oru(control: str, value: str, status: str, at: str, mrn: str = "RES1", **more: str) -> str:
        text = adt("A01", control, mrn, visit="ZYR1", **more).replace("ADT^A01", "ORU^R01")
        return text + ORU.format(value=value, status=status).replace("20240102090000", at)

    made = send(hospital, lab, "lab-a", oru("r2", "7.10", "F", "20240102090000"))
    assert outcomes(made) == [
        ("Patient", "existing"), ("Encounter", "existing"), ("DiagnosticReport", "created"),
        ("Observation", "created"), ("Provenance", "created"),
    ]  # fmt: skip
    fixed = send(hospital, lab, "lab-a", oru("r3", "5.10", "C", "20240102100000"))
    assert outcomes(fixed)[3] == ("Observation", "updated")
    assert b'"value":5.10' in fixed.made[3].body
    late = send(hospital, lab, "lab-a", oru("r4", "7.1", "P", "20240102093000"))
    assert outcomes(late)[2:4] == [("DiagnosticReport", "superseded"), ("Observation", "superseded")]
    with pytest.raises(Unprocessable):  # a patient that no registered source of identities told of
        send(hospital, lab, "lab-a", oru("r5", "7.1", "F", "20240102110000", mrn="NOBODY1"))
    with pytest.raises(Conflict):  # the number of one, the name and birthday of another
        send(hospital, lab, "lab-a", oru("r6", "7.1", "F", "20240102110000", name="李^四", birth="19900101"))
    with pytest.raises(Refused) as refused:
        send(hospital, lab, "lab-a", adt("A01", "r7", "RES9", visit="ZYR9"))
    assert refused.value.reason == "source_category"
    assert refused.value.entry


def test_who_was_nobody_gets_a_name_and_keeps_their_number(hospital: Hospital) -> None:
    source = register(hospital, "er")
    send(hospital, source, "er", adt("A04", "e1", "ER1", name="无名氏", birth="", visit="JZ1", kind="E"))
    assert hospital.sql("SELECT kind FROM patient WHERE kind = 'unidentified' ORDER BY created DESC LIMIT 1")
    named = adt("A08", "e2", "ER1", at="20240101090000", name="王^五", visit="JZ1", kind="E")
    known = send(hospital, source, "er", named)
    assert outcomes(known)[0] == ("Patient", "updated")
    with pytest.raises(Conflict):  # both name and birthday of somebody known are not changed at once
        send(hospital, source, "er", adt("A08", "e3", "ER1", at="20240101100000", name="赵^六", birth="19991231"))


def test_an_ended_source_enters_nothing(hospital: Hospital) -> None:
    source = register(hospital, "ended")
    send(hospital, source, "ended", adt("A28", "n1", "END1"))
    hospital.write("secadmin", Verb.END_SOURCE, EndSource(source=source[0], reason="更换系统"))
    with pytest.raises(Refused) as refused:
        send(hospital, source, "ended", adt("A28", "n2", "END2"))
    assert refused.value.reason == "source"
    with pytest.raises(Conflict):
        hospital.write("sysadmin", Verb.END_SOURCE, EndSource(source=source[0], reason="再次"))


def test_another_account_never_sends_for_a_source(hospital: Hospital) -> None:
    number, actor = register(hospital, "other")
    doctor = replace(actor, account=hospital.actors["doctor"].account)
    with pytest.raises(Refused):
        send(hospital, (number, doctor), "other", adt("A28", "x", "X"))


def test_only_the_system_administrator_registers(hospital: Hospital) -> None:
    data = RegisterSource(
        code="mine", name="自用", kind=SourceKind.HL7, account="his", categories=(Category.TESTS,), application="x"
    )
    for who in ("doctor", "secadmin", "registrar"):
        before = hospital.sql("SELECT count(*) FROM entry")[0][0]
        with pytest.raises(Refused):
            hospital.write(who, Verb.REGISTER_SOURCE, data)
        assert hospital.sql("SELECT count(*) FROM entry")[0][0] == before + 1


@pytest.mark.parametrize(
    ("wrong", "place"),
    [({"code": "Big Code"}, "code"), ({"name": ""}, "name"), ({"certificate": "abc"}, "certificate"),
     ({"categories": ()}, "categories"), ({"charset": "ebcdic"}, "charset"), ({"account": "doctor"}, "account")],
)  # fmt: skip
def test_wrong_registrations_name_the_place(hospital: Hospital, wrong: dict[str, Any], place: str) -> None:
    given: dict[str, Any] = {
        "code": "right", "name": "来源", "kind": SourceKind.HL7, "account": "his", "categories": (Category.TESTS,),
        **wrong,
    }  # fmt: skip
    with pytest.raises(Invalid) as invalid:
        hospital.write("sysadmin", Verb.REGISTER_SOURCE, RegisterSource(**given))
    assert [one for one, _ in invalid.value.places] == [place]


def test_a_forged_source_row_is_refused_by_name(hospital: Hospital) -> None:
    from jingui.core.errors import Tampered

    source = register(hospital, "forged", categories=(Category.TESTS,))
    hospital.sql("UPDATE source SET categories = array['basic','tests'] WHERE id = %s", source[0])
    with pytest.raises(Tampered) as tampered:
        send(hospital, source, "forged", adt("A28", "f1", "FORGED1"))
    assert tampered.value.data["where"] == f"source:{source[0]}"
    hospital.sql("UPDATE source SET categories = array['tests'] WHERE id = %s", source[0])


def test_the_lists_are_for_those_who_govern(hospital: Hospital) -> None:
    register(hospital, "listed")
    found = door.read(hospital.operation("audit", Verb.READ_SOURCES, purpose=Purpose.OPERATION)).value
    assert "listed" in [one.code for one in found.sources]
    assert found.accounts == ("his",)
    with pytest.raises(Refused):
        door.read(hospital.operation("doctor", Verb.READ_SOURCES, purpose=Purpose.OPERATION))
