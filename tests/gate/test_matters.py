"""一（三）, 四（一）1: matters through the real door: a row and its texts is a procedure [1.3.1] [4.1.1] [6.1.2]"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from jingui.core.enter import Change
from jingui.core.errors import Conflict, Gone, Invalid, NotFound, Refused, Tampered
from jingui.core.matters import KINDS, checked
from jingui.core.matters.asking import (
    AddPaper,
    AppealMatter,
    Brought,
    CloseMatter,
    DecideMatter,
    Delegate,
    EndDelegation,
    MattersRequest,
    ReadMatter,
    ReadPaper,
    SaveMatter,
    StartMatter,
    SubmitMatter,
    WithdrawMatter,
)
from jingui.core.matters.row import About, Ask, MatterKind, Paper, Question, Step
from jingui.core.operation import Actor, Target
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb
from jingui.gate import door
from jingui.gate.effects import EFFECTS, ENDINGS, Effected
from tests.hospital import Hospital
from tests.pictures import png

PNG = png()
TEST = MatterKind(
    id="test_matter", text="试验事项", purpose="试验用。", clauses=("4.1.1",), section="access",
    starters=(Role.PHYSICIAN, Role.NURSE, Role.MEDICAL_AFFAIRS),
    questions=(
        Question(name="why", text="理由", ask=Ask.LONG),
        Question(name="days", text="天数", ask=Ask.NUMBER, least=1, most="access_grant_days"),
        Question(name="note", text="备注", required=False),
    ),
    papers=(Paper(name="basis", text="依据"),),
    steps=(
        Step(name="医务审核", roles=(Role.MEDICAL_AFFAIRS,), people=2, days="matter_step_days"),
        Step(name="负责人批准", roles=(Role.HEAD, Role.MEDICAL_AFFAIRS), days="matter_step_days"),
    ),
    effect="test_effect", appeal=(Step(name="复核", roles=(Role.HEAD,)),), appeal_days="matter_appeal_days",
)  # fmt: skip
ANSWERS = (("why", "工作需要"), ("days", "3"))
JOB = Actor(name="system:expiry", strength=Strength.LOCAL, entrance=Entrance.JOB)


@pytest.fixture(scope="module")
def people(hospital: Hospital) -> Hospital:
    """Three of medical affairs and a colleague."""
    for short in ("affairs1", "affairs2", "affairs3"):
        hospital.person(short, Role.MEDICAL_AFFAIRS, "xxk")
    hospital.person("other_nurse", Role.NURSE, "gwk")
    return hospital


@pytest.fixture
def row(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, str]]]:
    """A new kind of matter: one row, and what it does."""
    ran: list[dict[str, str]] = []

    def effect(context: Any, permit: Any, granting: Any) -> Effected:
        ran.append(dict(granting.answers))
        return Effected(until=permit.at + timedelta(days=int(granting.answers["days"])))

    monkeypatch.setitem(KINDS, TEST.id, checked(TEST))
    monkeypatch.setitem(EFFECTS, "test_effect", effect)
    return ran  # type: ignore[return-value]


def started(house: Hospital, who: str = "doctor", **more: Any) -> int:
    data = StartMatter(
        kind=TEST.id, answers=more.pop("answers", ANSWERS), submit=True,
        papers=more.pop("papers", (Brought("basis", "依据.png", "image/png", PNG),)), **more,
    )  # fmt: skip
    return int(house.write(who, Verb.START_MATTER, data).value.matter)


def view(house: Hospital, who: str, matter: int) -> Any:
    return door.read(house.operation(who, Verb.READ_MATTER, ReadMatter(matter=matter), purpose=Purpose.OPERATION)).value


def say(house: Hospital, who: str, matter: int, move: str = "approve", comment: str = "同意", **more: Any) -> Any:
    basis = more.pop("basis", None) or view(house, who, matter).basis
    data = DecideMatter(matter=matter, move=move, basis=basis, comment=comment, **more)
    return house.write(who, Verb.DECIDE_MATTER, data).value


def queue(house: Hospital, who: str, which: str = "queue") -> list[int]:
    request = MattersRequest(which=which, kind=TEST.id, count=200)
    found = door.read(house.operation(who, Verb.READ_MATTERS, request, purpose=Purpose.OPERATION)).value
    return [line.id for line in found.rows]


def test_a_row_is_a_whole_procedure(people: Hospital, row: list[dict[str, str]]) -> None:
    """[1.3.1] [1.3.4] Handed in, two people of one office, then a third; only then the effect, once; all entered."""
    number = started(people)
    assert number in queue(people, "affairs1")
    assert number in queue(people, "doctor", "mine")
    assert number not in queue(people, "head")
    assert number not in queue(people, "surgeon", "all")
    assert say(people, "affairs1", number).state == "waiting"
    assert row == []
    assert number not in queue(people, "affairs1")
    assert say(people, "affairs2", number).step == 1
    assert number in queue(people, "head")
    assert number not in queue(people, "affairs1")
    done = say(people, "head", number)
    assert done.state == "executed"
    assert row == [dict(ANSWERS)]
    seen = view(people, "doctor", number)
    assert [event.move for event in seen.events] == ["start", "submit", "approve", "approve", "approve"]
    entries = {event.entry for event in seen.events}
    verbs = people.sql("SELECT verb, decision, person_id FROM entry WHERE id::text = ANY(%s)", list(entries))
    assert sorted(verb for verb, _, _ in verbs) == ["decide_matter"] * 3 + ["start_matter"]
    assert {person for _, _, person in verbs} == {people.people[n] for n in ("doctor", "affairs1", "affairs2", "head")}
    assert seen.answers == dict(ANSWERS)
    assert seen.until is not None
    assert seen.moves == ("close",)


def test_nobody_decides_twice_or_about_themselves(people: Hospital, row: list[dict[str, str]]) -> None:
    """[6.1.2] Not twice at a step, not at two steps, not on one's own; each refusal is entered."""
    number = started(people)
    before = people.sql("SELECT count(*) FROM entry WHERE verb = 'decide_matter' AND decision = 'deny'")[0][0]
    basis = view(people, "affairs1", number).basis
    say(people, "affairs1", number)
    with pytest.raises(Refused) as again:
        say(people, "affairs1", number, basis=basis)
    assert again.value.reason == "not_yours"
    assert again.value.entry
    say(people, "affairs2", number)
    with pytest.raises(Refused):
        say(people, "affairs1", number, basis=basis)  # the second step is open to the role, not to the person
    own = started(people, "affairs3")
    with pytest.raises(Refused) as party:
        say(people, "affairs3", own, basis=view(people, "affairs3", own).basis)
    assert party.value.reason == "party"
    with pytest.raises(Refused):
        say(people, "doctor", number, basis=basis)
    after = people.sql("SELECT count(*) FROM entry WHERE verb = 'decide_matter' AND decision = 'deny'")[0][0]
    assert after - before == 4
    assert row == []


