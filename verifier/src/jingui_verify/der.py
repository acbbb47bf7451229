"""DER, read strictly: definite, shortest lengths, low tag numbers, nothing left over."""

from __future__ import annotations

from dataclasses import dataclass

from jingui_verify.bad import Bad

INTEGER, BITS, OCTETS, OID, SEQUENCE, SET = 0x02, 0x03, 0x04, 0x06, 0x30, 0x31


@dataclass(frozen=True)
class Node:
    """One value: its tag, its content and its whole encoding."""

    tag: int
    body: bytes
    raw: bytes

    def parts(self) -> list[Node]:
        """The values inside a constructed one."""
        found, at = [], 0
        while at < len(self.body):
            node, at = _read(self.body, at)
            found.append(node)
        return found

    def want(self, tag: int) -> Node:
        """This value if it has that tag."""
        if self.tag != tag:
            raise Bad("cms", what=f"tag {self.tag:#x}")
        return self


def _read(raw: bytes, at: int) -> tuple[Node, int]:
    if at + 2 > len(raw) or raw[at] & 31 == 31:
        raise Bad("cms", what="DER")
    tag, length, start = raw[at], raw[at + 1], at + 2
    if length & 128:
        count = length & 127
        digits = raw[start : start + count]
        length, start = int.from_bytes(digits, "big"), start + count
        if not 1 <= count <= 4 or len(digits) != count or not digits[0] or length < 128:
            raise Bad("cms", what="DER")
    if start + length > len(raw):
        raise Bad("cms", what="DER")
    return Node(tag, raw[start : start + length], raw[at : start + length]), start + length


def first(raw: bytes) -> tuple[Node, bytes]:
    """The first value and what follows it."""
    node, at = _read(raw, 0)
    return node, raw[at:]


def whole(raw: bytes) -> Node:
    """The only value of `raw`."""
    node, rest = first(raw)
    if rest:
        raise Bad("cms", what="DER")
    return node


def take(parts: list[Node], *tags: int) -> list[Node]:
    """Exactly these values in this order."""
    if [part.tag for part in parts] != list(tags):
        raise Bad("cms", what="form")
    return parts
