"""Sealed copies: the good one, and everything that can be wrong with one; vectors by tools/copy_vectors.py."""

import hashlib
import json
import os
import random
import re
import zlib
from collections import Counter
from pathlib import Path

import pytest
from writer import Ledger, Signer

from jingui_verify import __main__, copy_texts, texts
from jingui_verify.bad import Bad
from jingui_verify.chain import read_roots
from jingui_verify.copies import check_copy
from jingui_verify.note import parse_key
from jingui_verify.pdf_file import Pdf
from jingui_verify.pdf_objects import Reference, Scanner

HERE = Path(__file__).resolve().parents[2] / "tests" / "proof_vectors" / "copies"
FLIPS = int(os.environ.get("JINGUI_MUTATIONS", "0")) or 2000


def file(name):
    return (HERE / name).read_bytes()


KEY, ROOTS = parse_key(file("key.txt").decode().strip()), read_roots(file("root.pem"))
GOOD, SIDE = file("copy.pdf"), file("copy.json")


def check(raw, side=None, roots=ROOTS, key=KEY):
    return check_copy(raw, key=key, roots=roots, side=side)


def wrong(outcome):
    """The code of the step that failed."""
    assert not outcome.ok
    assert all(step.ok for step in outcome.steps[:-1])
    return outcome.steps[-1].name, outcome.steps[-1].detail


def update(raw, objects):
    """An incremental update with these objects, as any PDF tool appends it."""
    out, places = raw, {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    at, before = len(out), int(re.findall(rb"startxref\s+([0-9]+)", raw)[-1])
    out += b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % pair for pair in places.items())
    root = Pdf(raw).trailer["Root"]
    out += b"trailer\n<</Size 999/Root %d 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (root.number, before, at)
    return out


def test_good():
    with_side, alone = check(GOOD, SIDE), check(GOOD)
    assert with_side.ok and alone.ok and with_side.pinned and with_side.side and not alone.side
    assert with_side.number == "FZ20261123-0001" and with_side.sealed.startswith("2026-11-23T02:05:00")
    assert [step.name for step in with_side.steps] == [
        "pdf", "seal", "signature", "side", "chain", "manifest", "entry_a", "listed", "entry_b", "file",
    ]  # fmt: skip


def test_flipped_bits():
    """No bit of the file can be changed unseen, without the side file's SHA-256 too."""
    chance, codes = random.Random(20261123), Counter()
    for _ in range(FLIPS):
        raw = bytearray(GOOD)
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        outcome = check(bytes(raw))
        codes[wrong(outcome)[1]] += 1
        assert not check(bytes(raw), SIDE).ok
    assert codes["file_altered"] > FLIPS // 2


def test_flipped_bits_of_the_seal():
    """What is not signed is the signature itself: every bit of it counts."""
    start = GOOD.rindex(b"/Contents") + 9
    stop = GOOD.index(b">", start)
    chance = random.Random(7)
    for at in [*chance.sample(range(start, start + 3000), 600), stop - 1, stop, stop + 1]:
        raw = bytearray(GOOD)
        raw[at] ^= 1 << chance.randrange(8)
        assert not check(bytes(raw)).ok, at


