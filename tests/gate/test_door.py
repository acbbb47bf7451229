"""四（一）内部查阅: the door from registration to reading [4.1.1] [4.1.2]"""

from typing import Any

import pytest

from jingui.core.enter import Change
from jingui.core.errors import Refused
from jingui.core.operation import Target
from jingui.core.words import Purpose, Verb
from tests.hospital import Hospital

MR = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}


def patient(name: str = "顾明远", number: str = "00832217") -> dict[str, Any]:
    """A patient with a record number."""
    return {
        "resourceType": "Patient",
        "name": [{"use": "official", "text": name}],
        "gender": "male",
        "birthDate": "1959-03-04",
        "identifier": [{"type": MR, "system": "urn:jingui:mrn", "value": number}],
    }


def bundle(name: str = "顾明远", number: str = "00832217") -> list[Change]:
    """A patient, a stay in cardiology, a laboratory value."""
    encounter = {
        "resourceType": "Encounter",
        "status": "in-progress",
        "class": {"code": "IMP"},
        "subject": {"reference": "urn:uuid:p"},
        "period": {"start": "2026-11-18T14:02:00+08:00"},
        "serviceType": {"coding": [{"system": "urn:jingui:department", "code": "xnk"}]},
    }
    observation = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "10839-9"}]},
        "subject": {"reference": "urn:uuid:p"},
        "encounter": {"reference": "urn:uuid:e"},
        "effectiveDateTime": "2026-11-21T16:40:00+08:00",
        "valueQuantity": {"value": 1, "unit": "ng/mL"},
    }
    return [
        Change(patient(name, number), "urn:uuid:p"),
        Change(encounter, "urn:uuid:e"),
        Change(observation, "urn:uuid:o"),
    ]


def test_entered_then_read(hospital: Hospital) -> None:
    from jingui.gate import door

    made = hospital.enter("his", *bundle(), verb=Verb.ENTER, purpose=Purpose.OPERATION).made
    assert [one.outcome for one in made] == ["created"] * 3
    number, record = hospital.runtime.ids.internal(made[2].id)
    sheet = door.sheet(hospital.operation("doctor", Verb.READ, target=Target(patient=number, record=record)))
    assert b'"10839-9"' in sheet.body
    assert hospital.sql("SELECT decision FROM entry WHERE id = %s", sheet.trace.entry) == [("allow",)]
    with pytest.raises(Refused) as refused:
        door.sheet(hospital.operation("surgeon", Verb.READ, target=Target(patient=number, record=record)))
    assert hospital.sql("SELECT decision FROM entry WHERE id = %s", refused.value.entry) == [("deny",)]
