"""Made-up view models for the preview: sealings, a lawful retrieval, viewing from outside."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from jingui.core.words import Category
from jingui.web.viewmodels import outside, retrieval, sealing
from jingui.web.viewmodels.access import PatientHeader, TimelineItem
from jingui.web.viewmodels.form import Choice, Field, Form
from jingui.web.viewmodels.parts import Link, PersonLine, Tag
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.portal import Day
from jingui.web.viewmodels.shell import Shell
from tools.preview_frame import HASH, NOW, PATIENT, RECORD, T

DAY = timedelta(days=1)
Samples = dict[str, tuple[str, Any]]


def row(t: T) -> sealing.Row:
    """A sealing that stands."""
    return sealing.Row(
        href=to("sealing", patient=PATIENT, sealing=RECORD), name=t("赵敏", "Zhao Min"),
        state=Tag(text=t("封存中", "Sealed"), tone="hold"), sides=t("医患双方在场", "Both sides present"), items=42,
        starts=NOW - 3 * DAY, asks=NOW + 1092 * DAY, settled=None, ends=None, waiting=2, unfinished=1,
    )  # fmt: skip


def lists(t: T) -> Samples:
    """The office's list, a patient's, and drawing a list."""
    patient = Link(label=t("赵敏", "Zhao Min"), href=to("chart", patient=PATIENT))
    over = replace(row(t), state=Tag(text=t("已启封", "Unsealed"), tone="none"), ends=NOW - DAY, waiting=0)
    begin = (Link(label=t("病历封存申请", "Request to seal"), href="#main", primary=True),)
    lead = t("双方在场封存。", "Sealed with both sides present.")
    record = sealing.Record(
        id=RECORD, title=t("日常病程记录", "Progress note"), version=2, entered=NOW - DAY, finished=True, chosen=True
    )
    thing = sealing.ThingRow(
        n=0, kind="sample", name=t("输液器", "Infusion set"), amount=t("1 套", "1 set"), place="",
        errors=(t("请写明数量和存放地点", "Say how many and where"),),
    )  # fmt: skip
    kinds = (Choice(value="volume", label=t("纸质病历", "Paper")), Choice(value="sample", label=t("实物", "Sample")))
    drawing = sealing.DrawPage(
        title=t("列清单并封存", "Draw the list"), patient=patient, records=(record,), kinds=kinds,
        unfinished=(replace(record, finished=False),), things=(thing,), errors=(t("请选择记录", "Choose records"),),
    )  # fmt: skip
    title = t("封存", "Sealing")
    return {
        "sealings": ("release/sealings.html", sealing.ListPage(title=title, lead=lead, rows=(row(t), over))),
        "sealings-patient": (
            "release/sealings.html",
            sealing.ListPage(title=title, lead=lead, rows=(), begin=begin, patient=patient),
        ),
        "sealing-draw": ("release/sealing_draw.html", drawing),
        "sealing-draw-empty": ("release/sealing_draw.html", replace(drawing, records=(), unfinished=(), errors=())),
    }


def one(t: T) -> Samples:
    """One sealing: before the signatures, after them, with a notary."""
    item = sealing.ItemRow(
        n=1, title=t("手术记录", "Operation record"), href=to("record", record=RECORD), version=1, digest=HASH
    )
    listed = sealing.RoundRow(
        n=1, title=t("封存清单", "Sealing list"), drawn=NOW, digest=HASH, items=(item,),
        things=((t("实物", "Sample"), t("输液器", "Infusion set"), t("1 套", "1 set"), t("冷藏柜", "Fridge")),),
        package=HASH, size=91_022, medium=t("光盘 F-1，3 柜", "Disc F-1, cabinet 3"),
        secret="-".join(["ABCD"] * 8), signed=None, present=(), picture="", paper="", hospital=(),
        holds=False,
    )  # fmt: skip
    signed = replace(
        listed, secret="", signed=NOW, holds=True,
        picture="/static/jingui/mark.svg",  # stands for the drawing
        present=((t("姓名", "Name"), t("赵敏", "Zhao Min")),), hospital=((t("姓名", "Name"), t("钱进", "Qian Jin")),),
    )  # fmt: skip
    name = Field(name="name", label=t("患方签字人姓名", "Who signs for the patient"), value="")
    medium = Field(name="medium", label=t("介质编号和存放地点", "Disc and place"))
    take = Form(fields=(medium,), submit=t("下载", "Download"))
    wrong = Form(fields=(replace(name, errors=(t("请填写。", "Fill this in."),)),), submit=t("签字", "Sign"))
    settle = Form(fields=(Field(name="settled_number", label=t("文书编号", "Number")),), submit=t("登记", "Register"))
    base = sealing.SealingPage(
        row=replace(row(t), state=Tag(text=t("待签字", "To be signed"), tone="warn")), id=RECORD,
        patient=Link(label=t("赵敏", "Zhao Min"), href=to("chart", patient=PATIENT)), matter=to("matter", matter=7),
        rounds=(listed,), take=take, take_href=to("sealing_package", patient=PATIENT, sealing=RECORD), sign=wrong,
        signed_error=t("请签字", "Sign here"), digest=HASH,
    )  # fmt: skip
    done = replace(
        base, row=row(t), rounds=(signed, replace(signed, n=2, picture="", paper="#main")), take=None, sign=None,
        later=True, settle=settle, unseal="#main", signed_error="", settle_error=t("请上传", "Bring the scan"),
    )  # fmt: skip
    return {
        "sealing-listed": ("release/sealing.html", base),
        "sealing-notary": ("release/sealing.html", replace(base, notary=True, signed_error="")),
        "sealing": ("release/sealing.html", done),
    }


def lawful(t: T) -> Samples:
    """The escort's page."""
    officer = retrieval.OfficerRow(
        name=t("李警官", "Officer Li"), identity="110***********0016", card="GA-2", body=t("云山市公安局", "Yunshan")
    )
    copy = retrieval.CopyRow(
        number="F2026112300017", href="#main", state=Tag(text=t("待交付", "To be handed over"), tone="info"),
        pages=12, stamped=NOW,
    )  # fmt: skip
    page = retrieval.RetrievalPage(
        body=t("公安机关 云山市公安局", "Police, Yunshan"), document=t("调取证据通知书 2026-9", "Notice 2026/9"),
        officers=(officer,),
        card=t("工作证", "Work card"), scope=t("全部类别", "All"), period=t("不限", "Any"), way=t("复制", "Copies"),
        secret=True, patient=Link(label=t("赵敏", "Zhao Min"), href=to("chart", patient=PATIENT)),
        matter=to("matter", matter=9), escort=t("钱进", "Qian Jin"), until=NOW + 5 * DAY, open=True,
        copies=(copy,), make=to("copy_make", matter=9), read=to("purpose"),
    )  # fmt: skip
    return {
        "retrieval": ("release/retrieval.html", page),
        "retrieval-closed": ("release/retrieval.html", replace(page, copies=(), open=False, secret=False, until=None)),
    }


