"""二（一） identity under all clauses: 病案号 for life, 住院号 and 门诊号 for a visit, 住院次数 [2.1.2]

Numbers that a source brings are kept as they are. Where none comes, the house gives one: drawn from a sequence, shaped
as the hospital set it, never given twice, and never dropped by a later correction.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from jingui.core.enter import Submission
from jingui.core.settings import Value, shaped
from jingui.core.words import EncounterKind
from jingui.crypto.keyring import Keyring
from jingui.formats.fhir_encounter import outline
from jingui.formats.fhir_identity import field_of

Rows = Callable[..., Awaitable[Sequence[Any]]]
SYSTEMS: Final = {
    "mrn": "urn:jingui:mrn", "inpatient_no": "urn:jingui:inpatient-no", "outpatient_no": "urn:jingui:outpatient-no",
}  # fmt: skip
TYPES: Final = {"mrn": "MR", "inpatient_no": "VN", "outpatient_no": "VN"}
SEQUENCES: Final = {"mrn": "number_mrn", "inpatient_no": "number_inpatient", "outpatient_no": "number_outpatient"}
FORMATS: Final = {"mrn": "mrn_format", "inpatient_no": "inpatient_no_format", "outpatient_no": "outpatient_no_format"}
INPATIENT: Final = frozenset({EncounterKind.INPATIENT, EncounterKind.DAY})
VISIT_NUMBERS: Final = frozenset({"inpatient_no", "outpatient_no", "encounter_no"})
DRAW_SQL = "SELECT nextval($1::text::regclass) FROM generate_series(1, $2::int)"
TAKEN_SQL = "SELECT token FROM patient_identity WHERE field = $1::text AND token = ANY($2::bytea[])"
MOST_TRIES: Final = 50


def lacking(resource: Mapping[str, Any], imported: bool) -> str:
    """Which number a new resource should be given: mrn, inpatient_no, outpatient_no, or "" for none."""
    kind = resource.get("resourceType")
    if kind == "Patient":
        return "" if "mrn" in fields_of(resource) else "mrn"
    # an imported visit has its number in the system it comes from
    if kind != "Encounter" or imported or fields_of(resource):
        return ""
    return "inpatient_no" if outline(dict(resource)).kind in INPATIENT else "outpatient_no"


def fields_of(resource: Mapping[str, Any]) -> set[str]:
    """The look-up fields of a resource's identifiers that have values."""
    return {field_of(one) for one in identifiers(resource)}


def identifiers(resource: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A resource's identifiers that have values."""
    found = resource.get("identifier") or ()
    return [one for one in found if isinstance(one, Mapping) and one.get("value")]


class Supply:
    """Fresh numbers for one batch, by field."""

    def __init__(self) -> None:
        """Have none."""
        self._ready: dict[str, list[str]] = {}

    async def draw(
        self, rows: Rows, keyring: Keyring, settings: Callable[[], Awaitable[Mapping[str, Value]]],
        submissions: Iterable[Submission],
    ) -> None:  # fmt: skip
        """Draw as many as the new resources of these submissions lack; nothing is asked when none do."""
        wanted: dict[str, int] = {}
        for submission in submissions:
            for change in submission.changes:
                if change.record is None and (field := lacking(change.resource, bool(submission.source))):
                    wanted[field] = wanted.get(field, 0) + 1
        if not wanted:
            return
        said = await settings()
        if said["assign_numbers"] != "yes":
            return
        for field, count in wanted.items():
            self._ready[field] = await fresh(rows, keyring, field, str(said[FORMATS[field]]), count)

    def give(self, resource: dict[str, Any], imported: bool) -> dict[str, Any]:
        """The new resource with the number it lacks; as it was when it lacks none."""
        field = lacking(resource, imported) if self._ready else ""
        ready = self._ready.get(field)
        if not ready:
            return resource
        return {**resource, "identifier": [*(resource.get("identifier") or ()), identifier(field, ready.pop(0))]}


async def fresh(rows: Rows, keyring: Keyring, field: str, pattern: str, count: int) -> list[str]:
    """`count` numbers that nobody has; those that some source already used are passed over."""
    out: list[str] = []
    for _ in range(MOST_TRIES):
        drawn = [shaped(pattern, row[0]) for row in await rows(DRAW_SQL, SEQUENCES[field], count - len(out))]
        tokens = {keyring.blind.blind(field, one): one for one in drawn}
        taken = {bytes(row[0]) for row in await rows(TAKEN_SQL, field, list(tokens))}
        out += [one for token, one in tokens.items() if token not in taken]
        if len(out) >= count:
            break
    return out


def identifier(field: str, value: str) -> dict[str, Any]:
    """The FHIR Identifier of a number that the house gave."""
    coding = {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": TYPES[field]}
    return {"use": "official", "type": {"coding": [coding]}, "system": SYSTEMS[field], "value": value}


def kept(stored: Mapping[str, Any], resource: dict[str, Any]) -> dict[str, Any]:
    """A correction with the numbers that the house gave: it cannot drop them, only stand beside them."""
    given = [one for one in identifiers(stored) if one.get("system") in SYSTEMS.values()]
    present = {(one.get("system"), one.get("value")) for one in identifiers(resource)}
    missing = [one for one in given if (one.get("system"), one.get("value")) not in present]
    if not missing:
        return resource
    return {**resource, "identifier": [*(resource.get("identifier") or ()), *missing]}


def visit_tokens(keyring: Keyring, resource: Mapping[str, Any]) -> set[tuple[str, bytes]]:
    """The blind index rows by which a visit's numbers lead to its patient."""
    out = set()
    for one in identifiers(resource):
        field = field_of(one)
        if field in VISIT_NUMBERS:
            out.add((field, keyring.blind.blind(field, str(one["value"]))))
    return out


def stay_number(encounters: Mapping[int, EncounterKind], record: int, exists: bool) -> int | None:
    """住院次数: the running number of an inpatient stay within its patient, None for other visits.

    `encounters` has the stored ones first, then the submission's; one that only now becomes a stay is the last.
    """
    if encounters.get(record) not in INPATIENT:
        return None
    stays = [number for number, kind in encounters.items() if kind in INPATIENT]
    return len(stays) if exists else stays.index(record) + 1
