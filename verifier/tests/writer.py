"""An independent writer of ledgers, only for tests: it shares no code with jingui_verify nor with Jingui.

Trees are written from the recursive definitions of RFC 9162 (2.1.1, 2.1.3.1, 2.1.4.1), not from the frontier that the
verifier uses. Everything is derived from a seed, so vectors can be made again byte by byte.
"""

import base64
import hashlib
import json
import random
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sm2_signer import Sm2Signer

ORIGIN = "ledger.example.org/jingui"
NAME = "ledger.example.org"
START = datetime(2026, 11, 22, 20, 24, 50, 123456, tzinfo=UTC)


def dumps(value):
    """Canonical JSON of ASCII-keyed values by the standard library's writer."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(suite, data):
    """SHA-256 or SM3."""
    return hashlib.new("sha256" if suite == "intl" else "sm3", data).digest()


def moment(at):
    """A time as the format writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"


def _split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(suite, leaves):
    """RFC 9162 2.1.1 over leaf hashes."""
    if not leaves:
        return digest(suite, b"")
    if len(leaves) == 1:
        return leaves[0]
    k = _split(len(leaves))
    return digest(suite, b"\x01" + mth(suite, leaves[:k]) + mth(suite, leaves[k:]))


def path(suite, m, leaves):
    """RFC 9162 2.1.3.1."""
    if len(leaves) <= 1:
        return []
    k = _split(len(leaves))
    if m < k:
        return [*path(suite, m, leaves[:k]), mth(suite, leaves[k:])]
    return [*path(suite, m - k, leaves[k:]), mth(suite, leaves[:k])]


def subproof(suite, m, leaves, whole=True):
    """RFC 9162 2.1.4.1."""
    if m == len(leaves):
        return [] if whole else [mth(suite, leaves)]
    k = _split(len(leaves))
    if m <= k:
        return [*subproof(suite, m, leaves[:k], whole), mth(suite, leaves[k:])]
    return [*subproof(suite, m - k, leaves[k:], False), mth(suite, leaves[:k])]


def frontier(suite, leaves):
    """The maximal complete subtrees, left to right."""
    found, at = [], 0
    for bit in reversed(range(len(leaves).bit_length())):
        if len(leaves) >> bit & 1:
            found.append(mth(suite, leaves[at : at + (1 << bit)]))
            at += 1 << bit
    return found


class Signer:
    """A signing key of either suite."""

    def __init__(self, suite, seed=7, name=NAME):
        self.suite, self.name = suite, name
        secret = hashlib.sha256(f"test key {suite} {seed}".encode()).digest()
        if suite == "intl":
            self._key = Ed25519PrivateKey.from_private_bytes(secret)
            public, self._type = self._key.public_key().public_bytes_raw(), b"\x01"
        else:
            self._key = Sm2Signer(secret)
            public, self._type = self._key.public, b"\xff" + b"jingui-sm2"
        self.id = hashlib.sha256(name.encode() + b"\x0a" + self._type + public).digest()[:4]
        self.line = f"{name}+{self.id.hex()}+{base64.b64encode(self._type + public).decode()}"

    def note(self, text):
        """`text` (which ends with a newline) as a signed note."""
        blob = base64.b64encode(self.id + self._key.sign(text.encode())).decode()
        return f"{text}\n— {self.name} {blob}\n"


