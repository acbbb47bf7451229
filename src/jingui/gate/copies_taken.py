"""四（二）1 制作复制件: which records an approved matter lets out, and what each of them says [4.2.1] [4.2.2]

Each record is decided for itself, as printing is, for its maker's purpose; the approval narrows that further. What is
unfinished is named and left for later; what belongs to other people or to machines is not part of a patient's copy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any, Final, NamedTuple

import orjson

from jingui.core.errors import Conflict, Invalid, Tampered
from jingui.core.operation import Operation
from jingui.core.word import N_
from jingui.core.words import Category, Level, RecordState, Verb
from jingui.formats import capture, display
from jingui.gate import facts as f
from jingui.gate.actors import CHINA
from jingui.gate.context import PAIRS, allowed_pairs
from jingui.gate.copies_order import categories_of, visits_of
from jingui.gate.record_lines import content
from jingui.gate.runtime import Runtime
from jingui.gate.writing import WriteContext
from jingui.store.statements import Columns

# Contacts and machine trails: other people's numbers, and what the ledger says better.
LEFT_OUT: Final = ("Patient", "Encounter", "RelatedPerson", "Person", "Provenance", "AuditEvent", "Binary")
# 《医疗机构病历管理规定》 19: what may always be copied; forms by their template, the rest by their FHIR type.
STATUTORY_FORMS: Final = (
    "admission_record", "vital_signs", "medication_order", "laboratory_report", "examination_report",
    "informed_consent", "operation_record", "nursing_record", "discharge_record", "discharge_summary", "front_page",
    "outpatient_record", "death_record",
)  # fmt: skip
STATUTORY_KINDS: Final = (
    "Composition", "Observation", "DiagnosticReport", "MedicationRequest", "MedicationAdministration", "ServiceRequest",
    "Procedure", "ImagingStudy", "Consent", "Condition", "AllergyIntolerance", "Immunization",
)  # fmt: skip
UNFINISHED: Final = frozenset({RecordState.ENTERED, RecordState.VERIFIED})  # of a form: nobody signed it yet

VISIT: Final = Columns()
VISIT.sealed("e", "encounter")
VISIT.add("d.name", "d.name_en")
VISITS_SQL: Final = f"""SELECT {VISIT.sql} FROM encounter e LEFT JOIN department d ON d.id = e.department_id
WHERE e.patient_id = $1::bigint ORDER BY e.starts, e.encounter_id"""  # noqa: S608 -- own column names
SCOPE_SQL: Final = """SELECT r.record_id, r.category, r.level, r.state, r.form, r.encounter_id FROM record r
WHERE r.patient_id = $1::bigint AND r.kind <> ALL($2::text[]) AND r.state NOT IN ('draft', 'destroyed')
  AND ($3::bigint[] = '{}' OR r.encounter_id = ANY($3::bigint[]))
  AND ($4::text[] = '{}' OR r.category = ANY($4::text[]))
  AND (NOT $5::boolean OR r.form = ANY($6::text[]) OR (r.form = '' AND r.kind = ANY($7::text[])))
ORDER BY r.entered, r.record_id"""
RECORD: Final = Columns()
RECORD.sealed("r", "record")
RECORD.add(
    "r.encounter_id", "r.entered", "v.seal", "v.payload", "k.wrapped", "w.payload", "p.name", "p.title", "d.name"
)  # fmt: skip
RECORDS_SQL: Final = f"""SELECT {RECORD.sql} FROM record r
JOIN record_version v ON v.patient_id = r.patient_id AND v.record_id = r.record_id AND v.version = r.version
LEFT JOIN record_version w ON w.patient_id = r.patient_id AND w.record_id = r.record_id AND w.version = r.version - 1
  AND w.seal = v.seal
LEFT JOIN patient_key k ON k.patient_id = r.patient_id AND k.retention_class = r.retention_class
LEFT JOIN person p ON p.id = r.author_id LEFT JOIN department d ON d.id = r.department_id
WHERE r.patient_id = $1::bigint AND r.record_id = ANY($2::bigint[]) ORDER BY r.entered, r.record_id"""  # noqa: S608 -- own column names
SIGNED: Final = Columns()
SIGNED.sealed("s", "signature")
SIGNED.add("p.name", "p.title")
SIGNED_SQL: Final = f"""SELECT {SIGNED.sql} FROM signature s LEFT JOIN person p ON p.id = s.person_id
WHERE s.patient_id = $1::bigint AND s.record_id = ANY($2::bigint[]) ORDER BY s.at"""  # noqa: S608 -- own column names


class Visit(NamedTuple):
    """A visit as a copy's sections head it."""

    number: int
    kind: str
    department: str
    starts: datetime
    ends: datetime | None


class Signed(NamedTuple):
    """A signature under a record."""

    kind: str
    name: str
    title: str
    at: datetime


class Found(NamedTuple):
    """A record opened: what decides, who wrote it, what it says and said before."""

    number: int
    kind: str
    category: Category
    level: Level
    version: int
    retention: str
    encounter: int
    entered: datetime
    author: str
    department: str
    body: bytes
    before: bytes
    signatures: tuple[Signed, ...] = ()

    @property
    def resource(self) -> dict[str, Any]:
        """The resource itself."""
        made: dict[str, Any] = orjson.loads(self.body)
        return made

    def title(self, language: display.Language = "zh") -> str:
        """What the record is called."""
        resource = self.resource
        template = capture.templates().get(capture.template_of(resource)[0])
        if template is not None:
            return template.label(language)
        shown = display.line(resource, language)
        return shown.title or shown.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What an application's answers ask for."""

    visits: tuple[int, ...] = ()
    categories: tuple[str, ...] = ()
    statutory: bool = False
    sensitive: bool = True  # False: the authorisation does not name them, so they stay
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """The records in the scope: what may leave now, what is unfinished, how many stay."""

    taken: tuple[int, ...]
    unfinished: tuple[int, ...]
    withheld: int


