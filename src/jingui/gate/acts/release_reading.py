"""四（二）1 复制: lists of copies, one copy with its pages or its file, the register of the seal [4.2.1] [4.1.2]"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, cast

from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid, NotFound, Refused, Tampered, Unavailable
from jingui.core.permit import Permit
from jingui.core.release import (
    COPY,
    CopiesRequest,
    CopyCheck,
    CopyFile,
    CopyState,
    Part,
    ReadCopy,
    SealUseLine,
    SealUsesRequest,
    VisitsRequest,
)
from jingui.core.word import N_
from jingui.core.words import Role, Verb
from jingui.formats import manifest, pdf
from jingui.gate import copies_document, copies_making, copies_seen, copies_visits, copies_waiting
from jingui.gate.acts.release_checking import answer
from jingui.gate.context import ReadContext
from jingui.gate.copies import FILE_SQL, ROW, read_row
from jingui.gate.copies_seen import Seen
from jingui.gate.copies_taken import bounded
from jingui.gate.facts import concerning
from jingui.gate.names import NOBODY, names_of
from jingui.gate.paging import cursor, read_cursor
from jingui.gate.registry import Done, read_act
from jingui.store.statements import Columns

MOST: Final = 200
LATE: Final = "(c.state IN ('prepared', 'confirmed', 'stamped') AND m.opened < $5::timestamptz)"
LIST_SQL: Final = f"""SELECT {ROW.sql}, {LATE} FROM copy_made c JOIN matter m ON m.id = c.matter
WHERE ($1::bigint = 0 OR c.patient_id = $1::bigint) AND ($2::text = '' OR c.state = $2::text)
  AND ($3::bigint = 0 OR c.matter = $3::bigint)
  AND (NOT $4::boolean OR {LATE}) AND ({LATE}, c.prepared, c.copy_id) < ($10::boolean, $6::timestamptz, $7::bigint)
  AND c.kind = ANY($9::text[])
ORDER BY {LATE} DESC, c.prepared DESC, c.copy_id DESC LIMIT $8::int"""  # noqa: S608 -- own texts only
USE: Final = Columns()
USE.sealed("u", "seal_use")
USES_SQL: Final = f"""SELECT {USE.sql} FROM seal_use u
WHERE u.at >= $1::timestamptz AND u.at < $2::timestamptz AND (u.at, u.id) < ($3::timestamptz, $4::bigint)
ORDER BY u.at DESC, u.id DESC LIMIT $5::int"""  # noqa: S608 -- own column names


@read_act(Verb.READ_COPIES)
async def read_copies(context: ReadContext, permit: Permit) -> Done:
    """A page of copies, the overdue first; a patient's own are only those that their account asked for [4.2.1]."""
    if isinstance(permit.operation.data, VisitsRequest):
        return await copies_visits.visits_of(context, permit)
    asked = cast(CopiesRequest, permit.operation.data or CopiesRequest())
    if asked.state and asked.state not in {str(one) for one in CopyState}:
        raise Invalid(places=(("state", N_("没有这一项。")),))
    patient = permit.operation.target.patient
    count = min(max(asked.count, 1), MOST)
    late = await copies_seen.lateness(context, permit.at)
    kinds = list(copies_seen.kinds_for(permit.operation.purpose))
    counts = await copies_waiting.counts(context, patient, kinds)
    if asked.counted:
        return Done(value=copies_waiting.counted(counts, late))
    if asked.orders:
        return await copies_waiting.orders(context, asked, patient, kinds, counts, late, count)
    hurry, before, number = read_place(asked.cursor)
    matter = copies_making.matter_in(asked.number) if asked.number else asked.matter
    rows = await context.rows(
        LIST_SQL, patient, asked.state, matter, asked.overdue, late.opened_before, before, number, count + 1,
        kinds, hurry,
    )  # fmt: skip
    read = [read_row(context.runtime, row) for row in rows[:count]]
    seen = [one for one in await copies_seen.seen(context, read) if copies_seen.shown_to(context, permit, one)]
    lines = await copies_seen.lines(context, seen, late)
    if asked.number:
        lines = tuple(one for one in lines if one.number == asked.number.strip())
    last = read[-1] if read else None
    more = ""
    if last is not None and len(rows) > count:
        more = f"{int(rows[count - 1][-1])}{cursor(last['prepared'], last['copy_id'])}"
    named = tuple(dict.fromkeys(one.row["patient_id"] for one in seen))
    return Done(
        value=replace(copies_waiting.counted(counts, late), rows=lines), more=more,
        patients=named or ((patient,) if patient else ()),
        lines=tuple(copy_line(context, one.row) for one in seen) or ((context.line(patient),) if patient else ()),
    )  # fmt: skip


def read_place(text: str) -> tuple[bool, datetime, int]:
    """Where the next page begins: whether still among the overdue, and after which copy."""
    if not text:
        return True, copies_seen.FOREVER, 0
    return text[0] == "1", *read_cursor(text[1:])


@read_act(Verb.READ_COPY)
async def read_copy(context: ReadContext, permit: Permit) -> Done:
    """One copy: its list of contents, its pages before they are stamped, or the stamped file [4.2.1]."""
    asked = cast(ReadCopy, permit.operation.data or ReadCopy())
    target = permit.operation.target
    if not target.record:
        raise NotFound()
    one = await copies_seen.one(context, target.patient, target.record)
    if not copies_seen.shown_to(context, permit, one):
        raise NotFound()
    value = await PARTS[asked.part](context, permit, one)
    return Done(value=value, lines=(copy_line(context, one.row),), note=asked.part.value.encode())


