"""五（二）1 最小必要: which records of a view leave, and why the others stay [5.2.1] [5.2.2] [1.3.2] [2.1.3]

Each record is decided as if the sharer read it; the view, the consent, the agreement, the network and the patient's
own wishes narrow that further. What stays is counted, never named.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.operation import Operation
from jingui.core.share import Basis, View, above
from jingui.core.sharing import Share
from jingui.core.word import N_
from jingui.core.words import Category, Level, Purpose, RecordState, Sensitivity, Verb
from jingui.gate import facts as f
from jingui.gate.contents import Maker, carried, maker_of
from jingui.gate.context import PAIRS, allowed_pairs
from jingui.gate.copies_making import records_of
from jingui.gate.copies_taken import UNFINISHED, Found
from jingui.gate.sharing_consent import Said
from jingui.gate.sharing_ground import closed_to_others, sealed_of
from jingui.gate.writing import WriteContext

FORMS: Final = "QuestionnaireResponse"  # the type whose records are of a capture template
RECORDS_SQL: Final = """SELECT r.record_id, r.kind, r.form, r.category, r.level, r.labels, r.state FROM record r
WHERE r.patient_id = $1::bigint AND r.state NOT IN ('draft', 'destroyed') AND r.category = ANY($2::text[])
  AND r.kind = ANY($3::text[]) AND ($4::bigint = 0 OR r.encounter_id = $4::bigint)
ORDER BY r.entered, r.record_id"""
VISIT_SQL: Final = """SELECT encounter_id FROM encounter WHERE patient_id = $1::bigint AND state <> 'cancelled'
AND ($2::bigint = 0 OR encounter_id = $2::bigint) ORDER BY starts DESC, encounter_id DESC LIMIT 1"""


class Terms(Protocol):
    """What of a ground narrows the records: a sharing's, or a bulk export's."""

    @property
    def view(self) -> View:
        """What the purpose shows."""

    @property
    def basis(self) -> Basis | None:
        """The law's ground; None: consent."""

    @property
    def said(self) -> Said:
        """What the patient said."""

    @property
    def limit(self) -> Level:
        """The highest level that may leave."""


@dataclass(slots=True, kw_only=True)
class Taken:
    """The records that may leave, opened, and how many of the view stay, by reason (rows of core.share.LEFT)."""

    records: list[Found] = field(default_factory=list)
    unchosen: list[Found] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)
    forms: dict[int, str] = field(default_factory=dict)


def taken(context: WriteContext, patient: int, ground: Terms, data: Share, at: datetime, most: int) -> Taken:
    """Decide every record of the view. Conflict when more than `most` leave, Invalid for records that are not in it."""
    view, facts = ground.view, context.patient
    if facts is None:
        raise NotFound()
    carries = carried(data.media, data.label)
    types = sorted((view.types & carries if carries else view.types) - (frozenset() if view.forms else {FORMS}))
    maker = maker_of(data.media, data.label)
    forms = view.forms & maker.forms[data.label] if data.label in maker.forms else view.forms
    rows = context.rows(
        RECORDS_SQL, patient, sorted(view.categories), types, visit_of(context, patient, ground, data)
    )  # fmt: skip
    judge = Judge(context)
    sealed, shut = sealed_of(facts), closed_to_others(facts)
    binding = ground.basis is not None and ground.basis.binding
    out, fits = Taken(), []
    for number, kind, form, category, level, labels, state in rows:
        if kind == FORMS and form not in forms:
            continue
        marks = frozenset(Sensitivity(one) for one in labels)
        if view.labels and not marks & view.labels:
            continue
        if not judge.allows(Category(category), Level(level)):
            out.left["right"] += 1
        elif above(Level(level), ground.limit):
            out.left["level"] += 1
        elif sealed & {0, number}:
            out.left["sealed"] += 1
        elif not binding and (shut is None or category in shut):
            out.left["restricted"] += 1
        elif ground.basis is None and not ground.said.covers(Category(category), marks):
            out.left["consent"] += 1
        elif form and state in UNFINISHED:
            out.left["unfinished"] += 1
        else:
            fits.append(number)
            out.forms[number] = form
    if len(fits) > most:
        raise Conflict(N_("记录过多，一次容纳不下。"), N_("请选择一次就诊，或分次办理。"))
    since = at - timedelta(days=view.days) if view.days else None
    opened = [one for one in records_of(context, patient, fits) if since is None or one.when() >= since]
    chosen = numbers_of(context, patient, data)
    if chosen - {one.number for one in opened}:
        raise Invalid(places=(("records", N_("所选记录不在可提供的范围内")),))
    if maker.begins is not None and not chosen:
        chosen = one_record(context, patient, opened, maker, data.label)
    for one in opened:
        (out.records if not chosen or one.number in chosen else out.unchosen).append(one)
    if out.unchosen:
        out.left["unchosen"] = len(out.unchosen)
    return out


