"""六（一）2 账号管理: what has come to its end and must be closed by the system itself [6.1.2]

Only numbers are listed; closing is an operation at the door like any other.
"""

from datetime import datetime

from jingui.core.matters import KINDS
from jingui.core.matters.row import State
from jingui.core.words import Relation
from jingui.gate.sql import raw

# Posts of people from outside end with their matter, with everything else that it opened.
POSTS_SQL = """SELECT id FROM post WHERE state = 'active' AND ends IS NOT NULL AND ends <= $1
  AND person_id NOT IN (SELECT id FROM person WHERE kind = 'outside') ORDER BY ends LIMIT 500"""
TOKENS_SQL = "SELECT id FROM token WHERE NOT revoked AND expires <= $1 ORDER BY expires LIMIT 500"

MATTERS_SQL = """SELECT id FROM matter WHERE (state IN ('executed', 'approved') AND until <= $1::timestamptz)
  OR (state IN ('waiting', 'appealed') AND due <= $1::timestamptz
    AND (kind, step, state) IN (SELECT * FROM unnest($2::text[], $3::int[], $4::text[]))) ORDER BY id LIMIT 500"""
# An emergency is over once the person treats the patient: by name, or as a consulting department's.
EMERGENCIES_SQL = """SELECT g.grant_id, g.patient_id FROM access_grant g WHERE g.purpose = 'emergency'
  AND g.starts <= $1::timestamptz AND g.ends > $1::timestamptz AND EXISTS (SELECT 1 FROM care_relation c
    WHERE c.patient_id = g.patient_id AND c.kind = ANY($2::text[]) AND c.starts <= $1::timestamptz
    AND (c.ends IS NULL OR c.ends > $1::timestamptz) AND (c.person_id = g.person_id OR c.department_id IN (
      SELECT po.department_id FROM post po WHERE po.person_id = g.person_id AND po.state = 'active')))
  ORDER BY g.grant_id LIMIT 500"""
SEALINGS_SQL = """SELECT sealing_id, patient_id FROM sealing WHERE state = 'sealed' AND asks <= $1::timestamptz
  ORDER BY asks LIMIT 500"""
EXTRACTS_SQL = "SELECT id FROM extract WHERE state = 'building' ORDER BY id LIMIT 50"
EXPIRED_SQL = """SELECT x.id FROM extract x WHERE (x.state = 'stopped' OR x.ends <= $1::timestamptz) AND EXISTS (
  SELECT 1 FROM extract_part p WHERE p.extract_id = x.id AND p.stage IN ('rows', 'file') AND p.n > 0
  AND p.payload <> ''::bytea) ORDER BY x.id LIMIT 500"""
CLOSE = [Relation.TREATING.value, Relation.TEAM.value, Relation.CONSULTATION.value]


def emergencies(at: datetime) -> dict[int, int]:
    """Emergency accesses whose holder treats the patient by now: the patient of each grant [4.1.1]."""
    return {row[0]: row[1] for row in raw(EMERGENCIES_SQL, at, CLOSE)}


def sealings(at: datetime) -> dict[int, int]:
    """Sealings of which somebody must be asked whether to unseal them: the patient of each [4.2.1]."""
    return {row[0]: row[1] for row in raw(SEALINGS_SQL, at)}


def extracts() -> list[int]:
    """Extracts that are being made [4.2.4]."""
    return [row[0] for row in raw(EXTRACTS_SQL)]


def extracts_over(at: datetime) -> list[int]:
    """Extracts whose time is over or that were stopped, and whose parts are still here [4.2.4]."""
    return [row[0] for row in raw(EXPIRED_SQL, at)]


def posts(at: datetime) -> list[int]:
    """Posts that are over and still stand as active."""
    return [row[0] for row in raw(POSTS_SQL, at)]


def tokens(at: datetime) -> list[int]:
    """Tokens that have expired and are not revoked yet."""
    return [row[0] for row in raw(TOKENS_SQL, at)]


def matters(at: datetime) -> list[int]:
    """Matters whose grant is over, or whose step lapses because nobody answered in time."""
    lapsing = [
        (kind.id, n, state.value)
        for kind in KINDS.values()
        for state, steps in ((State.WAITING, kind.steps), (State.APPEALED, kind.appeal))
        for n, step in enumerate(steps)
        if step.after in ("expire", "pass")
    ]
    kinds, steps, states = ([one[i] for one in lapsing] for i in range(3))
    return [row[0] for row in raw(MATTERS_SQL, at, kinds, steps, states)]
