"""Small resources of made-up patients."""

from typing import Any

LOINC = "http://loinc.org"


def patient(name: str, number: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient", "name": [{"use": "official", "text": name}], "gender": "female",
        "birthDate": "1971-05-06", "identifier": [{"system": "urn:jingui:mrn", "value": number, "type": {"coding": [
            {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}}], **more,
    }  # fmt: skip


def encounter(subject: str, department: str = "xnk", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Encounter", "status": "in-progress", "class": {"code": "IMP"},
        "subject": {"reference": subject},
        "period": {"start": "2026-11-18T14:02:00+08:00"},
        "serviceType": {"coding": [{"system": "urn:jingui:department", "code": department}]}, **more,
    }  # fmt: skip


def observation(
    subject: str, code: str = "10839-9", at: str = "2026-11-21T16:40:00+08:00", **more: Any
) -> dict[str, Any]:
    return {
        "resourceType": "Observation", "status": "final", "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": subject}, "effectiveDateTime": at,
        "valueQuantity": {"value": 1, "unit": "ng/mL"}, **more,
    }  # fmt: skip


def condition(subject: str, code: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Condition", "subject": {"reference": subject},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": code}]}, **more,
    }  # fmt: skip


def entry(resource: dict[str, Any], url: str, **request: str) -> dict[str, Any]:
    return {
        "fullUrl": url, "resource": resource,
        "request": {"method": "POST", "url": resource["resourceType"], **request},
    }  # fmt: skip


def transaction(*entries: dict[str, Any], kind: str = "transaction") -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def stay(name: str, number: str, department: str = "xnk", *more: dict[str, Any]) -> dict[str, Any]:
    """A patient with an open stay and one result."""
    p, e = "urn:uuid:00000000-0000-4000-8000-000000000001", "urn:uuid:00000000-0000-4000-8000-000000000002"
    return transaction(
        entry(patient(name, number), p),
        entry(encounter(p, department), e),
        entry(observation(p, encounter={"reference": e}), "urn:uuid:00000000-0000-4000-8000-000000000003"),
        *(entry(one, f"urn:uuid:00000000-0000-4000-8000-0000000001{n:02}") for n, one in enumerate(more)),
    )


P = "urn:uuid:00000000-0000-4000-8000-000000000001"
E = "urn:uuid:00000000-0000-4000-8000-000000000002"
