"""四（二）4 教学科研: what a curious researcher, a checker with two posts and a DBA try in vain [4.2.4] [6.1.2]"""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connections

from jingui.core.errors import Conflict, Invalid, JinguiError, Refused, Tampered
from jingui.core.matters.asking import CloseMatter, SaveMatter
from jingui.core.operation import Actor
from jingui.core.oversee import EntryRequest, LedgerSearch, ProofRequest
from jingui.core.protect import GrantPost
from jingui.core.research import BuildExtract, CheckExtract, CountCohort, DisposeExtract, PlanExtract, Said
from jingui.core.research_cohort import Cohort
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb
from jingui.gate import door
from jingui.store.verification import verify
from tests.gate.studying import (
    FIELDS,
    PEOPLE,
    STUDY,
    SYSTEM,
    answers,
    approval,
    built,
    chart,
    check,
    count,
    start,
    study,
    take,
    view,
)
from tests.hospital import Hospital

DAY = date(2026, 2, 3)  # on which two patients came
OTHER = "J18.900"


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    """Thirty patients with an infarction; two who came on a day when nobody else did."""
    for short, role in PEOPLE:
        if short not in hospital.actors:
            hospital.person(short, role, "xxk")
    for n in range(600, 630):
        hospital.enter("his", *chart(n, "I21.001", "male" if n % 2 else "female"), purpose=Purpose.OPERATION)
    for n in (640, 641):
        hospital.enter("his", *chart(n, OTHER, day=DAY.isoformat()), purpose=Purpose.OPERATION)
    return hospital


def own(house: Hospital, data: object, who: str = "researcher") -> Any:
    return door.read(house.operation(who, Verb.READ_LEDGER, data, purpose=STUDY)).value


def test_how_far_a_count_is_says_nothing_of_a_few(house: Hospital) -> None:
    """[4.2.4] Two came that day, sixty-two ever: the numbers beside the answer are the same."""
    few, many = count(house, Cohort(first=DAY, last=DAY)), count(house, Cohort(departments=("xnk",)))
    assert few.hidden
    assert (few.looked, few.total) == (many.looked, many.total) == (1, 1)


def test_the_own_entry_of_a_count_names_nobody_and_counts_nobody(house: Hospital) -> None:
    """[4.2.4] Everybody reads their own entries: whoever was counted does not stand there for the one who counted."""
    lengths = set()
    for cohort in (Cohort(first=DAY, last=DAY), Cohort(first=DAY, last=DAY, sex="female")):
        done = house.write("researcher", Verb.COUNT_COHORT, CountCohort(cohort=cohort), purpose=STUDY)
        shown = own(house, EntryRequest(entry=done.trace.entry, mine=True))
        assert shown.sound
        assert shown.targets == ()
        assert shown.count % 32 == 0
        assert shown.count >= 64  # what stands in the open part, and in the proof, is no count of patients
        lengths.add(shown.count)
        listed = own(house, LedgerSearch(mine=True, verbs=(Verb.COUNT_COHORT,)))
        assert all(one.targets == () for one in listed)
        with pytest.raises(Refused):
            own(house, ProofRequest(entry=done.trace.entry, position=0, mine=True))
        watched = door.read(
            house.operation("audit", Verb.READ_LEDGER, EntryRequest(entry=done.trace.entry), purpose=Purpose.OVERSIGHT)
        )
        assert any(one.patient for one in watched.value.targets)  # those who watch see whose records were opened
    assert lengths <= {64, 96, 128, 160}


def test_the_makers_own_entries_do_not_say_whose_rows_they_are(house: Hospital) -> None:
    extract = house.write("researcher", Verb.PLAN_EXTRACT, PlanExtract(study=study(house)), purpose=STUDY).value
    done = house.write("researcher", Verb.BUILD_EXTRACT, BuildExtract(extract=extract), purpose=STUDY)
    assert own(house, EntryRequest(entry=done.trace.entry, mine=True)).targets == ()
    assert done.value.looked % 100 == done.value.total % 100 == done.value.rows % 100 == 0