def office(t: T) -> Samples:
    """Who from outside may look."""
    one_row = outside.Row(
        href=to("outside", matter=5), patient=t("赵敏", "Zhao Min"), name=t("周会诊", "Dr Zhou"),
        institution=t("海港市第一医院", "Haigang First Hospital"), starts=NOW, ends=NOW + 2 * DAY,
        state=Tag(text=t("未首次登录", "Not used yet"), tone="info"), tell_by=NOW - DAY, told=None, overdue=True,
    )  # fmt: skip
    tell = Form(fields=(Field(name="how", label=t("告知经过", "How")),), submit=t("登记告知", "Enter"))
    end = Form(fields=(Field(name="comment", label=t("关闭原因", "Why")),), submit=t("立即关闭", "Close now"))
    page = outside.OutsidePage(
        row=one_row, number="W1354420846", code="zkfx7-dj3s3-sfwda", code_until=NOW + DAY, uscc="91350100M000100Y43",
        licence="110350000012345", ground=t("患者书面同意", "Written consent"),
        patient=Link(label=t("赵敏", "Zhao Min"), href=to("chart", patient=PATIENT)), address=to("outside_sign_in"),
        matter=to("matter", matter=5), telling=tell, ending=end,
    )  # fmt: skip
    tabs = (Link(label=t("正在开放", "Open"), href="?which=now", primary=True),)
    empty = outside.ListPage(tabs=tabs, rows=(), overdue=0)
    told = replace(one_row, told=NOW, overdue=False)
    return {
        "outside-list": ("release/outside_list.html", replace(empty, rows=(one_row, told), overdue=1)),
        "outside-list-empty": ("release/outside_list.html", empty),
        "outside": ("release/outside.html", page),
        "outside-over": (
            "release/outside.html", replace(page, row=told, code="", code_until=None, telling=None, ending=None)
        ),
    }  # fmt: skip


def release(t: T) -> Samples:
    """The house's pages."""
    return {**lists(t), **one(t), **lawful(t), **office(t)}


def visitor(t: T) -> Samples:
    """What the person from outside sees."""
    item = TimelineItem(
        href=to("outside_record", record=RECORD), at=NOW, category=Category.HISTORY,
        title=t("病程记录", "Progress note"), author=PersonLine(name=t("沈砚清", "Shen Yanqing")),
    )  # fmt: skip
    header = PatientHeader(
        href="", name=t("赵敏", "Zhao Min"), sex=t("女", "female"), birth=date(1980, 1, 1), mrn="00832217"
    )
    home = outside.HomePage(
        patient=header, name=t("周会诊", "Dr Zhou"), institution=t("海港市第一医院", "Haigang First Hospital"),
        until=NOW + DAY, days=(Day(day=NOW.date(), items=(item,)),), withheld=2, older="more",
    )  # fmt: skip
    record = outside.RecordPage(
        title=t("病程记录", "Progress note"), kind=t("文书", "Document"), at=NOW, version=1, shown=(), until=NOW + DAY
    )
    return {
        "outside-home": ("release/outside_home.html", home),
        "outside-home-empty": ("release/outside_home.html", replace(home, days=(), withheld=0, older="")),
        "outside-record": ("release/outside_record.html", record),
    }


def threshold(t: T) -> Samples:
    """The way in."""
    login = Field(name="login", label=t("账号", "Account"))
    word = Field(name="password", label=t("密码", "Password"), kind="password")
    form = Form(fields=(login, word), submit=t("登录", "Sign in"))
    return {"outside-sign-in": ("release/outside_sign_in.html", outside.SignIn(form=form))}


def shell(inside: Shell) -> Shell:
    """The frame of somebody of another institution."""
    return replace(inside, outside=True, nav=(), crumbs=(), can_find=False)
