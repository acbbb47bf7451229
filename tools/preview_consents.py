"""Made-up view models for the preview: consents of a chart, the form that is signed, the paper, what a ward owes."""

from datetime import timedelta
from typing import Any

from jingui.core.telling import RIGHTS, TOLD
from jingui.core.words import Sensitivity
from jingui.web.bilingual import chinese, english
from jingui.web.viewmodels import consents as view
from jingui.web.viewmodels.access import PatientHeader
from jingui.web.viewmodels.form import Choice, Field
from jingui.web.viewmodels.parts import ClauseRef, Link, RuleLine, Tag, Why
from tools.preview_frame import NOW, T


def item(t: T, one: Sensitivity, name: tuple[str, str], **more: Any) -> view.Item:
    """A sensitive item in both languages."""
    return view.Item(value=one.value, label=t(*name), told=chinese(TOLD[one]), told_en=english(TOLD[one]), **more)


def consents(t: T) -> dict[str, tuple[str, Any]]:
    """The list, empty and not; the form fresh and after a mistake; the withdrawal; the paper; the ward's list."""
    who = PatientHeader(
        href="#", name=t("沈廷岳", "Shen Tingyue"), sex=t("男", "male"), birth=None, mrn="60000037",
        alerts=(t("防护提示：血液、体液防护", "Precautions: blood and body fluid precautions"),),
    )  # fmt: skip
    clause = ClauseRef(id="2.1.3", heading=t("二（一）3", "2.1.3"))
    why = Why(
        sentence=t("有诊疗关系的医务人员查看知情同意。", "Treating staff see consents."),
        rules=(RuleLine(id="consents-read", sentence=""),), clauses=(clause,),
    )  # fmt: skip
    row = view.ConsentRow(
        title=t("敏感个人信息采集知情同意书", "Consent to the collection of sensitive personal information"),
        state=Tag(text=t("已同意", "given"), tone="ok"), labels=(Tag(text=t("病毒性肝炎", "viral hepatitis")),),
        scope=t("全部类别", "all categories"), party="", starts=NOW, ends=None, paper_href="#", withdraw_href="#",
    )  # fmt: skip
    owed = view.OwedRow(label=t("结核病", "tuberculosis"), since=NOW, due=NOW + timedelta(hours=72))
    give = (Link(label=row.title, href="#"),)
    items = (item(t, Sensitivity.TUBERCULOSIS, ("结核病", "tuberculosis"), chosen=True, owed=True),)
    fields = (
        Field(name="name", label=t("签署人姓名", "Signer's name"), value=who.name),
        Field(
            name="party_kind", label=t("签署人", "Signer"), kind="select", value="self",
            choices=(Choice(value="self", label=t("患者本人", "patient")),),
        ),
    )  # fmt: skip
    form = {
        "patient": who, "title": row.title, "kind": "sensitive_collection", "kinds": (), "items": items,
        "others": (item(t, Sensitivity.GENETIC, ("遗传病史", "genetic")),), "fields": fields, "agreed": "yes",
        "rights": tuple((chinese(text), english(text)) for text in RIGHTS), "drawing": "", "strokes": "",
        "limit": 1024, "back": "#",
    }  # fmt: skip
    missing = t("须先向患者说明采集目的", "the purpose must be told to the patient first")
    fresh = view.GivePage(**form, told=False, told_error="", items_error="", signed_error="")
    wrong = view.GivePage(
        **form, told=False, told_error=missing, items_error="", signed_error="",
        wrong=(view.Wrong(anchor="id_told", label=t("说明", "Explanation"), text=missing),),
    )  # fmt: skip
    reason = Field(name="reason", label=t("撤回的理由", "Reason for withdrawing"), required=False)
    told = ((chinese(TOLD[Sensitivity.HEPATITIS]), english(TOLD[Sensitivity.HEPATITIS])),)
    paper = {
        "patient": who, "title": row.title, "state": row.state, "told": told, "back": "#", "why": why,
        "facts": ((t("签署人", "Signer"), who.name),),
    }  # fmt: skip
    due = view.DueRow(href="#", name=who.name, mrn=who.mrn, items=2, due=NOW + timedelta(hours=30))
    return {
        "consents": (
            "collect/consents.html",
            view.ConsentsPage(patient=who, rows=(row,), owed=(owed,), hidden=1, minor=True, why=why, give=give),
        ),
        "consents-empty": (
            "collect/consents.html",
            view.ConsentsPage(patient=who, rows=(), owed=(), hidden=0, minor=False, why=why),
        ),
        "consent-give": ("collect/give.html", fresh),
        "consent-wrong": ("collect/give.html", wrong),
        "consent-withdraw": ("collect/withdraw.html", view.WithdrawPage(patient=who, row=row, back="#", reason=reason)),
        "consent-paper": ("collect/paper.html", view.PaperPage(**paper, image="static/jingui/mark.svg", file="#")),
        "consent-paper-pdf": ("collect/paper.html", view.PaperPage(**paper, image="", file="#")),
        "consent-paper-none": ("collect/paper.html", view.PaperPage(**paper, image="", file="")),
        "consents-due": ("collect/due.html", view.DuePage(rows=(due,), whole_house=False)),
        "consents-due-empty": ("collect/due.html", view.DuePage(rows=(), whole_house=True)),
    }