def test_a_stopped_extract_does_not_say_how_few_there_were(house: Hospital) -> None:
    number = study(house, diagnoses="J18", first=DAY.isoformat(), last=DAY.isoformat())
    extract = built(house, number, "researcher")
    assert house.sql("SELECT state, rows, held FROM extract WHERE id = %s", extract) == [("stopped", 0, 0)]
    seen = view(house, "researcher", number).extracts[0]
    assert (seen.looked, seen.total) == (100, 100)


def second_post(house: Hospital, who: str, role: Role) -> Actor:
    """The same person at another of their posts."""
    at = house.now()
    data = GrantPost(person=house.people[who], department=house.departments["xxk"], role=role, starts=at)
    if not house.sql("SELECT 1 FROM post WHERE person_id = %s AND role = %s", house.people[who], role.value):
        house.write("secadmin", Verb.GRANT_POST, data)
    post = house.sql("SELECT id FROM post WHERE person_id = %s AND role = %s", house.people[who], role.value)[0][0]
    return Actor(
        account=house.actors[who].account, post=post, session=f"second{who}", address="127.0.0.1",
        strength=Strength.TWO_FACTOR, entrance=Entrance.PAGE,
    )  # fmt: skip


def verdict(house: Hospital, who: Any, extract: int, manifest: str = "") -> Any:
    told = bytes(house.sql("SELECT manifest FROM extract WHERE id = %s", extract)[0][0]).hex()
    return house.write(
        who, Verb.CHECK_EXTRACT, CheckExtract(extract=extract, verdict=Said.PASS, manifest=manifest or told)
    )


def test_one_person_with_two_posts_is_one_checker(house: Hospital) -> None:
    """[6.1.2] Neither a second verdict from the other post, nor a verdict on one's own from any."""
    extract = built(house, study(house))
    verdict(house, "quality", extract)
    with pytest.raises(Conflict):
        verdict(house, second_post(house, "quality", Role.ETHICS), extract)
    with pytest.raises(Refused) as party:
        verdict(house, second_post(house, "researcher", Role.QUALITY), extract)
    assert party.value.reason == "party"
    assert house.sql("SELECT count(*) FROM extract_check WHERE extract_id = %s", extract) == [(1,)]


def test_a_verdict_on_another_manifest_is_none(house: Hospital) -> None:
    number = study(house)
    one, other = built(house, number), built(house, number)
    foreign = bytes(house.sql("SELECT manifest FROM extract WHERE id = %s", other)[0][0]).hex()
    for wrong in (foreign, foreign[:-1], "x" * 64):
        with pytest.raises(Conflict):
            verdict(house, "quality", one, wrong)
    assert house.sql("SELECT count(*) FROM extract_check WHERE extract_id = %s", one) == [(0,)]


def at_once(*do: Callable[[], Any]) -> list[str]:
    """What each came to: done, or the name of its error."""
    out, gate = ["?"] * len(do), threading.Barrier(len(do))

    def press(n: int, act: Callable[[], Any]) -> None:
        gate.wait()
        try:
            act()
            out[n] = "done"
        except JinguiError as error:
            out[n] = type(error).__name__
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=one) for one in enumerate(do)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return out


def test_at_once_it_is_still_two_checkers_and_one_file(house: Hospital) -> None:
    extract = built(house, study(house))
    twice = at_once(*[lambda: verdict(house, "quality", extract)] * 2)
    assert sorted(twice) == ["Conflict", "done"]
    assert house.sql("SELECT state FROM extract WHERE id = %s", extract) == [("checking",)]
    both = at_once(lambda: verdict(house, "ethics", extract), lambda: verdict(house, "affairs", extract))
    assert sorted(both) == ["Conflict", "done"]
    taken = at_once(*[lambda: take(house, "researcher", extract)] * 3)
    assert taken.count("done") == 1, taken
    assert house.sql("SELECT count(*) FROM entry WHERE verb = 'take_extract' AND decision = 'allow'")[0][0] >= 1


