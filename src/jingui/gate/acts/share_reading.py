"""五（二）共享情况: which transmissions there are, one with its life, with whom one could share [5.2.1] [5.1.3]"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import orjson

from jingui.core.errors import Gone, Invalid, JinguiError, NotFound, Tampered
from jingui.core.permit import Permit
from jingui.core.receiving import ShownPart
from jingui.core.share import BASES, CONSENT, PURPOSES
from jingui.core.sharing import (
    SORTS,
    TRANSMISSION,
    InsideLine,
    LifeLine,
    Option,
    Options,
    ShareOptions,
    TransmissionLine,
    Transmissions,
    TransmissionsRequest,
    TransmissionView,
    VisitOption,
)
from jingui.core.transmit import Media, TransmissionState
from jingui.core.word import N_
from jingui.core.words import Category, Level, RecordState, Role, Verb
from jingui.formats import inbound
from jingui.gate import facts as f
from jingui.gate.charting import family
from jingui.gate.context import ReadContext
from jingui.gate.finding import patient_line
from jingui.gate.names import NOBODY, names_of
from jingui.gate.outbox import KEYS_SQL, open_content
from jingui.gate.partners_standing import standings_seen
from jingui.gate.registry import Done, read_act
from jingui.gate.sharing_consent import SHARING, names
from jingui.store.statements import Columns

MOST: Final = 200
# Their own work leads them to messages, never to patients: they see no name.
NAMELESS: Final = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
# Without a patient, who sees what others shared too.
OFFICES: Final = frozenset({
    Role.INFECTION_CONTROL, Role.INSURANCE_OFFICE, Role.QUALITY, Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR,
    Role.HEAD, Role.SUPERVISOR, Role.DISCIPLINE, *NAMELESS,
})  # fmt: skip
ROW: Final = Columns()
ROW.sealed("t", "transmission")
ROW.add("t.attempts", "t.next", "t.problem", "t.version", "p.name", "c.code", "a.number", "k.state")
KINDS: Final = """(SELECT array_agg(DISTINCT i.kind ORDER BY i.kind) FROM record i WHERE i.patient_id = t.patient_id
AND i.record_id = ANY(t.records))"""
ROW.add(KINDS)
FROM: Final = """FROM transmission t LEFT JOIN partner p ON p.id = t.partner_id
LEFT JOIN channel c ON c.id = t.channel_id LEFT JOIN agreement a ON a.id = t.agreement_id
LEFT JOIN patient_consent k ON k.patient_id = t.patient_id AND k.consent_id = t.consent_id"""
WHERE: Final = """WHERE ($1::bigint[] = '{}' OR t.patient_id = ANY($1)) AND ($2::bigint = 0 OR t.person_id = $2)
AND ($3::text = '' OR t.state = $3) AND ($4::bigint = 0 OR t.partner_id = $4) AND ($5::text = '' OR t.purpose = $5)
AND ($6::bigint = 0 OR t.channel_id = $6)"""
ORDERS: Final[Mapping[str, str]] = {
    "-made": "t.made DESC", "made": "t.made", "state": "t.state, t.made DESC", "partner": "p.name, t.made DESC",
    "purpose": "t.purpose, t.made DESC",
}  # fmt: skip
LIST_SQL: Final[Mapping[str, str]] = {
    name: f"SELECT {ROW.sql} {FROM} {WHERE} ORDER BY {order}, t.transmission_id LIMIT $7::int OFFSET $8::int"
    for name, order in ORDERS.items()
}
COUNT_SQL: Final = f"SELECT count(*) FROM transmission t {WHERE}"  # noqa: S608 -- own texts only
ONE_SQL: Final = f"SELECT {ROW.sql} {FROM} WHERE t.patient_id = $1::bigint AND t.transmission_id = $2::bigint"
PARTNERS_SQL: Final = "SELECT id, name FROM partner ORDER BY name LIMIT 500"
INSIDE_SQL: Final = """SELECT record_id, kind, category, level FROM record WHERE patient_id = $1::bigint
AND record_id = ANY($2::bigint[]) ORDER BY record_id"""
LIFE_SQL: Final = """SELECT e.id, e.at, e.verb, e.decision, e.person_id FROM entry e WHERE e.patient_id = $1::bigint
AND e.verb = ANY($2::text[]) AND e.at >= $3::timestamptz AND position($4::bytea in e.targets) > 0
ORDER BY e.id LIMIT 200"""
PAYLOAD_SQL: Final = "SELECT payload FROM transmission WHERE patient_id = $1::bigint AND transmission_id = $2::bigint"
MOVES: Final = ("share", "send", "take_receipt", "stop_transmission", "retry_transmission", "withdraw_consent")
VISITS_SQL: Final = """SELECT encounter_id, kind, starts, ends FROM encounter WHERE patient_id = $1::bigint
AND state <> 'cancelled' ORDER BY starts DESC LIMIT 50"""
CONSENTS: Final = Columns()
CONSENTS.sealed("k", "patient_consent")
CONSENTS_SQL: Final = f"""SELECT {CONSENTS.sql} FROM patient_consent k WHERE k.patient_id = $1::bigint
AND k.kind = $2::text ORDER BY k.starts DESC, k.consent_id DESC"""  # noqa: S608 -- own texts only


@read_act(Verb.READ_TRANSMISSIONS)
async def read_transmissions(context: ReadContext, permit: Permit) -> Done:
    """A page of transmissions: of a patient, of what one shared oneself, or of the house; or what could be chosen."""
    data = permit.operation.data
    if isinstance(data, ShareOptions):
        return await options(context)
    asked = data if isinstance(data, TransmissionsRequest) else TransmissionsRequest()
    checked(asked)
    patient = permit.operation.target.patient
    if patient and context.patient is None:
        raise NotFound()
    mine = 0 if patient or context.actor.role in OFFICES else permit.person
    # With a patient, also the numbers that were merged into this one, as far as their charts are this reader's too.
    people = await family(context, context.patient) if context.patient is not None else {}
    where = (sorted(people), mine, asked.state, asked.partner, asked.purpose, asked.channel)
    count = max(1, min(asked.count, MOST))
    rows = await context.rows(LIST_SQL[asked.sort], *where, count, count * (max(asked.page, 1) - 1))
    total = int((await context.rows(COUNT_SQL, *where))[0][0])
    found = [genuine(context, row) for row in rows]
    people = people or await people_of(context, [one["patient_id"] for one in found])
    shown = [one for one in found if tellable(context, people.get(one["patient_id"]), one)]
    partners = await context.rows(PARTNERS_SQL) if not patient else ()
    value = Transmissions(
        lines=tuple(line(context, one, people.get(one["patient_id"])) for one in shown), total=total,
        hidden=len(found) - len(shown), partners=tuple((row[0], row[1]) for row in partners),
        patient=patient_line(context, context.patient) if context.patient is not None else None,
    )  # fmt: skip
    numbers = tuple(dict.fromkeys(one["patient_id"] for one in shown if one["patient_id"]))
    return Done(value=value, patients=numbers, lines=tuple(context.line(one) for one in numbers))


def checked(asked: TransmissionsRequest) -> None:
    """Invalid for a filter or order that does not exist."""
    wrong = []
    if asked.state and asked.state not in set(TransmissionState):
        wrong.append(("state", N_("没有这种状态")))
    if asked.purpose and asked.purpose not in PURPOSES:
        wrong.append(("purpose", N_("不在允许的共享目的之内")))
    if asked.sort not in SORTS:
        wrong.append(("sort", N_("不能按此排序")))
    if wrong:
        raise Invalid(places=tuple(wrong))


def genuine(context: ReadContext, row: Sequence[Any]) -> dict[str, Any]:
    """A transmission's columns; Tampered when it is not as Jingui wrote it."""
    group = ROW.groups["t"]
    get = {name.removeprefix("t."): row[place] for name, place in ROW.at.items()}
    if not context.runtime.sealer.holds("transmission", group.values(row), group.mac(row)):
        raise Tampered(where=f"transmission:{get['patient_id']}.{get['transmission_id']}")
    return get


