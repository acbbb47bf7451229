"""Made-up view models for the preview and the template tests: one sample of every page, in Chinese or English."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from jingui.core.words import Category, Decision, EncounterKind, Purpose, RecordState, Role, Verb
from jingui.web.viewmodels.access import (
    CategoryFilter,
    ChartPage,
    EncounterLine,
    Found,
    PaperLine,
    PatientHeader,
    ReaderLine,
    SearchPage,
    TimelineGroup,
    TimelineItem,
)
from jingui.web.viewmodels.accounts import (
    Account,
    AccountPage,
    ChangePasswordPage,
    EnrolPasskeyPage,
    EnrolTotpPage,
    Factor,
    RecoveryCodesPage,
    SecondFactorPage,
    SessionEndedPage,
    SignInPage,
)
from jingui.web.viewmodels.desk import DeskPage, DeskPatient, Waiting
from jingui.web.viewmodels.errors import ErrorPage, RefusedPage
from jingui.web.viewmodels.form import Field, Form
from jingui.web.viewmodels.parts import ClauseRef, EntryLine, Link, Notice, PersonLine, RuleLine, Tag, Why
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.shell import NavItem, Shell, Strip, Watermark

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 22, 9, 31, 7, tzinfo=CHINA)
ENTRY = "019b1c3e-5d2a-7c44-9f0e-3f1b6a20c7d5"
PATIENT, RECORD = "5f2c9a7710b34e58a1d06c8f4be29d13", "c07a51e2b8f94d6fa3160e9d72c4851b"

T = Callable[[str, str], str]


def shell(t: T, english: bool, signed_in: bool = True, current: str = "desk") -> Shell:
    """The frame around every sample."""
    if not signed_in:
        return Shell(
            now=NOW, path="/sign-in/", hospital=t("云岚市第一人民医院", "Yunlan First Hospital"),
            language="en" if english else "zh-hans",
        )  # fmt: skip
    rooms = (
        ("desk", t("工作台", "Desk"), 7, True, False), ("patients", t("患者", "Patients"), 0, False, False),
        ("cockpit", t("制度", "Policy"), 0, False, True), ("entries", t("存证台账", "Evidence ledger"), 0, False, False),
        ("people", t("人员", "People"), 0, False, False), ("system", t("系统", "System"), 0, False, False),
    )  # fmt: skip
    return Shell(
        now=NOW, path="/patients/", hospital=t("云岚市第一人民医院", "Yunlan First Hospital"),
        language="en" if english else "zh-hans",
        person=PersonLine(
            name=t("沈砚清", "Shen Yanqing"), post=t("主治医师", "Attending"), department=t("心血管内科", "Cardiology")
        ),
        nav=tuple(
            NavItem(label=label, href=to(name), current=name == current, count=count, hot=hot, rule_before=rule)
            for name, label, count, hot, rule in rooms
        ),
        can_find=True, session_seconds=28 * 60,
        crumbs=(Link(label=t("工作台", "Desk"), href="/"), Link(label=t("本页", "This page"), href="")),
        strip=Strip(
            entry=ENTRY, at=NOW.astimezone(UTC), decision=Decision.ALLOW, purpose=Purpose.TREATMENT,
            clauses=(ClauseRef(id="4.1.1", heading=t("四（一）1", "4.1.1")),), receipt="9f2c41d07be1",
        ),
        watermark=Watermark(person=t("沈砚清 心血管内科", "Shen Yanqing Cardiology"), at=NOW, request=ENTRY),
    )  # fmt: skip


def clauses(t: T) -> tuple[ClauseRef, ...]:
    """Two clauses as they are cited."""
    return (
        ClauseRef(id="4.1.1", heading=t("四（一）1", "4.1.1"), title=t("审批与范围", "Approval and scope")),
        ClauseRef(id="2.1.3", heading=t("二（一）3", "2.1.3"), title=t("敏感信息", "Sensitive items")),
    )


def why(t: T) -> Why:
    """A plain reason."""
    return Why(
        sentence=t(
            "您是经治医师，患者在您的科室住院；目的是诊疗。",
            "You are the treating physician and the patient is on your ward; the purpose is treatment.",
        ),
        rules=(RuleLine(id="treating-staff-read", sentence=t("经治人员可查阅自己的患者", "Treating staff read their own")),),
        clauses=clauses(t),
        also=(t("传染病史另需书面同意（2026-11-18，有效）。", "Infectious history needs consent (2026-11-18, valid)."),),
    )


def entries(t: T) -> tuple[EntryLine, ...]:
    """Three entries: allowed, refused, not yet numbered."""
    shen = PersonLine(name=t("沈砚清", "Shen Yanqing"), post=t("主治医师", "Attending"), href=to("person", person="p-1"))
    job = PersonLine(name="system:sequencer", post="")
    return (
        EntryLine(
            id=ENTRY, at=NOW - timedelta(minutes=2), verb=Verb.OPEN_CHART, decision=Decision.ALLOW, person=shen,
            purpose=Purpose.TREATMENT, clauses=clauses(t)[:1], about=t("顾明远", "Gu Mingyuan"),
            about_href=to("chart", patient=PATIENT),
        ),
        EntryLine(
            id="019b1c3e-5d2a-7c44-9f0e-3f1b6a20c7d6", at=NOW - timedelta(hours=20), verb=Verb.READ,
            decision=Decision.DENY, person=shen, purpose=Purpose.TREATMENT, clauses=clauses(t)[:1], index=1203442,
            reason=t("无诊疗关系", "No treating relation"),
        ),
        EntryLine(
            id="019b1c3e-5d2a-7c44-9f0e-3f1b6a20c7d7", at=NOW - timedelta(days=4), verb=Verb.START_SYSTEM,
            decision=Decision.ALLOW, person=job, purpose=Purpose.OPERATION, index=1198000,
        ),
    )  # fmt: skip


def patient(t: T) -> PatientHeader:
    """An inpatient."""
    return PatientHeader(
        href=to("chart", patient=PATIENT), name=t("顾明远", "Gu Mingyuan"), sex=t("男", "Male"), birth=date(1959, 3, 2),
        mrn="00832217", alerts=(t("青霉素过敏", "Penicillin allergy"),),
        tags=(
            Tag(text=t("住院 · 心血管内科 12 床", "Inpatient · Cardiology bed 12")),
            Tag(text=t("经治关系", "Treating"), tone="info"),
            Tag(text=t("敏感：法定传染病", "Sensitive: notifiable disease"), tone="warn"),
            Tag(text=t("封存", "Sealed"), tone="hold"), Tag(text=t("知情同意 3 项有效", "3 consents valid"), tone="gold"),
        ),
    )  # fmt: skip


def chart(t: T) -> ChartPage:
    """A chart with two days."""
    shen = PersonLine(name=t("沈砚清", "Shen Yanqing"), post=t("主治医师", "Attending"))
    lab = PersonLine(name=t("检验科接口", "Laboratory interface"))
    href = to("record", record=RECORD)

    def item(hour: int, title: str, category: Category, **more: Any) -> TimelineItem:
        at = more.pop("at", NOW.replace(hour=hour, minute=14, second=0))
        return TimelineItem(href=href, at=at, title=title, category=category, **{"author": shen, **more})

    then = NOW - timedelta(days=3)
    return ChartPage(
        patient=patient(t),
        encounters=(
            EncounterLine(
                id="e1", kind=EncounterKind.INPATIENT, department=t("心血管内科", "Cardiology"),
                start=NOW - timedelta(days=4), physician=t("沈砚清", "Shen Yanqing"), href="?encounter=e1",
                diagnosis=t("急性非 ST 段抬高型心肌梗死", "Acute NSTEMI"), current=True, count=38,
            ),
            EncounterLine(
                id="e2", kind=EncounterKind.OUTPATIENT, department=t("心血管内科", "Cardiology"), href="?encounter=e2",
                start=datetime(2025, 6, 3, 10, 0, tzinfo=CHINA), end=datetime(2025, 6, 3, 10, 20, tzinfo=CHINA),
                diagnosis=t("高血压 3 级", "Hypertension grade 3"), count=6,
            ),
        ),
        timeline=(
            TimelineGroup(title=t("住院 · 心血管内科", "Inpatient · Cardiology"), day=NOW.date(), items=(
                item(9, t("日常病程记录", "Progress note"), Category.HISTORY, versions=2,
                     summary=t("胸闷较前减轻，夜间可平卧，双肺底湿啰音减少。", "Less chest tightness, slept flat, fewer crackles.")),
                item(8, t("血钾", "Potassium"), Category.TESTS, value="5.9 mmol/L", flag="↑", flag_text=t("偏高", "High"),
                     code="LOINC 2823-3", author=lab, state=RecordState.VERIFIED),
                item(7, t("血红蛋白", "Haemoglobin"), Category.TESTS, value="98 g/L", flag="↓", flag_text=t("偏低", "Low"),
                     code="LOINC 718-7", author=lab, state=RecordState.VERIFIED),
            )),
            TimelineGroup(title=t("住院 · 心血管内科", "Inpatient · Cardiology"), day=then.date(), items=(
                item(19, t("入院记录", "Admission record"), Category.HISTORY, at=then, versions=3, state=RecordState.SIGNED,
                     was=t("否认药物过敏", "no drug allergy"), now=t("青霉素皮试阳性（2019）", "penicillin test positive (2019)"),
                     tags=(Tag(text=t("补记", "Late entry"), tone="warn"),)),
                item(8, t("阿司匹林肠溶片", "Aspirin enteric-coated"), Category.MEDICATION, at=then, value="100 mg qd",
                     state=RecordState.DRAFT),
            )),
        ),
        filters=(
            CategoryFilter(category=None, count=38, href="?", current=True),
            CategoryFilter(category=Category.HISTORY, count=9, href="?category=history"),
            CategoryFilter(category=Category.TESTS, count=21, href="?category=tests"),
            CategoryFilter(category=Category.MEDICATION, count=8, href="?category=medication"),
        ),
        why=why(t),
        readers=(
            ReaderLine(person=PersonLine(name=t("陆仲年", "Lu Zhongnian"), post=t("主任医师", "Chief")), at=NOW.replace(hour=8),
                       verb_text=t("查房", "Round"), entry_href=to("entry", entry=ENTRY)),
            ReaderLine(person=PersonLine(name=t("郑以宁", "Zheng Yining"), post=t("护士", "Nurse")), at=NOW - timedelta(days=1)),
        ),
        readers_total=41, readers_href="#",
        paper=(
            PaperLine(title=t("2019 住院", "2019 stay"), place=t("一号库 3 排 07 架", "Room 1, row 3, shelf 07"),
                      tag=Tag(text=t("在架", "On shelf"), tone="ok")),
            PaperLine(title=t("2014 住院", "2014 stay"), place=t("借出 · 质控科", "On loan · quality office"),
                      tag=Tag(text=t("明日到期", "Due tomorrow"), tone="warn")),
        ),
        actions=(Link(label=t("新建记录", "New record"), href="#", key="n", primary=True),),
        withheld=2,
    )  # fmt: skip


def search(t: T, results: bool) -> SearchPage:
    """The search, before or after."""
    fields = (
        Field(name="name", label=t("姓名", "Name"), required=False, hint=t("全名", "In full")),
        Field(name="mrn", label=t("病案号", "Record number"), required=False, inputmode="numeric"),
        Field(name="id_card", label=t("身份证号", "ID card number"), required=False),
        Field(name="phone", label=t("电话", "Phone"), required=False, kind="tel"),
    )
    found = tuple(
        Found(
            href=to("chart", patient=PATIENT), name=name, sex=t("男", "Male"), birth=date(1959, 3, 2), mrn="00832217",
            id_card="440300********2217", place=t("心血管内科 12 床", "Cardiology bed 12"),
            last_visit=NOW - timedelta(days=4), matched=t("姓名一致", "Same name"),
            tags=(Tag(text=t("保密病案", "Restricted"), tone="hold"),) if at else (),
        )
        for at, name in enumerate((t("顾明远", "Gu Mingyuan"), t("阿依古丽·买买提", "Ayguli Memet")))
    )  # fmt: skip
    form = Form(fields=fields, submit=t("查找", "Find"), action=to("patients"))
    return SearchPage(form=form, found=found if results else None, truncated=results, register_href="#")


def desk(t: T, full: bool) -> DeskPage:
    """The desk, busy or empty."""
    if not full:
        return DeskPage(patients=(), waiting=(), recent=())
    people = tuple(
        DeskPatient(
            href=to("chart", patient=PATIENT), name=name, sex=t("女", "Female"), birth=date(1950 + 11 * at, 5, 6),
            mrn=f"0083{2217 + at}", kind=EncounterKind.INPATIENT, place=t(f"{at + 3} 床", f"Bed {at + 3}"),
            since=NOW - timedelta(days=at, hours=3),
            tags=(Tag(text=t("病重", "Serious"), tone="bad"),) if at == 1 else (),
        )
        for at, name in enumerate((t("林晚秋", "Lin Wanqiu"), t("顾明远", "Gu Mingyuan"), t("王丽之女", "Daughter of Wang Li")))
    )  # fmt: skip
    todo = (
        Waiting(title=t("日常病程记录待核对", "Progress note to verify"), detail=t("顾明远", "Gu Mingyuan"), href="#",
                due=NOW + timedelta(hours=3, minutes=12)),
        Waiting(title=t("首次病程记录", "First progress note"), detail=t("林晚秋", "Lin Wanqiu"), href="#",
                due=NOW - timedelta(days=2)),
        Waiting(title=t("更换密码", "Change password"), detail=t("5 天后到期", "Expires in 5 days"), href="#"),
    )  # fmt: skip
    return DeskPage(patients=people, waiting=todo, recent=entries(t), scope=t("心血管内科在院", "Cardiology inpatients"))


def sign_in(t: T, wrong: bool = False) -> SignInPage:
    """Signing in, first or after a mistake, with the demo's accounts."""
    errors = (t("用户名或密码不正确。还可尝试 3 次。", "The user name or password is wrong. 3 tries left."),) if wrong else ()
    user = Field(name="login", label=t("用户名", "User name"), value="shen.yanqing" if wrong else "", autocomplete="username",
                 autofocus=True)  # fmt: skip
    password = Field(name="password", label=t("密码", "Password"), kind="password", autocomplete="current-password")
    form = Form(fields=(user, password), submit=t("登录", "Sign in"), errors=errors)
    demo = (
        Account(user="shen.yanqing", post=t("医师", "Physician"), hint=t("打开本科患者的病历", "Open a chart of your ward")),
        Account(user="an.shenji", post=t("审计管理员", "Audit administrator"), hint=t("查看存证台账", "Look into the ledger")),
    )
    return SignInPage(form=form, demo=() if wrong else demo, demo_password="Jingui-2026")  # noqa: S106 - made up


