"""五（二）3 合作与保密协议: ended at once; what the partner got goes back or is deleted, and that is proven [5.2.3]"""

import base64
from typing import cast

import orjson

from jingui.core.errors import Conflict
from jingui.core.partnering import EndAgreement, EndApp, ProveReturn
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.formats import scans
from jingui.gate import partners, settings, sharing_ended
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, locked
from jingui.gate.writing import WriteContext
from jingui.store.models import Agreement, App


@write_act(Verb.END_AGREEMENT)
def end(context: WriteContext, permit: Permit) -> Done:
    """终止合作协议: nothing under it leaves or is taken from this moment on [5.2.3]."""
    data = cast(EndAgreement, permit.operation.data)
    reason = partners.said(data.reason)
    row = locked(context, Agreement, data.agreement)
    if row.ended is not None:
        raise Conflict(N_("协议已终止。"))
    if row.ends <= permit.at:
        raise Conflict(N_("协议已到期。"), N_("到期的协议无需终止；请取得返还或删除证明。"))
    told = partners.end_agreement(context, row, permit.at)
    waiting = sharing_ended.part(context, permit.at, partner=row.partner_id)
    return Done(value=row.pk, lines=(told, *waiting.lines), patients=waiting.patients, note=reason.encode(), bump=True)


@write_act(Verb.PROVE_RETURN)
def prove(context: WriteContext, permit: Permit) -> Done:
    """登记返还或删除证明 of an agreement that is over, once, with the paper itself [5.2.3]."""
    data = cast(ProveReturn, permit.operation.data)
    limit = settings.number(context.runtime, context.epoch, "paper_megabytes") << 20
    kind = scans.media_type(data.paper.content, limit, "paper")
    row = locked(context, Agreement, data.agreement)
    if row.ended is None and row.ends > permit.at:
        raise Conflict(N_("协议仍在有效期内。"), N_("请在协议到期或终止后登记返还或删除证明。"))
    if row.returned is not None:
        raise Conflict(N_("已登记过返还或删除证明。"))
    name = f"agreement{row.pk}"
    inside = orjson.loads(context.runtime.vault.open_note(name, bytes(row.payload)))
    inside["return"] = {"type": kind, "content": base64.b64encode(data.paper.content).decode()}
    row.payload = context.runtime.vault.seal_note(name, orjson.dumps(inside))
    row.returned = context.runtime.suite.digest(data.paper.content)
    keep(context, row)
    return Done(value=row.pk, lines=(partners.line(row),))


@write_act(Verb.END_APP)
def end_app(context: WriteContext, permit: Permit) -> Done:
    """停用接入应用: what it was granted opens nothing any more [5.1.2]."""
    data = cast(EndApp, permit.operation.data)
    reason = partners.said(data.reason)
    row = locked(context, App, data.app)
    if row.ended is not None:
        raise Conflict(N_("应用已停用。"))
    row.ended = permit.at
    keep(context, row)
    return Done(value=row.pk, lines=(partners.line(row),), note=reason.encode(), bump=True)
