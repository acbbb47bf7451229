"""The demonstration's two houses: where they live, the ports they take, and what each is told about itself."""

import json
import os
import socket
import tomllib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jingui.cluster.address import external
from jingui.demo.generator.lists import table
from jingui.demo.generator.numbers import uscc

SECOND: Final = "second"  # folder of the second house, inside the first one's
EXCHANGE: Final = "exchange"  # folder of what both hand each other: certificates, nothing secret
BOOKS: Final = {"first": "", "second": "second/"}
LOOPBACK: Final = "127.0.0.1"
GATEWAYS: Final = 8443  # from here upwards

SETTINGS: Final = """# A demonstration hospital: every person and every record in it is made up.
demo = true
institution = {name}
institution_en = {english}
origin = {origin}
"""
GATEWAY: Final = """# The house beside it: both exchange over this host alone.
uscc = {uscc}
gateway = {gateway}
"""
SMALL: Final = """port = {port}
ingest = 0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Who a house of the demonstration is."""

    name: str
    english: str
    uscc: str


def house_of(which: str) -> Place:
    """The first or the second house, as its lists say."""
    lists = table(f"{BOOKS[which]}hospital")
    return Place(name=lists["name"], english=lists["english"], uscc=uscc(lists["area"], lists["organisation"]))


def which(root: Path) -> str:
    """Whether the house at `root` is the first or the second one."""
    return "second" if root.name == SECOND else "first"


def paired(root: Path) -> bool:
    """Whether another house runs beside the one at `root`: made up too, and its database not somewhere else."""
    if external(os.environ) is not None:
        return False
    path = (root.parent if which(root) == "second" else root / SECOND) / "jingui.toml"
    return path.exists() and tomllib.loads(path.read_text("utf-8")).get("demo") is True


def exchange(root: Path) -> Path:
    """The folder in which both houses lay what they hand each other."""
    return (root.parent if which(root) == "second" else root) / EXCHANGE


def free(start: int, number: int = 1) -> list[int]:
    """The first ports from `start` on that nobody listens at."""
    return [port for port, _ in zip(_free(start), range(number), strict=False)]


def _free(start: int) -> Iterator[int]:
    for port in range(start, min(start + 500, 65_536)):
        with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
        yield port


def settings(house: Place, origin: str) -> str:
    """The file of a house that stands alone."""
    return SETTINGS.format(name=quoted(house.name), english=quoted(house.english), origin=quoted(origin))


def gateway(house: Place, port: int) -> str:
    """What makes it reachable for the other one."""
    return GATEWAY.format(uscc=quoted(house.uscc), gateway=quoted(f"{LOOPBACK}:{port}"))


def quoted(text: str) -> str:
    """A TOML string: JSON's are among them."""
    return json.dumps(text, ensure_ascii=False)


def pair(root: Path, page: int) -> None:
    """Write both houses' files where they are missing; a house that was made before gets its gateway."""
    first, second = root / "jingui.toml", root / SECOND / "jingui.toml"
    alone = first.read_text("utf-8") if first.exists() else settings(house_of("first"), "jingui.demo/yunlan")
    if second.exists() or "\ngateway" in alone:
        return
    here, there = free(GATEWAYS, 2)
    second.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    small = SMALL.format(port=free(page + 1)[0])
    second.write_text(
        settings(house_of("second"), "jingui.demo/kangning") + gateway(house_of("second"), there) + small, "utf-8"
    )
    first.write_text(alone + gateway(house_of("first"), here), "utf-8")
