"""What tests of research need: people, charts, an approval, a study, an extract [4.2.4]"""

from datetime import timedelta
from typing import Any

from jingui.core.enter import Change
from jingui.core.matters.asking import Brought, DecideMatter, ReadMatter, StartMatter
from jingui.core.operation import Actor
from jingui.core.research import (
    BuildExtract,
    CheckExtract,
    CountCohort,
    PlanExtract,
    ReadStudy,
    RegisterEthics,
    Said,
    TakeExtract,
)
from jingui.core.research_cohort import Cohort
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb
from jingui.gate import door
from tests.hospital import Hospital

PEOPLE = (
    ("researcher", Role.RESEARCHER), ("ethics", Role.ETHICS), ("affairs", Role.MEDICAL_AFFAIRS),
    ("quality", Role.QUALITY), ("other", Role.RESEARCHER),
)  # fmt: skip
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
FIELDS = ("sex", "age", "department", "day", "diagnosis", "outcome", "diagnoses", "results", "texts")
STUDY = Purpose.RESEARCH
SYSTEM = Actor(name="system:extracts", strength=Strength.LOCAL, entrance=Entrance.JOB)
HEARTS = Cohort(diagnoses=("I21",), departments=("xnk",))


def paper(name: str = "批件.pdf") -> Brought:
    return Brought("ethics", name, "application/pdf", PDF)


def chart(
    n: int, code: str = "I21.001", sex: str = "male", born: str = "1960-05-01", day: str = "2026-03-05"
) -> list[Change]:
    """One patient with a stay, a diagnosis, a result and a note that names them."""
    name = f"科研患{chr(0x4E00 + n)}"
    subject, visit = {"reference": "urn:uuid:p"}, {"reference": "urn:uuid:e"}
    return [
        Change(
            {
                "resourceType": "Patient", "name": [{"use": "official", "text": name}], "gender": sex,
                "birthDate": born,
                "address": [{"state": "浙江省", "city": "杭州市", "text": "浙江省杭州市西湖区文三路90号"}],
                "telecom": [{"system": "phone", "value": f"139{n:08}"}],
                "identifier": [{"system": "urn:jingui:mrn", "value": f"{70_000_000 + n}", "type": {"coding": [
                    {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}}],
            },
            "urn:uuid:p",
        ),
        Change(
            {
                "resourceType": "Encounter", "status": "finished", "class": {"code": "IMP"}, "subject": subject,
                "period": {"start": f"{day}T08:00:00+08:00", "end": f"{day[:8]}28T08:00:00+08:00"},
                "serviceType": {"coding": [{"system": "urn:jingui:department", "code": "xnk"}]},
            },
            "urn:uuid:e",
        ),
        Change(
            {
                "resourceType": "Condition", "subject": subject, "encounter": visit,
                "recordedDate": f"{day}T09:00:00+08:00",
                "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": code}], "text": "心肌梗死"},
            },
            "urn:uuid:c",
        ),
        Change(
            {
                "resourceType": "Observation", "status": "final", "subject": subject, "encounter": visit,
                "code": {"coding": [{"system": "http://loinc.org", "code": "10839-9"}], "text": "肌钙蛋白"},
                "effectiveDateTime": f"{day}T10:00:00+08:00", "valueQuantity": {"value": n % 17 + 0.5, "unit": "ng/mL"},
            },
            "urn:uuid:o",
        ),
        Change(
            {
                "resourceType": "Composition", "status": "final", "subject": subject, "encounter": visit,
                "type": {"text": "入院记录"}, "date": f"{day}T11:00:00+08:00", "author": [{"display": "doctor"}],
                "title": "入院记录",
                "section": [{"title": "主诉", "text": {"status": "generated", "div":
                    f'<div xmlns="http://www.w3.org/1999/xhtml">患者{name}，电话139{n:08}，胸痛3小时。</div>'}}],
            },
            "urn:uuid:t",
        ),
    ]  # fmt: skip


_numbers = iter(range(1, 1000))