def test_a_lent_power_counts_once(people: Hospital, row: list[dict[str, str]]) -> None:
    """[1.3.4] A delegate speaks for their lender: not for two, not after the end, never lent on."""
    now = people.now()
    lend = Delegate(
        to_person=people.people["other_nurse"], starts=now - timedelta(minutes=1), ends=now + timedelta(days=2)
    )
    delegation = people.write("affairs1", Verb.DELEGATE, lend).value
    number = started(people)
    assert number in queue(people, "other_nurse")
    said = view(people, "other_nurse", number)
    assert said.behalf == "affairs1"
    assert "approve" in said.moves
    say(people, "other_nurse", number)
    with pytest.raises(Refused):
        say(people, "affairs1", number, basis=said.basis)  # the lender's voice has been heard
    people.write("other_nurse", Verb.END_DELEGATION, EndDelegation(delegation=delegation))
    another = started(people)
    with pytest.raises(Refused):
        say(people, "other_nurse", another, basis=said.basis)
    with pytest.raises(Invalid):
        people.write("affairs2", Verb.DELEGATE, Delegate(
            to_person=people.people["affairs2"], starts=now, ends=now + timedelta(days=1)))  # fmt: skip
    with pytest.raises(Invalid):
        people.write("affairs2", Verb.DELEGATE, Delegate(
            to_person=people.people["affairs1"], starts=now, ends=now + timedelta(days=900)))  # fmt: skip


