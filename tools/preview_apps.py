"""Made-up view models for the preview: apps of partners, bulk sharing, and who received what of a patient."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from jingui.web.viewmodels import apps as view
from jingui.web.viewmodels import bulk
from jingui.web.viewmodels import portal as patients
from jingui.web.viewmodels.form import Choice, Field, Form
from jingui.web.viewmodels.parts import Link, Pager, Tag
from jingui.web.viewmodels.paths import to
from tools.preview_frame import NOW, T

Samples = dict[str, tuple[str, Any]]


def pages(t: T) -> Samples:
    """The register, one app used and unused, what one authorised, the question and its mistake; bulk; the portal."""
    partner = t("康宁县人民医院", "Kangning County People's Hospital")
    scope = view.ScopeRow(
        name="s0", text="patient/Observation.rs", words=t("读取检查检验结果", "Read results of tests and examinations")
    )
    row = view.AppRow(
        name=t("转诊助手", "Referral helper"), client="kangning-referral", href="#",
        partner=Link(label=partner, href=to("partner", partner=1)), proof="PKCE", ends=NOW + timedelta(days=180),
        state=Tag(text=t("有效", "In force"), tone="ok"), scopes=(scope,), redirects=("https://app.example.cn/back",),
        starts=NOW,
    )  # fmt: skip
    over = replace(row, state=Tag(text=t("不能使用", "Cannot be used"), tone="bad"), why=t("协议已到期。", "It ended."))
    grant = view.GrantRow(
        name=row.name, who=t("林若水", "Lin Ruoshui"), scopes=(scope.words,), chosen="", at=NOW,
        until=NOW + timedelta(days=90), state=row.state, revoke=1,
    )  # fmt: skip
    one = view.AppPage(
        row=row, grants=(grant,), did=((t("查看记录", "Read"), t("允许", "Allowed"), 12),),
        end=Link(label=t("停用应用", "End the app"), href="#"),
    )  # fmt: skip
    form = Form(
        fields=(Field(name="days", label=t("期限", "For how long"), kind="select", value="30",
                      choices=(Choice(value="30", label=t("30 天", "30 days")),)),),
        submit=t("同意并继续", "Agree and go on"),
    )  # fmt: skip
    ask = view.ConsentPage(
        name=row.name, partner=partner, back="app.example.cn", scopes=(scope,), until=NOW + timedelta(days=30),
        seal="x", offline=True, form=form,
    )  # fmt: skip
    wrong = replace(ask, offline=False, found=grant.who, errors=(t("请至少选择一项。", "Choose at least one."),))
    return {
        "apps": ("share/apps.html", view.AppsPage(rows=(row, over), mine="#")),
        "apps-empty": ("share/apps.html", view.AppsPage(rows=(), mine="#")),
        "app": ("share/app.html", one), "app-unused": ("share/app.html", replace(one, grants=(), did=(), end=None)),
        "apps-mine": ("share/apps_mine.html", view.MinePage(grants=(grant,))),
        "apps-mine-empty": ("share/apps_mine.html", view.MinePage(grants=())),
        "app-consent": ("share/app_consent.html", ask), "app-consent-wrong": ("share/app_consent.html", wrong),
        **bulky(t, row.name, partner),
    }  # fmt: skip


def bulky(t: T, app: str, partner: str) -> Samples:
    """An export under way whose stop lacks a reason, one that ended, none."""
    row = bulk.BulkRow(
        id=1, app=app, partner=partner, agreement="YK-3", purpose=t("医疗质量监管", "Quality"), types="Condition",
        since=None, state=Tag(text=t("生成中", "Being made")), problem="", percent=40, patients=12, resources=340,
        files=0, left=((t("封存", "Sealed"), 2),), made=NOW, taken=None, ends=NOW + timedelta(days=2), ended=None,
        stops=True, error=t("请填写理由", "State a reason"), reason="",
    )  # fmt: skip
    done = replace(row, id=2, percent=None, files=3, taken=NOW, ended=NOW, stops=False, error="", since=NOW)
    full = bulk.BulkPage(rows=(row, done), live=1, apps="#", partners=to("partners"))
    return {"bulk": ("share/bulk.html", full), "bulk-empty": ("share/bulk.html", replace(full, rows=(), live=0))}


def threshold(t: T) -> Samples:
    """As whom one goes on, before signing in; an app that is not known."""
    choose = view.ChoosePage(staff="#", patient="#")
    return {
        "app-choose": ("share/app_choose.html", choose),
        "app-choose-wrong": ("share/app_choose.html", replace(choose, wrong=t("没有这个应用。", "No such app."))),
    }


def portal(t: T) -> Samples:
    """What a patient's institutions received, one under a consent that can be withdrawn; nothing."""
    partner = t("康宁县人民医院", "Kangning County People's Hospital")
    item = patients.SharedItem(
        partner=partner, purpose=t("医联体转诊", "Referral"), ground=t("您的书面同意", "Your consent"),
        what=t("诊断", "Diagnoses"), made=NOW, received=NOW, state=Tag(text=t("已收到", "Received"), tone="ok"),
        withdraw=7, notice=False,
    )  # fmt: skip
    page = patients.SharedPage(
        items=(item, replace(item, notice=True, withdraw=0)), hidden=1, consents="#",
        pager=Pager(page=1, previous="", next=""),
    )  # fmt: skip
    bare = replace(page, items=(), hidden=0, pager=None)
    return {"portal-shared": ("portal/shared.html", page), "portal-shared-empty": ("portal/shared.html", bare)}
