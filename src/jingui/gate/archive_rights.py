"""四（一）2 借阅: who may hold a volume: whom the rules let read everything that such a volume says [4.1.1] [4.1.2]

A volume cannot be opened in part: each category and level among the patient's records of its class (or of its stay)
must be open to the reader, and one that is not closes the whole.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from jingui.core.errors import Refused, Tampered
from jingui.core.operation import Actor, Operation, Target
from jingui.core.vector import Decided
from jingui.core.word import N_
from jingui.core.words import Category, Entrance, Hold, Level, Purpose, RecordState, Strength, Verb
from jingui.gate import facts as f
from jingui.gate.pipeline import ask
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext, load_actor
from jingui.store.models import Hold as HoldRow
from jingui.store.models import Volume
from jingui.store.seals import Sealer
from jingui.store.statements import FACTS_SQL, Columns

RECORD: Final = Columns()
RECORD.sealed("r", "record")
CONTENT_SQL: Final = f"""SELECT {RECORD.sql} FROM record r
WHERE r.patient_id = $1::bigint AND r.retention_class = $2::text AND r.state NOT IN ('draft', 'destroyed')
  AND ($3::bigint = 0 OR coalesce(r.encounter_id, r.record_id) = (SELECT c.encounter_id FROM case_file c
    WHERE c.patient_id = $1::bigint AND c.file_id = $3::bigint))"""  # noqa: S608 -- own texts only
POSTS_SQL: Final = """SELECT a.id, po.id FROM account a JOIN person pe ON pe.id = a.person_id AND pe.kind = 'staff'
JOIN post po ON po.person_id = a.person_id AND po.state = 'active'
WHERE a.person_id = $1::bigint AND a.state = 'active' ORDER BY po.id"""
SEALED_SQL: Final = """SELECT h.hold_id FROM hold h WHERE h.patient_id = $1::bigint AND h.kind = 'dispute_seal'
AND NOT h.lifted AND (h.ends IS NULL OR h.ends > $3::timestamptz) AND (h.record_id = 0 OR EXISTS (SELECT 1 FROM record r
  WHERE r.patient_id = h.patient_id AND r.record_id = h.record_id AND r.retention_class = $2::text))"""


class Part(NamedTuple):
    """A kind of content that a volume holds."""

    category: Category
    level: Level


def parts(sealer: Sealer, rows: Sequence[Sequence[Any]]) -> frozenset[Part]:
    """What the records say that a volume holds; a patient without records here has at least who they are."""
    group, at, out = RECORD.groups["r"], RECORD.at, set()
    for row in rows:
        if not sealer.holds("record", group.values(row), group.mac(row)):
            raise Tampered(where=f"record:{row[at['r.patient_id']]}.{row[at['r.record_id']]}")
        out.add(Part(f.CATEGORIES.get(row[at["r.category"]], Category.NONE),
                     f.LEVELS.get(row[at["r.level"]], Level.SECRET)))  # fmt: skip
    return frozenset(out or {Part(Category.BASIC, Level.ORDINARY)})


def closed(
    runtime: Runtime, reading: Operation, actor: Any, about: f.PatientFacts, content: frozenset[Part]
) -> Decided | None:
    """The first decision that closes a part of the content to this actor; None when all is open."""
    for part in sorted(content):
        vector = f.vector(reading, actor, about, category=part.category, level=part.level, state=RecordState.SIGNED)
        decided = runtime.decider.decide(vector)
        if not decided.allow:
            return decided
    return None


def may_hold(runtime: Runtime, volume: Volume, person: int, purpose: Purpose, at: datetime) -> bool:
    """Whether the rules let a colleague read all of it, from one of their posts; facts are read here and now."""
    patient = volume.patient_id
    content = parts(runtime.sealer, raw(CONTENT_SQL, patient, volume.retention_class, volume.file_id, binary=True))
    for account, post in raw(POSTS_SQL, person):
        actor = Actor(account=account, post=post, strength=Strength.TWO_FACTOR, entrance=Entrance.PAGE)
        reading = Operation(actor=actor, verb=Verb.READ, at=at, purpose=purpose, target=Target(patient=patient))
        known = load_actor(runtime, reading)
        asked = ask(known, purpose, patient)
        row = raw(FACTS_SQL, *([one] for one in asked), at, binary=True)[0]
        about = f.patient_facts(row, runtime.sealer)
        if about is not None and closed(runtime, reading, known, about, content) is None:
            return True
    return False


def refuse_sealed(context: WriteContext, volume: Volume) -> None:
    """Refused while anything of the volume's class is sealed in a dispute: its originals stay where they are [4.2.1]"""
    rows = context.rows(SEALED_SQL, volume.patient_id, volume.retention_class, context.operation.at)
    for (number,) in rows:
        hold = HoldRow.objects.get(pk=(volume.patient_id, number))
        context.runtime.sealer.check(hold)
        if hold.kind == Hold.DISPUTE_SEAL:
            raise Refused(
                N_("该病案已封存，原件不得借出。"), N_("诊疗需要的，可在系统中查阅电子病历，或申请复制。"),
                clauses=("4.2.1", "3.2.2"), reason="sealed", matter="unsealing",
            )  # fmt: skip
