"""一 总则: closed words as people read them, with the shape that repeats them [1.2] [1.3.1]"""

from collections.abc import Iterable
from typing import Any

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from jingui.core.word import Word
from jingui.core.words import Decision, Hold, RecordState, Standing, Strength

register = Library()
_TONES: dict[Word, str] = {
    Decision.ALLOW: "ok", Decision.DENY: "bad", Decision.FAIL: "warn",
    RecordState.DRAFT: "none", RecordState.ENTERED: "warn", RecordState.VERIFIED: "ok", RecordState.SIGNED: "ok",
    RecordState.FILED: "ok", RecordState.DESTROYED: "bad",
    Standing.ACTIVE: "ok", Standing.FROZEN: "bad", Standing.EXPIRED: "warn", Standing.NO_POST: "warn",
    Standing.NO_UNDERTAKING: "warn",
    Standing.TAMPERED: "bad", Standing.UNKNOWN: "bad", Strength.PASSWORD: "warn", Strength.TWO_FACTOR: "ok",
    Hold.DISPUTE_SEAL: "hold", Hold.LAWSUIT: "hold", Hold.INVESTIGATION: "hold", Hold.RESEARCH: "hold",
}  # fmt: skip


@register.filter
def label(word: Word | None) -> str:
    """A closed word in the reader's language; "" for None."""
    return gettext(word.label) if word is not None else ""


@register.filter
def tagged(word: Word) -> SafeString:
    """A closed word as a label with its shape."""
    return format_html('<span class="tag {}">{}</span>', _TONES.get(word, "plain"), gettext(word.label))


@register.filter
def opens(entry: Any) -> str:
    """The first eight characters of an id, for the eye; the whole stands beside or in the title."""
    return str(entry)[:8]


@register.filter
def field_attrs(field: Any) -> SafeString:
    """The attributes of a form control that are not always there."""
    pairs = (
        ("required", field.required and field.kind != "hidden"),
        ("autofocus", field.autofocus),
        ("aria-invalid", "true" if field.errors else ""),
        ("aria-describedby", field.described_by),
        ("autocomplete", field.autocomplete),
        ("inputmode", "numeric" if field.kind == "code" else field.inputmode),
        ("maxlength", field.maxlength or ""),
    )
    return attributes(pairs)


@register.filter
def question_attrs(question: Any) -> SafeString:
    """The attributes of an entry form's box that are not always there."""
    number = question.control == "number"
    pairs = (
        ("required", question.required and not question.repeats),
        ("autofocus", question.autofocus),
        ("aria-invalid", "true" if question.errors else ""),
        ("aria-describedby", question.described_by),
        ("autocomplete", "off"),
        ("inputmode", "decimal" if number else ""),
        ("maxlength", question.maxlength if question.maxlength and not number else ""),
        ("data-lookup", question.lookup),
        ("data-none", gettext("没有找到，可用文字写明") if question.lookup else ""),
        ("data-repeats", "1" if question.repeats else ""),
    )
    return attributes(pairs)


def attributes(pairs: Iterable[tuple[str, Any]]) -> SafeString:
    """Those of the attributes that have a value; True stands without one."""
    out = SafeString("")
    for name, value in pairs:
        if value is True:
            out += format_html(" {}", name)
        elif value:
            out += format_html(' {}="{}"', name, value)
    return out
