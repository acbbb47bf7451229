"""五（一）3 传输回执: the acts of receiving: taken from partners, listed, looked at, settled [5.1.3] [5.1.2] [2.1.2]"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from jingui.core.errors import Invalid
from jingui.core.permit import Permit
from jingui.core.receiving import AskParts, Delivery, PartDelivery, ReceivedRequest, ReviewReceived
from jingui.core.words import Verb
from jingui.gate import receiving, receiving_parts, receiving_seen, receiving_senders, receiving_settling
from jingui.gate.context import ReadContext
from jingui.gate.registry import Done, read_act, write_act
from jingui.gate.writing import WriteContext

TAKES: Final[Mapping[type, Callable[[WriteContext, Permit, Any], Done]]] = {
    Delivery: receiving.deliver, PartDelivery: receiving_parts.put, AskParts: receiving_parts.ask,
}  # fmt: skip

write_act(Verb.SETTLE_RECEIVED)(receiving_settling.settle)
SENDS: Final = receiving_senders.sends  # who may deliver is a stance: without it nobody does


@write_act(Verb.RECEIVE)
def receive(context: WriteContext, permit: Permit) -> Done:
    """A message, a part of one, or the question which parts are there."""
    act = TAKES.get(type(permit.operation.data))
    if act is None:
        raise Invalid()
    return act(context, permit, permit.operation.data)


@read_act(Verb.READ_RECEIVED)
async def read_received(context: ReadContext, permit: Permit) -> Done:
    """外来资料列表."""
    asked = permit.operation.data
    return await receiving_seen.received(context, asked if isinstance(asked, ReceivedRequest) else ReceivedRequest())


@read_act(Verb.REVIEW_RECEIVED)
async def review_received(context: ReadContext, permit: Permit) -> Done:
    """查看一份外来资料."""
    asked = permit.operation.data
    if not isinstance(asked, ReviewReceived):
        raise Invalid()
    return await receiving_seen.one(context, asked)
