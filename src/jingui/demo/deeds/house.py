"""二（二）1, 四（一）3, 七（一）: documents, undertakings, results, rosters, duties of the month [4.1.3] [2.2.1]"""

from datetime import date, datetime, timedelta
from typing import Any

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
from jingui.demo.cast import Cast
from jingui.demo.deeds.doing import Kept, deed
from jingui.demo.month import Deed, span
from jingui.formats.fhir_encounter import DEPARTMENT_SYSTEM, STAFF_SYSTEM
from jingui.gate import door


@deed("undertaking")
def undertaking(cast: Cast, row: Deed) -> Kept:
    """The undertaking as shipped is published by two people; everybody on the staff gives it, each themself."""
    lines = cast.read(row, Verb.READ_DOCUMENTS, DocumentsRequest()).value.lines
    if not any(line.code == UNDERTAKING for line in lines):
        data = PublishDocument(
            code=UNDERTAKING, kind=DocumentKind.UNDERTAKING, title=SHIPPED_TITLE, title_en=SHIPPED_TITLE_EN,
            body=SHIPPED_BODY,
        )  # fmt: skip
        waiting = cast.write(row, Verb.PUBLISH_DOCUMENT, data).value
        verdict = Verdict(proposal=waiting.proposal, digest=waiting.digest, verdict="approve")
        cast.housekeeping(row.more["second"], Verb.APPROVE, verdict)
    for person in cast.hospital.staff:
        acknowledged(cast, person.login, UNDERTAKING)
    return {"done": "1"}


def acknowledged(cast: Cast, who: str, code: str) -> None:
    """Somebody acknowledges the document in force of that code, unless they have."""
    line = next(one for one in documents(cast, who) if one.code == code)
    if line.mine is None:
        data = Acknowledge(document=line.id, digest=line.digest)
        cast.housekeeping(who, Verb.ACKNOWLEDGE, data)


def documents(cast: Cast, who: str) -> Any:
    """The register as somebody sees it."""
    asked = Deed(id="", who=who, do="", purpose=Purpose.OPERATION)
    return cast.read(asked, Verb.READ_DOCUMENTS, DocumentsRequest()).value.lines


@deed("acknowledge")
def acknowledge(cast: Cast, row: Deed) -> Kept:
    """Somebody reads a controlled document and says so."""
    acknowledged(cast, row.who, row.more["code"])
    return {"done": "1"}


@deed("qualify")
def qualify(cast: Cast, row: Deed) -> Kept:
    """Medical affairs record a result of training or an examination, a privilege."""
    data = Qualify(
        person=cast.person(row.more["person"]), kind=row.more["kind"], subject=row.more["subject"],
        passed=row.more.get("passed", True), starts=date.fromisoformat(cast.given(row, "starts")),
        ends=date.fromisoformat(cast.given(row, "ends")) if "ends" in row.more else None,
    )  # fmt: skip
    return {"number": str(cast.write(row, Verb.QUALIFY, data).value)}


@deed("roster")
def roster(cast: Cast, row: Deed) -> Kept:
    """排班 or 轮转: a person stands to a department's patients as its own staff do, for a time."""
    data = Roster(
        person=cast.person(row.more["person"]), department=cast.names.department(row.more["department"]),
        starts=instant(cast, row, "starts"), ends=instant(cast, row, "ends"),
        rotation=row.more.get("rotation", False),
    )  # fmt: skip
    return {"relation": str(cast.write(row, Verb.RELATE, data).value)}


@deed("relate")
def relate(cast: Cast, row: Deed) -> Kept:
    """A person or a department gets a relation to one patient, such as a consultation's."""
    data = Relate(
        kind=Relation(row.more["kind"]), person=cast.person(row.more["person"]) if "person" in row.more else 0,
        department=cast.names.department(row.more.get("department", "")) if "department" in row.more else 0,
        starts=instant(cast, row, "starts"), ends=instant(cast, row, "ends"),
    )  # fmt: skip
    return {"relation": str(cast.write(row, Verb.RELATE, data).value)}


@deed("booking")
def booking(cast: Cast, row: Deed) -> Kept:
    """预约: the hospital system's appointment relates the booked physician to the patient from some days before."""
    person = cast.hospital.person(row.more["person"])
    resource = {
        "resourceType": "Appointment", "status": "booked", "start": cast.given(row, "starts"),
        "end": cast.given(row, "ends"), "description": row.words,
        "serviceType": [{"coding": [{"system": DEPARTMENT_SYSTEM, "code": person.department}]}],
        "participant": [
            {"actor": {"reference": f"Patient/{cast.public(row.about)}"}, "status": "accepted"},
            {"actor": {"identifier": {"system": STAFF_SYSTEM, "value": staff_no(person)}, "display": person.name},
             "status": "accepted"},
        ],
    }  # fmt: skip
    submission = Submission(changes=(Change(resource, f"urn:jingui:demo:{row.id}"),), source="demo")
    made = door.enter(cast.asked(row, Verb.IMPORT, submission)).made
    return {"record": made[0].id}


@deed("open_duties")
def open_duties(cast: Cast, row: Deed) -> Kept:
    """The timed task opens the present runs of the duties; what was not done in time is missed."""
    at = cast.now() + span(row.more["shift"]) if "shift" in row.more else cast.now()
    opened, missed = cast.write(row, Verb.DO_DUTY, OpenDuties(), at=at).value
    return {"opened": str(opened), "missed": str(missed)}


@deed("duty")
def duty(cast: Cast, row: Deed) -> Kept:
    """Somebody does a duty of their post and says what was found."""
    listed = cast.read(row, Verb.READ_DUTIES, DutiesRequest()).value
    run = next((one for one in listed if one.duty == row.more["duty"] and one.mine and one.state == "open"), None)
    if run is None:
        return {"done": "0"}
    cast.write(row, Verb.DO_DUTY, DoDuty(run=run.id, result=row.words))
    return {"run": str(run.id)}


def instant(cast: Cast, row: Deed, name: str) -> datetime:
    """A moment of the row; what begins now begins a little earlier than it is asked for."""
    return datetime.fromisoformat(cast.given(row, name)) - timedelta(seconds=1)
