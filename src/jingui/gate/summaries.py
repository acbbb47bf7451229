"""二（二）3 停机应急: what a ward's sealed summary holds: its patients now, and who may open it [2.2.3] [4.1.1]

Labels bind: what is highly sensitive never leaves in a summary, a restricted chart goes under its alias, whoever a
patient does not want to read is named beside that patient.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import orjson

from jingui.core.entry import Line
from jingui.core.errors import Gone, Tampered
from jingui.core.settings import Value
from jingui.core.words import Category, Level, RecordState, Role, Verb
from jingui.formats import display, plain_text
from jingui.gate import consents
from jingui.gate import facts as f
from jingui.gate.context import ReadContext
from jingui.gate.names import NOBODY, names_of
from jingui.gate.record_lines import content
from jingui.gate.station_rows import Seat
from jingui.gate.wishes import R_CATEGORIES, R_DEPARTMENT, R_KIND, R_PERSON
from jingui.store.statements import Columns

MOST = 300  # patients of one ward
OPENERS: Final = (Role.PHYSICIAN, Role.NURSE)  # of the station's own department
ON_DUTY: Final = Role.DUTY_ADMINISTRATOR  # of the whole house
NOTES: Final = ("Composition", "QuestionnaireResponse")
PARTS: Final = {
    "AllergyIntolerance": "allergies", "Condition": "diagnoses", "MedicationRequest": "drugs",
    "MedicationStatement": "drugs", **dict.fromkeys(NOTES, "notes"),
}  # fmt: skip
OVER: Final = frozenset(
    {"stopped", "completed", "cancelled", "entered-in-error", "resolved", "inactive", "remission", "refuted", "draft"}
)
MOST_OF = {"allergies": 20, "diagnoses": 20, "drugs": 40}
WARD_SQL = """SELECT DISTINCT ON (e.patient_id) e.patient_id, e.encounter_id, e.starts FROM encounter e
WHERE e.department_id = $1::bigint AND e.state = 'open' ORDER BY e.patient_id, e.starts DESC LIMIT $2::int"""
RECORD = Columns()
RECORD.sealed("r", "record")
RECORD.add("r.status", "r.entered", "v.seal", "v.payload", "k.wrapped", "r.encounter_id")
RECORDS_SQL = f"""WITH p AS (SELECT * FROM unnest($1::bigint[], $2::bigint[]) p(patient, visit)),
n AS (SELECT r.patient_id, r.record_id, row_number() OVER (
    PARTITION BY r.patient_id, CASE WHEN r.kind = ANY($4::text[]) THEN 'note' ELSE r.kind END
    ORDER BY r.entered DESC, r.record_id DESC) AS place
  FROM record r JOIN p ON p.patient = r.patient_id WHERE r.kind = ANY($3::text[]) AND r.state <> 'draft')
SELECT {RECORD.sql} FROM p JOIN record r ON r.patient_id = p.patient
LEFT JOIN n ON n.patient_id = r.patient_id AND n.record_id = r.record_id
JOIN record_version v ON v.patient_id = r.patient_id AND v.record_id = r.record_id AND v.version = r.version
JOIN patient_key k ON k.patient_id = r.patient_id AND k.retention_class = r.retention_class
WHERE n.place <= 60 OR r.record_id = p.visit ORDER BY r.patient_id, r.entered DESC"""  # noqa: S608 -- own texts only
STAFF = Columns()
for alias, table in (("a", "account"), ("pe", "person"), ("po", "post")):
    STAFF.sealed(alias, table)
STAFF.add("m.value")
STAFF_SQL = f"""SELECT {STAFF.sql} FROM post po JOIN person pe ON pe.id = po.person_id
JOIN account a ON a.person_id = pe.id JOIN mark m ON m.name = 'offline:' || a.id AND m.value <> ''
WHERE po.state = 'active' AND a.state = 'active' AND pe.active AND po.starts <= $2::timestamptz
AND (po.ends IS NULL OR po.ends > $2::timestamptz)
AND ((po.department_id = $1::bigint AND po.role = ANY($3::text[])) OR po.role = $4::text)
ORDER BY a.username, po.id DESC LIMIT 500"""  # noqa: S608 -- own texts only


async def ward(context: ReadContext, seat: Seat, at: datetime, values: Mapping[str, Value]) -> dict[str, Any]:
    """The ward's patients as the summary tells them; `left_out` counts those whose rows cannot be used."""
    visits = {row[0]: row for row in await context.rows(WARD_SQL, seat.department, MOST)}
    facts = dict(zip(visits, await context.about(list(visits)), strict=True)) if visits else {}
    about = {n: one for n, one in facts.items() if one is not None and may(context, one, Category.BASIC)}
    rows = await context.rows(
        RECORDS_SQL, list(about), [visits[n][1] for n in about], sorted(PARTS), list(NOTES)
    )  # fmt: skip
    labels = consents.seen_by(await context.rows(consents.SEEN_SQL, sorted(about), consents.NOT_CLINICAL))
    people = await names_of(context).people(context, [row[RECORD.at["r.author_id"]] for row in rows])
    by_patient: dict[int, list[Sequence[Any]]] = {n: [] for n in about}
    for row in rows:
        by_patient[row[RECORD.at["r.patient_id"]]].append(row)
    patients = []
    for number, one in about.items():
        try:
            face = context.face(one)
        except (Gone, Tampered):
            continue
        made = person(context, one, face, at.date())
        made["since"] = visits[number][2].isoformat()
        made["precautions"] = [word.value for word in consents.precautions_of(labels.get(number, {}))]
        fill(context, one, made, by_patient[number], {n: named.name for n, named in people.items()}, values)
        patients.append(made)
    patients.sort(key=lambda made: (made["bed"] or "~", made["name"]))
    return {"patients": patients, "left_out": len(visits) - len(patients)}


