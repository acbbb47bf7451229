"""二（二）3 停机应急: a ward station's identity and the lines of its own ledger [2.2.3] [4.1.2]

A line is canonical JSON: the head of an entry (docs/ledger-format.md, version 1), its opened private part and targets,
the note (reason) that `detail` commits to, and the signed checkpoint of the ledger that ends with it.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from jingui.core.entry import Line
from jingui.core.errors import Invalid, Tampered
from jingui.core.word import N_
from jingui.crypto import entry, note
from jingui.crypto.canon import canon
from jingui.crypto.checkpoint import Checkpoint, heads_hash, parse_checkpoint
from jingui.crypto.merkle import Tree
from jingui.crypto.recipient import LENGTH, Recipient
from jingui.crypto.suite import Signer, Suite, suite_by_code

PREFIX: Final = "jingui-station"
NAME: Final = "jingui-station"  # key name of its notes
SIGNS: Final = {1: 32, 2: 64}  # length of a signing key by suite code


class Identity(NamedTuple):
    """The public half of a station: what is registered."""

    suite: Suite
    signs: bytes
    opens: bytes

    def pack(self) -> bytes:
        """As the register keeps it."""
        return bytes((self.suite.code,)) + self.signs + self.opens

    def line(self, code: str) -> str:
        """The registration line of the station called `code`."""
        return f"{PREFIX}+{code}+{base64.urlsafe_b64encode(self.pack()).decode()}"

    def key(self) -> note.Key:
        """The key of its notes."""
        return note.Key(NAME, self.suite, self.signs)

    def writer(self) -> UUID:
        """The writer's number in its entries: it follows from the key, so a new key is a new ledger."""
        return UUID(bytes=self.suite.digest(b"jingui:station:1\0" + self.pack())[:16])

    def origin(self) -> str:
        """The origin of its checkpoints."""
        return f"{NAME}/{self.writer()}"


class Keys:
    """The private half, from a 32-byte seed."""

    __slots__ = ("identity", "recipient", "signer", "storage")

    def __init__(self, suite: Suite, seed: bytes) -> None:
        """Derive the signing, opening and storing keys."""
        self.signer: Signer = suite.signer(suite.derive(seed, b"jingui:station:sign:1"))
        self.recipient = Recipient(suite, suite.derive(seed, b"jingui:station:open:1"))
        self.storage = suite.cipher(suite.derive(seed, b"jingui:station:store:1"))
        self.identity = Identity(suite, self.signer.public, self.recipient.public)


def token_digest(suite: Suite, token: str) -> bytes:
    """What the house keeps of the station's token: the secret that both know."""
    return suite.digest(b"jingui:token:1\0" + token.encode())


def unpack(packed: bytes) -> Identity:
    """The identity again; Tampered for bytes that are none."""
    signs = SIGNS.get(packed[0], 0) if packed else 0
    if not signs or len(packed) != 1 + signs + LENGTH:
        raise Tampered(where="station key")
    return Identity(suite_by_code(packed[0]), packed[1 : 1 + signs], packed[1 + signs :])


def parse(line: str, code: str) -> Identity:
    """The identity of a registration line; Invalid unless it is whole and of the station called `code`."""
    kind, _, rest = line.strip().partition("+")
    named, _, encoded = rest.partition("+")
    try:
        if kind == PREFIX and named == code:
            return unpack(base64.b64decode(encoded.encode("ascii"), altchars=b"-_", validate=True))
    except (binascii.Error, UnicodeEncodeError, Tampered):
        pass  # told below, whatever was wrong with it
    raise Invalid(places=(("key", N_("不是该工作站的登记串，请完整复制 jingui station init 的输出")),))


class Said(NamedTuple):
    """What happened, before the ledger gives it a place."""

    id: str
    at: datetime
    verb: str
    decision: str
    reason: str
    purpose: str
    epoch: int
    policy: int
    person: str
    account: str
    post: str
    session: str
    targets: Sequence[Line]
    text: str  # reason in words, committed to by `detail`


class Read(NamedTuple):
    """A checked line, opened."""

    head: Mapping[str, Any]
    private: Mapping[str, Any]
    targets: tuple[Line, ...]
    text: str
    leaf: bytes


