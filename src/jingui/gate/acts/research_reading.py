"""四（二）4 教学科研: the register, the studies, one study with its extracts, a sample of rows [4.2.4] [1.3.4]

A study is seen by its lead, its recipients and those who watch over it. Verdicts are told when both have spoken.
"""

import secrets
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import orjson

from jingui.core.entry import Line
from jingui.core.errors import Conflict, NotFound, Refused, Tampered
from jingui.core.permit import Permit
from jingui.core.research import (
    ApprovalLine,
    ExtractLine,
    ReadStudy,
    Sample,
    SampleExtract,
    Stage,
    Studies,
    StudiesRequest,
    StudyLine,
    StudyView,
    VerdictLine,
)
from jingui.core.research_cohort import Cohort
from jingui.core.research_fields import PERSON
from jingui.core.words import Role, Verb
from jingui.formats import extract
from jingui.formats.extract_mark import canonical
from jingui.gate.acts.research_extracts import CHECKERS
from jingui.gate.context import ReadContext
from jingui.gate.names import NOBODY, names_of
from jingui.gate.registry import Done, read_act
from jingui.gate.research_building import hundreds, plan_of
from jingui.gate.research_rows import ACTIVE, RIGHT, ROWS, opened_part
from jingui.gate.settings import loop_values
from jingui.store.statements import Columns

WATCH: Final = frozenset({Role.ETHICS, Role.MEDICAL_AFFAIRS, Role.QUALITY, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN,
                          Role.HEAD, Role.SUPERVISOR, Role.DISCIPLINE})  # fmt: skip
CHECKS: Final = frozenset({Role.QUALITY, Role.MEDICAL_AFFAIRS, Role.ETHICS})
MOST: Final = 50  # rows of a sample
THRESHOLDS: Final = ("extract_k", "extract_l", "extract_t", "extract_risk", "extract_held", "small_cell")


def table(alias: str, name: str, *more: str) -> Columns:
    """The columns of a sealed table."""
    made = Columns()
    made.sealed(alias, name)
    made.add(*more)
    return made


A, S = table("a", "ethics_approval"), table("s", "study", "s.title")
X, C, G = table("x", "extract", "x.progress"), table("c", "extract_check", "c.payload"), table("g", "access_grant")
APPROVALS_SQL: Final = f"SELECT {A.sql} FROM ethics_approval a ORDER BY a.id DESC LIMIT $1::int"  # noqa: S608 -- own names
STUDIES_SQL: Final = f"""SELECT {S.sql} FROM study s WHERE $2::bool OR s.person_id = $3::bigint
OR EXISTS (SELECT 1 FROM extract x WHERE x.study_id = s.id AND x.recipient_id = $3::bigint)
ORDER BY s.id DESC LIMIT $1::int"""  # noqa: S608 -- own names
STUDY_SQL: Final = f"SELECT {S.sql} FROM study s WHERE s.id = $1::bigint"  # noqa: S608 -- own names
APPROVAL_SQL: Final = f"SELECT {A.sql} FROM ethics_approval a WHERE a.id = ANY($1::bigint[])"  # noqa: S608 -- own names
EXTRACTS_SQL: Final = f"SELECT {X.sql} FROM extract x WHERE x.study_id = $1::bigint ORDER BY x.id DESC LIMIT 100"  # noqa: S608 -- own names
EXTRACT_SQL: Final = f"SELECT {X.sql} FROM extract x WHERE x.id = $1::bigint"  # noqa: S608 -- own names
CHECKS_SQL: Final = f"SELECT {C.sql} FROM extract_check c WHERE c.extract_id = ANY($1::bigint[]) ORDER BY c.id"  # noqa: S608 -- own names
RIGHTS_SQL: Final = f"""SELECT {G.sql} FROM access_grant g WHERE g.patient_id = 0 AND g.purpose = '{RIGHT}'
AND g.matter = $1::bigint"""  # noqa: S608 -- own names
PART_SQL: Final = (
    "SELECT payload, digest FROM extract_part WHERE extract_id = $1::bigint AND stage = $2 AND n = $3::int"
)


def checked(context: ReadContext, columns: Columns, row: Sequence[Any]) -> Mapping[str, Any]:
    """A row by its columns' names; Tampered unless genuine."""
    ((alias, group),) = columns.groups.items()
    if not context.runtime.sealer.holds(group.table, group.values(row), group.mac(row)):
        raise Tampered(where=f"{group.table}:{row[0]}")
    return {name.removeprefix(f"{alias}."): row[at] for name, at in columns.at.items()}


