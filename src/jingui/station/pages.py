"""二（二）3 停机应急: the station's pages as HTML: no script, nothing from elsewhere [2.2.3] [4.1.3]"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from typing import Any

from jingui.core.word import N_
from jingui.station.desk import Visit
from jingui.station.summary import Summary
from jingui.station.texts import PRECAUTIONS, SEX, Say

LINES = 18  # of the paper sheet


def page(say: Say, title: str, body: str, *, mark: str = "") -> bytes:
    """A whole page; `mark` is the watermark that lies over it, on screen and on paper."""
    over = f'<div class="mark" aria-hidden="true">{f"<span>{escape(mark)}</span>" * 40}</div>' if mark else ""
    return (
        f'<!doctype html><html lang="{say.code}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="same-origin">'
        f'<link rel="stylesheet" href="/station.css"><title>{escape(title)} · {say(N_("应急工作站"))}</title></head>'
        f'<body><a class="skip" href="#main">{say(N_("跳到正文"))}</a>{over}<main id="main">{body}</main></body></html>'
    ).encode()


def when(at: datetime) -> str:
    """A time of day as a ward reads it."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def sign_in(
    say: Say, summary: Summary | None, *, up: bool, house: str, guarded: bool, csrf: str, errors: Mapping[str, str],
    typed: Mapping[str, str],
) -> bytes:  # fmt: skip
    """Who comes in, and why; what is wrong stands on top and beside its field, nothing typed is lost but the PIN."""
    title = say(N_("停机应急查阅"))
    told = "".join(f"<li>{say(text)}</li>" for text in errors.values())
    top = f'<div class="trouble" role="alert"><ul>{told}</ul></div>' if told else ""
    state = (
        f'<p class="good">{say(N_("系统运行正常。请在系统内查阅："))}<a href="{escape(house)}">{escape(house)}</a></p>'
        if up
        else f'<p class="bad">{say(N_("连不上系统。可凭应急 PIN 查阅本病区的加密摘要，每次查阅先写入本站台账。"))}</p>'
    )
    have = (
        f"<p>{say(N_('摘要取得于'))} <b>{when(summary.made)}</b>，{say(N_('可用至'))} <b>{when(summary.until)}</b> · "
        f"{escape(summary.institution)} {escape(summary.department)}</p>"
        if summary
        else f'<p class="bad">{say(N_("没有可用的摘要。请使用纸质流程。"))}</p>'
    )
    fields = (
        field(say, "username", N_("账号"), "text", errors, typed, "username", autofocus=True)
        + field(say, "pin", N_("应急 PIN"), "password", errors, {}, "off")
        + field(say, "reason", N_("停机情况和查阅理由"), "text", errors, typed, "off")
    )
    declare = (
        '<p class="field"><label class="box"><input type="checkbox" name="declare" value="1"> '
        f"{say(N_('系统无法使用（说明情况，恢复后由医务或审计复核）'))}</label></p>"
        if up
        else ""
    )
    key = (
        N_("本站密钥由口令保护：关机后，没有口令的人拿走本机也打不开任何内容。")
        if guarded
        else N_("本站密钥只由操作系统的文件权限保护：能以本用户登录本机的人就能打开摘要。请锁好本机。")
    )
    body = (
        f'<h1>{title}</h1>{state}{have}{top}<form method="post" action="/sign-in">'
        f'<input type="hidden" name="csrf" value="{escape(csrf)}">{fields}{declare}'
        f'<p><button class="go">{say(N_("进入"))}</button></p></form>'
        f'<p class="small"><a href="/sheet">{say(N_("打印空白纸质记录单"))}</a> · {say(key)}</p>'
    )
    return page(say, title, body)


