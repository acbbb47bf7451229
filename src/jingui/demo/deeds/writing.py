"""二（二）录入: forms opened, drafted, entered, signed, verified, corrected, filed [2.2.1] [2.2.2] [2.2.3] [2.2.4]"""

from typing import Any

from jingui.core.enter import FilledForm, Submission
from jingui.core.entering import OpenForm, SaveDraft
from jingui.core.operation import Target
from jingui.core.signatures import (
    CountersignRecord,
    FileChart,
    OpenSigning,
    Papered,
    SignRecords,
    VerifyRecord,
)
from jingui.core.words import Verb
from jingui.demo.cast import Cast
from jingui.demo.deeds.doing import Kept, deed
from jingui.demo.month import Deed
from jingui.gate import door


def visit_of(cast: Cast, row: Deed) -> int:
    """The record number of the visit that the row names by the message that opened it; 0 for the newest open one."""
    named = row.more.get("visit", row.about.removeprefix("new:") if row.about.startswith("new:") else "")
    return cast.located(cast.kept(named, "encounter")).record if named else 0


def answers(cast: Cast, row: Deed) -> dict[str, Any]:
    """The row's answers with their times in place."""
    found: dict[str, Any] = cast.given(row, "answers", {})
    return found


def form_key(cast: Cast, row: Deed, opened: Any) -> str:
    """The key under which this row's form is entered, the same after a stop."""
    if row.id not in cast.state.keys:
        cast.state.note({"form": row.id, "key": opened.key})
    return cast.state.keys[row.id]


@deed("draft")
def draft(cast: Cast, row: Deed) -> Kept:
    """Half a form, saved as it was typed; nothing is handed in."""
    data = OpenForm(template=row.more["template"], encounter=visit_of(cast, row))
    opened = cast.read(row, Verb.OPEN_FORM, data).value
    saved = SaveDraft(
        template=row.more["template"], key=form_key(cast, row, opened), answers=answers(cast, row),
        encounter=opened.visit.number if opened.visit else 0, revision=opened.revision,
    )  # fmt: skip
    made = cast.write(row, Verb.SAVE_DRAFT, saved).value
    return {"key": made.key}


@deed("write")
def write(cast: Cast, row: Deed) -> Kept:
    """A form, filled and handed in; `late` is the reason of a 补记."""
    data = OpenForm(template=row.more["template"], encounter=visit_of(cast, row))
    opened = cast.read(row, Verb.OPEN_FORM, data).value
    form = FilledForm(
        template=row.more["template"], key=form_key(cast, row, opened), answers=answers(cast, row),
        encounter=opened.visit.number if opened.visit else 0, late_reason=row.more.get("late", ""),
        ways=row.more.get("ways", {}),
    )  # fmt: skip
    made = door.enter(cast.asked(row, Verb.ENTER, Submission(form=form))).made[0]
    return {"record": made.id, "version": str(made.version), "template": row.more["template"]}


@deed("correct")
def correct(cast: Cast, row: Deed) -> Kept:
    """A new version of a form that another row entered: the old words stay, struck through, with the reason."""
    number, kept = cast.target(row), cast.state.deeds[row.record]
    asked = OpenForm(template=kept["template"])
    opened = cast.read(row, Verb.OPEN_FORM, asked, target=number).value
    form = FilledForm(
        template=kept["template"], key=opened.key, answers={**opened.answers, **answers(cast, row)},
        encounter=opened.visit.number if opened.visit else 0, start=opened.start, reason=row.words,
    )  # fmt: skip
    made = door.enter(cast.asked(row, Verb.CORRECT, Submission(form=form), target=number)).made[0]
    cast.state.note({"deed": row.record, "kept": {**kept, "version": str(made.version)}})
    return {"record": made.id, "version": str(made.version), "template": kept["template"]}


@deed("sign")
def sign(cast: Cast, row: Deed) -> Kept:
    """The author confirms once and signs what other rows entered; the signature names record, version and digest."""
    papers = [cast.state.deeds[name] for name in row.more["records"] if cast.kept(name, "record")]
    cast.write(row, Verb.OPEN_SIGNING, OpenSigning(), target=Target())
    data = SignRecords(records=tuple(Papered(one["record"], int(one["version"])) for one in papers))
    cast.write(row, Verb.SIGN_RECORD, data)
    return {"signed": str(len(papers))}


@deed("verify")
def verify(cast: Cast, row: Deed) -> Kept:
    """核对确认 by a second person."""
    data = VerifyRecord(version=int(cast.kept(row.record, "version")))
    cast.write(row, Verb.OPEN_SIGNING, OpenSigning(), target=Target())
    cast.write(row, Verb.VERIFY_RECORD, data)
    return {"verified": "1"}


@deed("countersign")
def countersign(cast: Cast, row: Deed) -> Kept:
    """审阅签名 of what a trainee wrote."""
    data = CountersignRecord(version=int(cast.kept(row.record, "version")))
    cast.write(row, Verb.OPEN_SIGNING, OpenSigning(), target=Target())
    cast.write(row, Verb.COUNTERSIGN_RECORD, data)
    return {"countersigned": "1"}


@deed("file")
def file(cast: Cast, row: Deed) -> Kept:
    """归档 of a finished visit."""
    cast.write(row, Verb.FILE_RECORD, FileChart(encounter=visit_of(cast, row)))
    return {"filed": "1"}
