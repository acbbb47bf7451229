"""What the tests of entry share: an admitted patient, filled forms, signing sessions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from jingui.core.capture import Item, Necessity
from jingui.core.enter import FilledForm, Submission
from jingui.core.entering import OpenForm
from jingui.core.operation import Target
from jingui.core.signatures import OpenSigning, Papered, SignRecords
from jingui.core.words import Purpose, Verb
from jingui.formats import capture
from jingui.formats.codetables import in_force
from jingui.gate import door
from tests.gate.test_door import bundle
from tests.hospital import Hospital

NUMBERS = count(70_000_001)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A patient with an open stay in the doctor's department."""

    public: str
    patient: int
    visit: int
    visit_public: str
    since: datetime


def admit(hospital: Hospital, *, hours: float = 1, department: str = "xnk", **more: Any) -> Admitted:
    """Admit somebody `hours` ago."""
    number = str(next(NUMBERS))
    changes = bundle(f"患者{number}", number)
    since = hospital.now() - timedelta(hours=hours)
    encounter = changes[1].resource
    encounter["period"]["start"] = since.isoformat(timespec="seconds")
    encounter["serviceType"]["coding"][0]["code"] = department
    encounter |= more.get("encounter", {})
    changes[0].resource.update(more.get("patient", {}))
    made = hospital.enter("his", *changes[:2], purpose=Purpose.OPERATION).made
    patient, visit = (hospital.runtime.ids.internal(one.id) for one in made)
    return Admitted(public=made[0].id, patient=patient[0], visit=visit[1], visit_public=made[1].id, since=since)


def note(hospital: Hospital, **more: Any) -> dict[str, Any]:
    """The answers of a progress note."""
    written = (hospital.now() - timedelta(minutes=5)).isoformat(timespec="seconds")
    return {"written_at": written, "course": "患者今日神志清，精神可，无胸闷胸痛，双肺呼吸音清。", **more}


def opened(hospital: Hospital, who: str, at: Admitted, template: str = "progress_note", **more: Any) -> Any:
    """OPEN_FORM of a template for this patient."""
    purpose = more.pop("purpose", Purpose.TREATMENT)
    target = Target(patient=at.patient, record=more.pop("record", 0))
    data = OpenForm(template=template, encounter=at.visit, **more)
    return door.read(hospital.operation(who, Verb.OPEN_FORM, data, target=target, purpose=purpose)).value


def form_of(hospital: Hospital, at: Admitted, answers: Any, **more: Any) -> FilledForm:
    """A filled form with a key of its own unless one is given."""
    key = more.pop("key", "") or hospital.runtime.public(at.patient, hospital.runtime.number(hospital.now()))
    data = {"template": "progress_note", "encounter": at.visit} | more
    return FilledForm(answers=answers, key=key, **data)


def submit(hospital: Hospital, who: str, at: Admitted, form: FilledForm, *, record: int = 0, **more: Any) -> Any:
    """Submit a form; the answer of the door."""
    verb = Verb.CORRECT if record else Verb.ENTER
    target = Target(patient=at.patient, record=record)
    return door.enter(hospital.operation(who, verb, Submission(form=form), target=target, **more))


def entered(hospital: Hospital, who: str, at: Admitted, answers: Any = None, **more: Any) -> int:
    """Submit a new form and return its record number."""
    made = submit(hospital, who, at, form_of(hospital, at, answers or note(hospital), **more)).made[0]
    return int(hospital.runtime.ids.internal(made.id)[1])


def signing(hospital: Hospital, who: str, station: str = "") -> Any:
    """Open a signing session."""
    return hospital.write(who, Verb.OPEN_SIGNING, OpenSigning(station=station), purpose=Purpose.TREATMENT).value


def sign(hospital: Hospital, who: str, at: Admitted, *records: int, version: int = 1, station: str = "") -> Any:
    """Sign records of a patient."""
    papers = tuple(Papered(hospital.runtime.public(at.patient, one), version) for one in records)
    data = SignRecords(records=papers, station=station)
    return hospital.write(who, Verb.SIGN_RECORD, data, target=Target(patient=at.patient), purpose=Purpose.TREATMENT)


def deadlines(hospital: Hospital, at: Admitted) -> dict[str, tuple[Any, ...]]:
    """The patient's deadlines by rule: (since, due, met, late, waived); the newest of each rule."""
    rows = hospital.sql(
        "SELECT rule, since, due, met, late, waived FROM deadline WHERE patient_id = %s ORDER BY since, deadline_id",
        at.patient,
    )
    return {row[0]: row[1:] for row in rows}


def entries(hospital: Hospital) -> int:
    """How many entries the ledger has."""
    return int(hospital.sql("SELECT count(*) FROM entry")[0][0])


def filled(hospital: Hospital, name: str, **more: Any) -> dict[str, Any]:
    """Plausible answers to every required item of a template."""
    at = hospital.now() - timedelta(minutes=20)
    return answers_to(capture.templates()[name].items(), at) | more


def answers_to(items: tuple[Item, ...], at: datetime) -> dict[str, Any]:
    """Answers to the required ones of these items, rows of groups included."""
    moment = at.isoformat(timespec="seconds")
    by_kind = {"date": moment[:10], "dateTime": moment, "boolean": False}
    out: dict[str, Any] = {}
    for item in items:
        if item.necessity is not Necessity.REQUIRED:
            continue
        kind = item.kind.value
        if kind == "group":
            out[item.link] = [answers_to(item.items, at)]
        elif kind in ("choice", "coded"):
            out[item.link] = next(iter(in_force()[item.table].codes))
        elif item.check == "phone":
            out[item.link] = "13800138000"
        elif kind == "decimal":
            out[item.link] = str(item.usual[0] or item.low or 1)
        elif kind == "integer":
            out[item.link] = str(max(1, item.low or 1))
        else:
            out[item.link] = by_kind.get(kind, "按实际情况书写的内容。"[: item.longest or None])
    return out
