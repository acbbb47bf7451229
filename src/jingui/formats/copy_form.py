"""四（二）1 复制病历: a filled form as blocks: its sections, its answers, its repeated groups as tables [4.2.1]"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from jingui.core.capture import Template
from jingui.formats import capture
from jingui.formats.copy_words import brief
from jingui.formats.pdf_document import Block, Grid, Heading, Pair, Pairs

WIDEST: Final = 8
_DEEPEST: Final = 8


def form(resource: Mapping[str, Any]) -> Iterator[Block]:
    """Every answer under its question; sections that ask nothing more than their name have no heading."""
    template = capture.templates().get(capture.template_of(dict(resource))[0])
    yield from _level(_items(resource), _english(template), 0)


def _english(template: Template | None) -> Mapping[str, str]:
    """The English of a form of ours, by link."""
    if template is None:
        return {}
    named = {f"section.{section.name}": section.en for section in template.sections}
    return {**named, **{item.link: item.label("en") for item in template.every()}}


def _level(items: Sequence[Mapping[str, Any]], english: Mapping[str, str], depth: int) -> Iterator[Block]:
    held: list[Pair] = []
    done: set[str] = set()
    for item in items:
        link = str(item.get("linkId", ""))
        zh = str(item.get("text", "")) or link
        en = english.get(link, "")
        answers = [text for text in map(_answer, item.get("answer", ())) if text]
        if answers:
            held.append(Pair(label=zh, label_en=en, text="；".join(answers)))
        below = _items(item) + [one for answer in item.get("answer", ()) for one in _items(answer)]
        if not below or link in done or depth >= _DEEPEST:
            continue
        if held:
            yield Pairs(rows=tuple(held))
            held = []
        again = [one for one in items if one.get("linkId") == link and _items(one)]
        grid = _grid(zh, again, english) if not link.startswith("section.") else None
        if grid is not None:
            done.add(link)
            yield grid
            continue
        yield Heading(text=zh, text_en=en)
        yield from _level(below, english, depth + 1)
    if held:
        yield Pairs(rows=tuple(held))


def _grid(caption: str, again: Sequence[Mapping[str, Any]], english: Mapping[str, str]) -> Grid | None:
    """A repeated group as a table of its answers; None when it holds groups itself or is too wide."""
    every = [_items(one) for one in again]
    if any(_items(item) for row in every for item in row):
        return None
    links = list(dict.fromkeys(str(item.get("linkId", "")) for row in every for item in row))
    if len(links) > WIDEST:
        return None
    heads = {
        str(item.get("linkId", "")): str(item.get("text", item.get("linkId", ""))) for row in every for item in row
    }
    grid = []
    for row in every:
        said = {
            str(item.get("linkId", "")): "；".join(filter(None, map(_answer, item.get("answer", ())))) for item in row
        }
        grid.append([said.get(link, "") for link in links])
    own = str(again[0].get("linkId", ""))
    return Grid(
        caption=caption, caption_en=english.get(own, ""), head=[heads[link] for link in links],
        head_en=[english.get(link, "") for link in links], rows=grid,
    )  # fmt: skip


def _answer(answer: Mapping[str, Any]) -> str:
    return next((brief(value) for name, value in answer.items() if name.startswith("value")), "")


def _items(holder: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in holder.get("item", ()) if isinstance(one, Mapping)]
