"""四（二）4 教学科研: approvals registered, people counted, extracts made, checked, taken and disposed of [4.2.4]"""

from datetime import date
from typing import Any

from jingui.core.errors import Conflict
from jingui.core.matters.asking import Brought
from jingui.core.operation import Target
from jingui.core.research import (
    BuildExtract,
    CheckExtract,
    CountCohort,
    DisposeExtract,
    PlanExtract,
    ReadStudy,
    RegisterEthics,
    Said,
    SampleExtract,
    StudiesRequest,
    TakeExtract,
)
from jingui.core.research_cohort import Cohort
from jingui.core.words import Purpose, Verb
from jingui.demo.cast import Absent, Cast
from jingui.demo.deeds.doing import Kept, deed
from jingui.demo.drawing import paper
from jingui.demo.month import Deed

PARTS = 200  # of one extract at most: the whole demonstration is far smaller
HERE: dict[str, Any] = {"target": Target(), "purpose": Purpose.RESEARCH}


@deed("register_ethics")
def register(cast: Cast, row: Deed) -> Kept:
    """The committee's approval with its paper, fields and end."""
    more = row.more
    data = RegisterEthics(
        number=more["number"], title=row.words, person=cast.person(more["leader"]), fields=tuple(more["fields"]),
        most=more["most"], starts=date.fromisoformat(cast.given(row, "starts")),
        ends=date.fromisoformat(cast.given(row, "ends")), identifiable=more.get("identifiable", False),
        paper=Brought("ethics", "批件.png", "image/png", paper(row.id).png),
    )  # fmt: skip
    return {"approval": str(cast.write(row, Verb.REGISTER_ETHICS, data, **HERE).value)}


@deed("count_cohort")
def count(cast: Cast, row: Deed) -> Kept:
    """How many patients fit, told only where they are not too few."""
    more, cursor = row.more, ""
    cohort = Cohort(
        diagnoses=tuple(more.get("diagnoses", ())), departments=tuple(more.get("departments", ())),
        sex=more.get("sex", ""), oldest=more.get("oldest", Cohort().oldest),
    )  # fmt: skip
    while True:
        done = cast.write(row, Verb.COUNT_COHORT, CountCohort(cohort=cohort, cursor=cursor), **HERE)
        if done.value.done:
            return {"people": str(done.value.people), "hidden": str(done.value.hidden)}
        cursor = done.more


def study_of(cast: Cast, row: Deed) -> int:
    """The study that an approved matter made."""
    matter = int(cast.kept(row.more["matter"], "matter"))
    studies = cast.read(row, Verb.READ_STUDIES, StudiesRequest(), **HERE).value.studies
    found = next((one.id for one in studies if one.matter == matter), None)
    if found is None:
        raise Absent(row.id)
    return int(found)


@deed("build_extract")
def build(cast: Cast, row: Deed) -> Kept:
    """An extract is asked for and made part by part; whoever asked may go on with it on the page."""
    study = study_of(cast, row)
    extract = int(cast.write(row, Verb.PLAN_EXTRACT, PlanExtract(study=study), **HERE).value)
    try:
        for _ in range(PARTS):
            if cast.write(row, Verb.BUILD_EXTRACT, BuildExtract(extract=extract), **HERE).value.stage != "building":
                break
    except Conflict:
        pass  # the house's own job made the last part meanwhile
    return {"study": str(study), "extract": str(extract)}


def seen(cast: Cast, row: Deed) -> Any:
    """The extract of an earlier row as this person sees it."""
    study, extract = (int(cast.kept(row.more["of"], name)) for name in ("study", "extract"))
    view = cast.read(row, Verb.READ_STUDY, ReadStudy(study=study), **HERE).value
    return next(one for one in view.extracts if one.id == extract)


@deed("check_extract")
def check(cast: Cast, row: Deed) -> Kept:
    """One checker looks at some rows and says what they think; the other's verdict is not shown."""
    found = seen(cast, row)
    cast.read(row, Verb.SAMPLE_EXTRACT, SampleExtract(extract=found.id), **HERE)
    data = CheckExtract(
        extract=found.id, verdict=Said(row.more.get("verdict", "pass")), manifest=found.manifest, reasons=row.words
    )
    cast.write(row, Verb.CHECK_EXTRACT, data, **HERE)
    return {"checked": "1"}


@deed("take_extract")
def take(cast: Cast, row: Deed) -> Kept:
    """The recipient takes it, once."""
    data = TakeExtract(extract=int(cast.kept(row.more["of"], "extract")))
    return {"digest": cast.write(row, Verb.TAKE_EXTRACT, data, **HERE).value.digest}


@deed("dispose_extract")
def dispose(cast: Cast, row: Deed) -> Kept:
    """The recipient has deleted it and says so in writing."""
    signed = Brought("disposal", "销毁声明.png", "image/png", paper(row.id).png)
    data = DisposeExtract(extract=int(cast.kept(row.more["of"], "extract")), paper=signed)
    cast.write(row, Verb.DISPOSE_EXTRACT, data, **HERE)
    return {"disposed": "1"}
