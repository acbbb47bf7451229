"""一（三）2 患者门户: which charts a portal account reaches, and whether there is news; no content [1.3.2] [6.1.2]"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from jingui.core.errors import NotFound, Tampered
from jingui.core.operation import Actor
from jingui.core.portal import READING, Charted
from jingui.core.words import Entrance, Strength, Verb
from jingui.gate import settings
from jingui.gate.runtime import current
from jingui.gate.sql import raw
from jingui.store.statements import Columns

ROW = Columns()
ROW.sealed("c", "care_relation")
CHARTS_SQL = f"""SELECT {ROW.sql} FROM account a JOIN care_relation c ON c.person_id = a.person_id
WHERE a.id = $1::bigint AND a.kind = 'patient' AND a.state = 'active' AND c.kind IN ('self', 'guardian')
AND c.starts <= $2::timestamptz AND (c.ends IS NULL OR c.ends > $2::timestamptz)
ORDER BY c.rank, c.starts, c.relation_id"""  # noqa: S608 -- own texts only
READER_SQL = """SELECT e.person_id FROM entry e JOIN person p ON p.id = e.person_id AND p.kind <> 'patient'
WHERE e.id = $1::uuid AND (e.patient_id = $2::bigint OR e.patients @> ARRAY[$2::bigint])"""
# What the page's own entry says: whose it is, about which chart, how old.
UNDER_SQL = """SELECT e.patient_id, e.at FROM entry e WHERE e.id = $1::uuid AND e.account_id = $2::bigint
AND e.verb = 'read_readers' AND e.decision = 'allow' AND e.patient_id IS NOT NULL"""
# What is read for the law is told, unless the law keeps it secret, when the page is opened again.
NEWS_SQL = """SELECT EXISTS (SELECT 1 FROM entry e WHERE e.patient_id = $1::bigint AND e.id > $2::uuid
    AND e.verb = ANY($3::text[]) AND e.account_id IS DISTINCT FROM $4::bigint
    AND convert_from(e.head, 'UTF8')::jsonb ->> 'purpose' <> 'legal')
  OR EXISTS (SELECT 1 FROM entry e WHERE e.patients @> ARRAY[$1::bigint] AND e.id > $2::uuid
    AND e.verb = ANY($3::text[]) AND e.account_id IS DISTINCT FROM $4::bigint
    AND convert_from(e.head, 'UTF8')::jsonb ->> 'purpose' <> 'legal')"""


def charts(actor: Actor) -> tuple[Charted, ...]:
    """The charts that this account reaches now, one's own first; each row genuine. The door decides on every use."""
    runtime, group = current(), ROW.groups["c"]
    with transaction.atomic():
        rows = raw(CHARTS_SQL, actor.account, runtime.clock.now())
    for row in rows:
        if not runtime.sealer.holds("care_relation", group.values(row), group.mac(row)):
            raise Tampered(where=f"care_relation:{row[0]}.{row[1]}")
    return tuple(Charted(runtime.public(row[ROW.at["c.patient_id"]], 0), row[ROW.at["c.kind"]]) for row in rows)


def reader_of(patient: int, entry: str) -> int:
    """The member of staff who made an entry about this chart, so that they never decide on it; 0 for none.

    A number, no name: it goes into the matter and to no page.
    """
    try:
        number = UUID(entry)
    except ValueError:
        return 0
    with transaction.atomic():
        rows = raw(READER_SQL, number, patient)
    return int(rows[0][0]) if rows else 0


def news(actor: Actor, under: str, after: str) -> bool:
    """Whether the chart of the page's own entry `under` was read by others after the entry `after`: one bit.

    It stands under that READ_READERS entry, whose account alone may ask, for as long as the setting says; then
    NotFound, and the page must be opened (and entered) again.
    """
    if actor.strength is not Strength.TWO_FACTOR or actor.entrance is not Entrance.PORTAL:
        raise NotFound()
    runtime = current()
    try:
        page, newest = UUID(under), UUID(after) if after else UUID(int=0)
    except ValueError as error:
        raise NotFound() from error
    with transaction.atomic():
        found = raw(UNDER_SQL, page, actor.account)
        if not found:
            raise NotFound()
        patient, at = found[0]
        epoch = raw("SELECT n FROM epoch")[0][0]
        longest = timedelta(minutes=settings.number(runtime, epoch, "portal_watch_minutes"))
        if runtime.clock.now() - at > longest:
            raise NotFound()
        verbs = [verb.value for verb in READING if verb is not Verb.READ_LIFE]
        told: bool = raw(NEWS_SQL, patient, newest, verbs, actor.account)[0][0]
    return told
