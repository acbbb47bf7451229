"""六（一）2 账号管理: what has come to its end and must be closed by the system itself [6.1.2]

Only numbers are listed; closing is an operation at the door like any other.
"""

from datetime import datetime, timedelta

from jingui.core.calendars import CHINA
from jingui.core.custody import opened_kinds
from jingui.core.matters import KINDS
from jingui.core.matters.row import State
from jingui.core.words import Relation
from jingui.gate import outbox, settings, sharing_ended, sharing_outbox
from jingui.gate.runtime import current
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
# Ended stays without a case file: the class's key must be there, what was destroyed begins no way.
CASE_FILES_SQL = """SELECT e.encounter_id, e.patient_id FROM encounter e
JOIN record r ON r.patient_id = e.patient_id AND r.record_id = e.encounter_id
JOIN patient_key k ON k.patient_id = e.patient_id AND k.retention_class = r.retention_class
WHERE e.ends IS NOT NULL AND e.state <> 'open' AND e.ends > $1::timestamptz AND e.ends <= $2::timestamptz
  AND e.kind = ANY($3::text[]) AND r.status NOT IN ('cancelled', 'entered-in-error') AND NOT EXISTS (SELECT 1
    FROM case_file c WHERE c.patient_id = e.patient_id AND c.encounter_id = e.encounter_id) ORDER BY e.ends LIMIT 500"""
CHANGED_SQL = """SELECT c.file_id, c.patient_id FROM case_file c WHERE c.ended IS NULL
  AND c.stage IN ('final', 'filed', 'shelved') AND EXISTS (SELECT 1 FROM record r JOIN record_version v
    ON v.patient_id = r.patient_id AND v.record_id = r.record_id WHERE r.patient_id = c.patient_id
      AND r.encounter_id = c.encounter_id AND v.entered > (SELECT max(t.at) FROM case_step t
        WHERE t.patient_id = c.patient_id AND t.file_id = c.file_id AND t.after IN ('final', 'filed')))
  ORDER BY c.file_id LIMIT 500"""
# A sensor that has said nothing for several of its intervals, and of which that was not noticed yet.
SILENT_SQL = """SELECT s.id FROM sensor s JOIN entry e ON e.id = s.entry WHERE s.ended IS NULL
  AND coalesce(s.last, e.at) + make_interval(secs => s.every::float8 * $2::int) < $1::timestamptz
  AND NOT EXISTS (SELECT 1 FROM climate_alarm a WHERE a.sensor_id = s.id AND a.kind = 'gap' AND a.ends IS NULL)
  ORDER BY s.id LIMIT 200"""
LOANS_SQL = """SELECT loan_id, patient_id FROM loan WHERE state = 'open' AND due <= $1::timestamptz
  AND (reminded IS NULL OR reminded < $2::timestamptz) ORDER BY due LIMIT 500"""
WITHDRAWN_SQL = f"SELECT count(*) FROM ({sharing_outbox.WITHDRAWN_SQL}) x"  # noqa: S608 -- own texts only
BULK_SQL = "SELECT id FROM bulk_export WHERE state = 'building' AND ends > $1::timestamptz ORDER BY id LIMIT 50"
# Files are of use to nobody once the app, the agreement or the partner is over, whatever time was left.
BULK_OVER_SQL = """SELECT b.id FROM bulk_export b JOIN app a ON a.id = b.app_id
JOIN agreement g ON g.id = b.agreement_id JOIN partner p ON p.id = a.partner_id
WHERE b.state IN ('building', 'ready') AND (b.ends <= $1::timestamptz OR a.ended IS NOT NULL
  OR a.ends <= $1::timestamptz OR g.ended IS NOT NULL OR g.ends <= $1::timestamptz OR p.state <> 'active')
ORDER BY b.id LIMIT 500"""
ERASING_SQL = "SELECT DISTINCT matter FROM destruction WHERE state = 'erasing' ORDER BY matter LIMIT 50"
CLOSE = [Relation.TREATING.value, Relation.TEAM.value, Relation.CONSULTATION.value]