def test_return_refuse_appeal_withdraw_close(people: Hospital, row: list[dict[str, str]]) -> None:
    """[1.3.1] [1.3.2] Every way a matter can go, and none that the table does not have."""
    number = started(people)
    say(people, "affairs1", number)
    assert say(people, "affairs2", number, "return", "请补充课题批件").state == "returned"
    seen = view(people, "doctor", number)
    assert "submit" in seen.moves
    assert seen.events[-1].comment == "请补充课题批件"
    new = SaveMatter(matter=number, answers=(("why", "补充：课题批件见附件"), ("days", "2")), revision=seen.revision)
    people.write("doctor", Verb.SAVE_MATTER, new)
    with pytest.raises(Conflict):
        people.write("doctor", Verb.SAVE_MATTER, new)
    people.write("doctor", Verb.SUBMIT_MATTER, SubmitMatter(matter=number))
    say(people, "affairs1", number)  # the first round's word is void: they speak again
    assert say(people, "affairs3", number, "refuse", "依据不足").state == "refused"
    assert row == []
    with pytest.raises(Refused):
        people.write("nurse", Verb.APPEAL_MATTER, AppealMatter(matter=number, comment="请复核"))
    people.write("doctor", Verb.APPEAL_MATTER, AppealMatter(matter=number, comment="请复核"))
    assert say(people, "head", number).state == "executed"
    assert row == [{"why": "补充：课题批件见附件", "days": "2"}]
    ended: list[int] = []
    ENDINGS["test_effect"] = lambda context, permit, matter: ended.append(matter.pk)
    try:
        assert people.write("doctor", Verb.CLOSE_MATTER, CloseMatter(matter=number)).value.state == "closed"
    finally:
        del ENDINGS["test_effect"]
    assert ended == [number]
    other = started(people)
    with pytest.raises(Refused):
        people.write("surgeon", Verb.WITHDRAW_MATTER, WithdrawMatter(matter=other))
    people.write("doctor", Verb.WITHDRAW_MATTER, WithdrawMatter(matter=other, comment="不需要了"))
    with pytest.raises((Conflict, Refused)):
        say(people, "affairs1", other, basis=seen.basis)


def test_what_was_seen_is_what_is_decided(people: Hospital, row: list[dict[str, str]]) -> None:
    """[1.3.1] A paper brought in between makes the old view a conflict; nothing is decided unseen."""
    number = started(people)
    basis = view(people, "affairs1", number).basis
    paper = Brought("basis", "补充.png", "image/png", png(2))
    people.write("doctor", Verb.ADD_PAPER, AddPaper(matter=number, paper=paper))
    with pytest.raises(Conflict):
        say(people, "affairs1", number, basis=basis)
    seen = view(people, "affairs1", number)
    got = door.read(
        people.operation(
            "affairs1", Verb.READ_PAPER, ReadPaper(matter=number, paper=seen.papers[1].id), purpose=Purpose.OPERATION
        )
    ).value
    assert got.content == paper.content
    assert got.name == "补充.png"
    for who in ("surgeon", "nurse"):
        with pytest.raises(Refused):
            door.read(people.operation(who, Verb.READ_PAPER, ReadPaper(matter=number, paper=seen.papers[0].id)))
        with pytest.raises(Refused):
            view(people, who, number)