def accounts(t: T) -> dict[str, tuple[str, Any]]:
    """Every page of the threshold."""
    code = Field(name="code", label=t("验证码", "Code"), kind="code", hint=t("6 位数字", "6 digits"), maxlength=6,
                 autocomplete="one-time-code", autofocus=True)  # fmt: skip
    form = Form(fields=(code,), submit=t("继续", "Continue"))
    wrong = Form(fields=(Field(name="new", label=t("新密码", "New password"), kind="password",
                               errors=(t("不能与最近 5 次相同。", "It must differ from the last 5."),)),),
                 submit=t("更换密码", "Change password"))  # fmt: skip
    name = Form(fields=(Field(name="name", label=t("名称", "Name"), value=t("值班室电脑", "Ward PC")),), submit=t("登记", "Add"))
    return {
        "sign-in": ("accounts/sign_in.html", sign_in(t)),
        "sign-in-wrong": ("accounts/sign_in.html", sign_in(t, True)),
        "second-factor": ("accounts/second_factor.html",
                          SecondFactorPage(form=form, passkey_options='{"publicKey":{"challenge":"AA"}}', demo_code="314159")),
        "enrol-totp": ("accounts/enrol_totp.html", EnrolTotpPage(
            form=form, uri="otpauth://totp/Jingui:shen?secret=JBSWY3DPEHPK3PXP", secret="JBSWY3DPEHPK3PXP", must=True)),  # noqa: S106 - made up
        "enrol-passkey": ("accounts/enrol_passkey.html", EnrolPasskeyPage(form=name, options='{"publicKey":{"a":"</x>"}}')),
        "recovery-codes": ("accounts/recovery_codes.html", RecoveryCodesPage(
            codes=tuple(f"{n}c7d-{n}f1b" for n in range(10, 20)), left=10, total=10,
            form=Form(fields=(), submit=t("重新生成", "Make new ones")))),
        "change-password": ("accounts/change_password.html", ChangePasswordPage(
            form=wrong, rules=(t("至少 12 个字符。", "At least 12 characters."),), must=True)),
        "session-ended": ("accounts/session_ended.html", SessionEndedPage(reason=t("超过 30 分钟没有操作。", "Idle for 30 minutes."))),
        "account": ("accounts/account.html", AccountPage(
            factors=(Factor(kind=t("验证器", "Authenticator"), name="TOTP", added="2026-09-01"),), password_days_left=5,
            recovery_left=8)),
    }  # fmt: skip


