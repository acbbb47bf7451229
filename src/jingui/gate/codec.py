"""六（一）2 双人验证: frozen dataclasses as canonical JSON and back: what waits is exactly what is done [6.1.2]

Only the classes that an operation is registered with are ever made; nothing in the bytes names a class.
"""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import orjson

from jingui.core.errors import JinguiError, Tampered


def pack(value: object) -> bytes:
    """The canonical bytes of a frozen dataclass or None; JinguiError for anything that cannot come back the same."""
    return orjson.dumps(_plain(value), option=orjson.OPT_SORT_KEYS)


def unpack(kind: type, data: bytes) -> Any:
    """The value of exactly this class again; Tampered when the bytes are not one."""
    return read(kind, orjson.loads(data))


def plain(value: object) -> Any:
    """The value as JSON has it, for showing."""
    return _plain(value)


def read(kind: Any, found: Any) -> Any:
    """A JSON value as `kind`; Tampered when it is anything else."""
    try:
        return _read(kind, found)
    except (TypeError, ValueError, KeyError) as error:
        raise Tampered(where=f"codec:{getattr(kind, '__name__', kind)}") from error


def _plain(value: object) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise JinguiError(where="codec", what="a time without zone")
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    raise JinguiError(where="codec", what=type(value).__name__)


def _read(kind: Any, found: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        inner = [one for one in get_args(kind) if one is not type(None)]
        if found is None:
            if len(inner) == len(get_args(kind)):
                raise TypeError
            return None
        if len(inner) != 1:
            raise TypeError
        return _read(inner[0], found)
    if origin is tuple:
        item, rest = get_args(kind)
        if rest is not Ellipsis or not isinstance(found, list):
            raise TypeError
        return tuple(_read(item, one) for one in found)
    if is_dataclass(kind):
        hints = _hints(kind)  # type: ignore[arg-type]  # a dataclass type, not an instance
        if not isinstance(found, dict) or found.keys() != hints.keys():
            raise TypeError
        return kind(**{name: _read(hint, found[name]) for name, hint in hints.items()})  # type: ignore[operator]  # a class
    return _scalar(kind, found)


def _scalar(kind: Any, found: Any) -> Any:
    if kind in (bool, int, str):
        if type(found) is not kind:
            raise TypeError
        return found
    if not isinstance(found, str):
        raise TypeError
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(found)
    if kind is datetime:
        at = datetime.fromisoformat(found)
        if at.tzinfo is None:
            raise ValueError
        return at
    if kind is date:
        return date.fromisoformat(found)
    if kind is bytes:
        return bytes.fromhex(found)
    raise TypeError


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
