"""四（二）封存, 院外查阅: lists that both sides sign, packages, settlements, telling afterwards [4.2.1] [4.2.3]"""

import json
from typing import Any

from jingui.core.access import ChartRequest
from jingui.core.enter import Change, Submission
from jingui.core.operation import Target
from jingui.core.outside import OutsideRequest, TellPatient
from jingui.core.sealing import (
    DrawList,
    Present,
    SealingsRequest,
    SealLater,
    SettleDispute,
    SignList,
    TakePackage,
    Thing,
)
from jingui.core.signatures import OpenSigning
from jingui.core.words import Purpose, Verb
from jingui.demo.cast import Absent, Cast
from jingui.demo.deeds import filling
from jingui.demo.deeds.doing import Kept, deed
from jingui.demo.deeds.release import strokes
from jingui.demo.drawing import paper, signature
from jingui.demo.month import Deed
from jingui.gate import door


def things(row: Deed) -> tuple[Thing, ...]:
    """Paper volumes, films and samples on a list."""
    return tuple(Thing(*one) for one in row.more.get("things", ()))


@deed("seal_records")
def seal(cast: Cast, row: Deed) -> Kept:
    """What is finished is listed and locked at once."""
    data = DrawList(matter=int(cast.kept(row.more["matter"], "matter")), things=things(row))
    return {"sealing": cast.write(row, Verb.SEAL_RECORDS, data).value.sealing}


@deed("seal_later")
def later(cast: Cast, row: Deed) -> Kept:
    """What was finished since is listed and locked too."""
    data = SealLater(sealing=cast.kept(row.more["of"], "sealing"), things=things(row))
    return {"sealing": cast.write(row, Verb.SEAL_LATER, data).value.sealing}


@deed("sign_sealing")
def sign(cast: Cast, row: Deed) -> Kept:
    """The package goes on its medium, then both sides sign the list."""
    of, more = cast.kept(row.more["of"], "sealing"), row.more
    cast.write(row, Verb.SEAL_RECORDS, TakePackage(sealing=of, medium=more["medium"]))
    cast.write(row, Verb.OPEN_SIGNING, OpenSigning(), target=Target())
    seen: Any = cast.read(row, Verb.READ_SEALINGS, SealingsRequest(sealing=of)).value
    present = Present(
        name=more["name"], relation=more["relation"], identity=filling.card(more["card"]),
        signed=signature(row.id).png, strokes=strokes(row.id),
    )  # fmt: skip
    cast.write(row, Verb.SEAL_RECORDS, SignList(sealing=of, digest=seen.rounds[-1].digest, present=present))
    return {"sealing": of}


@deed("settle_dispute")
def settle(cast: Cast, row: Deed) -> Kept:
    """The paper that ended the dispute; nothing opens by it."""
    more = row.more
    data = SettleDispute(
        sealing=cast.kept(more["of"], "sealing"), how=more["how"], number=more["number"], paper=paper(row.id).png,
        name="settlement.png", note=row.words,
    )  # fmt: skip
    cast.write(row, Verb.SETTLE_DISPUTE, data)
    return {"settled": "1"}


@deed("tell_patient")
def tell(cast: Cast, row: Deed) -> Kept:
    """The patient is told afterwards of what was viewed without consent."""
    asked = OutsideRequest(matter=int(cast.kept(row.more["matter"], "matter")))
    line = cast.read(row, Verb.READ_OUTSIDE, asked, target=Target(), purpose=Purpose.OPERATION).value.rows[0]
    data = TellPatient(outside=line.id, how=row.words)
    cast.write(row, Verb.TELL_PATIENT, data)
    return {"told": "1"}


@deed("correct_sealed")
def correct(cast: Cast, row: Deed) -> Kept:
    """Somebody tries to correct a record on the list; its lock refuses."""
    chart = cast.read(row, Verb.OPEN_CHART, ChartRequest(count=50)).value
    listed = next((one for one in chart.records if one.kind == "Composition"), None)
    if listed is None:
        raise Absent(row.id)
    place = cast.located(listed.id)
    sheet = door.sheet(cast.asked(row, Verb.READ, target=place))
    change = Change({**json.loads(sheet.body), "title": row.words}, record=(place.patient, place.record))
    door.enter(cast.asked(row, Verb.CORRECT, Submission(changes=(change,)), target=cast.target(row)))
    return {"corrected": "1"}
