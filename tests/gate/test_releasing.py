"""一（三）2 告知后放行: one secret result, told first, then shown in the portal, and taken back [1.3.2] [2.1.3]"""

from datetime import timedelta
from typing import Any

import pytest

from jingui.core.access import Chart, ChartRequest
from jingui.core.collect import Relate
from jingui.core.errors import Conflict, Invalid, NotFound, Refused, Tampered
from jingui.core.operation import Actor, Target
from jingui.core.portal import EndPortal, ReleaseResult, WithdrawRelease
from jingui.core.words import Purpose, Relation, Role, Verb
from jingui.gate import door
from tests.gate.test_charts import number
from tests.gate.test_portal import CARD, GUARDIAN, born, last, opened, patient_actor
from tests.hospital import Hospital

WISH = {"purpose": Purpose.PATIENT_REQUEST}
TOLD = ReleaseResult(told="已向本人当面说明检测结果、随访和防护")


@pytest.fixture(scope="module")
def tested(hospital: Hospital) -> list[str]:
    """A patient with a secret result whom the doctor treats; the public ids, the secret one last."""
    made = born(hospital, "舒知意", "51000001", "1980-01-01", CARD, secret=True)
    treat(hospital, made[0])
    return made


@pytest.fixture(scope="module")
def mine(hospital: Hospital, tested: list[str]) -> Actor:
    return patient_actor(hospital, opened(hospital, tested[0]))


def treat(hospital: Hospital, public: str, who: str = "doctor") -> None:
    at = hospital.now()
    person = hospital.sql("SELECT person_id FROM account WHERE username = %s", who)[0][0]
    data = Relate(kind=Relation.TREATING, person=person, starts=at, ends=at + timedelta(days=3))
    hospital.write("registrar", Verb.RELATE, data, target=Target(patient=number(hospital, public)))


def place(hospital: Hospital, public: str) -> Target:
    patient, record = hospital.runtime.ids.internal(public)
    return Target(patient=patient, record=record)


def release(hospital: Hospital, public: str, data: Any = TOLD, who: str = "doctor") -> Any:
    target = place(hospital, public)
    return hospital.write(who, Verb.RELEASE_RESULT, data, target=target, purpose=Purpose.TREATMENT)


def sees(hospital: Hospital, actor: Actor, public: str) -> bool:
    try:
        door.sheet(hospital.operation(actor, Verb.READ, target=place(hospital, public), **WISH))
    except Refused as error:
        if error.reason != "doctor_first":
            raise
        return False
    return True


def chart(hospital: Hospital, actor: Actor, public: str) -> Chart:
    asked = hospital.operation(actor, Verb.OPEN_CHART, ChartRequest(), target=Target(patient=number(hospital, public)),
                               **WISH)  # fmt: skip
    found: Chart = door.read(asked).value
    return found


def test_the_portal_shows_it_after_it_was_told_and_only_this_one(
    hospital: Hospital, tested: list[str], mine: Actor
) -> None:
    secret = tested[-1]
    before = chart(hospital, mine, tested[0])
    assert secret not in {one.id for one in before.records}
    assert before.hidden == 1
    assert not sees(hospital, mine, secret)
    count = hospital.sql("SELECT count(*) FROM entry")[0][0]
    assert release(hospital, secret).value == 1
    assert hospital.sql("SELECT count(*) FROM entry")[0][0] == count + 1
    assert last(hospital)[:2] == ("release_result", "allow")
    assert sees(hospital, mine, secret)
    after = chart(hospital, mine, tested[0])
    assert secret in {one.id for one in after.records}
    assert after.hidden == 0
    assert sum(after.categories.values()) == sum(before.categories.values()) + 1
    with pytest.raises(Conflict):
        release(hospital, secret)
    rows = hospital.sql(
        "SELECT record_id, purpose, categories FROM access_grant WHERE patient_id = %s", number(hospital, tested[0])
    )
    assert rows == [(place(hospital, secret).record, "patient_request", [])]
    with pytest.raises(Invalid):
        release(hospital, secret, WithdrawRelease(reason=""))
    release(hospital, secret, WithdrawRelease(reason="复核结果有误，另行告知"))
    assert not sees(hospital, mine, secret)
    assert secret not in {one.id for one in chart(hospital, mine, tested[0]).records}
    with pytest.raises(NotFound):
        release(hospital, secret, WithdrawRelease(reason="再次撤回"))
    release(hospital, secret)  # told again after the check
    assert sees(hospital, mine, secret)


