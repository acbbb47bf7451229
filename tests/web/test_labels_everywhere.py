"""二（一）3: every label narrows every entrance alike: page, interface, search, export, print, portal [2.1.3] [4.1.3]

One chart with a record of each label, each holding a word of its own. Every reader asks at every entrance; what they
are shown must be what the second reading of the policy allows, and the same everywhere.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jingui.api import fhir
from jingui.core.access import ChartRequest
from jingui.core.access_operations import Copied, Take
from jingui.core.collect import FlagPatient
from jingui.core.enter import Change
from jingui.core.errors import Refused
from jingui.core.operation import Actor, Target
from jingui.core.vector import Vector
from jingui.core.words import (
    Category,
    Entrance,
    Level,
    Purpose,
    RecordState,
    Relation,
    Role,
    Sensitivity,
    Standing,
    Strength,
    Verb,
)
from jingui.formats import fhir_json
from jingui.formats.fhir_search import parse_search
from jingui.gate import door, plane
from jingui.web.viewmodels.paths import to
from tests.gate.test_consents import treat
from tests.gate.test_portal import born, opened, patient_actor
from tests.hospital import Hospital
from tests.policy.second import allowed

NONE = "ordinary"
# GB/T 39725: level 5 of the hospital's own list is secret, 4 is sensitive; written down here apart from the program's.
LEVELS = {
    NONE: Level.ORDINARY,
    **dict.fromkeys(("hiv", "std", "psychiatric", "sexual", "violence"), Level.SECRET),
    **dict.fromkeys(
        ("hepatitis", "tuberculosis", "infectious", "substance", "genetic", "reproductive", "donor", "minor"),
        Level.SENSITIVE,
    ),
}  # fmt: skip
READERS: dict[str, tuple[Role, Relation, Purpose]] = {
    "doctor": (Role.PHYSICIAN, Relation.TREATING, Purpose.TREATMENT),
    "nurse": (Role.NURSE, Relation.DEPARTMENT, Purpose.TREATMENT),
    "surgeon": (Role.PHYSICIAN, Relation.NONE, Purpose.TREATMENT),
    "registrar": (Role.REGISTRAR, Relation.NONE, Purpose.OPERATION),
    "archivist": (Role.ARCHIVIST, Relation.NONE, Purpose.MANAGEMENT),
    "sysadmin": (Role.SYSTEM_ADMIN, Relation.NONE, Purpose.OPERATION),
    "patient": (Role.PATIENT, Relation.SELF, Purpose.PATIENT_REQUEST),
}


def canary(label: str) -> str:
    """The word that only the record of this label holds."""
    return f"CANARY-{label.upper()}-ZZ"


class Chart:
    """A patient whose chart holds every label, and the patient's own account."""

    def __init__(self, hospital: Hospital, mrn: str, card: str, restricted: bool) -> None:
        self.hospital, self.restricted = hospital, restricted
        self.patient = born(hospital, "百科全", mrn, "1949-12-31", card)[0]
        treat(hospital, self.patient)
        self.number = hospital.runtime.ids.internal(self.patient)[0]
        self.records: dict[str, str] = {}
        for label in LEVELS:
            security = [{"system": "urn:jingui:sensitivity", "code": label}] if label != NONE else []
            resource = {
                "resourceType": "Condition", "subject": {"reference": f"Patient/{self.patient}"},
                "code": {"text": canary(label)}, **({"meta": {"security": security}} if security else {}),
            }  # fmt: skip
            made = hospital.enter("his", Change(resource=resource), purpose=Purpose.OPERATION).made
            self.records[label] = made[0].id
        slip = opened(hospital, self.patient, document=card)
        self.own = patient_actor(hospital, slip)
        if restricted:
            flag = FlagPatient(restricted=True, secrecy="public", alias="青竹")
            hospital.write("registrar", Verb.FLAG_PATIENT, flag, target=Target(patient=self.number))

    def actor(self, who: str) -> Actor:
        return self.own if who == "patient" else self.hospital.actors[who]

    def ask(self, who: str, verb: Verb, data: Any = None, record: str = "") -> Any:
        target = door.locate(record) if record else Target(patient=self.number)
        operation = self.hospital.operation(self.actor(who), verb, data, target=target, purpose=READERS[who][2])
        return (door.sheet if verb is Verb.READ else door.read)(operation)


def seen(text: str) -> set[str]:
    return {label for label in LEVELS if canary(label) in text}


