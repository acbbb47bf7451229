"""六（一）3: what a drill must say before it is kept [6.1.3]"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jingui.core.drills import RecordDrill, wrongs

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
GOOD = RecordDrill(
    kind="switch", started=NOW - timedelta(hours=2), ended=NOW - timedelta(hours=1), lost=0, seconds=14,
    text="拔网线，备机接管。",
)  # fmt: skip


def test_a_whole_one() -> None:
    assert wrongs(GOOD, NOW) == ()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"kind": "invented"}, "kind"), ({"started": NOW + timedelta(hours=1)}, "started"),
        ({"ended": GOOD.started}, "ended"), ({"ended": NOW + timedelta(seconds=1)}, "ended"),
        ({"started": NOW - timedelta(days=9)}, "ended"), ({"lost": -1}, "lost"), ({"lost": 10**12}, "lost"),
        ({"seconds": -1}, "seconds"), ({"seconds": 3601}, "seconds"), ({"text": " x "}, "text"),
        ({"text": "x" * 2001}, "text"), ({"text": "a\0b"}, "text"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(change: dict[str, object], place: str) -> None:
    assert place in {at for at, _ in wrongs(replace(GOOD, **change), NOW)}  # type: ignore[arg-type]
