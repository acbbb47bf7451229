"""一（三）2 事项: the table of matters, one row each; a section's rows stand in the file of its name [1.3.1] [4.1.1]"""

from jingui.core.errors import Misconfigured
from jingui.core.matters import (
    access,
    access_operations,
    archive,
    backup,
    climate,
    collect,
    custody,
    downtime,
    enter,
    keep,
    monitor,
    outside,
    partners,
    portal,
    release,
    research,
    retrieval,
    sealing,
    share,
    transmit,
)
from jingui.core.matters.row import About, MatterKind, Move, Who
from jingui.core.release import PURPOSES

__all__ = ["KINDS", "checked", "kind_of"]


def checked(row: MatterKind) -> MatterKind:
    """The row again; Misconfigured when it could never be finished or names nobody."""
    steps = (*row.steps, *row.appeal)
    names = [question.name for question in row.questions]
    wrong = (
        "steps" if not row.steps
        else "starters" if not row.starters and not row.system
        else "roles" if any(step.who is Who.ROLES and not step.roles for step in steps)
        else "people" if any(step.people < 1 or (step.who is not Who.ROLES and step.people > 1) for step in steps)
        else "moves" if any(not {Move.APPROVE, Move.REPLY} & set(step.moves) for step in steps)
        else "questions" if len(set(names)) != len(names)
        else "grounds" if any(not {ground for ground, _ in step.grounds} <= {word for word, _, _ in step.outcomes}
                              or not {name for _, name in step.grounds} <= {paper.name for paper in row.papers}
                              for step in steps)
        else "copies" if row.copies not in ("", *PURPOSES)
        else "papers" if len({paper.name for paper in row.papers}) != len(row.papers)
        else "after" if any(step.after not in ("escalate", "expire", "pass") for step in steps)
        or (steps and row.steps[-1].after == "pass")
        else "clauses" if not row.clauses
        else "about" if row.about is About.RECORD and not row.effect and not row.purpose
        else ""
    )  # fmt: skip
    if wrong:
        raise Misconfigured(matter=row.id, wrong=wrong)
    return row


KINDS: dict[str, MatterKind] = {
    row.id: checked(row)
    for row in (
        *collect.ROWS,
        *enter.ROWS,
        *downtime.ROWS,
        *access.ROWS,
        *access_operations.ROWS,
        *monitor.ROWS,
        *portal.ROWS,
        *sealing.ROWS,
        *retrieval.ROWS,
        *outside.ROWS,
        *release.ROWS,
        *research.ROWS,
        *custody.ROWS,
        *archive.ROWS,
        *climate.ROWS,
        *keep.ROWS,
        *backup.ROWS,
        *partners.ROWS,
        *transmit.ROWS,
        *share.ROWS,
    )
}


def kind_of(name: str) -> MatterKind | None:
    """The row of that name, None for an unknown one."""
    return KINDS.get(name)
