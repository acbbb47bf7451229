"""三（二）2 病案室: case files on their way, front pages, deficiencies and their answers [3.2.2]"""

from dataclasses import dataclass
from datetime import datetime
from itertools import cycle
from typing import Any

from jingui.core.capture import Item, Necessity
from jingui.core.custody import (
    LINE,
    SORTING,
    AnswerDeficiency,
    CaseFileRequest,
    CaseFilesRequest,
    ChosenCode,
    CloseDeficiency,
    CodeCaseFile,
    JudgeCaseFile,
    MoveCaseFile,
    OpenCaseFile,
    ReturnDeficiency,
)
from jingui.core.enter import FilledForm, Submission
from jingui.core.entering import OpenForm
from jingui.core.matters.asking import StartMatter
from jingui.core.operation import Target
from jingui.core.signatures import OpenSigning, Papered, SignRecords
from jingui.core.words import EncounterKind, Purpose, Stage, Verb
from jingui.demo.cast import Absent, Cast
from jingui.demo.deeds.doing import Kept, deed
from jingui.demo.generator.shapes import EncounterStory
from jingui.demo.month import Deed, moment
from jingui.formats import capture, codetables
from jingui.gate import door

DOCUMENTS = ("discharge_record", "front_page")
CODER, QUALITY = "xue.bianyue", "chang.jianming"
TABLES = codetables.in_force()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A stay that has ended: of the stories, or of somebody whose messages the month sent."""

    key: str
    patient: str  # public ids
    visit: str
    mrn: str
    attending: str  # login
    start: datetime
    end: datetime
    code: str
    name: str


def told(cast: Cast) -> list[Stay]:
    """Stays of the stories that have ended, the latest first."""
    found = [
        Stay(
            key=one.id, patient=cast.public(each.id), visit=cast.state.ids[f"Encounter/{one.id}"],
            mrn=each.identity.mrn, attending=cast.hospital.person(one.attending).login, start=one.start, end=one.end,
            code=diagnosis(one)[0], name=diagnosis(one)[1],
        )
        for each in cast.stories for one in each.encounters
        if one.end is not None and one.kind is EncounterKind.INPATIENT
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.end, reverse=True)


def sent(cast: Cast, row: Deed) -> list[Stay]:
    """Stays that messages of the month opened and closed: [deed, number, attending, from, to, code, words]."""
    return [
        Stay(
            key=deed_, patient=cast.kept(deed_, "patient"), visit=cast.kept(deed_, "encounter"), mrn=mrn, attending=who,
            start=moment(start, cast.began), end=moment(end, cast.began), code=code, name=name,
        )
        for deed_, mrn, who, start, end, code, name in row.more.get("sent", ())
    ]  # fmt: skip


def diagnosis(stay: EncounterStory) -> tuple[str, str]:
    """Code and words of the stay's first coded diagnosis."""
    for one in stay.entries:
        if one.resource["resourceType"] == "Condition":
            coding: Any = one.resource["code"]
            first = coding["coding"][0]
            return str(first["code"]), str(first["display"])
    raise Absent(stay.id)


def usual(items: tuple[Item, ...], at: datetime) -> dict[str, Any]:
    """An answer to each required item that says nothing of anybody; rows of groups are left to the row."""
    moment = at.isoformat(timespec="seconds")
    plain: dict[str, Any] = {"date": moment[:10], "dateTime": moment, "boolean": False, "integer": "1"}
    out: dict[str, Any] = {}
    for item in items:
        kind = item.kind.value
        if item.necessity is not Necessity.REQUIRED or kind == "group":
            continue
        if kind in ("choice", "coded"):
            out[item.link] = next(iter(TABLES[item.table].codes))
        elif item.check == "phone":
            out[item.link] = "15400009000"
        elif kind == "decimal":
            out[item.link] = str(item.usual[0] or item.low or 1)
        else:
            out[item.link] = plain.get(kind, "见病程记录")
    return out


def written(cast: Cast, row: Deed, stay: Stay, target: Target, template: str) -> None:
    """The attending writes a document of a stay by its form and signs it."""
    mine = Deed(id=f"{row.id}:{stay.key}:{template}", who=stay.attending, do=row.do)
    visit = cast.located(stay.visit).record
    opened = cast.read(mine, Verb.OPEN_FORM, OpenForm(template=template, encounter=visit), target=target).value
    if mine.id not in cast.state.keys:
        cast.state.note({"form": mine.id, "key": opened.key})
    items = capture.templates()[template].items()
    start, end = (one.isoformat(timespec="seconds") for one in (stay.start, stay.end))
    main = f"{stay.code} {stay.name}"
    said = {
        "main": main, "outpatient_diagnosis": main, "diagnosis_strict": main, "main_condition": "1", "abo": "1",
        "admitted_at": start, "discharged_at": end, "days": str(max((stay.end.date() - stay.start.date()).days, 1)),
        "total_cost": "8650.20", "discharge_way": "1", "drug_allergy": False, "return_planned": False,
        "diagnoses": [{"diagnosis": main}],
    }  # fmt: skip
    known = {item.link for item in items}
    answers = usual(items, stay.end) | dict(opened.answers) | {n: one for n, one in said.items() if n in known}
    form = FilledForm(template=template, key=cast.state.keys[mine.id], answers=answers, encounter=visit)
    made = door.enter(cast.asked(mine, Verb.ENTER, Submission(form=form), target=target)).made[0]
    cast.write(mine, Verb.OPEN_SIGNING, OpenSigning(), target=Target())
    cast.write(mine, Verb.SIGN_RECORD, SignRecords(records=(Papered(made.id, made.version),)), target=target)