def test_parts_that_a_dba_swapped_do_not_leave(house: Hospital) -> None:
    """[6.1.2] Another extract's part with its own digest; and this one's rows where its file should be."""
    number = study(house)
    one, other = built(house, number), built(house, number)
    for who in ("quality", "ethics"):
        check(house, who, one)
    mine = house.sql("SELECT payload, digest FROM extract_part WHERE extract_id = %s AND stage = 'file' AND n = 1", one)
    for extract, stage in ((other, "file"), (one, "rows")):
        put = house.sql(
            "SELECT payload, digest FROM extract_part WHERE extract_id = %s AND stage = %s AND n = 1", extract, stage
        )
        place(house, one, *put[0])
        with pytest.raises(JinguiError):
            take(house, "researcher", one)
    place(house, one, *mine[0])
    assert take(house, "researcher", one).value.body[:2] == b"PK"


def place(house: Hospital, extract: int, payload: bytes, digest: bytes) -> None:
    house.sql(
        "UPDATE extract_part SET payload = %s, digest = %s WHERE extract_id = %s AND stage = 'file' AND n = 1",
        payload, digest, extract,
    )  # fmt: skip


def test_a_verdict_that_vanished_is_found(house: Hospital) -> None:
    """[6.1.2] A DBA takes a checker's stop away; what was moved to another extract releases nothing."""
    number = study(house)
    one, other = built(house, number), built(house, number)
    check(house, "quality", one, Said.STOP, "样本中有电话号码")
    row = house.sql("SELECT * FROM extract_check WHERE extract_id = %s", one)[0]
    house.sql("ALTER TABLE extract_check DISABLE TRIGGER USER")
    house.sql("UPDATE extract_check SET extract_id = %s WHERE extract_id = %s", other, one)
    with pytest.raises(Tampered):
        check(house, "ethics", other)
    house.sql("DELETE FROM extract_check WHERE extract_id = %s", other)
    with psycopg.connect(house.addresses["root"].psycopg()) as connection:
        found = verify(connection, house.runtime.keyring, house.runtime.origin).findings
    assert "extract_check" in {item.where.split(":")[0] for item in found}
    house.sql(f"INSERT INTO extract_check VALUES ({', '.join(['%s'] * len(row))})", *row)
    house.sql("ALTER TABLE extract_check ENABLE TRIGGER USER")


def test_what_was_asked_for_cannot_be_widened_afterwards(house: Hospital) -> None:
    """[4.2.4] A hand-made post to the waiting application, and to a draft of it, with fields nobody approved."""
    _, number = approval(house, fields=("sex", "age"), most=50)
    given = answers(house, number, fields="sex,age", patients="50")
    matter = start(house, "researcher", "research_use", given)
    wide = tuple((name, ",".join(FIELDS) if name == "fields" else value) for name, value in given)
    with pytest.raises((Conflict, Refused, Invalid)):
        house.write("researcher", Verb.SAVE_MATTER, SaveMatter(matter=matter, answers=wide, revision=1), purpose=STUDY)
    with pytest.raises(Invalid):
        start(house, "researcher", "research_use", wide)


def test_a_study_whose_time_is_over_gives_nothing(house: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    """[4.2.4] Nobody did anything: what was released is not taken, what was made is not passed; then all is erased."""
    number = study(house)
    one, two = built(house, number), built(house, number)
    for who in ("quality", "ethics"):
        check(house, who, one)
    matter = house.sql("SELECT matter FROM study WHERE id = %s", number)[0][0]
    late = house.now() + timedelta(days=101)
    with monkeypatch.context() as patched:
        patched.setattr(Hospital, "now", lambda _: late)
        with pytest.raises(Refused):
            take(house, "researcher", one)
        with pytest.raises(Conflict):
            check(house, "quality", two)
        with pytest.raises(Conflict):
            house.write("researcher", Verb.PLAN_EXTRACT, PlanExtract(study=number), purpose=STUDY)
        assert matter in door.due.matters(house.now())
        house.write(SYSTEM, Verb.CLOSE_MATTER, CloseMatter(matter=matter))
        assert house.sql("SELECT state, key = '' FROM study WHERE id = %s", number) == [("ended", True)]
        over = door.due.extracts_over(house.now())
        assert {one, two} <= set(over)
        for extract in (one, two):
            house.write(SYSTEM, Verb.DISPOSE_EXTRACT, DisposeExtract(extract=extract))
    full = "SELECT stage FROM extract_part WHERE extract_id = ANY(%s) AND n > 0 AND payload <> ''"
    assert house.sql(full, [one, two]) == []
