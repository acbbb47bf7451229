"""The shared vectors: published ones, and good and bad cases made by the independent writer."""

import base64
import hashlib
import io
import json
from pathlib import Path

import pytest
import spoil
from make_vectors import HERE, write
from writer import as_text

from jingui_verify import sm2
from jingui_verify.bad import Bad
from jingui_verify.canon import canon, parse, parse_canonical
from jingui_verify.checkpoint import open_checkpoint
from jingui_verify.digest import _sm3_of_cryptography, hash_of, sm3
from jingui_verify.export import check_export
from jingui_verify.note import ED25519, parse_key
from jingui_verify.proofs import check_proof
from jingui_verify.tree import Frontier, check_consistency, root_by_inclusion, root_of


def load(name):
    """One file of vectors."""
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


def test_fresh(tmp_path):
    """The files in the tree are what the generator writes."""
    write(tmp_path)
    names = sorted(path.name for path in Path(tmp_path).iterdir())
    assert names == sorted(path.name for path in HERE.glob("*.json"))
    for name in names:
        assert (tmp_path / name).read_bytes() == (HERE / name).read_bytes(), name


def test_sm3():
    """GB/T 32905, by both libraries."""
    for case in load("primitives")["sm3"]:
        message = bytes.fromhex(case["message"])
        assert sm3(message).hex() == case["digest"] == _sm3_of_cryptography(message).hex()


def key_of(public):
    """A verification key line of an Ed25519 public key."""
    raw = ED25519 + public
    number = hashlib.sha256(b"k\n" + raw).digest()[:4].hex()
    return f"k+{number}+{base64.b64encode(raw).decode()}"


@pytest.mark.parametrize("case", load("primitives")["ed25519"], ids=lambda case: case["name"])
def test_ed25519(case):
    """RFC 8032, and forged signatures."""
    try:
        key = parse_key(key_of(bytes.fromhex(case["key"])))
    except Bad:
        assert not case["ok"]
        return
    assert key.verifies(bytes.fromhex(case["signature"]), bytes.fromhex(case["message"])) == case["ok"]


@pytest.mark.parametrize("case", load("primitives")["sm2"], ids=lambda case: case["name"])
def test_sm2(case):
    """GB/T 32918.5, and forged signatures."""
    public, signature, message = (bytes.fromhex(case[name]) for name in ("key", "signature", "message"))
    assert sm2.verify(public, signature, message) == case["ok"]


def test_tree():
    """The reference tree, and every proof of the recursive definitions."""
    published = load("tree")["published"]
    leaves = [bytes.fromhex(leaf) for leaf in published["leaves"]]
    digest = hash_of("intl")
    assert [root_of(digest, leaves[:size]).hex() for size in range(len(leaves) + 1)] == published["roots"]
    for made in load("tree")["suites"]:
        digest = hash_of(made["suite"])
        hashes = [digest(b"\0" + leaf.encode()) for leaf in made["leaves"]]
        roots = [bytes.fromhex(root) for root in made["roots"]]
        tree = Frontier(digest)
        for size, root in enumerate(roots):
            assert tree.root() == root and tree.size == size
            assert Frontier(digest, size, tree.nodes).root() == root
            if size < len(hashes):
                tree.append(hashes[size])
        for case in made["inclusion"]:
            steps = [bytes.fromhex(step) for step in case["path"]]
            size, index = case["size"], case["index"]
            found = root_by_inclusion(digest, leaf=hashes[index], index=index, size=size, path=steps)
            assert found == roots[size]
            for other in range(size):
                if other != index:
                    try:
                        wrong = root_by_inclusion(digest, leaf=hashes[index], index=other, size=size, path=steps)
                    except Bad:
                        continue
                    assert wrong != roots[size]
        for case in made["consistency"]:
            old, new = case["old"], case["new"]
            steps = [bytes.fromhex(step) for step in case["path"]]
            given = {"old_size": old, "new_size": new, "old_root": roots[old], "new_root": roots[new]}
            check_consistency(digest, **given, path=steps)
            for size in range(len(roots)):
                if size != old:
                    with pytest.raises(Bad):
                        check_consistency(digest, **given | {"old_size": size, "old_root": roots[old]}, path=steps)


def test_canonical():
    """Canonical texts are kept, all others refused."""
    for text in load("canon")["good"]:
        assert canon(parse_canonical(text)).decode() == text
    for text in load("canon")["bad"]:
        with pytest.raises(Bad):
            parse_canonical(text)
    for value in (1.5, {1: 2}, 2**53, "\ud800", b"", [object()]):
        with pytest.raises(Bad):
            canon(value)
    with pytest.raises(Bad):
        parse("[" * 100_000)


@pytest.mark.parametrize("case", load("notes")["keys"], ids=lambda case: case["name"])
def test_keys(case):
    """Key lines agree in name, id, type and point."""
    try:
        parse_key(case["line"])
    except Bad:
        assert not case["ok"]
    else:
        assert case["ok"]


@pytest.mark.parametrize("case", load("notes")["checkpoints"], ids=lambda case: case["name"])
def test_checkpoints(case):
    """Signed notes are read strictly."""
    try:
        open_checkpoint(case["note"], parse_key(case["key"]))
    except Bad:
        assert not case["ok"]
    else:
        assert case["ok"]


@pytest.mark.parametrize("case", load("proofs")["cases"], ids=lambda case: case["name"])
def test_proofs(case):
    """Good proofs pass; bad ones fail at the step that is meant."""
    try:
        key = parse_key(case["key"])
    except Bad:
        assert case["fails"] == "key"
        return
    outcome = check_proof(case["proof"], key)
    assert outcome.ok == case["ok"], outcome
    last = outcome.steps[-1]
    assert last.ok == case["ok"] and last.detail_zh is not None
    if not case["ok"]:
        # A float never gets past this verifier's JSON reader, so its form step stands for the browser's first.
        assert last.name == case["fails"] or (case["fails"], last.name) == ("kind", "form"), outcome


@pytest.mark.parametrize("made", load("exports")["exports"], ids=lambda made: made["suite"])
def test_exports(made):
    """The exports of the shared files, as jingui's own tests will read them."""
    key = parse_key(made["key"])
    for case in made["cases"]:
        lines = spoil.apply(made["lines"], case["edits"])
        report = check_export(io.BytesIO(as_text(lines)), key, case["outside"])
        assert report.ok == case["ok"], case["name"]
        if not case["ok"]:
            assert case["first"] <= report.finding.index <= report.finding.last <= case["last"], case["name"]
