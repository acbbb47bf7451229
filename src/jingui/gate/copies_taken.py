"""四（二）1 制作复制件: which records an approved matter lets out, and what each of them says [4.2.1] [4.2.2]

Each record is decided for itself, as printing is, for its maker's purpose; the approval narrows that further. What is
unfinished is named and left for later; what belongs to other people or to machines is not part of a patient's copy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson

from jingui.core.errors import Conflict, Tampered
from jingui.core.operation import Operation
from jingui.core.word import N_
from jingui.core.words import Category, Level, RecordState, Verb
from jingui.formats import capture, display
from jingui.gate import facts as f
from jingui.gate.context import PAIRS, allowed_pairs
from jingui.gate.copies_order import categories_of, visits_of
from jingui.gate.granted import G_RECORD, GRANT
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
    "outpatient_record", "death_record", "emergency_observation_record", "herbal_prescription", "anaesthesia_record",
    "caesarean_record", "critical_nursing_record", "anaesthesia_consent", "transfusion_consent", "special_consent",
    "tcm_front_page",
)  # fmt: skip
STATUTORY_KINDS: Final = (
    "Composition", "Observation", "DiagnosticReport", "MedicationRequest", "MedicationAdministration", "ServiceRequest",
    "Procedure", "ImagingStudy", "Consent", "Condition", "AllergyIntolerance", "Immunization",
)  # fmt: skip
G_MATTER: Final = GRANT["matter"]
UNFINISHED: Final = frozenset({RecordState.ENTERED, RecordState.VERIFIED})  # of a form: nobody signed it yet

# Records under numbers that were merged into this one lie under keys of their own: they are copied apart, and said.
ELSEWHERE_SQL: Final = """WITH RECURSIVE down(id, depth) AS (SELECT $1::bigint, 0
  UNION SELECT p.patient_id, d.depth + 1 FROM down d JOIN patient p ON p.linked_to = d.id WHERE d.depth < 20)
SELECT d.id, count(*)::int FROM down d JOIN record r ON r.patient_id = d.id
WHERE d.id <> $1::bigint AND r.kind <> ALL($2::text[]) AND r.state NOT IN ('draft', 'destroyed')
GROUP BY d.id ORDER BY d.id LIMIT 50"""
VISIT: Final = Columns()
VISIT.sealed("e", "encounter")
VISIT.add("d.name", "d.name_en")
VISITS_SQL: Final = f"""SELECT {VISIT.sql} FROM encounter e LEFT JOIN department d ON d.id = e.department_id
WHERE e.patient_id = $1::bigint ORDER BY e.starts, e.encounter_id"""  # noqa: S608 -- own column names
SCOPE_SQL: Final = """SELECT r.record_id, r.category, r.level, r.state, r.form FROM record r
WHERE r.patient_id = $1::bigint AND r.kind <> ALL($2::text[]) AND r.state NOT IN ('draft', 'destroyed')
  AND ($3::bigint[] = '{}' OR r.encounter_id = ANY($3::bigint[]))
  AND ($4::text[] = '{}' OR r.category = ANY($4::text[]))
  AND (NOT $5::boolean OR r.form = ANY($6::text[]) OR (r.form = '' AND r.kind = ANY($7::text[])))
ORDER BY r.entered, r.record_id"""
RECORD: Final = Columns()
RECORD.sealed("r", "record")
RECORD.add(
    "r.encounter_id", "r.entered", "v.seal", "v.payload", "v.entered", "k.wrapped", "w.payload", "p.name", "q.name",
    "q.title", "d.name",
)  # fmt: skip
RECORDS_SQL: Final = f"""SELECT {RECORD.sql} FROM record r
JOIN record_version v ON v.patient_id = r.patient_id AND v.record_id = r.record_id AND v.version = r.version
LEFT JOIN record_version w ON w.patient_id = r.patient_id AND w.record_id = r.record_id AND w.version = r.version - 1
  AND w.seal = v.seal
LEFT JOIN patient_key k ON k.patient_id = r.patient_id AND k.retention_class = r.retention_class
LEFT JOIN person p ON p.id = r.author_id LEFT JOIN person q ON q.id = v.author_id
LEFT JOIN department d ON d.id = r.department_id
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
    corrected: datetime
    corrector: str
    signatures: tuple[Signed, ...] = ()

    @property
    def resource(self) -> dict[str, Any]:
        """The resource itself."""
        made: dict[str, Any] = orjson.loads(self.body)
        return made

    def when(self) -> datetime:
        """When it happened to the patient, or was entered."""
        return display.clinical_time(self.resource) or self.entered

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """The records in the scope: what may leave now, what is unfinished, how many stay."""

    taken: tuple[int, ...]
    unfinished: tuple[int, ...]
    withheld: int


