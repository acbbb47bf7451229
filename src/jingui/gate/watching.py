"""四（一）3 防止滥用: from entries of the ledger to readings, with the facts of the time [4.1.3] [4.1.2]

Only genuine rows excuse a reading: a relation that somebody wrote past the door does not hide it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import median_low
from typing import Any, Final, NamedTuple

import orjson

from jingui.core.calendars import CHINA
from jingui.core.errors import Tampered
from jingui.core.monitor import Reading, night
from jingui.core.settings import Value
from jingui.gate.kinship import Kinship
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.store.statements import Columns

READS: Final = frozenset({"open_chart", "read", "history", "search", "everything", "read_life"})
TAKES: Final = frozenset({"print", "export", "copy"})
WATCHED: Final = (*READS, *TAKES, "break_glass", "prescriber_statistics")
NEW_SQL = """SELECT i.idx, e.id, e.at, e.verb, e.decision, e.person_id, e.patient_id, e.patients, e.head
FROM entry_index i JOIN entry e ON e.id = i.id WHERE i.idx > $1::bigint ORDER BY i.idx LIMIT $2::int"""
STAFF_SQL = "SELECT id FROM person WHERE id = ANY($1::bigint[]) AND kind = 'staff'"
SEEN_SQL = """SELECT count(DISTINCT e.patient_id) FROM entry e WHERE e.person_id = $1::bigint AND e.decision = 'allow'
AND e.verb = ANY($2::text[]) AND e.at >= $3::timestamptz AND e.at < $4::timestamptz AND e.patient_id <> 0"""
PEERS_SQL = """SELECT count(DISTINCT e.patient_id) FROM post mine
JOIN post p ON p.role = mine.role AND p.department_id = mine.department_id AND p.person_id <> mine.person_id
JOIN entry e ON e.person_id = p.person_id AND e.decision = 'allow' AND e.verb = ANY($2::text[])
  AND e.at >= $3::timestamptz AND e.at < $4::timestamptz AND e.patient_id <> 0
