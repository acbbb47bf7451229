"""五（一）2 共享文档: entries: data elements with values, alone or in a cluster, written and read [5.1.2]"""

from collections.abc import Iterator
from typing import Final

from jingui.core.errors import Unprocessable
from jingui.formats.cda_document import Cluster, Coded, Entry, Missing, Quantity, Text
from jingui.formats.cda_types import ELEMENTS, system_name
from jingui.formats.cda_values import (
    coded,
    digits,
    number,
    read_coded,
    read_quantity,
    read_value,
    symbol,
    value,
)
from jingui.formats.cda_xml import Node, child, children, have, kind, local, put, words

DEEPEST: Final = 12
SHAPES: Final = {"organizer": "CLUSTER", "procedure": "PROC", "drug": "SBADM", "act": "ACT"}
TAGS: Final = {"organizer": "organizer", "procedure": "procedure", "substanceAdministration": "drug", "act": "act"}
_NAMES: Final = {shape: tag for tag, shape in TAGS.items()}


def write(section: Node, one: Entry | Cluster) -> None:
    """Write one entry of a section."""
    holder = put(section, "entry")
    if isinstance(one, Entry):
        _observation(holder, one)
        return
    if one.shape not in SHAPES:
        raise Unprocessable(places=((one.shape, "shape"),))
    node = put(holder, _NAMES[one.shape], classCode=SHAPES[one.shape], moodCode="EVN")
    if one.shape == "organizer":
        _about(node, one)
        for each in one.entries:
            _observation(put(node, "component"), each)
        return
    if one.shape == "act":
        coded(node, "code", one.what) if one.what else put(node, "code", nullFlavor="NA")
        _times(node, one)
    elif one.shape == "procedure":
        if one.what:
            coded(node, "code", one.what)
        _times(node, one)
    else:
        _drug(node, one)
    for each in one.entries:
        _observation(put(node, "entryRelationship", typeCode="COMP"), each)


def _about(node: Node, one: Cluster) -> None:
    if one.what:
        coded(node, "code", one.what)
    put(node, "statusCode", code="completed")
    _times(node, one)


def _drug(node: Node, one: Cluster) -> None:
    _times(node, one)
    if one.route:
        coded(node, "routeCode", one.route)
    if one.dose:
        unit = symbol(one.dose.unit) if one.dose.unit else ""
        put(node, "doseQuantity", value=number(one.dose.value), unit=unit)
    drug = put(put(put(node, "consumable"), "manufacturedProduct"), "manufacturedLabeledDrug")
    if one.what is None:
        put(drug, "code", nullFlavor="NI")
        return
    if one.what.code:
        put(drug, "code", code=symbol(one.what.code), codeSystem=one.what.system,
            codeSystemName=system_name(one.what.system))  # fmt: skip
    if one.what.name:
        put(drug, "name", one.what.name)


def _times(node: Node, one: Cluster) -> None:
    if one.start or one.end:
        held = put(node, "effectiveTime")
        if one.shape == "drug":
            kind(held, "IVL_TS")
        for name, at in (("low", one.start), ("high", one.end)):
            if at:
                put(held, name, value=digits(at))


def _observation(holder: Node, one: Entry) -> None:
    if one.agent:
        raise Unprocessable(places=((one.element, "agent"),))
    node = put(holder, "observation", classCode="OBS", moodCode="EVN")
    put(node, "code", code=symbol(one.element), codeSystem=ELEMENTS, codeSystemName="卫生信息数据元目录",
        displayName=one.name)  # fmt: skip
    if one.at:
        put(node, "effectiveTime", value=digits(one.at))
    value(node, one.value)
    for agent in (each for each in one.inner if each.agent):
        _agent(node, agent)
    for each in one.inner:
        if not each.agent:
            _observation(put(node, "entryRelationship", typeCode="COMP"), each)


def _agent(node: Node, one: Entry) -> None:
    if not isinstance(one.value, Text) or one.inner or one.at:
        raise Unprocessable(places=((one.element, "agent"),))
    role = put(put(node, "participant", typeCode="CSM"), "participantRole", classCode="MANU")
    entity = put(role, "playingEntity", classCode="MMAT")
    put(entity, "code", code=symbol(one.element), codeSystem=ELEMENTS, codeSystemName="卫生信息数据元目录",
        displayName=one.name)  # fmt: skip
    put(entity, "desc", one.value.text)


def read(section: Node) -> Iterator[Entry | Cluster]:
    """The entries of a section; what has no data element's code is read for what is in it."""
    for holder in children(section, "entry"):
        for node in holder:
            if local(node) == "observation":
                yield _entry(node, 0)
            elif local(node) in TAGS:
                yield _cluster(node)


def _cluster(node: Node) -> Cluster:
    shape = TAGS[local(node)]
    inner = [*children(node, "component"), *children(node, "entryRelationship")]
    drug = child(node, "consumable", "manufacturedProduct", "manufacturedLabeledDrug")
    what = _product(drug) if shape == "drug" else read_coded(child(node, "code"))
    when = next(children(node, "effectiveTime"), None)
    low, high = have(child(when, "low"), "value"), have(child(when, "high"), "value")
    start = low or have(when, "value")
    return Cluster(
        shape=shape, what=what, start=digits(start) if start else "", end=digits(high) if high else "",
        dose=_dose(node), route=read_coded(child(node, "routeCode")),
        entries=tuple(_entry(each, 1) for holder in inner for each in _within(holder)),
    )  # fmt: skip


def _within(holder: Node) -> Iterator[Node]:
    """The observations in a part, through whatever clusters stand between."""
    for node in holder:
        if local(node) == "observation":
            yield node
        elif local(node) in TAGS:
            for part in (*children(node, "component"), *children(node, "entryRelationship")):
                yield from _within(part)


def _product(drug: Node | None) -> Coded | None:
    node, name = child(drug, "code"), words(child(drug, "name")).strip()
    found = read_coded(node)
    if found is None:
        return Coded(code="", name=name) if name else None
    return Coded(code=found.code, system=found.system, name=name or found.name)


def _dose(node: Node) -> Quantity | None:
    held = child(node, "doseQuantity")
    return read_quantity(held) or read_quantity(child(held, "center")) or read_quantity(child(held, "low"))


def _entry(node: Node, depth: int) -> Entry:
    if depth > DEEPEST:
        raise Unprocessable(places=(("entry", "depth"),))
    code = child(node, "code")
    held = child(node, "value")
    at = have(child(node, "effectiveTime"), "value") or have(child(node, "effectiveTime", "low"), "value")
    inner = [_entry(each, depth + 1) for part in (*children(node, "entryRelationship"), *children(node, "component"))
             for each in _within(part)]  # fmt: skip
    agents = [_read_agent(one) for part in children(node, "participant")
              if (one := child(part, "participantRole", "playingEntity")) is not None]  # fmt: skip
    return Entry(
        element=have(code, "code"), name=have(code, "displayName"), at=digits(at) if at else "",
        value=read_value(held) if held is not None else Missing(), inner=(*agents, *inner),
    )  # fmt: skip


def _read_agent(node: Node) -> Entry:
    code = child(node, "code")
    text = words(child(node, "desc")) or words(child(node, "name"))
    return Entry(
        element=have(code, "code"), name=have(code, "displayName"), agent=True,
        value=Text(text=text) if text else Missing(),
    )  # fmt: skip
