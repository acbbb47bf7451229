"""一（三）4 责任到人: a matter as lists and its page show it: whose turn, what was said, what may be done [1.3.4]"""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from jingui.core import process
from jingui.core.matters import KINDS
from jingui.core.matters.asking import EventLine, MatterLine, MatterView, PaperLine
from jingui.core.matters.row import State
from jingui.core.permit import Permit
from jingui.core.words import Category, Level, Verb
from jingui.gate import matters
from jingui.gate import matters_seen as seen
from jingui.gate.context import ReadContext
from jingui.gate.matter_safe import Safe
from jingui.gate.names import NOBODY, Named, names_of
from jingui.gate.settings import loop_values

KIND_SQL = "SELECT kind FROM record WHERE patient_id = $1::bigint AND record_id = $2::bigint"


async def lines_of(
    context: ReadContext, permit: Permit, rows: Sequence[dict[str, Any]]
) -> tuple[tuple[MatterLine, ...], tuple[int, ...]]:
    """The rows as lines, and the patients whose names they show."""
    patients = sorted({row["patient_id"] for row in rows} - {0})
    names = await patient_names(context, patients)
    people = await names_of(context).people(context, [row["person_id"] for row in rows])
    own, powers = await seen.capacities(context, permit)
    made = []
    for row in rows:
        kind = KINDS[row["kind"]]
        case = matters.case_of(SimpleNamespace(**row), (), frozenset())
        step = process.step_of(kind, case)
        turn = any(
            process.takes_part(kind, case, mover) for mover in matters.movers(context.actor, powers, row["kind"])
        )
        made.append(
            MatterLine(
                id=row["id"], kind=row["kind"], state=row["state"], step=step.name if step else "",
                starter=people.get(row["person_id"], NOBODY).name,
                patient=context.runtime.public(row["patient_id"], 0) if row["patient_id"] else "",
                patient_name=names.get(row["patient_id"], ""), opened=row["opened"], due=row["due"],
                overdue=row["due"] is not None and row["due"] <= permit.at, outcome=row["outcome"],
                mine=bool(own.person) and row["person_id"] == own.person,
                waits_for_me=turn and row["person_id"] != own.person,
            )
        )  # fmt: skip
    return tuple(made), tuple(patients)


async def patient_names(context: ReadContext, patients: Sequence[int]) -> dict[int, str]:
    """Names of those patients whom this actor may find; others stay a number, restricted ones unnamed."""
    if not patients:
        return {}
    out = {}
    for number, about in zip(patients, await context.about(patients), strict=True):
        if about is None or about.tampered or about.destroyed:
            continue
        may = context.may(Verb.SEARCH_PATIENT, Category.BASIC, Level.ORDINARY, patient=about)
        if may.allow or about.relation.value in ("self", "guardian"):
            out[number] = str(context.face(about).get("name", ""))
    return out


async def view(
    context: ReadContext, permit: Permit, row: dict[str, Any], papers: Sequence[dict[str, Any]]
) -> MatterView:
    """Everything that belongs to one matter; Tampered when any part of it is not as written."""
    kind = KINDS[row["kind"]]
    number = row["id"]
    found = await context.rows(matters.EVENTS_SQL, number)
    votes, _ = matters.history(context.runtime.sealer, found, number)
    staff = await context.rows(matters.STAFF_SQL, row["patient_id"]) if row["patient_id"] else []
    parties = frozenset({staff[0][0] or 0} - {0}) if staff else frozenset()
    case = matters.case_of(SimpleNamespace(**row), votes, parties)
    events = [{name.partition(".")[2]: one[at] for name, at in matters.EVENT.at.items()} for one in found]
    safe = await seen.safe(context, row)
    values = await loop_values(context.pipe, context.actor.epoch)
    until = matters.appeal_until(kind, row["decided"], values)
    _, powers = await seen.capacities(context, permit)
    capacities = matters.movers(context.actor, powers, kind.id)
    best = next((one for one in capacities if process.may(kind, case, one, permit.at, until)), capacities[0])
    numbers = [row["person_id"], row["subject_id"], best.behalf]
    numbers += [n for event in events for n in (event["person_id"], event["behalf_id"])]
    people = await names_of(context).people(context, numbers + [paper["person_id"] for paper in papers])
    lines, _ = await lines_of(context, permit, [row])
    step = process.step_of(kind, case)
    recorded = await context.rows(KIND_SQL, row["patient_id"], row["record_id"]) if row["record_id"] else []
    return MatterView(
        line=lines[0], answers=safe.open_answers(row["payload"]),
        papers=tuple(paper_line(safe, paper, people) for paper in papers),
        events=tuple(event_line(kind, safe, event, people) for event in events),
        moves=tuple(str(move) for move in process.may(kind, case, best, permit.at, until)),
        missing=process.missing(kind.papers, [paper["kind"] for paper in papers]), basis=bytes(row["basis"]).hex(),
        revision=row["version"], people=step.people if step else 0, agreed=process.agreeing(case) if step else 0,
        until=row["until"], record=context.runtime.public(row["patient_id"], row["record_id"]) if recorded else "",
        record_kind=recorded[0][0] if recorded else "", subject=people.get(row["subject_id"], NOBODY).name,
        appeal_until=until if row["state"] == State.REFUSED else None, entry=str(row["entry"]),
        behalf=people.get(best.behalf, NOBODY).name,
        brings=case.state in process.TAKES and process.brings(kind, case, capacities[0]),
        barred=next((why for one in capacities if process.takes_part(kind, case, one)
                     and (why := process.barred(kind, case, one))), ""),
    )  # fmt: skip


def event_line(kind: Any, safe: Safe, event: dict[str, Any], people: dict[int, Named]) -> EventLine:
    """One event with its comment opened."""
    steps = kind.appeal if event["step"] >= process.APPEALS else kind.steps
    at = event["step"] % process.APPEALS
    who = people.get(event["person_id"], NOBODY)
    voted = event["move"] in matters.VOTES
    return EventLine(
        event["n"], event["move"], steps[at].name if voted and at < len(steps) else "", who.name, who.title,
        who.department, people.get(event["behalf_id"], NOBODY).name, event["after"], event["at"],
        safe.open("event", event["n"], event["payload"]).decode(), str(event["entry"]),
    )  # fmt: skip


def paper_line(safe: Safe, paper: dict[str, Any], people: dict[int, Named]) -> PaperLine:
    """One paper with its name opened."""
    name, _ = safe.open_paper(paper["id"], paper["payload"])
    return PaperLine(
        paper["id"], paper["kind"], name, paper["media_type"], paper["size"], bytes(paper["digest"]).hex(),
        people.get(paper["person_id"], NOBODY).name, paper["at"],
    )  # fmt: skip
