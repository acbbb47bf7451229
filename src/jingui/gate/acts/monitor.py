"""四（一）3 防止滥用: the monitor's runs, and its own account with the rate of false alarms [4.1.3] [4.1.2]"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, cast

from jingui.core import monitor
from jingui.core.calendars import CHINA
from jingui.core.errors import Gone
from jingui.core.matters.row import State
from jingui.core.monitor import Findings, FindingsRequest, Reading, RuleFigures, WatchAccess, Watched
from jingui.core.permit import Permit
from jingui.core.words import Verb
from jingui.gate import settings
from jingui.gate.acts.matters import open_matter
from jingui.gate.acts.matters_reading import MATTER
from jingui.gate.context import ReadContext
from jingui.gate.matters_seen import checked, safe
from jingui.gate.registry import Done, read_act, write_act
from jingui.gate.sql import raw
from jingui.gate.watching import NEW_SQL, deeds, readings, staff_of
from jingui.gate.writing import WriteContext

MARK = "monitor"
MARK_SQL = "SELECT value FROM mark WHERE name = $1::text FOR UPDATE"
FIRST_SQL = "INSERT INTO mark (name, value, at) VALUES ($1, '-1', $2) ON CONFLICT DO NOTHING"
MOVE_SQL = "UPDATE mark SET value = $2, at = $3 WHERE name = $1"
KINDS = ("privacy_finding", "conduct_finding")
ASKED_SQL = """SELECT 1 FROM matter WHERE kind = ANY($1::text[]) AND subject_id = $2::bigint AND patient_id = $3::bigint
AND opened >= $4::timestamptz AND opened < $4::timestamptz + interval '2 days' LIMIT 1"""
FINDINGS_SQL = f"""SELECT {MATTER.sql} FROM matter m WHERE m.kind = ANY($1::text[]) AND m.opened >= $2::timestamptz
ORDER BY m.id DESC LIMIT 2000"""  # noqa: S608 -- own texts only
STATE_SQL = """SELECT k.value, k.at, (SELECT coalesce(max(idx), -1) FROM entry_index) FROM (SELECT 1) x
LEFT JOIN mark k ON k.name = $1::text"""


@write_act(Verb.WATCH_ACCESS)
def watch(context: WriteContext, permit: Permit) -> Done:
    """Look at the entries since the last run; each reading that stands out becomes a question to its reader [4.1.3]."""
    data = permit.operation.data if isinstance(permit.operation.data, WatchAccess) else WatchAccess()
    raw(FIRST_SQL, MARK, permit.at)
    since = int(raw(MARK_SQL, MARK)[0][0])
    most = min(max(data.most, 1), 20_000)
    rows = raw(NEW_SQL, since, most)
    values = settings.values(context.runtime, context.epoch)
    found = readings(context.runtime, deeds(rows, staff_of(rows)), values)
    patients = set()
    opened = 0
    for reading in found:
        asked = monitor.ask(reading, values)
        if asked and not known(reading) and question(context, permit, reading, monitor.written(asked)):
            opened += 1
            patients.add(reading.patient)
    if rows:
        raw(MOVE_SQL, MARK, str(rows[-1][0]), permit.at)
    about = tuple(sorted(patients - {0}))
    value = Watched(entries=len(rows), readings=len(found), opened=opened, more=len(rows) == most)
    return Done(value=value, patients=about, lines=tuple(context.line(one) for one in about))


def known(reading: Reading) -> bool:
    """Whether this person was already asked about this patient (or this day): one question a day."""
    start = datetime.combine(reading.at.astimezone(CHINA).date(), datetime.min.time(), tzinfo=CHINA)
    return bool(raw(ASKED_SQL, list(KINDS), reading.person, reading.patient, start))


def question(context: WriteContext, permit: Permit, reading: Reading, rules: str) -> bool:
    """Open the matter; False where the patient's information was destroyed and nothing can be asked any more."""
    answers = {
        "rules": rules, "day": reading.at.astimezone(CHINA).date().isoformat(), "entries": ",".join(reading.entries),
    }  # fmt: skip
    kind = KINDS[0] if reading.patient else KINDS[1]
    try:
        open_matter(context, permit, kind, answers, patient=reading.patient, subject=reading.person)
    except Gone:
        return False
    return True


@read_act(Verb.READ_FINDINGS)
async def read_findings(context: ReadContext, permit: Permit) -> Done:
    """What each rule asked and what came of it, and how far the monitor has read [4.1.3]."""
    data = cast(FindingsRequest, permit.operation.data)
    since = permit.at - timedelta(days=min(max(data.days, 1), 366))
    tally: dict[str, Counter[str]] = {rule: Counter() for rule in monitor.RULES}
    rows = [
        checked(context.runtime.sealer, MATTER, "m", row)
        for row in await context.rows(FINDINGS_SQL, list(KINDS), since)
    ]
    for row in rows:
        for found in monitor.read(await rules_of(context, row)):
            count = tally.setdefault(found.rule, Counter())
            count["asked"] += 1
            open_ = row["state"] in (State.WAITING, State.APPEALED)
            count["waiting" if open_ else row["outcome"] or "waiting"] += 1
    mark, at, last = (await context.rows(STATE_SQL, MARK))[0]
    read_to = int(mark) if mark is not None else -1
    value = Findings(
        rules=tuple(
            RuleFigures(rule, count["asked"], count["waiting"], count["explained"], count["violation"],
                        count["false_alarm"])
            for rule, count in tally.items()
        ),
        matters=len(rows), read_to=read_to, behind=last - read_to, at=at,
    )  # fmt: skip
    return Done(value=value)


async def rules_of(context: ReadContext, row: dict[str, Any]) -> str:
    """The rules that a finding names; "" when its patient's information was destroyed since."""
    try:
        opened = await safe(context, row)
    except Gone:
        return ""
    return opened.open_answers(row["payload"]).get("rules", "")
