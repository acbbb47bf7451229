"""一（三）全程管控: the tree against published vectors, the RFC's recursion, and forgers [1.3.3]"""

from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingui.core.errors import Tampered
from jingui.crypto import merkle
from jingui.crypto.suite import INTERNATIONAL, NATIONAL, Suite
from jingui.crypto.tiles import Prover, Shelf, completed, resume

# The eight leaves of the Certificate Transparency reference tests, used with RFC 6962 and RFC 9162
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def mth(suite: Suite, leaves: list[bytes]) -> bytes:
    """Return the tree hash by the recursion of RFC 9162 section 2.1.1, word for word."""
    if not leaves:
        return suite.digest(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return suite.digest(b"\x01" + mth(suite, leaves[:k]) + mth(suite, leaves[k:]))


def inclusion(suite: Suite, m: int, leaves: list[bytes]) -> list[bytes]:
    """Return PATH(m, D_n) of RFC 9162 section 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*inclusion(suite, m, leaves[:k]), mth(suite, leaves[k:])]
    return [*inclusion(suite, m - k, leaves[k:]), mth(suite, leaves[:k])]


def consistency(suite: Suite, m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """Return SUBPROOF(m, D_n, b) of RFC 9162 section 2.1.4.1."""
    if m == len(leaves):
        return [] if whole else [mth(suite, leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*consistency(suite, m, leaves[:k], whole), mth(suite, leaves[k:])]
    return [*consistency(suite, m - k, leaves[k:], False), mth(suite, leaves[:k])]


class Log:
    """A ledger's tiles and leaves in memory."""

    def __init__(self, suite: Suite, size: int, step: int = 97) -> None:
        self.suite = suite
        self.leaves = [suite.digest(number.to_bytes(8, "big")) for number in range(size)]
        self.tree = merkle.Tree(suite)
        self.full: dict[tuple[int, int], tuple[bytes, ...]] = {}
        for start in range(0, size, step):
            for tile in self.tree.append(self.leaves[start : start + step]):
                self.full[tile.level, tile.number] = tile.hashes

    def prover(self) -> Prover:
        """Return a prover over the stored tiles."""
        shelf = Shelf(self.suite, lambda start, stop: self.leaves[start:stop], lambda level, n: self.full[level, n])
        return Prover(self.suite, shelf, self.tree.size)


@lru_cache(maxsize=4)
def log(name: str, size: int) -> Log:
    """Return a shared log; tests do not change it."""
    return Log(INTERNATIONAL if name == "intl" else NATIONAL, size)


def test_published_roots() -> None:
    hashes = [merkle.leaf_hash(INTERNATIONAL, leaf) for leaf in LEAVES]
    assert merkle.tree_hash(INTERNATIONAL, []).hex() == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    for size in range(1, 9):
        assert merkle.tree_hash(INTERNATIONAL, hashes[:size]).hex() == ROOTS[size - 1]
        tree = merkle.Tree(INTERNATIONAL)
        tree.append(hashes[:size])
        assert tree.root().hex() == ROOTS[size - 1]


def test_published_proofs() -> None:
    hashes = [merkle.leaf_hash(INTERNATIONAL, leaf) for leaf in LEAVES]
    prover = Prover(INTERNATIONAL, lambda _level, _index, width: hashes[:width], 8)
    assert [node.hex() for node in prover.inclusion(0, 8)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [node.hex() for node in prover.consistency(6, 8)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_small_trees_completely(suite: Suite) -> None:
    leaves = [suite.digest(bytes([number])) for number in range(18)]
    prover = Prover(suite, lambda _level, _index, width: leaves[:width], len(leaves))
    for size in range(1, 19):
        root = mth(suite, leaves[:size])
        assert prover.root(size) == merkle.tree_hash(suite, leaves[:size]) == root
        for index in range(size):
            path = prover.inclusion(index, size)
            assert path == inclusion(suite, index, leaves[:size])
            assert merkle.verify_inclusion(suite, leaves[index], index, size, path, root)
            for other in range(size + 2):
                if other != index:
                    assert not merkle.verify_inclusion(suite, leaves[index], other, size, path, root)
        for old in range(size + 1):
            path = prover.consistency(old, size)
            before = mth(suite, leaves[:old])
            assert path == (consistency(suite, old, leaves[:size]) if old else [])
            assert merkle.verify_consistency(suite, old, size, before, root, path)
            if old not in (0, size):
                assert not merkle.verify_consistency(suite, old, size, root, root, path)
                assert not merkle.verify_consistency(suite, old, size, before, before, path)
                assert not merkle.verify_consistency(suite, old, size, before, root, path[:-1])
                assert not merkle.verify_consistency(suite, old, size, before, root, [*path, root])


@settings(max_examples=40)
@given(data=st.data())
def test_large_trees_by_tiles(data: st.DataObject) -> None:
    held = log("intl", 70_000)  # three tile levels
    size = data.draw(st.integers(1, 70_000))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(0, size))
    prover = held.prover()
    root = prover.root(size)
    path = prover.inclusion(index, size)
    assert merkle.verify_inclusion(INTERNATIONAL, held.leaves[index], index, size, path, root)
    proof = prover.consistency(old, size)
    assert merkle.verify_consistency(INTERNATIONAL, old, size, prover.root(old), root, proof)
    forged = [bytes(32) if number == 0 else node for number, node in enumerate(path)]
    assert not path or not merkle.verify_inclusion(INTERNATIONAL, held.leaves[index], index, size, forged, root)
    assert not merkle.verify_inclusion(INTERNATIONAL, bytes(32), index, size, path, root)
    assert not merkle.verify_inclusion(INTERNATIONAL, held.leaves[index], index, size, [*path, bytes(32)], root)
    assert not merkle.verify_inclusion(INTERNATIONAL, held.leaves[index], index, size, path, bytes(32))


def test_roots_by_tiles_are_the_recursions(suite: Suite) -> None:
    held = Log(suite, 1_500)
    prover = held.prover()
    for size in (0, 1, 255, 256, 257, 511, 512, 513, 1_024, 1_499, 1_500):
        assert prover.root(size) == mth(suite, held.leaves[:size])
    assert held.tree.root() == mth(suite, held.leaves)
    assert list(held.tree.frontier()) == prover.frontier(1_500)


@given(steps=st.lists(st.integers(0, 700), max_size=6))
def test_growing_in_steps_or_after_a_restart_is_growing_at_once(steps: list[int]) -> None:
    leaves = log("intl", 70_000).leaves
    tree, at, tiles = merkle.Tree(INTERNATIONAL), 0, []
    for step in steps:
        grown = tree.append(leaves[at : at + step])
        assert [(tile.level, tile.number) for tile in grown] == completed(at, at + step)
        tiles += grown
        at += step
        tree = merkle.Tree(INTERNATIONAL, tree.size, tree.edge())  # a restart
    assert tree.size == at
    assert tree.root() == merkle.tree_hash(INTERNATIONAL, leaves[:at])
    assert sorted(tiles) == sorted(merkle.Tree(INTERNATIONAL).append(leaves[:at]))


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 70_000])
def test_a_tree_resumes_from_its_stored_tiles(size: int) -> None:
    held = log("intl", 70_000)
    shelf = Shelf(INTERNATIONAL, lambda start, stop: held.leaves[start:stop], lambda level, n: held.full[level, n])
    tree = resume(INTERNATIONAL, size, shelf)
    tree.append(held.leaves[size:])
    assert tree.root() == held.tree.root()
    assert tree.edge() == held.tree.edge()


