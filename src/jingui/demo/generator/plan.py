"""Who comes when and why: the visits and stays of every patient before a word is written [1.2]"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random

from jingui.core.words import EncounterKind
from jingui.demo.generator.hospital import ZONE
from jingui.demo.generator.lists import Table, scripts, table
from jingui.demo.generator.people import Registry
from jingui.demo.generator.shapes import Hospital, Identity

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
SPAN = 1060  # days told: three years, less a little
OPEN_EACH = 4  # patients in hospital now, per clinical department


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One planned encounter; stage is first, lead, follow, emergency, stay, observe or checkup."""

    kind: EncounterKind
    stage: str
    script: str
    start: datetime
    end: datetime | None
    bed: str = ""
    cycle: int = 1
    born: datetime | None = None
    admits: bool = False  # a visit that ends with the decision to admit
    grams: int = 0  # weight of the newborn, the same in both charts
    dies: bool = False


@dataclass(slots=True, kw_only=True)
class Life:
    """One patient's identity and planned encounters, in order of time, with a seed of its own."""

    who: Identity
    visits: list[Visit]
    seed: int


@dataclass(slots=True, kw_only=True)
class Planner:
    """Draws lives; knows which beds are taken now."""

    hospital: Hospital
    rng: Random
    now: datetime
    registry: Registry
    taken: dict[str, int] = field(default_factory=dict)

    def clock(self, day: date, kind: EncounterKind) -> datetime:
        """A time of day at which encounters of this kind start."""
        rng = self.rng
        hours = {EncounterKind.INTERNET: (19, 21), EncounterKind.EMERGENCY: (0, 23), EncounterKind.OBSERVATION: (0, 23)}
        early = kind is EncounterKind.CHECKUP or rng.random() < 0.65
        low, high = hours.get(kind, (8, 10) if early else (14, 16))
        return datetime.combine(day, time(rng.randint(low, high), rng.randrange(60)), ZONE)

    def bed(self, department: str, *, now: bool) -> str:
        """A bed of that department; the ones given out for now are never given twice."""
        beds = self.hospital.department(department).beds
        if not now:
            return self.rng.choice(beds).id
        place = self.taken.get(department, 0)
        self.taken[department] = place + 1
        return beds[place % len(beds)].id

    def short(self, kind: EncounterKind, stage: str, script: Table, at: datetime) -> Visit:
        """A visit without a bed; it ends after half an hour to half a day."""
        minutes = self.rng.randint(
            *{EncounterKind.EMERGENCY: (90, 260), EncounterKind.INTERNET: (25, 45)}.get(kind, (225, 400))
        )
        return Visit(kind=kind, stage=stage, script=script["id"], start=at, end=at + minutes * MINUTE)

    def stay(self, script: Table, start: datetime, *, open_now: bool, cycle: int = 1, dies: bool = False) -> Visit:
        """A stay with a bed, ended after the script's days or still going on."""
        rng, kind = self.rng, EncounterKind(script.get("stay_kind", "inpatient"))
        low, high = script["stay"]
        if kind is EncounterKind.OBSERVATION:
            end = start + rng.randint(low * 60, high * 60) * MINUTE
        elif dies:
            end = start + rng.randint(max(2, low), high) * DAY + rng.randint(60, 600) * MINUTE
        elif kind is EncounterKind.DAY:
            end = (start + DAY).replace(hour=10, minute=rng.randrange(60)) if high > 0 else start + 9 * HOUR
        else:
            end = (start + rng.randint(low, high) * DAY).replace(
                hour=rng.choice((9, 10, 11, 15)), minute=rng.randrange(60)
            )
        born = start + rng.randint(200, 560) * MINUTE if script.get("operation", {}).get("birth") else None
        return Visit(
            kind=kind,
            stage="observe" if kind is EncounterKind.OBSERVATION else "stay",
            script=script["id"],
            start=start,
            end=None if open_now else end,
            bed=self.bed(script["department"], now=open_now),
            cycle=cycle,
            born=born,
            grams=rng.randint(29, 38) * 100 + rng.randrange(0, 100, 5) if born else 0,
            dies=dies,
        )

    def wish(self, script: Table, given: Table, on: date) -> Table:
        """Sex and age as the script needs them, unless given."""
        sex = script.get("sex", "any")
        low, high = script["age"]
        drawn = {
            "sex": sex if sex != "any" else self.rng.choice(("male", "female")),
            "age": self.rng.randint(low, high),
        }
        if script.get("newborn"):
            drawn["birthday"] = on
        return {**drawn, **given}

    def followed(self, script: Table, since: datetime) -> list[Visit]:
        """Visits after the first contact or the stay."""
        found, at = [], since
        for _ in range(self.rng.randint(*script.get("after", (0, 1)))):
            at += self.rng.randint(*script.get("gap", (14, 30))) * DAY
            online = self.rng.random() < script.get("internet", 0.0)
            kind = EncounterKind.INTERNET if online else EncounterKind.OUTPATIENT
            start = self.clock(at.date(), kind)
            if start + 4 * HOUR < self.now:
                found.append(self.short(kind, "follow", script, start))
        return found

    def before(self, script: Table, start: datetime) -> list[Visit]:
        """Visits that lead to a stay."""
        found = []
        at = start
        for _ in range(self.rng.randint(*script.get("lead", (0, 0)))):
            at -= self.rng.randint(*script.get("lead_gap", (24, 33))) * DAY
            found.append(
                self.short(EncounterKind.OUTPATIENT, "lead", script, self.clock(at.date(), EncounterKind.OUTPATIENT))
            )
        for kind in script.get("before", []):
            if kind == "emergency":
                moment = start - self.rng.randint(110, 200) * MINUTE
                found.append(
                    replace(self.short(EncounterKind.EMERGENCY, "emergency", script, moment), end=start - 5 * MINUTE)
                )
            else:
                day = (start - self.rng.randint(1, 6) * DAY).date()
                at = self.clock(day, EncounterKind.OUTPATIENT)
                found.append(replace(self.short(EncounterKind.OUTPATIENT, "first", script, at), admits=True))
        return found

    def past(self, script: Table, given: Table) -> Life:
        """A patient whose story with this illness lies behind (or is being followed up)."""
        rng = self.rng
        reach = SPAN - 120 if script.get("after", [0, 1])[1] > 1 else SPAN
        day = (self.now - rng.randint(30, reach) * DAY).date()
        mode = given.get("mode")
        staying = (
            "stay" in script and mode != "visit" and (mode == "past" or rng.random() < script.get("stay_chance", 1.0))
        )
        visits: list[Visit] = []
        dies = bool(given.get("dies"))
        if staying:
            kind = EncounterKind.EMERGENCY if "emergency" in script.get("before", []) else EncounterKind.INPATIENT
            start = self.clock(day, kind)
            dies = dies or rng.random() < script.get("mortal", 0.0)
            visits = self.before(script, start)
            cycles = rng.randint(*script.get("cycles", (1, 1)))
            for cycle in range(1, cycles + 1):
                begun = start + (cycle - 1) * 21 * DAY
                if begun + 12 * DAY < self.now:
                    visits.append(self.stay(script, begun, open_now=False, cycle=cycle, dies=dies and cycle == cycles))
            last = visits[-1].end or visits[-1].start
            if not dies:
                visits += self.followed(script, last)
        else:
            kind = EncounterKind(script.get("visit_kind", "outpatient"))
            start = self.clock(day, kind)
            stage = {"emergency": "emergency", "checkup": "checkup"}.get(kind.value, "first")
            visits = [self.short(kind, stage, script, start), *self.followed(script, start)]
        died = visits[-1].end if staying and dies else None
        wish = self.wish(script, {**given, "deceased": died.date() if died else None}, visits[0].start.date())
        return self.life(wish, visits, other=not died)

    def present(self, script: Table, given: Table) -> Life:
        """A patient who is in hospital now."""
        rng = self.rng
        if script.get("stay_kind") == "observation":
            start = self.now - rng.randint(90, 1200) * MINUTE
        else:
            most = max(1, min(script["stay"][1] - 1, 6))
            least = 2 if script.get("operation", {}).get("birth") or script.get("newborn") else 0
            back = rng.randint(least, max(least, most))
            start = self.clock((self.now - back * DAY).date(), EncounterKind.INPATIENT)
            if start > self.now - HOUR:
                start = self.now - (rng.randint(20, 85) * MINUTE if rng.random() < 0.6 else rng.randint(16, 19) * HOUR)
        visits = [*self.before(script, start), self.stay(script, start, open_now=True)]
        return self.life(self.wish(script, given, start.date()), visits, other=False)

    def life(self, wish: Table, visits: list[Visit], *, other: bool) -> Life:
        """The identity, and perhaps a minor illness or a health check at another time."""
        rng = self.rng
        who = self.registry.identity(wish, visits[0].start.date())
        age = who.age(self.now.date())
        if other and rng.random() < 0.3:
            fitting = [each for each in scripts().values() if each.get("minor") and _fits(each, who, age)]
            if fitting:
                script = rng.choice(fitting)
                day = (self.now - rng.randint(25, SPAN) * DAY).date()
                kind = EncounterKind(script.get("visit_kind", "outpatient"))
                at = self.clock(day, kind)
                busy = any(abs((each.start - at).days) < 25 for each in visits)
                if not busy and at.date() > who.birth + 90 * DAY:
                    stage = {"emergency": "emergency", "checkup": "checkup"}.get(kind.value, "first")
                    visits.append(self.short(kind, stage, script, at))
        visits.sort(key=lambda each: each.start)
        return Life(who=who, visits=visits, seed=rng.getrandbits(64))

    def baby(self, mother: Life) -> Life | None:
        """The newborn of a delivery: an own patient from the first minute, linked to the mother [1.3.2]."""
        birth = next((each for each in mother.visits if each.born), None)
        if birth is None or birth.born is None or birth.born + HOUR > self.now:
            return None
        script, sex = scripts()["newborn"], self.rng.choice(("male", "female"))
        name = f"{mother.who.name}之{'子' if sex == 'male' else '女'}"
        wish = {
            "name": name,
            "sex": sex,
            "birthday": birth.born.date(),
            "mother": mother.who.id,
            "note": "newborn",
            "contact": mother.who.name,
        }
        who = self.registry.identity(wish, birth.born.date())
        end = birth.end
        start = birth.born + 3 * MINUTE
        stay = Visit(
            kind=EncounterKind.INPATIENT,
            stage="stay",
            script=script["id"],
            start=start,
            end=end,
            bed=birth.bed,
            grams=birth.grams,
        )
        return Life(who=who, visits=[stay], seed=self.rng.getrandbits(64))


