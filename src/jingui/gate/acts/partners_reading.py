"""五（一）2, 五（二）3 合作机构: the register and one partner, looked at [5.1.2] [5.2.3]"""

from jingui.core.errors import Invalid
from jingui.core.partnering import PartnersRequest
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.gate.context import ReadContext
from jingui.gate.partners import line_of
from jingui.gate.partners_seen import board
from jingui.gate.registry import Done, read_act

LONGEST = 80


@read_act(Verb.READ_PARTNERS)
async def read(context: ReadContext, permit: Permit) -> Done:
    """查看合作机构: the register, or one partner with its certificates, agreements, channels and checks [5.2.3]."""
    data = permit.operation.data
    request = data if isinstance(data, PartnersRequest) else PartnersRequest()
    if len(request.find) > LONGEST or not request.find.isprintable():
        raise Invalid(places=(("find", N_("过长，或含有不可用的字符。")),))
    found = await board(context, permit, request)
    return Done(value=found, lines=(line_of("partner", request.partner),) if request.partner else ())