def one_record(context: WriteContext, patient: int, opened: list[Found], maker: Maker, label: str) -> frozenset[int]:
    """The newest record of which such a content can be made, with what belongs to it; 0 alone when there is none."""
    fit = [one for one in opened if maker.begins is not None and maker.begins(label, one.resource)]
    if not fit:
        return frozenset({0})
    newest = max(fit, key=lambda one: (one.when(), one.kind == FORMS, one.number))  # a form says more than its report
    told = maker.parts(newest.resource) if maker.parts is not None else frozenset()
    public = context.runtime.public
    return frozenset({
        newest.number, *(one.number for one in opened if f"{one.kind}/{public(patient, one.number)}" in told),
    })  # fmt: skip


def visit_of(context: WriteContext, patient: int, ground: Terms, data: Share) -> int:
    """The visit that is shared: the one that was named, else the newest where the view is of one visit; 0 for all."""
    if not data.visit and ground.view.days:
        return 0
    wanted = 0
    if data.visit:
        pair = context.runtime.ids.internal(data.visit)
        if pair is None or pair[0] != patient:
            raise Invalid(places=(("visit", N_("不是该患者的就诊")),))
        wanted = pair[1]
    found = context.rows(VISIT_SQL, patient, wanted)
    if not found:
        raise Invalid(places=(("visit", N_("不是该患者的就诊")),))
    return int(found[0][0])


def numbers_of(context: WriteContext, patient: int, data: Share) -> frozenset[int]:
    """The records that were chosen; Invalid for what is none of the patient's."""
    out = set()
    for one in data.records:
        pair = context.runtime.ids.internal(one)
        if pair is None or pair[0] != patient:
            raise Invalid(places=(("records", N_("所选记录不在可提供的范围内")),))
        out.add(pair[1])
    return frozenset(out)


class Judge:
    """Whether the sharer may read a record: for the purpose it is shared for, or because they treat the patient."""

    def __init__(self, context: WriteContext) -> None:
        """Ask the rules once for each category and level."""
        self._context = context
        assert context.patient is not None  # noqa: S101 -- sharing has a target, which `taken` looked at
        self._pairs = self._of(context.patient, context.operation.purpose)
        if context.operation.purpose is not Purpose.TREATMENT:
            self._pairs |= self._of(ungranted(context.patient), Purpose.TREATMENT)

    def _of(self, patient: f.PatientFacts, purpose: Purpose) -> frozenset[tuple[str, str]]:
        context = self._context
        asked: Operation = replace(context.operation, verb=Verb.READ, purpose=purpose, data=None)
        base = f.vector(asked, context.actor, patient, state=RecordState.ENTERED)
        narrowed = tuple(f.narrow(asked, context.actor, patient, *pair) for pair in PAIRS)
        return frozenset(zip(*allowed_pairs(context.runtime, base, narrowed), strict=True))

    def allows(self, category: Category, level: Level) -> bool:
        """Whether a record of that category and level may be read."""
        return (category.value, level.value) in self._pairs


def ungranted(patient: f.PatientFacts) -> f.PatientFacts:
    """The same facts without grants: those at hand are for another purpose."""
    row = list(patient.row)
    row[f.GRANTS] = []
    return patient._replace(row=row)