def field(
    say: Say, name: str, label: str, kind: str, errors: Mapping[str, str], typed: Mapping[str, str], complete: str, *,
    autofocus: bool = False,
) -> str:  # fmt: skip
    """One question with what is wrong about it."""
    wrong = f'<span class="wrong" id="wrong_{name}">{say(errors[name])}</span>' if name in errors else ""
    told = f' aria-invalid="true" aria-describedby="wrong_{name}"' if wrong else ""
    focus = " autofocus" if autofocus else ""
    return (
        f'<p class="field"><label for="{name}">{say(label)}</label>'
        f'<input id="{name}" name="{name}" type="{kind}" value="{escape(typed.get(name, ""))}" required '
        f'maxlength="200" autocomplete="{complete}"{told}{focus}>{wrong}</p>'
    )


def head(say: Say, summary: Summary, visit: Visit, entry: str) -> str:
    """Who is in, from when the data are, where it was entered."""
    return (
        f"<header><div><b>{escape(summary.department)}</b> · {say(N_('摘要取得于'))} {when(summary.made)} "
        f'<span class="bad">{say(N_("此后的医嘱和变化不在其中"))}</span></div>'
        f"<div>{escape(visit.staff.name)} · {say(N_('本站台账'))} <code>{escape(entry)}</code>"
        f'<form method="post" action="/sign-out"><input type="hidden" name="csrf" value="{visit.csrf}">'
        f"<button>{say(N_('退出'))}</button></form></div></header>"
    )


def ward(say: Say, summary: Summary, visit: Visit, entry: str, *, paper: bool, mark: str) -> bytes:
    """The ward's list."""
    rows = "".join(row(say, one, link=not paper) for one in summary.patients.values())
    columns = (N_("床位"), N_("患者"), N_("诊断"), N_("过敏"), N_("防护提示"))
    title = say(N_("病区患者"))
    left = (
        f'<p class="bad">{say(N_("另有 {n} 名患者的信息不能放入摘要，请用纸质流程。"), n=summary.left_out)}</p>'
        if summary.left_out
        else ""
    )
    empty = f"<p>{say(N_('取摘要时本病区没有在诊患者。'))}</p>" if not summary.patients else ""
    heads = "".join(f'<th scope="col">{say(one)}</th>' for one in columns)
    do = "" if paper else post(say, visit, "/print", "", N_("打印病区清单"))
    body = (
        f"{head(say, summary, visit, entry)}<h1>{title} <small>{len(summary.patients)}</small></h1>{left}{empty}"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{do}{back(say, paper) if paper else ''}"
    )
    return page(say, title, body, mark=mark)


def row(say: Say, one: Mapping[str, Any], *, link: bool) -> str:
    """A patient in the list."""
    name = escape(one["name"])
    if link:
        name = f'<a href="/patient/{escape(one["id"])}">{name}</a>'
    cells = (
        escape(one["bed"] or "—"), f"<b>{name}</b><small>{who(say, one)}</small>", joined(one["diagnoses"][:3]),
        joined(one["allergies"]), "、".join(say(PRECAUTIONS.get(word, word)) for word in one["precautions"]) or "—",
    )  # fmt: skip
    labels = (N_("床位"), N_("患者"), N_("诊断"), N_("过敏"), N_("防护提示"))
    made = zip(labels, cells, strict=True)
    return "<tr>" + "".join(f'<td data-label="{say(label)}">{cell}</td>' for label, cell in made) + "</tr>"


def who(say: Say, one: Mapping[str, Any]) -> str:
    """Sex, age, number; that a name is an alias."""
    parts = [say(SEX.get(one["sex"], one["sex"]))]
    if one["age"] >= 0:
        parts.append(say(N_("{n} 岁"), n=one["age"]))
    if one["mrn"]:
        parts.append(f"{say(N_('病案号'))} {escape(one['mrn'])}")
    if one["alias"]:
        parts.append(say(N_("保密病案，此为化名")))
    return " · ".join(parts)


def joined(texts: Iterable[str]) -> str:
    """Texts of records in a cell."""
    return "；".join(escape(text) for text in texts) or "—"