@pytest.mark.parametrize(
    ("answers", "papers", "place"),
    [
        ((("why", "x"),), None, "days"),
        ((*ANSWERS, ("extra", "x")), None, "extra"),
        ((("why", "工作需要"), ("days", "0")), None, "days"),
        ((("why", "工作需要"), ("days", "99999")), None, "days"),
        ((("why", "工作需要"), ("days", "三")), None, "days"),
        ((("why", "x" * 3000), ("days", "3")), None, "why"),
        ((("why", "a\0b"), ("days", "3")), None, "why"),
        (ANSWERS, (), "paper.basis"),
        (ANSWERS, (("basis", "a.html", b"<script>alert(1)</script>"),), "paper.basis"),
        (ANSWERS, (("basis", "a.pdf", b"%PDF-1.7 /S /JavaScript\n%%EOF\n"),), "paper.basis"),
        (ANSWERS, (("basis", "", PNG),), "paper.basis"),
        (ANSWERS, (("nonsense", "a.png", PNG),), "paper.nonsense"),
        (ANSWERS, (("basis", "a.png", b""),), "paper.basis"),
        (ANSWERS, (("basis", "a.png", PNG[:-1]),), "paper.basis"),
        (ANSWERS, (("basis", "a.png", PNG + b"<script>alert(1)</script>"),), "paper.basis"),
        (ANSWERS, (("basis", "a.tif", b"II*\0" + bytes(64)),), "paper.basis"),
        (ANSWERS, (("basis", "a.png", PNG + bytes(21 << 20)),), "paper.basis"),
        (ANSWERS, (("reply", "a.png", PNG),), "paper.reply"),
    ],
)
def test_bad_input_changes_nothing(
    people: Hospital, row: list[dict[str, str]], answers: Any, papers: Any, place: str
) -> None:
    """[2.1.1] Every wrong answer or paper is named; nothing is left of the attempt but its entry."""
    before = people.sql("SELECT count(*) FROM matter")[0][0]
    brought = (
        (Brought("basis", "依据.png", "image/png", PNG),) if papers is None
        else tuple(Brought(kind, name, "image/png", content) for kind, name, content in papers)
    )  # fmt: skip
    with pytest.raises(Invalid) as error:
        started(people, answers=answers, papers=brought)
    assert place in dict(error.value.places)
    assert people.sql("SELECT count(*) FROM matter")[0][0] == before


def test_the_same_form_sent_twice_is_one_matter(people: Hospital, row: list[dict[str, str]]) -> None:
    """[2.2.3] A double click, a retried request: one matter; another person's key is their own."""
    first = started(people, key="k1")
    assert started(people, key="k1") == first
    assert started(people, "nurse", key="k1") != first
    assert started(people, key="k2") != first
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: started(people, key="k3"), range(4)))
    assert len(set(made)) == 1


def test_unknown_kinds_foreign_roles_and_patients(people: Hospital, row: list[dict[str, str]]) -> None:
    """[1.3.1] No such kind, a role the row does not name, a patient where none belongs."""
    with pytest.raises(Invalid):
        people.write("doctor", Verb.START_MATTER, StartMatter(kind="no_such"))
    with pytest.raises(Refused) as refused:
        people.write("archivist", Verb.START_MATTER, StartMatter(kind=TEST.id, answers=ANSWERS))
    assert refused.value.reason == "not_yours"
    with pytest.raises(NotFound):
        view(people, "doctor", 10**9)
    with pytest.raises(Invalid):
        people.write("doctor", Verb.START_MATTER, StartMatter(kind="internal_access"))


def test_a_bent_row_is_refused_by_name(people: Hospital, row: list[dict[str, str]]) -> None:
    """[6.1.2] The database administrator skips a step, adds a vote, changes the outcome: nothing of it is used."""
    number = started(people)
    basis = view(people, "affairs1", number).basis
    people.sql("UPDATE matter SET step = 1 WHERE id = %s", number)
    with pytest.raises(Tampered):
        say(people, "head", number, basis=basis)
    with pytest.raises(Tampered):
        view(people, "doctor", number)
    people.sql("UPDATE matter SET step = 0 WHERE id = %s", number)
    say(people, "affairs1", number)
    with pytest.raises(psycopg.Error, match="insert-only"):  # history is inserted once, for the tables' owner too
        people.sql("DELETE FROM matter_event WHERE matter_id = %s", number)
    people.sql("ALTER TABLE matter_event DISABLE TRIGGER insert_only")
    try:
        people.sql(
            "UPDATE matter_event SET person_id = %s WHERE matter_id = %s AND move = 'approve'",
            people.people["affairs2"], number,
        )  # fmt: skip
        with pytest.raises(Tampered):
            say(people, "affairs1", number, basis=basis)
        people.sql("DELETE FROM matter_event WHERE matter_id = %s AND n = 2", number)
        with pytest.raises(Tampered):
            say(people, "affairs2", number, basis=basis)
    finally:
        people.sql("ALTER TABLE matter_event ENABLE TRIGGER insert_only")


