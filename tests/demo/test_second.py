"""The demonstration's second house: a hospital of its own, small, whose rows name its own people and no one else."""

import re
from datetime import date
from random import Random

from jingui.cli import demo_second
from jingui.core.words import Role
from jingui.demo.generator import build_hospital
from jingui.demo.month import EXCHANGE, SECOND, deeds
from jingui.demo.play_second import BOOK
from jingui.formats.identifiers import uscc_ok

TODAY = date(2026, 11, 22)
MACHINES = {"his"}


def test_it_is_small_and_another_hospital() -> None:
    first, second = build_hospital(Random(7), TODAY), build_hospital(Random(7), TODAY, BOOK)
    assert uscc_ok(second.uscc)
    assert (first.uscc, first.name) != (second.uscc, second.name)
    assert len(second.staff) <= 12
    assert not {one.login for one in first.staff} & {one.login for one in second.staff}
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.HEAD, Role.REGISTRAR):
        assert second.of(role), role


def test_the_rows_name_people_of_their_own_house() -> None:
    for book, part in (("", EXCHANGE), (BOOK, SECOND)):
        logins = {one.login for one in build_hospital(Random(7), TODAY, book).staff}
        for row in deeds(part):
            named = {row.who, *row.more.get("by", ()), row.more.get("second", ""), row.more.get("system", "")} - {""}
            assert {one for one in named if ":" not in one} <= logins | MACHINES, row.id


def test_both_sides_speak_of_the_same_agreement_and_the_same_people() -> None:
    first = {row.id: row for row in deeds(EXCHANGE)}
    second = {row.id: row for row in deeds(SECOND)}
    ours, theirs = (rows[name].more["answers"] for rows, name in ((first, "county_agreed"), (second, "yunlan_agreed")))
    assert ours["number"] == theirs["number"]
    assert set(theirs["purposes"].split(",")) <= set(ours["inbound"].split(","))
    for here, there in (("xie", "second_xie"), ("zhan", "second_zhan")):
        cards = [re.findall(r"\d{17}[\dX]", rows[name].words)[0] for rows, name in ((first, here), (second, there))]
        assert cards[0] == cards[1], "the number by which the patient is matched"


def test_some_of_its_people_are_told_at_the_start() -> None:
    lines = demo_second.people()
    assert lines[-1] == ""
    assert any("yu.qingchuan" in one for one in lines)
    assert len(lines) - 1 == len(demo_second.TRIES), "one line for each post"
