"""Ways to spoil a ledger's export, each with what a verifier must say: (name, edits, outside notes, first, last, code).

`edits` are applied in order to the list of lines: ("set", i, line), ("drop", i), ("put", i, line).
`first` and `last` bound the index that must be named (equal where the evidence in the file is exact).
"""

import json

from writer import Ledger, dumps, mth

KEEP = (24, 5)  # entries, every: checkpoints at 5, 10, 15, 20 and 24


def ledger(suite, **options):
    """The ledger that all cases start from."""
    made = Ledger(suite, **options)
    made.grow(*KEEP)
    return made


def apply(lines, edits):
    """The lines after the edits."""
    lines = list(lines)
    for kind, at, *line in edits:
        if kind == "set":
            lines[at] = line[0]
        elif kind == "drop":
            del lines[at]
        else:
            lines.insert(at, line[0])
    return lines


def place(lines, index):
    """Where the entry `index` stands among the lines."""
    return next(i for i, line in enumerate(lines) if line.get("index") == index)


def with_head(line, **changes):
    """An entry line whose head says something else, written canonically."""
    return line | {"head": dumps(json.loads(line["head"]) | changes)}


def difference(old, new):
    """The edits from one list of lines to another, as plain replacement of all that differ."""
    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    return [("drop", same)] * (len(old) - same) + [("put", same + i, line) for i, line in enumerate(new[same:])]


def renumber(lines):
    """Give entries consecutive indices again and mend `to`, size and root, as a forger without the key can."""
    lines = [dict(line) for line in lines]
    at = 0
    for line in lines:
        if line["kind"] == "entry":
            line["index"] = at
            at += 1
    return mend(lines)


def mend(lines):
    """Recompute the first and the last line for the entries as they now stand."""
    lines = [dict(line) for line in lines]
    suite = lines[0]["suite"]
    made = Ledger(suite)
    leaves = [made.leaf(line["head"]) for line in lines if line["kind"] == "entry"]
    lines[0]["to"] = len(leaves)
    lines[-1] = {"kind": "end", "size": len(leaves), "root": mth(suite, leaves).hex()}
    return lines


def recompute(base, index, **changes):
    """Change one head and mend every later link and the end line; the signed checkpoints stay as they are."""
    made = Ledger(base.suite)
    lines, heads = base.export(), {}
    for i, line in enumerate(lines):
        if line["kind"] != "entry":
            continue
        head = json.loads(line["head"]) | (changes if line["index"] == index else {})
        head["prev"] = heads.get(head["writer"], "0" * 64)
        lines[i] = line | {"head": dumps(head)}
        heads[head["writer"]] = made.leaf(lines[i]["head"]).hex()
    return mend(lines)


