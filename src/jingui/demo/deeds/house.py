"""二（二）1, 四（一）3, 七（一）: documents, undertakings, qualifications, rosters, duties of the month [4.1.3] [2.2.1]"""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from jingui.core.collect import Relate, Roster
from jingui.core.documents import (
    SHIPPED_BODY,
    SHIPPED_TITLE,
    SHIPPED_TITLE_EN,
    UNDERTAKING,
    Acknowledge,
    DocumentKind,
    DocumentsRequest,
    PublishDocument,
)
from jingui.core.duties import DoDuty, DutiesRequest, OpenDuties
from jingui.core.enter import Change, Submission
from jingui.core.proposals import Verdict
from jingui.core.signatures import Qualify
from jingui.core.words import Purpose, Relation, Verb
from jingui.demo.build import staff_no
from jingui.demo.deeds.doing import Kept, deed
from jingui.demo.month import Deed, span
from jingui.formats.fhir_encounter import DEPARTMENT_SYSTEM, STAFF_SYSTEM
from jingui.gate import door

if TYPE_CHECKING:
    from jingui.demo.play_month import Month


@deed("undertaking")
def undertaking(month: "Month", row: Deed) -> Kept:
    """The undertaking as shipped is published by two people; everybody on the staff gives it, each themself."""
    lines = month.read(row, Verb.READ_DOCUMENTS, DocumentsRequest()).value.lines
    if not any(line.code == UNDERTAKING for line in lines):
        data = PublishDocument(
            code=UNDERTAKING, kind=DocumentKind.UNDERTAKING, title=SHIPPED_TITLE, title_en=SHIPPED_TITLE_EN,
            body=SHIPPED_BODY,
        )  # fmt: skip
        waiting = month.write(row, Verb.PUBLISH_DOCUMENT, data).value
        verdict = Verdict(proposal=waiting.proposal, digest=waiting.digest, verdict="approve")
        month.housekeeping(row.more["second"], Verb.APPROVE, verdict)
    for person in month.hospital.staff:
        acknowledged(month, person.login, UNDERTAKING)
    return {"done": "1"}


def acknowledged(month: "Month", who: str, code: str) -> None:
    """Somebody acknowledges the document in force of that code, unless they have."""
    line = next(one for one in documents(month, who) if one.code == code)
    if line.mine is None:
        data = Acknowledge(document=line.id, digest=line.digest)
        month.housekeeping(who, Verb.ACKNOWLEDGE, data)


def documents(month: "Month", who: str) -> Any:
    """The register as somebody sees it."""
    asked = Deed(id="", who=who, do="", purpose=Purpose.OPERATION)
    return month.read(asked, Verb.READ_DOCUMENTS, DocumentsRequest()).value.lines


@deed("acknowledge")
def acknowledge(month: "Month", row: Deed) -> Kept:
    """Somebody reads a controlled document and says so."""
    acknowledged(month, row.who, row.more["code"])
    return {"done": "1"}


@deed("qualify")
def qualify(month: "Month", row: Deed) -> Kept:
    """Medical affairs record a result of training or an examination, a privilege."""
    data = Qualify(
        person=month.person(row.more["person"]), kind=row.more["kind"], subject=row.more["subject"],
        passed=row.more.get("passed", True), starts=date.fromisoformat(month.given(row, "starts")),
        ends=date.fromisoformat(month.given(row, "ends")) if "ends" in row.more else None,
    )  # fmt: skip
    return {"number": str(month.write(row, Verb.QUALIFY, data).value)}


@deed("roster")
def roster(month: "Month", row: Deed) -> Kept:
    """排班 or 轮转: a person stands to a department's patients as its own staff do, for a time."""
    data = Roster(
        person=month.person(row.more["person"]), department=month.names.department(row.more["department"]),
        starts=instant(month, row, "starts"), ends=instant(month, row, "ends"),
        rotation=row.more.get("rotation", False),
    )  # fmt: skip
    return {"relation": str(month.write(row, Verb.RELATE, data).value)}


@deed("relate")
def relate(month: "Month", row: Deed) -> Kept:
    """A person or a department gets a relation to one patient, such as a consultation's."""
    data = Relate(
        kind=Relation(row.more["kind"]), person=month.person(row.more["person"]) if "person" in row.more else 0,
        department=month.names.department(row.more.get("department", "")) if "department" in row.more else 0,
        starts=instant(month, row, "starts"), ends=instant(month, row, "ends"),
    )  # fmt: skip
    return {"relation": str(month.write(row, Verb.RELATE, data).value)}


@deed("booking")
def booking(month: "Month", row: Deed) -> Kept:
    """预约: the hospital system's appointment relates the booked physician to the patient from some days before."""
    person = month.hospital.person(row.more["person"])
    resource = {
        "resourceType": "Appointment", "status": "booked", "start": month.given(row, "starts"),
        "end": month.given(row, "ends"), "description": row.words,
        "serviceType": [{"coding": [{"system": DEPARTMENT_SYSTEM, "code": person.department}]}],
        "participant": [
            {"actor": {"reference": f"Patient/{month.public(row.about)}"}, "status": "accepted"},
            {"actor": {"identifier": {"system": STAFF_SYSTEM, "value": staff_no(person)}, "display": person.name},
             "status": "accepted"},
        ],
    }  # fmt: skip
    submission = Submission(changes=(Change(resource, f"urn:jingui:demo:{row.id}"),), source="demo")
    made = door.enter(month.asked(row, Verb.IMPORT, submission)).made
    return {"record": made[0].id}


@deed("open_duties")
def open_duties(month: "Month", row: Deed) -> Kept:
    """The timed task opens the present runs of the duties; what was not done in time is missed."""
    at = month.now() + span(row.more["shift"]) if "shift" in row.more else month.now()
    opened, missed = month.write(row, Verb.DO_DUTY, OpenDuties(), at=at).value
    return {"opened": str(opened), "missed": str(missed)}


@deed("duty")
def duty(month: "Month", row: Deed) -> Kept:
    """Somebody does a duty of their post and says what was found."""
    listed = month.read(row, Verb.READ_DUTIES, DutiesRequest()).value
    run = next(
        (one for one in listed if one.duty == row.more["duty"] and one.mine and one.state == "open"), None
    )
    if run is None:
        return {"done": "0"}
    month.write(row, Verb.DO_DUTY, DoDuty(run=run.id, result=row.words))
    return {"run": str(run.id)}


def instant(month: "Month", row: Deed, name: str) -> datetime:
    """A moment of the row; what begins now begins a little earlier than it is asked for."""
    return datetime.fromisoformat(month.given(row, name)) - timedelta(seconds=1)
