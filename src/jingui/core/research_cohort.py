"""四（二）4 教学科研: a cohort as closed data: what is asked is what was approved, letter by letter [4.2.4]"""

import json
import re
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

from jingui.core.errors import Invalid
from jingui.core.word import N_
from jingui.core.words import EncounterKind

SEXES: Final = ("male", "female")
CODE: Final = re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Zx]{0,6})?\Z")
MOST: Final = 50
OLDEST: Final = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Patients with a visit that fits and with any (or `every`) of the diagnoses. Empty means no condition."""

    diagnoses: tuple[str, ...] = ()  # beginnings of ICD-10 codes
    every: bool = False
    first: date | None = None  # the visit began in these days, both included
    last: date | None = None
    sex: str = ""
    youngest: int = 0  # age in years at the visit
    oldest: int = OLDEST
    departments: tuple[str, ...] = ()  # codes
    visits: tuple[str, ...] = ()

    def words(self) -> str:
        """The query as canonical JSON: the same query has the same text."""
        plain = {one.name: _plain(getattr(self, one.name)) for one in fields(self)}
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def of(cls, text: str) -> "Cohort":
        """The query that `text` is; Invalid when it is none."""
        try:
            found: dict[str, Any] = json.loads(text)
            first, last = (date.fromisoformat(found[name]) if found[name] else None for name in ("first", "last"))
            made = cls(
                diagnoses=_texts(found["diagnoses"]), every=bool(found["every"]), first=first, last=last,
                sex=str(found["sex"]), youngest=int(found["youngest"]), oldest=int(found["oldest"]),
                departments=_texts(found["departments"]), visits=_texts(found["visits"]),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Invalid(places=(("cohort", N_("队列条件无效")),)) from error
        if found.keys() != {one.name for one in fields(cls)}:
            raise Invalid(places=(("cohort", N_("队列条件无效")),))
        return made.checked()

    def checked(self) -> "Cohort":
        """The query with its lists in order; Invalid says what is wrong with it."""
        wrong = [
            (name, text)
            for name, text, bad in (
                ("diagnoses", N_("诊断编码须为 ICD-10 编码的开头，如 I21 或 I21.0"),
                 len(self.diagnoses) > MOST or not all(CODE.match(one) for one in self.diagnoses)),
                ("last", N_("结束日期不能早于开始日期"),
                 self.first is not None and self.last is not None and self.first > self.last),
                ("sex", N_("没有这一项。"), self.sex not in ("", *SEXES)),
                ("oldest", N_("年龄范围不正确"), not 0 <= self.youngest <= self.oldest <= OLDEST),
                ("departments", N_("没有这个科室。"),
                 len(self.departments) > MOST or not all(0 < len(one) <= 40 for one in self.departments)),
                ("visits", N_("没有这一项。"), not set(self.visits) <= {one.value for one in EncounterKind}),
            )
            if bad
        ]  # fmt: skip
        if wrong:
            raise Invalid(places=tuple(wrong))
        return Cohort(
            diagnoses=_ordered(self.diagnoses), every=self.every, first=self.first, last=self.last, sex=self.sex,
            youngest=self.youngest, oldest=self.oldest, departments=_ordered(self.departments),
            visits=_ordered(self.visits),
        )  # fmt: skip

    def coded(self, codes: frozenset[str]) -> bool:
        """Whether a patient with these diagnosis codes fits."""
        if not self.diagnoses:
            return True
        hit = [any(code.startswith(head) for code in codes) for head in self.diagnoses]
        return all(hit) if self.every else any(hit)

    def aged(self, age: int | None) -> bool:
        """Whether somebody of this age fits; an unknown age only where no age is asked for."""
        if age is None:
            return self.youngest == 0 and self.oldest == OLDEST
        return self.youngest <= age <= self.oldest


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value.isoformat() if isinstance(value, date) else value


def _texts(found: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in found)


def _ordered(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(words)))