def test_answers_and_papers_are_never_plain(people: Hospital, row: list[dict[str, str]]) -> None:
    """[3.1.1] Neither answers, comments nor papers stand in the database as written."""
    number = started(people, answers=(("why", "金丝雀四二九"), ("days", "3")))
    say(people, "affairs1", number, comment="金丝雀四三零")
    found = people.sql("SELECT payload FROM matter WHERE id = %s", number)
    found += people.sql("SELECT payload FROM matter_event WHERE matter_id = %s AND payload IS NOT NULL", number)
    found += people.sql("SELECT payload FROM matter_paper WHERE matter_id = %s", number)
    everything = b"".join(bytes(payload) for (payload,) in found)
    assert len(found) == 3
    for canary in ("金丝雀四二九".encode(), "金丝雀四三零".encode(), PNG):
        assert canary not in everything


def test_the_system_closes_what_is_over(people: Hospital, row: list[dict[str, str]]) -> None:
    """[4.1.1] Nothing lasts longer than granted: the timed task closes it; not before its time."""
    number = started(people)
    for who in ("affairs1", "affairs2", "head"):
        say(people, who, number)
    now = people.now()
    assert number not in door.due.matters(now)
    assert number in door.due.matters(now + timedelta(days=4))
    with pytest.raises(Conflict):
        people.write(JOB, Verb.CLOSE_MATTER, CloseMatter(matter=number))
    operation = people.operation(JOB, Verb.CLOSE_MATTER, CloseMatter(matter=number), purpose=Purpose.OPERATION)
    later = replace(operation, at=now + timedelta(days=4))
    assert door.write(later).value.state == "closed"


def test_about_a_patient_it_lies_under_their_key(people: Hospital, row: list[dict[str, str]]) -> None:
    """[4.1.1] [3.1.1] A matter about a patient names them in the entry and opens with their key alone."""
    made = people.enter(
        "registrar", Change(resource={"resourceType": "Patient", "name": [{"text": "事项甲"}], "gender": "male"}),
        verb=Verb.REGISTER_PATIENT,
    )  # fmt: skip
    patient = door.locate(made.made[0].id).patient
    KINDS["about"] = checked(replace(TEST, id="about", about=About.PATIENT))
    try:
        papers = (Brought("basis", "依据.png", "image/png", PNG),)
        data = StartMatter(kind="about", answers=ANSWERS, submit=True, papers=papers)
        done = people.write("surgeon", Verb.START_MATTER, data, target=Target(patient=patient))
        seen = view(people, "surgeon", done.value.matter)
        assert seen.line.patient == made.made[0].id
        assert seen.line.patient_name == ""
        entry = people.sql("SELECT patient_id FROM entry WHERE id::text = %s", done.trace.entry)
        assert entry == [(patient,)]
        people.sql("DELETE FROM patient_key WHERE patient_id = %s", patient)
        with pytest.raises(Gone):
            view(people, "surgeon", done.value.matter)
    finally:
        del KINDS["about"]


def test_verification_finds_what_was_done_and_what_was_not(people: Hospital, row: list[dict[str, str]]) -> None:
    """[7.1.2] Matters of every end replay against the ledger; a bent vote is named."""
    number = started(people)
    for who in ("affairs1", "affairs2", "head"):
        say(people, who, number)
    tables = {"matter", "matter_event", "matter_paper", "delegation"}

    def found() -> set[str]:
        result = door.evidence.verify()
        return {one.where for one in result.findings if one.where.partition(":")[0] in tables}

    before = found()
    people.sql("UPDATE matter SET outcome = 'forged' WHERE id = %s", number)
    assert found() - before == {f"matter:{number}"}
    people.sql("UPDATE matter SET outcome = '' WHERE id = %s", number)
    assert found() == before
