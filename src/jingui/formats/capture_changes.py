"""二（一）1 采集模板: what one version of a template does differently, as those who decide about it read it [2.1.1]"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Final

from jingui.core.capture import Difference, Effect, Item, Necessity, Section, Template
from jingui.core.word import N_
from jingui.formats.capture_extract import NEEDS

LONGEST: Final = 200  # of a purpose in words
PARTS: Final = tuple(one.name for one in fields(Item) if one.name not in ("link", "items", "purpose"))


def _items(template: Template) -> Mapping[str, tuple[str, Item]]:
    """Every item by its place: section, group and link."""
    out = {}
    for section in template.sections:
        for item in section.items:
            out[item.link] = (section.name, item)
            out |= {f"{item.link}.{one.link}": (item.link, one) for one in item.items}
    return out


def differences(old: Template, new: Template) -> tuple[Difference, ...]:
    """How items differ, in the new template's order; what is dropped comes last."""
    before, after = _items(old), _items(new)
    return (*_changed(before, after), *_dropped(before, after))


def _changed(before: Mapping[str, tuple[str, Item]], after: Mapping[str, tuple[str, Item]]) -> Iterator[Difference]:
    for place, (section, item) in after.items():
        if place not in before:
            yield Difference(
                link=place, label=item.zh, label_en=item.en, kind=Effect.ADDED, purpose=item.purpose,
                parts=("required",) if item.necessity is Necessity.REQUIRED else (),
            )  # fmt: skip
            continue
        was_in, was = before[place]
        parts = tuple(name for name in PARTS if getattr(was, name) != getattr(item, name))
        if was_in != section:
            parts = (*parts, "section")
        if parts:
            tightened = item.necessity is Necessity.REQUIRED and was.necessity is not Necessity.REQUIRED
            kind = Effect.REQUIRED if tightened else Effect.CHANGED
            yield Difference(link=place, label=item.zh, label_en=item.en, kind=kind, parts=parts)


def _dropped(before: Mapping[str, tuple[str, Item]], after: Mapping[str, tuple[str, Item]]) -> Iterator[Difference]:
    for place, (_, item) in before.items():
        if place not in after:
            yield Difference(link=place, label=item.zh, label_en=item.en, kind=Effect.DROPPED)


def said(found: tuple[Difference, ...]) -> str:
    """The differences in Chinese, a line each: what stands in the matter and is compared before it takes effect."""
    return "\n".join(
        f"{one.kind.label}：{one.label}（{one.link}）"
        + (f"；采集目的：{one.purpose}" if one.purpose else "")
        + (f"；{'、'.join(one.parts)}" if one.parts else "")
        for one in found
    )


def fitted(old: Template, sections: tuple[Section, ...]) -> Template:
    """The template with other sections: checks across items that are no more there go with them, all else stays."""
    made = replace(old, sections=sections)
    known = set(_items(made))
    rules = tuple(one for one in old.rules if {one.left, one.right or one.left} <= known)
    return replace(made, rules=rules)


def wrong(old: Template, new: Template, found: tuple[Difference, ...]) -> Iterator[tuple[str, str]]:
    """Why a change cannot be asked for: (link or link#part, msgid); a new item must say what it is needed for."""
    if new != replace(fitted(old, new.sections), n=new.n):
        yield "", N_("只能更改采集项目；模板的种类、书写人、签名和核对要求不在此更改。")
    if not found:
        yield "", N_("内容与现行版本相同。")
    needed = {link for make in old.makes for link in (make.of, *(make.parts.get(one, "") for one in NEEDS[make.kind]))}
    for one in found:
        if one.kind is Effect.ADDED and not 4 <= len(one.purpose.strip()) <= LONGEST:
            yield f"{one.link}#purpose", N_("请写明采集目的（4–200字）。")
        if one.kind is Effect.DROPPED and one.link.rpartition(".")[2] in needed:
            yield one.link, N_("此项用于形成诊断、用药等结构化资料，不能删除。")
