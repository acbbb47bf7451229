"""八 附则: settings, their floors, the policy's evidence through the door [8.2] [6.1.2] [3.1.3]"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.core import settings as core
from jingui.core.bylaws import ChangeSetting, PolicyRequest, PolicyState
from jingui.core.errors import Invalid, JinguiError, Misconfigured, Refused
from jingui.core.operation import Actor
from jingui.core.words import Entrance, Purpose, Strength, Verb
from jingui.gate import door, settings
from tests.gate.test_patients import confirmed
from tests.hospital import Hospital


def change(hospital: Hospital, name: str, value: str) -> Any:
    return confirmed(hospital, "sysadmin", "head", Verb.CHANGE_SETTING, ChangeSetting(name=name, value=value))


def read(hospital: Hospital, who: str = "doctor") -> PolicyState:
    return door.read(hospital.operation(who, Verb.READ_POLICY, PolicyRequest(), purpose=Purpose.OPERATION)).value


def epoch(hospital: Hospital) -> int:
    return int(hospital.sql("SELECT n FROM epoch")[0][0])


@pytest.mark.parametrize("row", core.TABLE, ids=lambda row: row.name)
def test_defaults_are_allowed_and_laws_are_floors(row: core.Setting) -> None:
    assert core.parse(row.name, str(row.default)) == row.default
    assert row.text
    assert row.clause
    if row.floor is not None:
        with pytest.raises(Invalid):
            core.parse(row.name, str(row.floor - 1))
    if row.ceiling is not None:
        with pytest.raises(Invalid):
            core.parse(row.name, str(row.ceiling + 1))
    if row.basis == core.LAW:
        assert row.default in (row.floor, row.ceiling)  # the least or the most that the law allows


@given(st.text(max_size=20))
def test_anything_else_is_refused(text: str) -> None:
    for name in ("password_days", "mrn_format", "assign_numbers"):
        try:
            value = core.parse(name, text)
        except Invalid:
            continue
        assert value == core.parse(name, str(value))


def test_numbers_take_their_shape() -> None:
    assert core.shaped("{n:08}", 7) == "00000007"
    assert core.shaped("ZY{n:010}", 123) == "ZY0000000123"
    with pytest.raises(Invalid):
        core.parse("mrn_format", "{n:08}{n:08}")


def test_an_unknown_setting_stops_the_start(hospital: Hospital) -> None:
    with pytest.raises(Misconfigured):
        core.table({"unheard_of": "1"})
    with pytest.raises(Misconfigured):
        core.table({"inpatient_years": "29"})
    hospital.sql(
        "INSERT INTO setting (name, value, at, version, entry, mac) "
        "SELECT 'password_days', '9999', now(), 1, id, '\\x00' FROM entry LIMIT 1"
    )
    init = Actor(name="system:init", strength=Strength.LOCAL, entrance=Entrance.COMMAND)
    settings._known.clear()
    with pytest.raises(JinguiError) as error:
        hospital.write(init, Verb.START_SYSTEM)
    assert error.value.code == "tampered"
    hospital.sql("DELETE FROM setting")
    hospital.write(init, Verb.START_SYSTEM)


def test_two_people_change_a_setting(hospital: Hospital) -> None:
    assert settings_now(hospital)["idle_minutes"] == 30
    change(hospital, "idle_minutes", "20")
    assert settings_now(hospital)["idle_minutes"] == 20
    line = next(one for one in read(hospital).settings if one.name == "idle_minutes")
    assert (line.value, line.default, line.ceiling, line.unit) == ("20", "30", "30", "分钟")
    assert hospital.sql("SELECT verb FROM entry WHERE id = %s", line.entry) == [("change_setting",)]
    change(hospital, "idle_minutes", "30")


def settings_now(hospital: Hospital) -> Any:
    return settings.values(hospital.runtime, epoch(hospital))


@pytest.mark.parametrize(("name", "value"), [("inpatient_years", "29"), ("idle_minutes", "x"), ("nonsense", "1")])
def test_what_the_law_forbids_is_not_even_proposed(hospital: Hospital, name: str, value: str) -> None:
    with pytest.raises(Invalid):
        hospital.write("sysadmin", Verb.CHANGE_SETTING, ChangeSetting(name=name, value=value))
    with pytest.raises(Refused):
        hospital.write("doctor", Verb.CHANGE_SETTING, ChangeSetting(name="idle_minutes", value="10"))


def test_the_cockpit_counts_evidence(hospital: Hospital) -> None:
    state = read(hospital)
    assert len(state.clauses) == 49
    accounts = next(one for one in state.clauses if one.id == "6.1.2")
    assert "two-person" in accounts.rules
    assert "grant_post" in accounts.verbs
    assert accounts.allowed > 0
    assert state.complete
    assert state.counted >= accounts.allowed
    nobody = Actor(name="public:policy", entrance=Entrance.PUBLIC)
    with pytest.raises(Refused):
        door.read(hospital.operation(nobody, Verb.READ_POLICY, PolicyRequest(), purpose=Purpose.OPERATION))