async def people_of(context: ReadContext, patients: Sequence[int]) -> dict[int, f.PatientFacts]:
    """Whom they are about."""
    wanted = [one for one in dict.fromkeys(patients) if one]
    return {one.patient: one for one in await context.about(wanted) if one is not None} if wanted else {}


def tellable(context: ReadContext, facts: f.PatientFacts | None, one: Mapping[str, Any]) -> bool:
    """Whether this reader may learn of it. What one shared oneself one knows."""
    if facts is None:
        return bool(one["patient_id"] == 0)
    if context.patient is None and one["person_id"] == context.actor.person:
        return True
    return context.may(Verb.READ_TRANSMISSION, Category.BASIC, Level(one["level"]), patient=facts).allow


def line(context: ReadContext, one: Mapping[str, Any], facts: f.PatientFacts | None) -> TransmissionLine:
    """A transmission in a list."""
    public = context.runtime.public
    name = ""
    if facts is not None and not facts.destroyed and context.actor.role not in NAMELESS:
        known = patient_line(context, facts)
        name = known.name if known is not None else ""
    return TransmissionLine(
        public(one["patient_id"], one["transmission_id"]), public(one["patient_id"], 0) if one["patient_id"] else "",
        name, one["partner_id"], one["p.name"] or "", one["purpose"], one["media"], one["label"], one["basis"],
        one["level"], len(one["records"]), one["size"], one["made"], one["state"], one["attempts"], one["next"],
        one["problem"], one["received"], one["c.code"] or "", one["consent_id"], one["k.state"] or "",
        tuple(one[KINDS] or ()),
    )  # fmt: skip


