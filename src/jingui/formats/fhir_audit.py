"""七（一）监督检查: a ledger entry as a FHIR R4 AuditEvent after IHE BALP (Basic Audit Log Patterns) [7.1.2] [4.1.2]

Names of persons and patients are not in it: agents are staff numbers, entities are public ids.
"""

from collections.abc import Mapping
from typing import Any, Final

from jingui.core.oversee import EntryLine

TYPES: Final = "http://terminology.hl7.org/CodeSystem/audit-event-type"
DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
RESTFUL: Final = "http://hl7.org/fhir/restful-interaction"
ROLES: Final = "http://terminology.hl7.org/CodeSystem/object-role"
KINDS: Final = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
AGENT: Final = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
BALP: Final = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
OWN: Final = "urn:jingui:"
REST: Final = {"code": "rest", "system": TYPES, "display": "RESTful Operation"}
# verb -> (action, FHIR interaction, BALP pattern); what is not listed is an execution of the house's own
VERBS: Final[Mapping[str, tuple[str, str, str]]] = {
    "read": ("R", "vread", "Read"),
    "history": ("R", "history-instance", "Read"),
    "read_life": ("R", "history-instance", "Read"),
    "open_chart": ("R", "read", "Read"),
    "search": ("E", "search-type", "Query"),
    "search_patient": ("E", "search-type", "Query"),
    "everything": ("E", "operation", "Query"),
    "list": ("E", "search-type", "Query"),
    "enter": ("C", "create", "Create"),
    "import": ("C", "batch", "Create"),
    "register_patient": ("C", "create", "Create"),
    "correct": ("U", "update", "Update"),
}
SIGNS: Final = {"sign_in": ("110122", "Login"), "sign_out": ("110123", "Logout")}
OUTCOMES: Final = {"allow": "0", "deny": "4", "fail": "8"}


def audit_event(entry: EntryLine, *, source: str) -> dict[str, Any]:
    """The AuditEvent of one entry, valid R4; `source` names this ledger (its origin)."""
    action, interaction, pattern = VERBS.get(entry.verb, ("E", "", ""))
    about_patient = bool(pattern) and any(line.patient for line in entry.targets)
    subtype: list[dict[str, str]] = [{"system": f"{OWN}verb", "code": entry.verb}]
    event: dict[str, Any] = {"resourceType": "AuditEvent", "id": entry.id}
    if entry.verb in SIGNS:
        code, display = SIGNS[entry.verb]
        event["type"] = {"system": DICOM, "code": "110114", "display": "User Authentication"}
        subtype.insert(0, {"system": DICOM, "code": code, "display": display})
    elif interaction:
        event["type"] = dict(REST)
        subtype.insert(0, {"system": RESTFUL, "code": interaction})
        event["meta"] = {"profile": [f"{BALP}{'Patient' if about_patient else ''}{pattern}"]}
    else:
        event["type"] = {"system": DICOM, "code": "110100", "display": "Application Activity"}
    event |= {
        "subtype": subtype,
        "action": action,
        "recorded": entry.at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "outcome": OUTCOMES.get(entry.decision, "8"),
        "purposeOfEvent": [{"coding": [{"system": f"{OWN}purpose", "code": entry.purpose}]}],
        "agent": agents(entry, source),
        "source": {"site": source, "observer": {"identifier": {"system": f"{OWN}ledger", "value": source}}},
    }
    if entry.reason:
        event["outcomeDesc"] = entry.reason
    entities = [one for line in entry.targets for one in entities_of(*line)]
    event["entity"] = [transaction(entry), *unique(entities)]
    return event


def agents(entry: EntryLine, source: str) -> list[dict[str, Any]]:
    """Who asked, and the server that answered."""
    who: dict[str, Any] = {
        "type": {"coding": [{"system": AGENT, "code": "IRCP", "display": "information recipient"}]},
        "who": {"identifier": {"system": f"{OWN}staff", "value": entry.person or "unopened"}},
        "requestor": True,
    }
    if entry.address:
        who["network"] = {"address": entry.address, "type": "2"}
    if entry.post:
        who["role"] = [{"coding": [{"system": f"{OWN}post", "code": entry.post}]}]
    server = {
        "type": {"coding": [{"system": DICOM, "code": "110153", "display": "Source Role ID"}]},
        "who": {"identifier": {"system": f"{OWN}ledger", "value": source}},
        "requestor": False,
    }
    return [who, server]


def transaction(entry: EntryLine) -> dict[str, Any]:
    """The ledger entry itself: its index and leaf hash, so that the event can be held against the ledger."""
    rules = " ".join(entry.rules) or "-"
    detail = [{"type": "leaf", "valueString": entry.leaf}, {"type": "rules", "valueString": rules}]
    if entry.index is not None:
        detail.append({"type": "index", "valueString": str(entry.index)})
    return {
        "what": {"identifier": {"system": f"{OWN}entry", "value": entry.id}},
        "type": {"system": "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType", "code": "XrequestId"},
        "detail": detail,
    }


def entities_of(patient: str, record: str, kind: str, version: int) -> list[dict[str, Any]]:
    """The patient and the record of one target."""
    out: list[dict[str, Any]] = []
    if patient:
        out.append(
            {
                "what": {"reference": f"Patient/{patient}"},
                "type": {"system": KINDS, "code": "1", "display": "Person"},
                "role": {"system": ROLES, "code": "1", "display": "Patient"},
            }
        )
    if record and kind[:1].isupper():
        reference = f"{kind}/{record}/_history/{version}" if version else f"{kind}/{record}"
        out.append(
            {
                "what": {"reference": reference},
                "type": {"system": KINDS, "code": "2", "display": "System Object"},
                "role": {"system": ROLES, "code": "4", "display": "Domain Resource"},
            }
        )
    return out


def unique(entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each entity once, in order."""
    return list({one["what"]["reference"]: one for one in entities}.values())
