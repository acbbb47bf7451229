"""二（二）1 录入资质: training, examination, privilege, recognition: what they let a person write [2.2.1]"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any, cast

from jingui.core.capture import Template
from jingui.core.errors import Invalid, NotFound, Tampered
from jingui.core.permit import Permit
from jingui.core.signatures import Qualify
from jingui.core.word import N_
from jingui.core.words import Role
from jingui.gate.actors import CHINA
from jingui.gate.registry import Done
from jingui.gate.rows import keep, next_id
from jingui.gate.runtime import Runtime
from jingui.gate.writing import WriteContext
from jingui.store.models import Person, Qualification
from jingui.store.statements import Columns

KINDS = frozenset({"training", "examination", "privilege", "recognition"})
VISITING = "visiting"  # 进修: kind of a person who writes only after the hospital's own recognition
WHOLE = "*"  # a subject: everything
ROW = Columns()
ROW.sealed("q", "qualification")
ROWS_SQL = f"SELECT {ROW.sql} FROM qualification q WHERE q.person_id = ANY($1::bigint[]) ORDER BY q.id"  # noqa: S608 -- own texts
KINDS_SQL = "SELECT id, kind FROM person WHERE id = ANY($1::bigint[])"
Held = Mapping[int, Sequence[Sequence[Any]]]
"""By person: their genuine qualification rows, oldest first."""


def genuine(runtime: Runtime, rows: Iterable[Sequence[Any]]) -> Held:
    """The rows by person; Tampered names the first that is not as it was written."""
    group = ROW.groups["q"]
    out: dict[int, list[Sequence[Any]]] = {}
    for row in rows:
        if not runtime.sealer.holds("qualification", group.values(row), group.mac(row)):
            raise Tampered(where=f"qualification:{row[ROW.at['q.id']]}")
        out.setdefault(row[ROW.at["q.person_id"]], []).append(row)
    return out


def standing(rows: Sequence[Sequence[Any]], subject: str, kinds: frozenset[str], at: datetime) -> bool | None:
    """What the newest result in this subject says now: passed and in force, or not; None when there is none."""
    get = ROW.at
    found: bool | None = None
    for row in rows:
        if row[get["q.subject"]] != subject or row[get["q.kind"]] not in kinds or row[get["q.starts"]] > at:
            continue
        ends = row[get["q.ends"]]
        found = bool(row[get["q.passed"]]) and (ends is None or at < ends)
    return found


def qualified(template: Template, role: Role, person_kind: str, rows: Sequence[Sequence[Any]], at: datetime) -> bool:
    """Whether this person in this post may write this kind of document.

    A template names the posts that write it, and perhaps a privilege that they need; a failed or lapsed result in the
    template itself stops its writer; 进修 write after the hospital's recognition, as a whole or for this template.
    """
    recognition, learnt = frozenset({"recognition"}), KINDS - {"recognition"}
    if person_kind == VISITING:
        whole = standing(rows, WHOLE, recognition, at)
        if not (whole or standing(rows, template.name, recognition, at)):
            return False
    if template.writers and role not in template.writers:
        return False
    if template.privilege and not standing(rows, template.privilege, learnt, at):
        return False
    return all(standing(rows, subject, learnt, at) is not False for subject in (template.name, WHOLE))


def qualify(context: WriteContext, permit: Permit) -> Done:
    """Record a result; an earlier one in the same subject stays as history, the newest counts."""
    data = cast(Qualify, permit.operation.data)
    if data.kind not in KINDS:
        raise Invalid(places=(("kind", N_("没有这种资质类别")),))
    subject = data.subject.strip()
    if not subject or len(subject) > 40:
        raise Invalid(places=(("subject", N_("须写明培训、考核或授权的内容")),))
    if data.ends is not None and data.ends < data.starts:
        raise Invalid(places=(("ends", N_("截止日期不能早于开始日期")),))
    person = Person.objects.filter(pk=data.person).first()
    if person is None:
        raise NotFound(N_("没有这名人员。"))
    context.runtime.sealer.check(person)
    starts = datetime.combine(data.starts, time(), CHINA)
    ends = None if data.ends is None else datetime.combine(data.ends, time.max, CHINA)
    row = Qualification(
        id=next_id(Qualification), person_id=data.person, kind=data.kind, subject=subject, passed=data.passed,
        starts=starts, ends=ends, matter=data.matter,
    )  # fmt: skip
    keep(context, row, new=True)
    return Done(value=row.pk, bump=not data.passed)
