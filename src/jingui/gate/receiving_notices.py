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
from jingui.gate.receiving_told import SETTLED
from jingui.gate.rows import keep
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Received, Transmission

LARGEST: Final = 64 * 1024
WITHDRAWN: Final = "withdrawn"
WORDS: Final = "发送方通知：患者已撤回同意，停止继续使用"
FOUND_SQL: Final = "SELECT id FROM received WHERE partner_id = $1::bigint AND message = $2::uuid"
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
    act = NOTICES.get(str(said.get("notice", "")))
    if act is None:
        raise Invalid(places=(("notice", N_("没有这种通知")),))
    return act(context, partner, said)


def withdrawn(context: WriteContext, partner: int, said: Mapping[str, Any]) -> tuple[tuple[Line, ...], int]:
    """停止使用: what came under this message is used no further: filed records narrowed, what waits dropped."""
    number = message_of(said)
    rows = raw(FOUND_SQL, partner, number)
    if not rows:
        return (), 0
    found = Received.objects.select_for_update().get(pk=rows[0][0])
    context.runtime.sealer.check(found)
    if found.reason == WITHDRAWN:
        return (), 0
    lines: tuple[Line, ...] = ()
    if found.state == ReceivedState.QUARANTINED:
        found.state, found.settled, found.payload = ReceivedState.REFUSED.value, context.runtime.clock.now(), None
    elif found.state == ReceivedState.TAKEN and found.patient_id:
        lines = tuple(narrowed(context, found.patient_id, record, WORDS) for record in found.records)
    found.reason = WITHDRAWN
    keep(context, found)
    return (*lines, Line("", "", f"received:{found.pk}", 0)), found.patient_id


def settled(context: WriteContext, partner: int, said: Mapping[str, Any]) -> tuple[tuple[Line, ...], int]:
    """对方处理结果: what waited at the partner was taken or rejected: the transmission says so."""
    outcome = OUTCOMES.get(str(said.get("outcome", "")))
    if outcome is None:
        raise Invalid(places=(("outcome", N_("没有这种结果")),))
    found = raw(SENT_SQL, partner, message_of(said))
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


def message_of(said: Mapping[str, Any]) -> UUID:
    """The message that a notice is about; Invalid unless it names one."""
    try:
        return UUID(str(said.get("message", "")))
    except ValueError:
        raise Invalid(places=(("message", N_("传输编号无效")),)) from None


NOTICES: Final[Mapping[str, Act]] = {"consent_withdrawn": withdrawn, SETTLED: settled}
