"""三（一）3 到期病历: the terms of everybody at once, in one statement that counts as `core.retention` does [3.1.3]

What a list shows is counted again, person by person, by the rules themselves; a test holds both to the same dates.
Where the hospital keeps minors longer, the birth dates lie encrypted: then this statement names some too early, and the
person's own count leaves them out.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from jingui.core.destruction import DueRequest, Month
from jingui.core.retention import CONTENT, YEARS
from jingui.core.settings import Value
from jingui.core.words import RetentionClass
from jingui.formats.tables import table

CHINA: Final = "AT TIME ZONE 'Asia/Shanghai'"


def later(day: str, years: str) -> str:
    """SQL of `core.retention.later`."""
    moved = f"({day} + {years} * interval '1 year')::date"
    leap = f"to_char({day}, 'MMDD') = '0229' AND to_char({moved}, 'MMDD') = '0228'"
    return f"{moved} + CASE WHEN {leap} THEN 1 ELSE 0 END"


# $1 years of inpatients, $2 of outpatients, $3 of psychiatric records; $4 kinds of visits that are stays; $5 the time
TERMS: Final = f"""WITH RECURSIVE up(id, root) AS (
  SELECT p.patient_id, p.linked_to FROM patient p WHERE p.linked_to IS NOT NULL
  UNION SELECT u.id, p.linked_to FROM up u JOIN patient p ON p.patient_id = u.root WHERE p.linked_to IS NOT NULL),
linked AS (SELECT u.id, u.root FROM up u JOIN patient p ON p.patient_id = u.root AND p.linked_to IS NULL),
member AS (SELECT p.patient_id, coalesce(l.root, p.patient_id) AS root, (p.created {CHINA})::date AS created
  FROM patient p LEFT JOIN linked l ON l.id = p.patient_id WHERE p.patient_id <> 0),
keyed AS (SELECT k.patient_id, m.root, k.retention_class AS class FROM patient_key k
  JOIN member m ON m.patient_id = k.patient_id WHERE k.retention_class <> 'directory'),
seen AS (SELECT m.root, bool_or(e.ends IS NULL) AS unknown, max((e.ends {CHINA})::date) AS visit,
  max((e.ends {CHINA})::date) FILTER (WHERE e.kind = ANY($4::text[])) AS discharge,
  (array_agg(e.department_id ORDER BY e.ends DESC NULLS LAST))[1] AS department
  FROM encounter e JOIN member m ON m.patient_id = e.patient_id GROUP BY m.root),
loose AS (SELECT k.root, max((r.entered {CHINA})::date) AS entered FROM keyed k JOIN record r
  ON r.patient_id = k.patient_id AND r.retention_class = k.class AND r.encounter_id IS NULL
  AND r.kind NOT IN ('Patient', 'Encounter') GROUP BY k.root),
made AS (SELECT root, max(created) AS created FROM member GROUP BY root),
longer AS (SELECT m.root, x.retention_class AS class, max(x.until) AS until FROM extension x
  JOIN member m ON m.patient_id = x.patient_id GROUP BY 1, 2),
stopped AS (SELECT m.root FROM hold h JOIN member m ON m.patient_id = h.patient_id
    WHERE NOT h.lifted AND (h.ends IS NULL OR h.ends > $5::timestamptz)
  UNION SELECT m.root FROM sealing s JOIN member m ON m.patient_id = s.patient_id WHERE s.state <> 'unsealed'),
started AS (SELECT DISTINCT k.root, c.class, c.years, coalesce(s.unknown, false) AS unknown,
  CASE WHEN c.class = 'inpatient' AND s.discharge IS NOT NULL THEN greatest(s.discharge, l.entered)
    ELSE coalesce(greatest(s.visit, l.entered), m.created) END AS day, x.until AS longer
  FROM (SELECT DISTINCT root FROM keyed) k
  CROSS JOIN (VALUES ('inpatient', $1::int), ('outpatient', $2::int), ('psychiatric', $3::int)) c(class, years)
  JOIN made m ON m.root = k.root LEFT JOIN seen s ON s.root = k.root LEFT JOIN loose l ON l.root = k.root
  LEFT JOIN longer x ON x.root = k.root AND x.class = c.class),