def tried(ask: Callable[[], str]) -> set[str]:
    """What an answer shows; nothing for a refusal."""
    try:
        return seen(ask())
    except Refused:
        return set()


def each(chart: Chart, show: Callable[[str], str]) -> set[str]:
    """What is shown when each record is asked for by itself."""
    out: set[str] = set()
    for record in chart.records.values():
        out |= tried(lambda record=record: show(record))  # type: ignore[misc]  # bound at once
    return out


def bodies(rows: Any) -> str:
    return " ".join(bytes(row.body).decode() for row in rows)


def fhir_get(chart: Chart, who: str, path: str) -> str:
    """The interface's own application, asked in this process."""
    from tests.api.client import token_for

    token = TOKENS.setdefault(who, "") or token_for(chart.hospital, chart.hospital.actors[who])
    TOKENS[who] = token
    path, _, query = path.partition("?")
    parts: list[bytes] = []
    scope = {
        "type": "http", "method": "GET", "path": f"/fhir/{path}", "raw_path": f"/fhir/{path}".encode(),
        "query_string": query.encode(), "scheme": "http", "server": ("localhost", 80), "client": ("127.0.0.1", 1),
        "headers": [(b"authorization", f"Bearer {token}".encode()), (b"host", b"localhost")], "http_version": "1.1",
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        parts.append(message.get("body", b""))

    future = asyncio.run_coroutine_threadsafe(fhir.handle(scope, receive, send), plane.current().loop)
    future.result(20)
    return b"".join(parts).decode()


TOKENS: dict[str, str] = {}


def page(chart: Chart, who: str, address: str) -> str:
    from tests.web.clinic import Pages

    return str(Pages(chart.actor(who)).get(address).content.decode())


def versions(chart: Chart, who: str) -> set[str]:
    return each(chart, lambda record: " ".join(
        bytes(row[3]).decode() for row in chart.ask(who, Verb.HISTORY, record=record).value.rows
    ))  # fmt: skip


def everything(chart: Chart, who: str) -> set[str]:
    query = parse_search("Patient", [], strict=False)
    return tried(lambda: bodies(chart.ask(who, Verb.EVERYTHING, query).value.rows))


def searched(chart: Chart, who: str) -> set[str]:
    query = parse_search("Condition", [("patient", f"Patient/{chart.patient}")], strict=False)
    return tried(lambda: bodies(chart.ask(who, Verb.SEARCH, query).value.rows))


def copied(chart: Chart, who: str) -> set[str]:
    out = set()
    for label, record in chart.records.items():
        try:
            chart.ask(who, Verb.COPY, Copied(text=canary(label)), record)
        except Refused:
            continue
        out.add(label)
    return out


Ask = Callable[[Chart, str], set[str]]
DOOR: dict[str, Ask] = {
    "read": lambda c, who: each(c, lambda r: c.ask(who, Verb.READ, record=r).body.decode()),
    "history": versions,
    "chart": lambda c, who: tried(lambda: bodies(c.ask(who, Verb.OPEN_CHART, ChartRequest()).value.records)),
    "search": searched,
    "everything": everything,
}
TAKING: dict[str, Ask] = {
    "print": lambda c, who: tried(lambda: bodies(c.ask(who, Verb.PRINT, Take()).value.records)),
    "export": lambda c, who: tried(lambda: bodies(c.ask(who, Verb.EXPORT, Take()).value.records)),
    "print one": lambda c, who: each(c, lambda r: bodies(c.ask(who, Verb.PRINT, Take(), r).value.records)),
    "copy": copied,
}
FHIR: dict[str, Ask] = {
    "read": lambda c, who: each(c, lambda r: fhir_get(c, who, f"Condition/{r}")),
    "version": lambda c, who: each(c, lambda r: fhir_get(c, who, f"Condition/{r}/_history/1")),
    "history": lambda c, who: each(c, lambda r: fhir_get(c, who, f"Condition/{r}/_history")),
    "search": lambda c, who: seen(fhir_get(c, who, f"Condition?patient=Patient/{c.patient}&_count=50")),
    "everything": lambda c, who: seen(fhir_get(c, who, f"Patient/{c.patient}/$everything?_count=100")),
}
PAGES: dict[str, Ask] = {
    "chart": lambda c, who: seen(page(c, who, to("chart", patient=c.patient))),
    "record": lambda c, who: each(c, lambda r: page(c, who, to("record", record=r))),
    "version": lambda c, who: each(c, lambda r: page(c, who, to("record_version", record=r, version=1))),
}
PORTAL: dict[str, Ask] = {
    "chart": lambda c, who: seen(page(c, who, to("portal_chart", patient=c.patient))),
    "record": lambda c, who: each(c, lambda r: page(c, who, to("portal_record", record=r))),
}


@pytest.fixture(scope="module")
def clinic(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    with pages():
        yield hospital


@pytest.fixture(scope="module", params=[False, True], ids=["open", "restricted"])
def chart(clinic: Hospital, request: pytest.FixtureRequest) -> Chart:
    mrn, card = ("79000002", "440524188001010014") if request.param else ("79000001", "11010519491231002X")
    return Chart(clinic, mrn, card, request.param)


def expected(chart: Chart, who: str, entrance: Entrance, verb: Verb = Verb.READ) -> set[str]:
    """What the second reading lets this reader read."""
    role, relation, purpose = READERS[who]
    strength = Strength.TOKEN if entrance is Entrance.FHIR else Strength.TWO_FACTOR
    return {
        label
        for label, level in LEVELS.items()
        if allowed(
            Vector(
                verb, role, Standing.ACTIVE, strength, entrance, purpose, relation, Category.DIAGNOSIS, level,
                RecordState.ENTERED, restricted=chart.restricted, own=who == "patient",
            )
        )
    }  # fmt: skip


def test_the_labels_stand(chart: Chart) -> None:
    """Each record has exactly its own label, at the level that the standard says."""
    for label, record in chart.records.items():
        sheet = chart.ask("doctor", Verb.READ, record=record)
        assert (sheet.labels, sheet.level) == ((label,) if label != NONE else (), LEVELS[label].value)
        assert fhir_json.parse(sheet.body)["code"]["text"] == canary(label)
    assert set(LEVELS) - {NONE} == set(Sensitivity)


@pytest.mark.parametrize("who", list(READERS))
@pytest.mark.parametrize("entrance", list(DOOR))
def test_the_door(chart: Chart, who: str, entrance: str) -> None:
    where = Entrance.PORTAL if who == "patient" else Entrance.PAGE
    assert DOOR[entrance](chart, who) == expected(chart, who, where), (who, entrance)


@pytest.mark.parametrize("who", [who for who in READERS if who != "patient"])
@pytest.mark.parametrize("entrance", list(TAKING))
def test_what_is_taken_away(chart: Chart, who: str, entrance: str) -> None:
    """Printing, exporting and copying never show what reading does not; whoever may take, takes what they may read."""
    taken, readable = TAKING[entrance](chart, who), expected(chart, who, Entrance.PAGE)
    verb = Verb(entrance.partition(" ")[0])
    assert taken == expected(chart, who, Entrance.PAGE, verb), (who, entrance)
    assert taken <= readable


@pytest.mark.parametrize("who", ["doctor", "nurse", "surgeon", "registrar", "archivist"])
@pytest.mark.parametrize("entrance", list(FHIR))
def test_the_interface(chart: Chart, who: str, entrance: str) -> None:
    if READERS[who][2] is not Purpose.TREATMENT:
        assert FHIR[entrance](chart, who) == set()  # the interface asks for treatment, which is not their work
        return
    assert FHIR[entrance](chart, who) == expected(chart, who, Entrance.FHIR), (who, entrance)


@pytest.mark.parametrize("who", [who for who in READERS if who != "patient"])
@pytest.mark.parametrize("entrance", list(PAGES))
def test_the_pages(chart: Chart, who: str, entrance: str) -> None:
    assert PAGES[entrance](chart, who) == expected(chart, who, Entrance.PAGE), (who, entrance)


@pytest.mark.parametrize("entrance", list(PORTAL))
def test_the_portal(chart: Chart, entrance: str) -> None:
    assert PORTAL[entrance](chart, "patient") == expected(chart, "patient", Entrance.PORTAL), entrance


def test_something_is_shown_and_something_is_not(chart: Chart) -> None:
    """The table above can fail: the treating doctor sees all, the department less, a stranger nothing."""
    assert expected(chart, "doctor", Entrance.PAGE) == set(LEVELS)
    some = {label for label, level in LEVELS.items() if level is not Level.SECRET}
    assert expected(chart, "nurse", Entrance.PAGE) == (set() if chart.restricted else some)
    assert expected(chart, "surgeon", Entrance.PAGE) == set()
    assert expected(chart, "patient", Entrance.PORTAL) == some
