"""一（三）: the one door. Nothing else reads or changes patient information [1.3.1] [1.3.3] [1.3.4]

`write` changes and answers inside one transaction; `read` and `enter` go through the pipeline of the data plane's loop
and may be awaited there (`aread`, `aenter`) or waited for from any other thread. Every entry is committed first.
"""

from datetime import datetime

from jingui.core.errors import JinguiError, NotFound, Refused
from jingui.core.operation import Actor, Operation, Target
from jingui.core.sheets import Result, Sheet
from jingui.core.vector import Decided
from jingui.core.words import Entrance, Purpose, Verb
from jingui.gate import (
    acts,
    backups,
    due,
    duties,
    evidence,
    explaining,
    factors,
    ingest,
    offline,
    outside,
    plane,
    portal,
    published,
    recovering,
    runtime,
    signing,
    writing,
)
from jingui.gate.actors import ActorFacts
from jingui.gate.apps_origins import origins as aorigins
from jingui.gate.attempt import Entered
from jingui.gate.context import govern
from jingui.gate.explaining import Explanation, Lang
from jingui.gate.merging import propose as propose_merge
from jingui.gate.plane import wait
from jingui.gate.read import read as read_one
from jingui.gate.registry import READ_ACTS, SUBMISSIONS, WRITE_ACTS
from jingui.gate.sources import proven as aproven
from jingui.gate.sources import registered as aregistered
from jingui.gate.sources import turned_away as aturned_away
from jingui.gate.sql import let_go
from jingui.gate.tokens import actor_of, new_token, token_digest

__all__ = [
    "Entered", "aauthenticate", "abundle", "acts", "aenter", "aorigins", "aproven", "aread", "aregistered", "asheet",
    "aturned_away", "awhoami", "backups", "due", "duties", "enter", "evidence", "explain", "explain_refusal",
    "explaining", "factors", "let_go", "locate", "new_token", "now", "offline", "outside", "portal", "propose_merge",
    "published", "read", "recovering", "sheet", "signing", "token_digest", "wait", "whoami", "write",
]  # fmt: skip


def write(operation: Operation) -> Result:
    """Carry out a changing operation in one transaction with its entry; Refused, Invalid, Conflict change nothing."""
    if operation.verb not in WRITE_ACTS:
        raise JinguiError(verb=operation.verb.value)
    return writing.write(operation)


async def aread(operation: Operation) -> Result:
    """Run a reading operation on the data plane's loop."""
    if operation.verb not in READ_ACTS:
        raise JinguiError(verb=operation.verb.value)
    return await govern(plane.current().pipe, operation)


async def asheet(operation: Operation) -> Sheet:
    """Read one version of one record on the data plane's loop."""
    if operation.verb is not Verb.READ:
        raise JinguiError(verb=operation.verb.value)
    return await read_one(plane.current().pipe, operation)


async def aenter(operation: Operation) -> Entered:
    """Enter a submission on the data plane's loop."""
    if operation.verb not in SUBMISSIONS:
        raise JinguiError(verb=operation.verb.value)
    return await plane.current().entering.submit(operation)


async def abundle(actor: Actor, purpose: Purpose, body: bytes, reason: str) -> Entered | None:
    """Enter a large transaction in an ingest process; None when it is small, a batch, or there is no such process."""
    return await ingest.bundle(actor, purpose, body, reason)


async def aauthenticate(token: str, address: str, entrance: Entrance = Entrance.FHIR) -> Actor:
    """The actor a bearer token speaks for; NotSignedIn for none."""
    return await actor_of(plane.current().pipe, token, address, entrance)


def now() -> datetime:
    """The time by which entrances ask: never before the last entry."""
    return runtime.current().clock.now()


def locate(public: str) -> Target:
    """The internal numbers of a public id; NotFound when it is not one."""
    pair = runtime.current().ids.internal(public)
    if pair is None or pair[0] >= 1 << 63 or pair[1] >= 1 << 63:
        raise NotFound()
    return Target(patient=pair[0], record=pair[1])


def explain(decided: Decided, lang: Lang) -> Explanation:
    """A decision in plain words: sentence, rules, clauses, obligations."""
    return explaining.explain(runtime.current(), decided, lang)


def explain_refusal(error: Refused, lang: Lang) -> Explanation | None:
    """A refusal in plain words; None where an act refused with words of its own."""
    return explaining.explain_refusal(runtime.current(), error, lang)


async def awhoami(actor: Actor) -> ActorFacts:
    """What the door knows of an actor (no patient information): for interfaces that must name them."""
    return await plane.current().pipe.actor(actor)


def read(operation: Operation) -> Result:
    """Run a reading operation and wait for it."""
    return wait(aread(operation))


def sheet(operation: Operation) -> Sheet:
    """Read one version of one record and wait for it."""
    return wait(asheet(operation))


def enter(operation: Operation, limit: float = 120.0) -> Entered:
    """Enter a submission and wait for it (commands and jobs, which send large ones)."""
    return wait(aenter(operation), limit)


def whoami(actor: Actor, *, fresh: bool = False) -> ActorFacts:
    """What the door knows of an actor, waited for; `fresh` past what was known a moment ago."""
    if fresh:
        plane.current().pipe.forget(actor)
    return wait(awhoami(actor))