def errors(t: T) -> dict[str, tuple[str, Any]]:
    """Errors and the refusal."""
    pages: dict[str, tuple[str, Any]] = {
        f"error-{status}": ("errors/error.html", ErrorPage(
            status=status, code="code", message=t("说明发生了什么。", "What happened."), next_step=t("下一步。", "Next step."),
            request=ENTRY, places=(("Patient.birthDate", t("不是日期", "Not a date")),) if status == 400 else (),
            retry="/" if status == 503 else "", retry_seconds=5 if status == 503 else 0,
            contact=t("信息科 6120", "Information office 6120")))
        for status in (400, 404, 409, 410, 413, 422, 500, 503)
    }  # fmt: skip
    pages["refused"] = ("errors/refused.html", RefusedPage(
        message=t("制度不允许此项操作。", "The policy does not allow this."),
        sentence=t("您与这位患者没有诊疗关系，也没有有效授权。", "You do not treat this patient and hold no grant."),
        next_step=t("如因工作需要，请申请内部查阅。", "If your work needs it, ask for internal access."),
        rules=(RuleLine(id="no-relation", sentence=t("无诊疗关系不得查阅", "No reading without a relation")),), clauses=clauses(t),
        matter=Link(label=t("申请内部查阅", "Ask for internal access"), href="#"), entry=ENTRY,
        back=Link(label=t("返回患者查找", "Back to the search"), href=to("patients"))))  # fmt: skip
    return pages


ROLE = Role.PHYSICIAN
NOTICE: Callable[[T], Notice] = lambda t: Notice(text=t("已保存。", "Saved."), tone="ok")  # noqa: E731 - one sample
