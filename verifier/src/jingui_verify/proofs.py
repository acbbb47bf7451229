"""Proofs of one entry, one line, one receipt, and of consistency between two checkpoints."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from jingui_verify import texts
from jingui_verify.bad import Bad
from jingui_verify.canon import LARGEST
from jingui_verify.checkpoint import Checkpoint, open_checkpoint, open_receipt
from jingui_verify.digest import Hash, hash_of
from jingui_verify.head import Head, parse_head
from jingui_verify.note import Key
from jingui_verify.parts import check_private, check_target
from jingui_verify.tree import check_consistency, root_by_inclusion

_HEX = re.compile(r"[0-9a-f]{64}")
_ENTRY = frozenset({"kind", "index", "size", "head", "path", "checkpoint"})
_LINE = _ENTRY | {"target", "position", "count", "target_path"}
_CONSISTENCY = frozenset({"kind", "old", "new", "path"})
_RECEIPT = frozenset({"kind", "head", "position", "count", "path", "note"})


@dataclass(kw_only=True)
class Outcome:
    """The steps of one check, in order; it stops at the first that fails. `pinned` says whether a key was given."""

    pinned: bool
    steps: list[texts.Step] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every step passed (says nothing of the key: see `pinned`)."""
        return bool(self.steps) and all(step.ok for step in self.steps)


class _Stop(Exception):
    pass


class _Check:
    def __init__(self, key: Key | None) -> None:
        self.key = key
        self.outcome = Outcome(pinned=key is not None)

    @contextmanager
    def step(self, name: str, detail: str = "") -> Iterator[None]:
        try:
            yield
        except Bad as bad:
            self.outcome.steps.append(texts.step(name, bad))
            raise _Stop from bad
        self.outcome.steps.append(texts.step(name, None, detail))

    def digest(self, suite: str) -> Hash:
        """The suite's hash, if it is also the suite of the pinned key."""
        if self.key is not None and self.key.suite != suite:
            raise Bad("suite", suite=suite)
        return hash_of(suite)


def hashes_of(value: Any) -> list[bytes]:
    if not isinstance(value, list) or len(value) > 64:
        raise Bad("form", what="path")
    if not all(isinstance(item, str) and _HEX.fullmatch(item) for item in value):
        raise Bad("form", what="path")
    return [bytes.fromhex(item) for item in value]


def _keys(proof: dict[str, Any], must: frozenset[str], may: frozenset[str] = frozenset()) -> None:
    if not must <= set(proof) <= must | may:
        raise Bad("form", what="keys")
    for name in ("index", "size", "position", "count"):
        value = proof.get(name, 0)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST:
            raise Bad("form", what=name)
    for name in ("head", "checkpoint", "note", "old", "new"):
        if not isinstance(proof.get(name, ""), str):
            raise Bad("form", what=name)


def _included(check: _Check, head: Head, raw: str, *, index: int, size: int, path: list[bytes], root: bytes) -> None:
    digest = check.digest(head.suite)
    leaf = digest(b"\x00" + raw.encode("utf-8"))
    if root_by_inclusion(digest, leaf=leaf, index=index, size=size, path=path) != root:
        raise Bad("inclusion", what="root")


def _entry(check: _Check, proof: dict[str, Any]) -> None:
    line = proof["kind"] == "line"
    with check.step("form"):
        _keys(proof, _LINE if line else _ENTRY, frozenset({"private"}) if line else frozenset())
        path = hashes_of(proof["path"])
        target_path = hashes_of(proof.get("target_path", []))
    with check.step("note"):
        checkpoint = open_checkpoint(proof["checkpoint"], check.key)
        if checkpoint.size != proof["size"]:
            raise Bad("form", what="size")
    with check.step("head"):
        head = parse_head(proof["head"])
    with check.step("inclusion", f"{proof['index']} / {proof['size']}"):
        _included(check, head, proof["head"], index=proof["index"], size=proof["size"], path=path, root=checkpoint.root)
    if line:
        digest = check.digest(head.suite)
        with check.step("target", f"{proof['position']} / {proof['count']}"):
            if proof["count"] != head.many:
                raise Bad("target", what="count")
            check_target(digest, proof["target"], position=proof["position"], path=target_path, head=head)
        if "private" in proof:
            with check.step("private"):
                check_private(digest, proof["private"], head)


def _receipt(check: _Check, proof: dict[str, Any]) -> None:
    with check.step("form"):
        _keys(proof, _RECEIPT)
        path = hashes_of(proof["path"])
    with check.step("note"):
        receipt = open_receipt(proof["note"], check.key)
        if receipt.count != proof["count"]:
            raise Bad("form", what="count")
    with check.step("head"):
        head = parse_head(proof["head"])
    with check.step("inclusion", f"{proof['position']} / {proof['count']}"):
        _included(
            check, head, proof["head"], index=proof["position"], size=proof["count"], path=path, root=receipt.root
        )


def consistent(digest: Hash, old: Checkpoint, new: Checkpoint, path: list[bytes]) -> None:
    """Pass if `new` continues `old`: one origin, time not backwards, and the tree only grew; else Bad."""
    if old.origin != new.origin:
        raise Bad("origin", have=new.origin, want=old.origin)
    if new.time < old.time:
        raise Bad("time", have=new.time, last=old.time)
    check_consistency(digest, old_size=old.size, old_root=old.root, new_size=new.size, new_root=new.root, path=path)
    if old.size == new.size and old.writers != new.writers:
        raise Bad("heads", what="writers")


def _consistency(check: _Check, proof: dict[str, Any]) -> None:
    with check.step("form"):
        _keys(proof, _CONSISTENCY)
        path = hashes_of(proof["path"])
        if check.key is None:
            raise Bad("key", what="none")  # only the key tells the suite, and with it the hash
    with check.step("old"):
        old = open_checkpoint(proof["old"], check.key)
    with check.step("new"):
        new = open_checkpoint(proof["new"], check.key)
    with check.step("consistency", f"{old.size} → {new.size}"):
        consistent(hash_of(check.key.suite), old, new, path)


_KINDS: dict[str, Callable[[_Check, dict[str, Any]], None]] = {
    "entry": _entry,
    "line": _entry,
    "receipt": _receipt,
    "consistency": _consistency,
}


def check_proof(proof: Any, key: Key | None) -> Outcome:
    """Check a parsed proof of any kind against the pinned `key`; never raises for bad input, each step tells."""
    check = _Check(key)
    try:
        with check.step("kind"):
            kind = proof.get("kind") if isinstance(proof, dict) else None
            if not isinstance(kind, str) or kind not in _KINDS:
                raise Bad("form", what="kind")
        _KINDS[kind](check, proof)
    except _Stop:
        pass
    return check.outcome
