"""Canonical JSON (RFC 8785 without floats): strict parsing and the one way to write a value."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from jingui_verify.bad import Bad

LARGEST = 2**53 - 1  # what every JSON reader, a browser's too, keeps exactly
DEEPEST = 32


def _refuse(text: str) -> NoReturn:
    raise Bad("json", what=f"number {text[:20]}")


def _integer(text: str) -> int:
    if len(text) > 17:
        _refuse(text)
    number = int(text)
    if abs(number) > LARGEST or text == "-0":
        _refuse(text)
    return number


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Bad("json", what="duplicate key")
    return found


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_float=_refuse, parse_int=_integer, parse_constant=_refuse, strict=True
)


def parse(raw: str | bytes) -> Any:
    """The value of strict JSON: UTF-8, no duplicate key, no float, integers below 2^53; else Bad('json')."""
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8")
        return _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise Bad("json", what=type(error).__name__) from error


_ESCAPED = re.compile(r'[\x00-\x1f"\\]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def _string(text: str) -> str:
    return '"' + _ESCAPED.sub(lambda hit: _SHORT.get(hit[0]) or f"\\u{ord(hit[0]):04x}", text) + '"'


def _write(value: Any, depth: int) -> str:
    if depth > DEEPEST:
        raise Bad("json", what="depth")
    if isinstance(value, str):
        return _string(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int) and abs(value) <= LARGEST:
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join(_write(item, depth + 1) for item in value) + "]"
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        # RFC 8785 sorts by UTF-16 code units, which differs from code points beyond the BMP.
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{_string(key)}:{_write(value[key], depth + 1)}" for key in keys) + "}"
    raise Bad("json", what=type(value).__name__)


def canon(value: Any) -> bytes:
    """The canonical bytes of a value of objects, lists, strings, integers, booleans and null."""
    try:
        return _write(value, 0).encode("utf-8")
    except UnicodeEncodeError as error:
        raise Bad("json", what="lone surrogate") from error


def parse_canonical(text: str) -> Any:
    """The value of `text` if `text` is its canonical form, else Bad."""
    value = parse(text)
    try:
        raw = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Bad("json", what="lone surrogate") from error
    if canon(value) != raw:
        raise Bad("not_canonical")
    return value
