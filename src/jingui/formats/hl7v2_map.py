"""二（一）2 采集手段: a message as changes: whose it is, what it makes, the message itself kept [2.1.2] [5.1.2]

What a message may make is a row of `data/hl7v2.toml`. The message is kept whole, byte for byte, in a Provenance of the
patient's chart, so that segments nobody knows are not lost; it carries the codes of what was made, hence their labels.
"""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from jingui.core.enter import Change, Merging
from jingui.core.errors import Unprocessable
from jingui.core.word import N_
from jingui.formats.hl7v2 import Message, Rejected, Segment
from jingui.formats.hl7v2_documents import document
from jingui.formats.hl7v2_orders import orders
from jingui.formats.hl7v2_patient import PATIENT, cleared, patient, pid_of, relatives
from jingui.formats.hl7v2_results import results
from jingui.formats.hl7v2_values import filled, moment, numbered, rows, sequence, spelled, unless_empty, wrong
from jingui.formats.hl7v2_visit import clinical, encounter, event_time, visit_url
from jingui.formats.validate import validate

SOURCES = "urn:jingui:hl7:source"
MAX_CHANGES = 1000
PLAIN = frozenset({"Patient", "RelatedPerson", "Encounter"})  # whose codes label nothing
Dict = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """What a message asks for. `merge` names (the number that ends, the number that lives on) instead of changes."""

    changes: tuple[Change, ...] = ()
    merge: tuple[Dict, Dict] | None = None
    sequence: str = ""


def check(message: Message) -> Dict:
    """The row of a message's type; Rejected for a header that is not taken here."""
    header = message.header
    kind, event = message.kind
    if not message.control or len(message.control) > 80:
        raise Rejected(101, "MSH-10", N_("报文控制号缺失或过长"))
    if message.version not in rows("versions")["taken"]:
        raise Rejected(203, "MSH-12", N_("不支持该 HL7 版本"))
    if header.text(11) not in rows("processing")["taken"]:
        raise Rejected(202, "MSH-11", N_("只接收生产报文（P）"))
    found: Dict | None = rows("messages").get(f"{kind}^{event}")
    if found is None:
        known = any(one.startswith(f"{kind}^") for one in rows("messages"))
        raise Rejected(201 if known else 200, "MSH-9", N_("不接收该事件") if known else N_("不接收该类报文"))
    return found


def mapped(message: Message, source: str) -> Mapped:
    """The changes of a message from the source of that code; Rejected or Unprocessable names the place."""
    row = check(message)
    order = sequence(event_time(message))
    if row.get("merges"):
        return Mapped(merge=merged_numbers(message), sequence=order)
    pids = list(message.every("PID"))
    if len(pids) > 1:
        raise wrong(pids[1], 1, N_("一份报文只能有一名患者"))
    pid = pid_of(message.one("PID"))
    drawn = Drawn(message=message, source=source, row=row, pid=pid, order=order)
    changes = [change for part in row["makes"] for change in PARTS[part](drawn)]
    if len(changes) > MAX_CHANGES:
        raise Unprocessable(N_("报文内容过多。"), places=(("MSH", ""),))
    changes.append(kept(message, source, changes))
    for change in changes:
        validate(change.resource)
    return Mapped(changes=tuple(changes), sequence=order)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What the parts are made from."""

    message: Message
    source: str
    row: Dict
    pid: Segment
    order: str

    @property
    def pv1(self) -> Segment | None:
        """The visit, None when the message has none or does not number it."""
        found = self.message.one("PV1")
        return found if visit_url(found) else None

    @property
    def visit(self) -> Dict:
        """The reference to the visit, {} without one."""
        url = visit_url(self.message.one("PV1"))
        return {"reference": url} if url else {}


def whole_patient(drawn: Drawn) -> Iterator[Change]:
    """PID as the patient's data, NK1 beside it."""
    defaults = ("name",) if not drawn.pid.all(5) else ()
    merging = Merging(renames=True, cleared=cleared(drawn.pid), defaults=defaults, sequence=drawn.order)
    yield Change(patient(drawn.pid), PATIENT, merging=merging)
    for url, one in relatives(drawn.pid, list(drawn.message.every("NK1"))):
        yield Change(one, url, merging=Merging(sequence=drawn.order, leader=PATIENT))


def named_patient(drawn: Drawn) -> Iterator[Change]:
    """PID and PV1 as whose the message is."""
    yield Change(patient(drawn.pid), PATIENT, merging=Merging(anchor=True))
    if drawn.pv1 is not None:
        yield Change(encounter(drawn.message, drawn.pv1, ""), visit_url(drawn.pv1), merging=Merging(anchor=True))