async def names(context: ReadContext, numbers: Sequence[int]) -> Mapping[int, str]:
    """People's names."""
    found = await names_of(context).people(context, numbers)
    return {one: found.get(one, NOBODY).name for one in numbers}


def approval_line(row: Mapping[str, Any], named: Mapping[int, str]) -> ApprovalLine:
    """An approval for the register."""
    return ApprovalLine(
        id=row["id"], number=row["number"], title=row["title"], person=row["person_id"],
        name=named.get(row["person_id"], ""), fields=tuple(row["fields"]), most=row["most"],
        identifiable=row["identifiable"], starts=row["starts"], ends=row["ends"], state=row["state"],
        digest=bytes(row["digest"]).hex(),
    )  # fmt: skip


def study_line(context: ReadContext, row: Mapping[str, Any], number: str, named: Mapping[int, str]) -> StudyLine:
    """A study for lists."""
    return StudyLine(
        id=row["id"], matter=row["matter"], approval=row["ethics_id"], number=number, kind=row["kind"],
        title=row["title"], person=row["person_id"], name=named.get(row["person_id"], ""), profile=row["profile"],
        fields=tuple(row["fields"]), cohort=Cohort.of(row["cohort"]), most=row["most"], k=row["k"],
        starts=row["starts"], ends=row["ends"], state=row["state"], mine=row["person_id"] == context.actor.person,
    )  # fmt: skip


@read_act(Verb.READ_STUDIES)
async def read_studies(context: ReadContext, permit: Permit) -> Done:
    """The register of approvals and the studies; a researcher sees their own."""
    data = cast(StudiesRequest, permit.operation.data)
    watching, me = context.actor.role in WATCH, context.actor.person
    count = min(max(data.count, 1), 500)
    studies = [checked(context, S, one) for one in await context.rows(STUDIES_SQL, count, watching, me)]
    wanted = {one["ethics_id"] for one in studies}
    rows = await context.rows(APPROVALS_SQL, count) if watching else ()
    rest = await context.rows(APPROVAL_SQL, sorted(wanted))
    found = {one["id"]: one for one in (checked(context, A, row) for row in (*rows, *rest))}
    mine = [one for one in found.values() if watching or one["person_id"] == me or one["id"] in wanted]
    named = await names(context, [one["person_id"] for one in (*studies, *mine)])
    return Done(
        value=Studies(
            approvals=tuple(approval_line(one, named) for one in sorted(mine, key=lambda one: -one["id"])),
            studies=tuple(study_line(context, one, found[one["ethics_id"]]["number"], named) for one in studies),
        )
    )


@read_act(Verb.READ_STUDY)
async def read_study(context: ReadContext, permit: Permit) -> Done:
    """One study: what was approved, its extracts, their risk, and what the asker may do."""
    data, at = cast(ReadStudy, permit.operation.data), permit.at
    rows = await context.rows(STUDY_SQL, data.study)
    if not rows:
        raise NotFound()
    study = checked(context, S, rows[0])
    extracts = [checked(context, X, one) for one in await context.rows(EXTRACTS_SQL, data.study)]
    me = context.actor.person
    lead = study["person_id"] == me
    if not lead and context.actor.role not in WATCH and not any(one["recipient_id"] == me for one in extracts):
        raise Refused(clauses=("4.2.4",), reason="not_yours")
    approval = checked(context, A, (await context.rows(APPROVAL_SQL, [study["ethics_id"]]))[0])
    numbers = [one["id"] for one in extracts]
    checks = [checked(context, C, one) for one in await context.rows(CHECKS_SQL, numbers)]
    rights = [checked(context, G, one) for one in await context.rows(RIGHTS_SQL, study["matter"])]
    people = [study["person_id"], approval["person_id"], *(one["person_id"] for one in checks),
              *(one["recipient_id"] for one in extracts)]  # fmt: skip
    named = await names(context, people)
    values = await loop_values(context.pipe, context.actor.epoch)
    current = study["state"] == ACTIVE and study["starts"] <= at < study["ends"] and approval["state"] == ACTIVE
    lines = tuple(
        extract_line(context, one, study, [c for c in checks if c["extract_id"] == one["id"]], rights, named, current)
        for one in extracts
    )
    view = StudyView(
        study=study_line(context, study, approval["number"], named), approval=approval_line(approval, named),
        extracts=lines, plans=lead and current, thresholds={name: int(values[name]) for name in THRESHOLDS},
    )  # fmt: skip
    return Done(value=view)