WHERE mine.person_id = $1::bigint AND mine.state = 'active'
GROUP BY p.person_id, (e.at AT TIME ZONE 'Asia/Shanghai')::date"""
GLASS_SQL = """SELECT count(*) FROM entry e WHERE e.person_id = $1::bigint AND e.verb = 'break_glass'
AND e.decision = 'allow' AND e.at >= $2::timestamptz AND e.at < $3::timestamptz"""
RELATION = Columns()
RELATION.sealed("c", "care_relation")
RELATION.add("c.basis", "e.person_id")
RELATIONS_SQL = f"""SELECT {RELATION.sql} FROM patient p
JOIN care_relation c ON c.patient_id IN (p.patient_id, p.linked_to) JOIN entry e ON e.id = c.entry
WHERE p.patient_id = $1::bigint AND c.starts <= $3::timestamptz AND (c.ends IS NULL OR c.ends > $3::timestamptz)
AND (c.person_id = $2::bigint OR c.department_id IN (SELECT department_id FROM post WHERE person_id = $2::bigint
  AND starts <= $3::timestamptz AND (ends IS NULL OR ends > $3::timestamptz)))"""  # noqa: S608 -- own texts only
GRANT = Columns()
GRANT.sealed("g", "access_grant")
GRANTS_SQL = f"""SELECT {GRANT.sql} FROM access_grant g WHERE g.patient_id = $1::bigint AND g.person_id = $2::bigint
AND g.purpose <> 'emergency' AND g.starts <= $3::timestamptz AND g.ends > $3::timestamptz"""  # noqa: S608 -- own texts
STANDING = Columns()
STANDING.sealed("s", "post_grant")
STANDING_SQL = f"""SELECT {STANDING.sql} FROM post_grant s WHERE s.person_id = $1::bigint AND NOT s.ended
AND s.starts <= $2::timestamptz AND s.ends > $2::timestamptz"""  # noqa: S608 -- own texts only
PATIENT = Columns()
PATIENT.sealed("p", "patient")
PATIENTS_SQL = f"SELECT {PATIENT.sql} FROM patient p WHERE p.patient_id = ANY($1::bigint[])"  # noqa: S608 -- own texts
DAYS = 14  # how far back colleagues' usual days are counted


class Deed(NamedTuple):
    """One entry that counts."""

    entry: str
    at: datetime
    verb: str
    allowed: bool
    emergency: bool


Key = tuple[int, int, date]  # person, patient (0: the whole day), China's day


def deeds(rows: Iterable[Sequence[Any]], staff: frozenset[int]) -> dict[Key, list[Deed]]:
    """The entries that count, by person, patient and day; and by person and day alone under patient 0."""
    out: dict[Key, list[Deed]] = defaultdict(list)
    for _idx, entry, at, verb, decision, person, patient, patients, head in rows:
        if person not in staff or verb not in WATCHED or decision == "fail":
            continue
        glass = verb == "break_glass" or orjson.loads(bytes(head)).get("purpose") == "emergency"
        deed = Deed(str(entry), at, verb, decision == "allow", glass and decision == "allow")
        day = at.astimezone(CHINA).date()
        out[person, 0, day].append(deed)
        for number in patients or ([patient] if patient else []):
            out[person, number, day].append(deed)
    return out


def staff_of(rows: Iterable[Sequence[Any]]) -> frozenset[int]:
    """The persons among the entries who are staff: patients in the portal and named tasks are not watched here."""
    people = sorted({row[5] for row in rows if row[5]})
    return frozenset(number for (number,) in raw(STAFF_SQL, people)) if people else frozenset()


def readings(runtime: Runtime, found: Mapping[Key, Sequence[Deed]], settings: Mapping[str, Value]) -> list[Reading]:
    """Each key as a reading with the facts of its time; a patient whose key is gone has no facts and no question."""
    kin = Kinship(runtime)
    about = {row[0]: row for row in raw(PATIENTS_SQL, sorted({patient for _, patient, _ in found} - {0}))}
    out = []
    for (person, patient, day), listed in found.items():
        made = counted(person, patient, listed, settings)
        if not patient:
            out.append(made._replace(**whole_day(person, day, made)))
        elif patient in about:
            row = about[patient]
            group = PATIENT.groups["p"]
            if not runtime.sealer.holds(group.table, group.values(row), group.mac(row)):
                raise Tampered(where=f"patient:{patient}")
            out.append(made._replace(**patient_facts(runtime, kin, made, row)))
    return out


def counted(person: int, patient: int, listed: Sequence[Deed], settings: Mapping[str, Value]) -> Reading:
    """How often what was done."""
    allowed = [deed for deed in listed if deed.allowed]
    return Reading(
        person=person, patient=patient, at=listed[0].at, entries=tuple(deed.entry for deed in listed[:200]),
        read=sum(deed.verb in READS for deed in allowed), taken=sum(deed.verb in TAKES for deed in allowed),
        refused=sum(not deed.allowed and deed.verb != "prescriber_statistics" for deed in listed),
        emergency=sum(deed.emergency for deed in allowed),
        statistics=sum(not deed.allowed and deed.verb == "prescriber_statistics" for deed in listed),
        at_night=sum(deed.verb in READS and night(deed.at, settings) for deed in allowed),
    )  # fmt: skip


def whole_day(person: int, day: date, made: Reading) -> dict[str, Any]:
    """How many patients that day, how many are usual for the post, how many emergencies in a month."""
    start = datetime.combine(day, datetime.min.time(), tzinfo=CHINA)
    end = start + timedelta(days=1)
    patients = raw(SEEN_SQL, person, list(READS), start, end)[0][0] if made.read else 0
    usual = (
        [n for (n,) in raw(PEERS_SQL, person, list(READS), start - timedelta(days=DAYS), start)] if patients > 4 else []
    )
    month = raw(GLASS_SQL, person, start - timedelta(days=30), end)[0][0] if made.emergency else 0
    return {"patients": patients, "usual": median_low(usual) if usual else 0, "glass_month": month}


def patient_facts(runtime: Runtime, kin: Kinship, made: Reading, row: Sequence[Any]) -> dict[str, Any]:
    """The reader's standing to the patient at the time, and what makes this chart special."""
    at = PATIENT.at
    staff = row[at["p.person_id"]] or 0
    related, self_made = standing(runtime, made.person, made.patient, made.at)
    deceased = row[at["p.deceased"]] and not row[at["p.destroyed"]]
    return {
        "related": related, "self_made": self_made, "own": staff == made.person and bool(staff),
        "colleague": bool(staff) and staff != made.person, "restricted": row[at["p.restricted"]],
        "kin": "" if staff == made.person else kin.between(made.person, made.patient),
        "deceased_days": kin.days_since_death(made.patient, made.at) if deceased else -1,
    }  # fmt: skip


def standing(runtime: Runtime, person: int, patient: int, at: datetime) -> tuple[bool, bool]:
    """Whether a genuine relation or grant stood then, and whether the reader entered the only one by hand."""
    genuine = [row for row in raw(RELATIONS_SQL, patient, person, at) if holds(runtime, RELATION, "c", row)]
    granted = any(holds(runtime, GRANT, "g", row) for row in raw(GRANTS_SQL, patient, person, at))
    granted = granted or any(holds(runtime, STANDING, "s", row) for row in raw(STANDING_SQL, person, at))
    where = RELATION.at
    by_hand = [row[where["c.basis"]] == "manual" and row[where["e.person_id"]] == person for row in genuine]
    return bool(genuine) or granted, bool(by_hand) and all(by_hand) and not granted


def holds(runtime: Runtime, columns: Columns, alias: str, row: Sequence[Any]) -> bool:
    """Whether the row's MAC is right."""
    group = columns.groups[alias]
    return runtime.sealer.holds(group.table, group.values(row), group.mac(row))
