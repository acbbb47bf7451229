"""二（二）录入: forms opened, drafted, entered, signed, verified, corrected, filed [2.2.1] [2.2.2] [2.2.3] [2.2.4]"""

from typing import TYPE_CHECKING, Any

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
from jingui.demo.deeds.doing import Kept, deed
from jingui.demo.month import Deed
from jingui.gate import door

if TYPE_CHECKING:
    from jingui.demo.play_month import Month


def visit_of(month: "Month", row: Deed) -> int:
    """The record number of the visit that the row names by the message that opened it; 0 for the newest open one."""
    named = row.more.get("visit", row.about.removeprefix("new:") if row.about.startswith("new:") else "")
    return month.located(month.kept(named, "encounter")).record if named else 0


def answers(month: "Month", row: Deed) -> dict[str, Any]:
    """The row's answers with their times in place."""
    found: dict[str, Any] = month.given(row, "answers", {})
    return found


def form_key(month: "Month", row: Deed, opened: Any) -> str:
    """The key under which this row's form is entered, the same after a stop."""
    if row.id not in month.state.keys:
        month.state.note({"form": row.id, "key": opened.key})
    return month.state.keys[row.id]


@deed("draft")
def draft(month: "Month", row: Deed) -> Kept:
    """Half a form, saved as it was typed; nothing is handed in."""
    data = OpenForm(template=row.more["template"], encounter=visit_of(month, row))
    opened = month.read(row, Verb.OPEN_FORM, data).value
    saved = SaveDraft(
        template=row.more["template"], key=form_key(month, row, opened), answers=answers(month, row),
        encounter=opened.visit.number if opened.visit else 0, revision=opened.revision,
    )  # fmt: skip
    made = month.write(row, Verb.SAVE_DRAFT, saved).value
    return {"key": made.key}


@deed("write")
def write(month: "Month", row: Deed) -> Kept:
    """A form, filled and handed in; `late` is the reason of a 补记."""
    data = OpenForm(template=row.more["template"], encounter=visit_of(month, row))
    opened = month.read(row, Verb.OPEN_FORM, data).value
    form = FilledForm(
        template=row.more["template"], key=form_key(month, row, opened), answers=answers(month, row),
        encounter=opened.visit.number if opened.visit else 0, late_reason=row.more.get("late", ""),
        ways=row.more.get("ways", {}),
    )  # fmt: skip
    made = door.enter(month.asked(row, Verb.ENTER, Submission(form=form))).made[0]
    return {"record": made.id, "version": str(made.version), "template": row.more["template"]}


@deed("correct")
def correct(month: "Month", row: Deed) -> Kept:
    """A new version of a form that another row entered: the old words stay, struck through, with the reason."""
    number, kept = month.target(row), month.state.deeds[row.record]
    asked = OpenForm(template=kept["template"])
    opened = month.read(row, Verb.OPEN_FORM, asked, target=number).value
    form = FilledForm(
        template=kept["template"], key=opened.key, answers={**opened.answers, **answers(month, row)},
        encounter=opened.visit.number if opened.visit else 0, start=opened.start, reason=row.words,
    )  # fmt: skip
    made = door.enter(month.asked(row, Verb.CORRECT, Submission(form=form), target=number)).made[0]
    month.state.note({"deed": row.record, "kept": {**kept, "version": str(made.version)}})
    return {"record": made.id, "version": str(made.version), "template": kept["template"]}


@deed("sign")
def sign(month: "Month", row: Deed) -> Kept:
    """The author confirms once and signs what other rows entered; the signature names record, version and digest."""
    papers = [month.state.deeds[name] for name in row.more["records"] if month.kept(name, "record")]
    month.write(row, Verb.OPEN_SIGNING, OpenSigning(), target=Target())
    data = SignRecords(records=tuple(Papered(one["record"], int(one["version"])) for one in papers))
    month.write(row, Verb.SIGN_RECORD, data)
    return {"signed": str(len(papers))}


@deed("verify")
def verify(month: "Month", row: Deed) -> Kept:
    """核对确认 by a second person."""
    data = VerifyRecord(version=int(month.kept(row.record, "version")))
    month.write(row, Verb.OPEN_SIGNING, OpenSigning(), target=Target())
    month.write(row, Verb.VERIFY_RECORD, data)
    return {"verified": "1"}


@deed("countersign")
def countersign(month: "Month", row: Deed) -> Kept:
    """审阅签名 of what a trainee wrote."""
    data = CountersignRecord(version=int(month.kept(row.record, "version")))
    month.write(row, Verb.OPEN_SIGNING, OpenSigning(), target=Target())
    month.write(row, Verb.COUNTERSIGN_RECORD, data)
    return {"countersigned": "1"}


@deed("file")
def file(month: "Month", row: Deed) -> Kept:
    """归档 of a finished visit."""
    month.write(row, Verb.FILE_RECORD, FileChart(encounter=visit_of(month, row)))
    return {"filed": "1"}
