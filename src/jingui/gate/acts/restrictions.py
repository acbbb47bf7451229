"""一（三）2 查阅限制: placed and lifted by the patient, binding at every entrance at once [1.3.2] [4.1.1]

They yield to 紧急救治 and to what the law orders; the rules say so, and the page tells the patient.
"""

from typing import cast
from uuid import UUID

from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.permit import Permit
from jingui.core.portal import RESTRICTIONS, LiftRestriction, PlaceRestriction
from jingui.core.word import N_
from jingui.core.words import Category, Verb
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, locked
from jingui.gate.writing import WriteContext
from jingui.store.models import Department, Patient, Person, Restriction

MOST = 100  # restrictions on one chart: more is a mistake, and every reading would pay for it
CATEGORIES = frozenset(Category) - {Category.NONE, Category.DIRECTORY}
ENTRY_SQL = """SELECT e.person_id, pe.kind FROM entry e JOIN person pe ON pe.id = e.person_id
WHERE e.id = $1::uuid AND (e.patient_id = $2::bigint OR e.patients @> ARRAY[$2::bigint])"""


@write_act(Verb.PLACE_RESTRICTION)
def place_restriction(context: WriteContext, permit: Permit) -> Done:
    """Close the target's chart, or some categories of it, to a person, a department or all who do not treat."""
    data, number = cast(PlaceRestriction, permit.operation.data), permit.operation.target.patient
    if data.kind not in RESTRICTIONS:
        raise Invalid(places=(("kind", N_("请选择限制的对象")),))
    categories = sorted({str(one) for one in data.categories})
    if not set(categories) <= CATEGORIES:
        raise Invalid(places=(("categories", N_("没有这种信息类别")),))
    if data.until is not None and data.until <= permit.at:
        raise Invalid(places=(("until", N_("截止时间须在今后")),))
    person = named(context, data, number) if data.kind == "person" else 0
    department = data.department if data.kind == "department" else 0
    if data.kind == "department" and not Department.objects.filter(pk=department, active=True).exists():
        raise Invalid(places=(("department", N_("请选择科室")),))
    locked(context, Patient, number)  # one change at a time
    standing = list(Restriction.objects.filter(patient_id=number, lifted=False))
    if len(standing) >= MOST:
        raise Conflict(N_("限制过多。"), N_("请先解除不再需要的限制。"))
    for row in standing:
        context.runtime.sealer.check(row)
        same = (row.kind, row.person_id, row.department_id) == (data.kind, person, department)
        if same and sorted(row.categories) == categories and (row.ends is None or row.ends > permit.at):
            raise Conflict(N_("已有同样的限制。"))
    made = Restriction(
        patient_id=number, restriction_id=context.runtime.number(context.runtime.clock.now()), kind=data.kind,
        person_id=person, department_id=department, categories=categories, starts=permit.at, ends=data.until,
    )  # fmt: skip
    keep(context, made, new=True)
    return Done(value=made.restriction_id, bump=True)


def named(context: WriteContext, data: PlaceRestriction, patient: int) -> int:
    """The member of staff: by staff number, or as who made an entry about this very chart."""
    if data.entry:
        try:
            rows = context.rows(ENTRY_SQL, UUID(data.entry), patient)
        except ValueError as error:
            raise Invalid(places=(("entry", N_("存证编号无效。")),)) from error
        if not rows or rows[0][1] == "patient":
            raise NotFound()
        return int(rows[0][0])
    found = Person.objects.filter(staff_no=data.staff_no.strip()).exclude(kind="patient").first()
    if found is None:
        raise Invalid(places=(("staff_no", N_("没有这个工号")),))
    return found.pk


@write_act(Verb.LIFT_RESTRICTION)
def lift_restriction(context: WriteContext, permit: Permit) -> Done:
    """Lift one restriction of the target; the row stays as history."""
    data, number = cast(LiftRestriction, permit.operation.data), permit.operation.target.patient
    locked(context, Patient, number)
    row = locked(context, Restriction, (number, data.restriction))
    if row.lifted:
        raise Conflict(N_("该限制已经解除。"))
    row.lifted = True
    keep(context, row)
    return Done(value=row.restriction_id, bump=True)