class Ledger:
    """A small ledger in memory, with everything a test may want to show or to spoil."""

    def __init__(self, suite="intl", seed=7, writers=3, name=NAME, origin=ORIGIN):
        self.suite, self.origin = suite, origin
        self.random = random.Random(f"{suite}/{seed}")
        self.signer = Signer(suite, seed, name)
        self.writers = [self.uuid(4) for _ in range(writers)]
        self.heads_of = {}  # writer -> [n, leaf hex]
        self.heads, self.leaves, self.privates, self.targets, self.checkpoints = [], [], [], [], []

    def uuid(self, version):
        """A UUID of that version from the seed."""
        raw = bytearray(self.random.randbytes(16))
        raw[6] = raw[6] & 0x0F | version << 4
        raw[8] = raw[8] & 0x3F | 0x80
        text = raw.hex()
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    def salt(self, secret, label):
        """salt(label) of the format."""
        return digest(self.suite, secret + label)[:16].hex()

    def add(self, targets=1, **changes):
        """Append one entry with so many made-up targets, or with those of a list (their salts are added)."""
        secret, index = self.random.randbytes(16), len(self.heads)
        given = targets if isinstance(targets, list) else []
        targets = len(given) or targets
        private = {
            "person": f"p{self.random.randrange(10**6)}", "account": "a12", "post": "心内科 医师", "session": "s9",
            "address": "10.0.0.8", "detail": "", "salt": self.salt(secret, b"private"),
        }  # fmt: skip
        listed = [
            {
                "patient": f"pt{self.random.randrange(10**6)}", "record": f"r{index}-{i}", "type": "Observation",
                "version": 1, "salt": self.salt(secret, i.to_bytes(4, "big")),
            }
            for i in range(targets)
        ]  # fmt: skip
        listed = [one | new for one, new in zip(listed, given, strict=True)] if given else listed
        writer = self.random.choice(self.writers)
        n, prev = self.heads_of.get(writer, (-1, "0" * 64))
        denied = index % 7 == 3
        head = {
            "v": 1, "suite": self.suite, "id": self.uuid(7), "at": moment(START + timedelta(milliseconds=index)),
            "verb": "read", "decision": "deny" if denied else "allow", "reason": "no_rule" if denied else "",
            "clauses": ["4.1.1"], "rules": [] if denied else ["treating-staff-read"], "purpose": "treatment",
            "entrance": "fhir", "epoch": 3, "policy": 1, "writer": writer, "n": n + 1, "prev": prev,
            "private": digest(self.suite, b"jingui:private:1\0" + dumps(private).encode()).hex(),
            "targets": mth(self.suite, [self.leaf(dumps(t)) for t in listed]).hex(), "count": targets,
        } | changes  # fmt: skip
        self.put(dumps(head), private, listed)
        return head

    def leaf(self, text):
        """RFC 9162 leaf hash of a text."""
        return digest(self.suite, b"\0" + text.encode())

    def put(self, head, private, targets):
        """Append a head as it is, and let its writer's chain go on from it."""
        value = json.loads(head)
        self.heads.append(head)
        self.leaves.append(self.leaf(head))
        self.privates.append(private)
        self.targets.append(targets)
        self.heads_of[value["writer"]] = [value["n"], self.leaves[-1].hex()]

    def body(self, size, root, heads, at):
        """The text of a checkpoint."""
        return (
            f"{self.origin}\n{size}\n{base64.b64encode(root).decode()}\ntime {moment(at)}\nepoch 3\n"
            f"writers {digest(self.suite, dumps(heads).encode()).hex()}\n"
        )

    def checkpoint(self, at=None):
        """Sign the tree as it stands; returns the note."""
        size, heads = len(self.heads), json.loads(json.dumps(self.heads_of))
        at = at or START + timedelta(seconds=1 + len(self.checkpoints))
        note = self.signer.note(self.body(size, mth(self.suite, self.leaves), heads, at))
        self.checkpoints.append((size, note, heads))
        return note

    def grow(self, entries, every=8):
        """Append entries with 0 to 3 targets and a checkpoint after every `every`, and after the last."""
        for i in range(entries):
            self.add(targets=i % 4)
            if len(self.heads) % every == 0 or i == entries - 1:
                self.checkpoint()
        return self

    def entry_proof(self, index, at=-1):
        """An entry proof under checkpoint number `at`."""
        size, note, _ = self.checkpoints[at]
        steps = [step.hex() for step in path(self.suite, index, self.leaves[:size])]
        return {
            "kind": "entry", "index": index, "size": size, "head": self.heads[index], "path": steps,
            "checkpoint": note,
        }  # fmt: skip

    def line_proof(self, index, position, private=False, at=-1):
        """A line proof of one target, with the private part if asked."""
        leaves = [self.leaf(dumps(target)) for target in self.targets[index]]
        found = self.entry_proof(index, at) | {
            "kind": "line", "target": self.targets[index][position], "position": position, "count": len(leaves),
            "target_path": [step.hex() for step in path(self.suite, position, leaves)],
        }  # fmt: skip
        return found | {"private": self.privates[index]} if private else found

    def consistency(self, old, new):
        """A consistency proof between two checkpoints by number."""
        m, n = self.checkpoints[old], self.checkpoints[new]
        steps = subproof(self.suite, m[0], self.leaves[: n[0]]) if m[0] else []
        return {"kind": "consistency", "old": m[1], "new": n[1], "path": [step.hex() for step in steps]}

    def receipt(self, first, last, position):
        """A receipt for entry `first + position` of the batch first … last-1."""
        leaves = self.leaves[first:last]
        root = base64.b64encode(mth(self.suite, leaves)).decode()
        body = f"{self.origin}/receipt\n{len(leaves)}\n{root}\ntime {moment(START)}\n"
        return {
            "kind": "receipt", "head": self.heads[first + position], "position": position, "count": len(leaves),
            "path": [step.hex() for step in path(self.suite, position, leaves)], "note": self.signer.note(body),
        }  # fmt: skip

    def export(self, start=0, to=None, opened=False):
        """The lines of an export, as objects."""
        to = self.checkpoints[-1][0] if to is None else to
        first = {
            "kind": "export", "v": 1, "origin": self.origin, "suite": self.suite, "key": self.signer.line,
            "from": start, "to": to,
        }  # fmt: skip
        if start:
            first["frontier"] = [node.hex() for node in frontier(self.suite, self.leaves[:start])]
        lines = [first]
        for index in range(start, to):
            entry = {"kind": "entry", "index": index, "head": self.heads[index]}
            if opened:
                entry |= {"private": self.privates[index], "target_list": self.targets[index]}
            lines.append(entry)
            lines += [
                {"kind": "checkpoint", "note": note, "heads": heads}
                for size, note, heads in self.checkpoints
                if size == index + 1
            ]
        lines.append({"kind": "end", "size": to, "root": mth(self.suite, self.leaves[:to]).hex()})
        return lines


def as_text(lines):
    """Export lines as the bytes of a file."""
    return "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines).encode()
