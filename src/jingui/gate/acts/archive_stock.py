"""三（二）2 盘点: what should lie in a storeroom against what was seen, by several people, hundreds at once [3.2.2]

A batch of scans is a handful of statements and one entry, whatever its size. The last scan of a code counts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import orjson

from jingui.core.archive import MOST_CODES, TO_EXPLAIN, StockOutcome, outcome
from jingui.core.archive_asking import CloseStocktaking, CountStock, StartStocktaking
from jingui.core.archive_codes import FOREIGN, MALFORMED, Labelled, read, see, shown
from jingui.core.archive_seen import Counted
from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.gate import archive
from jingui.gate.acts.matters import open_matter
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, locked, next_id
from jingui.gate.writing import WriteContext
from jingui.store.models import Position, Stocktaking, Storeroom, Volume

OPEN, CLOSED = "open", "closed"
KIND: Final = "stocktaking"
EXPECTED_SQL: Final = """SELECT count(*) FROM volume v JOIN position p ON p.id = v.position_id
WHERE p.storeroom_id = $1::bigint AND v.state = 'shelved'"""
TALLY_SQL: Final = "SELECT outcome, count(*) FROM stock_count WHERE taking_id = $1::bigint GROUP BY 1"
#: What the storeroom should hold and nobody has seen anywhere.
MISSING_SQL: Final = """SELECT v.code FROM volume v JOIN position p ON p.id = v.position_id
WHERE p.storeroom_id = $1::bigint AND v.state = 'shelved' AND NOT EXISTS (
  SELECT 1 FROM stock_count c WHERE c.taking_id = $2::bigint AND c.code = v.code) ORDER BY v.code"""
UPSERT_SQL: Final = """INSERT INTO stock_count (taking_id, code, position_id, outcome, person_id, at)
SELECT $1::bigint, u.code, u.position, u.outcome, $2::bigint, $3::timestamptz
FROM unnest($4::text[], $5::bigint[], $6::text[]) AS u(code, position, outcome)
ON CONFLICT (taking_id, code) DO UPDATE SET position_id = excluded.position_id, outcome = excluded.outcome,
  person_id = excluded.person_id, at = excluded.at"""


@write_act(Verb.START_STOCKTAKING)
def start(context: WriteContext, permit: Permit) -> Done:
    """开始盘点: one at a time in a storeroom; everybody who counts goes on with it [3.2.2]."""
    data = cast(StartStocktaking, permit.operation.data)
    room = archive.storeroom_of(context, data.storeroom)
    if Stocktaking.objects.filter(storeroom_id=room.pk, state=OPEN).exists():
        raise Conflict(N_("该库房正在盘点。"), N_("请继续已经开始的盘点。"))
    row = Stocktaking(
        id=next_id(Stocktaking), storeroom_id=room.pk, person_id=permit.person, state=OPEN, started=permit.at,
        expected=context.rows(EXPECTED_SQL, room.pk)[0][0],
    )  # fmt: skip
    keep(context, row, new=True)
    return Done(value=row.pk, lines=(Line("", str(row.pk), KIND, row.version),))


def running(context: WriteContext, number: int, *, lock: bool) -> Stocktaking:
    """The open stock-taking, genuine. Counting only shares its row, so that several count at once; closing waits."""
    if lock:
        row = locked(context, Stocktaking, number)
    else:
        context.rows("SELECT id FROM stocktaking WHERE id = $1::bigint FOR SHARE", number)
        found = Stocktaking.objects.filter(pk=number).first()
        if found is None:
            raise Conflict(N_("没有这次盘点。"), N_("请从库房页面开始盘点。"))
        context.runtime.sealer.check(found)
        row = found
    if row.state != OPEN:
        raise Conflict(N_("这次盘点已经结束。"), N_("请刷新页面。"))
    return row


@write_act(Verb.COUNT_STOCK)
def count(context: WriteContext, permit: Permit) -> Done:
    """盘点扫描: a board's label, then the volumes on it, in any number up to the limit [3.2.2]."""
    data = cast(CountStock, permit.operation.data)
    if not data.scans:
        raise Invalid(places=(("scans", N_("请扫描或输入条码")),))
    if len(data.scans) > MOST_CODES:
        raise Invalid(places=(("scans", N_("一次扫描的条码过多，请分批办理")),))
    row = running(context, data.taking, lock=False)
    ours = archive.prefix(context.runtime)
    seen = [see(one, ours) for one in data.scans]
    here = read(data.position, ours, Labelled.POSITION, "position") if data.position else ""
    wanted = {one.code for one in seen if one.kind is Labelled.POSITION} | ({here} if here else set())
    by_code = boards_of(context, wanted)
    if here and here not in by_code:
        raise Invalid(places=(("position", N_("没有这个架位")),))
    volumes = volumes_of(context, {one.code for one in seen if one.kind is Labelled.VOLUME})
    inside = frozenset(Position.objects.filter(storeroom_id=row.storeroom_id).values_list("id", flat=True))
    meant: dict[str, tuple[int, StockOutcome]] = {}
    wrong: list[tuple[str, str]] = []
    for text, one in zip(data.scans, seen, strict=True):
        if one.kind is Labelled.POSITION:
            board = by_code.get(one.code)
            if board is None or board.storeroom_id != row.storeroom_id:
                wrong.append((text[:40], N_("这个架位不在所盘点的库房")))
            else:
                here = one.code
            continue
        at = by_code[here].pk if here else 0
        if one.kind is Labelled.VOLUME:
            volume = volumes.get(one.code)
            what = StockOutcome.STRANGE if volume is None else outcome(volume.state, volume.position_id, at, inside)
            meant[one.code] = (at, what)
        elif one.wrong in (FOREIGN, MALFORMED) and one.code.isprintable() and one.code:
            meant[one.code] = (at, StockOutcome.STRANGE)
            wrong.append((text[:40], one.wrong))
        else:  # a slip of the reader: scanned again it will be right, so it counts for nothing
            wrong.append((text[:40], one.wrong))
    if meant:
        codes = sorted(meant)  # in one order by everybody: two batches never wait for each other
        context.rows(
            UPSERT_SQL, row.pk, permit.person, permit.at, codes, [meant[one][0] for one in codes],
            [meant[one][1].value for one in codes],
        )  # fmt: skip
    value = Counted(
        outcomes=Counter(what.value for _, what in meant.values()), position=here, wrong=tuple(wrong),
        progress=tally(context, row.pk), expected=row.expected,
    )  # fmt: skip
    return Done(value=value, lines=(Line("", str(row.pk), KIND, len(meant)),))


