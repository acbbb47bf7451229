"""五（一）2: SMART on FHIR 2 scopes bind a bearer token beside the rules [5.1.2] [5.2.1]"""

from functools import lru_cache

from jingui.core.operation import Actor
from jingui.core.smart import Scope, data_of
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
REFUSED = Decided(False, ("smart-scope",), ("5.1.2",), (), "scope", "")
HOUSE = ("user", "system")  # of the hospital's own tokens: `patient/` means the patient of a launch, and there is none


@lru_cache(maxsize=4096)
def granting(scopes: tuple[str, ...], letter: str, kind: str, contexts: tuple[str, ...]) -> tuple[Scope, ...]:
    """The scopes of these contexts that grant `letter` on `kind`."""
    return tuple(one for one in data_of(scopes, *contexts) if one.kind in ("*", kind) and letter in one.letters)


def covers(scopes: tuple[str, ...], letter: str, kind: str) -> bool:
    """Whether any scope of a token of the hospital's own grants `letter` on `kind`, without conditions."""
    return any(not one.params for one in granting(scopes, letter, kind, HOUSE))


def contexts_of(*, system: bool) -> tuple[str, ...]:
    """Whose scopes count: an app's own, or those of whoever granted it."""
    return ("system",) if system else ("user", "patient")


@lru_cache(maxsize=4096)
def reached(scopes: tuple[str, ...], letter: str, kind: str, *, system: bool) -> frozenset[str]:
    """In which contexts an app's scopes grant `letter` on `kind`; empty for none."""
    return frozenset(one.context for one in granting(scopes, letter, kind, contexts_of(system=system)))


def out_of_scope(actor: Actor, verb: Verb, kind: str) -> bool:
    """Whether a token's scopes forbid what is asked; sessions and local commands have no scopes.

    An app's token is judged in `gate.apps_bound`, with everything else that binds it.
    """
    if actor.strength is not Strength.TOKEN or actor.grant:
        return False
    letter = LETTERS.get(verb)
    if letter is None:
        return False  # operations outside the data plane are decided by the rules alone
    return not covers(actor.scopes, letter, kind or "Patient")
