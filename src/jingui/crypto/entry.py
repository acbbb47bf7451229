"""一（三）全程管控: how a ledger entry becomes bytes and hashes (docs/ledger-format.md, version 1) [1.3.3]

Keys are written here in sorted order and every value is text or an integer, so orjson's plain output is canonical;
tests compare it with `canon`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

import orjson

from jingui.core.entry import Line
from jingui.crypto.merkle import tree_hash
from jingui.crypto.suite import Suite

GENESIS: Final = bytes(32)
SALT_LENGTH: Final = 16
_PRIVATE: Final = b"jingui:private:1\0"
_dumps: Final = orjson.dumps


class Built(NamedTuple):
    """An entry ready to be stored: head bytes, their leaf hash and MAC, the opened private part and targets."""

    head: bytes
    leaf: bytes
    mac: bytes
    private: bytes
    targets: list[bytes]


def instant(at: datetime) -> str:
    """Return UTC with six decimals, `2026-11-22T20:24:50.123456Z`; ValueError for a time without zone."""
    if at.tzinfo is not UTC:
        if at.tzinfo is None:
            raise ValueError("a time without zone")
        at = at.astimezone(UTC)
    return at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def head(
    *,
    suite: Suite,
    id: str,
    at: str,
    verb: str,
    decision: str,
    reason: str,
    clauses: Sequence[str],
    rules: Sequence[str],
    purpose: str,
    entrance: str,
    epoch: int,
    policy: int,
    writer: str,
    n: int,
    prev: bytes,
    private: bytes,
    targets: bytes,
    count: int,
) -> bytes:
    """Return the head's canonical bytes, which are kept and never made again; hashes are raw 32 bytes."""
    return _dumps(
        {
            "at": at,
            "clauses": clauses,
            "count": count,
            "decision": decision,
            "entrance": entrance,
            "epoch": epoch,
            "id": id,
            "n": n,
            "policy": policy,
            "prev": prev.hex(),
            "private": private.hex(),
            "purpose": purpose,
            "reason": reason,
            "rules": rules,
            "suite": suite.name,
            "targets": targets.hex(),
            "v": 1,
            "verb": verb,
            "writer": writer,
        }
    )


def private_part(
    *, suite: Suite, salt: bytes, person: str, account: str, post: str, session: str, address: str, detail: str = ""
) -> bytes:
    """Return the private part's canonical bytes; "" means none, `detail` is the hex hash of a vault payload."""
    return _dumps(
        {
            "account": account,
            "address": address,
            "detail": detail,
            "person": person,
            "post": post,
            "salt": suite.digest(salt + b"private")[:16].hex(),
            "session": session,
        }
    )


def private_commitment(suite: Suite, part: bytes) -> bytes:
    """Return what the head says of the private part: H("jingui:private:1" 0x00 ‖ part)."""
    return suite.digest(_PRIVATE + part)


def targets_root(suite: Suite, targets: Sequence[Line], salt: bytes) -> tuple[bytes, list[bytes]]:
    """Return the RFC 9162 root over the salted targets and their canonical bytes, in order."""
    digest = suite.digest
    lines = [
        _dumps(
            {
                "patient": patient,
                "record": record,
                "salt": digest(salt + position.to_bytes(4, "big"))[:16].hex(),
                "type": kind,
                "version": version,
            }
        )
        for position, (patient, record, kind, version) in enumerate(targets)
    ]
    if len(lines) == 1:
        return digest(b"\x00" + lines[0]), lines
    return tree_hash(suite, [digest(b"\x00" + line) for line in lines]), lines


def leaf(suite: Suite, head: bytes) -> bytes:
    """Return the entry's leaf hash, H(0x00 ‖ head)."""
    return suite.digest(b"\x00" + head)


def build(
    *,
    suite: Suite,
    mac: Callable[[bytes], bytes],
    salt: bytes,
    id: str,
    at: datetime | str,
    verb: str,
    decision: str,
    reason: str,
    clauses: Sequence[str],
    rules: Sequence[str],
    purpose: str,
    entrance: str,
    epoch: int,
    policy: int,
    writer: str,
    n: int,
    prev: bytes,
    person: str,
    account: str,
    post: str,
    session: str,
    address: str,
    detail: str,
    targets: Sequence[Line],
) -> Built:
    """Return the whole entry; `salt` is 16 secret random bytes, `mac` the keyed MAC of the key ring, `prev` a leaf.

    `at` is a time with its zone, or what `instant` made of it: the entries of a batch share one.
    """
    if len(salt) != SALT_LENGTH:
        raise ValueError("the salt is 16 bytes")
    if not isinstance(at, str):
        at = instant(at)
    root, lines = targets_root(suite, targets, salt)
    part = private_part(
        suite=suite, salt=salt, person=person, account=account, post=post, session=session, address=address,
        detail=detail,
    )  # fmt: skip
    made = head(
        suite=suite, id=id, at=at, verb=verb, decision=decision, reason=reason, clauses=clauses, rules=rules,
        purpose=purpose, entrance=entrance, epoch=epoch, policy=policy, writer=writer, n=n, prev=prev,
        private=suite.digest(_PRIVATE + part), targets=root, count=len(lines),
    )  # fmt: skip
    return Built(made, suite.digest(b"\x00" + made), mac(made), part, lines)


def read(head: bytes) -> Mapping[str, object]:
    """Return the fields of a stored head; ValueError when it is not JSON of an object."""
    fields = orjson.loads(head)
    if not isinstance(fields, dict):
        raise ValueError("a head is an object")
    return fields
