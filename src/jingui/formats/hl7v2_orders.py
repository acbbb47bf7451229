"""二（二）录入: ORC with OBR, RXO, RXE or ODS as ServiceRequest, MedicationRequest, NutritionOrder [2.2.2]"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from jingui.core.word import N_
from jingui.formats.fhir_encounter import STAFF_SYSTEM
from jingui.formats.hl7v2 import Message, Segment
from jingui.formats.hl7v2_patient import PATIENT
from jingui.formats.hl7v2_results import note
from jingui.formats.hl7v2_values import concept, filled, identifier, moment, person, quantity, rows, visible, wrong

ON = {"reference": PATIENT}
Dict = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One ORC and what stands below it."""

    orc: Segment
    below: dict[str, list[Segment]] = field(default_factory=dict)

    def first(self, name: str) -> Segment | None:
        """The first segment of a name below the ORC."""
        return next(iter(self.below.get(name, ())), None)


def grouped(message: Message) -> Iterator[Order]:
    """The orders of a message in order; an ORC may come before each detail."""
    order: Order | None = None
    for segment in message.segments:
        if segment.name == "ORC":
            if order is not None:
                yield order
            order = Order(orc=segment)
        elif order is not None:
            order.below.setdefault(segment.name, []).append(segment)
    if order is not None:
        yield order


def orders(message: Message, source: str, visit: Dict) -> list[tuple[str, Dict, str]]:
    """(full URL, resource, itself) of every order."""
    out = []
    for order in grouped(message):
        detail = next((name for name in DETAILS if name in order.below), "")
        if not detail:
            raise wrong(order.orc, 1, N_("医嘱没有内容（OBR、RXO、RXE 或 ODS）"))
        segment = order.below[detail][0]
        numbers = numbers_of(order.orc, segment if detail == "OBR" else None)
        if not numbers:
            raise wrong(order.orc, 2, N_("医嘱没有编号"))
        kind, value = numbers[0]
        own = "" if kind == "PLAC" else f"{source}:"
        url = f"urn:jingui:hl7:order:{own}{kind}:{value}:{segment.text(4) if detail == 'OBR' else ''}"
        made = DETAILS[detail](order, segment, status_of(order.orc))
        out.append((url, {**made, **filled(encounter=visit), "identifier": listed(numbers)}, url))
    if not out:
        raise wrong(message.header, 9, N_("报文中没有医嘱（ORC）"))
    return out


def listed(numbers: list[tuple[str, str]]) -> list[Dict]:
    """The numbers as identifiers."""
    return [identifier(value, kind, "") for kind, value in numbers]


def numbers_of(orc: Segment, obr: Segment | None) -> list[tuple[str, str]]:
    """Placer's, filler's and group's number; the placer's is the hospital's, the filler's its own system's."""
    found = []
    for kind, at in (("PLAC", 2), ("FILL", 3), ("PGN", 4)):
        text = orc.text(at) or (obr.text(at) if obr is not None and at < 4 else "")
        if text:
            found.append((kind, text))
    return found


def status_of(orc: Segment) -> str:
    """What ORC-5, else ORC-1 says of the order; Unprocessable for a control that is not known."""
    told = rows("order_status").get(orc.text(5).upper())
    made = told or rows("order_control").get(orc.text(1).upper())
    if made is None:
        raise wrong(orc, 1, N_("医嘱控制代码不在代码表内"))
    return str(made)


def who(orc: Segment) -> Dict:
    """Who ordered: ORC-12, else who entered it."""
    for at in (12, 10):
        staff, shown = person(orc.first(at))
        if staff or visible(shown):
            return filled(identifier=filled(system=STAFF_SYSTEM, value=staff) if staff else None, display=shown)
    return {}


def priority_of(order: Order, obr: Segment | None) -> str | None:
    """How urgent: TQ1-9, ORC-7.6, OBR-27.6, OBR-5."""
    tq1 = order.first("TQ1")
    words = [tq1.text(9) if tq1 else "", order.orc.text(7, 6)]
    words += [obr.text(27, 6), obr.text(5)] if obr is not None else []
    return next((str(made) for word in words if (made := rows("priority").get(word[:1].upper()))), None)


def notes_of(order: Order) -> list[Dict]:
    """NTE below the order."""
    return [{"text": text} for nte in order.below.get("NTE", ()) if (text := note(nte))]


def service(order: Order, obr: Segment, status: str) -> Dict:
    """OBR as a ServiceRequest."""
    code = concept(obr.first(4))
    if not code:
        raise wrong(obr, 4, N_("没有检查检验项目"))
    return filled(
        resourceType="ServiceRequest", status=status, intent="order", subject=ON, code=code,
        priority=priority_of(order, obr), authoredOn=moment(order.orc, 9), requester=who(order.orc),
        occurrenceDateTime=moment(obr, 7) or moment(obr, 6),
        reasonCode=[made for part in obr.all(31) if (made := concept(part))], note=notes_of(order),
    )  # fmt: skip


def medication(order: Order, rx: Segment, status: str) -> Dict:
    """RXO or RXE as a MedicationRequest: RXE has the timing before the code."""
    code_at, dose_at, unit_at = (1, 2, 4) if rx.name == "RXO" else (2, 3, 5)
    code = concept(rx.first(code_at))
    if not code:
        raise wrong(rx, code_at, N_("没有药品"))
    dose = quantity(rx.text(dose_at), rx.first(unit_at))
    rxr = order.first("RXR")
    tq1 = order.first("TQ1")
    frequency = (tq1.text(3) if tq1 else "") or order.orc.text(7, 2) or (rx.text(1, 2) if rx.name == "RXE" else "")
    how = filled(
        route=concept(rxr.first(1)) if rxr else None, timing={"code": {"text": frequency}} if frequency else None,
        doseAndRate=[{"doseQuantity": dose}] if dose else [],
    )  # fmt: skip
    return filled(
        resourceType="MedicationRequest", status=rows("medication_status")[status], intent="order", subject=ON,
        medicationCodeableConcept=code, authoredOn=moment(order.orc, 9), requester=who(order.orc),
        priority=priority_of(order, None), dosageInstruction=[how] if how else [], note=notes_of(order),
    )  # fmt: skip


def nutrition(order: Order, ods: Segment, status: str) -> Dict:
    """ODS as a NutritionOrder: diets of type D, everything else as an instruction."""
    found = order.below["ODS"]
    diets = [made for one in found if one.text(1) == "D" and (made := concept(one.first(3)))]
    words = [made["text"] for one in found if one.text(1) != "D" and (made := concept(one.first(3))).get("text")]
    at = moment(order.orc, 9) or moment(order.orc, 15)
    if not at:
        raise wrong(order.orc, 9, N_("没有医嘱时间"))
    return filled(
        resourceType="NutritionOrder", status=status, intent="order", patient=ON, dateTime=at,
        orderer=who(order.orc),
        oralDiet=filled(type=diets, instruction="；".join(words)) or {"instruction": ods.text(3, 2) or ods.text(3)},
        note=notes_of(order),
    )  # fmt: skip


DETAILS: dict[str, Callable[[Order, Segment, str], Dict]] = {
    "RXE": medication, "RXO": medication, "ODS": nutrition, "OBR": service,
}  # fmt: skip
