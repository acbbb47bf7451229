"""二（一）1 采集模板: the form of a change, what was typed in it, and what it would touch in words [2.1.1]"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jingui.core.capture import Effect, Item, ItemKind, Necessity, Simulation, Template, Way, Why
from jingui.core.errors import Conflict, Invalid
from jingui.core.word import N_
from jingui.formats import capture_edit, codetables
from jingui.web import capturing_page, wording
from jingui.web.filling import Filled
from jingui.web.viewmodels import capture as view
from jingui.web.viewmodels.form import Choice, Field
from jingui.web.viewmodels.parts import Tag

NEW: Final = 3  # empty lines for new items
LINK: Final = 2  # where in such a line its link stands
KINDS: Final = (
    ItemKind.STRING, ItemKind.TEXT, ItemKind.INTEGER, ItemKind.DECIMAL, ItemKind.DATE, ItemKind.DATETIME,
    ItemKind.BOOLEAN, ItemKind.CHOICE, ItemKind.CODED,
)  # fmt: skip
NEEDS: Final = (("keep", N_("不变")), ("required", N_("必填")), ("optional", N_("选填")), ("drop", N_("删除")))
TONES: Final = {Effect.ADDED: "info", Effect.DROPPED: "bad", Effect.REQUIRED: "warn", Effect.CHANGED: "plain"}


def field_name(place: str) -> str:
    """An item's place as a form field is named."""
    return place.replace(".", "__")


def sections(old: Template, posted: Mapping[str, str]) -> tuple[view.EditSection, ...]:
    """The existing items with what is wished of them."""
    language = wording.language()
    needs = tuple(Choice(value=word, label=_(text)) for word, text in NEEDS)

    def row(item: Item, prefix: str) -> view.EditRow:
        name = field_name(prefix + item.link)
        typed = posted.get(f"name.{name}", item.zh)
        choice = posted.get(f"need.{name}", "keep")
        return view.EditRow(
            name=Field(name=f"name.{name}", label=_("名称"), value=typed, maxlength=60),
            need=Field(
                name=f"need.{name}", label=f"{_('必要性')} {item.label(language)}", kind="select", value=choice,
                choices=(replace(needs[0], label=_("不变（%(now)s）") % {"now": _(item.necessity.label)}), *needs[1:]),
            ),
            link=prefix + item.link, why=_(item.why.label), depth=1 if prefix else 0,
        )  # fmt: skip

    out = []
    for section in old.sections:
        rows: list[view.EditRow] = []
        for item in section.items:
            rows.append(row(item, ""))
            rows += [row(one, f"{item.link}.") for one in item.items]
        out.append(view.EditSection(title=section.label(language), rows=tuple(rows)))
    return tuple(out)


def added(posted: Mapping[str, str], n: int, old: Template) -> list[Field]:
    """One line for a new item, as it was typed."""
    language = wording.language()
    tables = codetables.in_force()
    parts = tuple((one.name, one.label(language)) for one in old.sections)
    named = tuple((name, capturing_page.said(tables[name].zh, tables[name].en)) for name in tables.names())
    asked: tuple[tuple[str, str, tuple[tuple[str, str], ...], str], ...] = (
        ("zh", _("名称"), (), ""), ("en", _("英文名称"), (), ""),
        ("link", _("标识"), (), _("小写字母、数字和下划线，例如 smoking")),
        ("section", _("所在部分"), parts, ""),
        ("kind", _("类型"), tuple((kind.value, _(kind.label)) for kind in KINDS), ""),
        ("table", _("编码表"), (("", "—"), *named), _("选项和编码须指定")), ("shown", _("单位"), (), ""),
        ("need", _("必要性"), tuple((one, _(text)) for one, text in NEEDS[2:0:-1]), ""),
        ("why", _("目的类别"), tuple((why.value, _(why.label)) for why in Why), ""),
        ("way", _("采集方式"), tuple((way.value, _(way.label)) for way in Way), ""),
        ("purpose", _("采集目的"), (), _("写明采集它做什么用，4–200字")),
    )  # fmt: skip
    return [
        Field(
            name=f"new{n}.{name}", label=label, kind="select" if choices else "text",
            value=posted.get(f"new{n}.{name}", choices[0][0] if choices else ""), hint=hint, required=False,
            choices=tuple(Choice(value=value, label=text) for value, text in choices), maxlength=0 if choices else 200,
        )
        for name, label, choices, hint in asked
    ]  # fmt: skip


