"""四（一）1 审批与范围: from what the door answers about patients to what pages show [4.1.1] [1.2]"""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from django.utils.translation import gettext as _

from jingui.core.access import Chart, EncounterLine, PatientLine, ReaderLine, RecordLine
from jingui.core.consents import Precaution
from jingui.core.word import N_
from jingui.core.words import Category, EncounterKind, RecordState
from jingui.formats import display, fhir_json
from jingui.formats.terms import INTERPRETATIONS
from jingui.web import corrections, wording
from jingui.web.templatetags.numbers import mask_id
from jingui.web.viewmodels import access as view
from jingui.web.viewmodels.parts import Tag
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.resource import narrative

FLAGS: Final = {"H": "↑", "HH": "↑↑", "L": "↓", "LL": "↓↓", "A": "!", "AA": "!!", "POS": "+"}
UNUSUAL: Final = frozenset(
    ["preliminary", "amended", "corrected", "entered-in-error", "cancelled", "stopped", "on-hold", "draft", "not-done"]
)
LONGEST: Final = 90  # characters of a summary
KINDS: Final = frozenset(EncounterKind)
NUMBERS: Final = {
    "mrn": N_("病案号"), "inpatient_no": N_("住院号"), "outpatient_no": N_("门诊号"), "insurance_no": N_("医保号"),
    "encounter_no": N_("就诊流水号"),
}  # fmt: skip


def header(
    line: PatientLine, *, holds: tuple[str, ...] = (), visits: Iterable[EncounterLine] = (),
    precautions: Iterable[Precaution] = (),
) -> view.PatientHeader:  # fmt: skip
    """Who it is, with what a reader must know before the first line of the chart."""
    tags = [tag for tag in (wording.relation(line.relation),) if tag]
    open_one = next((one for one in visits if one.state == "open"), None)
    if open_one:
        tags.insert(0, Tag(text=f"{_(kind(open_one.kind).label)} · {wording.department(open_one.department)}"))
    if line.restricted:
        tags.append(Tag(text=_("保密病案"), tone="warn"))
    if line.linked_to:
        tags.append(Tag(text=_("已合并"), tone="warn"))
    tags += [wording.hold(one) for one in holds]
    if line.deceased:
        tags.insert(0, Tag(text=_("已故")))
    return view.PatientHeader(
        href=to("chart", patient=line.id), name=line.name or _("无名氏"), sex=wording.sex(line.sex),
        birth=wording.day(line.birth), mrn=number(line), tags=tuple(tags),
        alerts=tuple(_("防护提示：%(what)s") % {"what": _(one.label)} for one in precautions),
    )  # fmt: skip


def number(line: PatientLine) -> str:
    """The number a ward calls the patient by: 病案号, else the first other one."""
    for field in ("mrn", "inpatient_no", "outpatient_no", "encounter_no"):
        if field in line.numbers:
            return line.numbers[field]
    return "—"


def others(line: PatientLine) -> str:
    """The other numbers of a patient, each with its name."""
    shown = number(line)
    found = [(word, line.numbers[field]) for field, word in NUMBERS.items() if line.numbers.get(field, shown) != shown]
    return " · ".join(f"{_(word)} {value}" for word, value in found)


def masked(value: str) -> str:
    """An identity number as a list may show it; "" for none."""
    return str(mask_id(value)) if value else ""


def kind(value: str) -> EncounterKind:
    """The kind of a visit; one we have no word for is shown as outpatient, the widest."""
    return EncounterKind(value) if value in KINDS else EncounterKind.OUTPATIENT


def visits(chart: Chart, chosen: str) -> tuple[view.EncounterLine, ...]:
    """Stays and visits, newest first; choosing one narrows the timeline to it."""
    here = to("chart", patient=chart.patient.id)
    return tuple(
        view.EncounterLine(
            id=one.id, kind=kind(one.kind), department=wording.department(one.department), start=one.starts,
            end=one.ends if one.ends or one.state == "open" else one.starts, physician=one.attending,
            href=f"{here}?encounter={one.id}", current=one.id == chosen,
        )
        for one in chart.encounters
    )  # fmt: skip


