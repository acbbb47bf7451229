"""二（一）1 采集模板: the pages of templates as pure functions of what the door said [2.1.1]"""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from jingui.core.capture import Item, Necessity, Template, TemplateLine, TemplatesState
from jingui.formats import codetables
from jingui.web import entering_form, wording
from jingui.web.viewmodels import capture as view
from jingui.web.viewmodels.parts import Link, Tag
from jingui.web.viewmodels.paths import to


def listing(state: TemplatesState) -> view.TemplatesPage:
    """The list of templates."""
    changed = {line.name: line.effective for line in state.lines if line.state == "active"}
    rows = tuple(
        view.TemplateRow(
            href=to("template", template=one.name), title=one.label(wording.language()), standard=one.standard,
            category=_(one.category.label), writers=roles(one), items=len(one.every()), required=needed(one),
            version=version(one), changed=changed.get(one.name),
        )
        for one in state.templates
    )  # fmt: skip
    elements = {item.element for one in state.templates for item in one.every() if item.element}
    return view.TemplatesPage(rows=rows, items=sum(row.items for row in rows), elements=len(elements))


def roles(template: Template) -> str:
    """Who writes it."""
    return _("、").join(_(role.label) for role in template.writers)


def needed(template: Template) -> int:
    """How many of its items must be answered in any case."""
    return sum(item.necessity is Necessity.REQUIRED for item in template.every())


def version(template: Template) -> str:
    """Which version it is, in words."""
    return _("本院第 %(n)d 版") % {"n": template.n} if template.n else _("随系统提供")


def showing(state: TemplatesState, now: datetime, *, may: bool) -> view.TemplatePage:
    """One template with its items and versions; `may` ask for a change of the one in force."""
    one, language = state.templates[0], wording.language()
    here = one.n == next((line.n for line in state.lines if line.state == "active"), 0)
    sections = tuple(
        view.SectionRows(title=part.label(language), rows=tuple(rows(part.items))) for part in one.sections
    )
    return view.TemplatePage(
        title=one.label(language), standard=one.standard, facts=facts(one), sections=sections,
        preview=entering_form.sections(one, entering_form.Drawing(answers={}, now=now, language=language)),
        versions=versions(state.lines, one.name), shown=version(one),
        edit=to("template_edit", template=one.name) if here and may else "",
        current="" if here else to("template", template=one.name),
    )  # fmt: skip


def crumbs(one: Template) -> tuple[Link, ...]:
    """Where one stands."""
    return (Link(label=_("采集模板"), href=to("templates")), Link(label=one.label(wording.language()), href=""))


def facts(one: Template) -> tuple[tuple[str, str], ...]:
    """What holds of the whole document."""
    yes, no = _("是"), _("否")
    return (
        (_("信息类别"), _(one.category.label)), (_("书写人"), roles(one)),
        (_("适用就诊"), _("、").join(_(kind.label) for kind in one.visits) or _("不限")),
        (_("文书代码"), one.document), (_("电子签名"), yes if one.signed else no),
        (_("第二人核对"), yes if one.verified else no), (_("上级审阅签名"), yes if one.countersigned else no),
        (_("每次就诊份数"), _("可多份") if one.many else _("一份")),
    )  # fmt: skip


def rows(items: tuple[Item, ...], depth: int = 0) -> list[view.ItemRow]:
    """Items as lines, those of groups under them."""
    out = []
    for item in items:
        out.append(row(item, depth))
        out += rows(item.items, 1)
    return out


def row(item: Item, depth: int) -> view.ItemRow:
    """One item as a line."""
    known = codetables.in_force().get(item.table)
    return view.ItemRow(
        link=item.link, label=item.label(wording.language()), element=item.element, kind=_(item.kind.label),
        table=item.table, table_title=said(known.zh, known.en) if known else "", limits=limits(item),
        why=_(item.why.label), purpose=item.purpose, way=_(item.way.label), necessity=necessity(item),
        marks=marks(item), depth=depth,
    )  # fmt: skip


def said(chinese: str, english: str) -> str:
    """The reader's of two wordings."""
    return english if wording.language() == "en" and english else chinese


def necessity(item: Item) -> Tag:
    """Whether it must be answered."""
    tones = {Necessity.REQUIRED: "warn", Necessity.CONDITIONAL: "info", Necessity.OPTIONAL: "plain"}
    title = _("当“%(other)s”为 %(values)s 时") % {"other": item.when[0], "values": _("、").join(item.when[1])}
    return Tag(
        text=_(item.necessity.label), tone=tones[item.necessity],  # type: ignore[arg-type]  # three of the tones
        title=title if item.when[0] else "",
    )  # fmt: skip


def limits(item: Item) -> str:
    """Range, unit and length as people write them."""
    parts = []
    if item.low is not None or item.high is not None:
        parts.append(f"{plain(item.low)}–{plain(item.high)}")
    if item.shown:
        parts.append(wording.unit(item.shown))
    if item.digits:
        parts.append(_("%(n)d 位小数") % {"n": item.digits})
    if item.longest:
        parts.append(_("最长 %(n)d 字") % {"n": item.longest})
    return " ".join(parts)


def plain(number: Decimal | None) -> str:
    """A limit."""
    return "" if number is None else f"{number:f}"


def marks(item: Item) -> tuple[Tag, ...]:
    """What else is true of an item."""
    found = (
        (item.sensitive is not None, Tag(text=_("敏感"), tone="warn")),
        (bool(item.boilerplate), Tag(text=_("含模板文字"), tone="info", title=item.boilerplate)),
        (item.previous, Tag(text=_("可取上次值"))),
        (bool(item.check), Tag(text=_("校验位"))),
        (item.sex == "female", Tag(text=_("仅女性"))),
        (item.open, Tag(text=_("可填文字"))),
    )
    return tuple(tag for holds, tag in found if holds)


def versions(lines: tuple[TemplateLine, ...], name: str) -> tuple[view.VersionRow, ...]:
    """The published versions, newest first."""
    tags = {"active": Tag(text=_("现行"), tone="ok"), "retired": Tag(text=_("已停用"), tone="none")}
    return tuple(
        view.VersionRow(
            href=f"{to('template', template=name)}?version={line.n}", n=line.n, state=tags[line.state],
            effective=line.effective, entry=to("entry", entry=line.entry),
            matter=to("matter", matter=line.matter) if line.matter else "",
        )
        for line in lines
    )  # fmt: skip
