"""Proofs that must be refused, each with the step that must fail, and random mutations of good ones."""

import copy
import json

from writer import START, Ledger, Signer, dumps, moment


def _signed_head(ledger, **changes):
    """An entry proof over a head that the key truly signed, though the format forbids it."""
    made = Ledger(ledger.suite, seed=3)
    made.signer = ledger.signer
    made.add(targets=1)
    raw = changes.pop("raw", None)
    head = dumps(json.loads(made.heads[0]) | changes) if raw is None else raw(made.heads[0])
    made.heads, made.leaves = [head], [made.leaf(head)]
    made.checkpoint()
    return made.entry_proof(0)


def bad_proofs(ledger):
    """Yield (name, proof, key line, failing step) for one ledger of 13 entries with checkpoints at 5, 10 and 13."""
    key, suite = ledger.signer.line, ledger.suite
    entry, line = ledger.entry_proof(6), ledger.line_proof(11, 2, private=True)
    receipt, grown = ledger.receipt(3, 9, 2), ledger.consistency(0, 2)
    zero = "0" * 64

    yield "no pinned key", entry, "", "key"
    yield "another key of the same name", entry, Signer(suite, 99).line, "note"
    yield "a key of the other suite", entry, Signer("gm" if suite == "intl" else "intl").line, "note"
    yield "not an object", [entry], key, "kind"
    yield "unknown kind", entry | {"kind": "other"}, key, "kind"
    yield "kind of an object's own", entry | {"kind": "toString"}, key, "kind"
    yield "kind as a list", entry | {"kind": ["entry"]}, key, "kind"
    yield "a float", entry | {"index": 6.5}, key, "kind"
    yield "unknown member", entry | {"more": 1}, key, "form"
    yield "line under the name of entry", line | {"kind": "entry"}, key, "form"
    yield "entry under the name of line", entry | {"kind": "line"}, key, "form"
    yield "index below zero", entry | {"index": -1}, key, "form"
    yield "index as text", entry | {"index": "6"}, key, "form"
    yield "path in capitals", entry | {"path": [step.upper() for step in entry["path"]]}, key, "form"
    yield "path of 65", entry | {"path": [zero] * 65}, key, "form"
    yield "path as text", entry | {"path": "".join(entry["path"])}, key, "form"
    yield "size other than the checkpoint's", entry | {"size": 14}, key, "note"
    yield "another index", entry | {"index": 5}, key, "inclusion"
    yield "index beyond", entry | {"index": 13}, key, "inclusion"
    yield "path too short", entry | {"path": entry["path"][:-1]}, key, "inclusion"
    yield "path too long", entry | {"path": [*entry["path"], zero]}, key, "inclusion"
    yield "path turned about", entry | {"path": entry["path"][::-1]}, key, "inclusion"
    yield "older checkpoint", entry | {"checkpoint": ledger.checkpoints[1][1], "size": 10}, key, "inclusion"
    yield "another head", entry | {"head": ledger.heads[7]}, key, "inclusion"
    yield "head altered", entry | {"head": entry["head"].replace("treatment", "research")}, key, "inclusion"
    yield "head with white space", entry | {"head": entry["head"] + " "}, key, "head"
    yield "receipt's note as checkpoint", entry | {"checkpoint": receipt["note"]}, key, "note"
    yield "checkpoint as receipt's note", receipt | {"note": entry["checkpoint"]}, key, "note"

    other = "gm" if suite == "intl" else "intl"
    for name, change in (
        ("head of the other suite", {"suite": other}),
        ("suite unknown", {"suite": "none"}),
        ("v 2", {"v": 2}),
        ("v true", {"v": True}),
        ("time without decimals", {"at": "2026-11-22T20:24:50Z"}),
        ("no such day", {"at": "2026-02-30T20:24:50.123456Z"}),
        ("hour 24", {"at": "2026-11-22T24:24:50.123456Z"}),
        ("UUID of version 4", {"id": "01935a1c-0000-4000-8000-000000000000"}),
        ("n below zero", {"n": -1}),
        ("count as text", {"count": "1"}),
        ("clauses as text", {"clauses": "4.1.1"}),
        ("a rule that is no text", {"rules": [1]}),
        ("unknown key", {"extra": 1}),
        ("decision unknown", {"decision": "maybe"}),
        ("allowed with a reason", {"decision": "allow", "reason": "no_rule"}),
        ("refused without a reason", {"decision": "deny", "reason": ""}),
        ("no targets but a root", {"count": 0}),
        ("prev too short", {"prev": "00"}),
        ("verb in capitals", {"verb": "READ"}),
    ):
        step = "inclusion" if name == "head of the other suite" else "head"
        yield name, _signed_head(ledger, **change), key, step
    for name, raw in (
        ("keys out of order", lambda head: "{" + head[1:-1].partition(",")[2] + "," + head[1:].partition(",")[0] + "}"),
        ("a key twice", lambda head: head[:-1] + ',"writer":' + head.rpartition('"writer":')[2]),
        ("an escape too many", lambda head: head.replace('"read"', '"\\u0072ead"')),
        ("a number as 1.0", lambda head: head.replace('"v":1', '"v":1.0')),
        ("a missing key", lambda head: head.replace('"epoch":3,', "")),
    ):
        yield name, _signed_head(ledger, raw=raw), key, "head"

    yield "another target", line | {"target": ledger.targets[11][1]}, key, "target"
    yield "another position", line | {"position": 1}, key, "target"
    yield "another count", line | {"count": 4}, key, "target"
    yield "position beyond", line | {"position": 3}, key, "target"
    yield "target's version as text", line | {"target": line["target"] | {"version": "1"}}, key, "target"
    yield "target with more", line | {"target": line["target"] | {"name": ""}}, key, "target"
    yield "target without salt", line | {"target": line["target"] | {"salt": ""}}, key, "target"
    yield "target of another entry", line | {"target": ledger.targets[7][2]}, key, "target"
    yield "target path cut", line | {"target_path": line["target_path"][:-1]}, key, "target"
    yield "target path added to", line | {"target_path": [*line["target_path"], zero]}, key, "target"
    yield "another person", line | {"private": line["private"] | {"person": "p1"}}, key, "private"
    yield "private part of another entry", line | {"private": ledger.privates[10]}, key, "private"
    yield "private part without salt", line | {"private": line["private"] | {"salt": "0" * 32}}, key, "private"
    yield "private part null", line | {"private": None}, key, "private"

    yield "receipt of another head", receipt | {"head": ledger.heads[6]}, key, "inclusion"
    yield "receipt at another place", receipt | {"position": 3}, key, "inclusion"
    yield "receipt of another count", receipt | {"count": 5}, key, "note"
    yield "receipt of another batch", receipt | {"note": ledger.receipt(4, 10, 0)["note"]}, key, "inclusion"

    yield "old and new changed about", grown | {"old": grown["new"], "new": grown["old"]}, key, "consistency"
    yield "consistency path cut", grown | {"path": grown["path"][:-1]}, key, "consistency"
    yield "consistency path added to", grown | {"path": [*grown["path"], zero]}, key, "consistency"
    yield "consistency path empty", grown | {"path": []}, key, "consistency"
    yield "consistency path of another pair", grown | {"path": ledger.consistency(1, 2)["path"]}, key, "consistency"
    fork = Ledger(suite, seed=8)
    fork.signer = ledger.signer
    fork.grow(13, every=5)
    yield "forked", grown | {"new": fork.checkpoints[-1][1]}, key, "consistency"
    yield "old unsigned", grown | {"old": grown["old"].split("\n\n")[0] + "\n"}, key, "old"
    yield "new altered", grown | {"new": grown["new"].replace("epoch 3", "epoch 2")}, key, "new"
    text = grown["new"].split("\n\n")[0] + "\n"
    for name, old, new in (
        ("another origin", ledger.origin, "other.example.org"),
        ("time before the old one", text.split("time ")[1][:27], moment(START)),
    ):
        yield name, grown | {"new": ledger.signer.note(text.replace(old, new))}, key, "consistency"
    same = ledger.consistency(1, 1)
    heads = same["new"].split("\n\n")[0].rpartition(" ")[0] + f" {zero}\n"
    yield "equal sizes, other writers", same | {"new": ledger.signer.note(heads)}, key, "consistency"


