"""Made-up view models for the preview: people, policy, system."""

from datetime import date, timedelta
from typing import Any

from jingui.core.words import Role, Standing, Strength, Verb
from jingui.web.viewmodels.form import Choice, Field, Form
from jingui.web.viewmodels.parts import Link, RuleLine, Tag
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.people import (
    AccountLine,
    DutyRow,
    FormPage,
    PeoplePage,
    PersonPage,
    PersonRow,
    PostLine,
    RoleRow,
    RolesPage,
)
from jingui.web.viewmodels.policy import (
    Chapter,
    ClausePage,
    CockpitPage,
    SettingGroup,
    SettingRow,
    SettingsPage,
    Tile,
    VersionRow,
    VersionsPage,
)
from jingui.web.viewmodels.system import Check, Process, SystemPage, Work
from tools.preview_frame import HASH, NOW, T, entries


def people(t: T) -> dict[str, tuple[str, Any]]:
    """People and roles."""
    find = Form(
        fields=(Field(name="q", label=t("姓名或工号", "Name or number"), required=False),), submit=t("查找", "Find")
    )
    rows = (
        PersonRow(
            href=to("person", person="p1"),
            name=t("沈砚清", "Shen Yanqing"),
            number="10023",
            standing=Standing.ACTIVE,
            posts=(
                t("医师 · 心血管内科", "Physician · Cardiology"),
                t("总值班 · 医务部", "Duty administrator · Office"),
            ),
            licence=Tag(text=t("有效至 2028-06", "Valid to 2028-06"), tone="ok"),
            last_seen=NOW,
        ),
        PersonRow(
            href=to("person", person="p2"),
            name=t("何晚舟", "He Wanzhou"),
            number="10077",
            standing=Standing.FROZEN,
            posts=(),
            licence=Tag(text=t("已过期", "Expired"), tone="bad"),
        ),
        PersonRow(
            href=to("person", person="p3"),
            name=t("安审计", "An Shenji"),
            number="10002",
            standing=Standing.ACTIVE,
            posts=(t("审计管理员 · 信息科", "Audit administrator · IT"),),
        ),
    )
    roles = [Choice(value=role.value, label=t(role.label, role.value)) for role in (Role.PHYSICIAN, Role.NURSE)]
    grant = Form(
        submit=t("授予岗位", "Grant the post"),
        fields=(
            Field(name="role", label=t("角色", "Role"), kind="select", choices=tuple(roles), value="nurse"),
            Field(
                name="until",
                label=t("有效至", "Valid until"),
                kind="date",
                value="2027-11-21",
                hint=t("最长一年", "One year at most"),
                errors=(t("须填写期限。", "A limit is needed."),),
            ),
            Field(
                name="hours", label=t("每周时数", "Hours a week"), kind="number", unit=t("小时", "hours"), value="40"
            ),
            Field(name="reason", label=t("理由", "Reason"), kind="textarea"),
            Field(name="told", label=t("已当面核对身份", "Identity checked in person"), kind="checkbox", value="1"),
            Field(name="draft", label="draft", kind="hidden", value="7"),
        ),
        errors=(t("授予人与被授予人不能是同一人。", "One cannot grant a post to oneself."),),
    )
    return {
        "people": (
            "protect/people.html",
            PeoplePage(
                form=find,
                people=rows,
                actions=(
                    Link(label=t("登记人员", "Register a person"), href=to("register_person"), key="n", primary=True),
                ),
            ),
        ),
        "person": (
            "protect/person.html",
            PersonPage(
                name=t("沈砚清", "Shen Yanqing"),
                number="10023",
                title=t("主治医师", "Attending"),
                department=t("心血管内科", "Cardiology"),
                posts=(
                    PostLine(
                        role=Role.PHYSICIAN,
                        department=t("心血管内科", "Cardiology"),
                        since=date(2025, 1, 1),
                        granted_by=t("甄安全", "Zhen Anquan"),
                        end_action="/x/",
                    ),
                    PostLine(
                        role=Role.TRAINEE,
                        department=t("急诊科", "Emergency"),
                        since=date(2023, 1, 1),
                        until=date(2024, 1, 1),
                        ended=True,
                    ),
                ),
                accounts=(
                    AccountLine(
                        user="shen.yanqing",
                        standing=Standing.ACTIVE,
                        strength=Strength.TWO_FACTOR,
                        password_until=date(2026, 12, 1),
                        factors=("TOTP",),
                        freeze_action="/x/",
                    ),
                ),
                history=entries(t),
                licence_number="110310000012345",
                licence_until=date(2028, 6, 30),
                licence_tag=Tag(text=t("有效", "Valid"), tone="ok"),
                actions=(Link(label=t("授予岗位", "Grant a post"), href=to("grant_post", person="p1"), primary=True),),
            ),
        ),
        "roles": (
            "protect/roles.html",
            RolesPage(
                admins=(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN),
                matrix=(
                    DutyRow(verb=Verb.OPEN_ACCOUNT, cells=("yes", "no", "no")),
                    DutyRow(verb=Verb.GRANT_POST, cells=("no", "yes", "no")),
                    DutyRow(verb=Verb.UNFREEZE_ACCOUNT, cells=("no", "two", "no")),
                    DutyRow(verb=Verb.READ_LEDGER, cells=("no", "no", "yes")),
                ),
                roles=(
                    RoleRow(
                        role=Role.PHYSICIAN,
                        purpose=t("诊治患者，书写病历", "Treats patients, writes records"),
                        holders=18,
                    ),
                ),
                conflicts=(
                    t("有 1 人同时任系统管理员和审计管理员。", "1 person is both system and audit administrator."),
                ),
            ),
        ),
        "grant-post": (
            "protect/form.html",
            FormPage(
                title=t("授予岗位", "Grant a post"),
                lead=t("给沈砚清", "To Shen Yanqing"),
                form=grant,
                crumb=Link(label=t("返回人员", "Back to the person"), href="#"),
                rules=(t("岗位须有期限。", "A post must have a limit."),),
            ),
        ),
    }


