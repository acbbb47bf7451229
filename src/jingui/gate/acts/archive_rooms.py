"""三（二）1、2 库房与架位: rooms, their boards, what lies on which board [3.2.2] [3.1.2]"""

from collections.abc import Sequence
from typing import Final, cast

from jingui.core.archive import MOST_CODES, MOST_POSITIONS, PLACED, TO_SHELVE, RoomKind, boards, fits
from jingui.core.archive_asking import EndStoreroom, RegisterPositions, RegisterStoreroom, Shelve
from jingui.core.archive_codes import Labelled, shown
from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Shelf, Verb
from jingui.gate import archive
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, next_id
from jingui.gate.writing import WriteContext
from jingui.store.models import Person, Position, Storeroom, Volume

MOST_CAPACITY: Final = 10_000_000
IDS_SQL: Final = "SELECT nextval(pg_get_serial_sequence('position', 'id')) FROM generate_series(1, $1::int)"
LYING_SQL: Final = """SELECT count(*) FROM volume v JOIN position p ON p.id = v.position_id
WHERE p.storeroom_id = $1::bigint AND v.state = ANY($2::text[])"""
TAKEN_SQL: Final = """SELECT count(*) FROM volume WHERE position_id = $1::bigint AND state = ANY($2::text[])
AND NOT code = ANY($3::text[])"""


@write_act(Verb.REGISTER_STOREROOM)
def register_storeroom(context: WriteContext, permit: Permit) -> Done:
    """A room, its boards by the row, or the end of a room in which nothing lies [3.2.2]."""
    match permit.operation.data:
        case RegisterStoreroom() as data:
            return room(context, data)
        case RegisterPositions() as data:
            return positions(context, data)
        case EndStoreroom() as data:
            return ended(context, permit, data)
    raise Invalid()


def room(context: WriteContext, data: RegisterStoreroom) -> Done:
    """A new room."""
    name, where = " ".join(data.name.split()), " ".join(data.place.split())
    wrong = [
        (place, text)
        for place, text, bad in (
            ("name", N_("请填写名称，不超过 60 字"), not 1 <= len(name) <= 60 or not name.isprintable()),
            ("place", N_("过长。"), len(where) > 120 or not where.isprintable()),
            ("kind", N_("没有这一项。"), data.kind not in set(RoomKind)),
            ("capacity", N_("容量超出范围"), not 0 <= data.capacity <= MOST_CAPACITY),
            ("person", N_("没有这个工号的在职人员"), bool(data.person) and not colleague(data.person)),
        )
        if bad
    ]
    if wrong:
        raise Invalid(places=tuple(wrong))
    if Storeroom.objects.filter(name=name).exists():
        raise Conflict(N_("已有同名的库房。"), N_("请换一个名称。"))
    row = Storeroom(
        id=next_id(Storeroom), name=name, place=where, kind=data.kind, person_id=data.person, capacity=data.capacity
    )
    keep(context, row, new=True)
    return Done(value=row.pk, lines=(Line("", str(row.pk), "storeroom", row.version),))


def colleague(number: int) -> bool:
    """Whether somebody of this number works here."""
    return Person.objects.filter(pk=number, active=True, kind="staff").exists()


def positions(context: WriteContext, data: RegisterPositions) -> Done:
    """Many boards at once, each with a code of its own; those that are there already stay as they are."""
    if not (1 <= len(data.rows) <= 200 and 1 <= data.shelves <= 99 and 1 <= data.boards <= 99):
        raise Invalid(places=(("rows", N_("请写明排、架、层，例如 A-F 排，每排 10 架，每架 6 层")),))
    if not 0 <= data.capacity <= 100_000:
        raise Invalid(places=(("capacity", N_("容量超出范围")),))
    if any(not 1 <= len(one) <= 12 or not one.isprintable() for one in data.rows):
        raise Invalid(places=(("rows", N_("排的名称不超过 12 个字符")),))
    where = archive.storeroom_of(context, data.storeroom)
    wanted = list(boards(data.rows, data.shelves, data.boards))
    there = set(Position.objects.filter(storeroom_id=where.pk).values_list("row", "shelf", "board"))
    new = [one for one in wanted if one not in there]
    if len(new) > MOST_POSITIONS:
        raise Invalid(places=(("rows", N_("一次登记的架位过多，请分批登记")),))
    codes = archive.fresh_codes(context.runtime, Labelled.POSITION, len(new))
    numbers = [row[0] for row in context.rows(IDS_SQL, len(new))]
    archive.keep_new(
        context,
        [
            Position(
                id=number, storeroom_id=where.pk, row=row, shelf=shelf, board=board, code=code, capacity=data.capacity
            )
            for number, code, (row, shelf, board) in zip(numbers, codes, new, strict=True)
        ],
    )
    return Done(value=tuple(codes), lines=(Line("", str(where.pk), "position", len(new)),))


def ended(context: WriteContext, permit: Permit, data: EndStoreroom) -> Done:
    """Give a room up; Conflict while a volume has its place there."""
    row = archive.storeroom_of(context, data.storeroom)
    if context.rows(LYING_SQL, row.pk, sorted(PLACED))[0][0]:
        raise Conflict(N_("库房中还有病案册，不能停用。"), N_("请先把病案册移到其他库房。"))
    row.ended = permit.at
    keep(context, row)
    return Done(value=row.pk, lines=(Line("", str(row.pk), "storeroom", row.version),))


@write_act(Verb.SHELVE_VOLUME)
def shelve(context: WriteContext, permit: Permit) -> Done:
    """上架、移架: the volumes lie on that board from now on; a full board takes no more [3.2.2]."""
    data = cast(Shelve, permit.operation.data)
    board = archive.position_by_code(context, data.position)
    archive.storeroom_of(context, board.storeroom_id)
    rows = archive.volumes_by_code(context, data.codes, MOST_CODES)
    refuse_others(rows)
    taken = context.rows(TAKEN_SQL, board.pk, sorted(PLACED), [row.code for row in rows])[0][0]
    if not fits(taken, len(rows), board.capacity):
        raise Conflict(N_("这层架位放不下。"), N_("请换一层，或分开上架。"), capacity=board.capacity, taken=taken)
    for row in rows:
        if row.state != Shelf.SHELVED:
            row.since = permit.at
        row.state, row.position_id, row.custodian_id, row.department_id = Shelf.SHELVED.value, board.pk, 0, 0
    archive.keep_changed(context, rows, ("state", "position_id", "custodian_id", "department_id", "since"))
    return Done(
        value=len(rows), lines=(*archive.lines(context, rows), Line("", board.code, "position", board.version)),
        patients=archive.patients(rows),
    )  # fmt: skip


def refuse_others(rows: Sequence[Volume]) -> None:
    """Conflict names the volumes that are not the record room's to shelve."""
    others = [shown(row.code) for row in rows if row.state not in TO_SHELVE]
    if others:
        raise Conflict(
            N_("其中有不在病案室手中的病案册，不能上架。"), N_("请先办理接收、归还或找回。"), codes=tuple(others[:20])
        )
