"""The demonstration's month: every row is decided as it says, nothing is played twice, all that it shows is there."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from random import Random

import pytest

from jingui.cli.demo_places import house_of
from jingui.cli.demo_ward import DemoWard
from jingui.config import gateway_papers
from jingui.demo.cast import Cast
from jingui.demo.deeds import share
from jingui.demo.generator import build_hospital, stories
from jingui.demo.month import EXCHANGE, PARTS, SECOND, deeds, message, moment, timed
from jingui.demo.play import Stage, play
from jingui.demo.play_month import Month

COUNT = 62  # as many as the rows speak of


def month_of(here: Stage) -> Month:
    """The month in a house that stands."""
    from jingui.demo.build import Builder

    state = play(here, count=COUNT, act=False)
    hospital = build_hospital(Random(state.seed), state.today)
    told = list(stories(hospital, Random(state.seed + 1), state.today, COUNT))
    machine = Builder(hospital=hospital, names=here.names, now=here.now).token()
    ward = DemoWard(here.folder / "ward", "http://localhost:8400", "intl", here.now)
    return Month(cast=Cast.of(hospital, state, here.names, here.now, machine, told, ward))


@pytest.mark.database
@pytest.mark.slow
def test_the_month_is_decided_as_it_expects_and_played_once(
    stage: "tuple[Stage, list[str]]", monkeypatch: pytest.MonkeyPatch
) -> None:
    here, _ = stage
    month = month_of(here)
    list(month.play())
    assert month.surprises == [], "\n".join(month.surprises)
    absent = [name for name, kept in month.cast.state.deeds.items() if "absent" in kept]
    assert absent == []
    assert list(month.play()) == []
    from jingui.gate.sql import raw

    states = {state for (state,) in raw("SELECT DISTINCT state FROM matter WHERE kind = 'internal_access'")}
    told = raw("SELECT count(*) FROM entry WHERE convert_from(head, 'UTF8')::jsonb ->> 'entrance' = 'station'")
    assert told[0][0] >= 4, "what was read at the ward's station without the house is known"
    assert states >= {"draft", "waiting", "returned", "executed", "refused", "appealed", "withdrawn", "closed"}
    exchanged(month, monkeypatch)


def exchanged(month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes to the other house waits when that one is silent; all else is decided as its row says."""
    monkeypatch.setattr(share, "PATIENCE", 1)
    monkeypatch.setattr(share, "PAUSE", 0.0)
    month.cast.neighbour = Silent(month.cast.now)
    played = Month(cast=month.cast, parts=EXCHANGE)
    list(played.play())
    assert played.surprises == [], "\n".join(played.surprises)
    kept = month.cast.state.deeds
    assert {row.id for row in deeds(EXCHANGE) if "absent" in kept[row.id]} == {
        "referral_receipt", "sang_receipt", "referred_back", "results_taken", "stranger_waits", "stranger_filed",
        "another_waits",
    }  # fmt: skip
    assert kept["app_authorised"]["scopes"] == "patient/Observation.rs"
    from jingui.gate.sql import raw

    said = dict(raw("SELECT state, count(*) FROM transmission GROUP BY 1"))
    assert said["stopped"] == 2, "both of the withdrawn consent, before they left"
    assert said["queued"] >= 2, "the referral, and the report to a channel that is paused"


class Silent:
    """The other house before it answers anything: its papers are there, its gateway is not."""

    uscc, name, address = house_of("second").uscc, house_of("second").name, "https://127.0.0.1:9"

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now

    def papers(self) -> Mapping[str, bytes]:
        return self.stranger(self.name, self.uscc, 300)

    def stranger(self, name: str, uscc: str, days: int) -> Mapping[str, bytes]:
        made = gateway_papers.made_up(name, uscc, self.now(), days)
        return {use: text.encode() for use, text in made.items()}


def test_rows_have_names_of_their_own_and_say_known_deeds() -> None:
    from jingui.demo.deeds import DEEDS

    rows = list(deeds((*PARTS, *EXCHANGE, *SECOND)))
    assert len({row.id for row in rows}) == len(rows) > 100
    assert {row.do for row in rows} <= DEEDS.keys()
    assert DEEDS.keys() <= {row.do for row in rows}, "what no row does is not needed"
    seen: set[str] = set()
    for row in rows:
        came = row.about.removeprefix("new:") if row.about.startswith("new:") else ""
        named = {row.record, row.more.get("matter", ""), row.more.get("entry", ""), came} - {""}
        assert named <= seen, row.id
        seen.add(row.id)


def test_times_are_counted_from_the_months_own_now() -> None:
    now = datetime(2026, 11, 23, 1, 30, 15, 7, tzinfo=UTC)
    assert moment("@-5h", now).isoformat() == "2026-11-23T04:30:15+08:00"
    assert timed({"a": ["@day-1d", "@30m", "plain"]}, now) == {
        "a": ["2026-11-22", "2026-11-23T10:00:15+08:00", "plain"]
    }
    assert message("\nMSH|@{-1d}\nPID|\n", now) == b"MSH|20261122093015+0800\rPID|"
    with pytest.raises(ValueError, match="no span"):
        moment("@soon", now)
