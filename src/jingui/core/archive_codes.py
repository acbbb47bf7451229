"""三（二）2 纸质病案: the codes on labels: this house's, random, with a check that no slip of the hand passes [3.2.2]

Sixteen characters: three of the house, one of the kind, ten at random, two check digits (ISO 7064 MOD 97-10 over the
places of the characters in the alphabet, two digits each: no slip of one character and no two neighbours that changed
places pass). Without the house they say nothing of anybody. The letters I, L, O and U do not occur: they are read as
1, 1, 0 and refused.
"""

import re
import unicodedata
from typing import Final, NamedTuple

from jingui.core.errors import Invalid
from jingui.core.word import N_, Word

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM: Final = 10
RANDOM_BITS: Final = 5 * RANDOM
FORM: Final = re.compile(rf"[{ALPHABET}]{{14}}[0-9]{{2}}\Z")
CONFUSED: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": "", "\t": ""})
MALFORMED: Final = N_("这不是病案标签的条码")
SLIPPED: Final = N_("条码有误，校验位不符，请重新扫描")
FOREIGN: Final = N_("这是其他医院的条码，本院不受理")
WRONG_KIND: Final = N_("这不是此处需要的条码种类")


class Labelled(Word):
    """What a label is stuck on."""

    VOLUME = "V", N_("病案册")
    POSITION = "P", N_("架位")
    BAG = "B", N_("废纸袋")


class Seen(NamedTuple):
    """A scanned text: its code in the house's form, what it labels, or what is wrong with it (a msgid)."""

    code: str
    kind: Labelled | None = None
    wrong: str = ""


def house(secret: bytes) -> str:
    """The house's three characters, from at least two bytes that no other house has."""
    number = int.from_bytes(secret[:2], "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in (10, 5, 0))


def check(body: str) -> str:
    """The two check digits of a body."""
    return check_digits(int("".join(f"{ALPHABET.index(letter):02}" for letter in body)))


def check_digits(number: int) -> str:
    """The two check digits of a number (ISO 7064 MOD 97-10)."""
    return f"{98 - number * 100 % 97:02}"


def made(prefix: str, kind: Labelled, random: int) -> str:
    """A code from the house's prefix and RANDOM_BITS random bits."""
    body = f"{prefix}{kind.value}" + "".join(ALPHABET[random >> 5 * n & 31] for n in reversed(range(RANDOM)))
    return body + check(body)


def see(text: str, prefix: str) -> Seen:
    """What was scanned or typed: in any width and case, with or without hyphens."""
    code = unicodedata.normalize("NFKC", text).strip().upper().translate(CONFUSED)[:40]
    if not FORM.match(code) or code[3] not in set(Labelled):
        return Seen(code, wrong=MALFORMED)
    if check(code[:14]) != code[14:]:
        return Seen(code, wrong=SLIPPED)
    if code[:3] != prefix:
        return Seen(code, wrong=FOREIGN)
    return Seen(code, Labelled(code[3]))


def read(text: str, prefix: str, kind: Labelled, place: str = "code") -> str:
    """The code of a label of this kind; Invalid, naming the place, says what else it is."""
    seen = see(text, prefix)
    wrong = seen.wrong or ("" if seen.kind is kind else WRONG_KIND)
    if wrong:
        raise Invalid(places=((place, wrong),))
    return seen.code


def shown(code: str) -> str:
    """The code in groups of four, as labels and pages show it."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))
