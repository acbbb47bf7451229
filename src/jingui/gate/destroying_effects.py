"""三（一）3 续存与销毁: what an approved list and an approved extension do [3.1.3]"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from jingui.core.calendars import CHINA
from jingui.core.destruction import LineState
from jingui.core.errors import Conflict, Invalid
from jingui.core.permit import Permit
from jingui.core.retention import CONTENT
from jingui.core.word import N_
from jingui.core.words import RetentionClass
from jingui.crypto.envelope import aad
from jingui.gate import destroying_list as lists
from jingui.gate import settings
from jingui.gate.effects import Effected, Granting, checking, effect, row_checking
from jingui.gate.retention import known_now
from jingui.gate.rows import keep, locked
from jingui.gate.sealing import identity_key
from jingui.gate.writing import WriteContext
from jingui.store.models import Destruction, Extension, Matter, Patient

NAMES: Final = {one.value for one in CONTENT}


@row_checking("destruction")
def destruction_asked(context: WriteContext, permit: Permit, row: Matter, answers: Mapping[str, str]) -> None:
    """Nobody asks for the destruction of a list that was not drawn up [3.1.3]."""
    lines = lists.lines_of(context, row.pk)
    if not lines:
        raise Invalid(N_("还没有列销毁清册。"), N_("请在到期清单上选择病历，列清册后提交。"),
                      places=(("count", N_("清册为空")),))  # fmt: skip
    lists.unchanged(context, row, dict(answers), lines)


@effect("destruction")
def destruction(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """The list is approved: exactly the lines that were decided about [3.1.3]."""
    rows = lists.lines_of(context, granting.row.pk)
    lists.unchanged(context, granting.row, dict(granting.answers), rows)
    for row in rows:
        row.state = LineState.APPROVED.value
        keep(context, row)
    patients = tuple(sorted({row.patient_id for row in rows}))
    return Effected(patients=patients, lines=tuple(context.line(one) for one in patients))


@checking("extension")
def extension_asked(context: WriteContext, permit: Permit, answers: Mapping[str, str]) -> None:
    """Some class, and a day that lies ahead and within what one appraisal may give [3.1.3]."""
    wanted(context, permit, answers)


def wanted(context: WriteContext, permit: Permit, answers: Mapping[str, str]) -> tuple[list[str], date]:
    """The classes and the day; Invalid names what is wrong."""
    names = [one for one in answers["classes"].split(",") if one in NAMES]
    until, today = date.fromisoformat(answers["until"]), permit.at.astimezone(CHINA).date()
    most = settings.number(context.runtime, context.epoch, "extension_days")
    wrong = [] if names else [("classes", N_("请选择类别"))]
    if until <= today:
        wrong.append(("until", N_("续存的截止日期须在今后")))
    if until > today + timedelta(days=most):
        wrong.append(("until", N_("超出一次续存允许的天数")))
    if wrong:
        raise Invalid(places=tuple(wrong))
    return names, until


@effect("extension")
def extension(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """Keep the classes until that day; what was destroyed meanwhile cannot be kept [3.1.3]."""
    patient = granting.row.patient_id
    names, until = wanted(context, permit, granting.answers)
    locked(context, Patient, patient)  # as a destruction does: whoever comes second sees what the first did
    there = known_now(context.runtime, [patient], permit.at)[patient].classes(patient)
    gone = Destruction.objects.filter(patient_id=patient, retention_class__in=names, state__in=("erasing", "destroyed"))
    if any(one.retention_class not in there for one in gone):
        raise Conflict(N_("所选病历已经销毁，不能续存。"))
    key = identity_key(context.runtime, patient)
    for name in names:
        number = context.runtime.number(context.runtime.clock.now())
        row = Extension(
            patient_id=patient, extension_id=number, retention_class=RetentionClass(name).value, until=until,
            matter=granting.row.pk, at=permit.at,
            payload=key.cipher.seal(
                granting.answers["reason"].encode(), aad(patient, number, 0, "extension", "reason")
            ),
        )  # fmt: skip
        keep(context, row, new=True)
    return Effected(bump=True, patients=(patient,), lines=(context.line(patient),))
