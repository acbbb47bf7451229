"""一（三）全程管控: proofs about the ledger, made and checked (docs/ledger-format.md) [1.3.3] [4.1.2]"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import orjson

from jingui.core.errors import Tampered
from jingui.crypto import note
from jingui.crypto.canon import canon
from jingui.crypto.checkpoint import Checkpoint, Receipt, parse_checkpoint, parse_receipt
from jingui.crypto.entry import private_commitment
from jingui.crypto.merkle import verify_consistency, verify_inclusion
from jingui.crypto.suite import Suite
from jingui.crypto.tiles import prover_of

Proof = dict[str, Any]
_HEX: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


def prove_entry(*, index: int, size: int, head: bytes, path: Sequence[bytes], checkpoint: str) -> Proof:
    """Return the proof that `head` is entry `index` of the ledger whose signed `checkpoint` has `size` entries."""
    return {
        "kind": "entry",
        "index": index,
        "size": size,
        "head": head.decode(),
        "path": _hex(path),
        "checkpoint": checkpoint,
    }


def prove_line(
    suite: Suite, entry: Proof, lines: Sequence[bytes], position: int, private: bytes | None = None
) -> Proof:
    """Return an entry proof narrowed to target `position`: nothing of the others, and the private part only if given.

    `lines` are the canonical targets of the entry as they were stored.
    """
    prover = prover_of(suite, [suite.digest(b"\x00" + line) for line in lines])
    proof = {
        **entry,
        "kind": "line",
        "target": orjson.loads(lines[position]),
        "position": position,
        "count": len(lines),
        "target_path": _hex(prover.inclusion(position, len(lines))),
    }
    return proof if private is None else {**proof, "private": orjson.loads(private)}


def prove_consistency(old: str, new: str, path: Sequence[bytes]) -> Proof:
    """Return the proof that the ledger of the signed checkpoint `old` is a prefix of that of `new`."""
    return {"kind": "consistency", "old": old, "new": new, "path": _hex(path)}


def prove_receipt(suite: Suite, heads: Sequence[bytes], position: int, signed: str) -> Proof:
    """Return the receipt of one entry of a batch, whose signed receipt note is over all `heads`."""
    prover = prover_of(suite, [suite.digest(b"\x00" + head) for head in heads])
    return {
        "kind": "receipt",
        "head": heads[position].decode(),
        "position": position,
        "count": len(heads),
        "path": _hex(prover.inclusion(position, len(heads))),
        "note": signed,
    }


def check_entry(proof: Mapping[str, Any], keys: Iterable[note.Key]) -> Checkpoint:
    """Check an entry or line proof against the ledger's keys; return its checkpoint, or Tampered saying where."""
    with_line = proof.get("kind") == "line"
    if not with_line and proof.get("kind") != "entry":
        raise Tampered(where="kind")
    text, signed = note.verify(_text(proof, "checkpoint"), keys)
    suite, checkpoint = signed[0].suite, parse_checkpoint(text)
    head = _text(proof, "head").encode()
    if _number(proof, "size") != checkpoint.size:
        raise Tampered(where="size")
    leaf = suite.digest(b"\x00" + head)
    if not verify_inclusion(
        suite, leaf, _number(proof, "index"), checkpoint.size, _path(proof, "path"), checkpoint.root
    ):
        raise Tampered(where="path")
    if with_line:
        _check_line(proof, suite, _head(head))
    return checkpoint


def check_consistency(proof: Mapping[str, Any], keys: Iterable[note.Key]) -> tuple[Checkpoint, Checkpoint]:
    """Check that one signed checkpoint's ledger is a prefix of the other's; return both, or Tampered."""
    keys = tuple(keys)
    old_text, _ = note.verify(_text(proof, "old"), keys)
    new_text, signed = note.verify(_text(proof, "new"), keys)
    old, new = parse_checkpoint(old_text), parse_checkpoint(new_text)
    if proof.get("kind") != "consistency" or old.origin != new.origin:
        raise Tampered(where="kind")
    if not verify_consistency(signed[0].suite, old.size, new.size, old.root, new.root, _path(proof, "path")):
        raise Tampered(where="path")
    return old, new


def check_receipt(proof: Mapping[str, Any], keys: Iterable[note.Key]) -> Receipt:
    """Check that an entry stands in a signed batch; return the receipt's text, or Tampered."""
    text, signed = note.verify(_text(proof, "note"), keys)
    suite, receipt = signed[0].suite, parse_receipt(text)
    if proof.get("kind") != "receipt" or _number(proof, "count") != receipt.size:
        raise Tampered(where="count")
    leaf = suite.digest(b"\x00" + _text(proof, "head").encode())
    if not verify_inclusion(suite, leaf, _number(proof, "position"), receipt.size, _path(proof, "path"), receipt.root):
        raise Tampered(where="path")
    return receipt


def _check_line(proof: Mapping[str, Any], suite: Suite, head: Mapping[str, Any]) -> None:
    count = _number(proof, "count")
    if head.get("count") != count or not isinstance(head.get("targets"), str):
        raise Tampered(where="count")
    leaf = suite.digest(b"\x00" + _canon(proof.get("target")))
    root, path = _unhex(head["targets"]), _path(proof, "target_path")
    if not verify_inclusion(suite, leaf, _number(proof, "position"), count, path, root):
        raise Tampered(where="target")
    if "private" in proof and private_commitment(suite, _canon(proof["private"])).hex() != head.get("private"):
        raise Tampered(where="private")


def _canon(value: object) -> bytes:
    if not isinstance(value, dict):
        raise Tampered(where="object")
    try:
        return canon(value)
    except ValueError:
        raise Tampered(where="object") from None


def _head(head: bytes) -> Mapping[str, Any]:
    """Return the fields of a head; Tampered unless its bytes are canonical (so no two readings of it exist)."""
    try:
        fields = orjson.loads(head)
    except orjson.JSONDecodeError:
        raise Tampered(where="head") from None
    if _canon(fields) != head:
        raise Tampered(where="head")
    return dict(fields)


def _text(proof: Mapping[str, Any], key: str) -> str:
    value = proof.get(key)
    if not isinstance(value, str):
        raise Tampered(where=key)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Tampered(where=key) from None
    return value


def _number(proof: Mapping[str, Any], key: str) -> int:
    value = proof.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise Tampered(where=key)
    return value


def _path(proof: Mapping[str, Any], key: str) -> list[bytes]:
    value = proof.get(key)
    if not isinstance(value, list) or len(value) > 128:
        raise Tampered(where=key)
    return [_unhex(item) for item in value]


def _unhex(value: object) -> bytes:
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise Tampered(where="hash")
    return bytes.fromhex(value)


def _hex(path: Sequence[bytes]) -> list[str]:
    return [item.hex() for item in path]