def extract_line(
    context: ReadContext, row: Mapping[str, Any], study: Mapping[str, Any], checks: Sequence[Mapping[str, Any]],
    rights: Sequence[Mapping[str, Any]], named: Mapping[int, str], current: bool,
) -> ExtractLine:  # fmt: skip
    """An extract as this actor may see it."""
    me, at, runtime = context.actor.person, context.operation.at, context.runtime
    mine = [one for one in rights if one["categories"] == [str(row["id"])]]
    open_now = any(one["person_id"] == me and one["starts"] <= at < one["ends"] for one in mine)
    party = me in (row["person_id"], row["recipient_id"], study["person_id"])
    said = any(one["person_id"] == me for one in checks)
    checking = row["state"] == Stage.CHECKING.value and current and context.actor.role in CHECKS and not party
    may = tuple(
        word
        for word, holds in (
            ("build", row["state"] == Stage.BUILDING.value and row["person_id"] == me and current),
            ("sample", checking), ("check", checking and not said),
            ("take", row["state"] == Stage.RELEASED.value and open_now and current),
            ("dispose", row["state"] == Stage.RELEASED.value and row["recipient_id"] == me),
        )
        if holds
    )  # fmt: skip
    seen = checks if len(checks) >= CHECKERS else [one for one in checks if one["person_id"] == me]
    state = opened_progress(runtime, row)
    return ExtractLine(
        id=row["id"], state=row["state"], form=row["format"], planner=row["person_id"], recipient=row["recipient_id"],
        recipient_name=named.get(row["recipient_id"], ""), manifest=bytes(row["manifest"] or b"").hex(),
        rows=row["rows"], held=row["held"], risk=row["risk"], made=row["made"], released=row["released"],
        ends=row["ends"], disposed=row["disposed"], said=len(checks),
        verdicts=tuple(verdict(runtime, one, named) for one in seen),
        taken=bool(mine) and row["state"] == Stage.RELEASED.value and not any(at < one["ends"] for one in mine),
        may=may, looked=hundreds(state.get("looked", 0)), total=hundreds(state.get("total", 0)),
    )  # fmt: skip


def verdict(runtime: Any, one: Mapping[str, Any], named: Mapping[int, str]) -> VerdictLine:
    """A verdict with its reasons."""
    reasons = runtime.vault.open_note(f"check{one['id']}", bytes(one["payload"])).decode() if one["payload"] else ""
    return VerdictLine(
        person=one["person_id"], name=named.get(one["person_id"], ""), verdict=one["verdict"], at=one["at"],
        reasons=reasons,
    )  # fmt: skip


def opened_progress(runtime: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    """How far the building is; {} before the first part."""
    if row["progress"] is None:
        return {}
    body = runtime.vault.open_note(f"x{row['id']}progress", bytes(row["progress"]))
    found: dict[str, Any] = orjson.loads(zlib.decompress(body))
    return found


@read_act(Verb.SAMPLE_EXTRACT)
async def sample(context: ReadContext, permit: Permit) -> Done:
    """抽看数据集: rows at random, as they would leave, texts included; for the checkers while they check."""
    data, me = cast(SampleExtract, permit.operation.data), context.actor.person
    rows = await context.rows(EXTRACT_SQL, data.extract)
    if not rows:
        raise NotFound()
    row = checked(context, X, rows[0])
    study = checked(context, S, (await context.rows(STUDY_SQL, row["study_id"]))[0])
    if me in (row["person_id"], row["recipient_id"], study["person_id"]):
        raise Refused(clauses=("4.2.4", "6.1.2"), reason="party")
    if row["state"] != Stage.CHECKING.value:
        raise Conflict()
    state, fields = opened_progress(context.runtime, row), tuple(study["fields"])
    n = 1 + secrets.randbelow(state["pieces"])
    part = (await context.rows(PART_SQL, data.extract, ROWS, n))[0]
    found = orjson.loads(opened_part(context.runtime, data.extract, ROWS, n, part))
    leaving = list(extract.leaving(found, sum(state["counts"][: n - 1]), fields, plan_of(state)))
    count = min(max(data.rows, 1), MOST, len(leaving))
    picked = secrets.SystemRandom().sample(leaving, count)
    columns = extract.columns(fields)
    cells = tuple(
        tuple(canonical(one[name]) if isinstance(one[name], list) else str(one[name]) for name in columns)
        for one in picked
    )
    digests = tuple(
        Line("", context.runtime.suite.digest(f"{data.extract}:{one[PERSON]}".encode()).hex(), "extract_row", 1)
        for one in picked
    )
    return Done(value=Sample(extract=data.extract, columns=columns, rows=cells), lines=digests)
