"""四（一）: hostile readers: grants stretched, cursors forged, drafts of others, old facts [4.1.1] [4.1.3]"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from jingui.core.access import ChartRequest, Worklist
from jingui.core.enter import Change
from jingui.core.errors import Invalid, JinguiError, NotFound, Refused, Tampered, Unavailable
from jingui.core.operation import Actor, Target
from jingui.core.words import Entrance, Purpose, Strength, Verb
from jingui.formats.fhir_query import SearchQuery
from jingui.gate import door, plane
from jingui.gate.pipeline import Asked
from tests.gate.test_attacks_entering import count, observation, pair
from tests.gate.test_charts import admit
from tests.gate.test_door import patient
from tests.hospital import Hospital


@pytest.fixture
def foreign(hospital: Hospital) -> tuple[str, ...]:
    """(patient, visit, observation) of a patient whom the doctor has nothing to do with."""
    global number
    number += 1
    return admit(hospital, f"外科{number}", str(number), "gwk")


number = 41_000_000


def grant(
    hospital: Hospital, who: str, public: str, *categories: str, starts: int = -1, ends: int = 1,
    purpose: Purpose = Purpose.TREATMENT,
) -> int:  # fmt: skip
    """A genuine grant in days from now, as a matter would make it."""
    now, one = hospital.now(), hospital.runtime.number(hospital.now())
    values = (
        pair(hospital, public)[0], one, hospital.people[who], purpose.value, list(categories), 0,
        now + timedelta(days=starts), now + timedelta(days=ends), 0, 1, hospital.runtime.entry_id(now),
    )  # fmt: skip
    hospital.sql(
        "INSERT INTO access_grant (patient_id, grant_id, person_id, purpose, categories, matter, starts, ends, "
        "record_id, version, entry, mac) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        *values, hospital.runtime.sealer.mac("access_grant", values),
    )  # fmt: skip
    return one


def search(hospital: Hospital, public: str, who: str | Actor = "doctor", **more: Any) -> Any:
    query = SearchQuery(type="Observation", patient=public, **more)
    return door.read(hospital.operation(who, Verb.SEARCH, query, target=door.locate(public))).value.rows


def everything(hospital: Hospital, public: str, cursor: str = "") -> Any:
    query = SearchQuery(type="Patient", patient=public, count=100, cursor=cursor)
    return door.read(hospital.operation("doctor", Verb.EVERYTHING, query, target=door.locate(public))).value.rows


def sheet(hospital: Hospital, public: str, who: str | Actor = "doctor") -> Any:
    return door.sheet(hospital.operation(who, Verb.READ, target=door.locate(public)))


def test_a_grant_for_one_category_opens_no_other(hospital: Hospital, foreign: tuple[str, ...]) -> None:
    grant(hospital, "doctor", foreign[0], "basic")
    assert sheet(hospital, foreign[0]).kind == "Patient"
    with pytest.raises(Refused):
        sheet(hospital, foreign[2])
    assert search(hospital, foreign[0]) == ()
    assert {row.category for row in everything(hospital, foreign[0])} == {"basic"}
    opened = hospital.operation("doctor", Verb.OPEN_CHART, ChartRequest(), target=door.locate(foreign[0]))
    chart = door.read(opened).value
    assert chart.records == ()
    assert chart.hidden == 1
    with pytest.raises(Refused):
        door.read(hospital.operation("doctor", Verb.HISTORY, target=door.locate(foreign[2])))


def test_a_grant_for_results_shows_results(hospital: Hospital, foreign: tuple[str, ...]) -> None:
    grant(hospital, "doctor", foreign[0], "tests")
    assert sheet(hospital, foreign[2]).kind == "Observation"
    with pytest.raises(Refused):
        sheet(hospital, foreign[0])


def test_a_later_or_narrower_grant_does_not_shadow_the_valid_one(hospital: Hospital, foreign: tuple[str, ...]) -> None:
    grant(hospital, "doctor", foreign[0], "tests")
    grant(hospital, "doctor", foreign[0], "tests", starts=30, ends=60)
    grant(hospital, "doctor", foreign[0], "plan", ends=9)
    assert sheet(hospital, foreign[2]).kind == "Observation"


def test_an_expired_or_future_grant_opens_nothing(hospital: Hospital, foreign: tuple[str, ...]) -> None:
    grant(hospital, "doctor", foreign[0], starts=-9, ends=-1)
    grant(hospital, "doctor", foreign[0], starts=1, ends=9)
    for call in (lambda: sheet(hospital, foreign[2]), lambda: search(hospital, foreign[0])):
        with pytest.raises(Refused):
            call()


def test_a_forged_grant_opens_nothing(hospital: Hospital, foreign: tuple[str, ...]) -> None:
    one = grant(hospital, "doctor", foreign[0], "basic")
    hospital.sql("UPDATE access_grant SET categories = '{}' WHERE grant_id = %s", one)
    with pytest.raises(Tampered):
        sheet(hospital, foreign[2])
    hospital.sql("DELETE FROM access_grant WHERE grant_id = %s", one)


def test_a_grant_for_another_purpose_or_person_opens_nothing(hospital: Hospital, foreign: tuple[str, ...]) -> None:
    grant(hospital, "doctor", foreign[0], purpose=Purpose.QUALITY)
    grant(hospital, "nurse", foreign[0])
    with pytest.raises(Refused):
        sheet(hospital, foreign[2])


@pytest.mark.parametrize("text", ["²", "-1", "9" * 30, "1e3", str(1 << 63), "x", "%00"])
def test_forged_cursors_are_refused(hospital: Hospital, text: str) -> None:
    one = admit(hospital, "翻页攻击", "42000001")
    before = count(hospital)
    with pytest.raises(Invalid):
        everything(hospital, one[0], text)
    assert count(hospital) == before + 1


def test_a_cursor_of_another_chart_shows_only_ones_own(hospital: Hospital) -> None:
    mine, other = admit(hospital, "翻甲", "42000002"), admit(hospital, "翻乙", "42000003")
    rows = everything(hospital, mine[0], str(pair(hospital, other[2])[1] - 1_000_000))
    assert {row.id for row in rows} <= set(mine)


def test_the_drafts_of_others_are_in_no_answer(hospital: Hospital) -> None:
    one = admit(hospital, "草稿", "42000004")
    where = pair(hospital, one[2])
    hospital.record(*where, state="draft")
    assert search(hospital, one[0]) == ()
    assert one[2] not in {row.id for row in everything(hospital, one[0])}
    with pytest.raises(Refused):
        sheet(hospital, one[2])


def test_ids_of_another_patient_find_nothing(hospital: Hospital) -> None:
    mine, other = admit(hospital, "编号甲", "42000005"), admit(hospital, "编号乙", "42000006")
    assert search(hospital, mine[0], ids=(other[2],)) == ()
    assert search(hospital, mine[0], ids=(other[2], mine[2]))[0].id == mine[2]


def test_a_search_without_a_patient_is_refused_and_entered(hospital: Hospital) -> None:
    before = count(hospital)
    query = SearchQuery(type="Observation")
    with pytest.raises(Refused) as refused:
        door.read(hospital.operation("doctor", Verb.SEARCH, query, target=Target(kind="Observation")))
    assert refused.value.reason == "across_patients"
    assert count(hospital) == before + 1


def test_a_death_that_a_correction_tells_closes_the_chart(hospital: Hospital) -> None:
    made = hospital.enter("his", Change(patient("逝者", "42000007"), "urn:p"), purpose=Purpose.OPERATION).made[0]
    where = pair(hospital, made.id)
    dead = {**patient("逝者", "42000007"), "deceasedDateTime": "2026-11-20"}
    hospital.enter("registrar", Change(dead, record=where), purpose=Purpose.OPERATION, verb=Verb.CORRECT)
    assert hospital.sql("SELECT deceased, version FROM patient WHERE patient_id = %s", where[0]) == [(True, 2)]
    assert b"deceasedDateTime" in sheet(hospital, made.id, "his").body
    hospital.enter(
        "registrar", Change(patient("逝者", "42000007"), record=where), purpose=Purpose.OPERATION, verb=Verb.CORRECT
    )  # the seal of the corrected row holds, so that it can be corrected again
    assert hospital.sql("SELECT deceased, version FROM patient WHERE patient_id = %s", where[0]) == [(False, 3)]


@pytest.mark.parametrize("target", [(1 << 63, 0), (1 << 70, 5), (5, 1 << 64)])
def test_numbers_that_no_row_has_harm_nobody_else(hospital: Hospital, target: tuple[int, int]) -> None:
    """Past the door's own decoding: such a number fails alone, and its neighbours in the batch are answered."""
    one = admit(hospital, "邻居", "42000008")
    running = plane.current()
    good = door.locate(one[2])

    async def both() -> list[Any]:
        person = hospital.people["doctor"]
        pairs = (target, (good.patient, good.record))
        ask = [Asked(patient, record, 0, person, "{1}", "treatment", False, -1) for patient, record in pairs]
        return await asyncio.gather(*(running.pipe.facts(one) for one in ask), return_exceptions=True)

    bad, row = asyncio.run_coroutine_threadsafe(both(), running.loop).result(20)
    assert isinstance(bad, JinguiError)
    assert not isinstance(row, BaseException)


