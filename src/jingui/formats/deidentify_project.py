"""四（二）4 去标识化: a project's key and what it makes: pseudonyms and a patient's shift of dates [4.2.4] [5.2.4]

The same value has the same pseudonym inside one project and another in every other one. Whoever lacks the key can
neither make nor undo them; the way back is a table that the gate keeps, never the pseudonym itself.
"""

import hmac
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any, Final, NamedTuple

from jingui.core.deidentify import SHIFT
from jingui.core.deidentify_words import Kind
from jingui.core.errors import Misconfigured

SHORTEST: Final = 16  # bytes of a project's key
#: Letters alone, none that reads as a digit: no pattern of numbers can be found in a pseudonym.
LETTERS: Final = "ABCDEFGHJKMNPQRTUVWXY"
LENGTH: Final = 14  # 61 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A study or agreement: `key` is its secret, or a function that authenticates a message with it.

    `at` is the day against which ages are reckoned; without one a resource's own dates serve.
    """

    key: bytes | Callable[[bytes], bytes] = field(repr=False)
    profile: str
    at: date | None = None

    def __post_init__(self) -> None:
        if isinstance(self.key, bytes) and len(self.key) < SHORTEST:
            raise Misconfigured(table="deidentify", row="key")

    def digest(self, kind: str, value: str) -> bytes:
        """At least 16 bytes that nobody can make without the key."""
        message = f"jingui-deidentify\0{kind}\0{value}".encode("utf-8", "surrogatepass")
        if isinstance(self.key, bytes):
            return hmac.digest(self.key, message, "sha256")
        made = self.key(message)
        if len(made) < SHORTEST:
            raise Misconfigured(table="deidentify", row="key")
        return sha256(made).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Identities known before reading: the patient's and relatives' names, all their numbers, the staff's names."""

    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()


class Found(NamedTuple):
    """Something identifying in a text: [start, end) of the text as given."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A text after cleaning, and what was found in the text before it."""

    text: str
    found: tuple[Found, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deidentified:
    """A resource after de-identification, and how many elements of which path or kind were changed or left out."""

    resource: dict[str, Any]
    removed: Counter[str]


def same(value: str) -> str:
    """One form of a value for all its written forms: width, case, spaces, dots and dashes do not matter."""
    plain = unicodedata.normalize("NFKC", value).casefold()
    return "".join(one for one in plain if one.isalnum())


def pseudonym(project: Project, kind: str, value: str) -> str:
    """Return the pseudonym of a value: LENGTH letters, equal for all its written forms inside one project."""
    number = int.from_bytes(project.digest(kind, same(value) or value)[:16])
    out = []
    for _ in range(LENGTH):
        number, letter = divmod(number, len(LETTERS))
        out.append(LETTERS[letter])
    return "".join(out)


def shift_days(project: Project, patient: str) -> int:
    """Return the days by which every date of a patient moves: from -SHIFT to -1, one number per project and patient."""
    return -1 - int.from_bytes(project.digest("shift", patient)[:8]) % SHIFT
