"""二（二）2 书写时限: what a resource tells that a deadline counts from [2.2.2]"""

from datetime import datetime
from typing import Any, Final, NamedTuple

from jingui.core.deadlines import Grade, Trigger
from jingui.formats.fhir_dates import span
from jingui.formats.fhir_types import Resource, codes_of

SURGICAL: Final = frozenset({"387713003"})  # SNOMED CT procedure category that FHIR R4 names
RESUSCITATION: Final = frozenset({"99.60", "99.63", "抢救"})  # ICD-9-CM-3
CRITICAL: Final = frozenset({"AA", "HH", "LL"})  # observation interpretation: critical
CONSULTATION: Final = frozenset({"11429006", "会诊"})
DIED: Final = frozenset({"exp"})  # discharge disposition
GRADES: Final = {grade.label: grade for grade in Grade}


class Event(NamedTuple):
    """Something that happened: a trigger, or a word about the condition. `since` None: now."""

    trigger: Trigger | None
    grade: Grade | None
    since: datetime | None


def moment(text: Any) -> datetime | None:
    """A FHIR date and time as its latest moment; None when nothing is said."""
    return span(text).start if isinstance(text, str) and text else None


def words(concept: Any) -> frozenset[str]:
    """Codes, displays and text of one or several concepts."""
    out = {code for _, code in codes_of(concept)}
    for one in concept if isinstance(concept, list) else [concept or {}]:
        out |= {one.get("text", "")} | {coding.get("display", "") for coding in one.get("coding", ())}
    return frozenset(out - {""})


def events(resource: Resource) -> tuple[Event, ...]:
    """What a resource begins; nothing for most."""
    read = READERS.get(resource.get("resourceType", ""))
    return () if read is None else read(resource)


def _procedure(resource: Resource) -> tuple[Event, ...]:
    if resource.get("status") != "completed":
        return ()
    period = resource.get("performedPeriod") or {}
    since = moment(period.get("end") or period.get("start") or resource.get("performedDateTime"))
    if words(resource.get("code")) & RESUSCITATION:
        return (Event(Trigger.RESUSCITATION, None, since),)
    if words(resource.get("category")) & SURGICAL:
        return (Event(Trigger.OPERATION, None, since),)
    return ()


def _observation(resource: Resource) -> tuple[Event, ...]:
    if not words(resource.get("interpretation")) & CRITICAL:
        return ()
    return (Event(Trigger.CRITICAL, None, moment(resource.get("issued") or resource.get("effectiveDateTime"))),)


def _order(resource: Resource) -> tuple[Event, ...]:
    if resource.get("status") != "active":
        return ()
    since, said = moment(resource.get("authoredOn")), words(resource.get("code"))
    found = [Event(None, GRADES[word], since) for word in sorted(said) if word in GRADES]
    if (said | words(resource.get("category"))) & CONSULTATION:
        found.append(Event(Trigger.CONSULTATION, None, since))
    return tuple(found)


def _form(resource: Resource) -> tuple[Event, ...]:
    """The condition or nursing grade that a filled form names."""
    nodes, found = list(resource.get("item", ())), []
    while nodes:
        node = nodes.pop()
        nodes += node.get("item", ())
        shown = (one.get("valueCoding", {}).get("display", "") for one in node.get("answer", ()))
        found += [Event(None, GRADES[word], None) for word in shown if word in GRADES]
    return tuple(found)


def died(encounter: Resource) -> bool:
    """Whether an Encounter ended with the patient's death."""
    hospitalization = encounter.get("hospitalization") or {}
    return bool(words(hospitalization.get("dischargeDisposition")) & DIED)


READERS: Final = {
    "Procedure": _procedure, "Observation": _observation, "ServiceRequest": _order, "QuestionnaireResponse": _form,
}  # fmt: skip
