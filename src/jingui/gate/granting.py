"""四（一）1 审批与范围: what an approved matter grants: exactly that, for that time, and nothing wider [4.1.1]"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from jingui.core.access_operations import Scope
from jingui.core.errors import Invalid
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Category, Level, Purpose
from jingui.gate import settings
from jingui.gate.cohorts import cohort
from jingui.gate.effects import Effected, Granting, checking, effect, ending
from jingui.gate.rows import keep, next_id
from jingui.gate.writing import WriteContext
from jingui.store.models import Department, Grant, Matter, Post, PostGrant

STATISTICS = "statistics"  # a right to one count; no purpose of reading has this name, so it opens no chart
GRANTED = frozenset({Purpose.TREATMENT, Purpose.MANAGEMENT, Purpose.QUALITY, Purpose.TEACHING, Purpose.RESEARCH,
                     Purpose.OVERSIGHT, Purpose.PAYMENT, Purpose.PUBLIC_HEALTH})  # fmt: skip


def new_grant(
    context: WriteContext, patient: int, person: int, purpose: str, categories: Sequence[str], *, matter: int,
    starts: datetime, ends: datetime,
) -> Grant:  # fmt: skip
    """Keep a new grant, sealed to this operation."""
    row = Grant(
        patient_id=patient, grant_id=context.runtime.number(context.runtime.clock.now()), person_id=person,
        purpose=purpose, categories=list(categories), matter=matter, starts=starts, ends=ends,
    )  # fmt: skip
    keep(context, row, new=True)
    return row


def chosen(answers: Any, name: str, known: frozenset[str]) -> tuple[str, ...]:
    """The words of a list answer; Invalid for one that is none of `known`."""
    words = tuple(dict.fromkeys(one for one in answers.get(name, "").split(",") if one))
    if not set(words) <= known:
        raise Invalid(places=((name, N_("没有这一项。")),))
    return words


def categories_of(answers: Any) -> tuple[str, ...]:
    """What is opened: the named categories, and who the patient is (no chart opens without that); () for all."""
    named = chosen(answers, "categories", frozenset(one.value for one in Category))
    return tuple(sorted({*named, Category.BASIC.value})) if named else ()


@effect("access_grant")
def access_grant(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """内部查阅: the starter reads this patient's named categories for the named purpose, for the named days [4.1.1]."""
    row, answers = granting.row, granting.answers
    purpose = answers["purpose"]
    if purpose not in {one.value for one in GRANTED}:
        raise Invalid(places=(("purpose", N_("没有这一项。")),))
    categories = categories_of(answers)
    longest = settings.number(context.runtime, context.epoch, "access_grant_days")
    until = permit.at + timedelta(days=min(int(answers["days"]), longest))
    patients = listed(context, permit, row.patient_id, answers)
    for one in patients:
        new_grant(context, one, row.person_id, purpose, categories, matter=row.pk, starts=permit.at, ends=until)
    more = patients if not row.patient_id else ()  # a list's patients learn of it each in their own chart
    return Effected(until=until, lines=tuple(context.line(one) for one in more), patients=more)


@checking("access_grant")
def access_grant_asked(context: WriteContext, permit: Permit, answers: Mapping[str, str]) -> None:
    """Every number of a list is somebody's, nobody asks about themselves [4.1.1]."""
    if "patients" in answers:
        cohort(context, answers["patients"], permit.person)


def listed(context: WriteContext, permit: Permit, patient: int, answers: Mapping[str, str]) -> tuple[int, ...]:
    """The patients that a matter is about: its own, or those of its list."""
    return (patient,) if patient else cohort(context, answers["patients"], permit.person)


@ending("access_grant")
def access_grant_ends(context: WriteContext, permit: Permit, row: Matter) -> None:
    """What the matter granted ends with it."""
    theirs = Grant.objects.select_for_update().filter(person_id=row.person_id, matter=row.pk, ends__gt=permit.at)
    for one in theirs.order_by("patient_id", "grant_id"):
        context.runtime.sealer.check(one)
        one.ends = permit.at
        keep(context, one)


@effect("post_grant")
def post_grant(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """岗位常设授权: the starter's post reads its worklist for its purpose, reviewed within the year [4.1.1]."""
    row, answers = granting.row, granting.answers
    post = Post.objects.filter(pk=row.post_id, person_id=row.person_id, state="active").first()
    if post is None:
        raise Invalid(N_("申请人已不在该岗位。"), places=(("post", N_("岗位已终止")),))
    context.runtime.sealer.check(post)
    levels = chosen(answers, "level", frozenset(one.value for one in Level))
    departments = [int(answers["department"])] if answers.get("department") else []
    if departments and Department.objects.filter(pk__in=departments, active=True).count() != len(departments):
        raise Invalid(places=(("department", N_("没有这个科室。")),))
    until = permit.at + timedelta(days=settings.number(context.runtime, context.epoch, "post_grant_days"))
    made = PostGrant(
        id=next_id(PostGrant), post_id=row.post_id, person_id=row.person_id, purpose=answers["purpose"],
        categories=list(categories_of(answers)),
        level=levels[0] if levels else Level.ORDINARY.value, departments=departments,
        days=int(answers.get("days", "0")), matter=row.pk, starts=permit.at, ends=until,
    )  # fmt: skip
    keep(context, made, new=True)
    return Effected(until=until, bump=True)  # known with the holder's facts, which may be a second old


@ending("post_grant")
def post_grant_ends(context: WriteContext, permit: Permit, row: Matter) -> None:
    """The standing grant ends with its matter."""
    for one in PostGrant.objects.select_for_update().filter(matter=row.pk, ended=False):
        context.runtime.sealer.check(one)
        one.ended, one.ends = True, min(one.ends, permit.at)
        keep(context, one)


@effect("statistics_right")
def statistics_right(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """统方: the right to one count of exactly what was approved, for the person who asked [4.1.3]."""
    row, answers = granting.row, granting.answers
    scope = scope_of(answers)
    until = permit.at + timedelta(days=settings.number(context.runtime, context.epoch, "statistics_days"))
    new_grant(context, 0, row.person_id, STATISTICS, scope.words(), matter=row.pk, starts=permit.at, ends=until)
    return Effected(until=until)


@ending("statistics_right")
def statistics_right_ends(context: WriteContext, permit: Permit, row: Matter) -> None:
    """A right that was not used ends with its matter."""
    access_grant_ends(context, permit, row)


def scope_of(answers: Any) -> Scope:
    """The scope that was approved; Invalid when the period runs backwards."""
    scope = Scope.of((answers["subject"], answers["per"], answers["first"], answers["last"]))
    if scope.first > scope.last:
        raise Invalid(places=(("last", N_("结束日期不能早于开始日期")),))
    return scope
