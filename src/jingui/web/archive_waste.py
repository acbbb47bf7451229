"""六（一）4 废纸登记: bags weighed before two witnesses, handed over, printed by the month [6.1.4]"""

from decimal import Decimal, InvalidOperation

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.archive import BagState
from jingui.core.archive_asking import HandWaste, WasteRequest, WeighWaste
from jingui.core.archive_codes import shown
from jingui.core.archive_seen import BagLine, Bags
from jingui.core.errors import Conflict, Invalid
from jingui.core.words import Role, Verb
from jingui.store import lists
from jingui.web import answering, archive, asking, wording
from jingui.web import archive_words as words
from jingui.web.filling import Filled
from jingui.web.posts import drawn
from jingui.web.viewmodels.archive import Cell, ListPage
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to


def grams(text: str) -> int:
    """Kilograms as typed, in grams; 0 for none."""
    try:
        value = Decimal(text.replace("，", ".").replace("。", ".").strip())
    except InvalidOperation:
        return 0
    return int(value * 1000) if value.is_finite() and 0 < value < 10_000 else 0


def kilos(value: int) -> str:
    """Grams as kilograms."""
    return f"{value / 1000:.3f}" if value else "—"


@require_safe
def waste(request: HttpRequest) -> HttpResponse:
    """The register: what waits, or a month."""
    month = request.GET.get("month", "")[:7]
    try:
        found: Bags = asking.read(request, Verb.READ_WASTE, WasteRequest(month=month)).value
    except Invalid:
        return answering.said(request, _("请写成 2026-11 这样的月份"), to("waste"), tone="warn")
    departments = words.people_departments()
    table = words.table(
        _("废纸袋"), (_("袋号"), _("科室"), _("重量（千克）"), _("见证人"), _("状态"), _("交出")),
        (cells(one, departments) for one in found.rows),
        _("没有废纸袋"), _("含患者信息的废纸装袋、称重、两人见证后封口，再交销毁单位。"),
    )  # fmt: skip
    this = asking.now().strftime("%Y-%m")
    before = (asking.now().replace(day=1) - asking.now().resolution).strftime("%Y-%m")
    here = to("waste")
    page = ListPage(
        title=_("废纸登记"), lead=_("共 %(n)d 袋，封袋 %(kilos)s 千克，交出 %(out)s 千克。") % {
            "n": len(found.rows), "kilos": kilos(found.grams), "out": kilos(found.grams_out)},
        tables=(table,), prints=True,
        tabs=words.tabs(month, ("", _("待交出"), here), (this, this, f"{here}?month={this}"),
                        (before, before, f"{here}?month={before}")),
        acts=archive.links(
            request, (Verb.WEIGH_WASTE, Link(label=_("封袋称重"), href=to("weigh_waste"), key="n", primary=True)),
            (Verb.HAND_WASTE, Link(label=_("交出"), href=to("hand_waste"))),
        ),
    )  # fmt: skip
    return answering.page(request, "archive/list.html", page, crumbs=archive.crumbs(page.title))


