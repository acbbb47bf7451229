"""三（二）2 病案: one case file whole: its way, deficiencies, codes, volumes, what its front page lacks [3.2.2]"""

from collections.abc import Sequence
from typing import Any, Final

from jingui.core.custody import CaseFileRequest, following
from jingui.core.custody_front_page import findings
from jingui.core.custody_quality import grade, taken_off
from jingui.core.custody_shown import (
    CaseShown,
    CodedLine,
    CodeShown,
    DeficiencyLine,
    RecordShown,
    StepLine,
    VolumeShown,
)
from jingui.core.errors import Gone, Invalid, NotFound, Refused, Tampered
from jingui.core.permit import Permit
from jingui.core.words import Relation, Role, Stage
from jingui.crypto.keyring import DataKey
from jingui.gate import case_files as c
from jingui.gate import entry_templates
from jingui.gate.case_files_board import (
    CASE,
    CLINICAL,
    DEFICIENT,
    DEFICIENT_JOINED,
    JOINED,
    case_lines,
    deficiency_lines,
    named,
)
from jingui.gate.case_files_facts import FRONT_SQL, answers, gathered
from jingui.gate.code_tables import refresh
from jingui.gate.context import ReadContext
from jingui.gate.names import NOBODY, Named, names_of
from jingui.gate.registry import Done
from jingui.gate.sealing import number_of
from jingui.gate.settings import loop_values
from jingui.store.statements import Columns

ONE_SQL: Final = f"""SELECT {CASE.sql}, e.starts, e.ends, k.wrapped {JOINED}
LEFT JOIN patient_key k ON k.patient_id = c.patient_id AND k.retention_class = c.retention_class
WHERE c.patient_id = $1::bigint AND c.file_id = $2::bigint"""
STEP = Columns()
STEP.sealed("s", "case_step")
STEP.add("s.payload")
STEPS_SQL: Final = f"""SELECT {STEP.sql} FROM case_step s WHERE s.patient_id = $1::bigint AND s.file_id = $2::bigint
ORDER BY s.n"""  # noqa: S608 -- own texts only
CODED = Columns()
CODED.sealed("x", "coded_case")
CODED.add("x.payload")
CODED_SQL: Final = f"""SELECT {CODED.sql} FROM coded_case x WHERE x.patient_id = $1::bigint AND x.file_id = $2::bigint
ORDER BY x.n DESC"""  # noqa: S608 -- own texts only
VOLUME = Columns()
VOLUME.sealed("v", "volume")
VOLUMES_SQL: Final = f"""SELECT {VOLUME.sql} FROM volume v WHERE v.patient_id = $1::bigint AND v.file_id = $2::bigint
ORDER BY v.n, v.volume_id"""  # noqa: S608 -- own texts only
ALL_SQL: Final = f"""SELECT {DEFICIENT.sql} {DEFICIENT_JOINED} WHERE d.patient_id = $1::bigint
  AND d.file_id = $2::bigint ORDER BY d.deficiency_id"""
RECORDS_SQL: Final = """SELECT record_id, form, author_id FROM record WHERE patient_id = $1::bigint
  AND encounter_id = $2::bigint AND form <> '' AND state <> 'destroyed' AND status <> 'entered-in-error'
ORDER BY entered LIMIT 300"""
#: Whose work is the codes themselves; others see the way of a case file, not what the patient had.
CODES: Final = frozenset({Role.CODER, Role.QUALITY, Role.INSURANCE_OFFICE})
TREATS: Final = (Relation.TREATING, Relation.TEAM, Relation.CONSULTATION)
NEAR: Final = (Relation.TREATING, Relation.TEAM, Relation.CONSULTATION, Relation.DEPARTMENT)


async def read(context: ReadContext, permit: Permit) -> Done:
    """A case file of the target's; clinical staff read those of their own patients, department and deficiencies."""
    data, patient = permit.operation.data, context.patient
    if not isinstance(data, CaseFileRequest) or patient is None:
        raise Invalid()
    runtime, about = context.runtime, patient.patient
    number = number_of(runtime, about, data.file)
    rows = await context.rows(ONE_SQL, about, number)
    if not rows:
        raise NotFound()
    row, at = rows[0], CASE.at
    starts, ends, wrapped = row[-3:]
    values = await loop_values(context.pipe, context.actor.epoch)
    line = (await case_lines(context, permit, [row], values))[0]
    if row[at["c.ended"]] is not None:
        raise Gone()
    theirs = await context.rows(ALL_SQL, about, number)
    deficiencies = await deficiency_lines(context, permit, theirs, {about: line.patient})
    admitted(context, permit, row, deficiencies)
    key = runtime.vault.key(about, row[at["c.retention_class"]], wrapped)
    steps = await steps_shown(context, key, about, number, row[at["c.stage"]])
    coded = await coded_shown(context, key, about, number)
    encounter, kind = row[at["c.encounter_id"]], row[at["e.kind"]]
    records = await context.rows(RECORDS_SQL, about, encounter)
    people = await names_of(context).people(context, [one[2] for one in records])
    volumes = [volume(context, one) for one in await context.rows(VOLUMES_SQL, about, number)]
    front = await context.rows(FRONT_SQL, about, encounter)
    known = await entry_templates.all_in_force(context)
    if data.codes:
        await refresh(context.pipe, reading=True)
    said = answers(runtime, known, about, front[0] if front else None)
    newest = coded[0][1] if coded else {}
    counting = [(one.item, one.points) for one in deficiencies if one.state != "withdrawn"]
    told = (
        context.actor.role in CODES or row[at["c.attending_id"]] == permit.person
        or (context.actor.role in CLINICAL and patient.relation in TREATS)
    )  # fmt: skip
    leg = following(kind, Stage(line.stage))
    judges = {one["person"] for one in steps if one["judged"]}
    shown = CaseShown(
        line=line, version=row[at["c.version"]], filed=row[at["c.filed"]],
        encounter=runtime.public(about, encounter), steps=tuple(one["line"] for one in steps),
        deficiencies=tuple(deficiencies), coded=tuple(one[0] for one in coded) if told else (), volumes=tuple(volumes),
        records=tuple(
            RecordShown(runtime.public(about, one[0]), one[1], people.get(one[2], NOBODY).name) for one in records
        ),
        versions=len(coded),
        found=findings(gathered(runtime, patient, said, (starts, ends), newest)) if coded or front else (),
        next_stage=leg.after.value if leg else "", coder_is_me=permit.person in {one[2] for one in coded},
        judge_is_me=permit.person in judges, front_page=runtime.public(about, front[0][0]) if front else "",
        points=taken_off(counting), would_be=grade(counting, values).value,
    )  # fmt: skip
    lines = [named(context, row)]
    if front:
        lines.append(context.line(about, front[0][0], front[0][7], front[0][1]))
    return Done(value=shown, lines=tuple(lines))


