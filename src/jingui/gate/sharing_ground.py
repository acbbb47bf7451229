"""五（二）1 共享依据: whether something may go to a partner now, asked at the decision and again at sending [5.2.1]
[5.2.2] [5.2.3] [5.1.3]

Each refusal names the first thing that does not stand; nothing here looks at a record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from jingui.core.errors import Refused
from jingui.core.partners import WHY, AgreementFact, ChannelFact, Standing
from jingui.core.sending import PROBLEMS
from jingui.core.share import BASES, CONSENT, PURPOSES, VIEWS, Basis, SharePurpose, View, lowest
from jingui.core.transmit import CHANNELS, NETWORKS
from jingui.core.word import N_
from jingui.core.words import Consent, Hold, Level
from jingui.gate import facts as f
from jingui.gate.partners_standing import standing
from jingui.gate.sharing_consent import Said, said
from jingui.gate.wishes import R_CATEGORIES, R_KIND
from jingui.gate.writing import WriteContext
from jingui.store.models import Transmission

AGREEMENTS_SQL: Final = """SELECT id FROM agreement WHERE partner_id = $1::bigint AND $2::text = ANY(purposes)
AND ($3::bigint = 0 OR id = $3::bigint) ORDER BY ended NULLS FIRST, ends DESC, id DESC LIMIT 20"""
CHANNELS_SQL: Final = """SELECT id, kind, network, state FROM channel WHERE partner_id = $1::bigint
AND direction IN ('out', 'both') AND ($2::bigint = 0 OR id = $2::bigint) ORDER BY id LIMIT 50"""
INSIDE_SQL: Final = """SELECT record_id, category FROM record WHERE patient_id = $1::bigint
AND record_id = ANY($2::bigint[])"""
OTHERS: Final = "others"  # a restriction to all but the treating
WAITS: Final = "channel_paused"  # the one reason with which something may be put into the outbox: it waits there
CLAUSES: Final = ("5.2.1", "5.2.3")

#: Why sharing is refused: code -> (what, what to do, clauses).
REFUSALS: Final[dict[str, tuple[str, str, tuple[str, ...]]]] = {
    "receiver": (N_("这类机构不是该目的的接收方。"), N_("请选择与目的相符的机构。"), ("5.2.1",)),
    "agreement_purpose": (N_("与该机构没有涵盖此目的的协议。"), N_("请先发起合作协议审批。"), CLAUSES),
    "agreement_scope": (N_("协议没有约定这种视图或内容形式。"), N_("请另选内容形式，或更新协议。"), CLAUSES),
    "assessment": (N_("此目的须先做个人信息保护影响评估。"), N_("请先发起影响评估，再签订协议。"), ("5.2.2",)),
    "consent": (
        N_("患者没有书面同意向该机构提供，或已撤回。"), N_("请先取得写明接收方和用途的书面同意。"), ("5.2.2",),
    ),
    "no_channel": (N_("没有能传输这种内容的通道。"), N_("请先发起开通传输通道申请。"), ("5.1.2",)),
    "level": (N_("内容的敏感级别超出协议或网络的上限。"), N_("请改用专线等允许的通道。"), ("5.1.1",)),
    "restricted": (N_("患者限制了他人查阅这些内容。"), N_("患者解除限制后再办理。"), ("1.3.2",)),
    "sealed": (N_("病历已封存。"), N_("启封后再办理。"), ("4.2.1",)),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """On what something goes: everything that was checked."""

    standing: Standing
    agreement: AgreementFact
    channel: ChannelFact
    row: SharePurpose
    view: View
    basis: Basis | None  # None: consent
    said: Said
    limit: Level  # the highest level that may leave

    @property
    def paused(self) -> bool:
        """Whether it waits in the outbox until the channel is resumed."""
        return self.standing.reason == WAITS


def refused(code: str) -> Refused:
    """The refusal of that name: of this table, of a partner that does not stand, or of what cannot be sent."""
    if code in REFUSALS:
        what, then, clauses = REFUSALS[code]
    elif code in WHY:
        (what, then), clauses = WHY[code], CLAUSES
    else:
        what, then, clauses = PROBLEMS[code].text, "", CLAUSES
    return Refused(what, then, clauses=clauses, reason=code)


def ground(
    context: WriteContext, patient: int, *, partner: int, purpose: str, media: str, agreement: int, channel: int,
    birth: str, minor: int, at: datetime,
) -> Ground:  # fmt: skip
    """What a sharing rests on; Refused names what is missing. The consent's and the partner's rows stay locked."""
    row = PURPOSES[purpose]
    view = VIEWS[row.view]
    first = standing(context, partner, at=at)
    if first.reason:
        raise refused(first.reason)
    if first.partner.kind not in row.kinds:
        raise refused("receiver")
    said_so = Said(state=Consent.NOT_NEEDED)
    if row.basis == CONSENT:
        said_so = said(context, patient, first.partner.uscc, purpose, birth=birth, minor=minor, at=at)
        if said_so.state is not Consent.GIVEN:
            raise refused("consent")
    agreed = chosen_agreement(context, partner, purpose, row, media, agreement, at)
    way = chosen_channel(context, partner, media, channel)
    found = standing(context, partner, agreed.id, way, at)
    if found.reason not in ("", WAITS):
        raise refused(found.reason)
    assert found.channel is not None  # noqa: S101 -- for the type checker: it was asked for and stands
    return Ground(
        standing=found, agreement=agreed, channel=found.channel, row=row, view=view, basis=BASES.get(row.basis),
        said=said_so, limit=lowest(view.level, agreed.level, NETWORKS[found.channel.network].level),
    )  # fmt: skip


def chosen_agreement(
    context: WriteContext, partner: int, purpose: str, row: SharePurpose, media: str, wanted: int, at: datetime
) -> AgreementFact:
    """The live agreement that covers the purpose, its view and the form of the content; Refused for none."""
    why = "agreement_purpose"
    for (number,) in context.rows(AGREEMENTS_SQL, partner, purpose, wanted):
        found = standing(context, partner, number, at=at)
        if found.reason or found.agreement is None:
            why = found.reason if why == "agreement_purpose" else why
        elif row.view not in found.agreement.views or media not in found.agreement.payloads:
            why = "agreement_scope"
        elif row.assessed and not found.agreement.assessment:
            why = "assessment"
        else:
            return found.agreement
    raise refused(why)


def chosen_channel(context: WriteContext, partner: int, media: str, wanted: int) -> int:
    """The channel that carries the media over the strictest network, an open one first; Refused for none."""
    fits = [
        (state == "open", tuple(Level).index(NETWORKS[network].level), -number)
        for number, kind, network, state in context.rows(CHANNELS_SQL, partner, wanted)
        if state != "ended" and carries(kind, network, media)
    ]
    if not fits:
        raise refused("no_channel")
    return -int(max(fits)[2])


def carries(kind: str, network: str, media: str) -> bool:
    """Whether such a channel may carry it: in an envelope of its own, or over a network of its own."""
    row, net = CHANNELS.get(kind), NETWORKS.get(network)
    return row is not None and net is not None and media in row.media and (row.sealed or net.unsealed)


def lapsed(context: WriteContext, row: Transmission, agreement: AgreementFact | None) -> str:
    """Why what was lawful at the decision is so no more, beside partner, level and consent; "" for nothing.

    Of what is inside, whether it was sealed or closed to others since. `context.patient` is whom it is about.
    """
    purpose, basis = PURPOSES.get(row.purpose), BASES.get(row.basis)
    if basis is not None and not basis.agreed:
        return ""
    if purpose is None or (purpose.assessed and (agreement is None or not agreement.assessment)):
        return "assessment"
    if context.patient is None or not row.records:
        return ""
    held, shut = sealed_of(context.patient), closed_to_others(context.patient)
    binding = basis is not None and basis.binding
    for record, category in context.rows(INSIDE_SQL, row.patient_id, list(row.records)):
        if held & {0, record}:
            return "sealed"
        if not binding and (shut is None or category in shut):
            return "restricted"
    return ""


def sealed_of(patient: f.PatientFacts) -> frozenset[int]:
    """The records sealed in a dispute; 0 stands for the whole chart."""
    return frozenset(
        one[f.H_RECORD] for one in patient.rows(f.HOLDING) if one[f.H_KIND] == Hold.DISPUTE_SEAL
    )  # fmt: skip


def closed_to_others(patient: f.PatientFacts) -> frozenset[str] | None:
    """The categories that the patient closed to all but the treating; None for all of them."""
    rows: Sequence[Sequence[Any]] = [one for one in patient.rows(f.RESTRICTIONS) if one[R_KIND] == OTHERS]
    if any(not one[R_CATEGORIES] for one in rows):
        return None
    return frozenset(category for one in rows for category in one[R_CATEGORIES])