def whole_visit(drawn: Drawn) -> Iterator[Change]:
    """PV1 as the visit; Unprocessable when it is not numbered, unless the event is about the person alone."""
    pv1 = drawn.message.one("PV1")
    told = str(drawn.row.get("visit", ""))
    if drawn.pv1 is None:
        if not told:
            return
        if pv1 is None:
            raise Unprocessable(places=(("PV1", N_("缺少就诊段")),))
        raise wrong(pv1, 19, N_("没有就诊号"))
    # an update without the time of admission does not move it
    defaults: tuple[str, ...] = ("status",) if not told else ()
    if not drawn.pv1.text(44):
        defaults += ("period.start",)
    merging = Merging(cleared=tuple(drawn.row.get("cleared", ())), defaults=defaults, sequence=drawn.order)
    yield Change(encounter(drawn.message, drawn.pv1, told), visit_url(drawn.pv1), merging=merging)


def whole_clinical(drawn: Drawn) -> Iterator[Change]:
    """Diagnoses, allergies and procedures of an admission."""
    for url, one in clinical(drawn.message, drawn.source, drawn.visit):
        yield Change(one, url, merging=Merging(sequence=drawn.order))


def listed(drawn: Drawn, found: list[tuple[str, Dict, str]], order: str) -> Iterator[Change]:
    """Resources that follow their leader's order in time."""
    for url, one, leader in found:
        yield Change(one, url, merging=Merging(sequence=order, leader=leader if leader != url else ""))


def whole_results(drawn: Drawn) -> Iterator[Change]:
    """Reports and observations; the report's own time of change orders them."""
    obr = drawn.message.one("OBR")
    order = (sequence(moment(obr, 22)) if obr is not None else "") or drawn.order
    yield from listed(drawn, results(drawn.message, drawn.source, drawn.visit), order)


def whole_orders(drawn: Drawn) -> Iterator[Change]:
    """Orders."""
    yield from listed(drawn, orders(drawn.message, drawn.source, drawn.visit), drawn.order)


def whole_document(drawn: Drawn) -> Iterator[Change]:
    """A document."""
    cancelled = bool(drawn.row.get("cancelled"))
    yield from listed(drawn, document(drawn.message, drawn.source, drawn.visit, cancelled=cancelled), drawn.order)


PARTS: dict[str, Callable[[Drawn], Iterator[Change]]] = {
    "patient": whole_patient, "about": named_patient, "visit": whole_visit, "clinical": whole_clinical,
    "results": whole_results, "orders": whole_orders, "document": whole_document,
}  # fmt: skip


def kept(message: Message, source: str, changes: list[Change]) -> Change:
    """The message itself: a Provenance of the patient that holds its bytes and says who sent it."""
    kind, event = message.kind
    told = [one.resource for one in changes if one.resource["resourceType"] not in PLAIN]
    found = dict.fromkeys(pair for one in told for pair in codings(one))
    tags = [{"system": system, "code": code} for system, code in found]
    raw = {
        "resourceType": "Binary", "id": "message",
        "contentType": f"x-application/hl7-v2+er7; charset={message.charset}",
        "data": base64.b64encode(message.raw).decode(),
    } | ({"meta": {"tag": tags}} if tags else {})  # fmt: skip
    written = moment(message.header, 7)
    if len(written) < 19:
        raise wrong(message.header, 7, N_("缺少报文时间"))
    made = filled(
        resourceType="Provenance", contained=[raw], target=[{"reference": PATIENT}],
        recorded=written,
        activity={"coding": [{"system": "urn:jingui:hl7:message", "code": kind, "display": f"{kind}^{event}"}]},
        agent=[{"who": {"identifier": {"system": SOURCES, "value": source}}}],
        entity=[{"role": "source", "what": {
            "reference": "#message", "identifier": {"system": f"{SOURCES}:{spelled(source)}", "value": message.control},
        }}],
    )  # fmt: skip
    return Change(made, f"urn:jingui:hl7:message:{source}:{message.control}")


def codings(resource: Dict) -> list[tuple[str, str]]:
    """(system, code) of every coding in a resource."""
    out: list[tuple[str, str]] = []
    stack: list[Any] = [resource]
    while stack:
        node = stack.pop()
        if type(node) is dict:
            code, system = node.get("code"), node.get("system")
            if type(code) is str and type(system) is str:
                out.append((system, code))
            stack += [one for one in node.values() if type(one) is dict or type(one) is list]
        else:
            stack += [one for one in node if type(one) is dict or type(one) is list]
    return out


def merged_numbers(message: Message) -> tuple[Dict, Dict]:
    """(the Patient of MRG's number, the Patient of PID's): what A40 wants made one."""
    pid = pid_of(message.one("PID"))
    mrg = message.one("MRG")
    if mrg is None:
        raise Unprocessable(places=(("MRG", N_("缺少合并段")),))
    ended = patient_of_number(mrg)
    return ended, patient(pid)


def patient_of_number(mrg: Segment) -> Dict:
    """MRG-1 as a Patient that is only a number."""
    numbers = unless_empty(numbered, mrg.all(1))
    if not numbers:
        raise wrong(mrg, 1, N_("没有患者编号"))
    return {"resourceType": "Patient", "identifier": numbers}
