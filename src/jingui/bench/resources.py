"""Made-up FHIR resources of the bench: nobody's data."""

from datetime import UTC, datetime, timedelta
from typing import Any

LOINC = "http://loinc.org"
CODES = ("10839-9", "718-7", "6690-2", "777-3", "2951-2", "2823-3", "2160-0", "1742-6", "1920-8", "2345-7")
START = datetime(2026, 1, 1, tzinfo=UTC)


def patient(number: int, department: str) -> list[dict[str, Any]]:
    """A patient and an open stay in `department`."""
    mrn = {"type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}}
    return [
        {
            "resourceType": "Patient", "name": [{"use": "official", "text": f"测速患者{number}"}], "gender": "female",
            "birthDate": "1970-01-01",
            "identifier": [{**mrn, "system": "urn:jingui:mrn", "value": f"{90_000_000 + number}"}],
        },
        {
            "resourceType": "Encounter", "status": "in-progress", "class": {"code": "IMP"},
            "subject": {"reference": "urn:uuid:0"}, "period": {"start": START.isoformat()},
            "serviceType": {"coding": [{"system": "urn:jingui:department", "code": department}]},
        },
    ]  # fmt: skip


def observation(patient: str, encounter: str, number: int) -> dict[str, Any]:
    """One laboratory result of usual size (about 900 bytes as JSON)."""
    code = CODES[number % len(CODES)]
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                        "code": "laboratory",
                        "display": "Laboratory",
                    }
                ]
            }
        ],
        "code": {"coding": [{"system": LOINC, "code": code, "display": f"项目 {code}"}], "text": f"检验项目 {code}"},
        "subject": {"reference": f"Patient/{patient}"},
        "encounter": {"reference": f"Encounter/{encounter}"},
        "effectiveDateTime": (START + timedelta(hours=number)).isoformat(),
        "issued": (START + timedelta(hours=number, minutes=40)).isoformat(),
        "valueQuantity": {
            "value": 40 + number % 97, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"
        },
        "interpretation": [{"coding": [{"code": "N"}], "text": "正常"}],
        "referenceRange": [{"low": {"value": 35, "unit": "mmol/L"}, "high": {"value": 145, "unit": "mmol/L"}}],
        "note": [{"text": "标本性状无异常，结果已复核。"}],
    }  # fmt: skip
