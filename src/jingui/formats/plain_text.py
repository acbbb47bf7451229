"""二（二）3 停机应急: the words of a document as plain text, for a summary that is read without the house [2.2.3]"""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any, Final

_BREAK: Final = re.compile(r"</(?:p|div|li|tr|h[1-6])>|<br\s*/?>", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^>]*>")
_ANSWERS: Final = ("valueString", "valueDate", "valueDateTime", "valueInteger", "valueDecimal")


def plain(html: str) -> str:
    """A narrative's words, one line for each paragraph."""
    lines = unescape(_TAG.sub("", _BREAK.sub("\n", html))).splitlines()
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())


def words(resource: Mapping[str, Any], longest: int) -> str:
    """What a Composition's sections or a QuestionnaireResponse's answers say; cut, with an ellipsis, at `longest`."""
    text = "\n".join(part for part in _parts(resource) if part)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _parts(resource: Mapping[str, Any]) -> Iterator[str]:
    for section in resource.get("section", ()):
        said = plain(str(section.get("text", {}).get("div", "")))
        yield f"【{section['title']}】{said}" if section.get("title") and said else said
        yield from _parts(section)
    for item in resource.get("item", ()):
        said = "，".join(_answers(item))
        yield f"【{item['text']}】{said}" if item.get("text") and said else said
        yield from _parts(item)


def _answers(item: Mapping[str, Any]) -> Iterator[str]:
    for answer in item.get("answer", ()):
        for key in _ANSWERS:
            if key in answer:
                yield str(answer[key])
        coding = answer.get("valueCoding") or {}
        if coding:
            yield str(coding.get("display") or coding.get("code", ""))
        quantity = answer.get("valueQuantity") or {}
        if "value" in quantity:
            yield f"{quantity['value']} {quantity.get('unit', '')}".strip()