def timeline(chart: Chart, now: datetime) -> tuple[view.TimelineGroup, ...]:
    """The page's records by day and stay, newest first."""
    stays = {one.id: f"{_(kind(one.kind).label)} · {wording.department(one.department)}" for one in chart.encounters}
    made = [(item(record), stays.get(record.encounter, "")) for record in chart.records]
    made.sort(key=lambda pair: pair[0].at, reverse=True)
    return tuple(
        view.TimelineGroup(title=title, day=day, items=tuple(pair[0] for pair in pairs))
        for (day, title), pairs in groupby(made, key=lambda pair: (pair[0].at.astimezone(now.tzinfo).date(), pair[1]))
    )


def item(record: RecordLine) -> view.TimelineItem:
    """One record in one line."""
    resource = fhir_json.parse(record.body)
    line = display.line(resource, wording.language())
    flag, text = flag_of(resource)
    before = fhir_json.parse(record.before) if record.before else None
    return view.TimelineItem(
        href=to("record", record=record.id), at=record.at or record.entered, title=title(line, resource),
        value=line.value, flag=flag, flag_text=text, code=code(resource), versions=record.version,
        category=category(record.category), state=state(record.state),
        author=wording.person(record.author_name, department=wording.department(record.department)),
        summary=summary(resource), kind=kind_of(line, resource), tags=wording.labels(record.level, record.labels),
        corrected=corrections.brief(before, resource) if before else (), reason=corrections.reason(resource),
    )  # fmt: skip


def title(line: display.Line, resource: dict[str, Any]) -> str:
    """What the record is called; its kind where it has no title of its own."""
    return corrections.title(resource) or line.title or line.kind or str(resource.get("resourceType", ""))


def summary(resource: dict[str, Any]) -> str:
    """The first words of a document or the conclusion of a report: what a reader looks for in a list."""
    said = resource.get("conclusion")
    for part in (resource, *(one for one in resource.get("section") or () if isinstance(one, dict))):
        said = said or narrative(part)
    flat = " ".join(said.split()) if isinstance(said, str) else ""
    return flat if len(flat) <= LONGEST else flat[: LONGEST - 1] + "…"


def kind_of(line: display.Line, resource: dict[str, Any]) -> str:
    """What sort of record it is, and its state where that is out of the ordinary."""
    named = line.kind if line.title and line.kind != line.title else ""
    odd = line.state if resource.get("status") in UNUSUAL else ""
    return " · ".join(part for part in (named, odd) if part)


def flag_of(resource: dict[str, Any]) -> tuple[str, str]:
    """The arrow of an abnormal result and its word."""
    for concept in resource.get("interpretation") or ():
        for coding in concept.get("coding") or ():
            if (found := coding.get("code")) in FLAGS:
                return FLAGS[found], str(_(INTERPRETATIONS[found]))
    return "", ""


def code(resource: dict[str, Any]) -> str:
    """The first code of a record, for who checks it."""
    concept = resource.get("code")
    codings = concept.get("coding") if isinstance(concept, dict) else None
    return str(codings[0].get("code", "")) if codings else ""


def category(value: str) -> Category:
    """A record's category; the widest for one of a later version."""
    return Category(value) if value in set(Category) else Category.NONE


def state(value: str) -> RecordState:
    """A record's state."""
    return RecordState(value) if value in set(RecordState) else RecordState.NONE


def readers(lines: Iterable[ReaderLine], *, linked: bool) -> tuple[view.ReaderLine, ...]:
    """Who was here before, each person once with what they did; entries are linked for those who watch the ledger."""
    people: dict[tuple[str, str, str], list[ReaderLine]] = {}
    for one in lines:
        people.setdefault((one.person, one.title, one.department), []).append(one)
    comma = "、" if wording.language() == "zh" else ", "
    return tuple(
        view.ReaderLine(
            person=wording.person(name, post, wording.department(department)), at=done[0].at,
            verb_text=comma.join(dict.fromkeys(verb_text(one.verb, one.decision) for one in done)),
            entry_href=to("entry", entry=done[0].entry) if linked else "",
        )
        for (name, post, department), done in people.items()
    )  # fmt: skip


def verb_text(verb: str, decision: str) -> str:
    """What was done, and whether it was refused."""
    known = wording.verb(verb)
    word = _(known.label) if known else verb
    if decision == "allow":
        return word
    return _("%(text)s（%(more)s）") % {"text": word, "more": _(wording.decision(decision).label)}
