"""三（一）3 保存期限: what the store knows of a person's terms, each row genuine, to read and to destroy [3.1.3]

The same statements serve both hinges: `QUERIES` say what to ask about the numbers of all linked identities, `Known` is
what came back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from jingui.core.calendars import CHINA
from jingui.core.errors import Tampered
from jingui.core.retention import Person, Standing, Term, Visit, term
from jingui.core.settings import Value
from jingui.core.words import Hold, RetentionClass
from jingui.formats.tables import table
from jingui.gate.faces import birth_of
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.store.statements import Columns

GROUPS_SQL: Final = """WITH RECURSIVE g(start, id) AS (SELECT u, u FROM unnest($1::bigint[]) u
  UNION SELECT g.start, n.id FROM g, LATERAL (
    SELECT p.linked_to AS id FROM patient p WHERE p.patient_id = g.id AND p.linked_to IS NOT NULL
    UNION ALL SELECT p.patient_id FROM patient p WHERE p.linked_to = g.id) n)
SELECT start, id FROM g ORDER BY start, id"""
PATIENT: Final = Columns()
PATIENT.sealed("p", "patient")
PATIENT.add("p.face", "p.created")
VISIT: Final = Columns()
VISIT.sealed("e", "encounter")
HELD: Final = Columns()
HELD.sealed("h", "hold")
HELD.add("h.reason")
MORE: Final = Columns()
MORE.sealed("x", "extension")
SEALINGS: Final = Columns()
SEALINGS.sealed("s", "sealing")
LINE: Final = Columns()
LINE.sealed("d", "destruction")
# $1: the numbers of the linked identities; each row begins with the patient's
IDENTITY_SQL: Final = "LEFT JOIN patient_key k ON k.patient_id = p.patient_id AND k.retention_class = 'identity'"
PATIENTS_SQL: Final = f"""SELECT {PATIENT.sql}, k.wrapped FROM patient p {IDENTITY_SQL}
WHERE p.patient_id = ANY($1::bigint[]) ORDER BY p.patient_id"""  # noqa: S608 -- own texts only
CLASSES_SQL: Final = """SELECT k.patient_id, k.retention_class, (SELECT count(*)::int FROM record r
    WHERE r.patient_id = k.patient_id AND r.retention_class = k.retention_class),
  (SELECT max(r.entered) FROM record r WHERE r.patient_id = k.patient_id AND r.encounter_id IS NULL
    AND r.retention_class = k.retention_class AND r.kind NOT IN ('Patient', 'Encounter'))
FROM patient_key k WHERE k.patient_id = ANY($1::bigint[]) ORDER BY 1, 2"""


def theirs(columns: Columns, table: str, alias: str, order: str) -> str:
    """A statement over the rows of these patients in one table."""
    where = f"WHERE {alias}.patient_id = ANY($1::bigint[]) ORDER BY {alias}.{order}"
    return f"SELECT {columns.sql} FROM {table} {alias} {where}"  # noqa: S608 -- own texts only


QUERIES: Final[Mapping[str, str]] = {
    "patients": PATIENTS_SQL,
    "visits": theirs(VISIT, "encounter", "e", "encounter_id"),
    "holds": theirs(HELD, "hold", "h", "starts"),
    "extensions": theirs(MORE, "extension", "x", "extension_id"),
    "lines": theirs(LINE, "destruction", "d", "destruction_id"),
    "classes": CLASSES_SQL,
    "sealings": theirs(SEALINGS, "sealing", "s", "starts"),
}  # fmt: skip
SEALED: Final[Mapping[str, Columns]] = {
    "patients": PATIENT, "visits": VISIT, "holds": HELD, "extensions": MORE, "lines": LINE, "sealings": SEALINGS,
}  # fmt: skip
INPATIENT: Final = RetentionClass.INPATIENT.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One person as the store knows them. `rows` by the names of QUERIES; `person` what the rules are asked about."""

    numbers: tuple[int, ...]
    person: Person
    rows: Mapping[str, Sequence[Any]]
    names: Mapping[int, str]

    def classes(self, patient: int) -> dict[str, int]:
        """The classes of one of the identities that still have a key, with their number of records."""
        return {row[1]: row[2] for row in self.rows["classes"] if row[0] == patient}

    def term(self, which: RetentionClass, settings: Mapping[str, Value]) -> Term:
        """Until when a class is kept, and why."""
        return term(self.person, which, settings)


def known_now(runtime: Runtime, patients: Sequence[int], at: datetime) -> dict[int, Known]:
    """These patients read on this transaction's connection."""
    groups = grouped(raw(GROUPS_SQL, list(patients)))
    everybody = sorted({one for numbers in groups.values() for one in numbers})
    return apart(runtime, groups, {name: raw(sql, everybody) for name, sql in QUERIES.items()}, at)