def test_an_edge_of_another_size_is_refused() -> None:
    tree = merkle.Tree(INTERNATIONAL)
    tree.append([bytes(32)] * 300)
    with pytest.raises(ValueError, match="edge"):
        merkle.Tree(INTERNATIONAL, 301, tree.edge())


def test_a_short_tile_is_noticed() -> None:
    with pytest.raises(Tampered):
        Prover(INTERNATIONAL, lambda _level, _index, width: [bytes(32)] * (width - 1), 10).root(10)


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 11)])
def test_no_proof_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="tree"):
        Prover(INTERNATIONAL, lambda _level, _index, width: [bytes(32)] * width, 10).inclusion(index, size)


@given(path=st.lists(st.binary(min_size=32, max_size=32), max_size=8), old=st.integers(0, 9), new=st.integers(0, 9))
def test_made_up_proofs_fail(path: list[bytes], old: int, new: int) -> None:
    root, before = b"r" * 32, b"o" * 32
    assert not merkle.verify_consistency(INTERNATIONAL, old, new, before, root, path)
    assert not merkle.verify_inclusion(INTERNATIONAL, b"l" * 32, old, new, path, root)
    assert not merkle.verify_inclusion(INTERNATIONAL, b"l" * 32, 0, 2, [b"short"], root)
