"""五（一）2: what the demonstration's two houses hand each other: their gateways' certificates, as files [5.1.2]"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep

from jingui.cli.demo_places import exchange, house_of, which
from jingui.config import gateway_papers
from jingui.config.home import Home

WAIT = 900.0  # seconds for the other house to come up
LOOK = 1.0


class DemoNeighbour:
    """The other house, known by the file that it laid down."""

    def __init__(self, where: Home, clock: Callable[[], datetime], wait: float = WAIT) -> None:
        """Nothing is waited for before it is asked."""
        self._where, self._clock, self._wait = where, clock, wait
        other = "first" if which(where.root) == "second" else "second"
        self._file = exchange(where.root) / f"{other}.json"
        self._place = house_of(other)

    @property
    def uscc(self) -> str:
        """Its number."""
        return self._place.uscc

    @property
    def name(self) -> str:
        """Its full name."""
        return self._place.name

    def tell(self) -> None:
        """Lay down this house's own certificates for the other one."""
        told = {"address": f"https://{self._where.gateway}", **gateway_papers.own(self._where)}
        path = exchange(self._where.root) / f"{which(self._where.root)}.json"
        path.parent.mkdir(mode=0o755, exist_ok=True)
        beside = path.with_suffix(".new")
        beside.write_text(json.dumps(told), "utf-8")
        beside.replace(path)

    @property
    def address(self) -> str:
        """Of its gateway."""
        return str(_read(self._file).get("address", ""))

    def papers(self) -> Mapping[str, bytes]:
        """Its certificates by use, once it laid them down; {} when it does not in time."""
        until = monotonic() + self._wait
        while not self._file.exists() and monotonic() < until:
            sleep(LOOK)
        return {use: text.encode() for use, text in _read(self._file).items() if use != "address"}

    def stranger(self, name: str, uscc: str, days: int) -> Mapping[str, bytes]:
        """Certificates of an institution that is only told of; nobody holds their keys."""
        made = gateway_papers.made_up(name, uscc, self._clock(), days)
        return {use: text.encode() for use, text in made.items()}


def _read(path: Path) -> dict[str, str]:
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return {}
