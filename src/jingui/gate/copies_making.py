"""四（二）1 制作复制件: the approval it rests on, its contents now and then, its price [4.2.1] [4.2.2]"""

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from jingui.core.errors import Conflict, Invalid, NotFound, Refused, Tampered
from jingui.core.matters.row import MatterKind, State
from jingui.core.permit import Permit
from jingui.core.release import PURPOSES, CopyState, Pages, Route
from jingui.core.settings import Value
from jingui.core.word import N_
from jingui.core.words import Hold
from jingui.formats import manifest
from jingui.formats.manifest import Manifest
from jingui.gate import copies_document, matters
from jingui.gate.actors import CHINA
from jingui.gate.copies import Opened
from jingui.gate.copies_document import Approval, Setting
from jingui.gate.copies_order import face_of
from jingui.gate.copies_taken import (
    RECORDS_SQL,
    SIGNED_SQL,
    VISITS_SQL,
    Found,
    Visit,
    found,
    visits,
)
from jingui.gate.matter_safe import safe_of
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Copy, Grant, Matter, Patient
from jingui.store.models import Hold as HoldRow

NUMBER: Final = re.compile(r"FZ\d{8}-(\d{1,18})-\d{1,6}", re.ASCII)
MOST_PAPER: Final = 50
MOST_PAGE: Final = 9_999
#: Which setting prices a page, by route; "" costs nothing.
TARIFFS: Final[Mapping[str, str]] = {
    Route.WINDOW: "copy_page_fee", Route.POST: "copy_page_fee", Route.PORTAL: "", Route.ESCORT: "",
}  # fmt: skip
POSTAGE: Final[Mapping[str, str]] = {Route.POST: "copy_post_fee"}
#: The route of what is not asked for by a patient.
ROUTES: Final[Mapping[str, Route]] = {"legal": Route.ESCORT, "sealing": Route.ESCORT}
#: Answers under which an approval lets somebody look and nothing more.
LOOKING: Final[Mapping[str, str]] = {"way": "see"}
LIVE: Final = (CopyState.PREPARED, CopyState.CONFIRMED, CopyState.STAMPED, CopyState.HANDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An approved matter, its answers, and how it was approved."""

    row: Matter
    kind: MatterKind
    answers: Mapping[str, str]

    @property
    def approval(self) -> Approval:
        """What the copy prints of it."""
        return Approval(matter=self.row.pk, kind=self.kind.id, step=self.kind.steps[-1].name, decided=self.row.decided)

    @property
    def route(self) -> Route:
        """How the copy reaches whom it is for."""
        return ROUTES.get(self.kind.copies) or Route(self.answers["route"])


def order(context: WriteContext, permit: Permit, number: int) -> Order:
    """The approved matter, locked and genuine, about this patient and for this purpose; Refused or Conflict otherwise.

    What it granted must be the maker's own: another approval for the same patient opens nothing here.
    """
    patient = permit.operation.target.patient
    opened = matters.opened(context, number)
    row, kind = opened.row, opened.kind
    if row.patient_id != patient or not kind.copies:
        raise NotFound()
    if row.state != State.EXECUTED or row.until is None or row.until <= permit.at:
        raise Conflict(N_("申请未通过审核，或办理期限已过，不能制作复制件。"), N_("期限已过的请重新申请。"))
    granted = Grant.objects.filter(patient_id=patient, person_id=permit.person, matter=number, ends__gt=permit.at)
    purpose = PURPOSES[kind.copies]
    if permit.operation.purpose is not purpose or not any(genuine(context, one, purpose.value) for one in granted):
        raise Refused(N_("此项申请不由您办理制作。"), N_("请由申请的经办人制作。"), clauses=kind.clauses,
                      reason="purpose")  # fmt: skip
    answers = safe_of(context.runtime, raw, number, patient).open_answers(row.payload)
    if any(answers.get(name) == said for name, said in LOOKING.items()):
        raise Conflict(N_("批准的是查阅，不含复制。"), N_("需要复制的请另行申请。"))
    return Order(row=row, kind=kind, answers=answers)


def genuine(context: WriteContext, grant: Grant, purpose: str) -> bool:
    """Whether a grant is for that purpose; Tampered when it is not as it was written."""
    context.runtime.sealer.check(grant)
    return bool(grant.purpose == purpose)


def paper_checked(paper: Sequence[Pages]) -> None:
    """Invalid for pages of a paper volume that cannot be."""
    wrong = [
        (f"paper.{n}", N_("请填写卷号和起止页"))
        for n, one in enumerate(paper)
        if not one.volume.strip() or len(one.volume) > 60 or not 1 <= one.first <= one.last <= MOST_PAGE
    ]
    if wrong or len(paper) > MOST_PAPER:
        raise Invalid(places=tuple(wrong) or (("paper", N_("卷数过多")),))


def records_of(context: WriteContext, patient: int, numbers: Sequence[int]) -> tuple[Found, ...]:
    """These records as they are now, opened and genuine."""
    rows = raw(RECORDS_SQL, patient, list(numbers))
    return found(context.runtime, patient, rows, raw(SIGNED_SQL, patient, list(numbers)))


def visits_known(context: WriteContext, patient: int) -> dict[int, Visit]:
    """The patient's visits, genuine."""
    return visits(context.runtime, raw(VISITS_SQL, patient))


def patient_face(context: WriteContext, patient: int) -> dict[str, Any]:
    """Who the patient is, from a genuine row. Not locked: setting the pages takes a while."""
    row = Patient.objects.filter(pk=patient).first()
    if row is None:
        raise NotFound()
    context.runtime.sealer.check(row)
    return face_of(context, row)


def sealed_of(context: WriteContext, patient: int, records: Sequence[Found]) -> tuple[str, ...]:
    """Which of these are sealed in a dispute (a hold of record 0 holds all); the original may be copied."""
    held = set()
    for one in HoldRow.objects.filter(patient_id=patient, kind=Hold.DISPUTE_SEAL.value, lifted=False):
        context.runtime.sealer.check(one)
        held.add(one.record_id)
    return tuple(context.runtime.public(patient, one.number) for one in records if held & {0, one.number})


def price(route: str, values: Mapping[str, Value], pages: int, copies: int) -> tuple[int, int]:
    """What the pages cost, and the postage."""
    tariff, postage = TARIFFS[route], POSTAGE.get(route, "")
    return (
        int(values[tariff]) * pages * copies if tariff else 0,
        int(values[postage]) if postage else 0,
    )


def around(
    context: WriteContext,
    found: Opened,
    order: Order,
    face: Mapping[str, Any],
    paper: Sequence[Pages],
    stamp: str,
    sealed: Sequence[str],
) -> Setting:
    """Everything about a prepared copy but its records."""
    return Setting(
        number=found.kept.number, secret=bytes.fromhex(found.kept.secret), face=face, answers=found.kept.answers,
        approval=order.approval, unfinished=found.kept.unfinished, withheld=found.kept.withheld,
        elsewhere=sum(found.kept.elsewhere.values()), paper=paper,
        made_at=found.row.prepared, stamp=stamp, sealed=sealed,
    )  # fmt: skip


def unchanged(context: WriteContext, found: Opened, body: bytes, face: Mapping[str, Any]) -> tuple[Found, ...]:
    """The records of a prepared copy, if each still says what both sides saw; Conflict when anything changed since."""
    if not hmac.compare_digest(bytes.fromhex(manifest.file_digest(body)), bytes(found.row.manifest)):
        raise Tampered(where=f"copy_made:{found.row.patient_id}.{found.row.copy_id}")
    said: Manifest = manifest.read(body)
    pairs = [context.runtime.ids.internal(one.id) for one in said.records]
    numbers = [pair[1] for pair in pairs if pair is not None and pair[0] == found.row.patient_id]
    records = records_of(context, found.row.patient_id, numbers)
    now = {context.runtime.public(found.row.patient_id, one.number): one for one in records}
    mark = manifest.patient_mark(
        bytes.fromhex(found.kept.secret), copies_document.name_of(face), copies_document.number_of(face)
    )
    same = mark == said.patient and len(now) == len(said.records) and all(
        one.id in now and now[one.id].version == one.version and manifest.file_digest(now[one.id].body) == one.digest
        for one in said.records
    )  # fmt: skip
    if not same:
        raise Conflict(N_("确认之后病历内容有变化，不能用印。"), N_("请重新制作复制件，由双方再次确认。"))
    taken = tuple(now[one.id] for one in said.records)
    if set(sealed_of(context, found.row.patient_id, taken)) != set(said.sealed):
        raise Conflict(N_("确认之后病历的封存状态有变化，不能用印。"), N_("请重新制作复制件，由双方再次确认。"))
    return taken


def sealed_in(body: bytes) -> tuple[str, ...]:
    """The records that a manifest calls sealed."""
    return tuple(manifest.read(body).sealed)


def pages_of(body: bytes) -> tuple[Pages, ...]:
    """The paper pages of a manifest."""
    out = []
    for one in manifest.read(body).paper:
        first, _, last = one.pages.partition("–")
        out.append(Pages(one.volume, int(first), int(last)))
    return tuple(out)


def live_of(matter: int) -> list[Copy]:
    """The copies of a matter that still count."""
    return list(Copy.objects.filter(matter=matter, state__in=[str(one) for one in LIVE]).order_by("prepared"))


def count_of(matter: int) -> int:
    """How many copies were ever made for a matter."""
    return Copy.objects.filter(matter=matter).count()


def matter_in(number: str) -> int:
    """The matter that a copy's number names; -1, which no matter has, for what is no such number."""
    found = NUMBER.fullmatch(number.strip())
    return int(found[1]) if found else -1


def number_for(at: datetime, matter: int, n: int) -> str:
    """The number people read out: the day, the matter, which copy of it."""
    return f"FZ{at.astimezone(CHINA):%Y%m%d}-{matter}-{n}"
