"""二（二）录入: from decided changes to a transaction's rows: numbers, labels, tokens, ciphertexts [2.2.2] [2.1.3]"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from jingui.core.enter import Change
from jingui.core.words import Category, EncounterKind, Level, Medium, RecordState, Relation, RetentionClass, Sensitivity
from jingui.crypto.keyring import DataKey
from jingui.formats import fhir_json, sensitivity
from jingui.formats.fhir_encounter import Outline, outline
from jingui.formats.fhir_tokens import target_of, tuples
from jingui.formats.fhir_types import category_of, retention_of
from jingui.gate import facts as f
from jingui.gate.dates import main_date, moved
from jingui.gate.deadlines import Moves
from jingui.gate.faces import face_of, tokens_of
from jingui.gate.numbers import stay_number
from jingui.gate.runtime import Runtime
from jingui.store.vault import seal_of

YEAR = timedelta(days=366)
RANK = {
    Relation.TREATING: 1, Relation.TEAM: 2, Relation.CONSULTATION: 3, Relation.DEPARTMENT: 4,
    Relation.SELF: 5, Relation.GUARDIAN: 6,
}  # fmt: skip


@dataclass(slots=True)
class Rows:
    """Everything one transaction copies in."""

    patients: list[tuple[Any, ...]] = field(default_factory=list)
    keys: list[tuple[Any, ...]] = field(default_factory=list)
    identities: list[tuple[Any, ...]] = field(default_factory=list)
    encounters: list[tuple[Any, ...]] = field(default_factory=list)
    relations: list[tuple[Any, ...]] = field(default_factory=list)
    records: list[tuple[Any, ...]] = field(default_factory=list)
    versions: list[tuple[Any, ...]] = field(default_factory=list)
    updates: list[tuple[Any, ...]] = field(default_factory=list)
    faces: list[tuple[Any, ...]] = field(default_factory=list)
    flags: list[tuple[Any, ...]] = field(default_factory=list)
    consents: list[tuple[Any, ...]] = field(default_factory=list)  # new ones
    consented: list[tuple[Any, ...]] = field(default_factory=list)  # changes of those that stand
    ended: list[tuple[Any, ...]] = field(default_factory=list)
    messages: list[tuple[Any, ...]] = field(default_factory=list)  # taken ones: gate.messages
    orders: list[tuple[Any, ...]] = field(default_factory=list)  # the events that records last heard of
    moves: Moves = field(default_factory=Moves)  # what happens to writing deadlines
    drafts: list[tuple[Any, ...]] = field(default_factory=list)  # submitted ones, which end
    conditions: list[Any] = field(default_factory=list)  # gate.conditions.Condition: looked up again at the commit

    def extend(self, other: "Rows") -> None:
        """Take another submission's rows too."""
        for name in self.__slots__:
            getattr(self, name).extend(getattr(other, name))


@dataclass(slots=True, kw_only=True)
class Chart:
    """One patient during preparation: their keys, the kinds of their encounters, whether they are new here."""

    patient: int
    public: str
    new: bool
    keys: dict[str, DataKey]
    encounters: dict[int, EncounterKind] = field(default_factory=dict)
    fresh: Mapping[str, DataKey] = field(default_factory=dict)  # made for numbering, not stored yet
    birth: date | None = None
    secrecy: Mapping[str, Any] = field(default_factory=dict)  # alias and kind of a restricted chart: kept with its face

    def key(self, runtime: Runtime, rows: Rows, retention: str, at: datetime) -> DataKey:
        """The data key of a class, made now if the patient has none yet."""
        found = self.keys.get(retention)
        if found is None:
            found = self.fresh.get(retention) or runtime.keyring.new_data_key(self.patient, retention)
            self.keys[retention] = found
            wrapped = runtime.keyring.wrap(found)
            rows.keys.append((self.patient, retention, runtime.keyring.segment(self.patient, retention), wrapped, at))
        return found


@dataclass(slots=True, kw_only=True)
class Placed:
    """A change with its place: numbers, category, labels; what the rules are asked about."""

    change: Change
    chart: Chart
    record: int
    version: int
    resource: dict[str, Any]
    category: Category
    labels: frozenset[Sensitivity]
    level: Level
    retention: RetentionClass
    encounter: int | None
    outline: Outline | None = None
    current: Sequence[Any] | None = None  # the row of facts of what it corrects
    state: RecordState = RecordState.ENTERED
    form: str = ""  # the capture template it was entered with


def classify(
    chart: Chart, change: Change, resource: dict[str, Any], at: datetime, decode: Any,
    kept: frozenset[Sensitivity] = frozenset(), house: sensitivity.House = sensitivity.SHIPPED,
) -> dict[str, Any]:  # fmt: skip
    """Category, labels, level, retention class and encounter of a resource, from its codes [2.1.3].

    `kept` are the labels of what it corrects: leaving a code out never makes a record less sensitive.
    """
    kind = resource["resourceType"]
    directory = chart.patient == 0
    labels = frozenset() if directory else sensitivity.labels(resource, chart.birth, at.date(), house) | kept
    level = sensitivity.level(labels)
    encounter: int | None = None
    found: EncounterKind | None = None
    reference = (resource.get("encounter") or resource.get("context") or {}).get("reference", "")
    if reference:
        pair = decode(target_of(reference)[1])
        if pair is not None and pair[0] == chart.patient:
            encounter = pair[1]
            found = chart.encounters.get(encounter)
    if kind == "Patient":
        retention = RetentionClass.IDENTITY
    else:
        own = outline(resource).kind if kind == "Encounter" else found
        retention = retention_of(own, psychiatric=Sensitivity.PSYCHIATRIC in labels, directory=directory)
    return {
        "category": Category.DIRECTORY if directory else category_of(resource), "labels": labels, "level": level,
        "retention": retention, "encounter": encounter,
    }  # fmt: skip


