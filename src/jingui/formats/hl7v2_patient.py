"""二（一）采集: PID and NK1 as Patient and RelatedPerson: who it is, by which numbers, whose child [2.1.1] [2.1.2]"""

from typing import Any

from jingui.core.errors import Unprocessable
from jingui.core.word import N_
from jingui.formats.hl7v2 import Segment
from jingui.formats.hl7v2_values import (
    address,
    filled,
    identifier,
    moment,
    name,
    numbered,
    rows,
    telecom,
    unless_empty,
    visible,
    wrong,
)
from jingui.formats.identifiers import ID_CARD, id_card_ok

PATIENT = "urn:jingui:hl7:patient"
# PID field -> element that an explicit null clears
CLEARED = {5: "name", 7: "birthDate", 8: "gender", 11: "address", 13: "telecom", 16: "maritalStatus", 29: "deceased"}
MULTIPLE = {"Y": True, "N": False}


def patient(pid: Segment) -> dict[str, Any]:
    """PID as a Patient; Unprocessable without any number, or when a date is none."""
    numbers = identifiers(pid)
    if not numbers:
        raise wrong(pid, 3, N_("没有患者编号"))
    names = unless_empty(name, pid.all(5))
    born = moment(pid, 7)
    return filled(
        resourceType="Patient", identifier=numbers, name=names or [{"use": "anonymous", "text": "无名氏"}],
        gender=rows("gender").get(pid.text(8).upper(), "unknown") if pid.text(8) else None, birthDate=born[:10],
        address=unless_empty(address, pid.all(11)),
        telecom=[
            *unless_empty(lambda part: telecom(part, "home"), pid.all(13)),
            *unless_empty(lambda part: telecom(part, "work"), pid.all(14)),
        ],
        maritalStatus=marital(pid), **death(pid), **birth(pid),
    )  # fmt: skip


def identifiers(pid: Segment) -> list[dict[str, Any]]:
    """PID-3, else the older PID-2 and PID-4; a national number of PID-19 beside them, if it is one."""
    found = next((made for field in (3, 2, 4) if (made := unless_empty(numbered, pid.all(field)))), [])
    national = pid.text(19)
    if national:
        card = id_card_ok(national.upper())
        found.append(identifier(national.upper(), "NNCHN", "") if card else identifier(national, "SS", ""))
    out: list[dict[str, Any]] = []
    for one in found:
        if one.get("system") == ID_CARD and not id_card_ok(one["value"]):
            raise wrong(pid, 3, N_("身份证号不正确（位数、出生日期或校验码）"))
        if one not in out:
            out.append(one)
    return out


def marital(pid: Segment) -> dict[str, Any] | None:
    """PID-16, table 0002."""
    code = pid.text(16)
    system = "http://terminology.hl7.org/CodeSystem/v2-0002"
    return {"coding": [{"system": system, "code": code}]} if code and code.isalnum() else None


def death(pid: Segment) -> dict[str, Any]:
    """PID-29 and PID-30."""
    at = moment(pid, 29)
    if at:
        return {"deceasedDateTime": at}
    told = pid.text(30).upper()
    return {"deceasedBoolean": MULTIPLE[told]} if told in MULTIPLE else {}


def birth(pid: Segment) -> dict[str, Any]:
    """PID-24 and PID-25: one of several children, and which."""
    order = pid.text(25)
    if order.isdecimal() and 0 < len(order) < 3:
        return {"multipleBirthInteger": int(order)}
    told = pid.text(24).upper()
    return {"multipleBirthBoolean": MULTIPLE[told]} if told in MULTIPLE else {}


def cleared(pid: Segment) -> tuple[str, ...]:
    """The elements that the sender says are empty."""
    return tuple(element for field, element in CLEARED.items() if pid.null(field))


def relatives(pid: Segment, contacts: list[Segment]) -> list[tuple[str, dict[str, Any]]]:
    """(full URL, RelatedPerson) of each NK1, and of the mother whom PID-21 names."""
    out = []
    for nk1 in contacts:
        names = unless_empty(name, nk1.all(2))
        if not names:
            continue
        relation = nk1.text(3).upper()
        made = related(
            rows("relationship").get(relation, ""), nk1.text(3, 2) or nk1.text(3), name=names,
            telecom=unless_empty(lambda part: telecom(part, "home"), nk1.all(5)),
            address=unless_empty(address, nk1.all(4)),
        )  # fmt: skip
        out.append((f"urn:jingui:hl7:nk1:{nk1.text(1) or nk1.nth}:{relation}", made))
    mother = unless_empty(numbered, pid.all(21))
    if mother:
        out.append(("urn:jingui:hl7:mother", related("MTH", "", identifier=mother)))
    return out


def related(code: str, text: str, **parts: Any) -> dict[str, Any]:
    """A RelatedPerson of the message's patient."""
    coding = [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": code}] if code else []
    kind = filled(coding=coding, text=text if visible(text) else "")
    return filled(
        resourceType="RelatedPerson", patient={"reference": PATIENT}, relationship=[kind] if kind else [], **parts
    )


def pid_of(segment: Segment | None) -> Segment:
    """The PID, Unprocessable when the message has none."""
    if segment is None:
        raise Unprocessable(places=(("PID", N_("缺少患者识别段")),))
    return segment
