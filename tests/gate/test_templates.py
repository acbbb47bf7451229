"""二（一）1 采集模板 through the real door: read, simulated, changed by a matter, sealed [2.1.1] [6.1.2]"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from jingui.core.capture import Effect, Item, ItemKind, Necessity, Section, Template, TemplatesRequest, Why
from jingui.core.errors import Conflict, Invalid, NotFound, Refused, Tampered
from jingui.core.matters.asking import DecideMatter, ReadMatter, StartMatter
from jingui.core.operation import Actor
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb
from jingui.formats import capture, fhir_json
from jingui.gate import door, templates
from tests.hospital import Hospital

SMOKING = Item(
    link="smoking", zh="吸烟（支/日）", en="Cigarettes a day", kind=ItemKind.INTEGER, why=Why.DIAGNOSE,
    element="DE03.00.053.00", purpose="评估手术和麻醉风险，指导戒烟。",
)  # fmt: skip


@pytest.fixture(scope="module")
def people(hospital: Hospital) -> Hospital:
    """Quality staff and medical affairs."""
    for short, role in (("tqc", Role.QUALITY), ("tqc2", Role.QUALITY), ("tmed", Role.MEDICAL_AFFAIRS)):
        hospital.person(short, role, "xxk")
    return hospital


@pytest.fixture(autouse=True)
def clean(hospital: Hospital) -> Iterator[None]:
    """Each test leaves no version behind: the DBA takes versions and their matters away together."""
    yield
    hospital.sql("DELETE FROM capture_template")
    hospital.sql("UPDATE matter SET kind = 'template_change_before' WHERE kind = 'template_change'")
    templates._known.clear()


def read(house: Hospital, who: str | Actor = "doctor", **more: Any) -> Any:
    operation = house.operation(who, Verb.READ_TEMPLATES, TemplatesRequest(**more), purpose=Purpose.OPERATION)
    return door.read(operation).value


def in_force(house: Hospital, name: str = "vital_signs") -> Template:
    return read(house, name=name).templates[0]


def changed(old: Template, *added: Item, drop: tuple[str, ...] = (), **more: Any) -> Template:
    def keep(section: Section) -> Section:
        items = tuple(replace(one, **more.get(one.link, {})) for one in section.items if one.link not in drop)
        return replace(section, items=items)

    sections = tuple(keep(one) for one in old.sections)
    last = replace(sections[-1], items=(*sections[-1].items, *added))
    return replace(capture.fitted(old, (*sections[:-1], last)), n=old.n + 1)


def body(template: Template) -> bytes:
    return fhir_json.dump(capture.questionnaire(template))


def ask(house: Hospital, new: Template, who: str = "doctor", **other: str) -> int:
    old = in_force(house, new.name)
    answers = {
        "template": new.name, "changes": capture.said(capture.differences(old, new)), "reason": "临床工作需要",
        "base": str(old.n), "body": body(new).decode(), **other,
    }  # fmt: skip
    data = StartMatter(kind="template_change", answers=tuple(answers.items()), submit=True)
    return int(house.write(who, Verb.START_MATTER, data).value.matter)


def say(house: Hospital, who: str, matter: int) -> Any:
    seen = door.read(house.operation(who, Verb.READ_MATTER, ReadMatter(matter=matter), purpose=Purpose.OPERATION)).value
    data = DecideMatter(matter=matter, move="approve", basis=seen.basis, comment="同意")
    return house.write(who, Verb.DECIDE_MATTER, data).value


def publish(house: Hospital, new: Template) -> int:
    matter = ask(house, new)
    say(house, "tqc", matter)
    assert say(house, "tmed", matter).state == "executed"
    return matter


def test_all_staff_see_the_templates_and_others_do_not(people: Hospital) -> None:
    assert {one.name for one in read(people).templates} == set(capture.templates())
    assert in_force(people) == capture.templates()["vital_signs"]
    his = people.actors["his"]
    patient = Actor(name="public:templates", strength=Strength.NONE, entrance=Entrance.PUBLIC)
    for who in (his, patient):
        before = people.sql("SELECT count(*) FROM entry WHERE verb = 'read_templates' AND decision = 'deny'")[0][0]
        with pytest.raises(Refused):
            read(people, who)
        after = people.sql("SELECT count(*) FROM entry WHERE verb = 'read_templates' AND decision = 'deny'")[0][0]
        assert after == before + 1
    with pytest.raises(NotFound):
        read(people, name="no_such")
    with pytest.raises(NotFound):
        read(people, name="vital_signs", n=7)


def test_a_simulation_says_what_a_change_would_touch(people: Hospital) -> None:
    old = in_force(people)
    new = changed(old, SMOKING, drop=("girth",), heart_rate={"necessity": Necessity.REQUIRED}, pain={"hint": "0–10"})
    found = read(people, name="vital_signs", draft=body(new)).simulation
    kinds = {one.link: one.kind for one in found.differences}
    assert kinds == {
        "smoking": Effect.ADDED, "girth": Effect.DROPPED, "heart_rate": Effect.REQUIRED, "pain": Effect.CHANGED,
    }  # fmt: skip
    records = people.sql("SELECT count(*) FROM record WHERE form = 'vital_signs' AND state <> 'draft'")[0][0]
    assert (found.drafts, found.records, found.days) == (0, records, 30)
    people.sql(
        "INSERT INTO entry_draft (patient_id, draft_id, person_id, template, template_n, encounter_id, record_id, "
        "record_version, revision, started, saved, payload) "
        "VALUES (1, 99, 1, 'vital_signs', 0, 0, 0, 0, 1, now(), now(), '')"
    )
    again = read(people, name="vital_signs", draft=body(new)).simulation
    people.sql("DELETE FROM entry_draft WHERE draft_id = 99")
    assert again.drafts == 1
    assert "评估手术和麻醉风险" in again.said
    assert in_force(people) == old


@pytest.mark.parametrize(
    "spoil",
    [
        lambda old: changed(old),
        lambda old: changed(old, replace(SMOKING, purpose="")),
        lambda old: changed(old, replace(SMOKING, purpose="要")),
        lambda old: changed(old, replace(SMOKING, table="no_such", kind=ItemKind.CHOICE)),
        lambda old: changed(old, replace(SMOKING, link="pulse")),
        lambda old: replace(changed(old, SMOKING), writers=(Role.PUBLIC,)),
        lambda old: replace(changed(old, SMOKING), signed=True),
        lambda old: replace(changed(old, SMOKING), makes=()),
    ],
)  # fmt: skip
def test_what_may_not_be_changed_is_not_even_simulated(people: Hospital, spoil: Any) -> None:
    with pytest.raises(Invalid):
        read(people, name="vital_signs", draft=body(spoil(in_force(people))))


@pytest.mark.parametrize("draft", [b"", b"{", b'{"resourceType": "Patient"}', b"[" * 100, b"\xff", b" " * 500_000])
def test_a_draft_that_is_none_is_refused(people: Hospital, draft: bytes) -> None:
    if not draft:
        assert read(people, name="vital_signs", draft=draft).simulation is None
        return
    with pytest.raises(Invalid):
        read(people, name="vital_signs", draft=draft)


def test_what_structured_data_are_made_of_is_not_dropped(people: Hospital) -> None:
    old = in_force(people, "admission_record")
    with pytest.raises(Invalid) as error:
        read(people, name="admission_record", draft=body(changed(old, drop=("diagnoses",))))
    assert "diagnoses" in dict(error.value.places)


def test_a_change_is_in_force_when_two_offices_agreed(people: Hospital) -> None:
    old = in_force(people)
    new = changed(old, SMOKING)
    matter = ask(people, new)
    assert in_force(people) == old
    say(people, "tqc", matter)
    assert in_force(people) == old
    with pytest.raises(Refused):
        say(people, "doctor", matter)
    say(people, "tmed", matter)
    assert in_force(people) == new
    state = read(people, name="vital_signs")
    assert [(one.n, one.state, one.matter) for one in state.lines] == [(1, "active", matter)]
    assert people.sql("SELECT verb FROM entry WHERE id = %s", state.lines[0].entry) == [("decide_matter",)]
    third = changed(new, drop=("smoking",))
    publish(people, third)
    assert in_force(people) == third
    assert [(one.n, one.state) for one in read(people, name="vital_signs").lines] == [(2, "active"), (1, "retired")]
    assert read(people, name="vital_signs", n=1).templates[0] == new
    assert read(people, name="vital_signs", n=0).templates[0] == old


def test_a_change_of_an_older_version_takes_no_effect(people: Hospital) -> None:
    old = in_force(people)
    late = ask(people, changed(old, SMOKING))
    say(people, "tqc", late)
    publish(people, changed(old, replace(SMOKING, link="drinking", zh="饮酒")))
    with pytest.raises(Conflict):
        say(people, "tmed", late)
    assert [one.link for one in in_force(people).items()][-1] == "drinking"


def test_what_deciders_read_is_what_takes_effect(people: Hospital) -> None:
    new = changed(in_force(people), SMOKING, drop=("pain",))
    matter = ask(people, new, changes="新增：吸烟（支/日）（smoking）；采集目的：评估手术和麻醉风险，指导戒烟。")
    say(people, "tqc", matter)
    with pytest.raises(Invalid):
        say(people, "tmed", matter)
    assert in_force(people).n == 0


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE capture_template SET body = replace(body, 'smoking', 'smokinG')",
        "UPDATE capture_template SET state = 'retired'",
        "UPDATE capture_template SET digest = decode(repeat('00', 32), 'hex')",
        "UPDATE capture_template SET n = 2",
        "DELETE FROM capture_template",
        "INSERT INTO capture_template (id, name, n, body, digest, state, effective, matter, version, entry, mac) "
        "SELECT 900, 'progress_note', 1, body, digest, 'active', effective, matter, version, entry, mac "
        "FROM capture_template",
    ],
)
def test_a_version_that_the_dba_touched_is_not_used(people: Hospital, tamper: str) -> None:
    publish(people, changed(in_force(people), SMOKING))
    people.sql(tamper)
    templates._known.clear()
    templates._parsed.clear()
    with pytest.raises(Tampered) as error:
        read(people, name="vital_signs")
    assert str(error.value.data["where"]).startswith("capture_template")


def test_one_change_at_a_time_takes_effect_when_two_are_approved_at_once(people: Hospital) -> None:
    from concurrent.futures import ThreadPoolExecutor

    old = in_force(people)
    first, second = (ask(people, changed(old, replace(SMOKING, link=link))) for link in ("one_more", "another"))
    say(people, "tqc", first)
    say(people, "tqc", second)

    def approve(matter: int) -> str:
        from django.db import connection

        try:
            return str(say(people, "tmed", matter).state)
        except Conflict:
            return "conflict"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(approve, (first, second))) == ["conflict", "executed"]
    assert in_force(people).n == 1
