"""三（二）2 纸质病案: the archive's lists: counts, volumes, rooms, hand-overs, loans [3.2.2] [4.1.2]"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from jingui.core.archive import PLACED, late_before
from jingui.core.archive_asking import (
    ArchiveOverview,
    FindVolumes,
    HandOversRequest,
    LoansRequest,
    RoomsRequest,
    VolumesRequest,
)
from jingui.core.archive_codes import FOREIGN, FORM, SLIPPED, Labelled, see
from jingui.core.archive_seen import (
    BoardLine,
    DepartmentCount,
    Loans,
    OfferedVolume,
    OfferLine,
    Offers,
    Overview,
    RoomLine,
    Rooms,
    Volumes,
)
from jingui.core.errors import Invalid, NotFound, Refused
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Shelf, Verb
from jingui.gate import archive
from jingui.gate.archive_lines import (
    LOANS_FROM,
    VOLUMES_FROM,
    L,
    V,
    genuine,
    loan_lines,
    named,
    numbers,
    volume_lines,
    whose,
    wide,
)
from jingui.gate.cohorts import FIELD, FOUND_SQL
from jingui.gate.context import ReadContext
from jingui.gate.names import NOBODY, names_of
from jingui.gate.registry import Done, read_act
from jingui.gate.settings import loop_values
from jingui.store.statements import Columns

PAGE: Final = 50
#: $1: everything, $2: the asker's departments, $3: who asks.
STATES_SQL: Final = """SELECT state, count(*) FROM volume
WHERE $1::bool OR department_id = ANY($2::bigint[]) GROUP BY 1"""
DEPARTMENTS_SQL: Final = """SELECT department_id, count(*), count(*) FILTER (WHERE since < $3::timestamptz), min(since)
FROM volume WHERE state IN ('department', 'handing') AND ($1::bool OR department_id = ANY($2::bigint[]))
GROUP BY 1 ORDER BY 3 DESC, 1"""
COUNTS_SQL: Final = """SELECT
  (SELECT count(*) FROM loan WHERE state = 'open' AND ($1::bool OR borrower_id = $2::bigint)),
  (SELECT count(*) FROM loan
   WHERE state = 'open' AND due <= $3::timestamptz AND ($1::bool OR borrower_id = $2::bigint)),
  (SELECT count(*) FROM loan WHERE state = 'open' AND borrower_id = $2::bigint),
  (SELECT count(*) FROM hand_over WHERE state = 'offered' AND ($1::bool OR department_id = ANY($4::bigint[]))),
  coalesce((SELECT max(id) FROM stocktaking WHERE state = 'open' AND $1::bool), 0)"""
FITS: Final = """($1::bool OR v.department_id = ANY($2::bigint[])) AND ($3::text = '' OR v.state = $3::text)
  AND ($4::bigint = 0 OR v.department_id = $4::bigint)
  AND (NOT $5::bool OR (v.state IN ('department', 'handing') AND v.since < $6::timestamptz))"""
VOLUMES_SQL: Final = f"""SELECT {V.sql}, count(*) OVER () {VOLUMES_FROM} WHERE {FITS}
ORDER BY v.since, v.patient_id, v.volume_id LIMIT {PAGE} OFFSET $7::int"""
FIND_SQL: Final = f"""SELECT {V.sql}, EXISTS (SELECT 1 FROM loan l WHERE l.patient_id = v.patient_id
  AND l.volume_id = v.volume_id AND l.state = 'open' AND l.borrower_id = $3::bigint) {VOLUMES_FROM}
WHERE v.code = $1::text OR v.patient_id = ANY($2::bigint[]) ORDER BY v.n, v.volume_id LIMIT 200"""  # noqa: S608 -- own texts only
ROOM: Final = Columns()
ROOM.sealed("r", "storeroom")
ROOMS_SQL: Final = f"""SELECT {ROOM.sql},
  (SELECT count(*) FROM position p WHERE p.storeroom_id = r.id AND p.ended IS NULL),
  coalesce(c.n, 0), coalesce(c.lent, 0) FROM storeroom r LEFT JOIN (
    SELECT p.storeroom_id, count(*) AS n, count(*) FILTER (WHERE v.state <> 'shelved') AS lent FROM volume v
    JOIN position p ON p.id = v.position_id WHERE v.state = ANY($2::text[]) GROUP BY 1) c ON c.storeroom_id = r.id
WHERE $1::bigint = 0 OR r.id = $1::bigint ORDER BY r.ended IS NOT NULL, r.name"""  # noqa: S608 -- own texts only
BOARD: Final = Columns()
BOARD.sealed("p", "position")
BOARDS_SQL: Final = f"""SELECT {BOARD.sql}, coalesce(c.n, 0) FROM position p LEFT JOIN (
  SELECT position_id, count(*) AS n FROM volume WHERE state = ANY($2::text[]) GROUP BY 1) c ON c.position_id = p.id
