"""R7 for 三（一）3 [3.1.3]: a clock set 31 years ahead destroys nothing; a leap waits for two people."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from jingui.core.bylaws import ChangeSetting
from jingui.core.destruction import DueRequest
from jingui.core.errors import Conflict, Invalid
from jingui.core.words import Purpose, Verb
from jingui.gate import door
from tests.gate import destroying as d
from tests.gate.test_patients import confirmed
from tests.hospital import Hospital, house


@pytest.fixture
def hospital() -> Iterator[Hospital]:
    with house() as made:
        yield d.staff(made)


def ahead(hospital: Hospital, by: timedelta) -> None:
    """Set the house's clock."""
    hospital.runtime.clock._now = lambda: datetime.now(UTC) + by


def due(hospital: Hospital) -> list[str]:
    asked = hospital.operation("archivist", Verb.LIST_DUE, DueRequest(), purpose=Purpose.MANAGEMENT)
    return [one.patient for one in door.read(asked).value.rows]


def test_31_years_ahead_destroys_nothing(hospital: Hospital) -> None:
    young = d.old(hospital, "甲", "2020-01-01", "2020-01-02")
    over = d.old(hospital, "乙")
    matter = d.approved(hospital, *d.whole(over))
    waiting = d.proposed(hospital, matter)
    assert due(hospital) == [over.public, over.public]
    ahead(hospital, timedelta(days=31 * 366))
    assert due(hospital) == [over.public, over.public]
    shown = d.terms(hospital, young.patient)
    assert not shown.clock.sound
    assert shown.clock.today <= datetime.now(UTC).date() + timedelta(days=1)
    assert not any(one.due for one in shown.classes)
    with pytest.raises((Conflict, Invalid)):
        d.planned(hospital, *d.whole(young))
    with pytest.raises(Conflict):
        d.confirmed(hospital, waiting)
    with pytest.raises(Conflict):
        d.proposed(hospital, matter)
    assert d.states(hospital, matter) == ["approved", "approved"]
    kept = "SELECT count(*) FROM patient_key WHERE patient_id IN (%s, %s)"
    assert hospital.sql(kept, young.patient, over.patient) == [(4,)]
    ahead(hospital, timedelta(0))  # and back again: what was over is over, what was not is not
    with pytest.raises(Invalid):
        d.planned(hospital, *d.whole(young))
    d.confirmed(hospital, waiting)
    assert d.states(hospital, matter) == ["erasing", "erasing"]


def test_a_house_that_stood_still_waits_for_two_people(hospital: Hospital) -> None:
    over = d.old(hospital)
    matter = d.approved(hospital, *d.whole(over))
    ahead(hospital, timedelta(days=10))
    with pytest.raises(Conflict):
        d.proposed(hospital, matter)
    day = f"{datetime.now(UTC) + timedelta(days=10, hours=8):%Y%m%d}"
    data = ChangeSetting(name="clock_confirmed", value=day)
    hospital.write("sysadmin", Verb.CHANGE_SETTING, data)
    with pytest.raises(Conflict):  # one person's word is none
        d.proposed(hospital, matter)
    confirmed(hospital, "sysadmin", "head", Verb.CHANGE_SETTING, data)
    d.confirmed(hospital, d.proposed(hospital, matter))
    assert d.states(hospital, matter) == ["erasing", "erasing"]


def test_a_small_step_is_none(hospital: Hospital) -> None:
    over = d.old(hospital)
    matter = d.approved(hospital, *d.whole(over))
    ahead(hospital, timedelta(hours=71))
    d.confirmed(hospital, d.proposed(hospital, matter))
    assert d.states(hospital, matter) == ["erasing", "erasing"]
