"""四（一）内部查阅: searching one chart: tokens under the patient's key, rows decided before they count [4.1.3]"""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson

from jingui.core.errors import Invalid
from jingui.core.word import N_
from jingui.crypto.keyring import DataKey
from jingui.formats.fhir_query import DateTerm, SearchQuery
from jingui.gate.dates import main_date, moved

COLUMNS = """r.record_id, r.version, r.kind, r.category, r.level, r.labels, r.state, r.status, r.author_id,
  r.retention_class, r.encounter_id, r.department_id, r.entered, r.at"""
SEALED = "r.form, r.medium, r.mac"


class Compiled(NamedTuple):
    """A search as SQL: `page` for one page of contents, `total` for the count; both with their arguments."""

    page: str
    page_args: list[Any]
    total: str
    total_args: list[Any]
    descending: bool
    by_entered: bool


class Where:
    """Collects conditions and $n arguments."""

    def __init__(self) -> None:
        """Start without conditions."""
        self.parts: list[str] = []
        self.args: list[Any] = []

    def arg(self, value: object) -> str:
        """Add an argument and return its place."""
        self.args.append(value)
        return f"${len(self.args)}"

    def add(self, part: str) -> None:
        """Add a condition."""
        self.parts.append(part)


def compiled(
    query: SearchQuery, patient: int, key: DataKey, pairs: tuple[list[str], list[str]], records: Sequence[int] = (),
    within: Sequence[Sequence[tuple[str, str, str]]] | None = None,
) -> Compiled:  # fmt: skip
    """Turn a parsed search into SQL over one patient's records; only readable (category, level) `pairs` count.

    `within`: of these lists of (parameter, system, value) a record satisfies one wholly; None: no such condition.
    """
    where = Where()
    where.add(f"r.patient_id = {where.arg(patient)}::bigint")
    where.add(f"r.kind = {where.arg(query.type)}::text")
    a, b = where.arg(pairs[0]), where.arg(pairs[1])
    where.add("r.state NOT IN ('draft', 'destroyed')")  # a draft is its author's alone; what was destroyed is gone
    where.add(f"(r.category, r.level) IN (SELECT * FROM unnest({a}::text[], {b}::text[]))")  # noqa: S608 -- own texts
    if query.ids:
        where.add(f"r.record_id = ANY({where.arg(list(records))}::bigint[])")
    for alternatives in query.tokens:
        tokens = [key.token(term.parameter, term.system, term.value) for term in alternatives]
        where.add(f"r.tokens && {where.arg(tokens)}::bigint[]")
    if within is not None:
        bounds = [[f"r.tokens && {where.arg([key.token(*term)])}::bigint[]" for term in one] for one in within]
        where.add("(" + (" OR ".join("(" + " AND ".join(one) + ")" for one in bounds) or "false") + ")")
    shift = key.shift()
    for dates in query.dates:
        where.add("(" + " OR ".join(_clinical(where, query.type, term, shift) for term in dates) + ")")
    for dates in query.updated:
        where.add("(" + " OR ".join(_span(where, term, "r.entered", "r.entered", timedelta()) for term in dates) + ")")
    condition = " AND ".join(where.parts)
    total, total_args = f"SELECT count(*) FROM record r WHERE {condition}", list(where.args)  # noqa: S608 -- own texts
    by_entered = bool(query.sort) and query.sort[0][0] == "_lastUpdated"
    descending = query.sort[0][1] if query.sort else True
    column = "r.entered" if by_entered else "r.at"
    sign, order = ("<", "DESC") if descending else (">", "ASC")
    if query.cursor:
        at, record = read_cursor(query.cursor)
        place, number = where.arg(at), where.arg(record)
        condition += f" AND ({column}, r.record_id) {sign} ({place}::timestamptz, {number}::bigint)"
    # LIMIT before the join with versions: only what leaves is fetched and decrypted
    page = f"""WITH r AS MATERIALIZED (SELECT {COLUMNS}, {SEALED}, {column} AS place FROM record r WHERE {condition}
      ORDER BY {column} {order}, r.record_id {order} LIMIT {where.arg(query.count + 1)}::int)
    SELECT {COLUMNS}, v.seal, v.payload, k.wrapped, {SEALED}, r.place FROM r
    JOIN record_version v ON v.patient_id = $1::bigint AND v.record_id = r.record_id AND v.version = r.version
    LEFT JOIN patient_key k ON k.patient_id = $1::bigint AND k.retention_class = r.retention_class
    ORDER BY r.place {order}, r.record_id {order}"""  # noqa: S608 -- own texts and $n places only
    return Compiled(page, where.args, total, total_args, descending, by_entered)


def _clinical(where: Where, kind: str, term: DateTerm, shift: timedelta) -> str:
    if term.parameter != main_date(kind):
        raise Invalid(places=((term.parameter, N_("此类资源只能按其主要日期检索")),))
    return f"(r.at_end IS NOT NULL AND {_span(where, term, 'r.at', 'r.at_end', shift)})"


def _span(where: Where, term: DateTerm, start: str, end: str, shift: timedelta) -> str:
    """The FHIR R4 rules for prefixes over a stored span."""
    low, high = moved(term.start, shift), moved(term.end, shift)

    def at(moment: datetime) -> str:
        return f"{where.arg(moment)}::timestamptz"  # only what a prefix needs: PostgreSQL cannot type an unused place

    def inside() -> str:
        return f"({start} >= {at(low)} AND {end} <= {at(high)})"

    match term.prefix:
        case "eq":
            return inside()
        case "ne":
            return f"NOT {inside()}"
        case "lt":
            return f"{start} < {at(low)}"
        case "gt":
            return f"{end} > {at(high)}"
        case "ge":
            return f"({inside()} OR {end} > {at(high)})"
        case "le":
            return f"({inside()} OR {start} < {at(low)})"
        case "sa":
            return f"{start} >= {at(high)}"
        case "eb":
            return f"{end} <= {at(low)}"
    raise Invalid(places=((term.parameter, term.prefix),))


def cursor(at: datetime, record: int) -> str:
    """Where the next page begins; the date is the shifted one, so it tells nothing."""
    return base64.urlsafe_b64encode(orjson.dumps([at.isoformat(), record])).decode().rstrip("=")


def read_cursor(text: str) -> tuple[datetime, int]:
    """The place a cursor says; Invalid when it is not one of ours."""
    try:
        at, record = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        place = datetime.fromisoformat(at)
        if place.tzinfo is None or not 0 <= int(record) < 1 << 63:
            raise ValueError
        return place, int(record)
    except (ValueError, TypeError, binascii.Error) as error:
        raise Invalid(N_("翻页标记无效。"), places=(("_page", ""),)) from error
