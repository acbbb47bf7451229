"""四（一）2 借阅窗口: lent and taken back by scanning labels [4.1.2] [6.1.4]"""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.archive import PURPOSES, Condition, Place
from jingui.core.archive_asking import FindVolumes, LendVolume, ReturnVolume
from jingui.core.archive_codes import shown
from jingui.core.archive_seen import VolumeLine, Volumes
from jingui.core.errors import Conflict, Invalid
from jingui.core.words import Verb
from jingui.gate import door
from jingui.store import lists
from jingui.web import answering, asking
from jingui.web import archive_words as words
from jingui.web.filling import Filled
from jingui.web.posts import drawn
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to


def scanned(request: HttpRequest, filled: Filled, text: str, place: str) -> VolumeLine | None:
    """The one volume of a scanned label, as the door tells it; None says why in the form."""
    try:
        found: Volumes = asking.read(request, Verb.READ_ARCHIVE, FindVolumes(text=text)).value
    except Invalid as error:
        for _where, what in error.places:
            filled.wrong(place, _(what))
        return None
    if len(found.rows) != 1:
        several = _("该病案号有多册，请扫描要办理的一册") if found.rows else _("没有找到这册病案")
        filled.wrong(place, several)
        return None
    return found.rows[0]


@require_http_methods(["GET", "HEAD", "POST"])
def lend(request: HttpRequest) -> HttpResponse:
    """借出: the label, the borrower's staff number, for what, where."""
    posted = request.POST if request.method == "POST" else request.GET
    filled = Filled(posted, sent=request.method == "POST")
    code = filled.text("code", _("病案册条码"), longest=40, hint=_("扫描标签；支持扫码枪"), autocomplete="off")
    staff = filled.text("staff", _("借阅人工号"), longest=32)
    purpose = filled.choice("purpose", _("用途"), words.choices(PURPOSES), default="treatment")
    place = filled.choice("place", _("方式"), words.choices(Place), default="department")
    if filled.right:
        person = lists.person_of(staff)
        if not person:
            filled.wrong("staff", _("没有这个工号的在职人员"))
    if filled.right:
        one = scanned(request, filled, code, "code")
        if one is not None:
            data = LendVolume(volume=one.id, borrower=person, purpose=purpose, place=Place(place))
            try:
                target = asking.whole(door.locate(one.id).patient)
                _loan, due = asking.write(request, Verb.LEND_VOLUME, data, target=target).value
                said = {"code": shown(one.code), "day": words.moment(due)}
                text = _("已借出 %(code)s，应于 %(day)s 前归还。") % said
                return answering.said(request, text, to("lend"))
            except (Invalid, Conflict) as error:
                filled.refused(error)
    return drawn(
        request, filled, title=_("借出病案册"), lead=_("先扫描病案册标签，再扫描或输入借阅人工牌。"), submit=_("借出"),
        back=Link(label=_("返回借阅"), href=to("loans")),
        rules=(
            _("借阅人须有权查阅其中全部内容；无权的请其先提出内部查阅申请。"), _("有逾期未还的不能再借。"),
            _("封存的病案原件不借出。"), _("阅览室阅览当日归还。"),
        ),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest) -> HttpResponse:
    """归还: the label, its condition, the pages counted."""
    posted = request.POST if request.method == "POST" else request.GET
    filled = Filled(posted, sent=request.method == "POST")
    code = filled.text("code", _("病案册条码"), longest=40, hint=_("扫描标签；支持扫码枪"), autocomplete="off")
    condition = filled.choice("condition", _("归还状况"), words.choices(Condition), default="whole")
    pages = filled.text("pages", _("清点页数"), longest=5, required=False, inputmode="numeric")
    note = filled.text("note", _("情况说明"), longest=400, required=False, hint=_("破损或缺页时必须写明"))
    counted = words.number_in(pages) if pages else 0
    if filled.sent and counted < 0:
        filled.wrong("pages", _("请填写页数"))
    if filled.right:
        one = scanned(request, filled, code, "code")
        if one is not None:
            data = ReturnVolume(volume=one.id, condition=Condition(condition), pages=counted, note=note)
            try:
                target = asking.whole(door.locate(one.id).patient)
                matter = asking.write(request, Verb.RETURN_VOLUME, data, target=target).value
                text = _("已归还 %(code)s，请重新上架。") % {"code": shown(one.code)}
                if matter:
                    text += _("破损缺页已转为处理事项。")
                return answering.said(request, text, to("take_back"), tone="warn" if matter else "ok")
            except (Invalid, Conflict) as error:
                filled.refused(error)
    return drawn(
        request, filled, title=_("归还病案册"), lead=_("逐册扫描，当面清点页数、查看状况。"), submit=_("归还"),
        back=Link(label=_("返回借阅"), href=to("loans")),
        rules=(_("借阅人本人不能办理验收。"), _("破损、缺页须写明，系统随即转为处理事项。"), _("归还后放回原架位。")),
    )  # fmt: skip
