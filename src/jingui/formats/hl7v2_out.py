"""五（一）2 HL7 v2 报文: what leaves as a message: ADT^A08 and ORU^R01 in UTF-8, read back by our own reader [5.1.2]"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any, Final

from jingui.core.errors import Conflict
from jingui.core.sharing_content import Facts, SharedRecord
from jingui.core.word import N_
from jingui.formats.display import concept_text
from jingui.formats.fhir_identity import field_of
from jingui.formats.share_minimise import url_of
from jingui.formats.tables import table

Json = Mapping[str, Any]
#: Type^event and the FHIR types that it carries.
TYPES: Final[Mapping[str, frozenset[str]]] = {
    "ORU^R01": frozenset({"DiagnosticReport", "Observation"}),
    "ADT^A08": frozenset({"Condition", "AllergyIntolerance"}),
}
STRUCTURES: Final = {"ORU^R01": "ORU_R01", "ADT^A08": "ADT_A01"}
HERE: Final = timezone(timedelta(hours=8))
UTF8: Final = "UNICODE UTF-8"
NUMBERS: Final = {"id_card": "NNCHN", "passport": "PPN"}
ESCAPES: Final = str.maketrans(
    {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\", "\n": "\\.br\\", "\r": None}
)


@cache
def backwards(name: str) -> Mapping[str, str]:
    """A table of `data/hl7v2.toml` read from FHIR's word to the first of HL7's."""
    out: dict[str, str] = {}
    for code, word in table("hl7v2")[name].items():
        out.setdefault(str(word), str(code))
    return out


def message(facts: Facts) -> bytes:
    """The message of the type that `facts.label` names; Conflict when nothing of it is there."""
    kind = facts.label
    body = list(BODIES[kind](facts))
    if not body:
        raise Conflict(N_("没有这类报文能传输的记录。"), N_("请改选其他内容形式。"))
    segments = [header(facts, kind), *([event(facts)] if kind.startswith("ADT") else []), pid(facts), *body]
    return ("\r".join(segments) + "\r").encode()


def text(value: object) -> str:
    """A text with its separators escaped."""
    return str(value if value is not None else "").translate(ESCAPES)


def segment(name: str, fields: Mapping[int, str]) -> str:
    """A segment from its fields by number, already escaped."""
    last = max(fields, default=0)
    return "|".join([name, *(fields.get(n, "") for n in range(1, last + 1))]).rstrip("|")


def header(facts: Facts, kind: str) -> str:
    """MSH; its control number is the transmission's."""
    ours, theirs = text(facts.sender.uscc or facts.sender.name), text(facts.receiver.uscc)
    what = f"{kind}^{STRUCTURES[kind]}"
    return f"MSH|^~\\&|JINGUI|{ours}||{theirs}|{stamp(facts.made)}||{what}|{facts.message.hex}|P|2.5.1|||||CHN|{UTF8}"


def event(facts: Facts) -> str:
    """EVN: when it was made."""
    return segment("EVN", {2: stamp(facts.made)})


def stamp(at: datetime) -> str:
    """A moment as HL7 writes it, in the hospital's zone."""
    return at.astimezone(HERE).strftime("%Y%m%d%H%M%S%z")


def moment(value: object) -> str:
    """A FHIR date or dateTime as HL7 writes it."""
    said = str(value or "")
    if "T" not in said:
        return said.replace("-", "")
    try:
        return stamp(datetime.fromisoformat(said.replace("Z", "+00:00")))
    except ValueError:
        return ""


def pid(facts: Facts) -> str:
    """PID: by the numbers that prove a person, else by the record's own public one."""
    who = facts.patient
    numbers = [
        f"{text(one['value'])}^^^^{NUMBERS[field_of(one)]}"
        for one in who.get("identifier", ())
        if field_of(one) in NUMBERS
    ]
    own = who.get("id")
    name: Json = next(iter(who.get("name", ())), {})
    family, given = text(name.get("family")), text(" ".join(name.get("given", ())))
    if not given:
        family = text(name.get("text")) or family
    return segment("PID", {
        1: "1", 3: "~".join(numbers or [f"{text(own or facts.message.hex)}^^^JINGUI^PI"]),
        5: f"{family}^{given}^^^^^L" if family or given else "",
        7: moment(who.get("birthDate")), 8: backwards("gender").get(str(who.get("gender", "")), "U"),
        13: "~".join(text(one.get("value")) for one in who.get("telecom", ())),
    })  # fmt: skip


def coded(concept: object) -> str:
    """A CodeableConcept as CWE."""
    held = concept if isinstance(concept, Mapping) else {}
    coding: Json = next(iter(held.get("coding", ())), {})
    words = str(held.get("text") or coding.get("display") or concept_text(held))
    system = str(coding.get("system", ""))
    known = backwards("system").get(system, system.removeprefix("urn:jingui:hl7:system:"))
    return f"{text(coding.get('code'))}^{text(words)}^{text(known)}".rstrip("^")


def first(resource: Json, *names: str) -> object:
    """The first of these elements that is there."""
    return next((resource[name] for name in names if resource.get(name)), "")


