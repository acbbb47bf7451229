"""二（一）1 采集模板: every template with the data element, purpose and necessity of each of its items [2.1.1]"""

from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jingui.core.capture import Item, Necessity, Template, TemplateLine, TemplatesRequest, TemplatesState
from jingui.core.errors import NotFound
from jingui.core.matters import KINDS
from jingui.core.words import Role, Verb
from jingui.formats import codetables
from jingui.web import answering, asking, entering_form, wording
from jingui.web.viewmodels import capture as view
from jingui.web.viewmodels.parts import Link, Tag
from jingui.web.viewmodels.paths import to


def state_of(request: HttpRequest, asked: TemplatesRequest) -> TemplatesState:
    """What the door says of templates."""
    found: TemplatesState = asking.read(request, Verb.READ_TEMPLATES, asked).value
    return found


def may_change(request: HttpRequest) -> bool:
    """Whether this post may ask for a change."""
    return Role(asking.role(request)) in KINDS["template_change"].starters


@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    """All templates in force."""
    state = state_of(request, TemplatesRequest())
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
    page = view.TemplatesPage(rows=rows, items=sum(row.items for row in rows), elements=len(elements))
    return answering.page(request, "collect/templates.html", page)


def roles(template: Template) -> str:
    """Who writes it."""
    return "、".join(_(role.label) for role in template.writers)


def needed(template: Template) -> int:
    """How many of its items must be answered in any case."""
    return sum(item.necessity is Necessity.REQUIRED for item in template.every())


def version(template: Template) -> str:
    """Which version it is, in words."""
    return _("本院第 %(n)d 版") % {"n": template.n} if template.n else _("随系统提供")


@require_safe
def template(request: HttpRequest, template: str) -> HttpResponse:
    """One template: facts, items, the empty form, its versions."""
    asked = request.GET.get("version", "")
    n = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else -1
    if asked and n < 0:
        raise NotFound()
    state = state_of(request, TemplatesRequest(name=template, n=n))
    one, language = state.templates[0], wording.language()
    active = next((line.n for line in state.lines if line.state == "active"), 0)
    here = one.n == active
    page = view.TemplatePage(
        title=one.label(language), standard=one.standard, facts=facts(one),
        sections=tuple(
            view.SectionRows(title=section.label(language), rows=tuple(rows(section.items)))
            for section in one.sections
        ),
        preview=entering_form.sections(one, entering_form.Drawing(answers={}, now=asking.now(), language=language)),
        versions=versions(state.lines, template), shown=version(one),
        edit=to("template_edit", template=template) if here and may_change(request) else "",
        current="" if here else to("template", template=template),
    )  # fmt: skip
    return answering.page(request, "collect/template.html", page, crumbs=crumbs(one))


def crumbs(one: Template) -> tuple[Link, ...]:
    """Where one stands."""
    return (Link(label=_("采集模板"), href=to("templates")), Link(label=one.label(wording.language()), href=""))


def facts(one: Template) -> tuple[tuple[str, str], ...]:
    """What holds of the whole document."""
    yes, no = _("是"), _("否")
    return (
        (_("信息类别"), _(one.category.label)), (_("书写人"), roles(one)),
        (_("适用就诊"), "、".join(_(kind.label) for kind in one.visits) or _("不限")),
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
    title = _("当“%(other)s”为 %(values)s 时") % {"other": item.when[0], "values": "、".join(item.when[1])}
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
        parts.append(item.shown)
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
