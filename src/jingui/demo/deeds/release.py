"""四（二）1 复制: copies from the preparing to the handing over, and anybody's check of one [4.2.1]"""

import hashlib
import json
from time import sleep

from jingui.core.errors import Unavailable
from jingui.core.operation import Target
from jingui.core.release import (
    ChargeCopy,
    CheckCopy,
    ConfirmCopy,
    HandCopy,
    Pages,
    Part,
    PrepareCopy,
    ReadCopy,
    RevokeCopy,
    StampCopy,
)
from jingui.core.words import Purpose, Verb
from jingui.demo.cast import Cast
from jingui.demo.deeds import filling
from jingui.demo.deeds.doing import Kept, deed
from jingui.demo.drawing import signature
from jingui.demo.month import Deed

TRIES, PAUSE = 40, 0.25  # the ledger places what a copy contains a moment later


def strokes(seed: str) -> str:
    """A drawing on the pad, as the pad sends it."""
    return json.dumps(signature(seed).strokes)


@deed("prepare_copy")
def prepare(cast: Cast, row: Deed) -> Kept:
    """What an approved application covers is put together."""
    paper = tuple(Pages(*one) for one in row.more.get("paper", ()))
    replaces = cast.kept(row.more["replaces"], "copy") if "replaces" in row.more else ""
    data = PrepareCopy(matter=int(cast.kept(row.more["matter"], "matter")), paper=paper, replaces=replaces)
    made = cast.write(row, Verb.PREPARE_COPY, data).value
    return {"copy": made.id, "basis": made.basis}


def copy_of(cast: Cast, row: Deed) -> Target:
    """The copy that an earlier row prepared."""
    return cast.located(cast.kept(row.more["of"], "copy"))


@deed("confirm_copy")
def confirm(cast: Cast, row: Deed) -> Kept:
    """Both sides agree on what it contains: on the pad, by the paper shown, or in the portal."""
    more = row.more
    data = ConfirmCopy(
        basis=cast.kept(more["of"], "basis"), strokes=strokes(row.id) if more.get("pad") else "",
        document=filling.card(more["card"]) if "card" in more else "", by=more.get("by", ""),
    )  # fmt: skip
    cast.write(row, Verb.CONFIRM_COPY, data, target=copy_of(cast, row))
    return {"confirmed": "1"}


@deed("charge_copy")
def charge(cast: Cast, row: Deed) -> Kept:
    """The fee is paid, or waived with a reason."""
    more = row.more
    data = ChargeCopy(invoice=more.get("invoice", ""), postage=more.get("postage", 0), waived=row.words)
    cast.write(row, Verb.CHARGE_COPY, data, target=copy_of(cast, row))
    return {"paid": "1"}


@deed("stamp_copy")
def stamp(cast: Cast, row: Deed) -> Kept:
    """The seal is put on it, once the ledger has placed what it contains."""
    data = StampCopy(basis=cast.kept(row.more["of"], "basis"))
    for left in reversed(range(TRIES)):
        try:
            done = cast.write(row, Verb.STAMP_COPY, data, target=copy_of(cast, row))
            return {"entry": done.trace.entry}
        except Unavailable:
            if not left:
                raise
            sleep(PAUSE)
    raise AssertionError("the last try returns or raises")


@deed("take_copy")
def take(cast: Cast, row: Deed) -> Kept:
    """The file is opened by whoever may; what its QR says is kept for the check."""
    file = cast.read(row, Verb.READ_COPY, ReadCopy(part=Part.FILE), target=copy_of(cast, row)).value
    return {"digest": file.digest, "address": file.address, "altered": altered(file.body)}


def altered(body: bytes) -> str:
    """The hash that the file has after somebody changed one letter of it."""
    return hashlib.sha256(body[:-40] + bytes([body[-40] ^ 1]) + body[-39:]).hexdigest()


@deed("hand_copy")
def hand(cast: Cast, row: Deed) -> Kept:
    """It is handed over, posted, or fetched in the portal."""
    more = row.more
    data = HandCopy(
        receiver=more.get("receiver", ""), document=filling.card(more["card"]) if "card" in more else "",
        courier=more.get("courier", ""), number=more.get("number", ""),
        strokes=strokes(row.id) if more.get("pad") else "",
    )  # fmt: skip
    cast.write(row, Verb.HAND_COPY, data, target=copy_of(cast, row))
    return {"handed": "1"}


@deed("revoke_copy")
def revoke(cast: Cast, row: Deed) -> Kept:
    """It must no longer be relied upon."""
    cast.write(row, Verb.REVOKE_COPY, RevokeCopy(reason=row.words), target=copy_of(cast, row))
    return {"revoked": "1"}


@deed("check_copy")
def check(cast: Cast, row: Deed) -> Kept:
    """Anybody holds a copy against its QR: the file as it is, or the one that somebody altered."""
    taken = row.more["of"]
    secret = cast.kept(taken, "address").partition("#")[2]
    data = CheckCopy(secret=secret, digest=cast.kept(taken, row.more.get("file", "digest")))
    found = cast.read(row, Verb.CHECK_COPY, data, purpose=Purpose.OPERATION, target=Target()).value
    return {"state": found.state, "matches": str(found.matches)}
