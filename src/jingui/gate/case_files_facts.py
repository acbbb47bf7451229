"""三（二）2 首页质控: what a front page, its stay, its patient and its codes say, as facts for the rules [3.2.2]"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from jingui.core.calendars import CHINA
from jingui.core.errors import Gone, Tampered
from jingui.formats import capture
from jingui.gate import facts as f
from jingui.gate.entry_filing import opened
from jingui.gate.entry_forms import FORM
from jingui.gate.entry_templates import written_with
from jingui.gate.runtime import Runtime
from jingui.gate.templates import Known

FRONT_PAGE: Final = "front_page"
FRONT_FORMS: Final = "'front_page', 'tcm_front_page'"  # a stay under Chinese medicine has one of its own
FRONT_SQL: Final = f"""SELECT r.record_id, r.version, r.form, r.category, r.level, r.labels, r.retention_class, r.kind,
  v.seal, v.payload, k.wrapped FROM record r
JOIN record_version v ON v.patient_id = r.patient_id AND v.record_id = r.record_id AND v.version = r.version
LEFT JOIN patient_key k ON k.patient_id = r.patient_id AND k.retention_class = r.retention_class
WHERE r.patient_id = $1::bigint AND r.encounter_id = $2::bigint AND r.kind = '{FORM}' AND r.form IN ({FRONT_FORMS})
  AND r.status <> 'entered-in-error' AND r.state <> 'destroyed' ORDER BY r.entered DESC LIMIT 1"""  # noqa: S608 -- own texts only
IDENTITY: Final = ("id_card", "passport", "other_id")


def face_of(runtime: Runtime, patient: f.PatientFacts) -> Mapping[str, Any]:
    """The patient's face; {} when it was destroyed."""
    payload = patient.row[f.P_FACE]
    if payload is None:
        return {}
    try:
        key = runtime.vault.key(patient.patient, "identity", patient.row[f.KI_WRAPPED])
    except Gone:
        return {}
    return runtime.vault.open_face(key, patient.patient, payload)


def answers(runtime: Runtime, known: Known, patient: int, row: Sequence[Any] | None) -> Mapping[str, Any]:
    """What the front page answers, by link; {} without one. Tampered names a record that is not as it was written."""
    if row is None:
        return {}
    resource = opened(runtime, patient, row)
    template = written_with(known, resource, row[2])
    if template is None:
        raise Tampered(where=f"record:{patient}.{row[0]}")
    return capture.answers_of(template, dict(resource))


def years(born: str, at: datetime) -> int | None:
    """Whole years of age on a day; None when the date of birth is not known."""
    try:
        day, on = date.fromisoformat(born[:10]), at.astimezone(CHINA).date()
    except ValueError:
        return None
    return on.year - day.year - ((on.month, on.day) < (day.month, day.day))


def gathered(
    runtime: Runtime, patient: f.PatientFacts, front: Mapping[str, Any], stay: tuple[datetime, datetime | None],
    coded: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """Every fact by its name. What is not known is not there."""
    face = face_of(runtime, patient)
    numbers = face.get("numbers", {})
    born = str(face.get("birth", ""))
    age = years(born, stay[0]) if born else None
    diagnoses, operations = (list(coded.get(name, ())) for name in ("diagnoses", "operations"))
    days = (stay[0].astimezone(CHINA).date() - date.fromisoformat(born)).days if age is not None else None
    out: dict[str, Any] = {
        **front, FRONT_PAGE: bool(front), "name": face.get("name", ""), "sex": face.get("sex", ""), "birth": born,
        "mrn": numbers.get("mrn", ""), "deceased": patient.deceased,
        "identity": next((numbers[name] for name in IDENTITY if numbers.get(name)), ""),
        "stay_from": stay[0].astimezone(CHINA), "stay_to": stay[1].astimezone(CHINA) if stay[1] else None,
        "age_years": age, "age_days": days,
        "codes.diagnoses": tuple(one[0] for one in diagnoses),
        "codes.operations": tuple(one[0] for one in operations),
        "list.diagnosis": [{"code": one[0], "text": one[1]} for one in diagnoses],
        "list.condition": [one[2] for one in diagnoses],
        "list.operation": [{"code": one[0], "text": one[1]} for one in operations],
        "list.operation_start": [one.get("operation_start") for one in front.get("operations", ())],
    }  # fmt: skip
    if "fees" in front:
        out["fees"] = [one["fee"] for one in front["fees"] if "fee" in one]
    return out