WHERE p.storeroom_id = $1::bigint AND p.ended IS NULL ORDER BY p.id LIMIT 5000"""  # noqa: S608 -- own texts only
OFFER: Final = Columns()
OFFER.sealed("h", "hand_over")
OFFER.add("h.payload")
OFFERS_SQL: Final = f"""SELECT {OFFER.sql} FROM hand_over h WHERE ($1::bool OR h.department_id = ANY($2::bigint[]))
  AND ($3::bigint = 0 OR h.id = $3::bigint) ORDER BY h.state = 'offered' DESC, h.id DESC LIMIT 100"""  # noqa: S608 -- own texts only
LINE: Final = Columns()
LINE.sealed("n", "hand_over_line")
LINE.add("v.code", "v.medium", "v.n", "v.pages")
LINES_SQL: Final = f"""SELECT {LINE.sql} FROM hand_over_line n
JOIN volume v ON v.patient_id = n.patient_id AND v.volume_id = n.volume_id
WHERE n.hand_over_id = $1::bigint ORDER BY n.line_id LIMIT 500"""  # noqa: S608 -- own texts only
LOANS_SQL: Final = f"""SELECT {L.sql}, count(*) OVER () {LOANS_FROM} WHERE CASE $1::text
  WHEN 'mine' THEN l.borrower_id = $2::bigint AND l.state = 'open'
  WHEN 'overdue' THEN l.state = 'open' AND l.due <= $3::timestamptz
  WHEN 'reading' THEN l.place = 'reading_room' AND (l.state = 'open' OR l.returned > $3::timestamptz - interval '1 day')
  WHEN 'past' THEN l.state <> 'open' ELSE l.state = 'open' END
ORDER BY CASE WHEN l.state = 'open' THEN l.due END, l.loan_id DESC LIMIT {PAGE} OFFSET $4::int"""


async def owed_before(context: ReadContext) -> datetime:
    """The moment: what a department has had since before it should be with the record room by now."""
    days = int((await loop_values(context.pipe, context.actor.epoch))["handover_days"])
    return late_before(context.operation.at, days)


@read_act(Verb.READ_ARCHIVE)
async def read_archive(context: ReadContext, permit: Permit) -> Done:
    """One of the archive's lists; the patients of every volume shown stand in the entry [3.2.2]."""
    data = permit.operation.data
    act = PARTS.get(type(data))
    if act is None:
        raise Invalid()
    return await act(context, data)


async def overview(context: ReadContext, data: ArchiveOverview) -> Done:
    """Counts alone: no patient is named."""
    everything, mine = wide(context), sorted(context.actor.departments)
    states = await context.rows(STATES_SQL, everything, mine)
    rows = await context.rows(DEPARTMENTS_SQL, everything, mine, await owed_before(context))
    names = await names_of(context).departments(context)
    loans, overdue, own, offers, taking = (
        await context.rows(COUNTS_SQL, everything, context.actor.person, context.operation.at, mine)
    )[0]
    departments = tuple(DepartmentCount(n, names.get(n, ""), kept, late, old) for n, kept, late, old in rows)
    value = Overview(
        states={row[0]: row[1] for row in states}, departments=departments, loans=loans, overdue=overdue, mine=own,
        offers=offers, taking=taking,
    )  # fmt: skip
    return Done(value=value)


async def find(context: ReadContext, data: FindVolumes) -> Done:
    """By a label's code, or by 病案号; who does not look after the archive finds what concerns them."""
    text = data.text.strip()
    if not 1 <= len(text) <= 60:
        raise Invalid(places=(("text", N_("请扫描条码，或输入病案号")),))
    seen = see(text, archive.prefix(context.runtime))
    if seen.wrong in (FOREIGN, SLIPPED) and FORM.match(seen.code):
        raise Invalid(places=(("text", seen.wrong),))
    code, patients = (seen.code if seen.kind is Labelled.VOLUME else ""), []
    if not code:
        tokens = [context.runtime.keyring.blind.blind(FIELD, text)]
        patients = list((await context.rows(FOUND_SQL, [0], tokens))[0][1] or ())
    found = await context.rows(FIND_SQL, code, patients, context.actor.person)
    rows = [{**genuine(context, V, "v", row), "mine": row[-1]} for row in found]
    if not wide(context):
        known, mine = await numbers(context, [one["patient_id"] for one in rows]), context.actor.departments
        rows = [one for one in rows if one["mine"] or (one["department_id"] and one["department_id"] in mine)
                or known.get(one["patient_id"], ("", False))[1]]  # fmt: skip
    value = Volumes(rows=await volume_lines(context, rows), total=len(rows))
    return Done(value=value, lines=named(context, rows), patients=whose(rows), note=text.encode())


