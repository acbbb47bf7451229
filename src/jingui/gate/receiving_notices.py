"""五（一）3, 五（二）2: notices between gateways: a consent was withdrawn, what waited was settled [5.1.3] [5.2.2]"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from jingui.core import sharing
from jingui.core.entry import Line
from jingui.core.errors import Invalid
from jingui.core.receiving import Hostile
from jingui.core.transmit import DOUBTS, Parcel, ReceivedState, TransmissionState
from jingui.core.word import N_
from jingui.formats import fhir_json
from jingui.gate.receiving_records import narrowed
from jingui.gate.receiving_slip import drop
from jingui.gate.receiving_told import SETTLED
from jingui.gate.rows import keep
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Received, Transmission

LARGEST: Final = 64 * 1024
WITHDRAWN: Final = "withdrawn"
WORDS: Final = "发送方通知：患者已撤回同意，停止继续使用"
LOCK_SQL: Final = "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))"
BEFORE_SQL: Final = """SELECT id FROM received WHERE partner_id = $1::bigint AND reply_to = $2::uuid
AND media = 'notice' AND label = $3::text AND state = 'taken' LIMIT 1"""
FOUND_SQL: Final = "SELECT id FROM received WHERE partner_id = $1::bigint AND message = $2::uuid"
SENT_SQL: Final = """SELECT patient_id, transmission_id FROM transmission
WHERE partner_id = $1::bigint AND message = $2::uuid"""
OUTCOMES: Final[Mapping[str, TransmissionState]] = {
    ReceivedState.TAKEN.value: TransmissionState.RECEIPTED, ReceivedState.REFUSED.value: TransmissionState.REFUSED,
}  # fmt: skip
Act = Callable[[WriteContext, int, UUID, Mapping[str, Any]], tuple[tuple[Line, ...], int]]


class Noticed(NamedTuple):
    """What a notice led to: what was changed, the patient it concerned (0 for none), which notice, about what."""

    lines: tuple[Line, ...]
    patient: int
    label: str
    about: UUID


def lock_message(partner: int, message: UUID) -> None:
    """Until the commit, whatever else comes under this number, or about it, waits."""
    raw(LOCK_SQL, f"{partner}:{message}")


def withdrawn_before(partner: int, message: UUID) -> bool:
    """Whether the notice of its withdrawal came before the message itself: it was under way when it was withdrawn."""
    return bool(raw(BEFORE_SQL, partner, message, sharing.WITHDRAWN))


def noticed(context: WriteContext, partner: int, parcel: Parcel) -> Noticed:
    """Do what a partner's notice says."""
    if len(parcel.content) > LARGEST:
        raise Hostile(places=(("content", N_("内容过大")),))
    said = fhir_json.parse(parcel.content)
    label = str(said.get("notice", ""))
    act = NOTICES.get(label)
    if act is None:
        raise Invalid(places=(("notice", N_("没有这种通知")),))
    about = message_of(said)
    lines, patient = act(context, partner, about, said)
    return Noticed(lines, patient, label, about)


def withdrawn(
    context: WriteContext, partner: int, number: UUID, said: Mapping[str, Any]
) -> tuple[tuple[Line, ...], int]:
    """停止使用: what came under this message is used no further: filed records narrowed, what waits dropped.

    What has not come yet is refused when it comes: `withdrawn_before` finds this notice.
    """
    lock_message(partner, number)
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
        drop(context, found.pk)
    elif found.state == ReceivedState.TAKEN and found.patient_id:
        each = (narrowed(context, found.patient_id, record, WORDS) for record in found.records)
        lines = tuple(one for one in each if one is not None)
    found.reason = WITHDRAWN
    keep(context, found)
    return (*lines, Line("", "", f"received:{found.pk}", 0)), found.patient_id


def settled(context: WriteContext, partner: int, number: UUID, said: Mapping[str, Any]) -> tuple[tuple[Line, ...], int]:
    """对方处理结果: what waited at the partner was taken or rejected: the transmission says so."""
    outcome = OUTCOMES.get(str(said.get("outcome", "")))
    if outcome is None:
        raise Invalid(places=(("outcome", N_("没有这种结果")),))
    found = raw(SENT_SQL, partner, number)
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


NOTICES: Final[Mapping[str, Act]] = {sharing.WITHDRAWN: withdrawn, SETTLED: settled}
