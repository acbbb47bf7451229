"""四（二）1 复制件: copies as lists, pages and their applicants see them [4.2.1] [4.1.2]"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from jingui.core.calendars import CHINA, USUAL
from jingui.core.errors import Gone, NotFound, Tampered
from jingui.core.matters import KINDS
from jingui.core.permit import Permit
from jingui.core.release import PURPOSES, CopiedRecord, CopyLine, CopyState, CopyView, Route
from jingui.core.word import N_
from jingui.core.words import Level, Purpose, Role, Verb
from jingui.formats import manifest
from jingui.gate import copies_making, copies_taken
from jingui.gate.context import ReadContext
from jingui.gate.copies import ROW, Kept, Safe, kept_of, read_row
from jingui.gate.copies_document import Approval, Setting
from jingui.gate.copies_taken import Found, Visit
from jingui.gate.names import NOBODY, names_of
from jingui.gate.settings import loop_values
from jingui.store.statements import Columns

FOREVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
ONE_SQL: Final = f"""SELECT {ROW.sql} FROM copy_made c
WHERE c.patient_id = $1::bigint AND c.copy_id = $2::bigint"""  # noqa: S608 -- own column names
NEXT_SQL: Final = """SELECT c.copy_id FROM copy_made c
WHERE c.patient_id = $1::bigint AND c.matter = $2::bigint AND c.replaces = $3::bigint ORDER BY c.prepared LIMIT 1"""
MANY_SQL: Final = f"""SELECT {ROW.sql} FROM copy_made c WHERE c.copy_id = ANY($1::bigint[])"""  # noqa: S608 -- own column names
KEYS_SQL: Final = """SELECT patient_id, retention_class, wrapped FROM patient_key
WHERE patient_id = ANY($1::bigint[])"""
MATTER: Final = Columns()
MATTER.sealed("m", "matter")
MATTERS_SQL: Final = f"SELECT {MATTER.sql} FROM matter m WHERE m.id = ANY($1::bigint[])"  # noqa: S608 -- own column names
#: What makes sense at each state; who may do it the rules say when it is done.
MOVES: Final[Mapping[str, tuple[Verb, ...]]] = {
    CopyState.PREPARED: (Verb.CONFIRM_COPY, Verb.CHARGE_COPY, Verb.REVOKE_COPY, Verb.PREPARE_COPY),
    CopyState.CONFIRMED: (Verb.CHARGE_COPY, Verb.STAMP_COPY, Verb.REVOKE_COPY, Verb.PREPARE_COPY),
    CopyState.STAMPED: (Verb.HAND_COPY, Verb.READ_COPY, Verb.REVOKE_COPY, Verb.PREPARE_COPY),
    CopyState.HANDED: (Verb.READ_COPY, Verb.REVOKE_COPY, Verb.PREPARE_COPY),
}  # fmt: skip
PORTAL: Final = frozenset({Verb.CONFIRM_COPY, Verb.HAND_COPY, Verb.READ_COPY})  # what applicants do themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A genuine row, opened, with the matter it rests on."""

    row: Mapping[str, Any]
    safe: Safe
    kept: Kept
    listed: bytes
    matter: Mapping[str, Any]


async def seen(context: ReadContext, rows: Sequence[Mapping[str, Any]]) -> list[Seen]:
    """The rows opened; those whose patient's identity was destroyed are left out."""
    if not rows:
        return []
    wrapped: dict[int, list[tuple[str, bytes]]] = {}
    for patient, name, key in await context.rows(KEYS_SQL, sorted({row["patient_id"] for row in rows})):
        wrapped.setdefault(patient, []).append((name, key))
    matters = await matters_of(context, {row["matter"] for row in rows})
    out = []
    for row in rows:
        try:
            safe, kept, listed = kept_of(context.runtime, row, wrapped.get(row["patient_id"], ()))
        except Gone:
            continue
        out.append(Seen(row=row, safe=safe, kept=kept, listed=listed, matter=matters[row["matter"]]))
    return out


