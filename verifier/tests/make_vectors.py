"""Write tests/proof_vectors/*.json (the same bytes each time): `python tests/make_vectors.py [DIRECTORY]`."""

import base64
import hashlib
import json
import sys
from pathlib import Path

import spoil
from bad_proofs import bad_proofs
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from published import ED25519, SHA256, SHA512, SM2, SM3, TREE_LEAVES, TREE_ROOTS
from sm2_signer import N, P, be
from writer import NAME, Ledger, Signer, mth, path, subproof

HERE = Path(__file__).resolve().parents[2] / "tests" / "proof_vectors"
L = 2**252 + 27742317777372353535851937790883648493


def primitives():
    """Published vectors of the hashes and signatures, and forged signatures that must be refused."""
    ed, sm = list(ED25519), list(SM2)
    good = ed[1]
    key, message, signature = (bytes.fromhex(good[name]) for name in ("key", "message", "signature"))
    s = int.from_bytes(signature[32:], "little")
    one = (1).to_bytes(32, "little")
    p = 2**255 - 19
    for name, k, m, sig in (
        ("S + L", key, message, signature[:32] + (s + L).to_bytes(32, "little")),
        ("bit of R", key, message, bytes([signature[0] ^ 1]) + signature[1:]),
        ("bit of S", key, message, signature[:32] + bytes([signature[32] ^ 1]) + signature[33:]),
        ("bit of the message", key, bytes([message[0] ^ 1]), signature),
        ("another key", bytes.fromhex(ed[0]["key"]), message, signature),
        ("short", key, message, signature[:63]),
        ("long", key, message, signature + b"\0"),
        ("key of order 1 signs all", one, message, one + bytes(32)),
        ("key of order 1 written as p + 1", (p + 1).to_bytes(32, "little"), message, one + bytes(32)),
        ("key of order 2", (p - 1).to_bytes(32, "little"), message, one + bytes(32)),
        ("key of order 4", bytes(32), message, one + bytes(32)),
        ("x = 0 with a sign", (1 | 1 << 255).to_bytes(32, "little"), message, one + bytes(32)),
        ("key is no point", (2).to_bytes(32, "little"), message, signature),
        ("all zero", bytes(32), message, bytes(64)),
    ):
        ed.append({"name": name, "key": k.hex(), "message": m.hex(), "signature": sig.hex(), "ok": False})
    for i in range(12):
        secret = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"vector {i}".encode()).digest())
        text = hashlib.sha512(f"text {i}".encode()).digest() * (i + 1)
        public = secret.public_key().public_bytes_raw().hex()
        made = {"name": f"made {i}", "key": public, "message": text.hex(), "signature": secret.sign(text).hex()}
        ed.append(made | {"ok": True})
    good = sm[0]
    key, message, signature = (bytes.fromhex(good[name]) for name in ("key", "message", "signature"))
    r, s = signature[:32], signature[32:]
    number = int.from_bytes(r, "big")
    for name, k, sig in (
        ("r = 0", key, bytes(32) + s),
        ("s = 0", key, r + bytes(32)),
        ("r = n", key, be(N) + s),
        ("s = n", key, r + be(N)),
        ("r + s = n", key, r + be(N - number)),
        ("all ones", key, b"\xff" * 64),
        ("bit of r", key, bytes([r[0] ^ 1]) + r[1:] + s),
        ("bit of s", key, r + s[:31] + bytes([s[31] ^ 1])),
        ("r and s changed about", key, s + r),
        ("short", key, signature[:63]),
        ("key off the curve", key[:63] + bytes([key[63] ^ 1]), signature),
        ("key with x = p", be(P) + key[32:], signature),
        ("key at zero", bytes(64), signature),
    ):
        sm.append({"name": name, "key": k.hex(), "message": message.hex(), "signature": sig.hex(), "ok": False})
    for i in range(6):
        signer = Signer("gm", seed=100 + i)
        text = hashlib.sha512(f"text {i}".encode()).digest() * (i + 1)
        raw = base64.b64decode(signer.line.split("+", 2)[2])[len(b"\xffjingui-sm2") :]
        made = {"name": f"made {i}", "key": raw.hex(), "message": text.hex(), "signature": signer._key.sign(text).hex()}
        sm.append(made | {"ok": True})
    sums = {"sha256": SHA256, "sha512": SHA512, "sm3": SM3}
    for name, cases in sums.items():
        for size in (55, 56, 63, 64, 111, 112, 119, 127, 128, 1000):  # around the padding's edges
            text = bytes(i * 7 % 256 for i in range(size))
            cases.append({"message": text.hex(), "digest": hashlib.new(name, text).hexdigest()})
        for case in cases:
            assert hashlib.new(name, bytes.fromhex(case["message"])).hexdigest() == case["digest"], case
    return sums | {"ed25519": ed, "sm2": sm}


