"""`jingui import hl7 FILE…`: messages that were kept in files, taken like those that arrive by line [2.1.2] [5.1.2]"""

import argparse
import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path

from jingui.cli.words import out, say
from jingui.config import house
from jingui.core.enter import Submission, Taken
from jingui.core.errors import JinguiError, Misconfigured, Refused
from jingui.core.operation import Actor, Operation
from jingui.core.sources import Sending
from jingui.core.word import N_
from jingui.core.words import Purpose, Verb
from jingui.formats import hl7v2
from jingui.formats.hl7v2_ack import code_of, heads
from jingui.formats.hl7v2_map import mapped

LARGEST = 256 * 1024 * 1024


def taken(given: argparse.Namespace, who: Callable[[str], Actor]) -> int:
    """Take every message of the files in order; a line for each that was not taken, and a sum."""
    if not given.source:
        raise Misconfigured(N_("请用 --source 指明已登记的来源代码。"))
    files = [(name, content(name)) for name in given.folder]
    count = {"AA": 0, "AE": 0, "AR": 0}
    with house.opened(reading=bool(os.environ.get("JINGUI_TOKEN")), sequencing=True):
        from jingui.gate import door

        actor = who(given.username)
        sending = door.wait(door.aregistered(given.source))
        for name, data in files:
            for number, text in enumerate(hl7v2.cut(data), 1):
                error = one(text, sending, actor)
                code, _ = code_of(error)
                count[code] += 1
                if error is not None:
                    told(name, number, heads(text)[0].field(10), code, error)
    out(say(N_("报文 {n} 份：收录 {AA}，内容有误 {AE}，不能受理 {AR}。"), n=sum(count.values()), **count))
    return 0 if count["AA"] == sum(count.values()) else 1


def content(name: str) -> bytes:
    """A file's bytes; Misconfigured when it cannot be read or is larger than any file of messages should be."""
    path = Path(name)
    try:
        if path.stat().st_size > LARGEST:
            raise Misconfigured(N_("文件过大，请分成几个文件。"), where=name)
        return path.read_bytes()
    except OSError as error:
        raise Misconfigured(N_("文件无法读取。"), where=name) from error


def one(data: bytes, sending: Sending, actor: Actor) -> JinguiError | None:
    """Enter one message; the error that says why it was not taken."""
    from jingui.gate import door

    try:
        message = hl7v2.read(data, sending.charset)
        found = heads(data)
        if (sending.application, sending.facility) not in [head.senders for head in found]:
            raise Refused(N_("报文头的发送方与登记的来源不符。"), clauses=("2.1.2",), reason="forged_sender")
        made = mapped(message, sending.code)
    except JinguiError as error:
        door.wait(door.aturned_away(actor, error))
        return error
    if made.merge is not None:
        try:
            door.propose_merge(actor, *made.merge, sending.code)
        except JinguiError as error:
            return error
        return None
    once = Taken(
        source=sending.source, control=message.control, digest=hashlib.sha256(message.raw).digest(),
        sequence=made.sequence,
    )  # fmt: skip
    data_ = Submission(changes=made.changes, source="hl7v2", message=once)
    try:
        door.enter(Operation(actor=actor, verb=Verb.ENTER, at=door.now(), purpose=Purpose.OPERATION, data=data_))
    except JinguiError as error:
        return error
    return None


def told(name: str, number: int, control: str, code: str, error: JinguiError) -> None:
    """One line: where, which, what."""
    places = "; ".join(f"{place} {say(what)}".strip() for place, what in getattr(error, "places", ())[:3])
    control = re.sub(r"[^\x20-\x7e]", "?", control)[:40]
    out(f"  {name} #{number} {control} {code} {say(error.message)}{' ' + places if places else ''}")