def may(
    context: ReadContext, one: f.PatientFacts, category: Category, level: Level = Level.ORDINARY,
    state: RecordState = RecordState.ENTERED,
) -> bool:  # fmt: skip
    """What the rules leave to a station's summary of this patient."""
    return not one.destroyed and context.may(Verb.SUMMARISE, category, level, patient=one, state=state).allow


def person(context: ReadContext, one: f.PatientFacts, face: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The head of a patient: a restricted chart has its alias, no birth date and no number but the chart's."""
    hidden = one.restricted
    birth, numbers = str(face.get("birth", "")), face.get("numbers", {})
    return {
        "id": context.runtime.public(one.patient, 0), "alias": hidden,
        "name": (face.get("alias") or "保密患者") if hidden else face.get("name", ""),
        "sex": face.get("sex", "unknown"), "birth": "" if hidden else birth, "age": age(birth, today),
        "mrn": numbers.get("mrn", ""), "bed": "", "allergies": [], "diagnoses": [], "drugs": [], "notes": [],
        "records": [], "withheld": 0, "barred": barred(one),
    }  # fmt: skip


def age(birth: str, today: date) -> int:
    """Whole years, -1 when the birth date is not known to the day."""
    try:
        born = date.fromisoformat(birth)
    except ValueError:
        return -1
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def barred(one: f.PatientFacts) -> dict[str, list[int]]:
    """Whom the patient does not want to read: people and departments by number; `others`: all but the treating."""
    found: dict[str, list[int]] = {"person": [], "department": [], "others": []}
    for row in one.rows(f.RESTRICTIONS):
        if not row[R_CATEGORIES]:  # one that names categories narrows nothing here: those categories stay away
            found.setdefault(row[R_KIND], []).append(row[R_PERSON] or row[R_DEPARTMENT] or 0)
    return found


def fill(
    context: ReadContext, one: f.PatientFacts, made: dict[str, Any], rows: Iterable[Sequence[Any]],
    people: Mapping[int, str], values: Mapping[str, Value],
) -> None:  # fmt: skip
    """Add what stands in the patient's records, as far as the labels let it."""
    at = RECORD.at
    limits = {**MOST_OF, "notes": int(values["downtime_notes"])}
    named = {name for row in one.rows(f.RESTRICTIONS) for name in row[R_CATEGORIES]}
    for row in rows:
        category, level = row[at["r.category"]], row[at["r.level"]]
        word = f.CATEGORIES.get(category, Category.NONE)
        state = f.STATES.get(row[at["r.state"]], RecordState.DESTROYED)
        if category in named or not may(context, one, word, f.LEVELS.get(level, Level.SECRET), state):
            made["withheld"] += 1
            continue
        kind = row[at["r.kind"]]
        part = PARTS.get(kind, "")
        if part and len(made[part]) >= limits[part]:
            continue
        resource = opened(context, row)
        if kind == "Encounter":
            made["bed"] = bed(resource)
        elif over(resource):
            continue
        elif part == "notes":
            note = {"at": row[at["r.entered"]].isoformat(), "by": people.get(row[at["r.author_id"]], NOBODY.name)}
            title = display.line(resource).title
            made[part].append({**note, "title": title, "text": masked(context, one, plain_text.words(resource, 1_500))})
        else:
            text = f"{display.line(resource).title} {told(resource)}".strip()
            made[part].append(masked(context, one, text))
        made["records"].append(
            [context.runtime.public(one.patient, row[at["r.record_id"]]), kind, row[at["r.version"]]]
        )


def masked(context: ReadContext, one: f.PatientFacts, text: str) -> str:
    """A text of a restricted chart without the name that its alias hides."""
    name = str(context.face(one).get("name", "")) if one.restricted else ""
    return text.replace(name, "×" * len(name)) if name else text


def opened(context: ReadContext, row: Sequence[Any]) -> dict[str, Any]:
    """A record's resource; Tampered when anything that decides about it is not as it was written."""
    at, group = RECORD.at, RECORD.groups["r"]
    body, _ = content(
        context.runtime, group.values(row), group.mac(row), row[at["v.seal"]], row[at["k.wrapped"]],
        row[at["v.payload"]],
    )  # fmt: skip
    found: dict[str, Any] = orjson.loads(body)
    return found


def over(resource: Mapping[str, Any]) -> bool:
    """Whether an allergy, diagnosis or drug is a matter of the past."""
    clinical = resource.get("clinicalStatus", {})
    words = {str(resource.get("status", ""))}
    if isinstance(clinical, Mapping):
        words |= {str(one.get("code", "")) for one in clinical.get("coding", ())}
    return resource.get("resourceType") not in NOTES and bool(words & OVER)


def told(resource: Mapping[str, Any]) -> str:
    """How a drug is given, as its order says."""
    parts = []
    for dose in resource.get("dosageInstruction", resource.get("dosage", ()))[:3]:
        parts.append(str(dose.get("text", "")))
    return "；".join(part for part in parts if part)


def bed(resource: Mapping[str, Any]) -> str:
    """The bed of a visit, as the sender named it."""
    for place in reversed(resource.get("location", ())):
        if place.get("status", "active") == "active":
            return str(place.get("location", {}).get("display", ""))[:40]
    return ""


async def staff(context: ReadContext, seat: Seat, at: datetime) -> list[dict[str, Any]]:
    """Who may open the summary: the ward's physicians and nurses and the administrator on duty, with a PIN."""
    out: dict[str, dict[str, Any]] = {}
    for row in await context.rows(STAFF_SQL, seat.department, at, [str(one) for one in OPENERS], str(ON_DUTY)):
        for alias, table in (("a", "account"), ("pe", "person"), ("po", "post")):
            group = STAFF.groups[alias]
            if not context.runtime.sealer.holds(table, group.values(row), group.mac(row)):
                raise Tampered(where=f"{table}:{row[group.start]}")
        get = {name: row[place] for name, place in STAFF.at.items()}
        account = get["a.id"]
        kept = context.runtime.vault.open_note(f"offline:{account}", bytes.fromhex(get["m.value"])).decode()
        ends = [get["po.ends"].isoformat()] if get["po.ends"] else []
        out.setdefault(
            get["a.username"],
            {
                "username": get["a.username"], "name": get["pe.name"], "staff_no": get["pe.staff_no"],
                "person": get["pe.id"], "post": get["po.id"], "role": get["po.role"],
                "department": get["po.department_id"], "licence_until": day(get["pe.licence_until"]),
                "valid_until": day(get["pe.valid_until"]), "post_until": ends[0] if ends else "", "verifier": kept,
            },
        )  # fmt: skip
    return list(out.values())


def day(value: date | None) -> str:
    """A calendar day as text."""
    return value.isoformat() if value else ""


def targets(context: ReadContext, patients: Iterable[Mapping[str, Any]]) -> tuple[Line, ...]:
    """What the summary's entry names: every patient, and every record that it tells of."""
    return tuple(
        Line(made["id"], *rest)
        for made in patients
        for rest in (("", "", 0), *((record, kind, version) for record, kind, version in made["records"]))
    )