def tree():
    """The reference tree of certificate transparency (eight leaves) with all its proofs, and one of each suite."""
    leaves = [hashlib.sha256(b"\0" + bytes.fromhex(leaf)).digest() for leaf in TREE_LEAVES]
    roots = [mth("intl", leaves[:size]).hex() for size in range(len(leaves) + 1)]
    assert roots == TREE_ROOTS
    found = {"published": {"leaves": TREE_LEAVES, "roots": TREE_ROOTS}, "suites": []}
    for suite in ("intl", "gm"):
        made = Ledger(suite)
        texts = [f"leaf {i}" for i in range(21)]
        leaves = [made.leaf(text) for text in texts]
        sizes = range(len(leaves) + 1)
        found["suites"].append(
            {
                "suite": suite,
                "leaves": texts,
                "roots": [mth(suite, leaves[:size]).hex() for size in sizes],
                "inclusion": [
                    {"index": i, "size": n, "path": [step.hex() for step in path(suite, i, leaves[:n])]}
                    for n in (1, 2, 3, 5, 8, 13, 16, 17, 21)
                    for i in range(n)
                ],
                "consistency": [
                    {"old": m, "new": n, "path": [step.hex() for step in subproof(suite, m, leaves[:n])]}
                    for n in (1, 2, 3, 6, 8, 16, 21)
                    for m in range(1, n + 1)
                ],
            }
        )
    return found


def canonical():
    """Texts that are their own canonical form, and texts that are not."""
    good = [
        "{}", "[]", "null", "true", "-1", "0", "9007199254740991", '""', '"病案"', '"\\n\\t\\"\\\\/"', '"\\u001f\x7f"',
        '"\u2028𠮷"', '{"a":1,"b":[{"c":null}]}', '{"A":1,"a":2}', '{"𠮷":1,"\ufb00":2}', '{"":0}', '{"__proto__":1}',
    ]  # fmt: skip
    bad = [
        "", " {}", "{} ", '{"a": 1}', '{"b":1,"a":2}', '{"a":1,"a":1}', "1.0", "1e2", "-0", "01", "+1", "NaN",
        "Infinity", "9007199254740992", "-9007199254740992", '"\\u0041"', '"\\/"', '"\\ud800"', '"\\u001F"',
        '"\\u000a"', '"\t"', "'a'", "[1,]", "{a:1}", '{"\ufb00":1,"𠮷":2}', "[" * 40 + "]" * 40, "1" * 5000,
        "\ufeff{}", "[1 ,2]",
    ]  # fmt: skip
    return {"good": good, "bad": bad}


