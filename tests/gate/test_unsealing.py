"""四（二）1 启封: both sides, a settlement or the years; asked and never by itself; races and tampering [4.2.1]"""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from jingui import jobs
from jingui.core.collect import MergePatient
from jingui.core.errors import Conflict, Invalid, JinguiError, Refused, Tampered
from jingui.core.operation import Target
from jingui.core.sealing import DrawList, SettleDispute, Settlement, Thing
from jingui.core.words import Role, Verb
from jingui.store.models import Sealing
from tests.gate import sealed as s
from tests.gate.entering import Admitted, admit, entered, entries, sign, signing
from tests.gate.test_patients import confirmed
from tests.gate.test_sealing import correct, house, patient
from tests.hospital import Hospital
from tests.pictures import png

__all__ = ["house", "patient"]


@pytest.fixture
def later(house: Hospital) -> Any:
    """Moves what a sealing says of its beginning, as if years had gone by."""

    def back(patient: int, years: int) -> None:
        row = Sealing.objects.get(patient_id=patient)
        row.starts, row.asks = row.starts - timedelta(days=366 * years), row.asks - timedelta(days=366 * years)
        house.runtime.sealer.seal(row)
        row.save(force_update=True)

    return back


UNSEAL = {"ground": "both", "patient_side": "赵敏", "reason": "双方到场，共同启封核对"}


def unsealed(house: Hospital, patient: int, brought: tuple[str, ...] = ("list", "identity"), **more: str) -> int:
    number = s.asked(house, "archivist", "unsealing", patient, UNSEAL | more, s.papers(*brought))
    s.decided(house, "affairs", number)
    s.decided(house, "head", number)
    return number


def locks(house: Hospital, patient: int) -> int:
    return int(house.sql("SELECT count(*) FROM hold WHERE patient_id = %s AND NOT lifted", patient)[0][0])


def test_both_sides_unseal_and_every_lock_is_lifted_at_once(house: Hospital, patient: Admitted) -> None:
    drawn = s.sealed(house, patient.patient)
    number = s.asked(house, "archivist", "unsealing", patient.patient, UNSEAL, s.papers("list", "identity"))
    s.decided(house, "affairs", number)
    assert locks(house, patient.patient) == 1
    s.decided(house, "head", number)
    assert locks(house, patient.patient) == 0
    line = s.shown(house, patient.patient, drawn.sealing).rows[0]
    assert (line.state, line.unsealing, line.ends is not None) == ("unsealed", number, True)
    assert correct(house, patient).made[0].version == 2
    with pytest.raises(Invalid):  # it is over
        s.asked(house, "archivist", "unsealing", patient.patient, UNSEAL, s.papers("list", "identity"))


