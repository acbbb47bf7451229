"""What the tests of the record room's line share: its people, a finished stay with a front page, moves."""

from typing import Any

from jingui import jobs
from jingui.core.custody import (
    SORTING,
    CaseFileRequest,
    ChosenCode,
    CodeCaseFile,
    JudgeCaseFile,
    MoveCaseFile,
)
from jingui.core.custody_shown import CaseShown
from jingui.core.operation import Target
from jingui.core.words import Purpose, Role, Verb
from jingui.gate import door
from tests.gate.entering import Admitted, admit, entered, filled, sign, signing
from tests.gate.test_entry_deadlines import encounter, ended
from tests.hospital import Hospital

WISH = {"archivist": Purpose.MANAGEMENT, "archivist2": Purpose.MANAGEMENT, "coder": Purpose.MANAGEMENT,
        "coder2": Purpose.MANAGEMENT, "quality": Purpose.QUALITY, "quality2": Purpose.QUALITY,
        "affairs": Purpose.MANAGEMENT, "insurance": Purpose.PAYMENT, "head": Purpose.MANAGEMENT}  # fmt: skip
TICKED = tuple(one.id for one in SORTING)


def people(hospital: Hospital) -> Hospital:
    """Coders, quality, medical affairs, insurance and a second archivist, once a house."""
    for short, role in (
        ("coder", Role.CODER), ("coder2", Role.CODER), ("quality", Role.QUALITY), ("quality2", Role.QUALITY),
        ("affairs", Role.MEDICAL_AFFAIRS), ("affairs2", Role.MEDICAL_AFFAIRS), ("archivist2", Role.ARCHIVIST),
        ("insurance", Role.INSURANCE_OFFICE),
    ):  # fmt: skip
        if short not in hospital.actors:
            hospital.person(short, role, "xxk")
    return hospital


def discharge(hospital: Hospital, at: Admitted, **more: Any) -> None:
    """The stay ends now (or as said), and nothing but what was written is owed."""
    if "period" in more:
        encounter(hospital, at, status="finished", **more)
    else:
        ended(hospital, at, **more)
    hospital.sql("UPDATE deadline SET waived = true WHERE patient_id = %s AND record_id = 0", at.patient)


def front_page(hospital: Hospital, at: Admitted, form: str = "front_page", **more: Any) -> int:
    """A front page that satisfies every rule, entered and signed by the attending."""
    since, now = at.since, hospital.now()
    answers = filled(
        hospital, form, main="I10.x00 原发性高血压", outpatient_diagnosis="I10.x00 原发性高血压",
        admitted_at=since.isoformat(timespec="seconds"), discharged_at=now.isoformat(timespec="seconds"),
        days="1", total_cost="1200.50", discharge_way="1", operations=[], others=[], abo="1",
    )  # fmt: skip
    return entered(hospital, "doctor", at, answers | more, template=form)


def stay(hospital: Hospital, *, hours: float = 1, page: bool = True, **more: Any) -> Admitted:
    """A finished stay; its front page is written and signed when wanted."""
    at = admit(hospital, hours=hours)
    if page:
        signing(hospital, "doctor")
        sign(hospital, "doctor", at, front_page(hospital, at, **more))
    discharge(hospital, at)
    return at


def opened(hospital: Hospital, at: Admitted) -> str:
    """The case file that the timed task opened for the stay, by its public id."""
    jobs.case_files(0)
    rows = hospital.sql(
        "SELECT file_id FROM case_file WHERE patient_id = %s AND encounter_id = %s", at.patient, at.visit
    )
    return hospital.runtime.public(at.patient, rows[0][0])


def ask(hospital: Hospital, who: str, verb: Verb, at: Admitted, data: object) -> Any:
    """One of the line's operations about this patient."""
    purpose = WISH.get(who, Purpose.TREATMENT)
    return hospital.write(who, verb, data, target=Target(patient=at.patient), purpose=purpose).value


def shown(hospital: Hospital, at: Admitted, file: str, who: str = "archivist", **more: Any) -> CaseShown:
    """READ_CASE_FILE."""
    operation = hospital.operation(
        who, Verb.READ_CASE_FILE, CaseFileRequest(file=file, **more), target=Target(patient=at.patient),
        purpose=WISH.get(who, Purpose.TREATMENT),
    )  # fmt: skip
    found: CaseShown = door.read(operation).value
    return found


def basis(hospital: Hospital, at: Admitted, file: str) -> int:
    """The version that a page would show now."""
    number = hospital.runtime.ids.internal(file)
    return int(hospital.sql("SELECT version FROM case_file WHERE patient_id = %s AND file_id = %s", *number)[0][0])


def move(hospital: Hospital, at: Admitted, file: str, after: str, who: str = "archivist", **more: Any) -> Any:
    """One move by an archivist; the sorting ticked whole."""
    checks = TICKED if after == "sorted" else ()
    values = {"file": file, "after": after, "basis": basis(hospital, at, file), "checks": checks} | more
    return ask(hospital, who, Verb.MOVE_CASE_FILE, at, MoveCaseFile(**values))


def code(hospital: Hospital, at: Admitted, file: str, *codes: str, who: str = "coder", **more: Any) -> Any:
    """A version of the codes."""
    diagnoses = tuple(ChosenCode(code=one, name="诊断", condition="1") for one in codes or ("I10.x00",))
    values = {"file": file, "basis": basis(hospital, at, file), "diagnoses": diagnoses} | more
    return ask(hospital, who, Verb.CODE_CASE_FILE, at, CodeCaseFile(**values))


def judge(hospital: Hospital, at: Admitted, file: str, after: str, who: str = "quality", **more: Any) -> Any:
    """A judgement; every warning explained."""
    found = shown(hospital, at, file).found
    reasons = tuple((one.rule, "已与临床核实") for one in found if one.severity == "warning")
    values = {"file": file, "after": after, "basis": basis(hospital, at, file), "reasons": reasons} | more
    return ask(hospital, who, Verb.JUDGE_CASE_FILE, at, JudgeCaseFile(**values))


def along(hospital: Hospital, at: Admitted, file: str, until: str) -> None:
    """The case file on its way to a stage, from where it stands."""
    for stage in ("collected", "received", "sorted", "coded", "front_page", "final", "filed", "shelved"):
        now = hospital.sql("SELECT stage FROM case_file WHERE (patient_id, file_id) = (%s, %s)",
                           *hospital.runtime.ids.internal(file))[0][0]  # fmt: skip
        order = ["ward", "collected", "received", "sorted", "coded", "front_page", "final", "filed", "shelved"]
        if order.index(now) >= order.index(stage):
            continue
        if stage == "coded":
            code(hospital, at, file)
        elif stage in ("front_page", "final"):
            judge(hospital, at, file, stage)
        else:
            move(hospital, at, file, stage)
        if stage == until:
            return
