"""五（一）3: what came from partners, listed and one by one: who sent it, what it says, why it waits [5.1.3] [4.1.1]"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from jingui.core.errors import Gone, Invalid, JinguiError, NotFound, Tampered
from jingui.core.patient import PatientLine
from jingui.core.receiving import (
    SEX,
    WRITTEN,
    CandidateLine,
    Inbound,
    ReceivedLine,
    ReceivedList,
    ReceivedPage,
    ReceivedRequest,
    ReviewReceived,
    ShownPart,
)
from jingui.core.transmit import Media, ReceivedState
from jingui.core.word import N_
from jingui.core.words import Category, Level, RecordState, Verb
from jingui.crypto.parcel_head import content_of
from jingui.formats import fhir_json, inbound
from jingui.formats.fhir_identity import field_of
from jingui.gate import facts as f
from jingui.gate.context import ReadContext
from jingui.gate.finding import patient_line
from jingui.gate.names import NOBODY, names_of
from jingui.gate.paging import cursor, read_cursor
from jingui.gate.receiving_people import LIKELY_SQL, looked
from jingui.gate.receiving_records import content_of as filed_content
from jingui.gate.receiving_slip import KIND, open_waiting
from jingui.gate.registry import Done
from jingui.gate.settings import loop_values
from jingui.store.statements import Columns
from jingui.store.vault import seal_parts

ROW: Final = Columns()
ROW.sealed("r", "received")
ROW.sealed("p", "partner")
ROW.add("g.number")
FROM: Final = """received r JOIN partner p ON p.id = r.partner_id LEFT JOIN agreement g ON g.id = r.agreement_id"""
# What waits comes first, the longest waiting on top; of the rest, the newest.
WAITING_SQL: Final = f"""SELECT {ROW.sql} FROM {FROM} WHERE r.state = 'quarantined'
AND ($1::bigint = 0 OR r.partner_id = $1) ORDER BY r.at, r.id LIMIT $2::int"""  # noqa: S608 -- own texts only
REST_SQL: Final = f"""SELECT {ROW.sql} FROM {FROM} WHERE r.state <> 'quarantined'
AND ($1::text = '' OR r.state = $1) AND ($2::bigint = 0 OR r.partner_id = $2)
AND (r.at, r.id) < ($3::timestamptz, $4::bigint) ORDER BY r.at DESC, r.id DESC LIMIT $5::int"""  # noqa: S608 -- own texts only
ONE_SQL: Final = f"""SELECT {ROW.sql}, r.payload, k.wrapped FROM {FROM}
LEFT JOIN patient_key k ON k.patient_id = r.id AND k.retention_class = '{KIND}'
WHERE r.id = $1::bigint"""  # noqa: S608 -- own texts only
COUNT_SQL: Final = "SELECT count(*) FROM received WHERE state = 'quarantined'"
PARTNERS_SQL: Final = """SELECT p.id, p.name FROM partner p
WHERE EXISTS (SELECT 1 FROM received r WHERE r.partner_id = p.id) ORDER BY p.name LIMIT 500"""
RECORD_SQL: Final = """SELECT v.payload, v.seal, v.version, k.wrapped FROM record r
JOIN record_version v ON v.patient_id = r.patient_id AND v.record_id = r.record_id AND v.version = r.version
LEFT JOIN patient_key k ON k.patient_id = r.patient_id AND k.retention_class = r.retention_class
WHERE r.patient_id = $1::bigint AND r.record_id = $2::bigint"""
MOST: Final = 200
CANDIDATES: Final = 20
LAST: Final = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
PROVEN: Final = ("id_card", "passport")
LABELS: Final[Mapping[str, str]] = {
    "name": N_("姓名"), "birth_date": N_("出生日期"), "id_card": N_("身份证号"), "passport": N_("护照号"),
    "identifier": N_("其他编号"), "phone": N_("电话"),
}  # fmt: skip
UNSEEN: Final[Mapping[str, str]] = {
    "kept": N_("内容没有保存。"), "right": N_("您没有查阅该患者病历的权限，因此不显示内容。"),
    "gone": N_("内容已按程序销毁。"), "unreadable": N_("内容无法解析，因此不显示。"),
    "notice": N_("通知没有需要显示的内容。"), "virus": N_("可能含有病毒，因此不打开。"),
}  # fmt: skip


async def received(context: ReadContext, request: ReceivedRequest) -> Done:
    """A page of the list: what waits first, then the newest."""
    if request.state and request.state not in set(ReceivedState):
        raise Invalid(places=(("state", N_("没有这种状态")),))
    count = min(max(request.count, 1), MOST)
    at, number = read_cursor(request.cursor or cursor(LAST, 0))
    rows: list[Sequence[Any]] = []
    if not request.cursor and request.state in ("", ReceivedState.QUARANTINED):
        rows += await context.rows(WAITING_SQL, request.partner, MOST)
    more = ""
    if request.state != ReceivedState.QUARANTINED:
        rest = await context.rows(REST_SQL, request.state, request.partner, at, number, count + 1)
        rows += rest[:count]
        if len(rest) > count:
            last = line(context, rest[count - 1])
            more = cursor(last.at, last.id)
    hours = timedelta(hours=int((await loop_values(context.pipe, context.actor.epoch))["received_review_hours"]))
    due = context.runtime.clock.now() - hours
    made = (line(context, row) for row in rows)
    lines = tuple(replace(one, overdue=one.state == ReceivedState.QUARANTINED and one.at < due) for one in made)
    partners = tuple((row[0], row[1]) for row in await context.rows(PARTNERS_SQL))
    total = (await context.rows(COUNT_SQL))[0][0]
    return Done(value=ReceivedList(lines=lines, waiting=total, partners=partners), more=more)


def line(context: ReadContext, row: Sequence[Any]) -> ReceivedLine:
    """One line; Tampered when a row is not as the door wrote it."""
    sealer = context.runtime.sealer
    for alias in ("r", "p"):
        group = ROW.groups[alias]
        if not sealer.holds(group.table, group.values(row), group.mac(row)):
            raise Tampered(where=f"{group.table}:{row[group.start]}")
    get = {name: row[at] for name, at in ROW.at.items()}
    public = context.runtime.public
    return ReceivedLine(
        id=get["r.id"], partner=get["p.name"], message=str(get["r.message"]), media=get["r.media"],
        label=get["r.label"], purpose=get["r.purpose"], state=get["r.state"], reason=get["r.reason"],
        size=get["r.size"], at=get["r.at"], settled=get["r.settled"],
        patient=public(get["r.patient_id"], 0) if get["r.patient_id"] else "",
    )  # fmt: skip


async def one(context: ReadContext, request: ReviewReceived) -> Done:
    """One content: shown while it waits to those who may settle it, afterwards to those who may read that record."""
    rows = await context.rows(ONE_SQL, request.received)
    if not rows:
        raise NotFound()
    row = rows[0]
    head = line(context, row)
    get = {name: row[at] for name, at in ROW.at.items()}
    patient = get["r.patient_id"]
    facts = (await context.about([patient]))[0] if patient else None
    if patient and (facts is None or facts.destroyed):
        raise Gone()
    hidden, content = await content_for(context, head, row[-2:], facts, tuple(get["r.records"]))
    said: Inbound = Inbound()
    parts: tuple[ShownPart, ...] = ()
    if content is not None:
        try:
            said = inbound.read(Media(head.media), content)
            parts = inbound.shown(Media(head.media), content)
        except JinguiError:
            hidden = UNSEEN["unreadable"]
    waits = head.state == ReceivedState.QUARANTINED
    found = await candidates(context, said.patient) if waits else ()
    people = await names_of(context).people(context, [get["r.person_id"]])
    public = context.runtime.public
    page = ReceivedPage(
        line=head, uscc=get["p.uscc"], agreement=get["g.number"] or "", digest=bytes(get["r.digest"]).hex(),
        receipt=bytes(get["r.receipt"]).decode("ascii", "replace"), title=said.title or head.label,
        said=told(said) if waits or facts is not None else (), parts=parts, hidden=hidden, candidates=found,
        records=tuple(public(patient, n) for n in get["r.records"]) if patient and not hidden else (),
        settled_by=people.get(get["r.person_id"], NOBODY).name, content_type=said.content_type,
    )  # fmt: skip
    numbers = dict.fromkeys([patient] if patient else [])
    numbers |= dict.fromkeys(pair[0] for each in found if (pair := context.runtime.ids.internal(each.patient)))
    shown = tuple(context.line(patient, n) for n in get["r.records"]) if page.records else ()
    return Done(value=page, lines=(*(context.line(n) for n in numbers), *shown), patients=tuple(numbers))


async def content_for(
    context: ReadContext, head: ReceivedLine, kept: Sequence[Any], facts: f.PatientFacts | None,
    records: tuple[int, ...],
) -> tuple[str, bytes | None]:  # fmt: skip
    """Why the content is not shown ("" when it is), and the content. `kept`: what waits, and its wrapped key."""
    payload, slip = kept
    if head.media == Media.NOTICE:
        return UNSEEN["notice"], None
    if head.state == ReceivedState.QUARANTINED and payload is not None:
        if head.reason == "virus":
            return UNSEEN["virus"], None
        return "", content_of(open_waiting(context.runtime, head.id, slip, bytes(payload))).content
    if facts is None or not records:
        return UNSEEN["kept"], None
    asked = await context.about_records([(facts.patient, records[-1])])
    row = asked[0].row if asked and asked[0] is not None else None
    if row is None or row[f.R_VERSION] is None:
        return UNSEEN["gone"], None
    if bad := f.unsealed_record(row, context.runtime.sealer):
        raise Tampered(where=bad)
    decided = context.may(
        Verb.READ, f.CATEGORIES.get(row[f.R_CATEGORY], Category.NONE), f.LEVELS.get(row[f.R_LEVEL], Level.SECRET),
        patient=asked[0], state=f.STATES.get(row[f.R_STATE], RecordState.DESTROYED), author=row[f.R_AUTHOR] or 0,
    )  # fmt: skip
    if not decided.allow:
        return UNSEEN["right"], None
    found = await context.rows(RECORD_SQL, facts.patient, records[-1])
    if not found:
        return UNSEEN["gone"], None
    sealed, seal, version, wrapped = found[0]
    vault = context.runtime.vault
    try:
        key = vault.key(facts.patient, seal_parts(seal, "record")[2], wrapped)
    except Gone:
        return UNSEEN["gone"], None
    body = vault.open(key, facts.patient, records[-1], version, seal, sealed)
    return "", filed_content(fhir_json.parse(body, max_bytes=1 << 28))


def told(said: Inbound) -> tuple[tuple[str, str], ...]:
    """What a content says of its patient, as label and text."""
    patient = said.patient
    names = [str(one.get("text", "")) for one in patient.get("name") or () if isinstance(one, Mapping)]
    rows = [
        (N_("姓名"), "、".join(dict.fromkeys(name for name in names if name))),
        (SEX, str(patient.get("gender", ""))), (N_("出生日期"), str(patient.get("birthDate", ""))),
        *(
            (LABELS[kind], str(one.get("value", ""))) if (kind := field_of(one)) in PROVEN
            else (N_("编号"), f"{one.get('value', '')}（{one.get('system', '')}）")
            for one in patient.get("identifier") or () if isinstance(one, Mapping)
        ),
        (WRITTEN, said.written),
    ]  # fmt: skip
    return tuple((label, text) for label, text in rows if text)


async def candidates(context: ReadContext, patient: Mapping[str, Any]) -> tuple[CandidateLine, ...]:
    """Who it may be about, most agreement first; only those whom this actor may look up."""
    fields, tokens = looked(context.runtime, patient)
    if not fields:
        return ()
    why: dict[int, set[str]] = {}
    for number, field in await context.rows(LIKELY_SQL, fields, tokens):
        why.setdefault(number, set()).add(field)
    best = sorted(why, key=lambda number: (-len(why[number]), number))
    best = [number for number in best if why[number] != {"birth_date"}][:CANDIDATES]
    out = []
    for number, facts in zip(best, await context.about(best), strict=True):
        if facts is None or facts.destroyed or facts.linked_to:
            continue
        if not context.may(Verb.SEARCH_PATIENT, Category.BASIC, Level.ORDINARY, patient=facts).allow:
            continue
        shown: PatientLine | None = patient_line(context, facts)
        if shown is not None and not shown.alias:  # whoever is hidden behind an alias is nobody's guess
            out.append(CandidateLine(
                patient=shown.id, name=shown.name, gender=shown.sex, birth=shown.birth,
                number=next(iter(shown.numbers.values()), ""),
                why=tuple(LABELS[field] for field in LABELS if field in why[number]),
            ))  # fmt: skip
    return tuple(out)
