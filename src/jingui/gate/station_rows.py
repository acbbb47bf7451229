"""二（二）3 停机应急: the registered station behind an interface account, and how far its ledger was delivered [2.2.3]

The progress stands in `mark`, under a MAC that names the delivery's entry; the ledger's newest delivery must be that
one, so neither a changed nor an older mark is ever gone on from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from jingui.core.errors import Refused, Tampered
from jingui.core.word import N_
from jingui.crypto.station import Chain, Identity, unpack
from jingui.gate.runtime import Runtime
from jingui.store.statements import Columns

STATION = Columns()
STATION.sealed("s", "station")
STATION.add("s.name", "d.name", "d.code")
STATION_SQL = f"""SELECT {STATION.sql} FROM station s LEFT JOIN department d ON d.id = s.department_id
WHERE s.account_id = $1::bigint AND s.kind = 'downtime' AND s.state = 'active'"""  # noqa: S608 -- own texts only
# The newest delivery is found from the ledger's end backwards: hours of entries, unless there never was one.
# An entry has its number before it waits for the mark, so the newest number is not always the newest delivery: its
# time, given while the mark is held, says which.
PROGRESS_SQL = """SELECT (SELECT value FROM mark WHERE name = $1::text), (SELECT e.id FROM (SELECT id, at FROM entry
  WHERE verb = 'deliver_downtime' AND decision = 'allow' AND account_id = $2::bigint ORDER BY id DESC LIMIT 20) e
  ORDER BY e.at DESC, e.id DESC LIMIT 1)"""
TABLE = "mark.station"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A genuine, active downtime station."""

    id: int
    code: str
    name: str
    department: int
    department_name: str
    department_code: str
    identity: Identity
    account: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What was delivered so far: the chain's end, the outage that was told of last, the flaw that was told of last."""

    chain: Chain
    outage: str = ""
    told: str = ""


def seat_of(runtime: Runtime, rows: Sequence[Sequence[Any]], account: int) -> Seat:
    """The station that this account speaks for; Refused for none, Tampered for a changed row."""
    if not rows:
        raise Refused(
            N_("该账号没有登记在用的应急工作站。"),
            N_("请由系统管理员登记工作站。"),
            clauses=("2.2.3",),
            reason="no_rule",
        )
    row, at, group = rows[0], STATION.at, STATION.groups["s"]
    if len(rows) > 1 or not runtime.sealer.holds("station", group.values(row), group.mac(row)):
        raise Tampered(where=f"station:{row[at['s.id']]}")
    return Seat(
        id=row[at["s.id"]], code=row[at["s.code"]], name=row[at["s.name"]], department=row[at["s.department_id"]],
        department_name=row[at["d.name"]] or "", department_code=row[at["d.code"]] or "",
        identity=unpack(bytes(row[at["s.key"]])), account=account,
    )  # fmt: skip


def mark_name(seat: Seat) -> str:
    """Where its progress is kept."""
    return f"station:{seat.id}"


def packed(runtime: Runtime, seat: Seat, progress: Progress, entry: UUID) -> str:
    """The progress as it is kept, under its MAC and the entry that made it."""
    chain = progress.chain
    content = orjson.dumps(
        {
            "edge": [[one.hex() for one in row] for row in chain.tree.edge()], "entry": str(entry),
            "last": chain.last.hex(), "outage": progress.outage, "size": chain.size, "told": progress.told,
        }
    ).decode()  # fmt: skip
    return f"{runtime.sealer.mac(TABLE, (seat.id, content)).hex()} {content}"


def progress_of(runtime: Runtime, seat: Seat, kept: str | None, newest: UUID | None) -> Progress:
    """The progress again; Tampered when it is not as it was kept, or not of the ledger's `newest` delivery."""
    where = f"mark:{mark_name(seat)}"
    if kept is None:
        if newest is not None:
            raise Tampered(where=where)
        return Progress(chain=Chain(seat.identity))
    mac, _, content = kept.partition(" ")
    try:
        if not runtime.sealer.holds(TABLE, (seat.id, content), bytes.fromhex(mac)):
            raise Tampered(where=where)
        found = orjson.loads(content)
    except ValueError:
        raise Tampered(where=where) from None
    if newest != UUID(found["entry"]):
        raise Tampered(where=where)
    edge = [[bytes.fromhex(one) for one in row] for row in found["edge"]]
    chain = Chain(seat.identity, found["size"], bytes.fromhex(found["last"]), edge)
    return Progress(chain=chain, outage=found["outage"], told=found["told"])
