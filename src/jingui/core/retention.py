"""三（一）3 保存期限: until when a person's records of a class are kept, and every fact that says so [3.1.3]

Pure: `term` takes what is known of one person (all linked identities together) and gives a date with its reasons, or no
date. What is not known keeps: an open stay, a visit without an end, a hold. Nothing here shortens what the law asks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from jingui.core.word import N_
from jingui.core.words import Hold, RetentionClass

YEARS: Final[Mapping[RetentionClass, str]] = {  # the setting that holds the years of each class
    RetentionClass.INPATIENT: "inpatient_years",
    RetentionClass.OUTPATIENT: "outpatient_years",
    RetentionClass.PSYCHIATRIC: "psychiatric_years",
}
CONTENT: Final = tuple(YEARS)  # the classes that hold what was done; identity goes last, the directory never
ADULT: Final = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit's outline in days of the hospital. `ends` None: not known, or `going_on`."""

    inpatient: bool
    starts: date
    ends: date | None
    going_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A hold or a sealing that stands."""

    kind: Hold
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person: visits of all linked identities, the classes that there are, what stops or lengthens."""

    visits: tuple[Visit, ...] = ()
    classes: frozenset[RetentionClass] = frozenset()
    loose: date | None = None  # the newest entry that names no visit
    registered: date | None = None
    birth: date | None = None
    deceased: bool = False
    holds: tuple[Standing, ...] = ()
    extensions: tuple[tuple[RetentionClass, date], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One sentence of the reasons: a msgid and what stands in its gaps; values that begin with N_ are msgids too."""

    text: str
    values: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """`until` is the last day of keeping, None when there is no date; `due` when that day is over and nothing stops."""

    retention_class: RetentionClass
    until: date | None
    facts: tuple[Fact, ...]
    holds: tuple[Standing, ...] = ()

    def due(self, today: date) -> bool:
        """Whether it may be appraised for destruction on this day."""
        return self.until is not None and today > self.until and not self.holds


def later(day: date, years: int) -> date:
    """The same day `years` on; where there is no 29th of February, the 1st of March: never a day too short."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def term(person: Person, which: RetentionClass, settings: Mapping[str, int | str]) -> Term:
    """Until when this person's records of the class are kept, and why [3.1.3]."""
    if which is RetentionClass.DIRECTORY:
        return Term(retention_class=which, until=None, facts=(Fact(text=N_("机构目录长期保存")),))
    if which is RetentionClass.IDENTITY:
        return identity(person, settings)
    unknown = undetermined(person)
    if unknown:
        return Term(retention_class=which, until=None, facts=unknown, holds=person.holds)
    until, facts = counted(person, which, int(settings[YEARS[which]]))
    if until is None:
        return Term(retention_class=which, until=None, facts=facts, holds=person.holds)
    grown, why = minor(person, int(settings.get("minor_keep_years", 0)))
    if grown is None and why:
        return Term(retention_class=which, until=None, facts=(*facts, *why), holds=person.holds)
    if grown is not None and grown > until:
        until, facts = grown, (*facts, *why)
    for kind, day in person.extensions:
        if kind is which and day > until:
            until = day
            facts = (*facts, Fact(text=N_("鉴定续存至 %(day)s"), values=(("day", day.isoformat()),)))
    if person.deceased:
        facts = (*facts, Fact(text=N_("患者已故，期限不因此缩短")))
    return Term(retention_class=which, until=until, facts=facts + stops(person.holds), holds=person.holds)


def undetermined(person: Person) -> tuple[Fact, ...]:
    """Why nothing can be counted yet: a stay that goes on, or visits whose end nobody knows."""
    staying = [one for one in person.visits if one.ends is None and one.inpatient and one.going_on]
    if staying:
        since = min(one.starts for one in staying)
        return (Fact(text=N_("%(day)s 入院，仍在院，期限未起算"), values=(("day", since.isoformat()),)),)
    open_ = [one.starts for one in person.visits if one.ends is None]
    return tuple(
        Fact(text=N_("%(day)s 的就诊没有结束时间，期限无法起算"), values=(("day", day.isoformat()),))
        for day in sorted(open_)[:3]
    )


def counted(person: Person, which: RetentionClass, years: int) -> tuple[date | None, tuple[Fact, ...]]:
    """The day that the law's term ends and from what it is counted."""
    ended = [one for one in person.visits if one.ends is not None]
    stays = [one.ends for one in ended if one.inpatient and one.ends]
    days = [one.ends for one in ended if one.ends] + ([person.loose] if person.loose else [])
    name = which.label
    if which is RetentionClass.INPATIENT and stays:
        start, text = max(stays), N_("最近一次出院 %(start)s，%(class)s保存 %(years)s 年：%(day)s")
        if person.loose and person.loose > start:  # an entry that names no visit: who knows which stay it is of
            start, text = person.loose, N_("最近一次未注明就诊的记录 %(start)s，%(class)s保存 %(years)s 年：%(day)s")
    elif days:
        start, text = max(days), N_("最近一次就诊或出院 %(start)s，%(class)s保存 %(years)s 年：%(day)s")
    elif person.registered:
        start, text = person.registered, N_("没有就诊记录，登记于 %(start)s，%(class)s保存 %(years)s 年：%(day)s")
    else:
        return None, (Fact(text=N_("没有可以起算的就诊，期限无法起算")),)
    until = later(start, years)
    facts = [
        Fact(text=text, values=(
            ("start", start.isoformat()), ("years", years), ("day", until.isoformat()), ("class", name),
        ))
    ]  # fmt: skip
    older = len([day for day in (stays if which is RetentionClass.INPATIENT and stays else days) if day < start])
    if older:
        facts.append(Fact(text=N_("此前 %(n)s 次的各册一并顺延"), values=(("n", older),)))
    if which is RetentionClass.PSYCHIATRIC:
        facts.append(Fact(text=N_("精神障碍患者的门诊病历同样不少于 30 年")))
    return until, tuple(facts)


def minor(person: Person, years: int) -> tuple[date | None, tuple[Fact, ...]]:
    """What the hospital wants kept of somebody who was under age at the last visit: until adulthood and `years` on."""
    last = max((one.ends or one.starts for one in person.visits), default=person.registered)
    if not years or last is None:
        return None, ()
    if person.birth is None:
        return None, (Fact(text=N_("出生日期不明，无法判断是否未成年，期限无法确定")),)
    adult = later(person.birth, ADULT)
    if last >= adult:
        return None, ()
    day = later(person.birth, ADULT + years)
    values = (("birth", person.birth.isoformat()), ("years", years), ("day", day.isoformat()))
    text = N_("末次就诊时未成年（%(birth)s 出生），保存至成年后 %(years)s 年：%(day)s")
    return day, (Fact(text=text, values=values),)


def identity(person: Person, settings: Mapping[str, int | str]) -> Term:
    """Identity is kept as long as anything else of the person; with nothing else left, as an outpatient's."""
    rest = sorted(person.classes & set(CONTENT), key=CONTENT.index)
    which = RetentionClass.IDENTITY
    if not rest:
        bare = term(person, RetentionClass.OUTPATIENT, settings)
        fact = Fact(text=N_("其他病历均已销毁，身份信息随之处置"))
        return Term(retention_class=which, until=bare.until, facts=(*bare.facts, fact), holds=person.holds)
    terms = [term(person, one, settings) for one in rest]
    days = [one.until for one in terms if one.until is not None]
    whole = len(days) == len(terms)
    names = "、".join(one.label for one in rest)
    fact = Fact(text=N_("身份信息保存到其他病历全部销毁为止（尚有：%(classes)s）"), values=(("classes", names),))
    facts = (fact, *terms[0].facts) if not whole else (fact, *max(terms, key=lambda one: one.until or date.max).facts)
    return Term(retention_class=which, until=max(days) if whole else None, facts=facts, holds=person.holds)


def stops(holds: Sequence[Standing]) -> tuple[Fact, ...]:
    """What must not vanish although its term may be over."""
    out = []
    for one in holds:
        values: list[tuple[str, str | int]] = [("kind", one.kind.label), ("day", one.since.isoformat())]
        text = N_("%(kind)s（%(day)s 起），解除前不得销毁")
        if one.until is not None:
            text = N_("%(kind)s（%(day)s 至 %(until)s），期间不得销毁")
            values.append(("until", one.until.isoformat()))
        out.append(Fact(text=text, values=tuple(values)))
    return tuple(out)
