"""Patients' stories one after the other, so that the demo can start with the first [1.2]"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from jingui.core.words import EncounterKind, Role
from jingui.demo.generator import clinic, codes, numbers, phrases, stay
from jingui.demo.generator.chart import Chart, Team, instant
from jingui.demo.generator.hospital import ZONE
from jingui.demo.generator.lists import scripts, table
from jingui.demo.generator.people import patient
from jingui.demo.generator.plan import Life, Visit, lives
from jingui.demo.generator.shapes import EncounterStory, Entry, Hospital, PatientStory, Person


def morning(today: date) -> datetime:
    """The moment at which the demo's stories stop: half past eight on its first day, China time."""
    return datetime.combine(today, time(8, 30), ZONE)


def _ranked(people: list[Person], *ranks: int) -> list[Person]:
    for rank in ranks:
        found = [each for each in people if each.rank == rank]
        if found:
            return found
    return people


def _team(hospital: Hospital, department: str, now: datetime, rng: Random) -> Team:
    """The people of one encounter; somebody whose licence has ended belongs to the team and writes nothing."""
    doctors = list(hospital.of(Role.PHYSICIAN, department))
    valid = [each for each in doctors if each.may_write(now.date())]
    extra = tuple(each.id for each in doctors if each not in valid)
    extra += tuple(each.id for each in hospital.of(Role.TRAINEE, department))
    return Team(
        department=department,
        chief=rng.choice(_ranked(valid, 3, 2)).id,
        attending=rng.choice(_ranked(valid, 2, 3)).id,
        resident=rng.choice(_ranked(valid, 1, 2)).id,
        nurse=rng.choice(hospital.of(Role.NURSE, department)).id,
        extra=extra,
    )


def _weight(chart: Chart) -> float:
    age, rng = phrases.years(chart), chart.rng
    days = (chart.start.date() - chart.who.birth).days
    if days < 28:
        return round(int(chart.words["grams"]) / 1000, 2)
    if age < 1:
        return round(3.5 + days / 30 * 0.65, 1)
    if age < 14:
        return round(8 + age * 2.1 + rng.uniform(-0.8, 1.5), 1)
    mean = 68 if chart.who.sex == "male" else 57
    return round(min(max(rng.gauss(mean, 8), 42), 98), 1) + (10 if chart.script.get("obstetric") else 0)


def _begin(chart: Chart, visit: Visit, life: Life) -> None:
    stay_visit = next((each for each in life.visits if each.stage == "stay" and each.script == visit.script), None)
    weeks = 39
    if chart.script.get("obstetric") and stay_visit and "operation" in chart.script:
        weeks = 39 - (stay_visit.start - visit.start).days // 7
    elif chart.script.get("obstetric"):
        weeks = 26 + (visit.start - life.visits[0].start).days // 7
    if "cycles" in chart.script:
        chart.words["mo"] = str(visit.cycle + 1)
    chart.words |= {
        "age": phrases.age_words(chart),
        "sex": phrases.sex_word(chart),
        "weeks": str(weeks),
        "cycle": str(visit.cycle),
        "who": "患儿" if phrases.years(chart) < 14 else "患者",
        "grams": str(visit.grams),
        "fontanelle": "平软" if (chart.start.date() - chart.who.birth).days < 500 else "已闭",
        "birth_time": visit.born.strftime("%H:%M") if visit.born else f"{chart.start:%H:%M}",
    }
    chart.words["weight"] = str(_weight(chart))


def _allergy(chart: Chart) -> None:
    zh, reaction, criticality, category = table("names")["allergens"][chart.who.allergy]
    author = chart.team.attending
    chart.add(
        {
            "resourceType": "AllergyIntolerance",
            "clinicalStatus": codes.concept(f"{codes.HL7}/allergyintolerance-clinical", "active", "Active", "有效"),
            "verificationStatus": codes.concept(
                f"{codes.HL7}/allergyintolerance-verification", "confirmed", "Confirmed", "已确认"
            ),
            "type": "allergy",
            "category": [category],
            "criticality": criticality,
            "code": codes.concept(codes.own("allergen"), chart.who.allergy, zh),
            "patient": chart.subject,
            "encounter": chart.here,
            "recordedDate": instant(chart.start + timedelta(minutes=12)),
            "recorder": chart.practitioner(author),
            "reaction": [{"manifestation": [{"text": reaction}]}],
        },
        author,
        chart.start,
        after=timedelta(minutes=12),
    )