def approval(hospital: Hospital, **more: Any) -> tuple[int, str]:
    """A registered approval of the researcher's."""
    number = f"2026-科伦审-{next(_numbers):03}"
    today = hospital.today()
    given: dict[str, Any] = {
        "number": number, "title": "急性心肌梗死预后研究", "person": hospital.people["researcher"], "fields": FIELDS,
        "most": 500, "starts": today - timedelta(days=1), "ends": today + timedelta(days=300), "paper": paper(),
    }  # fmt: skip
    made = hospital.write("ethics", Verb.REGISTER_ETHICS, RegisterEthics(**(given | more)))
    return made.value, (given | more)["number"]


def answers(hospital: Hospital, number: str, **more: str) -> tuple[tuple[str, str], ...]:
    given = {
        "ethics": number, "kind": "research", "title": "急性心肌梗死预后研究", "protocol": "回顾性队列研究。",
        "diagnoses": "I21", "departments": "xnk", "fields": ",".join(FIELDS), "profile": "research", "form": "csv",
        "recipient": str(hospital.people["researcher"]), "patients": "200", "days": "100",
    }  # fmt: skip
    return tuple((given | more).items())


def start(hospital: Hospital, who: str, kind: str, given: tuple[tuple[str, str], ...]) -> int:
    papers = tuple(Brought(name, f"{name}.pdf", "application/pdf", PDF + name.encode())
                   for name in ("ethics", "integrity", "agreement"))  # fmt: skip
    data = StartMatter(kind=kind, answers=given, papers=papers, submit=True)
    return int(hospital.write(who, Verb.START_MATTER, data, purpose=STUDY).value.matter)


def decide(hospital: Hospital, who: str, matter: int) -> Any:
    asked = hospital.operation(who, Verb.READ_MATTER, ReadMatter(matter=matter), purpose=Purpose.MANAGEMENT)
    basis = door.read(asked).value.basis
    return hospital.write(
        who, Verb.DECIDE_MATTER, DecideMatter(matter=matter, move="approve", basis=basis, comment="同意。")
    )


def study(hospital: Hospital, who: str = "researcher", kind: str = "research_use", **more: Any) -> int:
    """An approved study."""
    _, number = approval(hospital, **more.pop("approved", {}))
    matter = start(hospital, who, kind, answers(hospital, number, **more))
    for second in ("ethics", "affairs", "sysadmin"):
        decide(hospital, second, matter)
    return int(hospital.sql("SELECT id FROM study WHERE matter = %s", matter)[0][0])


def view(hospital: Hospital, who: str, number: int) -> Any:
    return door.read(hospital.operation(who, Verb.READ_STUDY, ReadStudy(study=number), purpose=STUDY)).value


def built(hospital: Hospital, number: int, who: Any = SYSTEM) -> int:
    """An extract made to its end; the job does it."""
    extract = hospital.write("researcher", Verb.PLAN_EXTRACT, PlanExtract(study=number), purpose=STUDY).value
    for _ in range(60):
        if hospital.write(who, Verb.BUILD_EXTRACT, BuildExtract(extract=extract)).value.stage != "building":
            return int(extract)
    raise AssertionError("it never ends")


def check(hospital: Hospital, who: str, extract: int, verdict: Said = Said.PASS, reasons: str = "") -> Any:
    manifest = bytes(hospital.sql("SELECT manifest FROM extract WHERE id = %s", extract)[0][0]).hex()
    data = CheckExtract(extract=extract, verdict=verdict, manifest=manifest, reasons=reasons)
    return hospital.write(who, Verb.CHECK_EXTRACT, data)


def take(hospital: Hospital, who: str, extract: int) -> Any:
    return hospital.write(who, Verb.TAKE_EXTRACT, TakeExtract(extract=extract), purpose=STUDY)


def count(hospital: Hospital, cohort: Cohort, who: str = "researcher") -> Any:
    cursor = ""
    while True:
        result = hospital.write(who, Verb.COUNT_COHORT, CountCohort(cohort=cohort, cursor=cursor), purpose=STUDY)
        if result.value.done:
            return result.value
        cursor = result.more
