"""五（一）: If-None-Exist: something is made only where none like it exists, also when two ask at once [5.1.2] [2.1.2]

What was looked up before is looked up again inside the commit, under a lock per type and patient: of two concurrent
requests the second finds what the first made. Records are looked for in the chart that they would belong to.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, NamedTuple

from jingui.core.enter import Change, Submission
from jingui.core.errors import Invalid, JinguiError, PreconditionFailed
from jingui.core.word import N_
from jingui.crypto.blind import FIELDS, normalise
from jingui.crypto.keyring import DataKey
from jingui.formats.fhir_query import SearchQuery
from jingui.formats.fhir_search import parse_search
from jingui.formats.fhir_tokens import target_of
from jingui.gate.numbering import Numbers, Place
from jingui.gate.runtime import Runtime

RECORD_SQL = """SELECT r.record_id FROM record r WHERE r.patient_id = $1::bigint AND r.kind = $2::text
AND NOT EXISTS (SELECT 1 FROM unnest($3::text[]) t(wanted) WHERE NOT r.tokens && t.wanted::bigint[]) LIMIT 2"""
PATIENT_SQL = """SELECT DISTINCT coalesce(p.linked_to, p.patient_id) FROM patient p WHERE p.patient_id IN (
  SELECT i.patient_id FROM unnest($1::int[], $2::text[], $3::bytea[]) g(n, field, token)
  JOIN patient_identity i ON i.field = g.field AND i.token = g.token
  GROUP BY i.patient_id HAVING count(DISTINCT g.n) = $4::int) LIMIT 2"""
WEAK = frozenset({"birth_date"})  # never says on its own who somebody is
Rows = Callable[..., Awaitable[Sequence[Any]]]


class Condition(NamedTuple):
    """One look-up that must still find nothing at the commit, and the lock under which it is made."""

    lock: int
    sql: str
    args: tuple[Any, ...]


@dataclass(slots=True)
class Wishes:
    """What the conditions of one submission found: existing places by position, and what to look up again."""

    found: dict[int, Place] = field(default_factory=dict)
    conditions: list[Condition] = field(default_factory=list)

    def add(self, condition: Condition) -> None:
        """Remember a look-up that found nothing; Invalid when the submission holds it twice."""
        if condition in self.conditions:
            raise Invalid(N_("同一个条件在一个资源包中出现了两次。"), places=(("ifNoneExist", ""),))
        self.conditions.append(condition)


def asked(kind: str, pairs: Sequence[tuple[str, str]]) -> SearchQuery:
    """The condition as a search; Invalid for parameters that do not say what a resource is."""
    query = parse_search(kind, pairs, strict=True)
    if query.ids or query.dates or query.updated or query.include or query.cursor or query.sort or query.count_only:
        raise Invalid(places=(("ifNoneExist", N_("条件只能是标识、代码、状态和引用")),))
    if not query.tokens and not query.identity:
        raise Invalid(places=(("ifNoneExist", N_("没有可用的条件")),))
    return query


def lock_of(kind: str, patient: int) -> int:
    """The advisory lock of a type in a chart."""
    return int.from_bytes(sha256(f"jingui:if-none-exist:{kind}:{patient}".encode()).digest()[:8], "big", signed=True)


def patient_condition(runtime: Runtime, change: Change) -> Condition:
    """The look-up of a patient by identity values."""
    query = asked("Patient", change.if_none_exist)
    terms: list[int] = []
    fields: list[str] = []
    tokens: list[bytes] = []
    strong = False
    for n, alternatives in enumerate(query.identity):
        usable = [(one.field, one.value) for one in alternatives if one.field in FIELDS and normalise(*one)]
        if not usable:
            raise Invalid(places=(("ifNoneExist", N_("该条件不能用于查找患者")),))
        strong = strong or not any(name in WEAK for name, _ in usable)
        for name, value in usable:
            terms.append(n)
            fields.append(name)
            tokens.append(runtime.keyring.blind.blind(name, value))
    if not strong or query.tokens:
        raise Invalid(places=(("ifNoneExist", N_("条件过宽")),))
    return Condition(lock_of("Patient", 0), PATIENT_SQL, (terms, fields, tokens, len(query.identity)))


def record_condition(runtime: Runtime, change: Change, place: Place, key: DataKey) -> Condition:
    """The look-up of a record in its own chart, by tokens under the chart's key."""
    kind = change.resource["resourceType"]
    query = asked(kind, change.if_none_exist)
    if query.patient and runtime.ids.internal(target_of(query.patient)[1]) != (place.patient, 0):
        raise Invalid(places=(("ifNoneExist", N_("条件与记录所属的患者不一致")),))
    wanted = [
        "{" + ",".join(str(key.token(term.parameter, term.system, term.value)) for term in alternatives) + "}"
        for alternatives in query.tokens
    ]
    return Condition(lock_of(kind, place.patient), RECORD_SQL, (place.patient, kind, wanted))


def one_at_most(found: Sequence[Any]) -> int | None:
    """The number that a look-up found, None for none; PreconditionFailed (412) for several."""
    if len(found) > 1:
        raise PreconditionFailed(
            N_("符合条件的资源不止一个，没有新增。"),
            N_("请使用更确切的条件，例如唯一的标识。"),
            places=("ifNoneExist",),
        )
    return found[0][0] if found else None


async def existing_patients(runtime: Runtime, rows: Rows, submission: Submission) -> Wishes | JinguiError:
    """Look up the conditional Patients of a submission, before anything is numbered."""
    wishes = Wishes()
    try:
        for i, change in enumerate(submission.changes):
            if change.if_none_exist and change.record is None and change.resource["resourceType"] == "Patient":
                condition = patient_condition(runtime, change)
                patient = one_at_most(await rows(condition.sql, *condition.args))
                if patient is None:
                    wishes.add(condition)
                else:
                    wishes.found[i] = Place(patient, 0)
    except JinguiError as error:
        return error
    return wishes


async def existing_records(
    runtime: Runtime, rows: Rows, submission: Submission, numbers: Numbers, wishes: Wishes,
    keys: Mapping[int, Mapping[str, DataKey]],
) -> Numbers | JinguiError:  # fmt: skip
    """Look up the other conditional resources; the numbers with existing places in place of fresh ones."""
    places, mapping = list(numbers.places), dict(numbers.mapping)
    try:
        for i, (change, place) in enumerate(zip(submission.changes, numbers.places, strict=True)):
            kind = change.resource["resourceType"]
            if not change.if_none_exist or change.record is not None or kind == "Patient":
                continue
            asked(kind, change.if_none_exist)  # a wrong condition is wrong in a new chart too
            key = keys.get(place.patient, {}).get("identity" if place.patient else "directory")
            if key is None:
                continue  # a new chart holds nothing yet
            condition = record_condition(runtime, change, place, key)
            record = one_at_most(await rows(condition.sql, *condition.args))
            if record is None:
                wishes.add(condition)
                continue
            wishes.found[i] = places[i] = Place(place.patient, record)
            if change.full_url:
                mapping[change.full_url] = f"{kind}/{runtime.public(place.patient, record)}"
    except JinguiError as error:
        return error
    return replace(numbers, places=tuple(places), mapping=mapping)
