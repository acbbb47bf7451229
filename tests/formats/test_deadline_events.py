"""二（二）2 时限: what resources tell that a deadline counts from [2.2.2]"""

from datetime import UTC, datetime
from typing import Any

import pytest

from jingui.core.deadlines import Grade, Trigger
from jingui.formats.deadline_events import died, events

SURGICAL = {"coding": [{"system": "http://snomed.info/sct", "code": "387713003"}]}
END = "2026-11-22T10:00:00+08:00"


@pytest.mark.parametrize(
    ("resource", "trigger"),
    [
        ({"resourceType": "Procedure", "status": "completed", "category": SURGICAL,
          "performedPeriod": {"start": "2026-11-22T08:00:00+08:00", "end": END}}, Trigger.OPERATION),
        ({"resourceType": "Procedure", "status": "completed", "code": {"text": "抢救"}, "performedDateTime": END},
         Trigger.RESUSCITATION),
        ({"resourceType": "Procedure", "status": "completed", "code": {"coding": [{"code": "99.60"}]},
          "performedDateTime": END}, Trigger.RESUSCITATION),
        ({"resourceType": "Observation", "interpretation": [{"coding": [{"code": "LL"}]}], "effectiveDateTime": END},
         Trigger.CRITICAL),
        ({"resourceType": "ServiceRequest", "status": "active", "category": [{"text": "会诊"}], "authoredOn": END},
         Trigger.CONSULTATION),
    ],
)  # fmt: skip
def test_events(resource: dict[str, Any], trigger: Trigger) -> None:
    ((found, grade, since),) = events(resource)
    assert (found, grade) == (trigger, None)
    assert since == datetime(2026, 11, 22, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Procedure", "status": "in-progress", "category": SURGICAL, "performedDateTime": END},
        {"resourceType": "Procedure", "status": "completed", "code": {"text": "换药"}, "performedDateTime": END},
        {"resourceType": "Observation", "interpretation": [{"coding": [{"code": "H"}]}]},
        {"resourceType": "ServiceRequest", "status": "revoked", "code": {"text": "病危"}},
        {"resourceType": "Patient"},
    ],
)
def test_what_begins_nothing(resource: dict[str, Any]) -> None:
    assert events(resource) == ()


def test_grades_of_orders_and_forms() -> None:
    order = {"resourceType": "ServiceRequest", "status": "active", "code": {"text": "病重"}}
    assert [one.grade for one in events(order)] == [Grade.SERIOUS]
    form = {"resourceType": "QuestionnaireResponse", "item": [
        {"linkId": "s", "item": [{"linkId": "n", "answer": [{"valueCoding": {"code": "2", "display": "一级护理"}}]}]},
    ]}  # fmt: skip
    assert [one.grade for one in events(form)] == [Grade.NURSING_FIRST]


def test_death_is_told_by_the_disposition() -> None:
    assert died({"hospitalization": {"dischargeDisposition": {"coding": [{"code": "exp"}]}}})
    assert not died({"hospitalization": {"dischargeDisposition": {"coding": [{"code": "home"}]}}})
    assert not died({})
