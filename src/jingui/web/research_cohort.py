"""四（二）4 教学科研: how many patients a cohort has, before anybody applies [4.2.4]"""

from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.errors import Conflict, Invalid
from jingui.core.research import CohortCount, CountCohort
from jingui.core.research_cohort import OLDEST, SEXES, Cohort
from jingui.core.words import EncounterKind, Purpose, Verb
from jingui.web import answering, asking, wording
from jingui.web.filling import Filled
from jingui.web.research import crumb
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.research import CountPage

SECONDS: Final = 2.0
NAMES: Final = ("diagnoses", "every", "first", "last", "sex", "youngest", "oldest", "departments", "visits")


@require_http_methods(["GET", "HEAD", "POST"])
def cohort(request: HttpRequest) -> HttpResponse:
    """The question; then parts, until the count is done or the reader has to press on."""
    filled = Filled(request.POST, sent=request.method == "POST")
    asked = read(filled)
    page = CountPage(form=filled.form(_("统计")))
    if filled.right and asked is not None:
        try:
            page = counted(request, filled, asked)
        except (Invalid, Conflict) as error:
            filled.refused(error)
            page = CountPage(form=filled.form(_("统计")))
    status = 400 if page.form.wrong else 200
    return answering.page(request, "research/cohort.html", page, status=status, crumbs=(crumb(),))


def counted(request: HttpRequest, filled: Filled, asked: Cohort) -> CountPage:
    """Count for a moment; the answer, or how far it is."""
    began, cursor = asking.now(), request.POST.get("cursor", "")
    why = asking.purpose(request)
    why = why if why in (Purpose.RESEARCH, Purpose.TEACHING) else Purpose.RESEARCH
    while True:
        data = CountCohort(cohort=asked, cursor=cursor)
        result = asking.write(request, Verb.COUNT_COHORT, data, why=why)
        found: CohortCount = result.value
        cursor = result.more
        if found.done or (asking.now() - began).total_seconds() > SECONDS:
            break
    typed = {name: ",".join(request.POST.getlist(name)) for name in NAMES}
    known = urlencode({name: value for name, value in typed.items() if value})
    answer = (
        _("少于 %(n)d 人，不显示") % {"n": found.small} if found.hidden else _("约 %(n)d 人") % {"n": found.people or 0}
    )
    return CountPage(
        form=filled.form(_("统计")), going=not found.done, cursor=cursor,
        hidden_fields=tuple(typed.items()), looked=found.looked, total=found.total,
        share=100 * found.looked // max(found.total, 1), answer=answer if found.done else "", left=found.left,
        apply=Link(label=_("用这些条件提出申请"), href=f"{to('start_matter', kind='research_use')}?{known}"),
    )  # fmt: skip


def read(filled: Filled) -> Cohort | None:
    """The question as it was filled in; None when it is not right yet."""
    diagnoses = filled.text(
        "diagnoses", _("诊断编码（开头）"), longest=600, required=False,
        hint=_("ICD-10 编码的开头，多个用逗号分开，如 I21,I22.0；不填表示不限。"),
    )  # fmt: skip
    both = (("any", _("符合任意一个")), ("every", _("须全部符合")))
    every = filled.choice("every", _("诊断之间"), both, default="any", required=False)
    first = filled.day("first", _("就诊开始日期，从"), required=False)
    last = filled.day("last", _("就诊开始日期，到"), required=False)
    sexes = (("", _("不限")), *((one, wording.sex(one)) for one in SEXES))
    sex = filled.choice("sex", _("性别"), sexes, required=False)
    youngest = filled.text("youngest", _("就诊时年龄，从（岁）"), longest=3, required=False, inputmode="numeric")
    oldest = filled.text("oldest", _("就诊时年龄，到（岁）"), longest=3, required=False, inputmode="numeric")
    for name, value in (("youngest", youngest), ("oldest", oldest)):
        if value and not (value.isascii() and value.isdigit()):
            filled.wrong(name, _("须为整数"))
    offered = tuple((one.code, wording.department(one.name)) for one in wording.departments())
    departments = filled.several("departments", _("科室"), offered, hint=_("可选多个；不选表示全院。"))
    kinds = (("", _("不限")), *((one.value, _(one.label)) for one in EncounterKind))
    visit = filled.choice("visits", _("就诊类型"), kinds, required=False)
    if not filled.right:
        return None
    try:
        return Cohort(
            diagnoses=parts(diagnoses.upper()), every=every == "every", first=first, last=last, sex=sex,
            youngest=int(youngest or 0), oldest=int(oldest or OLDEST), departments=departments,
            visits=(visit,) if visit else (),
        ).checked()  # fmt: skip
    except Invalid as error:
        filled.refused(error)
        return None


def parts(text: str) -> tuple[str, ...]:
    """The parts of a list."""
    return tuple(one.strip() for one in text.replace("，", ",").split(",") if one.strip())
