"""二（二）2 编码: codes in a form: one text field that holds a code and its words, with a script or without [2.2.2]"""

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jingui.core.errors import NotFound
from jingui.formats import codetables
from jingui.formats.pinyin import plain
from jingui.web import wording
from jingui.web.viewmodels.paths import to

OFFERED: Final = 5  # codes that are named where several fit
SHOWN: Final = 12  # rows of a picker's list


@require_safe
def find(request: HttpRequest, table: str) -> JsonResponse:
    """Rows of a code table by code, name, initials or pinyin: for the picker. Nothing of a patient is asked or told."""
    if table not in codetables.in_force():
        raise NotFound()
    found = codetables.find(table, request.GET.get("q", "")[:80], SHOWN)
    english = wording.language() == "en"
    rows = [{"code": row.code, "text": row.english if english and row.english else row.name} for row in found]
    return JsonResponse({"rows": rows})


def address(table: str) -> str:
    """Where a picker asks; "" for no table."""
    return to("codes", table=table) if table else ""


def choices(table: str, language: str) -> tuple[tuple[str, str], ...]:
    """Every code of a small table with its words."""
    tables = codetables.in_force()
    if table not in tables:
        return ()
    return tuple((row.code, row.english if language == "en" and row.english else row.name)
                 for row in tables[table].rows())  # fmt: skip


def words(table: str, code: str, language: str = "zh") -> str:
    """What a code means; the code itself where nobody knows."""
    tables = codetables.in_force()
    return tables[table].show(code, language) if table in tables else code


def written(table: str, code: str, text: str) -> str:
    """A coded answer as it stands in its field: the code, then its words; words alone where nobody coded them."""
    return f"{code} {text or words(table, code)}".strip() if code else text


def resolve(table: str, typed: str) -> dict[str, str]:
    """A coded answer out of what was typed: code and words, a code, a whole name, or words that only one code fits."""
    text = " ".join(typed.split())
    tables = codetables.in_force()
    if table not in tables:
        return {"code": "", "text": text}
    known = tables[table]
    head, _space, rest = text.partition(" ")
    for code in (head, head.upper()):
        if code in known.codes:
            return {"code": code, "text": rest or known.codes[code]}
        if known.shaped(code) and rest:
            return {"code": code, "text": rest}
    exact = known.by_name.get(plain(text))
    if exact:
        return {"code": exact, "text": known.codes[exact]}
    found = codetables.find(table, text, 2)
    if len(found) == 1:
        return {"code": found[0].code, "text": found[0].name}
    return {"code": "", "text": text}


def echo(table: str, given: Sequence[Any], *, open_text: bool) -> str:
    """What the server made of words that no code fits: which ones do, or that they stay words."""
    for one in given:
        if not isinstance(one, dict) or one.get("code") or not one.get("text"):
            continue
        near = codetables.find(table, str(one["text"]), OFFERED) if table in codetables.in_force() else []
        if near:
            names = _("、").join(f"{row.code} {row.name}" for row in near)
            return _("尚未编码。是否为：%(names)s") % {"names": names}
        return _("未编码，按文字保存。") if open_text else _("代码表中没有，请重新选择。")
    return ""
