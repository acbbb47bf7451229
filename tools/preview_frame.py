"""Made-up view models for the preview and the template tests: what stands around pages, and the parts they share."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

from jingui.core.words import Decision, Purpose, Verb
from jingui.web.viewmodels.access import PatientHeader
from jingui.web.viewmodels.parts import ClauseRef, EntryLine, Link, PersonLine, RuleLine, Tag, Why
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.shell import NavItem, Shell, Strip, Watermark

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 22, 9, 31, 7, tzinfo=CHINA)
ENTRY = "019b1c3e-5d2a-7c44-9f0e-3f1b6a20c7d5"
PATIENT = "5f2c9a7710b34e58a1d06c8f4be29d13"
RECORD = "c07a51e2b8f94d6fa3160e9d72c4851b"
HASH = "c1f0aa25d2ecb2b5f9d1c0f2b9a4e6d7730a1b3c4d5e6f708192a3b4c5d6e7f8"
T = Callable[[str, str], str]


def shell(t: T, english: bool, signed_in: bool = True, current: str = "desk") -> Shell:
    """The frame around every sample."""
    if not signed_in:
        return Shell(
            now=NOW,
            path="/sign-in/",
            hospital=t("云岚市第一人民医院", "Yunlan First Hospital"),
            language="en" if english else "zh-hans",
        )
    rooms = (
        ("desk", t("工作台", "Desk"), 7, True, False),
        ("patients", t("患者", "Patients"), 0, False, False),
        ("cockpit", t("制度", "Policy"), 0, False, True),
        ("entries", t("存证台账", "Evidence ledger"), 0, False, False),
        ("people", t("人员", "People"), 0, False, False),
        ("system", t("系统", "System"), 0, False, False),
    )
    return Shell(
        now=NOW,
        path="/patients/",
        hospital=t("云岚市第一人民医院", "Yunlan First Hospital"),
        language="en" if english else "zh-hans",
        person=PersonLine(
            name=t("沈砚清", "Shen Yanqing"), post=t("主治医师", "Attending"), department=t("心血管内科", "Cardiology")
        ),
        nav=tuple(
            NavItem(label=label, href=to(name), current=name == current, count=count, hot=hot, rule_before=rule)
            for name, label, count, hot, rule in rooms
        ),
        can_find=True,
        session_seconds=28 * 60,
        crumbs=(Link(label=t("工作台", "Desk"), href="/"), Link(label=t("本页", "This page"), href="")),
        strip=Strip(
            entry=ENTRY,
            at=NOW.astimezone(UTC),
            decision=Decision.ALLOW,
            purpose=Purpose.TREATMENT,
            clauses=(ClauseRef(id="4.1.1", heading=t("四（一）1", "4.1.1")),),
            receipt="9f2c41d07be1",
        ),
        watermark=Watermark(person=t("沈砚清 心血管内科", "Shen Yanqing Cardiology"), at=NOW, request=ENTRY),
    )


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
        rules=(
            RuleLine(id="treating-staff-read", sentence=t("经治人员可查阅自己的患者", "Treating staff read their own")),
        ),
        clauses=clauses(t),
        also=(
            t("传染病史另需书面同意（2026-11-18，有效）。", "Infectious history needs consent (2026-11-18, valid)."),
        ),
    )


def entries(t: T) -> tuple[EntryLine, ...]:
    """Three entries: allowed, refused, not yet numbered."""
    shen = PersonLine(
        name=t("沈砚清", "Shen Yanqing"), post=t("主治医师", "Attending"), href=to("person", person="p-1")
    )
    job = PersonLine(name="system:sequencer", post="")
    return (
        EntryLine(
            id=ENTRY,
            at=NOW - timedelta(minutes=2),
            verb=Verb.OPEN_CHART,
            decision=Decision.ALLOW,
            person=shen,
            purpose=Purpose.TREATMENT,
            clauses=clauses(t)[:1],
            about=t("顾明远", "Gu Mingyuan"),
            about_href=to("chart", patient=PATIENT),
        ),
        EntryLine(
            id="019b1c3e-5d2a-7c44-9f0e-3f1b6a20c7d6",
            at=NOW - timedelta(hours=20),
            verb=Verb.READ,
            decision=Decision.DENY,
            person=shen,
            purpose=Purpose.TREATMENT,
            clauses=clauses(t)[:1],
            index=1203442,
            reason=t("无诊疗关系", "No treating relation"),
        ),
        EntryLine(
            id="019b1c3e-5d2a-7c44-9f0e-3f1b6a20c7d7",
            at=NOW - timedelta(days=4),
            verb=Verb.START_SYSTEM,
            decision=Decision.ALLOW,
            person=job,
            purpose=Purpose.OPERATION,
            index=1198000,
        ),
    )


def patient(t: T) -> PatientHeader:
    """An inpatient."""
    return PatientHeader(
        href=to("chart", patient=PATIENT),
        name=t("顾明远", "Gu Mingyuan"),
        sex=t("男", "Male"),
        birth=date(1959, 3, 2),
        mrn="00832217",
        alerts=(t("青霉素过敏", "Penicillin allergy"),),
        tags=(
            Tag(text=t("住院 · 心血管内科 12 床", "Inpatient · Cardiology bed 12")),
            Tag(text=t("经治关系", "Treating"), tone="info"),
            Tag(text=t("敏感：法定传染病", "Sensitive: notifiable disease"), tone="warn"),
            Tag(text=t("封存", "Sealed"), tone="hold"),
            Tag(text=t("知情同意 3 项有效", "3 consents valid"), tone="gold"),
        ),
    )
