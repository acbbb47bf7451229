"""二（二）录入: JSON in and out, losing nothing and trusting nothing [2.2.1]"""

import re
from decimal import Decimal
from typing import Any

import jiter
import orjson

from jingui.core.errors import Invalid, TooLarge
from jingui.core.word import N_

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 64
_MAX_EXPONENT = 300  # beyond every measurement; larger ones only serve to exhaust whoever computes with them

_BOMS = (b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe")
_PLACE = re.compile(r" at line (\d+) column (\d+)$")
_KEY = re.compile(r'^Detected duplicate key "')


class TooDeep(Invalid):
    """Nested more deeply than anything that people write: built to exhaust whoever reads it."""


def parse(body: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> dict[str, Any]:
    """Return the one JSON object in `body` (UTF-8): decimals as Decimal with their digits, no key twice, no NaN.

    TooLarge beyond `max_bytes`; Invalid, naming line and column, for anything else, depth beyond `max_depth` included.
    """
    if len(body) > max_bytes:
        raise TooLarge(places=(("", N_("内容超过允许的大小")),))
    if body.startswith(_BOMS):
        raise Invalid(places=(("1:1", N_("必须是不带字节顺序标记（BOM）的 UTF-8")),))
    try:
        value = jiter.from_json(
            body,
            allow_inf_nan=False,
            cache_mode="keys",
            partial_mode=False,
            catch_duplicate_keys=True,
            float_mode="decimal",
        )
    except ValueError as error:
        raise _invalid(str(error)) from None  # the cause may quote patient content
    if not isinstance(value, dict):
        raise Invalid(places=(("1:1", N_("必须是一个 JSON 对象")),))
    if body.count(b"{") + body.count(b"[") > max_depth and _deeper(value, max_depth):
        raise TooDeep(places=(("", N_("嵌套层数过多")),))
    if b"\\u0000" in body and _holds_nul(value):
        raise Invalid(places=(("", N_("不允许出现空字符 U+0000")),))
    return value


def _invalid(text: str) -> Invalid:
    """Return the refusal for a parser message, with its place and none of the content."""
    found = _PLACE.search(text)
    place = f"{found[1]}:{found[2]}" if found else ""
    if _KEY.match(text):
        what = N_("同一个键出现了两次")
    elif text.startswith("recursion limit"):
        return TooDeep(places=((place, N_("嵌套层数过多")),))
    elif text.startswith("invalid unicode") or "surrogate" in text or "hex escape" in text:
        what = N_("不是有效的 UTF-8 字符")
    else:
        what = N_("不是有效的 JSON")
    return Invalid(places=((place, what),))


def _deeper(value: object, limit: int) -> bool:
    """Whether objects and arrays are nested beyond `limit`; level by level, without recursion."""
    level: list[object] = [value]
    for _ in range(limit):
        below: list[object] = []
        for each in level:
            inner = each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
            below.extend(x for x in inner if isinstance(x, (dict, list)))
        if not below:
            return False
        level = below
    return True


def _holds_nul(value: object) -> bool:
    """Whether any key or text holds U+0000, which PostgreSQL text and many readers cut at."""
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, str):
            if "\x00" in each:
                return True
        elif isinstance(each, dict):
            stack.extend(each.keys())
            stack.extend(each.values())
        elif isinstance(each, list):
            stack.extend(each)
    return False


def _other(value: object) -> object:
    """Write what orjson does not know: decimals, digit for digit."""
    if isinstance(value, Decimal):
        if not value.is_finite() or abs(value.adjusted()) > _MAX_EXPONENT:
            raise TypeError("decimal out of range")
        text = str(value)
        if "E" in text and value.as_tuple().exponent < 0:  # type: ignore[operator]  # finite, so an int
            text = format(value, "f")  # 0.0000001 stays so
        return orjson.Fragment(text)
    raise TypeError(f"not JSON: {type(value).__name__}")


def dump(resource: object) -> bytes:
    """Return `resource` as UTF-8 JSON without white space; Invalid if it cannot be JSON.

    Decimals keep all their digits, so 1.00 stays 1.00; an exponent may change its spelling (1e3 becomes 1E+3).
    """
    try:
        return orjson.dumps(resource, _other)
    except TypeError as error:  # orjson's own error class is a TypeError
        raise Invalid(places=(("", N_("含有无法写成 JSON 的值")),)) from error
