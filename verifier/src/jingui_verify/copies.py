"""四（二）1 复制件: check a sealed copy without the hospital: the file, its seal, and its two entries in the ledger.

Entry A commits what the copy contains; its proof lies in the file. Entry B commits the sealed file itself; its proof
lies beside it, for no file can hold a proof about its own hash.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509

from jingui_verify import texts
from jingui_verify.bad import Bad
from jingui_verify.canon import parse
from jingui_verify.chain import check_chain, name, read_roots
from jingui_verify.cms import check_signature
from jingui_verify.digest import sha256
from jingui_verify.note import Key, base64_strict, parse_key
from jingui_verify.pdf_file import Pdf
from jingui_verify.pdf_seal import seal_of, signatures
from jingui_verify.proofs import check_proof
from jingui_verify.time_stamp import check_stamp

MANIFEST, PROOF = "manifest.json", "proof.json"
_SIDE = {"kind", "v", "digest", "key", "proof", "certificates"}


@dataclass(kw_only=True)
class CopyOutcome:
    """The steps of the check, in order; it stops at the first that fails. `digest` is the file's SHA-256 in hex."""

    digest: str
    pinned: bool
    side: bool
    steps: list[texts.Step] = field(default_factory=list)
    sealed: str = ""
    by: str = ""
    stamped: str = ""  # time and authority of a time stamp, if there is one
    number: str = ""

    @property
    def ok(self) -> bool:
        """Whether every step passed (says nothing of key and root: see `pinned`)."""
        return bool(self.steps) and all(step.ok for step in self.steps)


class _Stop(Exception):
    pass


class _Check:
    def __init__(self, raw: bytes, key: Key | None, roots: list[x509.Certificate], side: bytes | None) -> None:
        self.raw, self.key, self.roots, self.side = raw, key, roots, side
        digest = sha256(raw).hex()
        self.outcome = CopyOutcome(digest=digest, pinned=key is not None and bool(roots), side=side is not None)
        self.issuers: list[x509.Certificate] = []
        self.pinned = key is not None

    @contextmanager
    def step(self, name: str, detail: str = "") -> Iterator[None]:
        try:
            yield
        except Bad as bad:
            self.outcome.steps.append(texts.step(name, bad))
            raise _Stop from bad
        self.outcome.steps.append(texts.step(name, None, detail))

    def proven(self, step: str, proof: Any, verb: str, kind: str) -> tuple[str, str]:
        """Pass if `proof` is a line proof of an allowed `verb` whose line commits a digest: (digest, time)."""
        inner = check_proof(proof, self.key)
        if not inner.ok:
            bad = inner.steps[-1]
            self.outcome.steps.append(texts.failed(step, bad))
            raise _Stop
        with self.step(step, f"{proof['index']} / {proof['size']}"):
            if proof["kind"] != "line":
                raise Bad("form", what="kind")
            head: dict[str, Any] = parse(proof["head"])
            if head["verb"] != verb or head["decision"] != "allow" or head["reason"]:
                raise Bad("verb", verb=f"{head['verb']} ({head['decision']})")
            line = {part: proof["target"][part] for part in ("patient", "type", "version")}
            if line != {"patient": "", "type": kind, "version": 1}:
                raise Bad("target", what="type")
        return proof["target"]["record"], head["at"]


def check_copy(
    raw: bytes, *, key: Key | None = None, roots: list[x509.Certificate] | None = None, side: bytes | None = None
) -> CopyOutcome:
    """Check the PDF `raw` and, if given, the side file kept beside it; never raises for bad input, each step tells."""
    check = _Check(raw, key, roots or [], side)
    with suppress(_Stop):
        _run(check)
    return check.outcome


def _run(check: _Check) -> None:
    with check.step("pdf"):
        pdf = Pdf(check.raw)
        by_hand = check.side is not None and not signatures(pdf)
    beside = _wet(check) if by_hand else _sealed(check, pdf)
    a = _inside(check, pdf)
    if beside is not None:
        digest, b = check.proven("entry_b", beside["proof"], "stamp_copy", "copy_file")
        with check.step("file"):
            if digest != check.outcome.digest:
                raise Bad("other_copy")
            if b < a:
                raise Bad("order")


def _sealed(check: _Check, pdf: Pdf) -> dict[str, Any] | None:
    with check.step("seal"):
        seal = seal_of(pdf)
    with check.step("signature"):
        signed = check_signature(seal.signature, seal.signed)
    check.outcome.sealed, check.outcome.by = seal.at.isoformat(), name(signed.signer)
    beside = _side(check) if check.side is not None else None
    with check.step("chain", name(signed.signer)):
        check_chain(signed, check.roots, check.issuers, seal.at)
    if signed.unsigned is not None:
        with check.step("time"):
            at, authority = check_stamp(signed.unsigned, signed.value, [*check.roots, *check.issuers])
        check.outcome.stamped = f"{at.isoformat()} · {name(authority)}"
    return beside


def _wet(check: _Check) -> dict[str, Any]:
    """The file of a copy that was stamped by hand: no seal is in it, so all rests on the ledger's entry of it."""
    beside = _side(check)
    with check.step("wet"):
        check.outcome.pinned = check.outcome.pinned or check.pinned
    return beside


def _inside(check: _Check, pdf: Pdf) -> str:
    with check.step("manifest"):
        files = pdf.files()
        for wanted in (MANIFEST, PROOF):
            if wanted not in files:
                raise Bad("attached", name=wanted)
        manifest, proof = parse(files[MANIFEST]), parse(files[PROOF])
        if not isinstance(manifest, dict):
            raise Bad("form", what="manifest")
    check.outcome.number = str(manifest.get("number", ""))[:40]
    digest, at = check.proven("entry_a", proof, "prepare_copy", "copy_manifest")
    with check.step("listed"):
        if digest != sha256(files[MANIFEST]).hex():
            raise Bad("other_manifest")
    return at


def _side(check: _Check) -> dict[str, Any]:
    with check.step("side"):
        found = parse(check.side or b"")
        if not isinstance(found, dict) or set(found) != _SIDE or found["kind"] != "copy" or found["v"] != 1:
            raise Bad("form", what="side")
        if found["digest"] != check.outcome.digest:
            raise Bad("other_copy")
        if not isinstance(found["key"], str) or not isinstance(found["certificates"], list):
            raise Bad("form", what="side")
        check.issuers = [_certificate(one) for one in found["certificates"][:10]]
        theirs = parse_key(found["key"])
        if check.key is None:
            check.key = theirs  # self-consistent only: the outcome stays unpinned
        elif theirs != check.key:
            raise Bad("key", what="another ledger")
    return found


def _certificate(text: object) -> x509.Certificate:
    if not isinstance(text, str):
        raise Bad("form", what="side")
    (found,) = read_roots(base64_strict(text))
    return found