@read_act(Verb.READ_TRANSMISSION)
async def read_transmission(context: ReadContext, permit: Permit) -> Done:
    """One transmission: the decision, what is inside, each attempt, the receipt, both digests [5.1.3]."""
    target = permit.operation.target
    rows = await context.rows(ONE_SQL, target.patient, target.record)
    if not rows or not target.record:
        raise NotFound()
    one = genuine(context, rows[0])
    if not tellable(context, context.patient, one):
        raise NotFound()
    if context.patient is not None and context.patient.destroyed:
        raise Gone()
    inside = [
        InsideLine(
            context.runtime.public(target.patient, number) if readable(context, category, level) else "",
            kind, category, level,
        )
        for number, kind, category, level in await context.rows(INSIDE_SQL, target.patient, list(one["records"]))
    ]  # fmt: skip
    hidden, content, parts = await content_for(context, one, inside)
    public = context.runtime.public(target.patient, target.record)
    entries = await context.rows(LIFE_SQL, target.patient, list(MOVES), one["made"], public.encode())
    people = await names_of(context).people(context, [one["person_id"], *(row[4] or 0 for row in entries)])
    receipt = bytes(one["receipt"]) if one["receipt"] is not None else b""
    said = received(receipt)
    view = TransmissionView(
        line=line(context, one, context.patient),
        patient=patient_line(context, context.patient)
        if context.patient is not None and context.actor.role not in NAMELESS else None,
        message=str(one["message"]), agreement=one["a.number"] or "", view=one["view"], consent=one["consent_id"],
        consent_state=one["k.state"] or "", sharer=people.get(one["person_id"], NOBODY).name,
        digest=bytes(one["digest"]).hex(), receipt=receipt, receipt_digest=said.get("digest", ""),
        receipt_reason=said.get("reason", ""), receipt_entry=said.get("entry", ""),
        reply_to=str(one["reply_to"] or ""), matter=one["matter"], inside=tuple(inside),
        life=tuple(
            LifeLine(str(row[0]), row[1], row[2], row[3], people.get(row[4] or 0, NOBODY).name, "") for row in entries
        ),
        content=content, parts=parts, hidden=hidden,
    )  # fmt: skip
    own = context.line(target.patient, target.record, TRANSMISSION, one["version"])
    seen = tuple(context.line(target.patient, number) for number in one["records"]) if content else ()
    return Done(value=view, lines=(own, *seen), patients=(target.patient,) if target.patient else ())