def scope_of(context: WriteContext, patient: int, answers: Mapping[str, str]) -> Scope:
    """The scope that was approved. What a legal retrieval covers is said by its grants, record by record."""
    return Scope(
        visits=visits_of(context, patient, answers),
        categories=categories_of({"scope": "chosen", **answers}),
        statutory=answers.get("scope") == "statutory",
        sensitive=answers.get("sensitive", "yes") == "yes",
    )


def visits(runtime: Runtime, rows: Sequence[Sequence[Any]]) -> dict[int, Visit]:
    """The visits by their numbers, each genuine."""
    group, at = VISIT.groups["e"], VISIT.at
    out = {}
    for row in rows:
        number = row[at["e.encounter_id"]]
        if not runtime.sealer.holds(group.table, group.values(row), group.mac(row)):
            raise Tampered(where=f"encounter:{row[0]}.{number}")
        out[number] = Visit(number, row[at["e.kind"]], row[at["d.name"]] or "", row[at["e.starts"]], row[at["e.ends"]])
    return out


def parted(context: WriteContext, patient: int, scope: Scope, matter: int, most: int) -> Parted:
    """Decide every record in the scope. Conflict when there are more than one copy holds."""
    rows = context.rows(
        SCOPE_SQL, patient, list(LEFT_OUT), list(scope.visits), list(scope.categories), scope.statutory,
        list(STATUTORY_FORMS), list(STATUTORY_KINDS),
    )  # fmt: skip
    judge = Judge(context, matter)
    taken: list[int] = []
    unfinished: list[int] = []
    withheld = 0
    for number, category, level, state, form in rows:
        named = scope.sensitive or level == Level.ORDINARY
        if not named or not judge.allows(number, Category(category), Level(level)):
            withheld += 1
        elif form and state in UNFINISHED:
            unfinished.append(number)
        else:
            taken.append(number)
    if len(taken) > most:
        raise Conflict(N_("记录过多，一份复制件容纳不下。"), N_("请按就诊分次申请。"))
    return Parted(taken=tuple(taken), unfinished=tuple(unfinished), withheld=withheld)


class Judge:
    """Whether the maker may print a record of this patient, by what this very approval granted and nothing else."""

    def __init__(self, context: WriteContext, matter: int) -> None:
        """Keep of the maker's grants those of the matter."""
        self._context = context
        self._asked: Operation = replace(context.operation, verb=Verb.PRINT, data=None)
        self._about = bounded(context.patient, matter) if context.patient is not None else None
        self._single = {row[G_RECORD] for row in self._about.rows(f.GRANTS)} if self._about is not None else set()
        self._pairs = self._chart()

    def _chart(self) -> frozenset[tuple[str, str]]:
        """The (category, level) pairs of the whole chart."""
        if self._about is None:
            return frozenset()
        base = f.vector(self._asked, self._context.actor, self._about, state=RecordState.ENTERED)
        narrowed = tuple(f.narrow(self._asked, self._context.actor, self._about, *pair) for pair in PAIRS)
        return frozenset(zip(*allowed_pairs(self._context.runtime, base, narrowed), strict=True))

    def allows(self, number: int, category: Category, level: Level) -> bool:
        """Whether this record may leave."""
        if (category.value, level.value) in self._pairs:
            return True
        if self._about is None or number not in self._single:
            return False
        vector = f.vector(
            self._asked, self._context.actor, f.concerning(self._about, number), category=category, level=level,
            state=RecordState.ENTERED,
        )  # fmt: skip
        return self._context.runtime.decider.decide(vector).allow


def bounded(patient: f.PatientFacts, matter: int) -> f.PatientFacts:
    """The same facts with the grants of one matter alone."""
    row = list(patient.row)
    row[f.GRANTS] = [one for one in patient.rows(f.GRANTS) if one[G_MATTER] == matter]
    return patient._replace(row=row)


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
                row[at["d.name"]] or "", body, before, row[at["v.entered"]],
                " ".join(part for part in (row[at["q.title"]], row[at["q.name"]]) if part),
                under.get((get["record_id"], get["version"]), ()),
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