class Chain:
    """The ledger's end: what the next line must follow. The station extends it, the house follows it."""

    __slots__ = ("identity", "last", "size", "tree")

    def __init__(
        self, identity: Identity, size: int = 0, last: bytes = entry.GENESIS, edge: Sequence[Sequence[bytes]] = ()
    ) -> None:
        """Go on after `size` lines, the last of which has the leaf hash `last`."""
        self.identity, self.size, self.last = identity, size, last
        self.tree = Tree(identity.suite, size, edge)

    def made(self, said: Said, signer: Signer, salt: bytes) -> tuple[bytes, bytes]:
        """The next line and its leaf hash. The chain moves only with `advance`, after the line is on disk."""
        suite = self.identity.suite
        built = entry.build(
            suite=suite, mac=suite.digest, salt=salt, id=said.id, at=said.at, verb=said.verb, decision=said.decision,
            reason=said.reason, clauses=("2.2.3", "4.1.2"), rules=(), purpose=said.purpose, entrance="station",
            epoch=said.epoch, policy=said.policy, writer=str(self.identity.writer()), n=self.size, prev=self.last,
            person=said.person, account=said.account, post=said.post, session=said.session, address="",
            detail=_detail(suite, salt, said.text), targets=said.targets,
        )  # fmt: skip
        tree = Tree(suite, self.size, self.tree.edge())
        tree.append([built.leaf])
        heads = {str(self.identity.writer()): (self.size, built.leaf)}
        checkpoint = Checkpoint(
            origin=self.identity.origin(), size=self.size + 1, root=tree.root(), at=said.at, epoch=said.epoch,
            writers=heads_hash(suite, heads),
        )  # fmt: skip
        line = {
            "checkpoint": note.sign(checkpoint.text(), self.identity.key(), signer), "head": built.head.decode(),
            "private": built.private.decode(), "salt": salt.hex(),
            "targets": [one.decode() for one in built.targets], "text": said.text,
        }  # fmt: skip
        return canon(line), built.leaf

    def check(self, line: bytes) -> Read:
        """The line opened, if it is exactly what must follow; Tampered names what does not hold."""
        try:
            whole = orjson.loads(line)
            head, private, salt = whole["head"].encode(), whole["private"].encode(), bytes.fromhex(whole["salt"])
            targets, text, signed = [one.encode() for one in whole["targets"]], str(whole["text"]), whole["checkpoint"]
            fields, part = orjson.loads(head), orjson.loads(private)
            lines = tuple(
                Line(one["patient"], one["record"], one["type"], one["version"]) for one in map(orjson.loads, targets)
            )
            made = self._again(fields, part, lines, salt)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Tampered(where="line") from None
        suite = self.identity.suite
        if made.head != head or made.private != private or made.targets != targets:
            raise Tampered(where="content")
        if part["detail"] != _detail(suite, salt, text):
            raise Tampered(where="text")
        if fields["prev"] != self.last.hex() or fields["n"] != self.size:
            raise Tampered(where="chain")
        if fields["writer"] != str(self.identity.writer()):
            raise Tampered(where="writer")
        self._signed(signed, made.leaf)
        return Read(fields, part, lines, text, made.leaf)

    def advance(self, leaf: bytes) -> None:
        """Go on after a line that stands."""
        self.tree.append([leaf])
        self.size, self.last = self.size + 1, leaf

    def _again(
        self, fields: Mapping[str, Any], part: Mapping[str, Any], lines: tuple[Line, ...], salt: bytes
    ) -> entry.Built:
        return entry.build(
            suite=self.identity.suite, mac=self.identity.suite.digest, salt=salt, id=fields["id"], at=fields["at"],
            verb=fields["verb"], decision=fields["decision"], reason=fields["reason"], clauses=fields["clauses"],
            rules=fields["rules"], purpose=fields["purpose"], entrance=fields["entrance"], epoch=fields["epoch"],
            policy=fields["policy"], writer=fields["writer"], n=fields["n"], prev=bytes.fromhex(fields["prev"]),
            person=part["person"], account=part["account"], post=part["post"], session=part["session"],
            address=part["address"], detail=part["detail"], targets=lines,
        )  # fmt: skip

    def _signed(self, signed: str, leaf: bytes) -> None:
        if not isinstance(signed, str):
            raise Tampered(where="checkpoint")
        text, _ = note.verify(signed, [self.identity.key()])
        checkpoint = parse_checkpoint(text)
        tree = Tree(self.identity.suite, self.size, self.tree.edge())
        tree.append([leaf])
        if (checkpoint.origin, checkpoint.size, checkpoint.root) != (
            self.identity.origin(), self.size + 1, tree.root(),
        ):  # fmt: skip
            raise Tampered(where="checkpoint")


def _detail(suite: Suite, salt: bytes, text: str) -> str:
    return suite.digest(b"jingui:station:text\0" + salt + text.encode()).hex() if text else ""
