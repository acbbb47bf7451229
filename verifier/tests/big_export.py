"""Write a large, valid export to measure the verifier: `python tests/big_export.py FILE [ENTRIES] [intl|gm]`.

An independent writer: complete subtrees are kept in a dictionary by height, heads are made from one template.
"""

import base64
import hashlib
import json
import sys
import uuid

from writer import ORIGIN, START, Signer, dumps, moment


def write(file, entries, suite="intl", every=5000, writers=4):
    """Write an export of `entries` entries with a checkpoint after each `every`; returns the key line."""
    signer = Signer(suite)
    empty = hashlib.new("sha256" if suite == "intl" else "sm3")

    def digest(data):
        state = empty.copy()
        state.update(data)
        return state.digest()

    def line(value):
        file.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

    names = [str(uuid.UUID(int=(0x4 << 76) | (0x8 << 60) | w << 90)) for w in range(writers)]
    heads, subtrees, time = {}, {}, moment(START)
    targets, private = digest(b"\0{}").hex(), digest(b"private").hex()
    line({"kind": "export", "v": 1, "origin": ORIGIN, "suite": suite, "key": signer.line, "from": 0, "to": entries})

    def root():
        node = None
        for height in sorted(subtrees):
            node = subtrees[height] if node is None else digest(b"\1" + subtrees[height] + node)
        return node or digest(b"")

    for i in range(entries):
        writer = names[i * 7 % writers]
        n, prev = heads.get(writer, (-1, "0" * 64))
        head = (
            f'{{"at":"{time}","clauses":["4.1.1","1.3.1"],"count":1,"decision":"allow","entrance":"fhir","epoch":3,'
            f'"id":"01935a1c-{i >> 16:04x}-7{i & 0xFFF:03x}-8000-{i:012x}","n":{n + 1},"policy":1,"prev":"{prev}",'
            f'"private":"{private}","purpose":"treatment","reason":"","rules":["treating-staff-read"],'
            f'"suite":"{suite}","targets":"{targets}","v":1,"verb":"read","writer":"{writer}"}}'
        )
        escaped = head.replace('"', '\\"')
        file.write(f'{{"kind":"entry","index":{i},"head":"{escaped}"}}\n'.encode())
        node, height = digest(b"\0" + head.encode()), 0
        heads[writer] = [n + 1, node.hex()]
        while height in subtrees:
            node, height = digest(b"\1" + subtrees.pop(height) + node), height + 1
        subtrees[height] = node
        if (i + 1) % every == 0 or i == entries - 1:
            signed = digest(dumps(heads).encode()).hex()
            text = f"{ORIGIN}\n{i + 1}\n{_base64(root())}\ntime {time}\nepoch 3\nwriters {signed}\n"
            line({"kind": "checkpoint", "note": signer.note(text), "heads": heads})
    line({"kind": "end", "size": entries, "root": root().hex()})
    return signer.line


def _base64(raw):
    return base64.b64encode(raw).decode()


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as out:
        print(write(out, int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000, *sys.argv[3:4]))