def test_one_side_alone_unseals_neither_before_the_time_nor_without_a_settlement(
    house: Hospital, patient: Admitted, later: Any
) -> None:
    s.sealed(house, patient.patient)
    for ground in ("years", "settled"):
        with pytest.raises(Invalid) as error:
            s.asked(house, "archivist", "unsealing", patient.patient, UNSEAL | {"ground": ground}, s.papers("list"))
        assert "ground" in dict(error.value.places)
    for brought, more, place in (
        (("list",), {}, "paper.identity"), (("identity",), {}, "paper.list"),
        (("list", "identity"), {"patient_side": ""}, "patient_side"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as error:
            s.asked(house, "archivist", "unsealing", patient.patient, UNSEAL | more, s.papers(*brought))
        assert place in dict(error.value.places)
    later(patient.patient, 3)
    unsealed(house, patient.patient, ("list",), ground="years", patient_side="")
    assert locks(house, patient.patient) == 0


def ask(house: Hospital) -> int:
    """What the timed task does; how many were asked about."""
    before = house.sql("SELECT count(*) FROM matter WHERE kind = 'unsealing_question'")[0][0]
    jobs.sealings.__wrapped__(0) if hasattr(jobs.sealings, "__wrapped__") else jobs.sealings(0)
    return int(house.sql("SELECT count(*) FROM matter WHERE kind = 'unsealing_question'")[0][0] - before)


def test_after_three_years_somebody_is_asked_and_nothing_unseals_itself(
    house: Hospital, patient: Admitted, later: Any
) -> None:
    s.sealed(house, patient.patient)
    assert ask(house) == 0
    later(patient.patient, 3)
    assert ask(house) == 1
    assert ask(house) == 0  # once a term
    rows = house.sql("SELECT id FROM matter WHERE kind = 'unsealing_question' AND patient_id = %s", patient.patient)
    number = rows[0][0]
    s.decided(house, "affairs", number, outcome="unseal")
    s.decided(house, "head", number, outcome="unseal")
    assert locks(house, patient.patient) == 1  # an answer unseals nothing
    count = entries(house)
    with pytest.raises(Refused):  # people do not play the task
        house.write("archivist", Verb.ASK_UNSEALING, target=Target(patient=patient.patient))
    assert entries(house) == count + 1


def test_a_settlement_is_kept_asked_about_and_opens_the_one_sided_way(house: Hospital, patient: Admitted) -> None:
    drawn = s.sealed(house, patient.patient)
    data = SettleDispute(
        sealing=drawn.sealing, how=Settlement.MEDIATION, number="云调字 2026-88", paper=png(77), name="调解书.png"
    )
    for wrong, place in (({"number": ""}, "number"), ({"how": "bribe"}, "how"), ({"paper": b"x"}, "paper")):
        with pytest.raises(Invalid) as error:
            s.seal(house, "archivist", patient.patient, replace(data, **wrong), Verb.SETTLE_DISPUTE)
        assert place in dict(error.value.places)
    s.seal(house, "head", patient.patient, data, Verb.SETTLE_DISPUTE)
    with pytest.raises(Conflict):
        s.seal(house, "head", patient.patient, data, Verb.SETTLE_DISPUTE)
    assert locks(house, patient.patient) == 1
    assert ask(house) == 1
    unsealed(house, patient.patient, ("list",), ground="settled", patient_side="")
    assert locks(house, patient.patient) == 0


def test_what_the_dba_changes_is_named(house: Hospital, patient: Admitted) -> None:
    drawn = s.sealed(house, patient.patient)
    for statement, back, where in (
        ("UPDATE hold SET lifted = true WHERE patient_id = %s", "UPDATE hold SET lifted = false WHERE patient_id = %s",
         "hold"),
        ("UPDATE sealing SET state = 'unsealed' WHERE patient_id = %s",
         "UPDATE sealing SET state = 'sealed' WHERE patient_id = %s", "sealing"),
        ("UPDATE sealed_item SET record_version = 9 WHERE patient_id = %s",
         "UPDATE sealed_item SET record_version = 1 WHERE patient_id = %s", "sealed_item"),
    ):  # fmt: skip
        house.sql(statement, patient.patient)
        with pytest.raises(Tampered) as error:
            s.shown(house, patient.patient, drawn.sealing)
        assert str(error.value.data["where"]).startswith(where) or where == "hold"
        house.sql(back, patient.patient)
    house.sql("DELETE FROM hold WHERE patient_id = %s", patient.patient)
    with pytest.raises((Tampered, Refused)):
        correct(house, patient)


def test_a_correction_in_the_same_second_is_listed_or_refused(house: Hospital, patient: Admitted) -> None:
    """[4.2.1] Whichever is first: the list names the version that stands, and none follows it."""
    for n in range(6):
        at = admit(house)
        signing(house, "doctor")
        sign(house, "doctor", at, entered(house, "doctor", at))
        matter = s.approved(house, at.patient)
        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(attempt, 0.004 * n, correct, house, at)
            two = pool.submit(attempt, 0.01, s.seal, house, "archivist", at.patient, DrawList(matter=matter))
            outcomes = (one.result(), two.result())
        version, state = house.sql(
            "SELECT version, state FROM record WHERE patient_id = %s AND form <> ''", at.patient
        )[0]
        listed = house.sql("SELECT record_version FROM sealed_item WHERE patient_id = %s", at.patient)
        if listed:
            assert listed == [(version,)], outcomes
        else:  # corrected first: what waits for a signature is not finished
            assert (version, state, type(outcomes[1])) == (2, "entered", Invalid), outcomes


def attempt(wait: float, do: Any, *args: Any) -> Any:
    time.sleep(wait)
    try:
        return do(*args)
    except JinguiError as error:
        return error


def test_two_sealings_at_once_list_a_record_once(house: Hospital) -> None:
    """[4.2.1] Two applications, two windows, one moment: each record is locked by one of them."""
    for _ in range(4):
        at = admit(house)
        signing(house, "doctor")
        sign(house, "doctor", at, entered(house, "doctor", at))
        matters = [s.approved(house, at.patient), s.approved(house, at.patient)]
        with ThreadPoolExecutor(2) as pool:
            tried = [
                pool.submit(attempt, 0.0, s.seal, house, who, at.patient, DrawList(matter=matter))
                for who, matter in zip(("archivist", "affairs"), matters, strict=True)
            ]
            outcomes = [one.result() for one in tried]
        assert house.sql("SELECT count(*) FROM sealed_item WHERE patient_id = %s", at.patient) == [(1,)], outcomes
        assert sum(isinstance(one, Invalid) for one in outcomes) == 1, outcomes


def test_lists_of_every_size_and_shape(house: Hospital, patient: Admitted) -> None:
    """Nothing at all, a thousand things, letters that are none."""
    matter = s.approved(house, patient.patient)
    for things, place in (
        ((Thing("sample", "", "", ""),), "things.0.name"), ((Thing("sample", "a\0", "", "b"),), "things.0.name"),
        ((Thing("x" * 999, "a", "", "b"),), "things.0.kind"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as error:
            s.seal(house, "archivist", patient.patient, DrawList(matter=matter, things=things))
        assert place in dict(error.value.places)
    for data in (None, SettleDispute(sealing="", how="", number="", paper=b"")):
        with pytest.raises((Invalid, Refused)):
            s.seal(house, "archivist", patient.patient, data)
    many = tuple(Thing("volume", f"第 {n} 册", "1", "病案库") for n in range(300))
    drawn = s.seal(house, "archivist", patient.patient, DrawList(matter=matter, things=many))
    assert len(s.shown(house, patient.patient, drawn.sealing).rounds[0].things) == 300


def test_a_merged_number_is_named_and_sealed_apart(house: Hospital, patient: Admitted) -> None:
    """What stands under an older number of the same patient is told, and sealed by a list of its own."""
    old = admit(house)
    signing(house, "doctor")
    sign(house, "doctor", old, entered(house, "doctor", old))
    merging = MergePatient(into=patient.patient, reason="同一人")
    if "registrar2" not in house.actors:
        house.person("registrar2", Role.REGISTRAR, "xxk")
    confirmed(house, "registrar", "registrar2", Verb.MERGE_PATIENT, merging, target=Target(patient=old.patient))
    assert s.shown(house, patient.patient).merged == (old.public,)
    assert s.shown(house, old.patient).merged == ()
    drawn = s.sealed(house, old.patient)
    assert drawn.items == 1
    with pytest.raises(Refused) as refused:
        correct(house, old)
    assert refused.value.reason == "sealed"
