"""二（二）录入: whether a resource is what FHIR R4 says it is, and where not [2.2.1] [2.2.3]"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any

import jsonschema_rs

from jingui.core.errors import Unprocessable
from jingui.core.word import N_
from jingui.formats.identifiers import errors
from jingui.formats.narrative import unsafe
from jingui.formats.tables import schema

MAX_PLACES = 50
_CARRIERS = frozenset({"Bundle", "Parameters"})

_WHAT = {
    "AdditionalProperties": N_("没有这个元素"),
    "AnyOf": N_("缺少必需的元素"),
    "Constant": N_("不是规定的值"),
    "Enum": N_("不在规定的取值之内"),
    "Maximum": N_("数值过大"),
    "Minimum": N_("数值过小"),
    "Not": N_("不允许可执行的地址"),
    "OneOfMultipleValid": N_("同一元素的多种类型只能填一种"),
    "Pattern": N_("格式不正确"),
    "Required": N_("缺少必需的元素"),
    "Type": N_("数据类型不正确"),
}
_FORM = {
    "date": N_("不是有效的日期"),
    "dateTime": N_("不是有效的日期时间（有时刻就必须有时区）"),
    "instant": N_("不是有效的时刻（必须有时区）"),
    "reference": N_("引用的写法不正确"),
    "id": N_("编号只能用字母、数字、- 和 .，最多 64 个字符"),
}
_ELEMENT = re.compile(r"_?[A-Za-z][A-Za-z0-9]{0,40}")
_OTHER = N_("不符合 FHIR R4 的规定")
_UNKNOWN = N_("不是 FHIR R4 的资源类型")


@cache
def _validator() -> jsonschema_rs.Draft7Validator:
    """Return the one validator for all types (60 MB; made at first use, so warm it at start-up)."""
    return jsonschema_rs.Draft7Validator(schema(), pattern_options=jsonschema_rs.RegexOptions())


@cache
def types() -> frozenset[str]:
    """Return the names of all R4 resource types."""
    return frozenset(schema()["properties"])


def validate(resource: dict[str, Any]) -> None:
    """Return if `resource` and every resource inside it is valid R4; else Unprocessable with at most 50 places."""
    kind = resource.get("resourceType")
    if (
        isinstance(kind, str)
        and kind not in _CARRIERS
        and "contained" not in resource
        and "text" not in resource
        and _validator().is_valid({kind: resource})
        and ("identifier" not in resource or next(iter(errors(resource)), None) is None)
    ):
        return
    path = kind if isinstance(kind, str) and kind in types() else ""
    found = tuple(islice(_places(resource, path, 0), MAX_PLACES))
    if found:
        raise Unprocessable(places=found)


def validate_shape(resource: dict[str, Any]) -> None:
    """Return if `resource` itself is valid R4, whatever the resources inside it are; else Unprocessable."""
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or kind not in types():
        raise Unprocessable(places=(("resourceType", _UNKNOWN),))
    wrapped = {kind: resource}
    if not _validator().is_valid(wrapped):
        found = islice(_validator().iter_errors(wrapped), MAX_PLACES)
        raise Unprocessable(places=tuple(_place(error, kind) for error in found))


def _places(resource: dict[str, Any], path: str, nesting: int) -> Iterator[tuple[str, str]]:
    """Yield each (expression path, what is wrong) of a resource and of those inside it."""
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or kind not in types():
        yield (f"{path}.resourceType".lstrip("."), _UNKNOWN)
        return
    wrapped = {kind: resource}
    if not _validator().is_valid(wrapped):
        for error in _validator().iter_errors(wrapped):
            yield _place(error, path)
        return  # what stands inside is only looked at when the outside has its shape
    text = resource.get("text")
    if text and "div" in text:
        what = unsafe(text["div"])
        if what:
            yield (f"{path}.text.div", what)
    for place, what in errors(resource):
        yield (path + place.removeprefix(kind) if path else place, what)
    for where, inner in _inside(resource, kind, path):
        if nesting and where.startswith(f"{path}.contained"):
            yield (where, N_("内含资源不能再内含资源"))
        else:
            yield from _places(inner, where, nesting + (".contained[" in where))


def _inside(resource: dict[str, Any], kind: str, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (path, resource) for each resource directly inside this one."""
    for n, inner in enumerate(resource.get("contained", ())):
        yield f"{path}.contained[{n}]", inner
    if kind == "Bundle":
        for n, entry in enumerate(resource.get("entry", ())):
            if "resource" in entry:
                yield f"{path}.entry[{n}].resource", entry["resource"]
            outcome = entry.get("response", {}).get("outcome")
            if outcome is not None:
                yield f"{path}.entry[{n}].response.outcome", outcome
    elif kind == "Parameters":
        stack = [(f"{path}.parameter[{n}]", part) for n, part in enumerate(resource.get("parameter", ()))]
        while stack:
            where, part = stack.pop()
            if "resource" in part:
                yield f"{where}.resource", part["resource"]
            stack.extend((f"{where}.part[{n}]", each) for n, each in enumerate(part.get("part", ())))


def _place(error: jsonschema_rs.ValidationError, path: str) -> tuple[str, str]:
    """Turn one schema error into (expression path, what), never quoting the value."""
    where = path
    for step in error.instance_path[1:]:
        where += f"[{step}]" if isinstance(step, int) else f".{step}"
    rule = error.schema_path
    name = type(error.kind).__name__.rsplit("_", 1)[-1]
    if name == "Pattern" and len(rule) > 1 and str(rule[-2]) in _FORM:
        return where, _FORM[str(rule[-2])]
    if name == "Required":
        where += f".{getattr(error.kind, 'property', '')}"
    elif name == "AdditionalProperties":
        element = next(iter(getattr(error.kind, "unexpected", ())), "")
        # what is no element's name at all may be content that slipped to the wrong side of a colon
        where += f".{element}" if _ELEMENT.fullmatch(element) else ""
    elif name == "AnyOf":
        where += _missing(rule)
    return where, _WHAT.get(name, _OTHER)


def _missing(rule: list[str | int]) -> str:
    """Return `.element` for the required primitive that an anyOf rule stands for."""
    node: Any = schema()
    for step in rule:
        node = node[step]
    return f".{node[0]['required'][0]}"
