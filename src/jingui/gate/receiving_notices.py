"""五（一）3, 五（二）2: notices between gateways: a consent was withdrawn, what waited was settled [5.1.3] [5.2.2]"""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from jingui.core.entry import Line
from jingui.core.errors import Invalid
from jingui.core.receiving import Hostile
from jingui.core.transmit import DOUBTS, Parcel, ReceivedState, TransmissionState
from jingui.core.word import N_
from jingui.formats import fhir_json
from jingui.gate.receiving_records import narrowed
from jingui.gate.rows import keep
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Received, Transmission

LARGEST: Final = 64 * 1024
MOST: Final = 500  # messages that one notice may be about
WITHDRAWN: Final = "发送方通知：患者已撤回同意，停止继续使用"
FOUND_SQL: Final = "SELECT id FROM received WHERE partner_id = $1::bigint AND message = ANY($2::uuid[]) ORDER BY id"
SENT_SQL: Final = """SELECT patient_id, transmission_id FROM transmission
WHERE partner_id = $1::bigint AND message = $2::uuid"""
OUTCOMES: Final[Mapping[str, TransmissionState]] = {
    ReceivedState.TAKEN.value: TransmissionState.RECEIPTED, ReceivedState.REFUSED.value: TransmissionState.REFUSED,
}  # fmt: skip
Act = Callable[[WriteContext, int, Mapping[str, Any]], tuple[tuple[Line, ...], int]]


def noticed(context: WriteContext, partner: int, parcel: Parcel) -> tuple[tuple[Line, ...], int]:
    """Do what a partner's notice says: what was changed, and the patient it concerned (0 for none or several)."""
    if len(parcel.content) > LARGEST:
        raise Hostile(places=(("content", N_("内容过大")),))
    said = fhir_json.parse(parcel.content)
    act = NOTICES.get(str(said.get("kind", "")))
    if act is None:
        raise Invalid(places=(("kind", N_("没有这种通知")),))
    return act(context, partner, said)


def withdrawn(context: WriteContext, partner: int, said: Mapping[str, Any]) -> tuple[tuple[Line, ...], int]:
    """停止使用: what came under these messages is used no further: filed records narrowed, what waits dropped."""
    lines: list[Line] = []
    patients: set[int] = set()
    for row in raw(FOUND_SQL, partner, messages(said)):
        found = Received.objects.select_for_update().get(pk=row[0])
        context.runtime.sealer.check(found)
        if found.reason == "withdrawn":
            continue
        if found.state == ReceivedState.QUARANTINED:
            found.state, found.settled, found.payload = ReceivedState.REFUSED.value, context.runtime.clock.now(), None
        elif found.state == ReceivedState.TAKEN and found.patient_id:
            patients.add(found.patient_id)
            lines += [narrowed(context, found.patient_id, number, WITHDRAWN) for number in found.records]
        found.reason = "withdrawn"
        keep(context, found)
        lines.append(Line("", "", f"received:{found.pk}", 0))
    return tuple(lines), patients.pop() if len(patients) == 1 else 0


def settled(context: WriteContext, partner: int, said: Mapping[str, Any]) -> tuple[tuple[Line, ...], int]:
    """对方处理结果: what waited at the partner was taken or rejected: the transmission says so."""
    outcome = OUTCOMES.get(str(said.get("outcome", "")))
    if outcome is None:
        raise Invalid(places=(("outcome", N_("没有这种结果")),))
    found = raw(SENT_SQL, partner, messages(said)[0])
    if not found:
        return (), 0
    row = Transmission.objects.select_for_update().get(pk=found[0])
    context.runtime.sealer.check(row)
    if row.state != TransmissionState.QUARANTINED:
        return (), 0
    row.state = outcome.value
    row.problem = str(said.get("reason", "")) if said.get("reason") in DOUBTS else ""
    keep(context, row)
    return (context.line(row.patient_id, kind="transmission"),) if row.patient_id else (), row.patient_id


def messages(said: Mapping[str, Any]) -> list[UUID]:
    """The messages that a notice is about; Invalid unless each is a UUID."""
    found = said.get("messages")
    if not isinstance(found, list) or not 0 < len(found) <= MOST:
        raise Invalid(places=(("messages", N_("没有写明是哪些传输")),))
    try:
        return [UUID(one) for one in found if isinstance(one, str)] or [UUID("")]
    except ValueError:
        raise Invalid(places=(("messages", N_("传输编号无效")),)) from None


NOTICES: Final[Mapping[str, Act]] = {"withdrawal": withdrawn, "settled": settled}