ended AS (SELECT root, class,
  CASE WHEN unknown THEN NULL ELSE greatest({later("day", "years")}, longer) END AS until FROM started),
whole AS (SELECT k.root, count(*) AS n, count(e.until) AS known, max(e.until) AS until
  FROM (SELECT DISTINCT root, class FROM keyed WHERE class <> 'identity') k
  JOIN ended e ON e.root = k.root AND e.class = k.class GROUP BY k.root),
terms AS (SELECT k.patient_id, k.root, k.class,
  CASE WHEN k.class <> 'identity' THEN e.until WHEN w.root IS NULL THEN o.until
    WHEN w.n = w.known THEN w.until END AS until,
  k.root IN (SELECT root FROM stopped) AS held, s.department
  FROM keyed k LEFT JOIN ended e ON e.root = k.root AND e.class = k.class
  LEFT JOIN ended o ON o.root = k.root AND o.class = 'outpatient'
  LEFT JOIN whole w ON w.root = k.root LEFT JOIN seen s ON s.root = k.root)
"""  # noqa: S608 -- own texts only
MONTHS_SQL: Final = f"""{TERMS} SELECT date_trunc('month', until)::date, class, held, count(*)::int,
  count(*) FILTER (WHERE until < $6::date AND NOT held)::int FROM terms
GROUP BY 1, 2, 3 ORDER BY 1, 2"""  # noqa: S608 -- own texts only
PAGE: Final = """SELECT t.patient_id, t.class, t.until, t.held, t.department, count(*) OVER (),
  (SELECT max(d.matter) FROM destruction d WHERE d.patient_id = t.patient_id AND d.retention_class = t.class
    AND d.state IN ('listed', 'approved', 'erasing'))
FROM terms t WHERE t.until < $6::date AND ($7::text = '' OR t.class = $7::text)
  AND ($8::bigint = 0 OR t.department = $8::bigint)"""
# How a list may be ordered: the word that is asked for is looked up here, never put into the statement.
ORDERS: Final[Mapping[str, str]] = {
    "until": "t.until, t.patient_id, t.class", "class": "t.class, t.until, t.patient_id",
    "department": "t.department NULLS LAST, t.until, t.patient_id, t.class",
}  # fmt: skip
PAGES_SQL: Final[Mapping[str, str]] = {
    name: f"{TERMS}{PAGE} ORDER BY {order} LIMIT $9::int OFFSET $10::int" for name, order in ORDERS.items()
}
STAY: Final = RetentionClass.INPATIENT.value
STAYS: Final = [kind for kind, which in table("categories")["retention"].items() if which == STAY]
MOST: Final = 200  # lines on one page


def asked(settings: Mapping[str, Value], at: datetime) -> tuple[object, ...]:
    """The first five arguments: the years in force or asked for, which visits are stays, the time that is trusted."""
    return (*(int(settings[YEARS[one]]) for one in CONTENT), STAYS, at)


def page_of(request: DueRequest) -> tuple[str, int, int]:
    """The statement, size and offset of a page."""
    size = min(max(request.size, 1), MOST)
    return PAGES_SQL.get(request.order, PAGES_SQL["until"]), size, (max(request.page, 1) - 1) * size


def months(rows: Sequence[Sequence[Any]]) -> tuple[tuple[Month, ...], int]:
    """The calendar, and how many are due."""
    counts: dict[date | None, dict[str, int]] = {}
    held: dict[date | None, int] = {}
    for month, which, stopped, n, _ in rows:
        place = counts.setdefault(month, {})
        place[which] = place.get(which, 0) + n
        held[month] = held.get(month, 0) + (n if stopped else 0)
    out = tuple(
        Month(month=month, counts=tuple(sorted(found.items())), held=held[month])
        for month, found in sorted(counts.items(), key=lambda one: one[0] or date.max)
    )
    return out, sum(row[4] for row in rows)