def test_the_directory_is_no_patient(hospital: Hospital) -> None:
    for verb, data in (
        (Verb.OPEN_CHART, ChartRequest()), (Verb.EVERYTHING, SearchQuery(type="Patient")), (Verb.READ_LIFE, None),
    ):  # fmt: skip
        with pytest.raises(JinguiError):
            door.read(hospital.operation("doctor", verb, data, target=Target(patient=0)))
    with pytest.raises((NotFound, Refused)):
        door.sheet(hospital.operation("doctor", Verb.READ, target=Target(patient=0, record=0, kind="Patient")))


def test_nobody_reads_from_no_post_or_by_a_made_up_name(hospital: Hospital, foreign: tuple[str, ...]) -> None:
    who = hospital.actors["surgeon"]
    strong = {"strength": Strength.TWO_FACTOR, "entrance": Entrance.PAGE}
    for actor in (
        Actor(account=who.account, post=0, **strong),
        Actor(account=who.account, post=hospital.actors["nurse"].post, **strong),
        Actor(account=1 << 40, post=who.post, **strong), Actor(**strong), Actor(name="system:evil", **strong),
        Actor(name="doctor", **strong), Actor(name="public:x", **strong),
        Actor(account=who.account, post=who.post, token=1 << 40, **strong),
    ):  # fmt: skip
        before = count(hospital)
        with pytest.raises(Refused):
            sheet(hospital, foreign[2], actor)
        assert count(hospital) == before + 1