def _mother(chart: Chart) -> None:
    chart.add(
        {
            "resourceType": "RelatedPerson",
            "active": True,
            "identifier": [{"system": codes.own("mother"), "value": chart.who.mother}],
            "patient": chart.subject,
            "relationship": [codes.concept(f"{codes.HL7}/v3-RoleCode", "MTH", "mother", "母亲")],
            "name": [{"text": chart.who.contact_name}],
        },
        chart.team.nurse,
        chart.start,
        after=timedelta(minutes=6),
    )


def _write(chart: Chart, visit: Visit, number: str) -> None:
    if visit.stage == "stay":
        stay.admit(chart, bed=visit.bed, number=number, dies=visit.dies)
    elif visit.stage == "observe":
        stay.observe(chart, bed=visit.bed)
    elif visit.stage == "emergency":
        to_ward = "stay" in chart.script and chart.script.get("stay_kind") != "observation" and "before" in chart.script
        clinic.emergency(chart, "收住院进一步治疗。" if to_ward else "离院，门诊随诊，如有不适立即就诊。")
    elif visit.stage == "checkup":
        clinic.check_up(chart)
    else:
        clinic.visit(chart, visit.stage, admits=visit.admits)


def _story(hospital: Hospital, life: Life, now: datetime) -> PatientStory:
    rng, who = Random(life.seed), life.who
    serial, stays, found = [0], 0, []
    teams: dict[str, Team] = {}
    words: dict[str, dict[str, str]] = {}  # one illness keeps its side, its years and its size through all visits
    for place, visit in enumerate(life.visits):
        script = scripts()[visit.script]
        department = "emergency" if visit.kind is EncounterKind.EMERGENCY else str(script["department"])
        team = teams.setdefault(department, _team(hospital, department, now, rng))
        chart = Chart(
            hospital=hospital, who=who, script=script, rng=rng, now=now, kind=visit.kind, team=team,
            start=visit.start, end=visit.end, born=visit.born, serial=serial,
            words=words.setdefault(visit.script, {}),
        )  # fmt: skip
        _begin(chart, visit, life)
        inside = visit.kind in (EncounterKind.INPATIENT, EncounterKind.DAY)
        stays += inside
        number = numbers.inpatient_no(visit.start.year, int(who.id[1:]), stays) if inside else ""
        _write(chart, visit, number)
        if place == 0 and who.allergy:
            _allergy(chart)
        if place == 0 and who.mother:
            _mother(chart)
        found.append(
            EncounterStory(
                id=chart.encounter,
                kind=visit.kind,
                script=visit.script,
                department=department,
                attending=team.attending,
                team=team.ids(),
                start=visit.start,
                end=chart.end if chart.end and chart.end <= now else None,
                bed=visit.bed,
                inpatient_no=number,
                stay=stays if inside else 0,
                entries=tuple(sorted(chart.entries, key=_order)),
            )
        )
    registrar = rng.choice(hospital.of(Role.REGISTRAR)).id
    first = patient(who, registrar, life.visits[0].start - timedelta(minutes=4))
    return PatientStory(identity=who, patient=first, encounters=tuple(found))


def _order(entry: Entry) -> tuple[datetime, bool]:
    return entry.at, entry.resource["resourceType"] != "Encounter"


def stories(hospital: Hospital, rng: Random, today: date, count: int = 320) -> Iterator[PatientStory]:
    """Yield `count` patients' stories up to `morning(today)`, those in hospital now first.

    Equal hospital, generator state, day and count give equal stories. References resolve inside a story or in
    `hospital.directory`.
    """
    now = morning(today)
    for life in lives(hospital, rng, now, count):
        yield _story(hospital, life, now)
