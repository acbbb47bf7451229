"""四（一）1 审批与范围: whom bookings, consultations, orders and operations bring to a patient, and how long [4.1.1]

One row for each way of coming to treat somebody. The visit itself (Encounter) has its own outline.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from jingui.core.words import Relation
from jingui.formats.fhir_dates import span
from jingui.formats.fhir_encounter import DEPARTMENT_SYSTEM, STAFF_SYSTEM
from jingui.formats.fhir_types import Resource, codes_of, values

# What makes an order a consultation (会诊).
CONSULTATION: Final = frozenset(
    {("http://snomed.info/sct", "11429006"), ("urn:jingui:service-category", "consultation")}
)


class Source(NamedTuple):
    """A row: a kind of resource that relates people or departments to its patient.

    While its status is one of `open` it relates until its time and `after` days more; once `done`, `after` days from
    then; any other status (cancelled, entered in error, draft) relates nobody.
    """

    kind: str
    basis: str
    whom: tuple[str, ...]  # where people and departments stand
    person: Relation
    department: Relation
    open: frozenset[str]
    done: frozenset[str]
    times: tuple[str, ...]  # where its start may stand; the end is `end` beside `start`
    before: str  # setting: days before it begins, "" for none
    after: str  # setting: days after it
    longest: str  # setting: days that it relates at most when nobody says that it ended
    codes: frozenset[tuple[str, str]] = frozenset()  # only with one of these in category or code


ORDERED: Final = frozenset({"active", "on-hold"})
COMPLETED: Final = frozenset({"completed"})
TABLE: Final[tuple[Source, ...]] = (
    Source(
        "Appointment", "booking", ("participant.actor", "serviceType"), Relation.TREATING, Relation.DEPARTMENT,
        frozenset({"booked", "arrived", "checked-in"}), frozenset({"fulfilled"}), ("start",), "booking_days_before",
        "booking_days", "booking_days",
    ),
    Source(
        "ServiceRequest", "consultation", ("performer", "performerType"), Relation.CONSULTATION, Relation.CONSULTATION,
        ORDERED, COMPLETED, ("occurrencePeriod.start", "occurrenceDateTime", "authoredOn"), "", "consultation_days",
        "order_open_days", CONSULTATION,
    ),
    Source(
        "ServiceRequest", "order", ("performer", "performerType", "locationReference", "locationCode"),
        Relation.DEPARTMENT, Relation.DEPARTMENT, ORDERED, COMPLETED,
        ("occurrencePeriod.start", "occurrenceDateTime", "authoredOn"), "", "order_days", "order_open_days",
    ),
    Source(
        "MedicationRequest", "order", ("performer", "performerType", "dispenseRequest.performer"), Relation.DEPARTMENT,
        Relation.DEPARTMENT, ORDERED, COMPLETED, ("authoredOn",), "", "order_days", "order_open_days",
    ),
    Source(
        "Procedure", "operation", ("performer.actor", "performer.onBehalfOf"), Relation.TEAM, Relation.DEPARTMENT,
        frozenset({"preparation", "in-progress", "on-hold"}), frozenset({"completed", "stopped"}),
        ("performedPeriod.start", "performedDateTime"), "operation_days_before", "operation_days", "operation_days",
    ),
)  # fmt: skip
KINDS: Final = frozenset(row.kind for row in TABLE)
ENDS: Final = {  # where the end stands beside a start
    "start": "end",
    "performedPeriod.start": "performedPeriod.end",
    "occurrencePeriod.start": "occurrencePeriod.end",
}


class Claim(NamedTuple):
    """One whom a resource relates: by staff number or department code, from when until when."""

    relation: Relation
    staff: str
    department: str
    basis: str
    starts: datetime
    ends: datetime


def source_of(resource: Resource) -> Source | None:
    """The row of a resource; None when it relates nobody whatever it says."""
    for row in TABLE:
        if row.kind == resource.get("resourceType") and (not row.codes or row.codes & _codes(resource)):
            return row
    return None


def _codes(resource: Resource) -> frozenset[tuple[str, str]]:
    said = [*values(resource, "category"), *values(resource, "code")]
    return frozenset(pair for one in said for pair in codes_of(one))


def claims(resource: Resource, at: datetime, days: Mapping[str, int]) -> list[Claim]:
    """Whom a valid resource relates to its patient at `at`; nobody when it ended long ago, was cancelled or names none.

    `days` are the settings that the table names.
    """
    row = source_of(resource)
    if row is None or resource.get("status") not in row.open | row.done:
        return []
    start, end = _times(resource, row, at)
    after = timedelta(days=days[row.after])
    if resource["status"] in row.open:
        longest = max(start, at) + timedelta(days=days[row.longest])
        ends = max(end, at) + after if end is not None else longest
        ends = min(ends, longest + after)
    else:
        ends = min(end or start, at) + after
    starts = min(start - timedelta(days=days[row.before]) if row.before else start, ends)
    if ends <= at:
        return []
    found = {
        (relation, staff, department)
        for path in row.whom
        for one in values(resource, path)
        for relation, staff, department in _named(one, row)
    }
    return [Claim(*one, row.basis, starts, ends) for one in sorted(found)]


def staff_of(resource: Resource) -> set[str]:
    """The staff numbers that a resource may relate."""
    row = source_of(resource)
    if row is None:
        return set()
    return {staff for path in row.whom for one in values(resource, path) for _, staff, _ in _named(one, row) if staff}


def _times(resource: Resource, row: Source, at: datetime) -> tuple[datetime, datetime | None]:
    for path in row.times:
        for text in values(resource, path):
            end = next(iter(values(resource, ENDS[path])), None) if path in ENDS else None
            return span(text).start, span(end).start if isinstance(end, str) else None
    return at, None


def _named(node: object, row: Source) -> Iterator[tuple[Relation, str, str]]:
    """Whom a reference (by its identifier) or a concept names."""
    if not isinstance(node, dict):
        return
    identifier = node.get("identifier")
    if isinstance(identifier, dict) and identifier.get("value"):
        system, value = identifier.get("system"), str(identifier["value"])
        if system == STAFF_SYSTEM:
            yield row.person, value, ""
        elif system == DEPARTMENT_SYSTEM:
            yield row.department, "", value
    coding = node.get("coding")
    if not isinstance(coding, list) or not all(isinstance(one, dict) for one in coding):
        return
    for system, code in codes_of(node):
        if system == DEPARTMENT_SYSTEM:
            yield row.department, "", code