def test_flipped_bits_of_the_side_file():
    """Its certificates only help to build a chain and are trusted for nothing; all the rest counts."""
    judged = json.loads(SIDE) | {"certificates": []}
    chance = random.Random(3)
    for _ in range(FLIPS // 4):
        raw = bytearray(SIDE.rstrip())
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        try:
            same = json.loads(raw) | {"certificates": []} == judged
        except ValueError:
            same = False
        assert same or not check(GOOD, bytes(raw)).ok


def test_appended():
    catalog = Pdf(GOOD).trailer["Root"].number
    assert wrong(check(GOOD + b"\n"))[1] == "appended"
    assert wrong(check(GOOD + b"% nothing\n"))[1] == "appended"
    assert wrong(check(update(GOOD, {900: b"(new)"})))[1] == "appended"
    bare = re.sub(rb"/AcroForm\s*(\d+ 0 R|<<.*?>>)", b"", body_of(GOOD, catalog), flags=re.DOTALL)
    assert wrong(check(update(GOOD, {catalog: bare})))[1] == "no_seal"


def body_of(raw, number):
    """An object's own text."""
    places = [hit.end() for hit in re.finditer(rb"(?<![0-9])%d 0 obj" % number, raw)]
    return raw[places[-1] : raw.index(b"endobj", places[-1])].strip()


def test_cut():
    assert wrong(check(GOOD[:-1]))[1] in ("cut", "pdf")
    assert wrong(check(GOOD[: len(GOOD) // 2]))[0] == "pdf"
    assert wrong(check(b""))[1] == wrong(check(b"%PDF-1.7"))[1] == "pdf"


def test_signature_moved():
    """The seal's bytes put into an update that claims to cover everything: another file, so another digest."""
    forged = re.sub(rb"(/ByteRange\s*\[0 \d+ \d+ )\d+(\s*\])", lambda hit: hit[0], GOOD)
    longer = update(forged, {900: b"(more)"})
    start, stop, rest = (int(x) for x in re.search(rb"/ByteRange\s*\[0 (\d+) (\d+) (\d+)", GOOD).groups())
    grown = b"%d" % (len(longer) - stop)
    at = longer.index(b"%d" % rest, longer.index(b"/ByteRange"))
    raw = longer[:at] + grown + longer[at + len(grown) :]
    assert start < stop
    assert wrong(check(raw)) in (("signature", "file_altered"), ("seal", "seal"), ("pdf", "pdf"))


def test_other_copy():
    """The side file that the QR of another copy leads to."""
    assert wrong(check(GOOD, file("other.json"))) == ("side", "other_copy")
    mixed = json.loads(SIDE) | {"proof": json.loads(file("other.json"))["proof"]}
    assert wrong(check(GOOD, json.dumps(mixed).encode())) == ("file", "other_copy")
    assert check(file("other.pdf"), file("other.json")).ok


def test_time_stamp():
    """An authority's stamp over the signature is checked to its last byte, and said not to be judged."""
    timed, side = file("timed.pdf"), file("timed.json")
    found = check(timed, side)
    assert found.ok and found.stamped == "2026-11-23T02:05:00+00:00 · 时间戳"
    assert [step.name for step in found.steps][4:6] == ["chain", "time"]
    start = timed.rindex(b"/Contents") + 9
    chance, codes = random.Random(4), Counter()
    for at in chance.sample(range(start, start + 6000), 1200):
        raw = bytearray(timed)
        raw[at] ^= 1 << chance.randrange(8)
        codes[wrong(check(bytes(raw)))[0]] += 1
    assert codes["time"] > 100


def test_stamped_by_hand():
    """A file without a seal is believed for the ledger's entry of it alone; a seal that was torn off is not."""
    plain = GOOD[: GOOD.index(b"%%EOF") + 5] + b"\n"
    assert wrong(check(plain))[1] == "no_seal"
    assert wrong(check(plain, SIDE)) == ("side", "other_copy")
    ledger = Ledger("intl").grow(40)
    digest = hashlib.sha256(plain).hexdigest()
    ledger.add(
        [{"patient": "", "record": digest, "type": "copy_file", "version": 1}],
        verb="stamp_copy", decision="allow", reason="",
    )  # fmt: skip
    ledger.checkpoint()
    side = json.loads(SIDE) | {"digest": digest, "proof": ledger.line_proof(40, 0), "key": ledger.signer.line}
    found = check(plain, json.dumps(side).encode(), roots=None)
    assert found.ok and found.pinned
    assert "wet" in [step.name for step in found.steps]
    assert not check(plain, json.dumps(side).encode(), roots=None, key=None).pinned
    bent = plain.replace(b"/Type/Catalog", b"/Type/Catalot", 1)
    assert not check(bent, json.dumps(side).encode()).ok


def test_other_manifest():
    assert wrong(check(file("exchanged.pdf"), file("exchanged.json"))) == ("listed", "other_manifest")


def test_wrong_proofs():
    """A proof of another kind of entry, or none of a line, in the side file."""
    side = json.loads(SIDE)
    inside = json.loads(Pdf(GOOD).files()["proof.json"])
    assert wrong(check(GOOD, json.dumps(side | {"proof": inside}).encode())) == ("entry_b", "verb")
    plain = {name: side["proof"][name] for name in ("index", "size", "head", "path", "checkpoint")} | {"kind": "entry"}
    assert wrong(check(GOOD, json.dumps(side | {"proof": plain}).encode())) == ("entry_b", "form")
    for spoilt in ({}, side | {"v": 2}, side | {"more": 1}, side | {"certificates": ["!"]}, side | {"key": 5}, []):
        assert wrong(check(GOOD, json.dumps(spoilt).encode()))[0] == "side"
    assert wrong(check(GOOD, b"\xff"))[1] == "json"


def test_wrong_root_and_key():
    assert wrong(check(GOOD, SIDE, roots=read_roots(file("other_root.pem")))) == ("chain", "other_root")
    other = parse_key(Signer("intl", seed=8).line)
    assert wrong(check(GOOD, SIDE, key=other))[1] == "key"
    assert wrong(check(GOOD, key=other))[0] == "entry_a"
    unpinned = check(GOOD, SIDE, roots=None)
    assert unpinned.ok and not unpinned.pinned
    assert check(GOOD, SIDE, key=None).ok and not check(GOOD, SIDE, key=None).pinned
    with pytest.raises(Bad):
        read_roots(b"no certificate")


@pytest.mark.parametrize(
    "text",
    [b"[" * 2000, b"<<" * 500, b"(", b"<zz>", b"<</A 1/A 2>>", b"(" * 300, b"[1 2", b"9 0", b"/", b"<</A", b"tru", b""],
)
def test_objects_refused(text):
    """Broken objects are refused, never followed for ever."""
    try:
        Scanner(text).value(0)
    except Bad as bad:
        assert bad.code == "pdf"
    else:
        assert text in (b"/", b"9 0")


def test_objects():
    text = rb"<</A[1 -2.5 true null]/B(a\(b\)\101\n)/C<4a4B>/D#20e 7 0 R>>"
    assert Scanner(text).value(0)[0] == {
        "A": [1, -2.5, True, None], "B": b"a(b)A\n", "C": b"JK", "D e": Reference(7, 0)
    }  # fmt: skip


def built(objects):
    """A small PDF of these objects."""
    raw, places = b"%PDF-1.7\n", {}
    for number, body in objects.items():
        places[number] = len(raw)
        raw += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%d 1\n%010d 00000 n \n" % pair for pair in places.items())
    return raw + b"xref\n%strailer\n<</Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (table, len(raw))


@pytest.mark.parametrize(("names", "size"), [(1, 80 << 20), (3, 30 << 20)])
def test_bombs(names, size):
    """Streams that grow without end, one alone or several together, are refused at once."""
    packed = zlib.compress(bytes(size))
    specs = {10 + at: b"<</UF(%d.json)/EF<</F 4 0 R>>>>" % at for at in range(names)}
    listed = b"".join(b"(%d.json) %d 0 R " % (at - 10, at) for at in specs)
    raw = built(
        {
            1: b"<</Type/Catalog/Names<</EmbeddedFiles<</Names[%s]>>>>>>" % listed,
            4: b"<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream" % (len(packed), packed),
        }
        | specs
    )
    with pytest.raises(Bad):
        Pdf(raw).files()


def test_loops():
    """Tables and objects that name each other are refused at once."""
    loop = b"%PDF-1.7\nxref\n0 0\ntrailer\n<</Prev 9/Root 1 0 R>>\nstartxref\n9\n%%EOF"
    assert wrong(check(loop)) == ("pdf", "pdf")
    assert wrong(check(built({1: b"2 0 R", 2: b"1 0 R"}))) == ("pdf", "pdf")
    fields = built({1: b"<</Type/Catalog/AcroForm<</Fields[2 0 R]>>>>", 2: b"<</Kids[2 0 R]>>"})
    assert wrong(check(fields)) == ("seal", "pdf")
    kids = built({1: b"<</Type/Catalog/Names<</EmbeddedFiles 2 0 R>>>>", 2: b"<</Kids[%s]>>" % (b"2 0 R " * 900)})
    with pytest.raises(Bad):
        Pdf(kids).files()


def test_words():
    """No code or step of a copy's check has the name of another."""
    kept = Path(texts.__file__).read_text(encoding="utf-8")
    for part, more in zip(kept.split("TEXTS = ")[:2], (copy_texts.STEPS, copy_texts.TEXTS), strict=True):
        assert not set(re.findall(r'^    "(\w+)": ', part, flags=re.MULTILINE)) & set(more)


def test_cli(capsys, tmp_path):
    """Exit codes, words and JSON of the command; a pinned key and root are needed for a plain yes."""

    def run(*more):
        return __main__.main(["copy", *map(str, more)])

    pins = ["--root", HERE / "root.pem", "--key", HERE / "key.txt"]
    assert run(HERE / "copy.pdf", "--side", HERE / "copy.json", *pins) == 0
    assert "核验通过" in capsys.readouterr().out
    assert run(HERE / "copy.pdf", *pins) == 0
    assert "没有随附证明" in capsys.readouterr().out
    assert run(HERE / "copy.pdf") == 3
    assert run(HERE / "copy.pdf", "--side", HERE / "other.json", *pins) == 1
    assert "另一份复制件" in capsys.readouterr().out
    (tmp_path / "bad.pdf").write_bytes(GOOD + b"x")
    assert run(tmp_path / "bad.pdf", *pins, "--json") == 1
    said = json.loads(capsys.readouterr().out)
    assert said["steps"][-1]["detail"] == "appended" and not said["ok"]
    assert run(tmp_path / "none.pdf") == 2
    assert run(HERE / "copy.pdf", "--root", HERE / "copy.pdf") == 1


def test_without_network(monkeypatch):
    """Nothing is asked of anybody."""
    import socket

    def refuse(*_):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert check(GOOD, SIDE).ok