def place_tokens(key: DataKey, resource: dict[str, Any], at: datetime) -> tuple[list[int], datetime, datetime | None]:
    """Search tokens and the shifted clinical time [start, end) of a resource, under the patient's identity key.

    What has no clinical time stands at its time of entry `at`, without an end: no date search finds it.
    """
    out: list[int] = []
    main = main_date(resource["resourceType"])
    start = end = None
    for one in tuples(resource):
        if one.kind == "date":
            if one.parameter == main and start is None:
                start, end = one.start, one.end
        elif one.value:
            out.append(key.token(one.parameter, one.system, one.value))
    shift = key.shift()
    return list(dict.fromkeys(out)), moved(start or at, shift), end and moved(end, shift)


def add_version(
    runtime: Runtime, rows: Rows, placed: Placed, *, entry: UUID, at: datetime, author: int, department: int
) -> bytes:
    """Encrypt the resource as version `placed.version` and add its rows; return the stored bytes."""
    chart, resource = placed.chart, placed.resource
    kind = resource["resourceType"]
    public = runtime.public(chart.patient, placed.record)
    resource["id"] = public
    meta = dict(resource.get("meta") or {})
    meta["versionId"] = str(placed.version)
    meta["lastUpdated"] = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    resource["meta"] = meta
    body = fhir_json.dump(resource)
    retention = placed.retention.value
    key = chart.key(runtime, rows, retention, at)
    identity = chart.key(runtime, rows, RetentionClass.IDENTITY.value, at) if chart.patient else key
    labels = sorted(label.value for label in placed.labels)
    seal = seal_of(placed.category.value, placed.level.value, retention, kind, labels)
    payload = runtime.vault.seal(key, chart.patient, placed.record, placed.version, seal, body)
    tokens, start, end = place_tokens(identity, resource, at)
    status = resource.get("status", "")
    status = status if isinstance(status, str) else ""
    rows.versions.append((chart.patient, placed.record, placed.version, author, at, entry, seal, payload))
    old = placed.current
    first, medium = (author, Medium.ELECTRONIC.value) if old is None else (old[f.R_AUTHOR], old[f.R_MEDIUM])
    mac = runtime.sealer.mac(
        "record",
        (chart.patient, placed.record, kind, placed.form, placed.category.value, placed.level.value, labels,
         placed.state.value, first, placed.version, retention, medium),
    )  # fmt: skip
    if old is None:
        rows.records.append(
            (
                chart.patient, placed.record, kind, placed.form, placed.category.value, medium, placed.level.value,
                labels, placed.state.value, status, retention, department or None, author, placed.encounter, start, end,
                at, placed.version, tokens, mac,
            )
        )  # fmt: skip
    else:
        rows.updates.append(
            (
                chart.patient, placed.record, placed.version, placed.version - 1, placed.category.value,
                placed.level.value, labels, status, retention, placed.encounter, start, end, tokens, placed.state.value,
                placed.form, mac, old[f.R_MAC],
            )
        )  # fmt: skip
    if kind == "Patient":
        sealed_face = runtime.vault.seal_face(identity, chart.patient, {**face_of(resource), **chart.secrecy})
        if chart.new:
            rows.patients.append(patient_row(runtime, chart.patient, resource, entry, at, sealed_face))
        else:
            rows.faces.append((chart.patient, sealed_face))
        rows.identities += [(chart.patient, name, token, True) for name, token in tokens_of(runtime.keyring, resource)]
    return body


def dead(resource: Mapping[str, Any]) -> bool:
    """Whether a Patient resource says that the patient died."""
    return bool(resource.get("deceasedDateTime") or resource.get("deceasedBoolean"))


def patient_row(
    runtime: Runtime, patient: int, resource: Mapping[str, Any], entry: UUID, at: datetime, face: bytes
) -> tuple[Any, ...]:
    """A sealed row of a new patient."""
    unidentified = any(one.get("use") == "anonymous" for one in resource.get("name", ())) or not resource.get("name")
    kind = "unidentified" if unidentified else "identified"
    values = (patient, kind, False, dead(resource), None, None, None, False, 0, 1, entry)
    mac = runtime.sealer.mac("patient", values)
    return (*values, mac, face, at, None, None)


def encounter_row(
    runtime: Runtime, rows: Rows, placed: Placed, found: Outline, *, at: datetime, department: int, person: int
) -> None:
    """The plain outline of an Encounter."""
    patient = placed.chart.patient
    state = "open" if found.open else "closed"
    stay = stay_number(placed.chart.encounters, placed.record, placed.current is not None)
    outlined = (
        patient, placed.record, found.kind.value, department or None, person or None, state, found.start or at,
        found.end,
    )  # fmt: skip
    rows.encounters.append((*outlined, stay, runtime.sealer.mac("encounter", outlined)))


def relation_row(
    runtime: Runtime, patient: int, relation: Relation, person: int | None, department: int | None,
    record: int | None, starts: datetime, ends: datetime | None, entry: UUID, at: datetime, basis: str,
) -> tuple[Any, ...]:  # fmt: skip
    """A sealed relation that rests on `record`: the visit, booking, order or operation that made it."""
    number = runtime.number(at)
    values: Sequence[Any] = (
        patient, number, relation.value, person, department, record, starts, ends, 1, entry
    )  # fmt: skip
    mac = runtime.sealer.mac("care_relation", values)
    return (*values, mac, RANK[relation], basis)
