"""二（一）3 敏感信息: consents given, withdrawn, listed, and those still owed [2.1.3] [1.3.2] [5.2.2]"""

from typing import Any, Final, cast

from jingui.core import consents as core
from jingui.core.consents import Consents, ConsentsRequest, ConsentState, GiveConsent, Given, OwedLine, WithdrawConsent
from jingui.core.entry import Line
from jingui.core.errors import Conflict, NotFound, Tampered
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Category, Level, Role, Verb
from jingui.formats import fhir_consent, scans, sensitivity
from jingui.formats.validate import validate
from jingui.gate import consents, settings, sharing_outbox
from jingui.gate.charting import family
from jingui.gate.consent_paper import charted, check, drawn_before, made, read_paper, told_texts
from jingui.gate.context import ReadContext
from jingui.gate.finding import patient_line
from jingui.gate.registry import Done, read_act, write_act
from jingui.gate.rows import keep, locked
from jingui.gate.writing import WriteContext
from jingui.store.models import PatientConsent
from jingui.store.statements import Columns

MOST = 300  # patients of a department that are looked through
# Posts whose work is the whole house; everybody else sees the department of their post.
WHOLE_HOUSE = frozenset({Role.REGISTRAR, Role.MEDICAL_AFFAIRS})
CURRENT_SQL = """SELECT DISTINCT e.patient_id FROM encounter e WHERE e.state = 'open'
AND ($1::bigint = 0 OR e.department_id = $1) ORDER BY e.patient_id DESC LIMIT $2::int"""

PARTNER: Final = Columns()
PARTNER.sealed("p", "partner")
PARTNERS_SQL: Final = f"SELECT {PARTNER.sql} FROM partner p WHERE p.state = 'active' ORDER BY p.name, p.id LIMIT 500"  # noqa: S608 -- own names


@write_act(Verb.GIVE_CONSENT)
def give_consent(context: WriteContext, permit: Permit) -> Done:
    """Keep a signed consent, or that they refused: the paper as a record of the chart, the row that decides beside it.

    Invalid names the field; Conflict when the same drawing was used before.
    """
    data = cast(GiveConsent, permit.operation.data)
    number = permit.operation.target.patient
    values = settings.values(context.runtime, context.epoch)
    chart = charted(context, number)
    check(context, data, chart.birth, permit.at, values)
    media = scans.media_type(data.signed.body, cast(int, values["consent_scan_kb"]) << 10, "signed")
    if drawn_before(context, number, data):
        raise Conflict(N_("这份签名已经用于另一份同意书。"), N_("请由签署人重新签名。"))
    resource = fhir_consent.built(
        data, patient=f"Patient/{chart.public}", at=permit.at, media=media, told=told_texts(data)
    )
    validate(resource)
    record = context.runtime.number(context.runtime.clock.now())
    made(context, chart, record, resource, author=permit.person, department=permit.department, values=values)
    told = fhir_consent.outline(resource)
    if told is None:
        raise RuntimeError("a consent that was just written says nothing")
    keep(context, consents.new_row(told, patient=number, number=record, record=record, at=permit.at), new=True)
    return Done(
        value=Given(consent=record, record=context.runtime.public(number, record)),
        lines=(context.line(number, record, "Consent", 1),), bump=not data.agreed,
    )  # fmt: skip


@write_act(Verb.WITHDRAW_CONSENT)
def withdraw_consent(context: WriteContext, permit: Permit) -> Done:
    """End a consent now, in the row that decides and in the paper's record; what was done before stays lawful."""
    data = cast(WithdrawConsent, permit.operation.data)
    number = permit.operation.target.patient
    row = locked(context, PatientConsent, (number, data.consent))
    if row.state != ConsentState.GIVEN:
        raise Conflict(N_("这份同意已经撤回，或本来就没有同意。"))
    row.state = ConsentState.WITHDRAWN.value
    keep(context, row)
    lines: tuple[Line, ...] = (context.line(number),)
    if row.record_id:
        paper, old = read_paper(context, number, row.record_id)
        version = made(
            context, charted(context, number), row.record_id, fhir_consent.withdrawn(paper), author=permit.person,
            department=permit.department, values=settings.values(context.runtime, context.epoch), old=old,
        )  # fmt: skip
        lines = (context.line(number, row.record_id, "Consent", version),)
    lines += sharing_outbox.withdrawn(context, number, data.consent, permit.at)
    return Done(value=data.consent, lines=lines, note=data.reason.encode(), bump=True)


