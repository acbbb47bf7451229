"""三（一）3 销毁清册: the lines of a list, what they may say for ever, and what an approved list stands for [3.1.3]"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from jingui.core.destruction import LIVE, LineState
from jingui.core.errors import Conflict, NotFound, Tampered
from jingui.core.ids import number
from jingui.core.matters.row import Move, State
from jingui.core.release import FILE
from jingui.core.word import N_
from jingui.crypto.canon import canon
from jingui.gate.matters import Opened
from jingui.gate.rows import keep
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Destruction, Matter

OVER: Final = frozenset({LineState.ERASING.value, LineState.DESTROYED.value})
LIST: Final = "destruction-list"  # kinds of targets in the ledger
CERTIFICATE: Final = FILE  # a stamped file of the house like a copy: anybody checks it in the same way
OPEN: Final = (State.DRAFT.value, State.WAITING.value, State.RETURNED.value, State.APPEALED.value)
# What may be told for ever: counts, and years.
COUNTS_SQL: Final = """SELECT r.patient_id, r.retention_class, r.kind, count(*)::int,
  sum((SELECT count(*) FROM record_version v WHERE v.patient_id = r.patient_id AND v.record_id = r.record_id))::int
FROM unnest($1::bigint[], $2::text[]) u(patient, class)
JOIN record r ON r.patient_id = u.patient AND r.retention_class = u.class GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""
SPAN_SQL: Final = """SELECT u.patient, min(extract(year FROM starts))::int,
  max(extract(year FROM coalesce(ends, starts)))::int, count(*)::int
FROM unnest($1::bigint[], $2::bigint[]) u(patient, number) JOIN encounter e ON e.patient_id = u.number GROUP BY 1"""
VOLUMES_SQL: Final = """SELECT v.patient_id, v.retention_class, count(*)::int
FROM unnest($1::bigint[], $2::text[]) u(patient, class)
JOIN volume v ON v.patient_id = u.patient AND v.retention_class = u.class GROUP BY 1, 2"""
Description = Mapping[str, Any]


def lines_of(context: WriteContext, matter: int, *states: LineState) -> list[Destruction]:
    """The list's lines in these states (all without any), locked and genuine, in their order."""
    found = Destruction.objects.select_for_update().filter(matter=matter).order_by("destruction_id")
    rows = list(found.filter(state__in=[one.value for one in states]) if states else found)
    for row in rows:
        context.runtime.sealer.check(row)
    return rows


def digest(runtime: Runtime, rows: Iterable[Destruction]) -> str:
    """What a decision is about: whose, which class, the day its term ended; salted by nothing but the public ids."""
    plain = [
        [runtime.public(row.patient_id, 0), row.retention_class, row.expired.isoformat()]
        for row in sorted(rows, key=lambda one: one.destruction_id)
    ]
    return runtime.suite.digest(b"jingui:destruction:1\0" + canon(plain)).hex()


def unchanged(context: WriteContext, row: Matter, answers: dict[str, str], rows: Sequence[Destruction]) -> None:
    """Tampered unless these are exactly the lines that were decided about."""
    if not rows:
        raise NotFound()
    if digest(context.runtime, rows) != answers.get("digest") or str(len(rows)) != answers.get("count"):
        raise Tampered(where=f"destruction:{row.pk}")


def free(context: WriteContext, patient: int, which: str) -> None:
    """Conflict when the class stands on another list; one whose list came to nothing is let go [3.1.3]."""
    found = Destruction.objects.select_for_update().filter(
        patient_id=patient, retention_class=which, state__in=sorted(LIVE)
    )
    for row in found:
        context.runtime.sealer.check(row)
        matter = Matter.objects.filter(pk=row.matter).first()
        if row.state == LineState.LISTED.value and (matter is None or dead(context, matter)):
            row.state = LineState.STOPPED.value
            keep(context, row)
            continue
        raise Conflict(N_("所选病历已在另一份销毁清册中。"), N_("请查看销毁清册登记。"), matter=row.matter)


def deciders(found: Opened) -> set[int]:
    """Who decided about a list, for themselves or in another's name; Tampered when a step has nobody's approval."""
    approved = {vote.step for vote in found.case.votes if vote.move is Move.APPROVE}
    if len(approved) < len(found.kind.steps):
        raise Tampered(where=f"matter_event:{found.row.pk}")
    return {one for vote in found.case.votes for one in (vote.person, vote.behalf)} - {0}


def before(at: datetime | None) -> int:
    """The highest number that a volume registered by then can have: numbers grow with time."""
    return number(int(at.timestamp() * 1000), -1) if at else 0


def condemned(context: WriteContext, patient: int, volume: int, which: str) -> bool:
    """Whether a volume waits for its shredding: its class was destroyed after it was registered."""
    rows = Destruction.objects.filter(patient_id=patient, retention_class=which, state__in=sorted(OVER))
    for row in rows:
        context.runtime.sealer.check(row)
    return any(volume <= before(row.at) for row in rows)


def dead(context: WriteContext, matter: Matter) -> bool:
    """Whether a list's matter ended without an approval."""
    context.runtime.sealer.check(matter)
    return matter.state not in (*OPEN, State.EXECUTED.value)


def descriptions(asked: Mapping[tuple[int, str], Sequence[int]]) -> dict[tuple[int, str], dict[str, Any]]:
    """What remains of each (patient, class): counts and years, nothing that names anybody.

    Asked with the numbers of the patient's linked identities: the years and visits are the person's.
    """
    pairs = list(asked)
    lines = [patient for patient, _ in pairs], [which for _, which in pairs]
    kinds: dict[tuple[int, str], dict[str, tuple[int, int]]] = {}
    for patient, which, kind, records, versions in raw(COUNTS_SQL, *lines):
        kinds.setdefault((patient, which), {})[kind] = (records, versions)
    whose = sorted({(patient, number) for (patient, _), numbers in asked.items() for number in numbers})
    spans = {row[0]: row[1:] for row in raw(SPAN_SQL, [one for one, _ in whose], [one for _, one in whose])}
    volumes = {(row[0], row[1]): row[2] for row in raw(VOLUMES_SQL, *lines)}
    out = {}
    for pair in pairs:
        first, last, visits = spans.get(pair[0], (0, 0, 0))
        found = kinds.get(pair, {})
        out[pair] = {
            "class": pair[1], "first": first or 0, "last": last or 0, "visits": visits,
            "volumes": volumes.get(pair, 0), "records": sum(one for one, _ in found.values()),
            "versions": sum(one for _, one in found.values()),
            "kinds": {kind: one for kind, (one, _) in found.items()},
        }  # fmt: skip
    return out