def by(row: Deed, who: str, wish: Purpose = Purpose.MANAGEMENT) -> Deed:
    """The same row, done by somebody else."""
    return Deed(id=row.id, who=who, do=row.do, purpose=wish)


def shown(cast: Cast, row: Deed, file: str, target: Target) -> Any:
    """A case file as the record room sees it."""
    return cast.read(by(row, row.who), Verb.READ_CASE_FILE, CaseFileRequest(file=file), target=target).value


def step(cast: Cast, row: Deed, stay: Stay, file: str, stage: Stage, target: Target) -> None:
    """One move of the line, by whoever does it."""
    seen = shown(cast, row, file, target)
    if stage is Stage.CODED:
        codes = (ChosenCode(code=stay.code, name=stay.name, condition="1"),)
        coded = CodeCaseFile(file=file, basis=seen.version, diagnoses=codes)
        cast.write(by(row, CODER), Verb.CODE_CASE_FILE, coded, target=target)
    elif stage in (Stage.FRONT_PAGE, Stage.FINAL):
        why = tuple((one.rule, "已与经治医师核实") for one in seen.found if one.severity == "warning")
        judged = JudgeCaseFile(file=file, after=stage.value, basis=seen.version, reasons=why)
        cast.write(by(row, QUALITY, Purpose.QUALITY), Verb.JUDGE_CASE_FILE, judged, target=target)
    else:
        checks = tuple(one.id for one in SORTING) if stage is Stage.SORTED else ()
        moved = MoveCaseFile(file=file, after=stage.value, basis=seen.version, checks=checks)
        cast.write(by(row, row.who), Verb.MOVE_CASE_FILE, moved, target=target)


@deed("case_files")
def case_files(cast: Cast, row: Deed) -> Kept:
    """Case files are opened; each goes as far as the row says: `far` names a stage for each stay, over and over."""
    kept: Kept = {}
    due = door.due.case_files(cast.now())
    stays = sent(cast, row) or [one for one in told(cast) if cast.located(one.visit).record in due]
    for n, (stay, until) in enumerate(zip(stays, map(Stage, cycle(row.more["far"])), strict=False)):
        visit = cast.located(stay.visit)
        target = Target(patient=visit.patient)
        if visit.record in door.due.case_files(cast.now()):  # unless the house's own task was first
            asked = by(row, "system:case_files", Purpose.OPERATION)
            cast.write(asked, Verb.MOVE_CASE_FILE, OpenCaseFile(encounter=visit.record), target=target)
        wanted = CaseFilesRequest(number=stay.mrn, newest=True)
        found = cast.read(by(row, row.who), Verb.READ_CASE_FILES, wanted, target=Target()).value.rows
        if not found:
            raise Absent(stay.key)
        stages = [leg.after for leg in LINE]
        if until in stages[stages.index(Stage.FRONT_PAGE) :]:
            for template in DOCUMENTS:
                written(cast, row, stay, target, template)
        for stage in stages[: stages.index(until) + 1] if until in stages else ():
            step(cast, row, stay, found[0].id, stage, target)
        kept |= {f"file{n}": found[0].id, f"patient{n}": stay.patient}
    return kept


def file_of(cast: Cast, row: Deed) -> tuple[str, Target]:
    """The case file that an earlier row names as `files.file3`."""
    deed_, name = row.more["file"].split(".")
    return cast.kept(deed_, name), cast.located(cast.kept(deed_, name.replace("file", "patient")))


@deed("return_deficiency")
def returned(cast: Cast, row: Deed) -> Kept:
    """Something is missing: its author is asked to mend it."""
    file, target = file_of(cast, row)
    data = ReturnDeficiency(file=file, item=row.more["item"], note=row.words)
    made = cast.write(row, Verb.RETURN_DEFICIENCY, data, target=target).value
    seen = cast.read(row, Verb.READ_CASE_FILE, CaseFileRequest(file=file), target=target).value
    author = next(one for one in seen.deficiencies if one.id == made).author
    who = next(person.login for person in cast.hospital.staff if person.name == author)
    return {"deficiency": str(made), "author": who, "patient": ".patient".join(row.more["file"].rsplit(".file", 1))}


def deficient(cast: Cast, row: Deed) -> tuple[str, str, Target]:
    """The deficiency that an earlier row returned, whose it is, about whom."""
    of = row.more["of"]
    named = cast.kept(of, "patient").split(".")
    return (
        cast.kept(of, "deficiency"),
        cast.kept(of, "author"),
        cast.located(cast.kept(*named)),
    )


@deed("answer_deficiency")
def answered(cast: Cast, row: Deed) -> Kept:
    """Its author, whoever that is, says what was done."""
    number, author, target = deficient(cast, row)
    data = AnswerDeficiency(deficiency=number, text=row.words)
    cast.write(by(row, author, Purpose.TREATMENT), Verb.ANSWER_DEFICIENCY, data, target=target)
    return {"answered": "1"}


@deed("close_deficiency")
def closed(cast: Cast, row: Deed) -> Kept:
    """Quality control accepts it, or returns it once more."""
    number, _, target = deficient(cast, row)
    data = CloseDeficiency(deficiency=number, accept=row.more.get("accept", True), note=row.words)
    cast.write(row, Verb.CLOSE_DEFICIENCY, data, target=target)
    return {"closed": "1"}


@deed("appeal_deficiency")
def contested(cast: Cast, row: Deed) -> Kept:
    """Its author contests it."""
    number, author, target = deficient(cast, row)
    data = StartMatter(
        kind="deficiency_appeal",
        answers=(("deficiency", number), ("reason", row.words)),
        submit=True,
        papers=(),
        subject=cast.person(QUALITY),
    )
    moved = cast.write(by(row, author), Verb.START_MATTER, data, target=target).value
    return {"matter": str(moved.matter)}