async def known_seen(context: Any, patients: Sequence[int], at: datetime) -> dict[int, Known]:
    """These patients read by a reading act."""
    groups = grouped(await context.rows(GROUPS_SQL, list(patients)))
    everybody = sorted({one for numbers in groups.values() for one in numbers})
    rows = {name: await context.rows(sql, everybody) for name, sql in QUERIES.items()}
    return apart(context.runtime, groups, rows, at)


def grouped(rows: Sequence[Sequence[Any]]) -> dict[int, tuple[int, ...]]:
    """Of each patient asked for the numbers of all linked identities."""
    out: dict[int, tuple[int, ...]] = {}
    for start, number in rows:
        out[start] = (*out.get(start, ()), number)
    return out


def apart(
    runtime: Runtime, groups: Mapping[int, tuple[int, ...]], rows: Mapping[str, Sequence[Any]], at: datetime
) -> dict[int, Known]:
    """Each patient with the rows of their own group."""
    for name, columns in SEALED.items():
        genuine(runtime, columns, rows[name])
    made: dict[tuple[int, ...], Known] = {}
    for numbers in groups.values():
        if numbers not in made:
            mine = {name: [row for row in found if row[0] in numbers] for name, found in rows.items()}
            made[numbers] = known(runtime, numbers, mine, at)
    return {patient: made[numbers] for patient, numbers in groups.items()}


def known(runtime: Runtime, numbers: Sequence[int], rows: Mapping[str, Sequence[Any]], at: datetime) -> Known:
    """What the genuine rows of one person say."""
    faces = {}
    for row in rows["patients"]:
        number = row[PATIENT.at["p.patient_id"]]
        faces[number] = face(runtime, number, row[-1], row[PATIENT.at["p.face"]])
    p, x = PATIENT.at, MORE.at
    births = [one for one in (birth_of({"birthDate": face.get("birth", "")}) for face in faces.values()) if one]
    loose = [row[3] for row in rows["classes"] if row[3] is not None]
    person = Person(
        visits=tuple(visit(row) for row in rows["visits"]),
        classes=frozenset(RetentionClass(row[1]) for row in rows["classes"]),
        loose=day(max(loose)) if loose else None,
        registered=day(max(row[p["p.created"]] for row in rows["patients"])) if rows["patients"] else None,
        birth=max(births) if births else None,
        deceased=any(row[p["p.deceased"]] for row in rows["patients"]),
        holds=standing(rows, at),
        extensions=tuple(
            (RetentionClass(row[x["x.retention_class"]]), row[x["x.until"]]) for row in rows["extensions"]
        ),
    )  # fmt: skip
    return Known(
        numbers=tuple(numbers), person=person, rows=rows,
        names={number: str(one.get("name", "")) for number, one in faces.items()},
    )  # fmt: skip


def genuine(runtime: Runtime, columns: Columns, rows: Sequence[Sequence[Any]]) -> None:
    """Tampered unless every sealed row among these holds."""
    for row in rows:
        for group in columns.groups.values():
            if not runtime.sealer.holds(group.table, group.values(row), group.mac(row)):
                raise Tampered(where=f"{group.table}:{'.'.join(map(str, row[group.start : group.start + 2]))}")


def face(runtime: Runtime, number: int, wrapped: bytes | None, sealed: bytes | None) -> dict[str, Any]:
    """Who it is; {} where identity was destroyed."""
    if wrapped is None or sealed is None:
        return {}
    return runtime.vault.open_face(runtime.vault.key(number, "identity", wrapped), number, sealed)


def visit(row: Sequence[Any]) -> Visit:
    """A visit in days of the hospital."""
    at = VISIT.at
    kind, ends = row[at["e.kind"]], row[at["e.ends"]]
    return Visit(
        inpatient=table("categories")["retention"].get(kind) == INPATIENT, starts=day(row[at["e.starts"]]),
        ends=None if ends is None else day(ends), going_on=row[at["e.state"]] == "open",
    )  # fmt: skip


def standing(rows: Mapping[str, Sequence[Any]], at: datetime) -> tuple[Standing, ...]:
    """The holds that stand: not lifted, and not over by the trusted time; and sealings, whatever their locks."""
    h, out = HELD.at, []
    for row in rows["holds"]:
        ends = row[h["h.ends"]]
        if not row[h["h.lifted"]] and (ends is None or ends > at):
            kind = Hold(row[h["h.kind"]])
            out.append(Standing(kind=kind, since=day(row[h["h.starts"]]), until=None if ends is None else day(ends)))
    if not any(one.kind is Hold.DISPUTE_SEAL for one in out):  # paper and samples alone have no lock of a record
        s = SEALINGS.at
        left = [row[s["s.starts"]] for row in rows["sealings"] if row[s["s.state"]] != "unsealed"]
        out += [Standing(kind=Hold.DISPUTE_SEAL, since=day(one)) for one in left[:1]]
    return tuple(out)


def day(at: datetime) -> date:
    """The hospital's day of a moment."""
    return at.astimezone(CHINA).date()