def scope_of(context: WriteContext, patient: int, answers: Mapping[str, str]) -> Scope:
    """The scope that was approved. Lawful retrievals name days instead of visits."""
    return Scope(
        visits=visits_of(context, patient, answers),
        categories=categories_of({"scope": "chosen", **answers}),
        statutory=answers.get("scope") == "statutory",
        sensitive=answers.get("sensitive", "yes") == "yes",
        first=day(answers.get("first", "")),
        last=day(answers.get("last", ""), end=True),
    )


def day(text: str, *, end: bool = False) -> datetime | None:
    """The beginning or the end of a calendar day in China, None for none."""
    if not text:
        return None
    return datetime.combine(datetime.fromisoformat(text).date(), time.max if end else time.min, CHINA)


def visits(runtime: Runtime, rows: Sequence[Sequence[Any]]) -> dict[int, Visit]:
    """The visits by their numbers, each genuine."""
    group, at = VISIT.groups["e"], VISIT.at
    out = {}
    for row in rows:
        number = row[at["e.encounter_id"]]
        if not runtime.sealer.holds(group.table, group.values(row), group.mac(row)):
            raise Tampered(where=f"encounter:{row[0]}.{number}")
        out[number] = Visit(
            number, row[at["e.kind"]], row[at["d.name"]] or "", row[at["e.starts"]], row[at["e.ends"]]
        )
    return out


def within(scope: Scope, known: Mapping[int, Visit]) -> tuple[int, ...]:
    """The visits of a scope; () for all of them. Invalid when its days hold none."""
    if scope.first is None and scope.last is None:
        return scope.visits
    found = tuple(
        one.number for one in known.values()
        if (not scope.visits or one.number in scope.visits)
        and (scope.first is None or (one.ends or one.starts) >= scope.first)
        and (scope.last is None or one.starts <= scope.last)
    )  # fmt: skip
    if not found:
        raise Invalid(N_("批准的时间范围内没有就诊。"), places=(("first", N_("没有就诊")),))
    return found


def parted(context: WriteContext, patient: int, scope: Scope, known: Mapping[int, Visit], most: int) -> Parted:
    """Decide every record in the scope. Conflict when there are more than one copy holds."""
    rows = context.rows(
        SCOPE_SQL, patient, list(LEFT_OUT), list(within(scope, known)), list(scope.categories), scope.statutory,
        list(STATUTORY_FORMS), list(STATUTORY_KINDS),
    )  # fmt: skip
    allowed = pairs(context)
    taken: list[int] = []
    unfinished: list[int] = []
    withheld = 0
    for number, category, level, state, form, _encounter in rows:
        named = scope.sensitive or level == Level.ORDINARY
        if (category, level) not in allowed or not named:
            withheld += 1
        elif form and state in UNFINISHED:
            unfinished.append(number)
        else:
            taken.append(number)
    if len(taken) > most:
        raise Conflict(N_("记录过多，一份复制件容纳不下。"), N_("请按就诊分次申请。"))
    return Parted(taken=tuple(taken), unfinished=tuple(unfinished), withheld=withheld)


def pairs(context: WriteContext) -> frozenset[tuple[str, str]]:
    """The (category, level) pairs that the maker may print of this patient, for this purpose."""
    asked: Operation = replace(context.operation, verb=Verb.PRINT, data=None)
    base = f.vector(asked, context.actor, context.patient, state=RecordState.ENTERED)
    if context.patient is None:
        return frozenset()
    narrowed = tuple(f.narrow(asked, context.actor, context.patient, *pair) for pair in PAIRS)
    return frozenset(zip(*allowed_pairs(context.runtime, base, narrowed), strict=True))


def found(
    runtime: Runtime, patient: int, rows: Sequence[Sequence[Any]], signed: Sequence[Sequence[Any]]
) -> tuple[Found, ...]:
    """The records of `RECORDS_SQL`, opened and genuine, with their signatures of the same version."""
    under = signatures(runtime, signed)
    at, group = RECORD.at, RECORD.groups["r"]
    out = []
    for row in rows:
        get = {name.partition(".")[2]: row[place] for name, place in at.items() if name.startswith("r.")}
        older = row[at["w.payload"]]
        body, before = content(
            runtime, group.values(row), group.mac(row), row[at["v.seal"]], row[at["k.wrapped"]],
            bytes(row[at["v.payload"]]), bytes(older) if older is not None else None,
        )  # fmt: skip
        out.append(
            Found(
                get["record_id"], get["kind"], Category(get["category"]), Level(get["level"]), get["version"],
                get["retention_class"], get["encounter_id"] or 0, get["entered"], row[at["p.name"]] or "",
                row[at["d.name"]] or "", body, before, under.get((get["record_id"], get["version"]), ()),
            )
        )  # fmt: skip
    return tuple(out)


def signatures(runtime: Runtime, rows: Sequence[Sequence[Any]]) -> dict[tuple[int, int], tuple[Signed, ...]]:
    """The signatures by record and version, each genuine."""
    group, at = SIGNED.groups["s"], SIGNED.at
    out: dict[tuple[int, int], tuple[Signed, ...]] = {}
    for row in rows:
        if not runtime.sealer.holds(group.table, group.values(row), group.mac(row)):
            raise Tampered(where=f"signature:{row[0]}.{row[1]}")
        place = (row[at["s.record_id"]], row[at["s.record_version"]])
        one = Signed(row[at["s.kind"]], row[at["p.name"]] or "", row[at["p.title"]] or "", row[at["s.at"]])
        out[place] = (*out.get(place, ()), one)
    return out
