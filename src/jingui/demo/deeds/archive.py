"""三（二）2, 六（一）4 纸质病案: rooms, volumes, hand-overs, loans, a stock-taking, waste [3.2.2] [4.1.2] [6.1.4]"""

from datetime import datetime

from jingui.core.archive import CHECKS, Condition, Place
from jingui.core.archive_asking import (
    AcceptVolumes,
    CloseStocktaking,
    CountStock,
    LendVolume,
    NewVolume,
    OfferVolumes,
    RegisterPositions,
    RegisterStoreroom,
    RegisterVolumes,
    ReturnVolume,
    Shelve,
    StartStocktaking,
    WeighWaste,
)
from jingui.core.operation import Target
from jingui.core.words import Verb
from jingui.demo.cast import Cast
from jingui.demo.deeds.doing import Kept, deed
from jingui.demo.month import Deed


@deed("storeroom")
def storeroom(cast: Cast, row: Deed) -> Kept:
    """A room is registered, with its boards where it has any."""
    more = row.more
    data = RegisterStoreroom(
        name=row.words, place=more["place"], kind=more.get("kind", "storeroom"), person=cast.person(more["person"]),
        capacity=more.get("capacity", 0),
    )  # fmt: skip
    room = cast.write(row, Verb.REGISTER_STOREROOM, data).value
    if "rows" not in more:
        return {"room": str(room)}
    boards = RegisterPositions(
        storeroom=room, rows=tuple(more["rows"]), shelves=more["shelves"], boards=more["boards"],
        capacity=more["each"],
    )  # fmt: skip
    codes = cast.write(row, Verb.REGISTER_STOREROOM, boards).value
    return {"room": str(room)} | {f"board{n}": code for n, code in enumerate(codes)}


@deed("volumes")
def volumes(cast: Cast, row: Deed) -> Kept:
    """Volumes of patients are registered: in the record room, or in a department's keeping."""
    more = row.more
    new = tuple(
        NewVolume(
            patient=cast.public(one), medium=more.get("medium", "paper"), pages=60 + 7 * n,
            retention_class=more.get("class", "inpatient"), contents=row.words,
        )
        for n, one in enumerate(more["patients"])
    )  # fmt: skip
    data = RegisterVolumes(
        volumes=new, department=cast.names.department(more["department"]) if "department" in more else 0,
        custodian=cast.person(more["custodian"]) if "custodian" in more else 0,
    )  # fmt: skip
    at = {"at": datetime.fromisoformat(cast.given(row, "at"))} if "at" in more else {}
    kept: Kept = {}
    for n, (public, code) in enumerate(cast.write(row, Verb.REGISTER_VOLUME, data, target=Target(), **at).value):
        kept |= {f"volume{n}": public, f"code{n}": code, f"patient{n}": cast.public(more["patients"][n])}
    return kept


def codes(cast: Cast, row: Deed) -> tuple[str, ...]:
    """The labels of the volumes that an earlier row registered."""
    kept = cast.state.deeds[row.more["of"]]
    return tuple(kept[name] for name in sorted(kept) if name.startswith("code"))


@deed("shelve")
def shelve(cast: Cast, row: Deed) -> Kept:
    """They are put on a board."""
    board = cast.kept(row.more["room"], f"board{row.more['board']}")
    cast.write(row, Verb.SHELVE_VOLUME, Shelve(position=board, codes=codes(cast, row)))
    return {"shelved": "1"}


@deed("hand_over")
def hand_over(cast: Cast, row: Deed) -> Kept:
    """A department offers its volumes with the check-list ticked; the record room takes all but those named."""
    data = OfferVolumes(codes=codes(cast, row), checks=tuple(CHECKS), note=row.words)
    number, digest = cast.write(row, Verb.OFFER_VOLUMES, data, target=Target()).value
    if "taker" not in row.more:
        return {"list": str(number)}
    missing = row.more.get("missing", 0)
    taken = data.codes[: len(data.codes) - missing]
    accepted = AcceptVolumes(
        hand_over=number, digest=digest, taken=taken, note="" if not missing else "清单所列有未见者，退回科室"
    )
    cast.housekeeping(row.more["taker"], Verb.ACCEPT_VOLUMES, accepted, purpose=row.purpose)
    return {"list": str(number)}


@deed("lend")
def lend(cast: Cast, row: Deed) -> Kept:
    """A volume is lent to somebody; `at` for one that was lent days ago."""
    of = row.more["volume"].split(".")
    target = cast.located(cast.kept(of[0], of[1].replace("volume", "patient")))
    data = LendVolume(
        volume=cast.kept(*of), borrower=cast.person(row.more["to"]), purpose=row.more.get("for", "treatment"),
        place=Place(row.more.get("place", "department")),
    )  # fmt: skip
    at = {"at": datetime.fromisoformat(cast.given(row, "at"))} if "at" in row.more else {}
    loan, _ = cast.write(row, Verb.LEND_VOLUME, data, target=target, **at).value
    return {"loan": loan}


@deed("give_back")
def give_back(cast: Cast, row: Deed) -> Kept:
    """It comes back, looked through."""
    of = row.more["volume"].split(".")
    target = cast.located(cast.kept(of[0], of[1].replace("volume", "patient")))
    data = ReturnVolume(volume=cast.kept(*of), condition=Condition(row.more.get("condition", "whole")), note=row.words)
    cast.write(row, Verb.RETURN_VOLUME, data, target=target)
    return {"returned": "1"}


@deed("stocktaking")
def stocktaking(cast: Cast, row: Deed) -> Kept:
    """A room is counted by its labels, and closed with what was found."""
    room = int(cast.kept(row.more["room"], "room"))
    taking = cast.write(row, Verb.START_STOCKTAKING, StartStocktaking(storeroom=room)).value
    board = cast.kept(row.more["room"], f"board{row.more['board']}")
    seen = codes(cast, row)[: row.more["seen"]]
    cast.write(
        row, Verb.COUNT_STOCK, CountStock(taking=taking, scans=(*seen, *row.more.get("strange", ())), position=board)
    )
    cast.write(row, Verb.CLOSE_STOCKTAKING, CloseStocktaking(taking=taking, explanation=row.words))
    return {"taking": str(taking)}


@deed("waste")
def waste(cast: Cast, row: Deed) -> Kept:
    """A bag of waste paper is closed and weighed before two witnesses."""
    data = WeighWaste(
        grams=row.more["grams"], witnesses=tuple(cast.person(one) for one in row.more["witnesses"]), note=row.words
    )
    return {"bag": str(cast.write(row, Verb.WEIGH_WASTE, data).value)}
