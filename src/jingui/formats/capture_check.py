"""二（一）1 必要、准确、完整: typed answers against a template: clean values, faults, completeness [2.1.1] [2.2.2]"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from typing import Any, Final

from jingui.core.capture import Checked, Fault, Item, ItemKind, Necessity, Template
from jingui.core.word import N_
from jingui.formats.capture_rules import broken
from jingui.formats.capture_values import Moment, Wrong, clean, empty
from jingui.formats.codetables import Tables, in_force
from jingui.formats.fhir_dates import CHINA

ROWS: Final = 200  # of one group
FAULTS: Final = 200
ADULT_DAYS: Final = 14 * 365  # the usual ranges are those of adults: below this age nothing is warned of
MISSING: Final = N_("请填写。")
_SEXES: Final = {"1": "male", "2": "female", "male": "male", "female": "female"}


@dataclass(slots=True)
class _Work:
    """What is gathered while a form is gone through."""

    moment: Moment
    sex: str
    child: bool
    errors: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    typed: dict[str, list[int]] = field(default_factory=dict)  # group: which typed rows its clean rows were
    weight: int = 0
    reached: int = 0

    def wrong(self, path: str, text: str, **data: str) -> None:
        if len(self.errors) < FAULTS:
            self.errors.append(Fault(path=path, text=text, data=data))

    def warn(self, path: str, text: str) -> None:
        if len(self.warnings) < FAULTS:
            self.warnings.append(Fault(path=path, text=text))

    def count(self, needed: bool, answered: bool) -> None:
        weight = 3 if needed else 1
        self.weight += weight
        self.reached += weight * answered


def check(
    template: Template, answers: Mapping[str, Any], *, today: date | datetime, sex: str = "",
    age_days: int | None = None, tables: Tables | None = None, zone: tzinfo = CHINA,
) -> Checked:  # fmt: skip
    """Judge answers as they were typed (or as they are stored: clean ones stay as they are).

    `today` is the present moment; a plain date means its end. `sex` is GB/T 2261.1 or FHIR, "" unknown. Never raises
    for what people typed: everything wrong stands in the result, with nothing of the content in the texts.
    """
    now = today if isinstance(today, datetime) else datetime.combine(today, time.max, zone)
    moment = Moment(now=now, zone=zone, tables=tables or in_force())
    child = age_days is not None and age_days < ADULT_DAYS
    work = _Work(moment=moment, sex=_SEXES.get(sex, ""), child=child)
    out = _level(template.items(), answers, "", {}, work)
    said = {fault.path for fault in work.errors}
    for rule, fault in broken(template, out, work.typed):
        if fault.path not in said:  # a value that was not taken cannot break a rule besides
            (work.warnings if rule.warns else work.errors).append(fault)
    completeness = 100 if not work.weight else work.reached * 100 // work.weight
    return Checked(
        answers=out, errors=tuple(work.errors), warnings=tuple(work.warnings), completeness=completeness,
    )  # fmt: skip


def _level(
    items: tuple[Item, ...], answers: Mapping[str, Any], prefix: str, above: Mapping[str, Any], work: _Work
) -> dict[str, Any]:
    """The clean values of one level: the form itself, or one row of a group."""
    known = {item.link for item in items}
    for name in answers:
        if name not in known:
            work.wrong(f"{prefix}{str(name)[:64]}", N_("模板中没有这一项，不予采集。"))
    out: dict[str, Any] = {}
    failed: set[str] = set()
    for item in items:
        value = answers.get(item.link)
        if empty(value):
            continue
        before = len(work.errors)
        found = _value(item, value, prefix + item.link, out, work)
        if not empty(found):
            out[item.link] = found
        elif len(work.errors) > before:
            failed.add(item.link)
    for item in items:
        asked = not item.sex or not work.sex or item.sex == work.sex
        if not asked:
            if out.get(item.link):  # `False` says no more than that nothing is so
                work.wrong(prefix + item.link, N_("此项与患者性别不符。"))
            continue
        if item.link in out and out.get(item.when[0]) is False:
            work.wrong(prefix + item.link, N_("与前面所选的“否”不一致。"))
        needed = _needed(item, out, above)
        if needed and item.link not in out and item.link not in failed:
            work.wrong(prefix + item.link, MISSING)
        work.count(needed, item.link in out)
    return out


def _needed(item: Item, here: Mapping[str, Any], above: Mapping[str, Any]) -> bool:
    if item.necessity is not Necessity.CONDITIONAL:
        return item.necessity is Necessity.REQUIRED
    link, wanted = item.when
    value = here.get(link, above.get(link))
    if empty(value):
        return False
    return "*" in wanted or any(one in wanted for one in _words(value))


def _words(value: Any) -> Iterator[str]:
    """A clean value as a condition names it."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, bool):
            yield "true" if one else "false"
        elif isinstance(one, dict):
            yield str(one.get("code", ""))
        else:
            yield str(one)


def _value(item: Item, value: Any, path: str, above: Mapping[str, Any], work: _Work) -> Any:
    """One item's clean value, a repeated one's list, a group's rows; None for what is wrong."""
    if not item.repeats:
        return _one(item, value, path, work)
    if not isinstance(value, list):
        value = [value]
    if len(value) > ROWS:
        work.wrong(path, N_("最多%(limit)s行。"), limit=str(ROWS))
        return None
    if item.kind is not ItemKind.GROUP:
        each = (_one(item, one, f"{path}.{n}", work) for n, one in enumerate(value) if not empty(one))
        return [one for one in each if not empty(one)]
    rows = []
    for n, row in enumerate(value):
        if not isinstance(row, Mapping):
            work.wrong(f"{path}.{n}", N_("须为一行内容。"))
        elif not all(empty(one) for one in row.values()):
            made = _level(item.items, row, f"{path}.{n}.", above, work)
            if made:
                rows.append(made)
                work.typed.setdefault(path, []).append(n)
    return rows


def _one(item: Item, value: Any, path: str, work: _Work) -> Any:
    try:
        found, warning = clean(item, value, work.moment)
    except Wrong as wrong:
        work.wrong(path, wrong.text, **wrong.data)
        return None
    if warning and not (work.child and item.usual != (None, None)):
        work.warn(path, warning)
    return found