def admitted(context: ReadContext, permit: Permit, row: Sequence[Any], deficiencies: Sequence[DeficiencyLine]) -> None:
    """Refused for clinical staff who neither treat nor treated the patient, nor have anything to mend here."""
    if context.actor.role not in CLINICAL or context.patient is None:
        return
    at = CASE.at
    theirs = (
        row[at["c.attending_id"]] == permit.person or row[at["c.department_id"]] in context.actor.departments
        or context.patient.relation in NEAR or any(one.mine for one in deficiencies)
    )  # fmt: skip
    if not theirs:
        raise Refused(clauses=("3.2.2", "4.1.1"), reason="no_relation", matter="internal_access")


async def steps_shown(context: ReadContext, key: DataKey, patient: int, file: int, stage: str) -> list[dict[str, Any]]:
    """Every move, each genuine, none missing, the last one leading to where the case file stands."""
    runtime, at, group = context.runtime, STEP.at, STEP.groups["s"]
    rows = await context.rows(STEPS_SQL, patient, file)
    people = await names_of(context).people(context, [row[at["s.person_id"]] for row in rows])
    if not rows or rows[-1][at["s.after"]] != stage:
        raise Tampered(where=f"case_file:{patient}.{file}")
    out = []
    for n, row in enumerate(rows, 1):
        if not runtime.sealer.holds("case_step", group.values(row), group.mac(row)) or row[at["s.n"]] != n:
            raise Tampered(where=f"case_step:{patient}.{row[at['s.step_id']]}")
        body = c.unsealed(key, patient, row[at["s.step_id"]], "case_step", row[at["s.payload"]])
        before, after, person = row[at["s.before"]], row[at["s.after"]], row[at["s.person_id"]]
        judging = after in (Stage.FRONT_PAGE.value, Stage.FINAL.value) or body.get("passed") == "no"
        line = StepLine(
            n, before, after, people.get(person, NOBODY).name, row[at["s.at"]], tuple(body.get("checks", ())),
            note_of(body), c.digest(runtime, body) == bytes(row[at["s.digest"]]),
        )  # fmt: skip
        out.append({"line": line, "person": person, "judged": judging})
    return out


def note_of(body: dict[str, Any]) -> str:
    """What was written with a move: the note, and why warnings were let pass."""
    reasons = [f"{rule}: {why}" for rule, why in body.get("rules", ()) if why]
    return "\n".join(text for text in (str(body.get("note", "")), *reasons) if text)


async def coded_shown(
    context: ReadContext, key: DataKey, patient: int, file: int
) -> list[tuple[CodedLine, dict[str, Any], int]]:
    """Every version of the codes, the newest first: (as shown, its body, who coded it)."""
    at, group, out = CODED.at, CODED.groups["x"], []
    rows = await context.rows(CODED_SQL, patient, file)
    people: dict[int, Named] = await names_of(context).people(context, [row[at["x.person_id"]] for row in rows])
    for row in rows:
        number, person = row[at["x.coded_id"]], row[at["x.person_id"]]
        if not context.runtime.sealer.holds("coded_case", group.values(row), group.mac(row)):
            raise Tampered(where=f"coded_case:{patient}.{number}")
        body = c.unsealed(key, patient, number, "coded_case", row[at["x.payload"]])
        if c.digest(context.runtime, body) != bytes(row[at["x.digest"]]):
            raise Tampered(where=f"coded_case:{patient}.{number}")
        line = CodedLine(
            row[at["x.n"]], people.get(person, NOBODY).name, row[at["x.at"]],
            tuple(CodeShown(*one) for one in body["diagnoses"]), tuple(CodeShown(*one) for one in body["operations"]),
            tuple((one[0], one[1], one[2], one[3]) for one in body["tables"]), body.get("note", ""),
        )  # fmt: skip
        out.append((line, body, person))
    return out


def volume(context: ReadContext, row: Sequence[Any]) -> VolumeShown:
    """A volume of the case file, genuine."""
    at, group = VOLUME.at, VOLUME.groups["v"]
    get = {name: row[at[f"v.{name}"]] for name in ("patient_id", "volume_id", "code", "medium", "n", "pages", "state")}
    if not context.runtime.sealer.holds("volume", group.values(row), group.mac(row)):
        raise Tampered(where=f"volume:{get['patient_id']}.{get['volume_id']}")
    return VolumeShown(
        context.runtime.public(get["patient_id"], get["volume_id"]), get["code"], get["medium"], get["n"],
        get["pages"], get["state"], row[at["v.since"]],
    )  # fmt: skip