def cases(suite):
    """Yield (name, edits, outside, first, last, code) for one suite; code "" means nothing is wrong."""
    base = ledger(suite)
    lines = base.export()
    heads = [json.loads(head) for head in base.heads]
    sizes = [size for size, _, _ in base.checkpoints]

    def window(index):
        low = max([0, *[size for size in sizes if size <= index]])
        return low, min(size for size in sizes if size > index) - 1

    def follows(index):
        """Whether the writer of `index` enters again before the next checkpoint."""
        later = heads[index + 1 : window(index)[1] + 1]
        return any(head["writer"] == heads[index]["writer"] for head in later)

    middle = next(i for i in range(6, 20) if follows(i) and heads[i]["count"] and heads[i]["decision"] == "allow")
    newest = next(i for i in range(6, 20) if not follows(i) and heads[i]["decision"] == "allow")

    def own_first(index):
        low = window(index)[0]
        return next(i for i in range(low, index + 1) if heads[i]["writer"] == heads[index]["writer"])

    yield "good", [], [], 0, 0, ""
    yield "good, outside checkpoint", [], [base.checkpoints[2][1]], 0, 0, ""
    for at, first in ((middle, middle), (newest, own_first(newest))):
        line = lines[place(lines, at)]
        for key, value in (("verb", "write"), ("private", "0" * 64), ("at", "2026-11-22T20:24:51.000000Z")):
            yield (
                f"altered {key} at {at}",
                [("set", place(lines, at), with_head(line, **{key: value}))],
                [],
                first,
                at,
                "",
            )
    linked = next(i for i in range(6, 20) if heads[i]["n"] > 0 and follows(i))
    for name, change in (("prev", {"prev": "ab" * 32}), ("n", {"n": 40}), ("suite", {"suite": "x"}), ("v", {"v": 2})):
        edit = ("set", place(lines, linked), with_head(lines[place(lines, linked)], **change))
        yield f"altered {name} at {linked}", [edit], [], linked, linked, ""
    spaced = lines[place(lines, middle)] | {"head": base.heads[middle].replace(":", ": ", 1)}
    yield "not canonical", [("set", place(lines, middle), spaced)], [], middle, middle, "not_canonical"
    yield "deleted, indices left", [("drop", place(lines, middle))], [], middle, middle, "index"
    gone = renumber(apply(lines, [("drop", place(lines, middle))]))
    before = max(i for i in range(middle) if heads[i]["writer"] == heads[middle]["writer"])
    after = next(i for i in range(middle + 1, 24) if heads[i]["writer"] == heads[middle]["writer"]) - 1
    earliest = max(window(middle)[0], before + 1)
    yield "deleted in the middle, renumbered", difference(lines, gone), [], earliest, after, "gap"
    gone = renumber(apply(lines, [("drop", place(lines, newest))]))
    yield (
        "deleted newest of its writer, renumbered",
        difference(lines, gone),
        [],
        window(newest)[0],
        window(newest)[1],
        "",
    )
    swapped = [("set", place(lines, 11), lines[place(lines, 12)]), ("set", place(lines, 12), lines[place(lines, 11)])]
    yield "swapped lines", swapped, [], 11, 11, "index"
    swapped = renumber(apply(lines, swapped))
    yield "swapped, renumbered", difference(lines, swapped), [], 10, 14, ""
    forged = Ledger(suite, seed=99)
    forged.add()
    extra = {"kind": "entry", "index": 12, "head": forged.heads[0]}
    put = renumber(apply(lines, [("put", place(lines, 12), extra)]))
    yield "inserted by an unknown writer", difference(lines, put), [], 12, 15, ""
    twice = renumber(apply(lines, [("put", place(lines, 12), lines[place(lines, 11)])]))
    yield "entry twice", difference(lines, twice), [], 12, 12, "repeat"
    yield (
        "recomputed",
        difference(lines, recompute(base, middle, verb="write")),
        [],
        window(middle)[0],
        window(middle)[1],
        "",
    )
    unsealed = [line for line in recompute(base, 22, verb="write") if line.get("note") != base.checkpoints[-1][1]]
    yield "tail recomputed, its checkpoint removed", difference(lines, unsealed), [], 20, 23, "unsealed"
    cut = base.export(to=20)
    yield "cut at an older checkpoint", difference(lines, cut), [base.checkpoints[-1][1]], 20, 23, "outside_shorter"
    yield "cut at an older checkpoint, none outside", difference(lines, cut), [], 0, 0, ""
    yield "end line removed", [("drop", len(lines) - 1)], [], 24, 24, "truncated"
    yield "line after the end", [("put", len(lines), lines[-1])], [], 24, 24, "form"
    other = ledger(suite, seed=8)
    other.signer, forked = base.signer, Ledger(suite)
    forked.signer = base.signer
    for i in range(24):
        forked.add(targets=i % 4, **({"epoch": 9} if i == 17 else {}))
        if i + 1 in sizes:
            forked.checkpoint()
    yield (
        "forked with the true key",
        difference(lines, forked.export()),
        [base.checkpoints[-1][1]],
        0,
        23,
        "outside_root",
    )
    yield "key replaced", difference(lines, ledger(suite, name="evil.example.org").export()), [], 0, 0, "key_differs"
    point = place(lines, 9) + 1
    note = lines[point]["note"]
    late = base.signer.note(note.split("\n\n")[0].replace("T20:24:5", "T20:20:5") + "\n")
    yield "checkpoint time goes back", [("set", point, lines[point] | {"note": late})], [], 9, 9, "checkpoint"
    bent = note.replace("\nepoch 3\n", "\nepoch 4\n")
    yield "checkpoint altered", [("set", point, lines[point] | {"note": bent})], [], 9, 9, "checkpoint"
    yield "checkpoint moved", [("drop", point), ("put", point + 1, lines[point])], [], 5, 10, ""
    wrong = lines[point]["heads"] | {base.writers[0]: [0, "0" * 64]}
    yield "heads altered", [("set", point, lines[point] | {"heads": wrong})], [], 9, 9, "checkpoint"
    first = lines[0] | {"origin": "other.example.org"}
    yield "origin altered", [("set", 0, first)], [], 4, 4, "checkpoint"
    yield "end root altered", [("set", len(lines) - 1, lines[-1] | {"root": "0" * 64})], [], 24, 24, "end"