async def volumes(context: ReadContext, data: VolumesRequest) -> Done:
    """Volumes by state and department, those that wait longest first."""
    if data.state and data.state not in set(Shelf):
        raise Invalid(places=(("state", N_("没有这一项。")),))
    found = await context.rows(
        VOLUMES_SQL, wide(context), sorted(context.actor.departments), data.state, data.department, data.late,
        await owed_before(context), offset(data.page),
    )  # fmt: skip
    rows = [genuine(context, V, "v", row) for row in found]
    value = Volumes(rows=await volume_lines(context, rows), total=found[0][-1] if found else 0)
    return Done(value=value, lines=named(context, rows), patients=whose(rows))


def offset(page: int) -> int:
    """Where a page begins."""
    return PAGE * (min(max(page, 1), 100_000) - 1)


async def rooms(context: ReadContext, data: RoomsRequest) -> Done:
    """The storerooms and how full they are; of one, every board. No patient stands here."""
    found = await context.rows(ROOMS_SQL, data.storeroom, sorted(PLACED))
    rows = [(genuine(context, ROOM, "r", row), row) for row in found]
    people = await names_of(context).people(context, [one["person_id"] for one, _ in rows])
    lines = tuple(
        RoomLine(
            one["id"], one["name"], one["place"], one["kind"], people.get(one["person_id"], NOBODY).name,
            one["capacity"], row[-3], row[-2], row[-1], one["ended"],
        )
        for one, row in rows
    )  # fmt: skip
    if not data.storeroom:
        return Done(value=Rooms(rows=lines))
    if not lines:
        raise NotFound()
    boards = [(genuine(context, BOARD, "p", row), row[-1])
              for row in await context.rows(BOARDS_SQL, data.storeroom, sorted(PLACED))]  # fmt: skip
    shown = tuple(
        BoardLine(one["code"], one["row"], one["shelf"], one["board"], one["capacity"], n) for one, n in boards
    )
    return Done(value=Rooms(rows=lines, boards=shown))


async def offers(context: ReadContext, data: HandOversRequest) -> Done:
    """Hand-over lists, those that wait first; of one, its lines."""
    found = await context.rows(OFFERS_SQL, wide(context), sorted(context.actor.departments), data.hand_over)
    rows = [genuine(context, OFFER, "h", row) for row in found]
    people = await names_of(context).people(context, [n for one in rows for n in (one["giver_id"], one["taker_id"])])
    lines = tuple(
        OfferLine(
            one["id"], one["department_id"], people.get(one["giver_id"], NOBODY).name,
            people.get(one["taker_id"], NOBODY).name, one["state"], one["offered"], one["accepted"], one["count"],
            bytes(one["digest"]).hex(), one["giver_id"] == context.actor.person,
        )
        for one in rows
    )  # fmt: skip
    if not data.hand_over:
        return Done(value=Offers(rows=lines))
    if not rows:
        raise NotFound()
    listed = [genuine(context, LINE, "n", row) for row in await context.rows(LINES_SQL, data.hand_over)]
    known = await numbers(context, [one["patient_id"] for one in listed])
    each = tuple(
        OfferedVolume(one["v.code"], known.get(one["patient_id"], ("", False))[0], one["v.medium"], one["v.n"],
                      one["v.pages"], one["state"])
        for one in listed
    )  # fmt: skip
    said: Mapping[str, Any] = orjson.loads(
        context.runtime.vault.open_note(f"handover{data.hand_over}", bytes(rows[0]["payload"]))
    )
    value = Offers(
        rows=lines, volumes=each, checks=tuple(said["checks"]), note=said["note"], taken=said.get("taken", "")
    )
    return Done(value=value, lines=named(context, listed), patients=whose(listed))


async def loans(context: ReadContext, data: LoansRequest) -> Done:
    """Loans: one's own, or all of them for those who look after the archive."""
    if data.which not in ("mine", "all", "overdue", "reading", "past"):
        raise Invalid(places=(("which", N_("没有这一项。")),))
    if data.which != "mine" and not wide(context):
        raise Refused(clauses=("4.1.2",), reason="no_rule")
    found = await context.rows(LOANS_SQL, data.which, context.actor.person, context.operation.at, offset(data.page))
    rows = [genuine(context, L, "l", row) for row in found]
    value = Loans(rows=await loan_lines(context, rows), total=found[0][-1] if found else 0)
    return Done(value=value, lines=named(context, rows), patients=whose(rows))


PARTS: Final[Mapping[type, Callable[[ReadContext, Any], Awaitable[Done]]]] = {
    ArchiveOverview: overview, FindVolumes: find, VolumesRequest: volumes, RoomsRequest: rooms,
    HandOversRequest: offers, LoansRequest: loans,
}  # fmt: skip
