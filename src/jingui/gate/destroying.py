"""三（一）3 销毁: what of a patient's class vanishes in the transaction that destroys it [3.1.3]

The data key's row goes, with every copy, scan, draft, search token and text that could lead back. The ciphertexts stay:
versions are never changed. Their segment's key is replaced afterwards (`gate.erasing`), so that backups open nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson

from jingui.core.destruction import Stop
from jingui.core.errors import Tampered, Unavailable
from jingui.core.matters.row import State
from jingui.core.retention import CONTENT
from jingui.core.settings import Value
from jingui.core.words import Purpose, RecordState, Relation, RetentionClass
from jingui.gate import facts as f
from jingui.gate import sharing_ended
from jingui.gate.destroying_list import Description
from jingui.gate.pipeline import ask
from jingui.gate.retention import Known
from jingui.gate.rows import PERIOD, keep, told
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store import verify_rows
from jingui.store.models import Account, CareRelation, CaseFile, Destruction, Grant, Patient, Record, Session
from jingui.store.seals import SEALED_TABLES
from jingui.store.statements import FACTS_SQL

IDENTITY: Final = RetentionClass.IDENTITY.value
TOGETHER: Final = 100  # patients whose facts are read in one statement
# Every row of the tables that hold something of a patient: locked in the order of their numbers, by everybody.
LOCK_SQL: Final = "SELECT patient_id FROM patient WHERE patient_id = ANY($1::bigint[]) ORDER BY patient_id FOR UPDATE"
OPEN_MATTERS_SQL: Final = """SELECT patient_id FROM matter WHERE patient_id = ANY($1::bigint[])
AND state = ANY($2::text[])"""
LOANS_SQL: Final = "SELECT patient_id FROM loan WHERE patient_id = ANY($1::bigint[]) AND state = 'open'"
RECORDS_SQL: Final = """UPDATE record r SET state = 'destroyed', tokens = '{}', labels = '{}', status = '', mac = u.mac
FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) u(patient, id, mac)
WHERE r.patient_id = u.patient AND r.record_id = u.id"""
KEY_SQL: Final = "DELETE FROM patient_key WHERE patient_id = ANY($1::bigint[]) AND retention_class = $2::text"
# What lies under the class's key beside the records: nothing of it opens any more, so nothing of it is kept.
FILES_SQL: Final = (
    "UPDATE copy_made SET file = NULL WHERE patient_id = ANY($1::bigint[]) AND $2::text = ANY(classes)",
    """UPDATE volume_scan s SET payload = NULL FROM volume v WHERE s.patient_id = ANY($1::bigint[])
      AND v.patient_id = s.patient_id AND v.volume_id = s.volume_id
      AND ($2::text = 'identity' OR v.retention_class = $2::text)""",
    """DELETE FROM entry_draft d USING record r WHERE d.patient_id = ANY($1::bigint[]) AND r.patient_id = d.patient_id
      AND r.record_id IN (d.encounter_id, d.record_id) AND r.retention_class = $2::text""",
)
# What leads to a person: look-up tokens, drafts, and the reasons of holds, which lie under the key of notes.
PERSON_SQL: Final = (
    """UPDATE patient_identity SET current = false, token = decode(replace(gen_random_uuid()::text, '-', ''), 'hex')
      WHERE patient_id = ANY($1::bigint[])""",  # nobody may delete them, chance says nothing
    "DELETE FROM entry_draft WHERE patient_id = ANY($1::bigint[])",
    "UPDATE hold SET reason = NULL WHERE patient_id = ANY($1::bigint[])",
)
PORTAL: Final = (Relation.SELF.value, Relation.GUARDIAN.value)
OPEN: Final = [State.WAITING.value, State.RETURNED.value, State.APPEALED.value, State.DRAFT.value]


def locked_people(numbers: Iterable[int]) -> None:
    """Lock these patients: a hold, a visit or another destruction under way is waited for, a later one waits for us."""
    raw(LOCK_SQL, sorted(set(numbers)))


def whole(context: WriteContext, numbers: Sequence[int]) -> None:
    """Tampered when a hold, extension, sealing, restriction or consent of one of them, or a setting by which terms
    are counted, was taken away or put back past the door [6.1.2]."""
    for finding in verify_rows.settings_back(lambda sql, *given: iter(raw(sql, *given))):
        raise Tampered(where=finding.where)
    for first in range(0, len(numbers), TOGETHER):
        asked = [ask(context.actor, Purpose.OPERATION, number, -1) for number in numbers[first : first + TOGETHER]]
        columns = [list(column) for column in zip(*asked, strict=True)]
        rows = raw(FACTS_SQL, *columns, context.runtime.clock.now(), binary=True)
        if len(rows) != len(asked):
            raise Unavailable(where="facts")
        for row in rows:
            found = f.patient_facts(row, context.runtime.sealer)
            if found is not None and found.tampered:
                raise Tampered(where=found.tampered)


def stopped(
    row: Destruction, known: Known, now: Description, settings: Mapping[str, Value], time: Any,
    busy: frozenset[int], lent: frozenset[int], leaving: frozenset[tuple[int, str]],
) -> Stop | None:  # fmt: skip
    """Why this line may not be destroyed now, None when nothing stops it. `now`: what there is of it; `leaving`: what
    goes in the same run."""
    which = RetentionClass(row.retention_class)
    if row.retention_class not in known.classes(row.patient_id):
        return Stop.GONE
    term = known.term(which, settings)
    if term.holds:
        return Stop.HELD
    if term.until is None:
        return Stop.VISIT if any(one.going_on for one in known.person.visits) else Stop.TERM
    if not term.due(time.today):
        return Stop.VISIT if term.until > row.expired else Stop.TERM
    numbers = set(known.numbers)
    if numbers & busy:
        return Stop.MATTER
    if numbers & lent:
        return Stop.LOAN
    if which is RetentionClass.IDENTITY and rest(known, leaving):
        return Stop.REST
    if changed(row, now):
        return Stop.CHANGED
    return None


def changed(row: Destruction, now: Description) -> bool:
    """Whether there is more or less of it than there was when the list was drawn up and decided about."""
    before = orjson.loads(bytes(row.description))
    return any(before.get(name) != now[name] for name in ("records", "versions", "volumes"))


def rest(known: Known, leaving: frozenset[tuple[int, str]]) -> bool:
    """Whether anything of what was done would be left of the person, and nobody could say whose it is."""
    content = {one.value for one in CONTENT}
    return any(
        which in content and (number, which) not in leaving
        for number in known.numbers for which in known.classes(number)
    )  # fmt: skip


def destroy(context: WriteContext, which: str, patients: Sequence[int], at: datetime) -> list[Any]:
    """Take a class of these patients away: its keys, what its records can be found by, every file under them.

    Return lines for the entry. A list is destroyed in as many statements as a single line of it.
    """
    runtime, whose = context.runtime, list(patients)
    found = Record.objects.select_for_update().defer(*PERIOD).filter(patient_id__in=whose, retention_class=which)
    owners, ids, macs = [], [], []
    for row in found:
        runtime.sealer.check(row)
        row.state, row.labels = RecordState.DESTROYED.value, []
        owners.append(row.patient_id)
        ids.append(row.record_id)
        macs.append(runtime.sealer.mac("record", [getattr(row, name) for name in SEALED_TABLES["record"]]))
    raw(RECORDS_SQL, owners, ids, macs)
    for sql in FILES_SQL:
        raw(sql, whose, which)
    sharing_ended.vanish(context, whose, which)
    files = CaseFile.objects.select_for_update().filter(patient_id__in=whose, retention_class=which, ended=None)
    for file in files:
        runtime.sealer.check(file)
        file.ended = at
        keep(context, file)
    raw(KEY_SQL, whose, which)
    return forget(context, whose, at) if which == IDENTITY else []


def forget(context: WriteContext, patients: Sequence[int], at: datetime) -> list[Any]:
    """Take away who they were: faces, look-up tokens, drafts, every relation and right to them, the portal."""
    whose = list(patients)
    for sql in PERSON_SQL:
        raw(sql, whose)
    lines = []
    for relation in CareRelation.objects.select_for_update().filter(patient_id__in=whose):
        context.runtime.sealer.check(relation)
        if relation.ends is None or relation.ends > at:
            relation.ends = at
            keep(context, relation)
            lines.append(told(context, relation))
            if relation.kind in PORTAL and relation.person_id:
                end_portal(context, relation.person_id, at)
    for grant in Grant.objects.select_for_update().filter(patient_id__in=whose, ends__gt=at):
        context.runtime.sealer.check(grant)
        grant.ends = at
        keep(context, grant)
    for row in Patient.objects.filter(pk__in=whose):
        context.runtime.sealer.check(row)
        row.face, row.destroyed = None, True
        keep(context, row)
    return lines


def end_portal(context: WriteContext, person: int, at: datetime) -> None:
    """End the portal account of somebody who has no other patient; their sessions in any case."""
    others = CareRelation.objects.filter(person_id=person, kind__in=PORTAL)
    if not any(one.ends is None or one.ends > at for one in others):
        for account in Account.objects.select_for_update().filter(person_id=person, state="active"):
            context.runtime.sealer.check(account)
            account.state, account.generation = "ended", account.generation + 1
            keep(context, account)
    Session.objects.filter(account__person_id=person).delete()


def busy_people(numbers: Sequence[int]) -> tuple[frozenset[int], frozenset[int]]:
    """Who of them has a matter that is not settled, and of whom a volume is lent."""
    matters = frozenset(row[0] for row in raw(OPEN_MATTERS_SQL, list(numbers), OPEN))
    return matters, frozenset(row[0] for row in raw(LOANS_SQL, list(numbers)))
