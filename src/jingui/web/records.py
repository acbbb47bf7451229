"""二（二）4 更正留痕: one record, its versions and what each corrected, its life [2.2.4] [1.3.3]"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import orjson
from django.http import HttpRequest
from django.utils.translation import gettext as _

from jingui.core.access import Life, ReaderLine, Versions
from jingui.core.errors import Refused
from jingui.core.operation import Target
from jingui.core.signatures import WaitingRecords
from jingui.core.word import N_
from jingui.core.words import Decision, Level, RecordState, Verb
from jingui.formats import display, fhir_json
from jingui.gate import door
from jingui.web import asking, charting, corrections, wording
from jingui.web.viewmodels.access import PatientHeader
from jingui.web.viewmodels.parts import EntryLine, Link, Tag
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.record import LifePage, RecordPage, SignatureLine, Stage, VersionLine
from jingui.web.viewmodels.resource import Shown

REFERENCE: Final = re.compile(r"([A-Z][A-Za-z]+)/([0-9a-f]{32})")
STATIONS: Final = frozenset({Verb.ENTER, Verb.CORRECT, Verb.IMPORT, Verb.REGISTER_PATIENT})


def page(request: HttpRequest, public: str, version: int) -> RecordPage:
    """The record at `version` (0: the current one). Its reading and that of its versions are two entries."""
    where = door.locate(public)
    sheet = asking.sheet(request, asking.at_version(where, version))
    trace = sheet.trace
    try:
        versions: Versions | None = asking.read(request, Verb.HISTORY, target=where).value
    except Refused:
        versions = None  # entered as refused; what may be read is shown without the others
    resource = fhir_json.parse(sheet.body)
    bodies = {row[0]: row[3] for row in versions.rows} if versions else {}
    before = fhir_json.parse(bodies[sheet.version - 1]) if sheet.version - 1 in bodies else None
    line = display.line(resource, wording.language())
    signed = signatures(request, where, resource)
    request.trace = trace  # type: ignore[attr-defined]  # the strip is the reading's own entry
    return RecordPage(
        patient=header(versions, sheet.patient), title=charting.title(line, resource),
        kind=_("文书") if corrections.is_form(resource) else line.kind,
        category=charting.category(sheet.category), state=charting.state(sheet.state), at=line.at or sheet.entered,
        author=author(versions, sheet.author), version=sheet.version,
        shown=linked(corrections.marked(before, resource) if before else corrections.read(resource)),
        signatures=signed, entered=sheet.entered,
        versions=history(versions, public, sheet.version),
        changes=corrections.changes(before, resource) if before else (), raw=raw(sheet.body), why=wording.why(trace),
        print_href=to("print_record", record=public) if takes(request, Verb.PRINT, sheet.version, versions) else "",
        copy_href=to("copy_record", record=public), may_copy=asking.may(request, Verb.COPY),
        life_href=to("life", record=public), tags=wording.labels(sheet.level, sheet.labels),
        actions=(
            *actions(request, public, resource, sheet.version == newest(versions, sheet.version)),
            *release(request, public, sheet.level),
        ),
        reason=corrections.reason(resource), late_reason=corrections.late(resource),
    )  # fmt: skip


KINDS: Final = {"sign": N_("签名"), "verify": N_("核对确认"), "countersign": N_("审阅签名")}


def signatures(request: HttpRequest, where: Target, resource: Mapping[str, Any]) -> tuple[SignatureLine, ...]:
    """Who signed which version, and whether value, digest and the stored bytes still agree."""
    if not corrections.is_form(resource):
        return ()
    try:
        found = asking.read(request, Verb.LIST, WaitingRecords(what="signatures"), target=where).value
    except Refused:
        return ()  # entered as refused; the record itself may be read
    return tuple(
        SignatureLine(
            kind=_(KINDS.get(one.kind, one.kind)), person=wording.person(one.person), at=one.at, version=one.version,
            tag=Tag(text=_("与内容一致"), tone="ok") if one.holds else Tag(text=_("与内容不一致"), tone="bad"),
            digest=one.digest,
        )
        for one in found
    )  # fmt: skip


def takes(request: HttpRequest, verb: Verb, version: int, versions: Versions | None) -> bool:
    """Whether taking it away is offered: the newest version, to posts that may do it at all."""
    return version == newest(versions, version) and asking.may(request, verb)


def newest(versions: Versions | None, shown_now: int) -> int:
    """The number of the newest version."""
    return max((row[0] for row in versions.rows), default=shown_now) if versions else shown_now


def actions(request: HttpRequest, public: str, resource: Mapping[str, Any], current: bool) -> tuple[Link, ...]:
    """What may be done with a record besides reading it: a form is corrected from its newest version."""
    if not current or not corrections.is_form(resource) or not asking.may(request, Verb.OPEN_FORM):
        return ()
    return (Link(label=_("更正"), href=to("amend", record=public), key="e"),)


def release(request: HttpRequest, public: str, level: str) -> tuple[Link, ...]:
    """告知后放行, where the portal waits for a doctor: of what is highly sensitive."""
    if level != Level.SECRET or not asking.may(request, Verb.RELEASE_RESULT):
        return ()
    return (Link(label=_("告知后放行"), href=to("release", record=public)),)


class Reference(str):
    """A reference to another record, shown by its kind and leading there."""

    href: str


def linked(lines: tuple[Shown, ...]) -> tuple[Shown, ...]:
    """The lines with references to other records of this house as links."""
    return tuple(
        replace(line, texts=tuple(reference(text) for text in line.texts), below=linked(line.below)) for line in lines
    )


def reference(text: str) -> str:
    """A text, or what leads to the record that it names."""
    found = REFERENCE.fullmatch(text)
    if found is None:
        return text
    made = Reference(f"{wording.kind(found[1])} {found[2][:8]}")
    made.href = to("chart", patient=found[2]) if found[1] == "Patient" else to("record", record=found[2])
    return made


def header(versions: Versions | None, public: str) -> PatientHeader:
    """Whose record it is; only the number where the name could not be learnt."""
    if versions is None or versions.patient is None:
        return PatientHeader(href=to("chart", patient=public), name="—", sex="", birth=None, mrn="—")
    return charting.header(versions.patient)


def author(versions: Versions | None, number: int) -> Any:
    """Who wrote a version."""
    name, title, department = versions.authors.get(number, ("", "", "")) if versions else ("", "", "")
    return wording.person(name, title, wording.department(department))


def history(versions: Versions | None, public: str, shown_now: int) -> tuple[VersionLine, ...]:
    """Every version, newest first."""
    return tuple(
        VersionLine(
            number=number, at=entered, author=author(versions, by), current=number == shown_now,
            href=to("record_version", record=public, version=number),
            reason=corrections.reason(fhir_json.parse(body)),
        )
        for number, entered, by, body in (versions.rows if versions else ())
    )  # fmt: skip


def raw(body: bytes) -> str:
    """The stored JSON, indented; numbers with the digits they came with."""
    return orjson.dumps(fhir_json.parse(body), _digits, orjson.OPT_INDENT_2).decode()


def _digits(value: object) -> orjson.Fragment:
    """A decimal as it was written: 1.00 stays 1.00."""
    if not isinstance(value, Decimal):
        raise TypeError(type(value).__name__)
    return orjson.Fragment(str(value))


def life(public: str, found: Life) -> LifePage:
    """What happened to a record, oldest first, and what is still to come."""
    done = [one for one in found.events if one.decision == Decision.ALLOW and one.verb in STATIONS]
    events = (event(one) for one in reversed(found.events))
    return LifePage(
        patient=None, title=wording.kind(found.kind),
        record_href=to("record", record=public), events=tuple(one for one in events if one is not None),
        stages=(
            *(Stage(label=_(Verb(one.verb).label), who=one.person, at=one.at) for one in done),
            *coming(found.facts),
        ),
    )  # fmt: skip


def coming(facts: Mapping[str, Any]) -> tuple[Stage, ...]:
    """What the policy still asks for: filing, and keeping for the class's term."""
    ended = facts.get("last_discharge") or facts.get("last_visit")
    since = _("自 %(day)s 起算") % {"day": f"{ended:%Y-%m-%d}"} if isinstance(ended, datetime) else ""
    filed = facts.get("state") == RecordState.FILED
    return (
        *(() if filed else (Stage(label=_("归档"), text=_("出院后"), done=False),)),
        Stage(label=_("按期限保存"), text=since, done=False),
    )


def event(one: ReaderLine) -> EntryLine | None:
    """One entry of a record's life; None for an operation that this version has no word for."""
    verb = wording.verb(one.verb)
    if verb is None:
        return None
    return EntryLine(
        id=one.entry, at=one.at, verb=verb, decision=wording.decision(one.decision),
        person=wording.person(one.person, one.title, wording.department(one.department)),
        purpose=wording.purpose(one.purpose), placed=False,
    )  # fmt: skip
