"""Made-up view models for the preview: desk, search, chart."""

from datetime import date, datetime, timedelta
from typing import Any

from jingui.core.words import Category, EncounterKind, RecordState
from jingui.web.viewmodels.access import (
    CategoryFilter,
    ChartPage,
    EncounterLine,
    Found,
    PaperLine,
    ReaderLine,
    SearchPage,
    TimelineGroup,
    TimelineItem,
)
from jingui.web.viewmodels.desk import DeskPage, DeskPatient, Waiting
from jingui.web.viewmodels.diff import Change, compare
from jingui.web.viewmodels.form import Field, Form
from jingui.web.viewmodels.parts import Link, PersonLine, Tag
from jingui.web.viewmodels.paths import to
from tools.preview_frame import CHINA, ENTRY, NOW, PATIENT, RECORD, T, entries, patient, why


def desk(t: T, full: bool) -> DeskPage:
    """The desk, busy or empty."""
    if not full:
        return DeskPage(patients=(), waiting=(), recent=())
    people = tuple(
        DeskPatient(
            href=to("chart", patient=PATIENT),
            name=name,
            sex=t("女", "Female"),
            birth=date(1950 + 11 * at, 5, 6),
            mrn=f"0083{2217 + at}",
            kind=EncounterKind.INPATIENT,
            place=t(f"{at + 3} 床", f"Bed {at + 3}"),
            since=NOW - timedelta(days=at, hours=3),
            tags=(Tag(text=t("病重", "Serious"), tone="bad"),) if at == 1 else (),
        )
        for at, name in enumerate(
            (t("林晚秋", "Lin Wanqiu"), t("顾明远", "Gu Mingyuan"), t("王丽之女", "Daughter of Wang Li"))
        )
    )
    todo = (
        Waiting(
            title=t("日常病程记录待核对", "Progress note to verify"),
            detail=t("顾明远", "Gu Mingyuan"),
            href="#",
            due=NOW + timedelta(hours=3, minutes=12),
        ),
        Waiting(
            title=t("首次病程记录", "First progress note"),
            detail=t("林晚秋", "Lin Wanqiu"),
            href="#",
            due=NOW - timedelta(days=2),
        ),
        Waiting(title=t("更换密码", "Change password"), detail=t("5 天后到期", "Expires in 5 days"), href="#"),
    )
    return DeskPage(
        patients=people, waiting=todo, recent=entries(t), scope=t("心血管内科在院", "Cardiology inpatients")
    )


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
            href=to("chart", patient=PATIENT),
            name=name,
            sex=t("男", "Male"),
            birth=date(1959, 3, 2),
            mrn="00832217",
            id_card="440300********2217",
            place=t("心血管内科 12 床", "Cardiology bed 12"),
            last_visit=NOW - timedelta(days=4),
            matched=t("姓名一致", "Same name"),
            tags=(Tag(text=t("保密病案", "Restricted"), tone="hold"),) if at else (),
        )
        for at, name in enumerate((t("顾明远", "Gu Mingyuan"), t("阿依古丽·买买提", "Ayguli Memet")))
    )
    form = Form(fields=fields, submit=t("查找", "Find"), action=to("patients"))
    return SearchPage(form=form, found=found if results else None, truncated=results, register_href="#")


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
                id="e1",
                kind=EncounterKind.INPATIENT,
                department=t("心血管内科", "Cardiology"),
                start=NOW - timedelta(days=4),
                physician=t("沈砚清", "Shen Yanqing"),
                href="?encounter=e1",
                diagnosis=t("急性非 ST 段抬高型心肌梗死", "Acute NSTEMI"),
                current=True,
                count=38,
            ),
            EncounterLine(
                id="e2",
                kind=EncounterKind.OUTPATIENT,
                department=t("心血管内科", "Cardiology"),
                href="?encounter=e2",
                start=datetime(2025, 6, 3, 10, 0, tzinfo=CHINA),
                end=datetime(2025, 6, 3, 10, 20, tzinfo=CHINA),
                diagnosis=t("高血压 3 级", "Hypertension grade 3"),
                count=6,
            ),
        ),
        timeline=(
            TimelineGroup(
                title=t("住院 · 心血管内科", "Inpatient · Cardiology"),
                day=NOW.date(),
                items=(
                    item(
                        9,
                        t("日常病程记录", "Progress note"),
                        Category.HISTORY,
                        versions=2,
                        summary=t(
                            "胸闷较前减轻，夜间可平卧，双肺底湿啰音减少。",
                            "Less chest tightness, slept flat, fewer crackles.",
                        ),
                    ),
                    item(
                        8,
                        t("血钾", "Potassium"),
                        Category.TESTS,
                        value="5.9 mmol/L",
                        flag="↑",
                        flag_text=t("偏高", "High"),
                        code="LOINC 2823-3",
                        author=lab,
                        state=RecordState.VERIFIED,
                    ),
                    item(
                        7,
                        t("血红蛋白", "Haemoglobin"),
                        Category.TESTS,
                        value="98 g/L",
                        flag="↓",
                        flag_text=t("偏低", "Low"),
                        code="LOINC 718-7",
                        author=lab,
                        state=RecordState.VERIFIED,
                    ),
                ),
            ),
            TimelineGroup(
                title=t("住院 · 心血管内科", "Inpatient · Cardiology"),
                day=then.date(),
                items=(
                    item(
                        19,
                        t("入院记录", "Admission record"),
                        Category.HISTORY,
                        at=then,
                        versions=3,
                        state=RecordState.SIGNED,
                        corrected=(
                            Change(
                                label=t("药物过敏", "Drug allergy"),
                                parts=compare(t("否认", "none"), t("青霉素皮试阳性", "penicillin test positive")),
                            ),
                        ),
                        reason=t("皮试结果补充", "the test came in"),
                        tags=(Tag(text=t("补记", "Late entry"), tone="warn"),),
                    ),
                    item(
                        8,
                        t("阿司匹林肠溶片", "Aspirin enteric-coated"),
                        Category.MEDICATION,
                        at=then,
                        value="100 mg qd",
                        state=RecordState.DRAFT,
                    ),
                ),
            ),
        ),
        filters=(
            CategoryFilter(category=None, count=38, href="?", current=True),
            CategoryFilter(category=Category.HISTORY, count=9, href="?category=history"),
            CategoryFilter(category=Category.TESTS, count=21, href="?category=tests"),
            CategoryFilter(category=Category.MEDICATION, count=8, href="?category=medication"),
        ),
        why=why(t),
        readers=(
            ReaderLine(
                person=PersonLine(name=t("陆仲年", "Lu Zhongnian"), post=t("主任医师", "Chief")),
                at=NOW.replace(hour=8),
                verb_text=t("查房", "Round"),
                entry_href=to("entry", entry=ENTRY),
            ),
            ReaderLine(
                person=PersonLine(name=t("郑以宁", "Zheng Yining"), post=t("护士", "Nurse")), at=NOW - timedelta(days=1)
            ),
        ),
        readers_total=41,
        readers_href="#",
        paper=(
            PaperLine(
                title=t("2019 住院", "2019 stay"),
                place=t("一号库 3 排 07 架", "Room 1, row 3, shelf 07"),
                tag=Tag(text=t("在架", "On shelf"), tone="ok"),
            ),
            PaperLine(
                title=t("2014 住院", "2014 stay"),
                place=t("借出 · 质控科", "On loan · quality office"),
                tag=Tag(text=t("明日到期", "Due tomorrow"), tone="warn"),
            ),
        ),
        actions=(Link(label=t("新建记录", "New record"), href="#", key="n", primary=True),),
        withheld=2,
    )
