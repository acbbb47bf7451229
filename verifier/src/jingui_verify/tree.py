"""The Merkle tree of RFC 9162: a frontier that grows leaf by leaf, and the two proofs."""

from __future__ import annotations

from collections.abc import Sequence

from jingui_verify.bad import Bad
from jingui_verify.digest import Hash


class Frontier:
    """The maximal complete subtrees of a growing tree, left to right: at most one hash for each bit of its size."""

    __slots__ = ("_hash", "nodes", "size")

    def __init__(self, digest: Hash, size: int = 0, nodes: Sequence[bytes] = ()) -> None:
        """Start from the first `size` leaves, given by their subtrees; Bad('frontier') if their number is wrong."""
        if len(nodes) != size.bit_count():
            raise Bad("frontier", want=size.bit_count(), have=len(nodes))
        self._hash = digest
        self.size = size
        self.nodes = list(nodes)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        node, size, nodes = leaf, self.size, self.nodes
        while size & 1:
            node = self._hash(b"\x01" + nodes.pop() + node)
            size >>= 1
        nodes.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The tree hash now; that of the empty tree is H("")."""
        if not self.nodes:
            return self._hash(b"")
        node = self.nodes[-1]
        for left in reversed(self.nodes[:-1]):
            node = self._hash(b"\x01" + left + node)
        return node


def root_of(digest: Hash, leaves: Sequence[bytes]) -> bytes:
    """The tree hash of the list of leaf contents."""
    tree = Frontier(digest)
    for leaf in leaves:
        tree.append(digest(b"\x00" + leaf))
    return tree.root()


def root_by_inclusion(digest: Hash, *, leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that `path` leads to from leaf hash `leaf` (RFC 9162, 2.1.3.2); Bad if its length is wrong."""
    if not 0 <= index < size:
        raise Bad("inclusion", what=f"index {index} of {size}")
    fn, sn, node = index, size - 1, leaf
    for step in path:
        if sn == 0:
            raise Bad("inclusion", what="path too long")
        if fn & 1 or fn == sn:
            node = digest(b"\x01" + step + node)
            while not fn & 1 and fn != 0:
                fn >>= 1
                sn >>= 1
        else:
            node = digest(b"\x01" + node + step)
        fn >>= 1
        sn >>= 1
    if sn != 0:
        raise Bad("inclusion", what="path too short")
    return node


def check_consistency(
    digest: Hash, *, old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Pass if the older tree is a prefix of the newer (RFC 9162, 2.1.4.2), else Bad('consistency')."""
    if old_size > new_size:
        raise Bad("consistency", what="old is larger than new")
    if old_size == new_size or old_size == 0:
        empty = old_size == 0 and old_root != digest(b"")
        if path or empty or (old_size == new_size and old_root != new_root):
            raise Bad("consistency", what="roots of equal or empty trees")
        return
    steps = list(path)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        raise Bad("consistency", what="path too short")
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    fr = sr = steps[0]
    for step in steps[1:]:
        if sn == 0:
            raise Bad("consistency", what="path too long")
        if fn & 1 or fn == sn:
            fr = digest(b"\x01" + step + fr)
            sr = digest(b"\x01" + step + sr)
            while not fn & 1 and fn != 0:
                fn >>= 1
                sn >>= 1
        else:
            sr = digest(b"\x01" + sr + step)
        fn >>= 1
        sn >>= 1
    if sn != 0 or fr != old_root or sr != new_root:
        raise Bad("consistency", what="roots")
