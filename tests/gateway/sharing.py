"""A patient with results, consents that name a partner, and sharing as people ask for it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from jingui.core.collect import Relate
from jingui.core.enter import Change
from jingui.core.operation import Target
from jingui.core.sharing import Share
from jingui.core.words import Purpose, Relation, Verb
from jingui.gate import door
from tests.gate.test_charts import number
from tests.gate.test_consents import diagnose, give, withdraw
from tests.gate.test_door import bundle
from tests.gateway.parties import Party, party
from tests.hospital import Hospital

LOINC = "http://loinc.org"
NUMBERS = iter(range(700_000, 800_000))
WAYS = ("referral", "mutual_recognition", "rescue", "infectious_report")
__all__ = ["admit", "ask", "clinic", "consented", "diagnose", "give", "number", "observe", "view", "withdraw"]


def admit(hospital: Hospital, name: str, birth: str = "", mrn: str = "") -> str:
    """A patient whom the doctor treats, with nothing in the chart."""
    changes = bundle(name, mrn or f"S{next(NUMBERS)}")[:2]
    if birth:
        changes[0].resource["birthDate"] = birth
    patient = str(hospital.enter("his", *changes, purpose=Purpose.OPERATION).made[0].id)
    now = hospital.now()
    treats = Relate(
        kind=Relation.TREATING, person=hospital.people["doctor"], starts=now - timedelta(hours=1),
        ends=now + timedelta(days=20),
    )  # fmt: skip
    where = Target(patient=number(hospital, patient))
    hospital.write("registrar", Verb.RELATE, treats, target=where, purpose=Purpose.OPERATION)
    return patient


def clinic(hospital: Hospital, name: str, **more: Any) -> Party:
    """A partner for everything of WAYS, its agreement assessed."""
    found = party(hospital, name, **{"purposes": WAYS, "views": WAYS, **more})
    assess(hospital, found)
    return found


def assess(hospital: Hospital, found: Party, **changes: Any) -> None:
    """Its agreement rests on an impact assessment, and is changed as told."""
    from jingui.store.models import Agreement, ImpactAssessment

    now = datetime.now(UTC)
    pk = int(hospital.sql("SELECT nextval(pg_get_serial_sequence('impact_assessment', 'id'))")[0][0])
    made = hospital.keep(
        ImpactAssessment(id=pk, subject="转诊", kind="provide", conclusion="go", risk="low", matter=1, digest=bytes(32),
                         at=now, ends=now + timedelta(days=900), payload=b"-")
    )  # fmt: skip
    row = Agreement.objects.get(pk=found.agreement)
    for name, value in {"assessment": made.pk, **changes}.items():
        setattr(row, name, value)
    hospital.keep(row, new=False)


def observe(hospital: Hospital, patient: str, code: str, value: str = "5.6", who: str = "doctor") -> Any:
    """A result in the chart."""
    resource = {
        "resourceType": "Observation", "status": "final", "subject": {"reference": f"Patient/{patient}"},
        "code": {"coding": [{"system": LOINC, "code": code}], "text": "血糖"},
        "effectiveDateTime": hospital.today().isoformat(),
        "valueQuantity": {"value": 5.6, "unit": "mmol/L"}, "performer": [{"display": "检验师甲"}],
        "note": [{"text": f"内部备注 {value}"}],
    }  # fmt: skip
    return hospital.enter(who, Change(resource=resource))


def consented(hospital: Hospital, patient: str, to: Party, **more: Any) -> int:
    """A consent that names the partner and its purposes; its number."""
    said = {"kind": "sharing", "labels": (), "party": f"{to.uscc} {to.name}"[:40], "uses": ("referral",), **more}
    return int(give(hospital, patient, **said).value.consent)


def ask(hospital: Hospital, patient: str, to: Party, *, who: str = "doctor", **more: Any) -> Any:
    """Ask to share; without `confirm` a preview."""
    purpose = more.pop("door", Purpose.TREATMENT)
    data = Share(**{"partner": to.id, "purpose": "referral", **more})
    return hospital.write(who, Verb.SHARE, data, target=Target(patient=number(hospital, patient)), purpose=purpose)


def view(hospital: Hospital, verb: Verb, data: object = None, *, who: str = "doctor", patient: str = "",
         record: int = 0, purpose: Purpose = Purpose.TREATMENT) -> Any:  # fmt: skip
    """A reading act's value."""
    target = Target(patient=number(hospital, patient) if patient else 0, record=record)
    return door.read(hospital.operation(who, verb, data, target=target, purpose=purpose)).value