@read_act(Verb.READ_CONSENTS)
async def read_consents(context: ReadContext, permit: Permit) -> Done:
    """The patient's consents and what is still owed; without a patient, whom the asker's department still owes."""
    asked = permit.operation.data if isinstance(permit.operation.data, ConsentsRequest) else ConsentsRequest()
    if permit.operation.target.patient:
        return await of_patient(context, permit, asked)
    return await of_department(context, permit, asked)


def tellable(context: ReadContext, level: Level, **more: Any) -> bool:
    """Whether this reader may learn of a consent of that level."""
    return context.may(Verb.READ_CONSENTS, Category.BASIC, level, **more).allow


async def of_patient(context: ReadContext, permit: Permit, asked: ConsentsRequest) -> Done:
    """One patient's, and those of the numbers merged into it."""
    if context.patient is None:
        raise NotFound()
    number = context.patient.patient
    values = await settings.loop_values(context.pipe, context.actor.epoch)
    patients = sorted(await family(context, context.patient))
    rows = consents.checked(context.runtime, await context.rows(consents.ROWS_SQL, patients))
    seen = consents.seen_by(await context.rows(consents.SEEN_SQL, patients, consents.NOT_CLINICAL))
    first: dict[Any, Any] = {}
    for one in seen.values():
        for label, times in one.items():
            old = first.get(label, times)
            first[label] = core.Seen(min(old.first, times.first), max(old.last, times.last))
    owed = consents.owed_of(first, [consents.word(row) for row in rows], values)
    lines = [consents.line(context.runtime, row) for row in rows]
    shown = tuple(one for one in lines if tellable(context, consents.level_of(one.labels)))
    due = tuple(one for one in owed if tellable(context, sensitivity.level((one.label,))))
    hidden = len(lines) - len(shown) + len(owed) - len(due)
    public = context.runtime.public
    targets = (
        context.line(number),
        *(Line(public(number, 0), one.record, "Consent", 0) for one in shown if one.record),
    )
    minor = core.under(context.face(context.patient).get("birth", ""), permit.at, cast(int, values["minor_years"]))
    value = Consents(
        lines=shown, owed=due, minor=minor, hidden=hidden, patient=patient_line(context, context.patient),
        partners=await active_partners(context) if asked.partners else (),
    )  # fmt: skip
    return Done(value=value, lines=targets)


async def active_partners(context: ReadContext) -> tuple[tuple[str, str], ...]:
    """Whom a consent to share may name; Tampered for a row that is not as it was registered."""
    out = []
    group = PARTNER.groups["p"]
    for row in await context.rows(PARTNERS_SQL):
        if not context.runtime.sealer.holds("partner", group.values(row), group.mac(row)):
            raise Tampered(where=f"partner:{row[0]}")
        out.append((row[PARTNER.at["p.uscc"]], row[PARTNER.at["p.name"]]))
    return tuple(out)


async def of_department(context: ReadContext, permit: Permit, asked: ConsentsRequest) -> Done:
    """Current patients who are still owed something, the most urgent first; what may not be told counts for nobody."""
    values = await settings.loop_values(context.pipe, context.actor.epoch)
    department = 0 if context.actor.role in WHOLE_HOUSE else context.actor.department
    patients = [row[0] for row in await context.rows(CURRENT_SQL, department, MOST)]
    facts = {one.patient: one for one in await context.about(patients) if one is not None and not one.destroyed}
    rows: dict[int, list[core.Row]] = {}
    for row in consents.checked(context.runtime, await context.rows(consents.ROWS_SQL, patients)):
        rows.setdefault(row[0], []).append(consents.word(row))
    seen = consents.seen_by(await context.rows(consents.SEEN_SQL, patients, consents.NOT_CLINICAL))
    found: list[tuple[int, OwedLine]] = []
    for number, labels in seen.items():
        about = facts.get(number)
        if about is None:
            continue
        owed = [
            one
            for one in consents.owed_of(labels, rows.get(number, ()), values)
            if tellable(context, sensitivity.level((one.label,)), patient=about)
        ]
        line = patient_line(context, about) if owed else None
        if line is not None:
            mrn = line.numbers.get("mrn", "")
            found.append((number, OwedLine(line.id, line.name, mrn, len(owed), owed[0].due)))
    found.sort(key=lambda pair: (pair[1].due, pair[0]))
    found = found[: min(max(asked.count, 1), MOST)]
    return Done(
        value=tuple(one for _, one in found), lines=tuple(context.line(number) for number, _ in found),
        patients=tuple(number for number, _ in found),
    )  # fmt: skip
