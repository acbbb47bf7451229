"""四（二）1 复制件核验 [4.2.1]: what anybody sees who checks a copy: nothing that names somebody"""

from dataclasses import dataclass

from jingui.web.viewmodels.form import Form
from jingui.web.viewmodels.parts import Link, Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One thing that the check found; the first of several weighs most."""

    tone: Tone
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAnswer:
    """What the hospital says of one code and, if it was given, of one file's SHA-256.

    `proof` (JSON: {"proof", "key"}) is checked in the browser; "" until the ledger has placed the entry. `mismatch` is
    there when a file was compared and is not the sealed one: `number` then tells an altered file from another copy.
    """

    verdicts: tuple[Verdict, ...]
    found: bool
    facts: tuple[tuple[str, str], ...] = ()
    number: str = ""
    mismatch: bool = False
    proof: str = ""
    secret: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyPage:
    """verify/verify.html. `key` is the ledger's verification key, `root` the fingerprint of the stamp's root."""

    form: Form
    answer: CheckAnswer | None
    english: bool
    other_language: Link
    action: str
    side: str
    root_file: str
    key: str
    root: str
