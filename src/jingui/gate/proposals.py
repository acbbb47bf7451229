"""六（一）2 双人验证: an important operation waits for a second person, who confirms exactly its digest [6.1.2]"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

import orjson
from django.db import transaction

from jingui.core.entry import EntryDraft
from jingui.core.errors import Tampered
from jingui.core.operation import Actor, Operation, Target
from jingui.core.permit import Permit
from jingui.core.proposals import Verdict, Waiting
from jingui.core.words import Purpose, Verb
from jingui.gate import codec, settings
from jingui.gate.registry import WRITE_ACTS, Done
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.store.models import Approval, Proposal

# The listed operations. None of them runs without a proposal that another person approved.
TWO_PERSON = frozenset(
    {
        Verb.MERGE_PATIENT,
        Verb.SPLIT_PATIENT,
        Verb.UNFREEZE_ACCOUNT,
        Verb.LIFT_HOLD,
        Verb.ROTATE_KEYS,
        Verb.PUBLISH_POLICY,
        Verb.CHANGE_SETTING,
        Verb.RECOVER,
        Verb.PUBLISH_DOCUMENT,
        Verb.REIDENTIFY,
        Verb.CHANGE_MAPPING,
        Verb.DESTROY,
        Verb.REGISTER_PARTNER,
        Verb.TRUST_CERTIFICATE,
        Verb.RESUME_CHANNEL,
    }
)
PROPOSED: Final = "proposed"  # the reason of an entry whose operation was not done but waits
# Their effects reach outside the transaction, so they cannot be tried beforehand.
UNTRIED = frozenset({Verb.ROTATE_KEYS, Verb.RECOVER})
DATA: dict[Verb, type] = {}
TELLS: dict[Verb, Callable[[Any], Mapping[str, object]]] = {}


class Context(Protocol):
    """What proposing needs of a `WriteContext`."""

    runtime: Runtime
    epoch: int
    entry: UUID
    extra: list[tuple[EntryDraft, UUID]]


class Packed(NamedTuple):
    """A proposal's operation as it was asked, and until when it may be confirmed."""

    operation: Operation
    expires: datetime


class Tried(Exception):
    """Undoes a trial."""


def carries(verb: Verb, data: type) -> None:
    """Say which frozen dataclass the operation of a two-person verb carries; verbs without one carry None."""
    DATA[verb] = data


def tells(verb: Verb, shown: Callable[[Any], Mapping[str, object]]) -> None:
    """Say what of such an operation's data the second person is shown, where the bare fields would say little."""
    TELLS[verb] = shown


def digest(runtime: Runtime, operation: Operation) -> bytes:
    """What the second person confirms: verb, target, purpose and data, not who asks nor when."""
    return runtime.suite.digest(b"jingui:proposal:2\0" + body(operation))


def body(operation: Operation) -> bytes:
    """The canonical bytes of what is asked."""
    return orjson.dumps(
        {
            "verb": operation.verb.value,
            "purpose": operation.purpose.value,
            "target": codec.plain(operation.target),
            "data": codec.plain(operation.data),
        },
        option=orjson.OPT_SORT_KEYS,
    )


def propose(context: Context, permit: Permit) -> Done:
    """Keep the operation as a proposal; what would fail today fails now. The value is a `Waiting`."""
    operation, runtime = permit.operation, context.runtime
    if operation.verb not in UNTRIED:
        attempt(context, permit)
    number = int(raw("SELECT nextval(pg_get_serial_sequence('proposal', 'id'))")[0][0])
    expires = permit.at + timedelta(hours=settings.number(runtime, context.epoch, "proposal_hours"))
    made = digest(runtime, operation)
    row = Proposal(
        id=number, verb=operation.verb.value, digest=made, payload=seal(runtime, number, operation, expires),
        person_id=permit.person, at=permit.at, expires=expires, entry=context.entry,
    )  # fmt: skip
    runtime.sealer.seal(row)
    row.save(force_insert=True)
    return Done(value=Waiting(proposal=number, digest=made.hex(), expires=expires))


def attempt(context: Context, permit: Permit) -> None:
    """Run the act and undo it: its errors are the proposer's."""
    try:
        with transaction.atomic():
            WRITE_ACTS[permit.operation.verb](context, permit)
            raise Tried
    except Tried:
        context.extra.clear()


def seal(runtime: Runtime, number: int, operation: Operation, expires: datetime) -> bytes:
    """The operation, encrypted for this proposal alone."""
    who = operation.actor
    inner = orjson.dumps(
        {
            "body": body(operation).decode(),
            "actor": codec.plain(replace(who, scopes=())),
            "reason": operation.reason,
            "expires": codec.plain(expires),
        }
    )
    return runtime.vault.seal_note(f"proposal{number}", inner)


def opened(runtime: Runtime, number: int, payload: bytes, wanted: bytes) -> Packed:
    """The operation of a proposal again; Tampered unless it is exactly the one that `wanted` is the digest of."""
    inner = orjson.loads(runtime.vault.open_note(f"proposal{number}", bytes(payload)))
    asked: dict[str, Any] = orjson.loads(inner["body"])
    verb = Verb(asked["verb"])
    data = None if asked["data"] is None else codec.read(DATA[verb], asked["data"])
    expires: datetime = codec.read(datetime, inner["expires"])
    operation = Operation(
        actor=codec.read(Actor, inner["actor"]), verb=verb, at=expires, purpose=Purpose(asked["purpose"]),
        target=codec.read(Target, asked["target"]), matter=number, reason=inner["reason"], data=data,
    )  # fmt: skip
    if digest(runtime, operation) != wanted:
        raise Tampered(where=f"proposal:{number}")
    return Packed(operation, expires)


def recovers(operation: Operation) -> bool:
    """Whether this is part of a recovery, which alone runs in lockdown: asking for it, or a word about it."""
    if operation.verb is Verb.APPROVE and isinstance(operation.data, Verdict):
        return Proposal.objects.filter(pk=operation.data.proposal, verb=Verb.RECOVER.value).exists()
    return operation.verb is Verb.RECOVER


def covers(runtime: Runtime, operation: Operation) -> bool:
    """Whether `operation.matter` is a proposal of exactly this operation, approved by a second person and still open.

    Every row is checked against its MAC; a row that does not hold refuses with its name.
    """
    if not operation.matter or operation.verb not in TWO_PERSON:
        return False
    proposal = Proposal.objects.filter(pk=operation.matter).select_for_update().first()
    if proposal is None or proposal.verb != operation.verb.value or proposal.state != "waiting":
        return False
    runtime.sealer.check(proposal)
    wanted = digest(runtime, operation)
    if bytes(proposal.digest) != wanted or proposal.expires <= operation.at:
        return False
    for approval in Approval.objects.filter(proposal=proposal):
        runtime.sealer.check(approval)
        if (
            approval.verdict == "approve"
            and bytes(approval.digest) == wanted
            and approval.person_id != proposal.person_id
        ):
            return True
    return False