def cells(one: BagLine, departments: dict[int, str]) -> tuple[Cell, ...]:
    """A bag as a row."""
    destroyed = _("销毁的病案") if one.destruction else ""
    return (
        Cell(text=shown(one.number), mono=True, small=destroyed),
        Cell(text=departments.get(one.department, _("病案室")), small=one.person, typed=True),
        Cell(text=kilos(one.grams), small=_("交出 %(n)s") % {"n": kilos(one.grams_out)} if one.grams_out else ""),
        Cell(text="、".join(one.witnesses), typed=True),
        Cell(tag=words.tag(BagState, one.state), under=one.at),
        Cell(text=one.taker or "—", typed=True, small=one.note, under=one.handed),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def weigh(request: HttpRequest) -> HttpResponse:
    """封袋称重."""
    filled = Filled(request.POST, sent=request.method == "POST")
    facts = asking.facts(request)
    weight = filled.text("grams", _("重量"), longest=9, unit=_("千克"), inputmode="decimal")
    seen = [filled.text(name, label, longest=32) for name, label in (
        ("first", _("见证人一工号")), ("second", _("见证人二工号")))]  # fmt: skip
    department = facts.department
    if asking.role(request) == Role.ARCHIVIST:
        offered = tuple((str(row.id), wording.department(row.name)) for row in wording.departments())
        department = int(filled.choice("department", _("科室"), (("", _("病案室")), *offered), required=False) or 0)
    note = filled.text("note", _("内容"), longest=200, required=False, hint=_("例如：作废化验单、打印错误页"))
    people = [lists.person_of(one) if one else 0 for one in seen]
    for name, number in zip(("first", "second"), people, strict=True):
        if filled.sent and not number:
            filled.wrong(name, _("没有这个工号的在职人员"))
    if filled.sent and not grams(weight):
        filled.wrong("grams", _("请填写重量，例如 5.25"))
    if filled.right:
        data = WeighWaste(grams=grams(weight), witnesses=tuple(people), department=department, note=note)
        try:
            number = asking.write(request, Verb.WEIGH_WASTE, data).value
            text = _("已登记，袋号 %(n)s，请写在袋上。") % {"n": shown(number)}
            return answering.said(request, text, to("weigh_waste"))
        except (Invalid, Conflict) as error:
            refused(filled, error)
    back = to("waste") if asking.may(request, Verb.READ_WASTE) else to("archive")
    return drawn(
        request, filled, title=_("封袋称重"), lead=_("含患者信息的废纸不得混入普通垃圾。"), submit=_("登记"),
        back=Link(label=_("返回"), href=back),
        rules=(_("两名见证人与封袋人各不相同。"), _("袋号由系统生成，写在袋上或贴签。")),
    )  # fmt: skip


def refused(filled: Filled, error: Invalid | Conflict) -> None:
    """What the door found wrong; both witnesses are one place there."""
    if isinstance(error, Invalid) and error.places:
        for where, what in error.places:
            filled.wrong("second" if where == "witnesses" else where, _(what))
    else:
        filled.refused(error)


@require_http_methods(["GET", "HEAD", "POST"])
def hand(request: HttpRequest) -> HttpResponse:
    """交出: each waiting bag weighed again; left empty it stays."""
    found: Bags = asking.read(request, Verb.READ_WASTE, WasteRequest()).value
    trace = getattr(request, "trace", None)
    filled = Filled(request.POST, sent=request.method == "POST")
    taker = filled.text("taker", _("接收单位和接收人"), longest=80)
    bags = []
    for one in found.rows[:50]:
        typed = filled.text(
            f"bag_{one.number}", shown(one.number), longest=9, required=False, unit=_("千克"), inputmode="decimal",
            hint=_("封袋时 %(n)s 千克；不交出的留空") % {"n": kilos(one.grams)},
        )  # fmt: skip
        if typed and not grams(typed):
            filled.wrong(f"bag_{one.number}", _("请填写重量，例如 5.25"))
        elif typed:
            bags.append((one.number, grams(typed)))
    reason = filled.text("reason", _("重量不符的原因"), longest=400, required=False)
    if filled.right:
        try:
            asking.write(request, Verb.HAND_WASTE, HandWaste(bags=tuple(bags), taker=taker, reason=reason))
            return answering.said(request, _("已交出 %(n)d 袋。") % {"n": len(bags)}, to("waste"))
        except (Invalid, Conflict) as error:
            filled.refused(error)
        request.trace = trace  # type: ignore[attr-defined]  # the strip is the list's own entry
    return drawn(
        request, filled, title=_("交出废纸袋"), lead=_("当面逐袋称重，核对袋号和封口。"), submit=_("交出"),
        back=Link(label=_("返回废纸登记"), href=to("waste")),
        rules=(_("重量与封袋时不符的写明原因。"), _("交出后由销毁单位出具回执，另行归档。")),
    )  # fmt: skip
