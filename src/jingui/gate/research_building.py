"""四（二）4 教学科研: making an extract part by part; each part and how far it is commit together [4.2.4] [5.2.4]

First the patients of the cohort become rows, de-identified, encrypted; then their risk is measured and the plan made;
then the files are written. Whatever was killed goes on at the part it had not committed.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import orjson

from jingui.core.entry import Line
from jingui.core.errors import JinguiError
from jingui.core.research import Built, Stage, Stopped
from jingui.core.research_fields import FileForm
from jingui.core.words import Purpose
from jingui.formats import extract, extract_file, extract_mark, extract_rows, risk
from jingui.formats.deidentify_project import Known, Project
from jingui.formats.fhir_identity import identity
from jingui.formats.risk import Plan
from jingui.formats.risk_table import Table
from jingui.gate import research_people as people
from jingui.gate import settings
from jingui.gate.research_people import Member, Reader, Seen
from jingui.gate.research_rows import (
    FILE,
    ROWS,
    cohort_of,
    fingerprint,
    mark_of,
    part_of,
    progress,
    project_of,
    put_part,
)
from jingui.gate.research_rows import set_progress as remember
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Extract, Study

PART: Final = 500  # patients looked at in one transaction
HUNDRED: Final = 100
CHUNK: Final = 50  # patients whose records are opened at once
RECORDS: Final = 5000  # records opened in one transaction at most: its entry names each of them
STAFF_SQL: Final = "SELECT id, name FROM person WHERE id = ANY($1::bigint[])"
POPULATION_SQL: Final = "SELECT count(*) FROM patient WHERE patient_id > 0 AND NOT destroyed AND linked_to IS NULL"
NAMED: Final = frozenset({"name", "family", "given"})


def step(context: WriteContext, row: Extract, study: Study, at: datetime) -> tuple[Built, Seen]:
    """One part; the row's state, plan and counts follow, the caller keeps it."""
    state = progress(context.runtime, row)
    seen = Seen()
    if not state:
        state = begun(study)
    if not state["planned"] and not state["collected"]:
        collect(context, row, study, state, seen, at)
    elif not state["planned"]:
        plan(context, row, study, state)
    else:
        write(context.runtime, row, study, state)
    if row.state == Stage.BUILDING.value:
        remember(context.runtime, row, state)
    files = state["pieces"]
    built = Built(
        row.state,
        hundreds(state["looked"]),
        hundreds(max(state["total"], state["looked"])),
        hundreds(state["rows"]),
        len(state["files"]),
        files,
    )
    return built, seen


