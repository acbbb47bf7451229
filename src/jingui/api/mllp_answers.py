"""五（一）2, 二（一）2: what becomes of one message: proven, read, mapped, entered, answered [5.1.2] [2.1.2] [2.2.3]"""

import asyncio
import hashlib
import logging
import secrets
import traceback
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from jingui.core.enter import Submission, Taken
from jingui.core.errors import JinguiError
from jingui.core.operation import Actor, Operation
from jingui.core.sources import Sending
from jingui.core.words import Purpose, Verb
from jingui.formats import hl7v2
from jingui.formats.hl7v2 import Message
from jingui.formats.hl7v2_ack import Head, answers, heads
from jingui.formats.hl7v2_map import Mapped, mapped
from jingui.gate import door

log = logging.getLogger(__name__)
LARGE = 256 * 1024  # bytes from which a message is read on a thread, so that others do not wait
NUMBERING = "hl7v2"  # the namespace in which record numbers repeat
Order = Callable[[str], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A message before it is entered: what to ask of the door, or why not; `patient` keeps it in order."""

    head: Head
    operation: Operation | None = None
    error: JinguiError | None = None
    patient: str = ""
    actor: Actor | None = None
    merge: tuple[dict[str, Any], dict[str, Any]] | None = None  # proposed to people instead of entered
    source: str = ""


async def prepared(data: bytes, certificate: str, address: str) -> Prepared:
    """Prove the sender and read the message. What cannot be tried at the door is entered here as a failed attempt."""
    found = heads(data)
    head = found[0]
    try:
        sending, actor = await door.aproven(certificate, [one.senders for one in found], address)
        head = next(one for one in found if one.senders == (sending.application, sending.facility))
        try:
            message, made = await (asyncio.to_thread(read, data, sending) if len(data) > LARGE else done(data, sending))
        except Exception as caught:
            error = known(caught)
            await door.aturned_away(actor, error)
            raise error from caught
    except Exception as caught:  # noqa: BLE001 -- whatever it was, the sender must know that nothing was taken
        return Prepared(head=head, error=known(caught))
    if made.merge is not None:
        return Prepared(head=head, actor=actor, merge=made.merge, source=sending.code, patient=patient_of(message))
    once = Taken(
        source=sending.source, control=message.control, digest=hashlib.sha256(message.raw).digest(),
        sequence=made.sequence,
    )  # fmt: skip
    operation = Operation(
        actor=actor, verb=Verb.ENTER, at=door.now(), purpose=Purpose.TREATMENT,
        data=Submission(changes=made.changes, source=NUMBERING, message=once),
    )  # fmt: skip
    return Prepared(head=head, operation=operation, patient=patient_of(message))


async def taken(ready: Prepared, order: Order) -> list[bytes]:
    """Enter a prepared message and return what goes back. Nothing is answered AA before its entry is committed."""
    error = ready.error
    if error is None:
        error = await proposed(ready, order)
    if ready.operation is not None:
        try:
            async with order(ready.patient):
                await door.aenter(ready.operation)
        except Exception as caught:  # noqa: BLE001 -- as above
            error = known(caught)
    return answers(ready.head, error, at=door.now(), number=secrets.token_hex(8), say=english(ready.head))


async def proposed(ready: Prepared, order: Order) -> JinguiError | None:
    """Queue a merge for a second person; AA says that it waits. What never reached the door is entered here."""
    if ready.actor is None or ready.merge is None:
        return None
    ended, lives = ready.merge
    try:
        async with order(ready.patient):
            await asyncio.to_thread(door.propose_merge, ready.actor, ended, lives, ready.source)
    except Exception as caught:  # noqa: BLE001 -- as above
        error = known(caught)
        if "entry" not in error.data:
            await door.aturned_away(ready.actor, error, Verb.MERGE_PATIENT)
        return error
    return None


def known(error: Exception) -> JinguiError:
    """The error as one of ours; what nobody foresaw is logged by kind alone: its text may hold content."""
    if isinstance(error, JinguiError):
        return error
    frames = traceback.extract_tb(error.__traceback__)
    log.error("mllp: %s at %s:%s", type(error).__name__, frames[-1].name, frames[-1].lineno)
    return JinguiError(where="message")


async def done(data: bytes, sending: Sending) -> tuple[Message, Mapped]:
    """A small message is read at once."""
    return read(data, sending)


def read(data: bytes, sending: Sending) -> tuple[Message, Mapped]:
    """The message in its source's encoding, and what it asks for."""
    message = hl7v2.read(data, sending.charset)
    return message, mapped(message, sending.code)


def patient_of(message: Message) -> str:
    """By which number messages about one patient are kept in order."""
    pid = message.one("PID")
    parts = (pid.all(3) or pid.all(2) or pid.all(4)) if pid is not None else []
    return min((part(1).strip() for part in parts), default="")


def english(head: Head) -> Callable[[str], str]:
    """gettext in the sender's language; Chinese is the source language."""
    if not head.english:
        return str

    def say(text: str) -> str:
        with translation.override("en"):
            return translation.gettext(text) if text else ""

    return say
