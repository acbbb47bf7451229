"""四（二）1 复制件核验: what a check found, in words that a patient, a judge and an insurer understand [4.2.1]"""

import base64
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import orjson
from django.utils import timezone
from django.utils.translation import gettext as _

from jingui.core.release import CopyCheck, CopyState, Medium
from jingui.core.word import N_
from jingui.web.viewmodels.parts import Tone
from jingui.web.viewmodels.verify import CheckAnswer, Verdict

UNKNOWN: Final = (
    "bad", N_("没有这份复制件"),
    N_("医院没有用这个核验码出具过复制件。请核对核验码是否抄写完整；若确由扫码得来，请勿采信这份文件，并联系出具医院。"),
)  # fmt: skip
#: States in which a copy is no longer to be relied upon.
STATES: Final[dict[str, tuple[Tone, str, str]]] = {
    CopyState.REVOKED: (
        "bad", N_("已作废"), N_("这份复制件已由医院作废，不应再作为依据。原因请向出具医院查询。"),
    ),
    CopyState.SUPERSEDED: (
        "bad", N_("已换发"), N_("医院已出具新的复制件代替这一份，请以新件为准。"),
    ),
}  # fmt: skip
#: What became of the comparison with the file that the hospital stamped.
FILES: Final[dict[bool | None, tuple[Tone, str, str]]] = {
    True: ("ok", N_("未被改动"), N_("这正是医院用印的文件，一个字节也没有变。")),
    False: (
        "bad", N_("不是医院用印的文件"),
        N_("文件被改动过，或者二维码属于另一份复制件。请勿采信，并联系出具医院。"),
    ),
    None: (
        "info", N_("核验码有效，尚未比对文件"),
        N_("医院出具过这份复制件。请选择 PDF 文件比对；手中是纸质件的，请逐页核对编号、页数、骑缝章和下列内容。"),
    ),
}  # fmt: skip
#: What each kind of stamped file is called: its number's label, and what is said while no file was compared.
DOCUMENTS: Final[dict[str, tuple[str, tuple[Tone, str, str]]]] = {
    "copy": (N_("复制件编号"), FILES[None]),
    "destruction": (
        N_("销毁证明编号"),
        ("info", N_("核验码有效，尚未比对文件"), N_("医院出具过这份销毁证明。请选择 PDF 文件比对。")),
    ),
}  # fmt: skip


def answer(found: CopyCheck, secret: str, digest: str) -> CheckAnswer:
    """The answer as the page shows it. An unknown code says nothing but that."""
    if not found.found:
        return CheckAnswer(found=False, verdicts=(verdict(UNKNOWN),), secret=secret, digest=digest)
    stopped = STATES.get(found.state)
    told = DOCUMENTS[found.document][1] if found.matches is None else FILES[found.matches]
    compared = None if stopped and found.matches is None else told
    proof = "" if found.proof is None else orjson.dumps({"proof": dict(found.proof), "key": found.key}).decode()
    return CheckAnswer(
        found=True, verdicts=tuple(verdict(one) for one in (stopped, compared) if one), facts=facts(found),
        number=found.number, mismatch=found.matches is False, proof=proof, secret=secret, digest=digest,
    )  # fmt: skip


def verdict(words: tuple[Tone, str, str]) -> Verdict:
    """One finding in the reader's language."""
    tone, title, text = words
    return Verdict(tone=tone, title=_(title), text=_(text))


def facts(found: CopyCheck) -> tuple[tuple[str, str], ...]:
    """What is told of the copy; names are masked already."""
    approval = " · ".join(filter(None, (
        _(found.kind) if found.kind else "", f"{found.matter}" if found.matter else "",
        _(found.approved_by) if found.approved_by else "", moment(found.approved),
    )))  # fmt: skip
    mediums = {one.value: one.label for one in Medium}
    lines = (
        (_("出具医院"), found.hospital), (_(DOCUMENTS[found.document][0]), found.number),
        (_("用印时间"), moment(found.stamped)),
        (_("用印方式"), _(mediums[found.medium]) if found.medium in mediums else ""),
        (_("页数"), f"{found.pages}" if found.pages else ""), (_("患者"), found.patient),
        (_("申请人"), found.applicant), (_("依据的批准"), approval), (_("作废或换发时间"), moment(found.ended)),
    )  # fmt: skip
    return tuple((label, text) for label, text in lines if text)


def moment(at: datetime | None) -> str:
    """A moment with its zone: whoever reads it may be far away."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S %z}" if at else ""


def certificates(chain: Iterable[bytes]) -> list[str]:
    """Certificates as the side file writes them."""
    return [base64.b64encode(one).decode() for one in chain]


def plain(number: str) -> str:
    """A copy's number as a part of a file's name."""
    return "".join(letter for letter in number if letter.isascii() and letter.isalnum())[:40] or "proof"
