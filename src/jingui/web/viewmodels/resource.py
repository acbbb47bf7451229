"""一 总则 [1.2]: a FHIR resource as a person reads it

Walks any resource into labelled lines. What has a word gets it (formats.terms), what has none keeps its own name:
nothing that stands in the record is left out except what only machines need, and that stands in the raw text on the
same page.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from jingui.formats.copy_words import named
from jingui.formats.terms import LABELS, word
from jingui.web.viewmodels.diff import Part

WIDEST = 6  # columns of a table inside a record
DEEPEST = 12  # levels shown; deeper structures are left to the raw text
_MACHINE = frozenset({"resourceType", "id", "meta", "implicitRules", "language"})
_CONCEPT = frozenset({"text", "coding", "display", "reference", "type", "identifier", "system", "version", "code"})
_CONCEPT |= {"userSelected", "id", "extension"}
_WHOSE = frozenset({"subject", "patient", "encounter"})
_PRESENT = ("text", "display")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One line: a label, texts beside it, lines below it, or a table (`columns`, `rows`) where several are alike.

    `code` is the coded form of the texts, for who checks it; `changed` stands in their place where a version corrected
    them: old words and new ones.
    """

    label: str
    texts: tuple[str, ...] = ()
    code: str = ""
    below: tuple["Shown", ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    long: bool = False
    changed: tuple[Part, ...] = ()


def shown(resource: Mapping[str, Any]) -> tuple[Shown, ...]:
    """The readable lines of `resource` in its own order, in the active language."""
    lines = tuple(_lines(resource, 0))
    told = narrative(resource)
    if told and not lines:
        return (Shown(label=_("叙述"), texts=(told,), long=True),)
    return lines


def term(name: str) -> str:
    """The word for an element's name; the name itself, spaced, where there is none."""
    if word := LABELS.get(name):
        return str(_(word))
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


def _lines(holder: Mapping[str, Any], depth: int) -> Iterator[Shown]:
    for name, value in holder.items():
        if name in _MACHINE or name.startswith("_") or value in (None, "", [], {}):
            continue
        if name == "text" and isinstance(value, Mapping):
            continue  # a narrative: narrative has it
        if name.startswith("value") and name not in LABELS:
            name = "value"  # valueQuantity, valueString …: one idea to a reader
        many = value if isinstance(value, list) else [value]
        if name in ("extension", "modifierExtension"):
            yield from (_extension(item, depth) for item in many if isinstance(item, Mapping))
            continue
        if name in _WHOSE and isinstance(value, Mapping) and value.keys() <= {"reference", "type"}:
            continue  # the page's head says whose chart and which stay this is; a bare id adds nothing
        yield from _line(name, many, depth)


def _extension(item: Mapping[str, Any], depth: int) -> Shown:
    """An addition to the standard, under the last part of its address."""
    label = term(str(item.get("url", "")).rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1])
    return Shown(label=label, below=tuple(_lines({name: item[name] for name in item if name != "url"}, depth + 1)))


def _line(name: str, many: Sequence[Any], depth: int) -> Iterator[Shown]:
    label = term(name)
    plain = [text for text in (brief(item, name) for item in many) if text]
    if len(plain) == len(many):
        code = " · ".join(code for code in (_code(item) for item in many) if code)
        yield Shown(label=label, texts=tuple(plain), code=code, long=any(len(text) > 60 for text in plain))
        return
    if depth >= DEEPEST:
        yield Shown(label=label, texts=(_("内容层次过深，请看原始数据。"),))
        return
    folded = [_below(item, depth) if isinstance(item, Mapping) else () for item in many]
    if table := _table(label, folded):
        yield table
        return
    for item, below in zip(many, folded, strict=True):
        if isinstance(item, Mapping) and "title" in item and len(below) == 1 and not below[0].label:
            yield Shown(label=str(item["title"]), texts=below[0].texts, long=True)  # a section that is all narrative
        elif isinstance(item, Mapping):
            yield Shown(label=str(item.get("title") or item.get("resourceType") or label), below=below)
        elif text := brief(item, name):
            yield Shown(label=label, texts=(text,))


def _table(label: str, folded: Sequence[tuple[Shown, ...]]) -> Shown | None:
    """Several alike things side by side: every cell one short text, at most WIDEST columns; else None."""
    columns = tuple(dict.fromkeys(line.label for lines in folded for line in lines))
    short = all(len(line.texts) == 1 and line.label and not line.long for lines in folded for line in lines)
    if len(folded) < 2 or not all(folded) or len(columns) > WIDEST or not short:
        return None
    rows = tuple(
        tuple({line.label: line.texts[0] for line in lines}.get(name, "") for name in columns) for lines in folded
    )
    return Shown(label=label, columns=columns, rows=rows)