def wished(posted: Mapping[str, str], old: Template, lines: list[list[Field]]) -> capture_edit.Wishes:
    """What was typed as wishes; Invalid for choices that were not offered."""
    places = [
        place for item in old.items() for place in (item.link, *(f"{item.link}.{one.link}" for one in item.items))
    ]
    items = {
        place: capture_edit.Wish(
            zh=" ".join(posted.get(f"name.{field_name(place)}", "").split())[:60],
            need=posted.get(f"need.{field_name(place)}", "keep"),
        )
        for place in places
    }
    if any(one.need not in dict(NEEDS) for one in items.values()):
        raise Invalid()
    new = [made for line in lines if (made := item_of(line)) is not None]
    return capture_edit.Wishes(items=items, added=new)


def item_of(line: list[Field]) -> tuple[str, Item] | None:
    """The new item of a line and its part of the form; None for a line in which nothing was written."""
    value = {one.name.partition(".")[2]: " ".join(one.value.split()) for one in line}
    if not any(value[name] for name in ("zh", "en", "link", "shown", "purpose", "table")):
        return None
    for one in line:
        if one.choices and one.value not in {choice.value for choice in one.choices}:
            raise Invalid(places=((value["link"], N_("没有这一项。")),))
    kind = ItemKind(value["kind"])
    item = Item(
        link=value["link"], zh=value["zh"], en=value["en"] or value["zh"], kind=kind, why=Why(value["why"]),
        way=Way(value["way"]), necessity=Necessity(value["need"]), purpose=value["purpose"], shown=value["shown"][:20],
        table=value["table"] if kind in (ItemKind.CHOICE, ItemKind.CODED) else "",
        digits=2 if kind is ItemKind.DECIMAL else 0, open=kind is ItemKind.CODED,
        longest={ItemKind.STRING: 200, ItemKind.TEXT: 2000}.get(kind, 0),
    )  # fmt: skip
    return value["section"], item


def said(filled: Filled, lines: list[list[Field]], old: Template, error: Invalid | Conflict) -> None:
    """Say what the door found wrong beside the new item it is about, else with the whole form and the item's name."""
    places = error.places if isinstance(error, Invalid) else ()
    names = {item.link: item.label(wording.language()) for item in old.every()}
    for where, what in places:
        link, _sign, part = where.partition("#")
        line = next((one for one in lines if one[LINK].value.strip() == link and link), None)
        if line is not None:
            parts = [one.name.partition(".")[2] for one in line]
            place = parts.index(part) if part in parts else LINK
            line[place] = replace(line[place], errors=(_(what),))
        else:
            name = names.get(link.rpartition(".")[2], link)
            filled.wrong("", _("%(name)s：%(text)s") % {"name": name, "text": _(what)} if name else _(what))
    if not places:
        filled.wrong("", f"{_(error.message)} {_(error.next_step)}".strip())


def told(found: Simulation) -> view.Touched:
    """The simulation in words."""
    advice = []
    kinds = {one.kind for one in found.differences}
    if Effect.DROPPED in kinds:
        advice.append(_("删除的项目不再出现在新记录中；已有记录仍按原版本显示和更正。"))
    if Effect.REQUIRED in kinds or any(
        "required" in one.parts for one in found.differences if one.kind is Effect.ADDED
    ):
        advice.append(_("未完成的草稿提交时须补填新的必填项目。"))
    drafts = ngettext("%(n)d 份未提交的草稿", "%(n)d 份未提交的草稿", found.drafts) % {"n": found.drafts}
    records = ngettext("%(n)d 份记录", "%(n)d 份记录", found.records) % {"n": found.records}
    sentence = _("将影响 %(drafts)s；近 %(days)d 天用此模板写了 %(records)s。") % {
        "drafts": drafts, "days": found.days, "records": records,
    }  # fmt: skip
    english = wording.language() == "en"
    lines = tuple(
        view.Touch(
            kind=Tag(text=_(one.kind.label), tone=TONES[one.kind]),  # type: ignore[arg-type]  # four of the tones
            label=one.label_en if english and one.label_en else one.label, said=one.purpose,
        )
        for one in found.differences
    )  # fmt: skip
    return view.Touched(sentence=sentence, lines=lines, advice=tuple(advice))