def notes():
    """Keys and signed notes, good and bad."""
    keys, found = [], []
    for suite in ("intl", "gm"):
        ledger = Ledger(suite).grow(5)
        line, note = ledger.signer.line, ledger.checkpoints[-1][1]
        name, number, body = line.split("+", 2)
        raw = base64.b64decode(body)
        flipped = base64.b64encode(raw[:-1] + bytes([raw[-1] ^ 1])).decode()
        keys += [
            {"name": f"{suite} good", "line": line, "ok": True},
            {"name": f"{suite} with newline", "line": line + "\n", "ok": False},
            {"name": f"{suite} other name", "line": f"x{line}", "ok": False},
            {"name": f"{suite} other id", "line": f"{name}+00000000+{body}", "ok": False},
            {"name": f"{suite} id in capitals", "line": f"{name}+{number.upper()}+{body}", "ok": number.isdigit()},
            {"name": f"{suite} bit of the point", "line": f"{name}+{number}+{flipped}", "ok": False},
            {"name": f"{suite} base64 not canonical", "line": f"{line}=", "ok": False},
            {"name": f"{suite} no name", "line": f"+{number}+{body}", "ok": False},
            {"name": f"{suite} empty", "line": "", "ok": False},
        ]
        text = note.split("\n\n")[0] + "\n"
        witness = Signer("intl", 55, "witness.example.org").note(text).split("\n\n")[1]
        twin = note.split("\n\n")[1]

        def changed(old, new, text=text, ledger=ledger):
            assert old in text
            return ledger.signer.note(text.replace(old, new))

        for what, value, ok in (
            ("good", note, True),
            ("with a witness", note + witness, True),
            ("with a witness before", text + "\n" + witness + twin, True),
            ("witness alone", text + "\n" + witness, False),
            ("own signature twice", note + twin, False),
            ("no final newline", note[:-1], False),
            ("extra final newline", note + "\n", False),
            ("no signature", text, False),
            ("carriage returns", note.replace("\n", "\r\n"), False),
            ("hyphen for dash", note.replace("— ", "- "), False),
            ("other name", note.replace(f"— {NAME}", f"— x{NAME}"), False),
            ("text altered", note.replace("epoch 3", "epoch 4"), False),
            ("size with a leading zero", changed("\n5\n", "\n05\n"), False),
            ("size with a sign", changed("\n5\n", "\n+5\n"), False),
            ("size too large", changed("\n5\n", "\n1000000000000000\n"), False),
            ("extra line", changed("epoch 3\n", "epoch 3\nmore 1\n"), False),
            ("missing epoch", changed("epoch 3\n", ""), False),
            ("lines in another order", changed("epoch 3\n", "").replace("time", "epoch 3\ntime"), False),
            ("five decimals", changed("123456Z", "12345Z"), False),
            ("time with an offset", changed("123456Z", "123456+08:00"), False),
            ("no such day", changed("2026-11-22", "2026-11-31"), False),
            ("year zero", changed("2026-11-22", "0000-11-22"), False),
            ("root too short", changed(text.split("\n")[2], base64.b64encode(bytes(31)).decode()), False),
            ("writers in capitals", changed(text.split("writers ")[1], "A" * 64 + "\n"), False),
            ("root not canonical", changed("=\n", "\n"), False),
        ):
            found.append({"name": f"{suite} {what}", "key": line, "note": value, "ok": ok})
    return {"keys": keys, "checkpoints": found}


def proofs():
    """Proofs of every kind in both suites, good and bad."""
    cases = []
    for suite in ("intl", "gm"):
        ledger = Ledger(suite).grow(13, every=5)
        good = {
            "entry": ledger.entry_proof(6),
            "entry under an older checkpoint": ledger.entry_proof(0, at=0),
            "last entry": ledger.entry_proof(12),
            "line": ledger.line_proof(7, 1),
            "line with the private part": ledger.line_proof(11, 2, private=True),
            "receipt": ledger.receipt(3, 9, 2),
            "receipt of a batch of one": ledger.receipt(4, 5, 0),
            "consistency": ledger.consistency(0, 2),
            "consistency with itself": ledger.consistency(1, 1),
        }
        for name, proof in good.items():
            cases.append(
                {"name": f"{suite} {name}", "key": ledger.signer.line, "proof": proof, "ok": True, "fails": ""}
            )
        for name, proof, key, step in bad_proofs(ledger):
            cases.append({"name": f"{suite} {name}", "key": key, "proof": proof, "ok": False, "fails": step})
    return {"cases": cases}


def exports():
    """Exports with edits, and the range in which the first bad index must be named."""
    found = []
    for suite in ("intl", "gm"):
        ledger = spoil.ledger(suite)
        made = []
        for name, edits, outside, first, last, code in spoil.cases(suite):
            ok = first == last == 0 and code == ""
            case = {
                "name": name,
                "edits": edits,
                "outside": outside,
                "ok": ok,
                "first": first,
                "last": last,
                "code": code,
            }
            made.append(case)
        found.append({"suite": suite, "key": ledger.signer.line, "lines": ledger.export(), "cases": made})
    return {"exports": found}


def write(directory=HERE):
    """Write every file of vectors."""
    directory.mkdir(parents=True, exist_ok=True)
    made = {
        "primitives": primitives(), "tree": tree(), "canon": canonical(), "notes": notes(), "proofs": proofs(),
        "exports": exports(),
    }  # fmt: skip
    for name, value in made.items():
        text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
        (directory / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1])) if len(sys.argv) > 1 else write()