async def matters_of(context: ReadContext, numbers: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    """The matters by number, each genuine."""
    group = MATTER.groups["m"]
    out: dict[int, Mapping[str, Any]] = {}
    for row in await context.rows(MATTERS_SQL, sorted(numbers)):
        if not context.runtime.sealer.holds(group.table, group.values(row), group.mac(row)):
            raise Tampered(where=f"matter:{row[0]}")
        out[row[0]] = {name.partition(".")[2]: row[at] for name, at in MATTER.at.items()}
    return out


async def one(context: ReadContext, patient: int, copy: int) -> Seen:
    """One copy; NotFound for none."""
    rows = await context.rows(ONE_SQL, patient, copy)
    if not rows:
        raise NotFound()
    found = await seen(context, [read_row(context.runtime, rows[0])])
    if not found:
        raise Gone()
    return found[0]


def shown_to(context: ReadContext, permit: Permit, one: Seen) -> bool:
    """Whether it is this reader's: a portal account sees what it asked for itself, the law's helpers what it asked."""
    theirs = context.actor.role is not Role.PATIENT or one.matter["person_id"] == permit.person
    return theirs and one.row["kind"] in kinds_for(permit.operation.purpose)


def kinds_for(purpose: Purpose) -> tuple[str, ...]:
    """What copies may be made for to be seen under this purpose: the records room sees all, under the law only its."""
    return tuple(kind for kind, made in PURPOSES.items() if purpose is not Purpose.LEGAL or made is purpose)


class Lateness(NamedTuple):
    """By when an application must be done with: `copy_days` working days after it was taken (its opening)."""

    at: datetime
    days: int
    opened_before: datetime  # what was taken before this moment is overdue

    def due(self, opened: datetime) -> datetime:
        """When an application is due."""
        return USUAL.after(opened, self.days)


async def lateness(context: ReadContext, at: datetime) -> Lateness:
    """How late something is now."""
    values = await loop_values(context.pipe, context.actor.epoch)
    days, back = int(values["copy_days"]), at
    while USUAL.after(back, days) > at:
        back -= timedelta(days=1)
    return Lateness(at, days, datetime.combine(back.astimezone(CHINA).date() + timedelta(days=1), time.min, CHINA))


async def lines(context: ReadContext, some: Sequence[Seen], late: Lateness) -> tuple[CopyLine, ...]:
    """Copies as lists show them. The name is the applicant's file name of the patient: the list is the office's own."""
    names = await copied_names(context, sorted({one.row["patient_id"] for one in some}))
    return tuple(line(context, one, names, late) for one in some)


async def copied_names(context: ReadContext, patients: Sequence[int]) -> dict[int, str]:
    """Names of the patients, restricted charts by their alias alone."""
    out = {}
    for number, about in zip(patients, await context.about(patients), strict=True):
        if about is None or about.tampered or about.destroyed:
            continue
        face = context.face(about)
        hidden = about.restricted and context.actor.role is not Role.PATIENT
        out[number] = str(face.get("alias" if hidden else "name", ""))
    return out


def line(context: ReadContext, one: Seen, names: Mapping[int, str], late: Lateness) -> CopyLine:
    """One line."""
    row, public = one.row, context.runtime.public
    waits = row["state"] in (CopyState.PREPARED, CopyState.CONFIRMED, CopyState.STAMPED)
    answers, due = one.kept.answers, late.due(one.matter["opened"])
    return CopyLine(
        public(row["patient_id"], row["copy_id"]), one.kept.number, public(row["patient_id"], 0),
        names.get(row["patient_id"], ""), row["matter"], one.kept.kind,
        answers.get("applicant", "") or answers.get("body_name", ""), row["route"], row["state"], row["pages"],
        row["fee"], row["prepared"], due, waits and due <= late.at, row["paid"] is not None,
        row["stamped"], row["until"],
    )  # fmt: skip


async def contents(context: ReadContext, one: Seen) -> tuple[tuple[Found, ...], dict[int, Visit], Setting]:
    """The records of a copy as they are now, the visits, and everything around them."""
    row, runtime = one.row, context.runtime
    patient = row["patient_id"]
    said = manifest.read(one.safe.unnest(row["classes"], "manifest", one.listed))
    pairs = [runtime.ids.internal(record.id) for record in said.records]
    numbers = [pair[1] for pair in pairs if pair is not None and pair[0] == patient]
    records = copies_taken.found(
        runtime, patient, await context.rows(copies_taken.RECORDS_SQL, patient, numbers),
        await context.rows(copies_taken.SIGNED_SQL, patient, numbers),
    )  # fmt: skip
    by = {record.number: record for record in records}
    visits = copies_taken.visits(runtime, await context.rows(copies_taken.VISITS_SQL, patient))
    if context.patient is None:
        raise NotFound()
    kind = KINDS[one.kept.kind]
    approval = Approval(matter=row["matter"], kind=kind.id, step=kind.steps[-1].name, decided=one.matter["decided"])
    values = await loop_values(context.pipe, context.actor.epoch)
    around = Setting(
        number=one.kept.number, secret=bytes.fromhex(one.kept.secret), face=context.face(context.patient),
        answers=one.kept.answers, approval=approval, unfinished=one.kept.unfinished, withheld=one.kept.withheld,
        elsewhere=sum(one.kept.elsewhere.values()), paper=copies_making.pages_of(said.body()),
        made_at=row["prepared"], stamp=str(values["copy_stamp"]),
        sealed=said.sealed,
    )  # fmt: skip
    return tuple(by[number] for number in numbers if number in by), visits, around


async def view(context: ReadContext, permit: Permit, one: Seen) -> CopyView:
    """One copy with everything that belongs to it."""
    row, kept, public = one.row, one.kept, context.runtime.public
    records, _visits, around = await contents(context, one)
    people = await names_of(context).people(context, [row["person_id"], row["second_id"]])
    late = await lateness(context, permit.at)
    after = await context.rows(NEXT_SQL, row["patient_id"], row["matter"], row["copy_id"])
    answers = kept.answers
    shown = (await lines(context, [one], late))[0]
    return CopyView(
        line=shown,
        basis=bytes(row["manifest"]).hex(),
        records=tuple(listed(context, row["patient_id"], record) for record in records),
        unfinished=tuple(kept.unfinished),
        withheld=kept.withheld,
        elsewhere=tuple(sorted(kept.elsewhere)),
        paper=tuple(around.paper),
        answers=answers,
        language=answers.get("language", "zh"),
        copies=int(answers.get("copies", "1")),
        tariff=kept.tariff,
        postage=kept.postage,
        invoice=kept.invoice,
        waived=kept.waived,
        confirmed=row["confirmed"],
        confirmed_by=kept.confirmed.get("by", ""),
        paid=row["paid"],
        stamped=row["stamped"],
        stamped_by=people.get(row["second_id"], NOBODY).name,
        prepared_by=people.get(row["person_id"], NOBODY).name,
        medium=kept.stamped.get("medium", ""),
        handed=row["handed"],
        handed_to=kept.handed.get("receiver", "") or kept.handed.get("number", ""),
        ended=row["ended"],
        ended_why=kept.ended.get("why", ""),
        refund=int(kept.ended.get("refund", "0")),
        replaces=public(row["patient_id"], row["replaces"]) if row["replaces"] else "",
        replaced=public(row["patient_id"], after[0][0]) if after else "",
        digest=bytes(row["digest"]).hex() if row["digest"] else "",
        size=kept.size,
        moves=tuple(str(verb) for verb in MOVES.get(row["state"], ()) if offered(context, permit, row, verb)),
        lacking=lacking(row),
        entry=str(row["entry"]),
    )


def offered(context: ReadContext, permit: Permit, row: Mapping[str, Any], verb: Verb) -> bool:
    """Whether a move that makes sense now is this reader's: the portal's copies are the applicant's to fetch."""
    portal = row["route"] == Route.PORTAL
    theirs = context.actor.role is Role.PATIENT
    if theirs and (verb not in PORTAL or not portal):
        return False
    if verb is Verb.READ_COPY:
        return offers_file(row, permit.at, theirs=theirs)
    return theirs or not (portal and verb is Verb.HAND_COPY)


def offers_file(row: Mapping[str, Any], at: datetime, *, theirs: bool) -> bool:
    """Whether the stamped file may be fetched: by the window until it is handed over, by the applicant in time."""
    if theirs:
        return row["route"] == Route.PORTAL and row["until"] is not None and at < row["until"]
    return bool(row["state"] == CopyState.STAMPED)


def listed(context: ReadContext, patient: int, record: Found) -> CopiedRecord:
    """A record in the list of contents."""
    return CopiedRecord(
        context.runtime.public(patient, record.number), record.kind, record.version,
        manifest.file_digest(record.body), title(context, record),
        context.runtime.public(patient, record.encounter) if record.encounter else "", record.entered,
    )  # fmt: skip


def title(context: ReadContext, record: Found) -> str:
    """What a record is called; of a sensitive one only those who applied or made the copy learn it."""
    told = context.actor.role is Role.PATIENT or record.level is Level.ORDINARY
    return record.title() if told or context.may(Verb.PRINT, record.category, record.level).allow else N_("敏感记录")


def lacking(row: Mapping[str, Any]) -> str:
    """What has to come first before it can be stamped, "" for nothing."""
    if row["state"] == CopyState.PREPARED:
        return N_("双方尚未确认")
    if row["state"] == CopyState.CONFIRMED and row["fee"] and row["paid"] is None:
        return N_("尚未收费")
    return ""


async def numbers(context: ReadContext, pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """What people call these copies."""
    rows = await context.rows(MANY_SQL, sorted({copy for _, copy in pairs})) if pairs else []
    found = await seen(context, [read_row(context.runtime, row) for row in rows])
    return {(one.row["patient_id"], one.row["copy_id"]): one.kept.number for one in found}