def boards_of(context: WriteContext, codes: set[str]) -> dict[str, Position]:
    """The boards of these labels, genuine."""
    found = {one.code: one for one in Position.objects.filter(code__in=codes, ended=None)} if codes else {}
    for one in found.values():
        context.runtime.sealer.check(one)
    return found


def volumes_of(context: WriteContext, codes: set[str]) -> dict[str, Volume]:
    """The volumes of these labels, genuine."""
    found = {one.code: one for one in Volume.objects.filter(code__in=codes)} if codes else {}
    for one in found.values():
        context.runtime.sealer.check(one)
    return found


def tally(context: WriteContext, number: int) -> Mapping[str, int]:
    """How often each outcome so far."""
    return dict(context.rows(TALLY_SQL, number))


@write_act(Verb.CLOSE_STOCKTAKING)
def close(context: WriteContext, permit: Permit) -> Done:
    """结束盘点: differences with their explanation; what is missing becomes a matter [3.2.2]."""
    data = cast(CloseStocktaking, permit.operation.data)
    row = running(context, data.taking, lock=True)
    missing = [code for (code,) in context.rows(MISSING_SQL, row.storeroom_id, row.pk)]
    counts: dict[str, int] = {**tally(context, row.pk), StockOutcome.MISSING.value: len(missing)}
    different = sum(counts.get(one.value, 0) for one in TO_EXPLAIN)
    told = data.explanation.strip()
    if different and len(told) < 4:
        raise Invalid(places=(("explanation", N_("有差异，请写明原因和处理（4 至 2000 字）")),))
    if len(told) > 2000 or "\0" in told:
        raise Invalid(places=(("explanation", N_("内容过长或含有不可用的字符")),))
    row.state, row.ended = CLOSED, permit.at
    row.expected = context.rows(EXPECTED_SQL, row.storeroom_id)[0][0]
    row.found, row.missing = counts.get(StockOutcome.FOUND.value, 0), len(missing)
    row.misplaced, row.strange = (counts.get(one.value, 0) for one in (StockOutcome.MISPLACED, StockOutcome.STRANGE))
    body = {"explanation": told, "counts": counts}
    row.payload = context.runtime.vault.seal_note(f"stock{row.pk}", orjson.dumps(body))
    keep(context, row)
    matter = finding(context, permit, row, counts, missing, told) if missing else 0
    return Done(value=matter, lines=(Line("", str(row.pk), KIND, row.version),), note=told.encode())


def finding(
    context: WriteContext, permit: Permit, row: Stocktaking, counts: Mapping[str, Any], missing: Sequence[str],
    told: str,
) -> int:  # fmt: skip
    """The matter that what is missing becomes."""
    room = locked(context, Storeroom, row.storeroom_id)
    said = "，".join(f"{one.label} {counts.get(one.value, 0)}" for one in StockOutcome)
    codes = "、".join(shown(one) for one in missing[:800])
    answers = {"storeroom": room.name, "counts": said[:400], "codes": codes[:20_000], "explanation": told}
    return int(open_matter(context, permit, "stock_finding", answers, patient=0).pk)