def emergencies(at: datetime) -> dict[int, int]:
    """Emergency accesses whose holder treats the patient by now: the patient of each grant [4.1.1]."""
    return {row[0]: row[1] for row in raw(EMERGENCIES_SQL, at, CLOSE)}


def sealings(at: datetime) -> dict[int, int]:
    """Sealings of which somebody must be asked whether to unseal them: the patient of each [4.2.1]."""
    return {row[0]: row[1] for row in raw(SEALINGS_SQL, at)}


def case_files(at: datetime) -> dict[int, int]:
    """Stays that have ended and have no case file yet: the patient of each visit [3.2.2]."""
    values = settings.values(current(), raw("SELECT n FROM epoch")[0][0])
    since = at - timedelta(days=int(values["case_file_backlog_days"]))
    return {row[0]: row[1] for row in raw(CASE_FILES_SQL, since, at, list(opened_kinds(values)))}


def changed_files() -> dict[str, int]:
    """Case files in whose stay something was written after the final check or filing: their patients [2.2.4]."""
    public = current().public
    return {public(row[1], row[0]): row[1] for row in raw(CHANGED_SQL)}


def loans(at: datetime) -> dict[int, int]:
    """Loans that are due soon or late and were not asked for today: the patient of each [4.1.2]."""
    today = at.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    days = settings.number(current(), raw("SELECT n FROM epoch")[0][0], "loan_remind_days")
    return {row[0]: row[1] for row in raw(LOANS_SQL, today + timedelta(days=days + 1), today)}


def extracts() -> list[int]:
    """Extracts that are being made [4.2.4]."""
    return [row[0] for row in raw(EXTRACTS_SQL)]


def extracts_over(at: datetime) -> list[int]:
    """Extracts whose time is over or that were stopped, and whose parts are still here [4.2.4]."""
    return [row[0] for row in raw(EXPIRED_SQL, at)]


def silent_sensors(at: datetime) -> list[int]:
    """Sensors that have said nothing for too long [3.1.2]."""
    times = settings.number(current(), raw("SELECT n FROM epoch")[0][0], "climate_gap_times")
    return [row[0] for row in raw(SILENT_SQL, at, times)]


def destructions() -> list[int]:
    """Lists of which something was destroyed whose segments still have their old keys [3.1.3]."""
    return [row[0] for row in raw(ERASING_SQL)]


def transmissions(at: datetime, most: int) -> tuple[tuple[outbox.Lane, tuple[outbox.Place, ...]], ...]:
    """What is due over each open channel, the longest waiting first, `most` of each [5.1.3]."""
    return outbox.ready(at, most)


def delivers(token: bytes) -> bool:
    """Whether the digest is that of a sensor in use, before a stranger's delivery is worth an entry [3.1.2]."""
    return bool(raw("SELECT 1 FROM sensor WHERE token = $1::bytea AND ended IS NULL", token))


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


def withdrawn_sharings() -> int:
    """How many withdrawn consents (500 at most) still have something in the outbox, or somebody who was not told."""
    return int(raw(WITHDRAWN_SQL, 500)[0][0])


def lapsed_sharings(at: datetime) -> int:
    """How many transmissions wait for a partner, agreement or channel that is over [5.2.3]."""
    return sharing_ended.lapsed(at)


def sent_contents(at: datetime) -> int:
    """How many contents still lie in the outbox although they arrived, or were stopped, long enough ago [5.1.3]."""
    days = settings.number(current(), raw("SELECT n FROM epoch")[0][0], "sent_content_days")
    return sharing_ended.left(at - timedelta(days=days))


def bulk_exports(at: datetime) -> list[int]:
    """Bulk exports of which parts are still to be made [5.2.4]."""
    return [row[0] for row in raw(BULK_SQL, at)]


def bulk_over(at: datetime) -> list[int]:
    """Bulk exports whose time or ground is over and whose files still lie here [5.2.4]."""
    return [row[0] for row in raw(BULK_OVER_SQL, at)]
