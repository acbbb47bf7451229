"""二（二）4 更正留痕: records as readers see them, and what one version corrected in the one before [2.2.4]"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from jingui.formats import capture
from jingui.web import wording
from jingui.web.viewmodels import response
from jingui.web.viewmodels.diff import Change, Part, compare
from jingui.web.viewmodels.resource import Shown, shown

Reader = Callable[[Mapping[str, Any]], tuple[Shown, ...]]
AROUND: Final = 12  # characters of unchanged text that a list keeps beside a change
SOME: Final = 3  # changes that a list shows


def form(resource: Mapping[str, Any]) -> tuple[Shown, ...]:
    """A filled form in its template's own words; English labels where the reader reads English."""
    name, _version = capture.template_of(dict(resource))
    template = capture.templates().get(name)
    if template is None or wording.language() == "zh":
        return response.lines(resource, lambda _link, text: text)
    words = {item.link: item.en for item in template.every()}
    words |= {f"section.{section.name}": section.en for section in template.sections}
    return response.lines(resource, lambda link, text: words.get(link) or text)


REASON: Final = "urn:jingui:correction-reason"
LATE: Final = "urn:jingui:late-reason"


def said(resource: Mapping[str, Any], url: str) -> str:
    """What an addition of ours says; "" where there is none."""
    found = resource.get("extension")
    for one in found if isinstance(found, list) else ():
        if isinstance(one, Mapping) and one.get("url") == url:
            return str(one.get("valueString", ""))
    return ""


def reason(resource: Mapping[str, Any]) -> str:
    """Why this version corrected the one before."""
    return said(resource, REASON)


def late(resource: Mapping[str, Any]) -> str:
    """Why it was written after its deadline."""
    return said(resource, LATE)


def is_form(resource: Mapping[str, Any]) -> bool:
    """Whether a record is a filled form of this house."""
    return bool(capture.template_of(dict(resource))[0])


def title(resource: Mapping[str, Any]) -> str:
    """A form's own title; "" for anything else."""
    name, _version = capture.template_of(dict(resource))
    template = capture.templates().get(name)
    return template.label(wording.language()) if template is not None else ""


#: Kinds that are read otherwise than line by line of their resource.
READERS: Final[Mapping[str, Reader]] = {"QuestionnaireResponse": form}


def read(resource: Mapping[str, Any]) -> tuple[Shown, ...]:
    """The readable lines of any record."""
    return READERS.get(str(resource.get("resourceType", "")), shown)(resource)


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """What a version corrected, place by place, in the words of the page."""
    before, after = flat(read(old)), flat(read(new))
    places = list(dict.fromkeys([*after, *before]))
    return tuple(
        Change(label=place, parts=compare(before.get(place, ""), after.get(place, "")))
        for place in places
        if before.get(place, "") != after.get(place, "")
    )


def marked(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Shown, ...]:
    """The lines of a version, the old words struck through in the very place where they stood."""
    return _marked(read(new), "", {}, flat(read(old)))


def _marked(
    lines: tuple[Shown, ...], within: str, taken: dict[str, str], before: Mapping[str, str]
) -> tuple[Shown, ...]:
    """Walk as `flat` walks, so that places have the same names."""
    out = []
    for line in lines:
        place = " · ".join(part for part in (within, line.label) if part)
        changed: tuple[Part, ...] = ()
        if line.texts:
            text = words(line)
            name = free(taken, place)
            taken[name] = text
            changed = compare(before.get(name, ""), text) if before.get(name, "") != text else ()
        for row in line.rows:
            taken[free(taken, place)] = "，".join(cell for cell in row if cell)
        out.append(replace(line, changed=changed, below=_marked(line.below, place, taken, before)))
    return tuple(out)


def words(line: Shown) -> str:
    """A line's texts as one, with their code."""
    return "；".join(line.texts) + (f" [{line.code}]" if line.code else "")


def brief(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """The first changes for a list, with little of what stayed."""
    found = changes(old, new)[:SOME]
    return tuple(Change(label=one.label.rpartition(" · ")[2], parts=tuple(map(short, one.parts))) for one in found)


def short(part: Part) -> Part:
    """A run of unchanged text cut to its ends."""
    if part.kind != "same" or len(part.text) <= 2 * AROUND:
        return part
    return Part(kind="same", text=f"{part.text[:AROUND]}…{part.text[-AROUND:]}")


def flat(lines: tuple[Shown, ...], within: str = "", taken: dict[str, str] | None = None) -> dict[str, str]:
    """Each readable line by its place; a place that occurs again gets its number."""
    out: dict[str, str] = {} if taken is None else taken
    for line in lines:
        place = " · ".join(part for part in (within, line.label) if part)
        if line.texts:
            out[free(out, place)] = words(line)
        for row in line.rows:
            out[free(out, place)] = "，".join(cell for cell in row if cell)
        flat(line.below, place, out)
    return out


def free(taken: Mapping[str, str], place: str) -> str:
    """`place`, or with the next number that is free."""
    number, made = 2, place
    while made in taken:
        made, number = f"{place} ({number})", number + 1
    return made