def results(facts: Facts) -> Iterator[str]:
    """OBR and OBX: each report with its observations, then those of no report."""
    observed = {address(one.resource): one for one in of(facts.records, "Observation")}
    n = 0
    for report in of(facts.records, "DiagnosticReport"):
        n += 1
        inside = [
            observed.pop(str(one.get("reference"))).resource
            for one in report.resource.get("result", ())
            if one.get("reference") in observed
        ]
        yield order(n, report, report.resource.get("code"), report.resource.get("category"))
        if report.resource.get("conclusion"):
            yield segment("NTE", {1: "1", 3: text(report.resource["conclusion"])})
        yield from lines(inside)
    for alone in observed.values():
        n += 1
        yield order(n, alone, alone.resource.get("code"), None)
        yield from lines([alone.resource])


def order(n: int, record: SharedRecord, code: object, category: object) -> str:
    """OBR of a report, or of an observation that belongs to none."""
    resource = record.resource
    at = moment(first(resource, "effectiveDateTime", "effectiveInstant") or period(resource))
    sections = category if isinstance(category, list) else []
    section = next((one["code"] for held in sections for one in held.get("coding", ()) if one.get("code")), "LAB")
    return segment("OBR", {
        1: str(n), 3: text(resource.get("id") or f"{n}"), 4: coded(code), 7: at, 22: moment(resource.get("issued")),
        24: text(section), 25: backwards("report_status").get(str(resource.get("status", "")), "F"),
    })  # fmt: skip


def period(resource: Json) -> object:
    """When a period began."""
    held = resource.get("effectivePeriod")
    return held.get("start") if isinstance(held, Mapping) else ""


def lines(observations: Iterable[Json]) -> Iterator[str]:
    """OBX of each observation, and of each of its components, numbered through."""
    n = 0
    for one in observations:
        parts: Sequence[Json] = one.get("component") or ()
        if not parts or valued(one)[0]:
            n += 1
            yield obx(n, one, one)
        for part in parts:
            n += 1
            yield obx(n, part, one)


def obx(n: int, part: Json, whole: Json) -> str:
    """One OBX: its value, unit, range, flags and state."""
    kind, value, unit = valued(part)
    ranges: Json = next(iter(part.get("referenceRange", ())), {})
    flags = [
        one.get("code") or held.get("text", "")
        for held in part.get("interpretation", ())
        for one in (held.get("coding") or [{}])
    ]
    return segment("OBX", {
        1: str(n), 2: kind or "ST", 3: coded(part.get("code")), 5: value, 6: unit, 7: text(spanned(ranges)),
        8: "~".join(text(one) for one in flags if one),
        11: backwards("observation_status").get(str(whole.get("status", "")), "F"),
        14: moment(first(whole, "effectiveDateTime", "effectiveInstant") or period(whole)),
    })  # fmt: skip


def valued(part: Json) -> tuple[str, str, str]:
    """Data type, value and unit; ("", "", "") for none."""
    quantity = part.get("valueQuantity")
    if isinstance(quantity, Mapping) and quantity.get("value") is not None:
        unit = text(quantity.get("unit") or quantity.get("code"))
        sign = str(quantity.get("comparator", ""))
        return ("SN", f"{text(sign)}^{quantity['value']}", unit) if sign else ("NM", str(quantity["value"]), unit)
    if part.get("valueCodeableConcept"):
        return "CWE", coded(part["valueCodeableConcept"]), ""
    if part.get("valueDateTime"):
        return "DTM", moment(part["valueDateTime"]), ""
    for name, value in part.items():
        if name.startswith("value") and not isinstance(value, (Mapping, list)):
            return "ST", text(value), ""
        if name.startswith("value"):
            return "ST", text(concept_text(value) or spanned(value)), ""
    return "", "", ""


def spanned(value: object) -> str:
    """A range as people write it."""
    if not isinstance(value, Mapping):
        return ""
    low, high = (value.get(end, {}).get("value") for end in ("low", "high"))
    if low is None and high is None:
        return str(value.get("text", ""))
    return f"{low}-{high}" if low is not None and high is not None else (f"≥{low}" if high is None else f"≤{high}")


def state(facts: Facts) -> Iterator[str]:
    """PV1, then diagnoses and allergies."""
    yield segment("PV1", {1: "1", 2: "U"})
    for n, one in enumerate(of(facts.records, "Condition"), 1):
        held = one.resource
        yield segment("DG1", {1: str(n), 3: coded(held.get("code")), 5: moment(held.get("recordedDate")), 6: "F"})
    for n, one in enumerate(of(facts.records, "AllergyIntolerance"), 1):
        held = one.resource
        kind = next(iter(held.get("category", ())), "")
        yield segment("AL1", {
            1: str(n), 2: backwards("allergy").get(str(kind), ""), 3: coded(held.get("code")),
            4: backwards("severity").get(str(held.get("criticality", "")), ""),
        })  # fmt: skip


def of(records: Iterable[SharedRecord], kind: str) -> list[SharedRecord]:
    """The records of that type."""
    return [one for one in records if one.kind == kind]


def address(resource: Json) -> str:
    """The full URL under which other records refer to it."""
    return url_of(f"{resource.get('resourceType')}/{resource.get('id', '')}")


BODIES: Final = {"ORU^R01": results, "ADT^A08": state}
