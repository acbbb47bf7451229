"""四（一）内部查阅: the SQL of facts and contents, one text for both drivers ($n parameters) [4.1.1] [4.1.2]

The column groups mirror `Sealed.SEALED`, so that the gate can check each row's MAC from what the statement returned.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from jingui.store.seals import SEALED_TABLES


class Group(NamedTuple):
    """Where a sealed row's columns stand in a result row: [start, stop) are its values, `mac` its MAC."""

    table: str
    start: int
    stop: int

    def values(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """The row's values, in the order of the MAC."""
        return tuple(row[self.start : self.stop])

    def mac(self, row: Sequence[Any]) -> bytes | None:
        """The row's MAC, None when the outer join found nothing."""
        found: bytes | None = row[self.stop]
        return found


def key_of(table: str) -> str:
    """The order of a table's rows: its own number (x.id, or the second column beside the patient's)."""
    first, second = SEALED_TABLES[table][:2]
    return f"x.{second if first == 'patient_id' else first}"


def index_of(table: str) -> dict[str, int]:
    """Where each sealed column stands in a row of `Columns.many`; the MAC is the last."""
    return {name: i for i, name in enumerate(SEALED_TABLES[table])}


class Columns:
    """Collects select columns and remembers where each group begins."""

    def __init__(self) -> None:
        """Start empty."""
        self.names: list[str] = []
        self.at: dict[str, int] = {}
        self.groups: dict[str, Group] = {}
        self.lists: dict[str, str] = {}  # arrays of sealed rows: their tables

    def add(self, *names: str) -> None:
        """Add plain columns; each is found again under its text in `at`."""
        for name in names:
            self.at[name] = len(self.names)
            self.names.append(name)

    def sealed(self, alias: str, table: str) -> None:
        """Add all columns of a sealed row and its MAC."""
        start = len(self.names)
        self.names += [f"{alias}.{name}" for name in SEALED_TABLES[table]]
        for i, name in enumerate(SEALED_TABLES[table]):
            self.at[f"{alias}.{name}"] = start + i
        self.groups[alias] = Group(table, start, len(self.names))
        self.names.append(f"{alias}.mac")

    def many(self, alias: str, table: str, where: str, *, when: str = "true") -> None:
        """Add all sealed rows of `table` (as `x`) that satisfy `where` in one column: an array of rows, NULL for none.

        Not even looked for unless `when` holds: most patients have none.
        """
        columns = ", ".join(f"x.{name}" for name in (*SEALED_TABLES[table], "mac"))
        found = f"(SELECT array_agg(ROW({columns}) ORDER BY {key_of(table)}) FROM {table} x WHERE {where})"  # noqa: S608 -- own names
        self.at[alias] = len(self.names)
        self.names.append(found if when == "true" else f"CASE WHEN {when} THEN {found} END")
        self.lists[alias] = table

    @property
    def sql(self) -> str:
        """The select list."""
        return ", ".join(self.names)


# Never before the newest entry: what has ended does not come back when the server's clock is set back.
LEDGER_NOW = "greatest(now(), (SELECT le.at FROM entry le ORDER BY le.id DESC LIMIT 1))"
ACTOR = Columns()
ACTOR.add("e.n", "e.policy", "e.lockdown")
ACTOR.sealed("a", "account")
ACTOR.sealed("pe", "person")
ACTOR.sealed("po", "post")
ACTOR.sealed("t", "token")
ACTOR.add("pe.title", "pe.licence_scope", "d.name", "d.name_en", "d.code", "d.kind")
ACTOR.many(
    "grants", "post_grant",
    f"x.post_id = po.id AND x.person_id = a.person_id AND NOT x.ended AND x.ends > {LEDGER_NOW}",
)  # fmt: skip
ACTOR.many("undertaking", "controlled_document", "x.code = 'confidentiality' AND x.state = 'active'")
ACTOR.many(
    "undertaken",
    "acknowledgement",
    f"""x.person_id = a.person_id AND x.ends > {LEDGER_NOW}
    AND x.document_id IN (SELECT cd.id FROM controlled_document cd WHERE cd.code = 'confidentiality')""",  # noqa: S608 -- own texts only
)
# Turns of duty and rotations stand at no patient: they give a person a further department's patients.
ACTOR.many(
    "rosters", "care_relation",
    "x.patient_id = 0 AND x.person_id = a.person_id AND x.starts <= now() AND "
    f"(x.ends IS NULL OR x.ends > {LEDGER_NOW})",
)  # fmt: skip
ACTOR_SQL = f"""
SELECT {ACTOR.sql} FROM epoch e, account a JOIN person pe ON pe.id = a.person_id
LEFT JOIN post po ON po.id = $2::bigint AND po.person_id = a.person_id
LEFT JOIN department d ON d.id = po.department_id
LEFT JOIN token t ON t.id = $3::bigint AND t.account_id = a.id
WHERE a.id = $1::bigint"""  # noqa: S608 -- own column names

NOW = "$9::timestamptz"
MARKED = "p.marks > 0 OR p.linked_to IS NOT NULL"
THEIRS = "x.patient_id IN (q.patient, p.linked_to)"  # a merged number is the same patient: what binds one, binds both
FACTS = Columns()
FACTS.add("q.ord", "q.patient", "q.record", "q.version", "q.person", "e.n", "e.policy", "e.lockdown")
FACTS.sealed("p", "patient")
FACTS.sealed("c", "care_relation")
FACTS.sealed("r", "record")
FACTS.add("c.basis")
FACTS.add("r.status", "r.department_id", "r.encounter_id")
FACTS.add("v.version", "v.seal", "v.payload", "v.entered", "v.author_id", "k.wrapped", "p.face")
# A subselect, not a join: a planner without statistics would scan every patient's identity key for it.
FACTS.at["ki.wrapped"] = len(FACTS.names)
FACTS.names.append("(SELECT wrapped FROM patient_key WHERE patient_id = q.patient AND retention_class = 'identity')")
# "+ 0": by the patient's key, never by the person's index: some people hold grants for thousands of patients
FACTS.many(
    "grants", "access_grant", "x.patient_id = q.patient AND x.person_id + 0 = q.person AND x.purpose = q.purpose"
)
FACTS.many("holds", "hold", f"{THEIRS} AND NOT x.lifted AND (x.ends IS NULL OR x.ends > {NOW})", when=MARKED)
FACTS.many(
    "restrictions", "restriction",
    f"{THEIRS} AND NOT x.lifted AND x.starts <= {NOW} AND (x.ends IS NULL OR x.ends > {NOW})", when=MARKED,
)  # fmt: skip
FACTS.many(
    "consents", "patient_consent", f"{THEIRS} AND x.purpose = q.purpose AND x.starts <= {NOW}", when=MARKED,
)  # fmt: skip
FACTS.many(
    "visits", "encounter",
    f"x.patient_id = q.patient AND (x.state = 'open' OR x.ends > {NOW} - make_interval(days => q.days))",
    when="q.days >= 0",
)  # fmt: skip
COUNTED = ("hold", "restriction", "patient_consent", "extension", "sealing")  # what `patient.marks` counts
FACTS.at["marks"] = len(FACTS.names)
SUMS = " + ".join(f"coalesce((SELECT sum(version) FROM {t} WHERE patient_id = q.patient), 0)" for t in COUNTED)  # noqa: S608 -- own names
FACTS.names.append(f"CASE WHEN p.marks > 0 THEN {SUMS} END")

FACTS_SQL = f"""
SELECT {FACTS.sql}
FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::bigint[], $5::text[], $6::text[], $7::bool[], $8::int[])
  WITH ORDINALITY q(patient, record, version, person, departments, purpose, portal, days, ord)
CROSS JOIN epoch e
LEFT JOIN patient p ON p.patient_id = q.patient
LEFT JOIN record r ON r.patient_id = q.patient AND r.record_id = q.record
LEFT JOIN record_version v ON v.patient_id = q.patient AND v.record_id = q.record
  AND v.version = CASE WHEN q.version = 0 THEN r.version ELSE q.version END
LEFT JOIN patient_key k ON k.patient_id = q.patient AND k.retention_class = split_part(v.seal, ':', 3)
LEFT JOIN LATERAL (
  SELECT * FROM care_relation x WHERE {THEIRS}
    AND (x.person_id = q.person OR x.department_id = ANY(q.departments::bigint[]))
    AND (x.kind IN ('self', 'guardian')) = q.portal AND x.starts <= {NOW} AND (x.ends IS NULL OR x.ends > {NOW})
  ORDER BY x.rank LIMIT 1) c ON true"""  # noqa: S608 -- own column names

# Held shared by whoever stores a new wrapped key, exclusively while segment keys are replaced (crypto.rotation).
KEYS_LOCK = 0x4A474B31

ENTRY_COLUMNS = (
    "id", "at", "writer", "n", "head", "leaf", "mac", "private", "targets", "verb", "decision", "account_id",
    "person_id", "patient_id", "patients",
)  # fmt: skip
# One epoch row is locked in share mode by every insert: whoever bumps it waits for these commits, and later inserts see
# the new number and are decided again (house: epoch).
ENTRY_SQL = f"""
WITH e AS MATERIALIZED (SELECT n FROM epoch WHERE id = 1 FOR SHARE)
INSERT INTO entry ({", ".join(ENTRY_COLUMNS)})
SELECT u.id, u.at, u.writer, u.n, u.head, u.leaf, u.mac, u.private, u.targets, u.verb, u.decision, u.account_id,
  u.person_id, u.patient_id, CASE WHEN u.patients = '' THEN NULL ELSE u.patients::bigint[] END
FROM unnest($2::uuid[], $3::timestamptz[], $4::uuid[], $5::bigint[], $6::bytea[], $7::bytea[], $8::bytea[], $9::bytea[],
  $10::bytea[], $11::text[], $12::text[], $13::bigint[], $14::bigint[], $15::bigint[], $16::text[])
  u({", ".join(ENTRY_COLUMNS)})
WHERE (SELECT n FROM e) = $1::bigint"""  # noqa: S608 -- own column names
# The same with the sealed texts of some of these entries: a text stands if and only if its entry does.
ENTRY_NOTES_SQL = f"""
WITH e AS MATERIALIZED (SELECT n FROM epoch WHERE id = 1 FOR SHARE), made AS ({ENTRY_SQL.split("FOR SHARE)", 1)[1]}
  RETURNING id),
noted AS (INSERT INTO entry_payload (id, patient_id, payload)
  SELECT n.id, n.patient, n.payload FROM unnest($17::uuid[], $18::bigint[], $19::bytea[]) n(id, patient, payload)
  JOIN made ON made.id = n.id)
SELECT count(*) FROM made"""  # noqa: S608 -- own column names