def hundreds(count: int) -> int:
    """Rounded up: a number that says how far it is and nothing of a few people."""
    return -(-count // HUNDRED) * HUNDRED


def begun(study: Study) -> dict[str, Any]:
    """The beginning."""
    return {
        "total": people.total(cohort_of(study)), "looked": 0, "after": 0, "rows": 0, "pieces": 0, "collected": False,
        "planned": False, "excluded": {}, "closed": 0, "unreadable": 0, "counts": [], "files": [], "held": [],
        "levels": {},
    }  # fmt: skip


def collect(context: WriteContext, row: Extract, study: Study, state: dict[str, Any], seen: Seen, at: datetime) -> None:
    """The next patients as rows of one part."""
    runtime, cohort = context.runtime, cohort_of(study)
    reader = Reader(row.recipient_id, frozenset(), Purpose(study.kind), settings.needs(runtime, context.epoch), at)
    project, made = project_of(runtime, study), []
    patients = people.following(cohort, state["after"], PART)
    for start in range(0, len(patients), CHUNK):
        chunk = patients[start : start + CHUNK]
        for one in people.members(runtime, cohort, reader, chunk, extract_rows.kinds(study.fields), seen):
            try:
                made.append(row_of(runtime, one, study.fields, project))
            except JinguiError:
                seen.excluded["unreadable"] += 1  # records that cannot be cleaned stay here; the others go on
        state["looked"] += len(chunk)
        state["after"] = chunk[-1]
        if len(seen.opened) >= RECORDS:
            break
    state["rows"] += len(made)
    for why, count in seen.excluded.items():
        state["excluded"][why] = state["excluded"].get(why, 0) + count
    state["closed"] += seen.closed
    state["unreadable"] += seen.unreadable
    if made:
        state["pieces"] += 1
        state["counts"].append(len(made))
        put_part(runtime, row.pk, ROWS, state["pieces"], orjson.dumps(made))
    if state["rows"] > study.most:
        stop(context, row, Stopped.MOST, state)
    elif not people.following(cohort, state["after"], 1):
        state["collected"] = True


def row_of(runtime: Runtime, one: Member, fields: Sequence[str], project: Project) -> dict[str, Any]:
    """One patient as a row."""
    visit = one.visit
    chart = extract_rows.Chart(
        patient=runtime.public(one.patient, 0), visit=runtime.public(one.patient, visit["encounter_id"]),
        kind=visit["kind"], department=one.department,
        age=people.age_at(one.charts["Patient"][0], visit["starts"]), records=one.charts,
    )  # fmt: skip
    return extract_rows.row(chart, fields, project, known(one))


def known(one: Member) -> Known:
    """Identities known before reading: the patient's names and numbers, the names of those who wrote."""
    found = [pair for who in one.charts["Patient"] for pair in identity(dict(who))]
    staff = [name for _, name in raw(STAFF_SQL, sorted(one.authors))]
    return Known(
        names=tuple(dict.fromkeys(value for name, value in found if name == "name")),
        numbers=tuple(dict.fromkeys(value for name, value in found if name not in NAMED | {"birth_date"}
                                    and "|" not in value)),
        staff=tuple(staff),
    )  # fmt: skip


def stop(context: WriteContext, row: Extract, why: Stopped, state: dict[str, Any]) -> None:
    """Nothing leaves, and the report says why, in counts alone."""
    row.state = Stage.STOPPED.value
    row.risk = json.dumps({"stopped": why.value, "excluded": shown(context, state)}, sort_keys=True)


def shown(context: WriteContext, state: dict[str, Any]) -> dict[str, int]:
    """How many were left out and why, for the report; 0 stands for fewer than `small_cell`."""
    small = settings.number(context.runtime, context.epoch, "small_cell")
    return {why: count if count >= small else 0 for why, count in state["excluded"].items()}


def pieces(runtime: Runtime, row: Extract, count: int) -> Iterator[list[dict[str, Any]]]:
    """The rows, part by part."""
    for n in range(1, count + 1):
        yield orjson.loads(part_of(runtime, row.pk, ROWS, n))


def plan(context: WriteContext, row: Extract, study: Study, state: dict[str, Any]) -> None:
    """Measure, choose the steps, and mark what does not leave."""
    runtime, epoch = context.runtime, context.epoch
    fields = tuple(study.fields)
    share = settings.number(runtime, epoch, "extract_held") * 100
    with TemporaryDirectory(prefix="jingui-extract-") as folder:
        table = Table(Path(folder), extract.quasi(fields), extract.sensitive(fields))
        try:
            for part in pieces(runtime, row, state["pieces"]):
                table.add(extract.weighed(one, fields) for one in part)
            table.ready()
            found = risk.planned(table, study.k, share)
            population = int(raw(POPULATION_SQL)[0][0])
            report = risk.measured(table, found, k=study.k, population=population)
        finally:
            table.close()
    row.rows, row.held = report.rows, report.held
    row.risk = json.dumps(
        {**asdict(report), "levels": dict(found.levels), "wanted_k": study.k, "excluded": shown(context, state),
         "closed": state["closed"], "unreadable": state["unreadable"]},
        sort_keys=True,
    )  # fmt: skip
    if report.rows == 0:
        row.held = row.held if row.held >= settings.number(runtime, epoch, "small_cell") else 0
        stop(context, row, Stopped.SMALL, state)
    elif report.held * risk.PARTS > share * (report.rows + report.held):
        stop(context, row, Stopped.HELD, state)
    state.update(planned=True, levels=dict(found.levels), held=sorted(found.held))


def plan_of(state: dict[str, Any]) -> Plan:
    """The plan that was made."""
    return Plan(levels=state["levels"], held=frozenset(state["held"]))


def write(runtime: Runtime, row: Extract, study: Study, state: dict[str, Any]) -> None:
    """The next file, in the recipient's order; after the last one the manifest."""
    fields, n = tuple(study.fields), len(state["files"]) + 1
    if n > state["pieces"]:
        finish(runtime, row, study, state)
        return
    rows = orjson.loads(part_of(runtime, row.pk, ROWS, n))
    leaving = extract.leaving(rows, sum(state["counts"][: n - 1]), fields, plan_of(state))
    marked = extract_mark.marked(leaving, mark_of(runtime, row.pk, row.recipient_id))
    columns = extract.columns(fields)
    with TemporaryDirectory(prefix="jingui-extract-") as folder:
        body = extract_file.part(FileForm(row.format), columns, marked, n, Path(folder))
    digest = put_part(runtime, row.pk, FILE, n, body)
    state["files"].append(
        {"n": n, "rows": len(marked), "bytes": len(body), "digest": digest.hex(),
         "columns": extract_file.column_digests(columns, marked)}
    )  # fmt: skip


def finish(runtime: Runtime, row: Extract, study: Study, state: dict[str, Any]) -> None:
    """The manifest; from here two people check."""
    told = {
        "extract": row.pk, "study": study.pk, "profile": study.profile, "format": row.format, "k": study.k,
        "levels": state["levels"], "held": len(state["held"]),
        "recipient": fingerprint(runtime, row.pk, row.recipient_id).hex(), "made": row.made.isoformat(),
        "risk": runtime.suite.digest(row.risk.encode()).hex(), "suite": runtime.suite.name,
    }  # fmt: skip
    row.manifest = put_part(runtime, row.pk, FILE, 0, extract_file.manifest(told, state["files"]))
    row.fingerprint = fingerprint(runtime, row.pk, row.recipient_id)
    row.state = Stage.CHECKING.value
    remember(runtime, row, state)


def lines(runtime: Runtime, seen: Seen) -> tuple[Line, ...]:
    """The records that were looked at, for the entry."""
    public = runtime.public
    return tuple(
        Line(public(one.patient, 0), public(one.patient, one.record), one.kind, one.version) for one in seen.opened
    )


def patients(seen: Seen) -> tuple[int, ...]:
    """The patients they belong to."""
    return tuple(dict.fromkeys(one.patient for one in seen.opened))