def test_who_may_not_and_what_is_not_released(hospital: Hospital, tested: list[str], mine: Actor) -> None:
    hospital.person("passer", Role.PHYSICIAN, "xxk")
    for who in ("nurse", "passer", "registrar", "archivist", "head", mine):
        count = hospital.sql("SELECT count(*) FROM entry")[0][0]
        with pytest.raises(Refused):
            release(hospital, tested[-1], who=who)
        assert hospital.sql("SELECT count(*) FROM entry")[0][0] == count + 1
        assert last(hospital)[:2] == ("release_result", "deny")
    for wrong in (ReleaseResult(told=" "), ReleaseResult(told="已告知本人", to=()),
                  ReleaseResult(told="已告知本人", to=(Relation.TREATING,))):  # fmt: skip
        with pytest.raises(Invalid):
            release(hospital, tested[-1], wrong)
    with pytest.raises(Conflict):
        release(hospital, tested[2])  # an ordinary value needs nobody
    with pytest.raises(NotFound):
        hospital.write("doctor", Verb.RELEASE_RESULT, TOLD, purpose=Purpose.TREATMENT,
                       target=Target(patient=number(hospital, tested[0]), record=4711))  # fmt: skip
    other = born(hospital, "无门户", "51000002", "1980-01-01", secret=True)
    treat(hospital, other[0])
    with pytest.raises(Conflict):
        release(hospital, other[-1])  # no portal
    mixed = Target(patient=number(hospital, tested[0]), record=place(hospital, other[-1]).record)
    with pytest.raises(NotFound):  # another patient's record under one's own patient
        hospital.write("doctor", Verb.RELEASE_RESULT, TOLD, purpose=Purpose.TREATMENT, target=mixed)


def test_a_guardian_may_be_left_out_and_an_ended_portal_ends_it(hospital: Hospital) -> None:
    child = born(hospital, "小满", "51000003", "2015-05-05", secret=True)
    treat(hospital, child[0])
    slip = opened(hospital, child[0], **GUARDIAN)
    guardian = patient_actor(hospital, slip)
    with pytest.raises(Conflict):
        release(hospital, child[-1], ReleaseResult(told="只告知本人", to=(Relation.SELF,)))
    release(hospital, child[-1])
    assert sees(hospital, guardian, child[-1])
    hospital.write("archivist", Verb.END_PORTAL, EndPortal(number=slip.number, reason="监护权变更"),
                   target=Target(patient=number(hospital, child[0])), **WISH)  # fmt: skip
    with pytest.raises(Refused):
        door.sheet(hospital.operation(guardian, Verb.READ, target=place(hospital, child[-1]), **WISH))


def test_a_release_that_the_dba_makes_opens_nothing(hospital: Hospital, tested: list[str], mine: Actor) -> None:
    other = born(hospital, "伪放行", "51000004", "1981-01-01", "110105198101010013", secret=True)
    actor = patient_actor(hospital, opened(hospital, other[0], document="110105198101010013"))
    patient, record = hospital.runtime.ids.internal(other[-1])
    hospital.sql(
        "INSERT INTO access_grant (patient_id, grant_id, person_id, purpose, categories, matter, starts, ends,"
        " record_id, version, entry, mac) SELECT %s, 99, a.person_id, 'patient_request', '{}', 0,"
        " now() - interval '1 d',"
        " now() + interval '1 d', %s, 1, g.entry, g.mac FROM account a, access_grant g WHERE a.id = %s LIMIT 1",
        patient, record, actor.account,
    )  # fmt: skip
    with pytest.raises(Tampered):
        door.sheet(hospital.operation(actor, Verb.READ, target=Target(patient=patient, record=record), **WISH))
    hospital.sql("DELETE FROM access_grant WHERE patient_id = %s", patient)
    assert not sees(hospital, actor, other[-1])