def _fits(script: Table, who: Identity, age: int) -> bool:
    low, high = script["age"]
    return low <= age <= high and script.get("sex", who.sex) in (who.sex, "any")


def _opening(hospital: Hospital, rng: Random) -> Iterator[tuple[str, Table]]:
    """Scripts and wishes of everybody in hospital now, departments in turn, the named people first."""
    named = [each for each in table("specials")["special"] if each["mode"] == "open"]
    queues: dict[str, list[tuple[str, Table]]] = {}
    for department in (each.code for each in hospital.departments if each.clinical):
        own = [(each["script"], each) for each in named if scripts()[each["script"]]["department"] == department]
        fitting = [each["id"] for each in scripts().values() if each["department"] == department and each.get("open")]
        rng.shuffle(fitting)
        while len(own) < OPEN_EACH:
            own.append((fitting[len(own) % len(fitting)], {}))
        queues[department] = own
    for place in range(max(len(queue) for queue in queues.values())):
        for queue in queues.values():
            if place < len(queue):
                yield queue[place]


def lives(hospital: Hospital, rng: Random, now: datetime, count: int) -> Iterator[Life]:
    """Exactly `count` lives: first everybody in hospital now, then the named people, then drawn ones."""
    registry = Registry(hospital=hospital, rng=rng, today=now.date())
    planner = Planner(hospital=hospital, rng=rng, now=now, registry=registry)
    twins = registry.birth(4, now.date())

    def given(row: Table) -> Table:
        return {**row, "birthday": twins} if row.get("birth") == "twins" else dict(row)

    def everybody() -> Iterator[Life]:
        for script, row in _opening(hospital, rng):
            yield planner.present(scripts()[script], given(row))
        for row in table("specials")["special"]:
            if row["mode"] != "open":
                yield planner.past(scripts()[row["script"]], given(row))
        drawn = [each for each in scripts().values() if each.get("weight")]
        weights = [float(each["weight"]) for each in drawn]
        while True:
            yield planner.past(rng.choices(drawn, weights)[0], {})

    made = 0
    for life in everybody():
        for each in (life, planner.baby(life)):
            if each is not None and made < count:
                made += 1
                yield each
        if made >= count:
            return
