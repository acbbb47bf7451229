"""五（一）2: SMART on FHIR 2 scopes bind a bearer token beside the rules [5.1.2] [5.2.1]"""

import re
from functools import lru_cache

from jingui.core.operation import Actor
from jingui.core.vector import Decided
from jingui.core.words import Strength, Verb

LETTERS = {
    Verb.READ: "r",
    Verb.HISTORY: "r",
    Verb.OPEN_CHART: "r",
    Verb.READ_LIFE: "r",
    Verb.EVERYTHING: "r",
    Verb.SEARCH: "s",
    Verb.SEARCH_PATIENT: "s",
    Verb.LIST: "s",
    Verb.ENTER: "c",
    Verb.REGISTER_PATIENT: "c",
    Verb.IMPORT: "c",
    Verb.CORRECT: "u",
}
SCOPE = re.compile(r"(patient|user|system)/([A-Z][A-Za-z]*|\*)\.(c?r?u?d?s?)")
REFUSED = Decided(False, ("smart-scope",), ("5.1.2",), (), "scope", "")


@lru_cache(maxsize=4096)
def covers(scopes: tuple[str, ...], letter: str, kind: str) -> bool:
    """Whether any scope grants `letter` on `kind`. `patient/` means the patient of a launch: without one, nobody."""
    for scope in scopes:
        found = SCOPE.fullmatch(scope)
        if found is not None and found[1] != "patient" and found[2] in ("*", kind) and letter in found[3]:
            return True
    return False


def out_of_scope(actor: Actor, verb: Verb, kind: str) -> bool:
    """Whether a token's scopes forbid what is asked; sessions and local commands have no scopes."""
    if actor.strength is not Strength.TOKEN:
        return False
    letter = LETTERS.get(verb)
    if letter is None:
        return False  # operations outside the data plane are decided by the rules alone
    return not covers(actor.scopes, letter, kind or "Patient")


def readable_kinds(actor: Actor) -> list[str] | None:
    """The types that a token's scopes let it read beside what it asked for; None for all (no token, or `*`)."""
    if actor.strength is not Strength.TOKEN or covers(actor.scopes, "r", ""):
        return None
    found = [SCOPE.fullmatch(scope) for scope in actor.scopes]
    return sorted({one[2] for one in found if one is not None and one[1] != "patient" and "r" in one[3]})