def test_lockdown_stops_every_path(hospital: Hospital, foreign: tuple[str, ...]) -> None:
    hospital.sql("UPDATE epoch SET lockdown = true, n = n + 1")
    try:
        for call in (
            lambda: sheet(hospital, foreign[2], "surgeon"), lambda: search(hospital, foreign[0], "surgeon"),
            lambda: hospital.write("sysadmin", Verb.REGISTER_DEPARTMENT),
            lambda: hospital.enter("his", Change(observation(foreign[0])), purpose=Purpose.OPERATION),
            lambda: door.read(
                hospital.operation(Actor(name="system:clock"), Verb.LIST, target=Target(), purpose=Purpose.OPERATION)
            ),
            lambda: door.read(hospital.operation("surgeon", Verb.LIST, Worklist())),
        ):  # fmt: skip
            with pytest.raises(Unavailable) as closed:
                call()
            assert closed.value.code == "lockdown"
    finally:
        hospital.sql("UPDATE epoch SET lockdown = false, n = n + 1")
    # nobody is locked out a second longer than the house
    assert door.read(hospital.operation("surgeon", Verb.LIST, Worklist())).trace.entry
    assert isinstance(sheet(hospital, foreign[2], "surgeon").entered, datetime)


@pytest.mark.parametrize("scopes", [(), ("patient/*.cruds",), ("user/Patient.rs",), ("user/Observation.cud",), ("x",)])
def test_a_token_reads_no_more_than_its_scopes(hospital: Hospital, scopes: tuple[str, ...]) -> None:
    """A scope for the patient of a launch is none for everybody's patients: no launch ever bound it."""
    global number
    number += 1
    mine = admit(hospital, f"范围{number}", str(number))
    token = hospital.as_token("doctor", *scopes)
    with pytest.raises(Refused) as refused:
        sheet(hospital, mine[2], token)
    assert refused.value.reason == "scope"
    target = Target(patient=pair(hospital, mine[0])[0], kind="Observation")
    query = SearchQuery(type="Observation", patient=mine[0])
    with pytest.raises(Refused):
        door.read(hospital.operation(token, Verb.SEARCH, query, target=target))
    assert sheet(hospital, mine[2], hospital.as_token("doctor", "user/Observation.r")).kind == "Observation"