def policy(t: T) -> dict[str, tuple[str, Any]]:
    """The cockpit and what hangs on it."""
    states = ("ok", "ok", "warn", "none", "bad", "ok")
    tiles = tuple(
        Tile(
            id=f"4.1.{n + 1}",
            heading=t(f"四（一）{n + 1}", f"4.1.{n + 1}"),
            title=t("审批与范围", "Approval and scope"),
            state=state,  # type: ignore[arg-type]
            evidence=n * 1213,
        )
        for n, state in enumerate(states)
    )
    chapters = tuple(
        Chapter(heading=t(f"{zh}、", f"{n}"), title=t("查阅与使用", "Access and use"), tiles=tiles)
        for n, zh in enumerate("一二三四", 1)
    )
    version = VersionRow(
        number=1,
        name=t("患者医疗信息管理制度", "Patient information policy"),
        effective=NOW,
        published_by=None,
        clauses=49,
        rules=61,
        hash=HASH,
        current=True,
    )
    setting = SettingRow(
        key="keep.inpatient",
        title=t("住院病历保存", "Inpatient records kept"),
        value="30",
        unit=t("年", "years"),
        source=t("医疗机构病历管理规定 第 29 条", "Medical records regulation, article 29"),
        clause="3.1.3",
        floor=t("30 年", "30 years"),
        changed=True,
    )
    return {
        "cockpit": (
            "cockpit/cockpit.html",
            CockpitPage(version=1, effective=date(2026, 9, 1), chapters=chapters, ok=21, warn=3, bad=1, none=24),
        ),
        "clause": (
            "cockpit/clause.html",
            ClausePage(
                tile=tiles[0],
                chapter=t("四 查阅与使用", "4 Access and use"),
                section=t("内部查阅", "Internal access"),
                text=t("查阅须有诊疗关系或获批准的事项。", "Reading needs a treating relation or an approved matter."),
                state_text=t("最近 30 天有 1 213 条存证。", "1 213 entries in the last 30 days."),
                by_hand=t("科主任每年复核。", "Heads review yearly."),
                rules=(
                    RuleLine(
                        id="treating-staff-read",
                        sentence=t("经治人员可查阅自己的患者", "Treating staff read their own"),
                    ),
                ),
                operations=("open_chart", "read"),
                tests=("tests/policy/test_access.py",),
                recent=entries(t),
                next="4.1.2",
            ),
        ),
        "versions": ("cockpit/versions.html", VersionsPage(versions=(version,))),
        "settings": (
            "cockpit/settings.html",
            SettingsPage(groups=(SettingGroup(title=t("保存", "Keeping"), rows=(setting,)),)),
        ),
        "system": (
            "cockpit/system.html",
            SystemPage(
                at=NOW,
                lockdown=True,
                checks=(
                    Check(
                        name=t("外部检查点", "Outside checkpoint"),
                        state="warn",
                        finding=t("没有保存在本机之外", "None is kept outside"),
                        advice=t("请设置外部见证。", "Set up an outside witness."),
                    ),
                    Check(name=t("数据库", "Database"), state="ok", finding="PostgreSQL 18.6"),
                ),
                processes=(
                    Process(name="worker-1", state="ok", up=timedelta(hours=5, minutes=2), restarts=0, memory_mb=147),
                ),
                works=(
                    Work(
                        name=t("演示数据", "Demo data"),
                        done=320,
                        total=1000,
                        rate=t("12 份/秒", "12 a second"),
                        left=timedelta(seconds=57),
                    ),
                ),
            ),
        ),
    }
