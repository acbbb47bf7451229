"""七（一）监督检查: an export part by part, each under its own entry [7.1.2]"""

import orjson

from jingui.core.errors import Conflict, Invalid, Tampered
from jingui.core.oversee import ExportPart, ExportRequest
from jingui.core.word import N_
from jingui.formats.fhir_audit import audit_event
from jingui.gate import opening, plane
from jingui.gate.context import ReadContext
from jingui.store import export

MOST = 5000
BALP_SQL = f"{opening.ENTRIES_SQL} WHERE i.idx >= $1::bigint AND i.idx < $2::bigint ORDER BY i.idx"


async def part(context: ReadContext, request: ExportRequest) -> ExportPart:
    """The lines of one part. An export ends at a checkpoint's size, so that its last entry is signed for."""
    library = plane.current().library
    newest = await library.newest()
    if newest is None:
        raise Conflict(N_("存证台账还没有检查点。"))
    stop = request.stop or newest.size
    if not 0 <= request.origin <= request.start < stop <= newest.size or request.count < 1:
        raise Invalid(N_("导出的起止序号无效。"))
    end = min(request.start + min(request.count, MOST), stop)
    following = None if end == stop else end
    if request.form == "balp":
        rows = await context.rows(BALP_SQL, request.start, end)
        lines = b"".join(
            orjson.dumps(audit_event(opening.line(context.runtime, row), source=context.runtime.origin)) + b"\n"
            for row in rows
        )
        return ExportPart(lines=lines, start=request.start, next=following, stop=stop)
    if request.form != "jsonl":
        raise Invalid(N_("没有这种导出格式。"))
    rows = await context.rows(export.ROWS_SQL, request.start, end)
    if len(rows) != end - request.start:
        raise Tampered(where=f"entry_index:{request.start}")
    points = await context.rows(export.POINTS_SQL, request.start, end)
    out = []
    if request.start == request.origin:
        frontier = await library.ask(newest.size, lambda prover: prover.frontier(request.origin))
        out.append(export.first(library.key, context.runtime.origin, request.origin, stop, frontier))
    plain = [(row[0], bytes(row[5]), bytes(row[8]), bytes(row[9])) for row in rows]
    out.append(export.body(plain, [tuple(point) for point in points], opened=request.opened))
    if following is None:
        out.append(export.last(stop, await library.ask(newest.size, lambda prover: prover.root(stop))))
    return ExportPart(lines=b"".join(out), start=request.start, next=following, stop=stop)