async def content_for(
    context: ReadContext, one: Mapping[str, Any], inside: Sequence[InsideLine]
) -> tuple[str, bytes, tuple[ShownPart, ...]]:
    """Why the content is not shown ("" when it is), the content as it left, and the same as text.

    Whoever may not open every record inside sees none of it; Tampered when it is not what the row says it was.
    """
    patient, number = one["patient_id"], one["transmission_id"]
    if context.actor.role in NAMELESS:
        return "post", b"", ()
    if len(inside) < len(one["records"]) or not all(each.record for each in inside):
        return "right", b"", ()
    found = await context.rows(PAYLOAD_SQL, patient, number)
    keys = await context.rows(KEYS_SQL, patient)
    try:
        content = open_content(context.runtime, patient, number, found[0][0], one["classes"], keys)
    except Gone:
        return "gone", b"", ()
    if sha256(content).digest() != bytes(one["digest"]):
        raise Tampered(where=f"transmission:{patient}.{number}")
    try:
        parts = told(content) if one["media"] == Media.NOTICE else inbound.shown(Media(one["media"]), content)
    except JinguiError:
        return "unreadable", content, ()
    return "", content, parts


def told(content: bytes) -> tuple[ShownPart, ...]:
    """A notice as it left: its names and values."""
    return (ShownPart(rows=tuple((str(name), str(value)) for name, value in orjson.loads(content).items())),)


def readable(context: ReadContext, category: str, level: str) -> bool:
    """Whether the reader may open a record inside."""
    return context.may(Verb.READ, Category(category), Level(level), state=RecordState.ENTERED).allow


def received(receipt: bytes) -> dict[str, str]:
    """What a receipt says, as it was proven when it came; {} for none, or where the transport answered alone."""
    parts = receipt.split(b".")
    if len(parts) != 3:
        return {}
    try:
        found = orjson.loads(base64.urlsafe_b64decode(parts[1] + b"=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


async def options(context: ReadContext) -> Done:
    """Partners, purposes and what each would rest on for this patient: nothing of the chart is looked at."""
    if context.patient is None:
        raise NotFound()
    patient = context.patient.patient
    consents = [word(context, row) for row in await context.rows(CONSENTS_SQL, patient, SHARING)]
    out = []
    for found in await standings_seen(context):
        held, partner = found.agreement, found.partner.id
        for name in held.purposes if held is not None else ():
            row = PURPOSES.get(name)
            if row is None or held is None or found.partner.kind not in row.kinds:
                continue
            state = ""
            if row.basis == CONSENT:
                state = next((one["state"] for one in consents if names(one["party"], found.partner.uscc)), "missing")
            why = found.reason or ("agreement_scope" if row.view not in held.views else "")
            if not why and row.assessed and not held.assessment:
                why = "assessment"
            if not why and state not in ("", "given"):
                why = "consent"
            basis = BASES[row.basis].text if row.basis in BASES else CONSENT
            out.append(
                Option(partner, found.partner.name, found.partner.kind, name, held.payloads, held.number, basis, state,
                       why)
            )  # fmt: skip
    visits = tuple(
        VisitOption(context.runtime.public(patient, row[0]), row[1], row[2], row[3])
        for row in await context.rows(VISITS_SQL, patient)
    )
    value = Options(patient=patient_line(context, context.patient), options=tuple(out), visits=visits)
    return Done(value=value)


def word(context: ReadContext, row: Sequence[Any]) -> dict[str, Any]:
    """A consent's columns, genuine."""
    group = CONSENTS.groups["k"]
    if not context.runtime.sealer.holds("patient_consent", group.values(row), group.mac(row)):
        raise Tampered(where=f"patient_consent:{row[0]}.{row[1]}")
    return {name.removeprefix("k."): row[place] for name, place in CONSENTS.at.items()}
