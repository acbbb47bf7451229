"""三（二）2 移交清单: offered by a department with its check-list, accepted line by line by the record room [3.2.2]"""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.archive import CHECKS, LineState, OfferState, scans
from jingui.core.archive_asking import AcceptVolumes, HandOversRequest, OfferVolumes, WithdrawOffer
from jingui.core.archive_codes import shown
from jingui.core.archive_seen import Offers
from jingui.core.errors import Conflict, Invalid
from jingui.core.words import Medium, Verb
from jingui.web import answering, archive, asking
from jingui.web import archive_words as words
from jingui.web.filling import Filled
from jingui.web.posts import drawn
from jingui.web.viewmodels import archive as view
from jingui.web.viewmodels.archive import Cell
from jingui.web.viewmodels.form import Field
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to


@require_safe
def hand_overs(request: HttpRequest) -> HttpResponse:
    """The lists, those that wait first."""
    found: Offers = asking.read(request, Verb.READ_ARCHIVE, HandOversRequest()).value
    departments = words.people_departments()
    table = words.table(
        _("移交清单"), (_("清单"), _("科室"), _("册数"), _("状态"), _("移交"), _("接收")),
        ((Cell(text=f"#{one.id}", href=to("hand_over", hand_over=one.id)),
          Cell(text=departments.get(one.department, "")), Cell(text=str(one.volumes), number=True),
          Cell(tag=words.tag(OfferState, one.state)), Cell(text=one.giver, typed=True, under=one.offered),
          Cell(text=one.taker or "—", typed=True, under=one.accepted)) for one in found.rows),
        _("没有移交清单"), _("科室整理、核对后列清单，病案室逐册扫描接收；双方各自签收，缺的退回科室。"),
    )  # fmt: skip
    page = view.ListPage(
        title=_("移交"), lead=_("科室保管到病案室接收为止；出院后逾期未移交的列在纸质病案首页。"), tables=(table,),
        acts=archive.links(
            request, (Verb.OFFER_VOLUMES, Link(label=_("列移交清单"), href=to("offer_volumes"), key="n", primary=True)),
        ),
    )  # fmt: skip
    return answering.page(request, "archive/list.html", page, crumbs=archive.crumbs(page.title))


@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest) -> HttpResponse:
    """列清单: the check-list ticked, the volumes scanned."""
    filled = Filled(request.POST, sent=request.method == "POST")
    filled.text("codes", _("病案册条码"), longest=20_000, hint=_("逐册扫描，一行一个"))
    typed = request.POST.get("codes", "")[:20_000]
    ticked = []
    for name, text in CHECKS.items():
        value = request.POST.get(f"check_{name}", "")
        if value:
            ticked.append(name)
        filled.add(Field(name=f"check_{name}", label=_(text), value=value, kind="checkbox", required=False))
    note = filled.text("note", _("说明"), longest=400, required=False, hint=_("有未完成的项目时必须写明"))
    if filled.right:
        try:
            data = OfferVolumes(codes=scans(typed), checks=tuple(ticked), note=note)
            number, _digest = asking.write(request, Verb.OFFER_VOLUMES, data).value
            return answering.said(request, _("清单已提交，等待病案室逐册接收。"), to("hand_over", hand_over=number))
        except (Invalid, Conflict) as error:
            words.refused(filled, error)
    filled.become("codes", kind="textarea", value=typed)
    return drawn(
        request, filled, title=_("列移交清单"), lead=_("收齐、排序、编页、补签、装订后移交。"), submit=_("移交"),
        back=Link(label=_("返回移交"), href=to("hand_overs")),
        rules=(_("只能移交本科室保管的病案册。"), _("提交即为移交人签字；接收由病案室另一人办理。"),
               _("接收前可以撤回；保管期限不因列清单而中断。")),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, hand_over: int) -> HttpResponse:
    """One list: what was offered, what was taken."""
    do, errors = request.POST.get("do", ""), list[str]()
    ticked = request.POST.getlist("taken")
    scanned, note = request.POST.get("scanned", "")[:20_000], request.POST.get("note", "").strip()[:400]
    if request.method == "POST":
        try:
            if do == "withdraw":
                asking.write(request, Verb.OFFER_VOLUMES, WithdrawOffer(hand_over=hand_over))
                return answering.said(request, _("清单已撤回，病案册仍由科室保管。"), to("hand_overs"))
            data = AcceptVolumes(
                hand_over=hand_over, digest=request.POST.get("digest", "")[:128], taken=(*ticked, *scans(scanned)),
                note=note,
            )  # fmt: skip
            there, missing = asking.write(request, Verb.ACCEPT_VOLUMES, data).value
            text = _("已接收 %(there)d 册，退回 %(missing)d 册。") % {"there": there, "missing": missing}
            return answering.said(request, text, request.path, tone="warn" if missing else "ok")
        except (Invalid, Conflict) as error:
            places = error.places if isinstance(error, Invalid) else ()
            errors = [_(text) for _name, text in places] or [f"{_(error.message)} {_(error.next_step)}"]
    found: Offers = asking.read(request, Verb.READ_ARCHIVE, HandOversRequest(hand_over=hand_over)).value
    one = found.rows[0]
    waits = one.state == OfferState.OFFERED
    page = view.OfferPage(
        title=_("移交清单 #%(n)d") % {"n": one.id},
        facts=(
            (_("科室"), Cell(text=words.people_departments().get(one.department, ""))),
            (_("状态"), Cell(tag=words.tag(OfferState, one.state))),
            (_("移交人"), Cell(text=one.giver, typed=True, under=one.offered)),
            (_("接收人"), Cell(text=one.taker or "—", typed=True, under=one.accepted)),
            (_("清单摘要"), Cell(text=one.digest[:32], mono=True)),
        ),
        checks=tuple((_(text), name in found.checks) for name, text in CHECKS.items()),
        rows=tuple(
            view.OfferedRow(
                code=each.code, shown=shown(each.code), number=each.number, medium=words.word(Medium, each.medium),
                n=each.n, pages=each.pages, state=words.tag(LineState, each.state), ticked=each.code in ticked,
            )
            for each in found.volumes
        ),
        note=found.note, taken=found.taken, digest=one.digest, typed=note, scanned=scanned, errors=tuple(errors),
        takes=waits and not one.mine and asking.may(request, Verb.ACCEPT_VOLUMES),
        withdraws=waits and archive.may(request, Verb.OFFER_VOLUMES),
    )  # fmt: skip
    crumbs = archive.crumbs(page.title, Link(label=_("移交"), href=to("hand_overs")))
    return answering.page(request, "archive/offer.html", page, status=400 if errors else 200, crumbs=crumbs)
