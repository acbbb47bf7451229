"""八（二） settings with a reader: the tokens' term, a search's width, the checkpoints' pace [8.2] [6.1.2]"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from jingui.core.access import PatientSearch
from jingui.core.bylaws import ChangeSetting
from jingui.core.errors import Invalid
from jingui.core.protect import IssueToken
from jingui.core.words import Purpose, Verb
from jingui.gate import door, plane, settings
from jingui.gate.courier import Courier
from jingui.gate.watch import Watch
from tests.gate.test_patients import confirmed
from tests.gate.test_portal import born
from tests.hospital import Hospital


@contextmanager
def setting(hospital: Hospital, name: str, value: str, then: str) -> Iterator[None]:
    """The setting as said, and put back."""
    confirmed(hospital, "sysadmin", "head", Verb.CHANGE_SETTING, ChangeSetting(name=name, value=value))
    try:
        yield
    finally:
        confirmed(hospital, "sysadmin", "head", Verb.CHANGE_SETTING, ChangeSetting(name=name, value=then))


def token(hospital: Hospital, days: int) -> Any:
    actor = hospital.actors["doctor"]
    data = IssueToken(
        digest=door.new_token()[1], account=actor.account, post=actor.post, scopes=("user/*.rs",), label="回传",
        expires=door.now() + timedelta(days=days),
    )  # fmt: skip
    return hospital.write("secadmin", Verb.ISSUE_TOKEN, data)


def test_a_token_lives_as_long_as_the_setting_says(hospital: Hospital) -> None:
    """[6.1.2] The hospital may shorten the term; nobody gets past it."""
    token(hospital, 200)
    with setting(hospital, "token_days", "30", "366"):
        token(hospital, 29)
        with pytest.raises(Invalid):
            token(hospital, 31)
    with pytest.raises(Invalid):
        token(hospital, 367)
    with pytest.raises(Invalid):
        token(hospital, -1)


def test_a_search_is_as_wide_as_the_setting_says(hospital: Hospital) -> None:
    """[4.1.3] More candidates than the setting allows are too many to mean one person."""
    for n in range(21):
        born(hospital, "同名同姓", f"6130{n:04}", "1949-12-31")

    def found() -> int:
        search = PatientSearch(wanted=((("name", "同名同姓"),),), count=100)
        asked = hospital.operation("registrar", Verb.SEARCH_PATIENT, search, purpose=Purpose.OPERATION)
        return len(door.read(asked).value)

    assert found() == 21
    with setting(hospital, "search_count", "20", "200"), pytest.raises(Invalid):
        found()
    assert found() == 21


def test_checkpoints_go_outside_at_the_settings_pace(hospital: Hospital) -> None:
    """[1.3.3] The sequencer's process looks the pace up with each checkpoint; a forged row changes nothing."""
    runtime = hospital.runtime
    courier = Courier(runtime, "", (), None)
    with psycopg.connect(hospital.addresses["app"].psycopg(), autocommit=True) as connection:
        courier.deliver(connection, "", 0)
        assert courier._pause == 10.0
        with setting(hospital, "outside_seconds", "120", "10"):
            courier.deliver(connection, "", 0)
            assert courier._pause == 120.0
            hospital.sql("UPDATE setting SET value = '1' WHERE name = 'outside_seconds'")
            settings._known.clear()
            try:
                courier.deliver(connection, "", 0)
                assert courier._pause == 120.0
            finally:
                hospital.sql("UPDATE setting SET value = '120' WHERE name = 'outside_seconds'")
                settings._known.clear()
        courier.deliver(connection, "", 0)
        assert courier._pause == 10.0


def test_how_far_behind_the_ledger_may_be_is_the_settings(hospital: Hospital) -> None:
    """[1.3.3] The watch of each process stops what it serves at the setting's seconds."""
    pipe = plane.current().pipe
    watch = Watch(pipe)
    plane.wait(watch.look())
    assert watch.allowed == 5.0
    with setting(hospital, "ledger_lag_seconds", "2", "5"):
        plane.wait(watch.look())
        assert watch.allowed == 2.0
    plane.wait(watch.look())
    assert watch.allowed == 5.0
