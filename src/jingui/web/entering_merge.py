"""二（二）3 录入规范: two windows, or two people, wrote the same form: side by side, nothing overwritten [2.2.3]"""

from collections.abc import Mapping
from typing import Any, Final, Literal

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from jingui.core.capture import Item, Template
from jingui.core.entering import DraftForked, Fork, MergeNeeded
from jingui.core.errors import Conflict, Invalid
from jingui.core.merging import agree, blank, merged
from jingui.web import answering, asking, charting, entering_answers, wording
from jingui.web.entering_place import Place, opened, who
from jingui.web.viewmodels.enter import Choose, MergePage

LARGEST: Final = 1_000_000  # characters of one side


def answer(
    request: HttpRequest, place: Place, form: Template, mine: Mapping[str, Any], error: Conflict
) -> HttpResponse:
    """The two texts field by field; what only one side changed since both began is taken over by itself."""
    if not isinstance(error, DraftForked | MergeNeeded):
        raise error
    found = opened(request, place)
    clashes = tuple(fork for fork in error.forks if open_one(error, fork))
    ours = merged(error.forks, mine) if isinstance(error, MergeNeeded) else dict(mine)
    hidden = dict(carried(request, found.template if found.template else form))
    hidden |= {"revision": str(error.revision)} if isinstance(error, DraftForked) else {"start": str(error.version)}
    hidden |= {"mine": packed(ours), "theirs": packed({fork.field: fork.theirs for fork in clashes})}
    who = _("您的另一个窗口") if isinstance(error, DraftForked) else _("他人更正了同一份记录")
    page = MergePage(
        patient=charting.header(found.patient), title=form.label(wording.language()), who=who,
        at=found.saved if isinstance(error, DraftForked) else None,
        fields=tuple(choice(form, fork, isinstance(error, MergeNeeded)) for fork in clashes), here=place.at("write"),
        hidden=tuple(hidden.items()), same=taken_over(error),
        back=place.at("write", draft=found.key) if isinstance(error, DraftForked) else "",
    )  # fmt: skip
    return answering.page(request, "enter/merge.html", page, status=error.status)


def open_one(error: Conflict, fork: Fork) -> bool:
    """Whether a person must choose: both changed it; of two windows nobody knows what both began from."""
    return fork.clash if isinstance(error, MergeNeeded) else not agree(fork.theirs, fork.mine)


def taken_over(error: DraftForked | MergeNeeded) -> int:
    """How many changes of the other side were taken over by themselves."""
    if isinstance(error, DraftForked):
        return 0
    return sum(1 for fork in error.forks if not fork.clash and not agree(fork.was, fork.theirs))


def carried(request: HttpRequest, form: Template) -> list[tuple[str, str]]:
    """What the form had besides its answers."""
    names = ("key", "template", "template_n", "start", "revision", "sex", "visit", "way", "who")
    held = [(name, request.POST[name]) for name in names if name in request.POST]
    if "template" in request.POST:
        return held
    return [*held, ("template", form.name), ("template_n", str(form.n)), ("who", who(request))]


def choice(form: Template, fork: Fork, known: bool) -> Choose:
    """One field as both wrote it; where one side is empty the other is proposed."""
    items = {item.link: item for item in form.items()}
    item, now, language = items.get(fork.field), asking.now(), wording.language()

    def told(value: Any) -> str:
        return "\n".join(entering_answers.spoken(item, value, now, language)) if item else str(value or "")

    proposed: Literal["", "theirs", "mine"] = "theirs" if blank(fork.mine) else "mine" if blank(fork.theirs) else ""
    return Choose(
        id=fork.field, name=f"m.{fork.field}", label=label(item, fork, language),
        base=told(fork.was) if known else None, theirs=told(fork.theirs), mine=told(fork.mine),
        chosen="" if known else proposed,
    )  # fmt: skip


def label(item: Item | None, fork: Fork, language: str) -> str:
    """The field's name."""
    if item is not None:
        return item.label(language)
    return fork.text_en if language == "en" and fork.text_en else fork.text


def packed(side: Mapping[str, Any]) -> str:
    """One side as the page carries it."""
    return orjson.dumps(side, default=str).decode()


def chosen(posted: Mapping[str, str]) -> dict[str, Any]:
    """The answers as merged and chosen; Invalid while a field is not chosen."""
    mine, theirs = side(posted, "mine"), side(posted, "theirs")
    if any(posted.get(f"m.{link}") not in ("mine", "theirs") for link in theirs):
        raise Invalid(_("还有项目没有选择。"), _("请返回上一页，逐项选择后再合并；两份内容都没有丢。"))
    taken = {link: value for link, value in theirs.items() if posted.get(f"m.{link}") == "theirs"}
    return {link: value for link, value in {**mine, **taken}.items() if not blank(value)}


def side(posted: Mapping[str, str], name: str) -> dict[str, Any]:
    """One side as the page carried it; Invalid for anything else."""
    text = posted.get(name, "{}")
    try:
        value = orjson.loads(text) if len(text) < LARGEST else None
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise Invalid()
    return value
