"""四（二）2 依法调取: which bodies may have records, with which documents and how many officers [4.2.2]

Facts of rules.md 5.3: the body's own document, the officer's identity card and the work card of the same body.
"""

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final, NamedTuple

from jingui.core.word import N_

MOST_OFFICERS: Final = 3


class Body(NamedTuple):
    """A row: a kind of body, its documents, and the setting that says how many officers must come."""

    text: str
    documents: tuple[str, ...]
    officers: str = "retrieval_officers"
    card: str = N_("工作证")  # what the second paper of an officer is called
    basis: str = ""  # the law it acts under


DOCUMENTS: Final[Mapping[str, str]] = {
    "letter": N_("调取证据通知书或介绍信"), "order": N_("调查令"), "warrant": N_("立案决定书、侦查文书"),
    "ruling": N_("裁定书、调查取证决定"), "notice": N_("行政调查通知书"), "commission": N_("鉴定委托书"),
}  # fmt: skip
LICENCE: Final = N_("律师执业证")
BODIES: Final[Mapping[str, Body]] = {
    "court": Body(N_("人民法院"), ("letter", "ruling"), basis=N_("民事诉讼法第七十条")),
    "procuratorate": Body(
        N_("人民检察院"), ("letter", "warrant"), "retrieval_officers_police", basis=N_("刑事诉讼法第五十四条")
    ),
    "police": Body(
        N_("公安机关"), ("letter", "warrant"), "retrieval_officers_police", basis=N_("刑事诉讼法第五十四条")
    ),
    "supervision": Body(
        N_("监察机关"), ("letter", "warrant"), "retrieval_officers_police", basis=N_("监察法第十八条")
    ),
    "lawyer": Body(N_("持法院调查令的律师"), ("order",), card=LICENCE, basis=N_("民事诉讼法第六十七条")),
    "social_security": Body(N_("人力资源社会保障部门"), ("letter", "notice"), basis=N_("医疗机构病历管理规定")),
    "insurance": Body(N_("医疗保障部门"), ("letter", "notice"), basis=N_("医疗保障基金使用监督管理条例")),
    "arbitration": Body(N_("劳动人事争议仲裁机构"), ("letter", "ruling"), basis=N_("医疗机构病历管理规定")),
    "appraisal": Body(
        N_("医疗损害、事故技术鉴定机构"), ("commission", "letter"), basis=N_("医疗纠纷预防和处理条例第三十四条")
    ),
    "health": Body(N_("卫生健康主管部门"), ("letter", "notice"), basis=N_("医疗纠纷预防和处理条例")),
}  # fmt: skip
WAYS: Final[Mapping[str, str]] = {
    "copy": N_("复制"), "see": N_("在陪同下查阅"), "both": N_("查阅并复制"),
}  # fmt: skip


class Officer(NamedTuple):
    """One officer as their papers say."""

    name: str
    identity: str
    card: str
    body: str


def officers_in(answers: Mapping[str, str]) -> tuple[tuple[int, Officer], ...]:
    """The officers of a form, each with its place; an empty place is nobody."""
    out = []
    for n in range(1, MOST_OFFICERS + 1):
        one = Officer(*(answers.get(f"{field}{n}", "").strip() for field in ("name", "identity", "card", "body")))
        if any(one):
            out.append((n, one))
    return tuple(out)


def same_body(one: str, other: str) -> bool:
    """Whether two names of a body are the same, width and blanks apart."""
    return _folded(one) == _folded(other)


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def wrong_officers(officers: tuple[tuple[int, Officer], ...], body: str, needed: int) -> list[tuple[str, str]]:
    """What is wrong with the officers beside their identity numbers: gaps, another body, one person twice, too few."""
    wrong = []
    for n, one in officers:
        for field, value in zip(("name", "identity", "card", "body"), one, strict=True):
            if not value:
                wrong.append((f"{field}{n}", N_("请填写此项")))
        if one.body and not same_body(one.body, body):
            wrong.append((f"body{n}", N_("工作证所属单位与出具文书的机关不是同一单位")))
    for field in ("identity", "card"):
        seen: dict[str, int] = {}
        for n, one in officers:
            value = _folded(getattr(one, field))
            if value and value in seen:
                wrong.append((f"{field}{n}", N_("与另一名人员的证件相同")))
            seen[value] = n
    if len(officers) < needed:
        wrong.append((f"name{len(officers) + 1}", N_("该机关须由更多工作人员共同办理")))
    return wrong


def wrong_scope(answers: Mapping[str, str], at: datetime) -> list[tuple[str, str]]:
    """What is wrong with the document's date and the period of visits."""
    wrong = []
    if date.fromisoformat(answers["document_date"]) > at.date():
        wrong.append(("document_date", N_("文书日期不能在今后")))
    first, last = answers.get("first", ""), answers.get("last", "")
    if first and last and first > last:
        wrong.append(("last", N_("结束日期不能早于开始日期")))
    return wrong