def chart(
    say: Say, summary: Summary, visit: Visit, one: Mapping[str, Any], entry: str, *, paper: bool, mark: str
) -> bytes:
    """One patient's summary."""
    precautions = "、".join(say(PRECAUTIONS.get(word, word)) for word in one["precautions"])
    warned = f'<p class="bad">{say(N_("防护提示"))}：{precautions}</p>' if precautions else ""
    parts = "".join(
        f"<section><h2>{say(label)}</h2>{listed(say, one[name])}</section>"
        for name, label in (("allergies", N_("过敏")), ("diagnoses", N_("诊断")), ("drugs", N_("当前用药")))
    )
    notes = "".join(
        f"<article><h3>{escape(note['title'])} <small>{when(datetime.fromisoformat(note['at']))} · {escape(note['by'])}"
        f"</small></h3><p>{escape(note['text'])}</p></article>"
        for note in one["notes"]
    )
    withheld = (
        f'<p class="small">{say(N_("另有 {n} 条高度敏感或患者限制的记录不在摘要内。"), n=one["withheld"])}</p>'
        if one["withheld"]
        else ""
    )
    do = "" if paper else post(say, visit, "/print", one["id"], N_("打印此摘要"))
    place = f"{escape(one['bed'])} · " if one["bed"] else ""
    body = (
        f"{head(say, summary, visit, entry)}<h1>{escape(one['name'])} <small>{place}{who(say, one)}"
        f"</small></h1>{warned}{parts}<section><h2>{say(N_('最近病历文书'))}</h2>{notes or '<p>—</p>'}</section>"
        f"{withheld}{do}{back(say, paper=False)}"
    )
    return page(say, one["name"], body, mark=mark)


def listed(say: Say, texts: Iterable[str]) -> str:
    """A list, or that nothing is recorded."""
    items = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f"<ul>{items}</ul>" if items else f"<p>{say(N_('摘要中没有记录；不等于没有，请向患者核实。'))}</p>"


def post(say: Say, visit: Visit, action: str, patient: str, label: str) -> str:
    """A button that does something which is entered."""
    return (
        f'<form class="noprint" method="post" action="{action}"><input type="hidden" name="csrf" value="{visit.csrf}">'
        f'<input type="hidden" name="patient" value="{escape(patient)}"><button>{say(label)}</button></form>'
    )


def back(say: Say, paper: bool) -> str:
    """The way back to the list; on a page for paper, how to print it."""
    how = f"{say(N_('已留痕。请用浏览器的打印（Ctrl+P）。'))} " if paper else ""
    return f'<p class="noprint">{how}<a href="/ward">{say(N_("返回病区患者"))}</a></p>'


def sheet(say: Say, summary: Summary | None) -> bytes:
    """An empty sheet for paper: what is done without any machine is written here and entered afterwards."""
    columns = (N_("时间"), N_("床位、姓名"), N_("观察、处置、用药"), N_("执行人签名"), N_("补录人、时间"))
    heads = "".join(f'<th scope="col">{say(one)}</th>' for one in columns)
    rows = f"<tr>{'<td>&nbsp;</td>' * len(columns)}</tr>" * LINES
    title = say(N_("停机期间纸质记录单"))
    place = escape(f"{summary.institution} {summary.department}") if summary else ""
    body = (
        f"<h1>{title}</h1><p>{place} · {say(N_('日期'))} ______________ · {say(N_('第 ____ 页 共 ____ 页'))}</p>"
        f'<table class="sheet"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        f"<p>{say(N_('系统恢复后由执行人本人补录并核对，本单随病历归档。'))}</p>"
        f'<p class="noprint"><a href="/">{say(N_("返回"))}</a></p>'
    )
    return page(say, title, body)


def trouble(say: Say, title: str, text: str, step: str) -> bytes:
    """What happened and what to do."""
    back_ = f'<p><a href="/">{say(N_("返回"))}</a></p>'
    body = f'<h1>{say(title)}</h1><p class="bad" role="alert">{say(text)}</p><p>{say(step)}</p>{back_}'
    return page(say, say(title), body)
