"""五（二）共享: why something cannot go, and states, in words [5.2.1] [5.1.3]"""

from typing import Final

from django.utils.translation import gettext as _

from jingui.core.partners import WHY
from jingui.core.sending import PROBLEMS
from jingui.core.share import PURPOSES
from jingui.core.transmit import DOUBTS
from jingui.core.word import N_
from jingui.web.viewmodels.parts import Tone

TONES: Final[dict[str, Tone]] = {
    "queued": "none", "sending": "none", "receipted": "ok", "quarantined": "warn", "refused": "bad", "failed": "bad",
    "stopped": "warn",
}  # fmt: skip
OURS: Final = {
    "agreement_scope": N_("协议没有约定这种视图或内容形式。"), "assessment": N_("此目的须先做个人信息保护影响评估。"),
    "consent": N_("患者没有书面同意向该机构提供，或已撤回。"), "stopped": N_("人工停止"),
    "consent_withdrawn": N_("患者撤回了同意"), "restricted": N_("患者限制了他人查阅这些内容。"),
    "sealed": N_("病历已封存。"),
}  # fmt: skip

NOTICES: Final = {"consent_withdrawn": N_("患者撤回同意"), "received_settled": N_("待核资料的处理结果")}
NOTICE_PARTS: Final = {
    "notice": N_("通知事项"), "message": N_("所指报文"), "digest": N_("所指内容的摘要"), "purpose": N_("目的"),
    "at": N_("时间"), "text": N_("说明"),
}  # fmt: skip
#: Types of documents that are no shared document (CDA): what a FHIR document of this house says it is.
PAPERS: Final = {"60591-5": N_("患者摘要")}


def labelled(code: str) -> str:
    """What a notice is about or a document is, where these houses agreed on a word; else the code."""
    text = NOTICES.get(code) or PAPERS.get(code)
    return _(text) if text else code


def why(code: str) -> str:
    """A reason in words; the code itself where there are none."""
    if code in OURS:
        return _(OURS[code])
    if code in WHY:
        return _(WHY[code][0])
    if code in PROBLEMS:
        return _(PROBLEMS[code].text)
    return _(DOUBTS[code][0]) if code in DOUBTS else code


def told(rows: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """What a notice says, named for a reader; a part that nobody named keeps its own name."""
    said = {"notice": labelled, "purpose": purpose}
    return tuple(
        (_(NOTICE_PARTS[name]) if name in NOTICE_PARTS else name, said[name](value) if name in said else value)
        for name, value in rows
        if value
    )


def purpose(code: str) -> str:
    """A purpose of sharing in words; the code itself where there are none."""
    return _(PURPOSES[code].text) if code in PURPOSES else code
