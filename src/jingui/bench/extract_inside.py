"""四（二）4 教学科研: a real extract through the door of a house made for measuring [4.2.4]

`python -m jingui.config.running --sequencing jingui.bench.extract_inside PATIENTS`: seconds, parts, memory as JSON.
"""

import json
import resource
import sys
from datetime import timedelta
from time import perf_counter
from typing import Any, Final

from jingui.bench import filling
from jingui.bench.resources import patient
from jingui.core.enter import Change
from jingui.core.matters.asking import Brought, DecideMatter, ReadMatter, StartMatter
from jingui.core.operation import Actor, Operation
from jingui.core.protect import RegisterDepartment
from jingui.core.research import (
    BuildExtract,
    CheckExtract,
    PlanExtract,
    ReadStudy,
    RegisterEthics,
    Said,
    Stage,
    TakeExtract,
)
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb
from jingui.gate import door

PDF: Final = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
FIELDS: Final = ("sex", "age", "day", "diagnosis", "diagnoses", "results", "texts")
JOB: Final = Actor(name="system:extracts", strength=Strength.LOCAL, entrance=Entrance.JOB)


def ask(actor: Actor, verb: Verb, data: object, purpose: Purpose = Purpose.RESEARCH) -> Any:
    """One changing operation; its value."""
    return door.write(Operation(actor=actor, verb=verb, at=door.now(), purpose=purpose, data=data)).value


def chart(number: int) -> list[Change]:
    """A patient with a stay, a diagnosis, a result and a note."""
    made = patient(number, "bench")
    made[0] |= {"gender": ("male", "female")[number % 2], "birthDate": f"{1940 + number % 50}-05-01"}
    subject, visit = {"reference": "urn:uuid:0"}, {"reference": "urn:uuid:1"}
    made.append(
        {"resourceType": "Condition", "subject": subject, "encounter": visit,
         "recordedDate": "2026-01-02T08:00:00+08:00",
         "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": ("I21.001", "I21.401")[number % 2]}]}}
    )  # fmt: skip
    made.append(
        {"resourceType": "Observation", "status": "final", "subject": subject, "encounter": visit,
         "code": {"coding": [{"system": "http://loinc.org", "code": "10839-9"}], "text": "肌钙蛋白"},
         "effectiveDateTime": "2026-01-02T10:00:00+08:00", "valueQuantity": {"value": number % 90, "unit": "ng/mL"}}
    )  # fmt: skip
    said = f"患者测速患者{number}，电话139{number:08}，反复胸痛3年，加重2天。" * 8
    div = f'<div xmlns="http://www.w3.org/1999/xhtml">{said}</div>'
    made.append(
        {"resourceType": "Composition", "status": "final", "subject": subject, "encounter": visit, "title": "入院记录",
         "type": {"text": "入院记录"}, "date": "2026-01-02T11:00:00+08:00", "author": [{"display": "测速医师"}],
         "section": [{"title": "现病史", "text": {"status": "generated", "div": div}}]}
    )  # fmt: skip
    return [Change(one, f"urn:uuid:{n}") for n, one in enumerate(made)]


def people() -> dict[str, Actor]:
    """The house's people."""
    filling.write(filling.INIT, Verb.START_SYSTEM)
    ward = filling.write(filling.INIT, Verb.REGISTER_DEPARTMENT, RegisterDepartment(code="bench", name="测速病区"))
    made = {"system": filling.hire("sysadmin", Role.SYSTEM_ADMIN, ward, (filling.INIT, filling.INIT))}
    made["security"] = filling.hire("secadmin", Role.SECURITY_ADMIN, ward, (filling.INIT, filling.INIT))
    for short, role in (("his", Role.INTERFACE), ("lead", Role.RESEARCHER), ("ethics", Role.ETHICS),
                        ("affairs", Role.MEDICAL_AFFAIRS), ("quality", Role.QUALITY)):  # fmt: skip
        made[short] = filling.hire(short, role, ward, (made["system"], made["security"]))
    return made


def study(who: dict[str, Actor], patients: int) -> int:
    """An approved study of the lead's."""
    today, lead = door.now().date(), door.whoami(who["lead"]).person
    paper = Brought("ethics", "p.pdf", "application/pdf", PDF)
    ask(who["ethics"], Verb.REGISTER_ETHICS, RegisterEthics(
        number="B-1", title="bench", person=lead, fields=FIELDS, most=patients, starts=today,
        ends=today + timedelta(days=300), paper=paper,
    ), Purpose.OPERATION)  # fmt: skip
    answers = {
        "ethics": "B-1", "kind": "research", "title": "bench", "protocol": "bench", "diagnoses": "I21",
        "fields": ",".join(FIELDS), "profile": "research", "form": "csv", "recipient": str(lead),
        "patients": str(patients), "days": "100",
    }  # fmt: skip
    papers = tuple(Brought(name, f"{name}.pdf", "application/pdf", PDF + name.encode())
                   for name in ("ethics", "integrity", "agreement"))  # fmt: skip
    data = StartMatter(kind="research_use", answers=tuple(answers.items()), papers=papers, submit=True)
    matter = ask(who["lead"], Verb.START_MATTER, data).matter
    for second in ("ethics", "affairs", "system"):
        seen = door.read(Operation(actor=who[second], verb=Verb.READ_MATTER, at=door.now(), purpose=Purpose.MANAGEMENT,
                                   data=ReadMatter(matter=matter))).value  # fmt: skip
        data2 = DecideMatter(matter=matter, move="approve", basis=seen.basis, comment="同意")
        ask(who[second], Verb.DECIDE_MATTER, data2, Purpose.OPERATION)
    return 1


def measured(patients: int) -> dict[str, Any]:
    """Fill, make, check, take; seconds of each."""
    who, began = people(), perf_counter()
    machine = Actor(account=who["his"].account, post=who["his"].post, strength=Strength.TOKEN, entrance=Entrance.FHIR,
                    scopes=("system/*.cruds",))  # fmt: skip
    for number in range(patients):
        filling.enter(machine, *chart(number))
    filled, number = perf_counter() - began, study(who, patients)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    extract, began, parts = ask(who["lead"], Verb.PLAN_EXTRACT, PlanExtract(study=number)), perf_counter(), 0
    stage = Stage.BUILDING.value
    while stage == Stage.BUILDING:
        stage, parts = ask(JOB, Verb.BUILD_EXTRACT, BuildExtract(extract=extract), Purpose.OPERATION).stage, parts + 1
    built = perf_counter() - began
    seen = door.read(Operation(actor=who["quality"], verb=Verb.READ_STUDY, at=door.now(), purpose=Purpose.QUALITY,
                               data=ReadStudy(study=number))).value.extracts[0]  # fmt: skip
    for one in ("quality", "ethics"):
        ask(who[one], Verb.CHECK_EXTRACT, CheckExtract(extract=extract, verdict=Said.PASS, manifest=seen.manifest))
    took = ask(who["lead"], Verb.TAKE_EXTRACT, TakeExtract(extract=extract))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "patients": patients, "rows": seen.rows, "held": seen.held, "fill_s": round(filled, 1),
        "build_s": round(built, 2), "parts": parts, "patients_per_s": round(patients / built), "bytes": len(took.body),
        "peak_mb": round(peak / 1024), "grown_mb": round((peak - before) / 1024),
    }  # fmt: skip


def main() -> int:
    """Measure and write the figures."""
    json.dump(measured(int(sys.argv[1])), sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