def copy_line(context: ReadContext, row: Mapping[str, Any]) -> Line:
    """A copy as a target."""
    return context.line(row["patient_id"], row["copy_id"], COPY, row["version"])


async def view(context: ReadContext, permit: Permit, one: Seen) -> Any:
    """What is in it and what may be done with it."""
    return await copies_seen.view(context, permit, one)


async def preview(context: ReadContext, permit: Permit, one: Seen) -> CopyFile:
    """The pages as they will be, marked as a draft: for the applicant, and for those who may print these records."""
    row = one.row
    if row["state"] not in (CopyState.PREPARED, CopyState.CONFIRMED):
        raise Conflict(N_("已用印的复制件不再预览。"), N_("请取阅文件。"))
    records, visits, around = await copies_seen.contents(context, one)
    if context.patient is None:
        raise NotFound()
    about = bounded(context.patient, row["matter"])
    for record in records if context.actor.role is not Role.PATIENT else ():
        one_record = concerning(about, record.number)
        decided = context.may(Verb.PRINT, record.category, record.level, patient=one_record)
        if not decided.allow:
            raise Refused(clauses=decided.clauses, rules=decided.rules, reason=decided.reason, matter=decided.matter)
    document = copies_document.document(context.runtime, records, visits, copies_document.drafted(around))
    body = await asyncio.to_thread(pdf.render, document, fonts=context.runtime.fonts)
    return CopyFile(f"{one.kept.number}-draft.pdf", "application/pdf", body, manifest.file_digest(body))


async def file(context: ReadContext, permit: Permit, one: Seen) -> CopyFile:
    """The file as it was stamped: for the window until it is handed over, for the applicant while it is offered."""
    row = one.row
    if row["state"] not in (CopyState.STAMPED, CopyState.HANDED):
        raise Conflict(N_("复制件目前没有可以取阅的文件。"), N_("已作废或换发的复制件不再提供。"))
    theirs = context.actor.role is Role.PATIENT
    if not copies_seen.offers_file(row, permit.at, theirs=theirs):
        if theirs:
            raise Conflict(N_("门户下载的期限已过，或复制件由窗口交付。"), N_("请联系病案室。"))
        raise Conflict(N_("复制件已经交付，窗口不再取阅。"), N_("需要再次提供的，请换发。"))
    found = await context.rows(FILE_SQL, row["patient_id"], row["copy_id"])
    sealed = found[0][0] if found else None
    if sealed is None:
        raise Tampered(where=f"copy_made:{row['patient_id']}.{row['copy_id']}")
    body = await asyncio.to_thread(one.safe.unnest, row["classes"], "file", bytes(sealed))
    digest = manifest.file_digest(body)
    if digest != bytes(row["digest"]).hex():
        raise Tampered(where=f"copy_made:{row['patient_id']}.{row['copy_id']}")
    address = copies_document.check_address(context.runtime, bytes.fromhex(one.kept.secret))
    return CopyFile(f"{one.kept.number}.pdf", "application/pdf", body, digest, address)


async def side(context: ReadContext, permit: Permit, one: Seen) -> CopyCheck:
    """The proof that the ledger committed the stamped file, for those who have the file: it tells nothing of a record.

    Unavailable until the entry stands under a signed checkpoint.
    """
    if one.row["state"] not in (CopyState.STAMPED, CopyState.HANDED):
        raise Conflict(N_("复制件目前没有可以取阅的文件。"), N_("已作废或换发的复制件不再提供。"))
    found = await answer(context, one, bytes(one.row["digest"]).hex())
    if found.proof is None:
        raise Unavailable(N_("存证还没有编入检查点。"), N_("请等候几秒钟再试。"), where="proof")
    return found


PARTS: Final[Mapping[Part, Any]] = {Part.VIEW: view, Part.PREVIEW: preview, Part.FILE: file, Part.SIDE: side}


@read_act(Verb.READ_SEAL_USES)
async def read_seal_uses(context: ReadContext, permit: Permit) -> Done:
    """用印登记: every use of a seal, newest first [4.2.1]."""
    asked = cast(SealUsesRequest, permit.operation.data or SealUsesRequest())
    count = min(max(asked.count, 1), MOST)
    before, number = read_cursor(asked.cursor) if asked.cursor else (copies_seen.FOREVER, 0)
    since, until = asked.since or copies_seen.NEVER, asked.until or copies_seen.FOREVER
    rows = await context.rows(USES_SQL, since, until, before, number, count + 1)
    uses = [used(context, row) for row in rows[:count]]
    people = await names_of(context).people(context, [n for one in uses for n in (one["person_id"], one["witness_id"])])
    numbers = await copies_seen.numbers(context, [(one["patient_id"], one["copy_id"]) for one in uses])
    public = context.runtime.public
    value = tuple(
        SealUseLine(
            one["id"], one["at"], one["seal"], one["medium"], people.get(one["person_id"], NOBODY).name,
            people.get(one["witness_id"], NOBODY).name, public(one["patient_id"], 0),
            public(one["patient_id"], one["copy_id"]), numbers.get((one["patient_id"], one["copy_id"]), ""),
            one["matter"], bytes(one["digest"]).hex(),
        )
        for one in uses
    )  # fmt: skip
    more = cursor(uses[-1]["at"], uses[-1]["id"]) if len(rows) > count else ""
    return Done(value=value, more=more)


def used(context: ReadContext, row: Sequence[Any]) -> dict[str, Any]:
    """A row of the register, genuine."""
    group = USE.groups["u"]
    if not context.runtime.sealer.holds(group.table, group.values(row), group.mac(row)):
        raise Tampered(where=f"seal_use:{row[0]}")
    return {name.partition(".")[2]: row[at] for name, at in USE.at.items()}
