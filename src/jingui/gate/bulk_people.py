"""五（二）2 批量共享的患者: who belongs to a group, and what of each may leave now [5.2.2] [5.2.1] [1.3.2]

Asked when a part is made and again when its file is taken: whoever withdrew, was sealed or destroyed since is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from jingui.core.errors import Gone, Tampered
from jingui.core.operation import Target
from jingui.core.share import above
from jingui.core.words import Category, Consent, Level, Sensitivity
from jingui.gate import facts as f
from jingui.gate.bulk_ground import BulkGround
from jingui.gate.copies_order import face_of
from jingui.gate.pipeline import ask
from jingui.gate.sharing_consent import Said, said
from jingui.gate.sharing_ground import closed_to_others, sealed_of
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Patient
from jingui.store.statements import FACTS_SQL

# Whose consent may name the partner; each one's paper is read before anything of them is looked at.
NAMED: Final = """FROM patient p WHERE p.patient_id > $1::bigint AND NOT p.destroyed AND p.linked_to IS NULL
AND EXISTS (SELECT 1 FROM patient_consent c WHERE c.patient_id = p.patient_id AND c.kind = 'sharing'
  AND c.state = 'given' AND c.starts <= $3::timestamptz AND (c.ends IS NULL OR c.ends > $3::timestamptz)
  AND position(upper($2::text) IN upper(c.party)) > 0)"""
FOLLOWING_SQL: Final = f"SELECT p.patient_id {NAMED} ORDER BY p.patient_id LIMIT $4::int"
TOTAL_SQL: Final = f"SELECT count(*) {NAMED}"
NOW_SQL: Final = """SELECT r.patient_id, r.record_id, r.category, r.level, r.labels FROM record r
JOIN unnest($1::bigint[], $2::bigint[]) x(p, r) ON r.patient_id = x.p AND r.record_id = x.r
WHERE r.state NOT IN ('draft', 'destroyed')"""


class Now(NamedTuple):
    """What decides about a record at this moment."""

    category: Category
    level: Level
    labels: frozenset[Sensitivity]


class Open(NamedTuple):
    """A patient of whom something may leave: the consent, what is sealed, which categories are closed (None: all)."""

    said: Said
    sealed: frozenset[int]
    shut: frozenset[str] | None


def total(ground: BulkGround, at: datetime) -> int:
    """How many patients there are to look at."""
    return int(raw(TOTAL_SQL, 0, ground.standing.partner.uscc, at)[0][0])


def following(ground: BulkGround, after: int, most: int, at: datetime) -> list[int]:
    """The next patients to look at."""
    return [row[0] for row in raw(FOLLOWING_SQL, after, ground.standing.partner.uscc, at, most)]


def known(context: WriteContext, patients: Sequence[int]) -> Iterable[f.PatientFacts | None]:
    """Facts of these patients toward whoever reads, each row checked."""
    asked = [ask(context.actor, context.operation.purpose, one) for one in patients]
    if not asked:
        return []
    rows = raw(FACTS_SQL, *(list(one) for one in zip(*asked, strict=True)), context.runtime.clock.now(), binary=True)
    return [f.patient_facts(row, context.runtime.sealer) for row in rows]


def about(context: WriteContext, facts: f.PatientFacts) -> WriteContext:
    """The same transaction, about one patient."""
    return replace(context, operation=replace(context.operation, target=Target(patient=facts.patient)), patient=facts)


def opened(
    context: WriteContext, ground: BulkGround, facts: f.PatientFacts | None, minor: int, at: datetime
) -> Open | None:
    """What the patient lets leave; None for a patient of whom nothing does. The consent's row stays locked.

    Tampered for whom a row is not as it was written.
    """
    if facts is None or facts.destroyed or facts.tampered or facts.linked_to:
        return None
    row = Patient.objects.get(pk=facts.patient)
    context.runtime.sealer.check(row)
    birth = str(face_of(context, row).get("birth", ""))
    word = said(context, facts.patient, ground.standing.partner.uscc, ground.purpose, birth=birth, minor=minor, at=at)
    if word.state is not Consent.GIVEN:
        return None
    return Open(word, sealed_of(facts), closed_to_others(facts))


def opened_now(
    context: WriteContext, ground: BulkGround, facts: f.PatientFacts | None, minor: int, at: datetime
) -> Open | None:
    """The same when a file is taken: of whom a row is broken or gone nothing leaves, and the others' lines do."""
    try:
        return opened(context, ground, facts, minor, at)
    except (Tampered, Gone):
        return None


def records_now(places: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], Now]:
    """What decides about these records now; what was destroyed is missing."""
    wanted = list(dict.fromkeys(places))
    rows = raw(NOW_SQL, [one[0] for one in wanted], [one[1] for one in wanted])
    return {
        (row[0], row[1]): Now(Category(row[2]), Level(row[3]), frozenset(Sensitivity(one) for one in row[4]))
        for row in rows
    }


def leaves(ground: BulkGround, open_: Open | None, record: int, now: Now | None) -> bool:
    """Whether a record that was put into a file may still leave."""
    if open_ is None or now is None:
        return False
    if record == 0:  # who it is goes with what was said of them
        return not open_.sealed & {0}
    if above(now.level, ground.limit) or open_.sealed & {0, record}:
        return False
    if open_.shut is None or now.category in open_.shut:
        return False
    return open_.said.covers(now.category, now.labels)