def _below(item: Mapping[str, Any], depth: int) -> tuple[Shown, ...]:
    told = narrative(item)
    head = (Shown(label="", texts=(told,), long=True),) if told else ()
    said = item.get("title")
    rest = {
        name: value for name, value in item.items() if name != "title" and not (name == "code" and brief(value) == said)
    }
    return head + tuple(_lines(rest, depth + 1))


def narrative(item: Mapping[str, Any]) -> str:
    """The words of a narrative; markup is dropped, never passed on."""
    text = item.get("text")
    div = text.get("div") if isinstance(text, Mapping) else None
    if not isinstance(div, str):
        return ""
    broken = re.sub(r"(?i)<(?:br|/p|/li|/tr|/div|/h\d)[^>]*>", "\n", div)
    bare = unescape(re.sub(r"<[^>]*>", "", broken))
    return "\n".join(line.strip() for line in bare.splitlines() if line.strip())


def brief(value: Any, name: str = "") -> str:
    """One line for a simple value or a well-known shape (code, quantity, period, reference, name …); "" if neither.

    `name` is the element it stands in: only there may a bare code be explained.
    """
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return ""
    if not isinstance(value, Mapping):
        text = str(value)
        return f"{text[:24]}… ({len(text)})" if name == "data" and len(text) > 64 else _explained(name, _moment(text))
    if text := _coded(value, name):
        return text
    for shape in (_quantity, _range, named, _period, _telecom, _identifier):
        if text := shape(value):
            return text
    return ""


def _moment(text: str) -> str:
    """An instant in the reader's zone to the minute; any other text, a plain date too, as it stands."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)", text):
        return text
    try:
        return f"{timezone.localtime(datetime.fromisoformat(text)):%Y-%m-%d %H:%M}"
    except ValueError:  # a day that does not exist: shown as recorded, not mended
        return text


def _explained(name: str, code: str) -> str:
    found = word(name, code)
    return str(_(found)) if found else code


def _coded(value: Mapping[str, Any], name: str) -> str:
    if not value.keys() <= _CONCEPT:
        return ""  # a dosage or a comment has a text too, but says more than it
    codings = value.get("coding") if isinstance(value.get("coding"), list) else ()
    for coding in (*(codings or ()), value):
        if isinstance(coding, Mapping) and isinstance(coding.get("code"), str) and word(name, coding["code"]):
            return _explained(name, coding["code"])
    for present in _PRESENT:
        if isinstance(value.get(present), str):
            return str(value[present])
    for coding in codings or ():
        if isinstance(coding, Mapping) and (found := coding.get("display") or coding.get("code")):
            return str(found)
    if isinstance(value.get("code"), str) and "value" not in value:
        return _explained(name, value["code"])
    return str(value["reference"]) if isinstance(value.get("reference"), str) else ""


def _code(value: Any) -> str:
    codings = value.get("coding") if isinstance(value, Mapping) else None
    if not isinstance(codings, list):
        return ""
    return " ".join(str(coding["code"]) for coding in codings if isinstance(coding, Mapping) and coding.get("code"))


def _quantity(value: Mapping[str, Any]) -> str:
    if not {"value"} <= value.keys() <= {"value", "unit", "code", "system", "comparator", "currency"}:
        return ""
    if isinstance(value["value"], str) and "unit" not in value:
        return ""  # an identifier
    unit = value.get("unit") or value.get("currency") or value.get("code") or ""
    return f"{value.get('comparator', '')}{value['value']} {unit}".strip()


def _range(value: Mapping[str, Any]) -> str:
    if isinstance(value.get("numerator"), Mapping) and isinstance(value.get("denominator"), Mapping):
        return f"{_quantity(value['numerator'])} / {_quantity(value['denominator'])}"
    low, high = value.get("low"), value.get("high")
    if not (isinstance(low, Mapping) or isinstance(high, Mapping)) or value.keys() - {"low", "high", "type", "text"}:
        return ""
    return f"{_quantity(low) if low else ''} – {_quantity(high) if high else ''}".strip()


def _period(value: Mapping[str, Any]) -> str:
    if not value.keys() <= {"start", "end"}:
        return ""
    return f"{_moment(str(value.get('start', '')))} – {_moment(str(value.get('end', '')))}".strip()


def _telecom(value: Mapping[str, Any]) -> str:
    """A contact point: its value is what people read."""
    if isinstance(value.get("system"), str) and value["system"] in ("phone", "email", "fax", "sms", "url", "other"):
        return str(value.get("value", ""))
    return ""


def _identifier(value: Mapping[str, Any]) -> str:
    if isinstance(value.get("value"), str) and value.keys() <= {"value", "system", "use", "type", "period", "assigner"}:
        kind = brief(value["type"]) if isinstance(value.get("type"), Mapping) else ""
        return f"{kind} {value['value']}".strip()
    return ""