def places(value, at=()):
    """Every path to a member or item of nested lists and objects."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield (*at, key)
        yield from places(item, (*at, key))


def _string(rng, text):
    kind = rng.randrange(5)
    spot = rng.randrange(len(text) + 1)
    char = (
        rng.choice(text) if text and rng.random() < 0.6 else chr(rng.choice([0, 10, 32, 48, 65, 102, 0xFF10, 0x20BB7]))
    )
    if kind == 0:
        return text[:spot] + char + text[spot:]
    if kind == 1:
        return text[:spot] + text[spot + 1 :]
    if kind == 2:
        return text[:spot] + char + text[spot + 1 :]
    if kind == 3:
        return text[spot:] + text[:spot]
    return text.swapcase()


def mutated(rng, proof, others):
    """A proof that differs from `proof` in one random place; never equal to it."""
    while True:
        made = copy.deepcopy(proof)
        at = rng.choice(list(places(made)))
        spot = made
        for step in at[:-1]:
            spot = spot[step]
        value, kind = spot[at[-1]], rng.randrange(6)
        if kind == 0:
            del spot[at[-1]]
        elif kind == 1 and isinstance(spot, list):
            spot.insert(at[-1], rng.choice(spot))
        elif kind == 1:
            spot[rng.choice(["more", "private", "target", "x"])] = rng.choice([None, 0, "", [], {}])
        elif kind == 2:
            other = rng.choice(others)
            spot[at[-1]] = copy.deepcopy(other.get(at[0], None))
        elif isinstance(value, str):
            spot[at[-1]] = _string(rng, value)
        elif isinstance(value, int):
            spot[at[-1]] = rng.choice(
                [value + 1, value - 1, value + 2**32, value + 2**53, -value, str(value), value ^ 8]
            )
        elif isinstance(value, list):
            rng.shuffle(value)
        else:
            spot[at[-1]] = rng.choice([None, [], {}, 0, "", [value]])
        if made != proof:
            return made
