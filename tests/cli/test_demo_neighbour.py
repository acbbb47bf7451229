"""What the demonstration's houses hand each other: certificates by use, once the other one laid them down."""

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jingui.cli.demo_neighbour import DemoNeighbour
from jingui.cli.demo_places import SECOND, house_of
from jingui.crypto import partner_certificates as read


def neighbour(root: Path) -> DemoNeighbour:
    where: Any = SimpleNamespace(root=root, gateway="127.0.0.1:8443")
    return DemoNeighbour(where, lambda: datetime.now(UTC), wait=0)


def test_nothing_before_the_other_house_came_up(tmp_path: Path) -> None:
    other = neighbour(tmp_path)
    assert other.papers() == {}
    assert other.address == ""
    assert (other.uscc, other.name) == (house_of("second").uscc, house_of("second").name)


def test_what_one_laid_down_the_other_reads(tmp_path: Path) -> None:
    there = neighbour(tmp_path / SECOND)
    made = there.stranger(house_of("first").name, house_of("first").uscc, 30)
    (tmp_path / "exchange").mkdir()
    said = {"address": "https://127.0.0.1:8443", **{use: body.decode() for use, body in made.items()}}
    (tmp_path / "exchange" / "first.json").write_text(json.dumps(said), "utf-8")
    assert there.papers() == made
    assert there.address == "https://127.0.0.1:8443"
    assert set(made) == {"tls", "sign", "encrypt"}
    found = read.examined(made["sign"])
    assert house_of("first").uscc in " ".join(found.values).upper()
    assert (found.ends - found.starts).days <= 31
