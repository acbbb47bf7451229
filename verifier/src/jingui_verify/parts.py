"""Opened parts of an entry: the private part and the targets, checked against the head's commitments."""

from __future__ import annotations

import re
from typing import Any

from jingui_verify.bad import Bad
from jingui_verify.canon import canon
from jingui_verify.digest import Hash
from jingui_verify.head import Head
from jingui_verify.tree import root_by_inclusion, root_of

_SALT = re.compile(r"[0-9a-f]{32}")
_DETAIL = re.compile(r"(?:[0-9a-f]{64})?")
_PRIVATE = ("person", "account", "post", "session", "address", "detail", "salt")
_TARGET = ("patient", "record", "type", "version", "salt")


def _is_salted(part: Any, keys: tuple[str, ...]) -> bool:
    return (
        isinstance(part, dict)
        and set(part) == set(keys)
        and all(isinstance(part[key], str) for key in keys if key != "version")
        and _SALT.fullmatch(part["salt"]) is not None
    )


def check_private(digest: Hash, part: Any, head: Head) -> None:
    """Pass if `part` is the private part that `head` commits to, else Bad('private')."""
    if not _is_salted(part, _PRIVATE) or not _DETAIL.fullmatch(part["detail"]):
        raise Bad("private", what="form")
    if digest(b"jingui:private:1\x00" + canon(part)).hex() != head.private:
        raise Bad("private", what="commitment")


def _leaf(target: Any) -> bytes:
    if not _is_salted(target, _TARGET):
        raise Bad("target", what="form")
    version = target["version"]
    if not isinstance(version, int) or isinstance(version, bool) or version < 0:
        raise Bad("target", what="version")
    return canon(target)


def check_targets(digest: Hash, targets: Any, head: Head) -> None:
    """Pass if `targets` is the whole list that `head` commits to, else Bad('target')."""
    if not isinstance(targets, list) or len(targets) != head.many:
        raise Bad("target", what="count")
    if root_of(digest, [_leaf(target) for target in targets]).hex() != head.targets:
        raise Bad("target", what="root")


def check_target(digest: Hash, target: Any, *, position: int, path: list[bytes], head: Head) -> None:
    """Pass if `target` stands at `position` of the list that `head` commits to, else Bad."""
    leaf = digest(b"\x00" + _leaf(target))
    root = root_by_inclusion(digest, leaf=leaf, index=position, size=head.many, path=path)
    if root.hex() != head.targets:
        raise Bad("target", what="root")
