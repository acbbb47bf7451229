"""R10: what a superuser changes in the vault is refused by name, entered, and harms nobody else [3.1.1] [6.1.2]"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from jingui.core.access import ChartRequest
from jingui.core.enter import Change
from jingui.core.errors import JinguiError, Tampered
from jingui.core.operation import Target
from jingui.core.words import Purpose, Verb
from jingui.formats.fhir_search import parse_search
from jingui.gate import door
from tests.gate.test_door import bundle
from tests.hospital import Hospital

HIV = "B20.000"


def past(hospital: Hospital, statement: str, *args: Any) -> int:
    """As superuser, triggers off; how many rows it changed."""
    with psycopg.connect(hospital.addresses["root"].psycopg(), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        return connection.execute(statement.encode(), args).rowcount


class Chart:
    """A patient with a stay, three results of which one has two versions, and a secret diagnosis."""

    def __init__(self, hospital: Hospital, name: str, number: str) -> None:
        changes = bundle(name, number)
        template = changes[2].resource
        changes += [Change({**template, "effectiveDateTime": f"2026-11-1{n}"}, f"urn:uuid:o{n}") for n in (1, 2)]
        changes[1].resource["participant"] = [
            {"type": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
            "code": "ATND"}]}],
             "individual": {"identifier": {"system": "urn:jingui:staff-no", "value": "Tdoctor"}}}
        ]  # fmt: skip
        diagnosis = {
            "resourceType": "Condition", "subject": {"reference": "urn:uuid:p"},
            "encounter": {"reference": "urn:uuid:e"},
            "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": HIV}]},
        }  # fmt: skip
        changes.append(Change(diagnosis, "urn:uuid:d"))
        made = hospital.enter("his", *changes, purpose=Purpose.OPERATION).made
        self.patient, self.visit, self.record, self.second, self.third, self.secret = (one.id for one in made)
        self.number, self.n = hospital.runtime.ids.internal(self.record)
        self.other = hospital.runtime.ids.internal(self.second)[1]
        self.s = hospital.runtime.ids.internal(self.secret)[1]
        import json

        corrected = {**json.loads(made[2].body), "status": "amended"}
        hospital.enter(
            "his", Change(corrected, record=(self.number, self.n)), verb=Verb.CORRECT, purpose=Purpose.OPERATION
        )


@pytest.fixture(scope="module")
def charts(hospital: Hospital) -> tuple[Chart, Chart]:
    return Chart(hospital, "金匮一", "60000001"), Chart(hospital, "金匮二", "60000002")


def read(hospital: Hospital, public: str, version: int = 0) -> bytes:
    found = door.locate(public)
    target = Target(patient=found.patient, record=found.record, version=version)
    return door.sheet(hospital.operation("doctor", Verb.READ, target=target)).body


@contextmanager
def changed(
    hospital: Hospital, table: str, where: str, args: tuple[Any, ...], setting: str, more: tuple[Any, ...] = ()
) -> Iterator[None]:
    """One row changed past the door, and put back."""
    before = hospital.sql(f"SELECT * FROM {table} WHERE {where}", *args)
    columns = [row[0] for row in hospital.sql(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
        table)]  # fmt: skip
    assert len(before) == 1, (table, args)
    assert past(hospital, f"UPDATE {table} SET {setting} WHERE {where}", *more, *args) == 1
    after = hospital.sql(f"SELECT * FROM {table} WHERE {where}", *args)
    assert after != before, "the change changed nothing"
    try:
        yield
    finally:
        put = ", ".join(f"{column} = %s" for column in columns)
        assert past(hospital, f"UPDATE {table} SET {put} WHERE {where}", *before[0], *args) == 1


def refused(hospital: Hospital, call: Callable[[], object], name: str) -> None:
    """The call is refused as tampered, says which row, and leaves an entry that says so."""
    before = {row[0] for row in hospital.sql("SELECT id FROM entry")}
    with pytest.raises(Tampered) as caught:
        call()
    assert name in str(caught.value.data["where"]), caught.value.data
    made = hospital.sql(
        "SELECT decision, convert_from(head, 'UTF8')::jsonb->>'reason' FROM entry WHERE id <> ALL(%s)", list(before)
    )
    assert made in ([("fail", "tampered")], [("deny", "tampered")]), made


def others(hospital: Hospital, charts: tuple[Chart, Chart]) -> None:
    """The other patient and this patient's other records are read as before."""
    for public in (charts[1].record, charts[1].secret, charts[1].patient, charts[0].second):
        assert read(hospital, public)


VERSION = "patient_id = %s AND record_id = %s AND version = %s"
RECORD = "patient_id = %s AND record_id = %s"
FLIP = "payload = set_byte(payload, {0}, get_byte(payload, {0}) # 1)"
THEIRS = (
    "payload = (SELECT o.payload FROM record_version o "
    "WHERE o.patient_id = {0} AND o.record_id = {1} AND o.version = {2})"
)


@pytest.mark.parametrize(
    "setting",
    [
        *[FLIP.format(place) for place in ("0", "1", "2", "7", "13", "14", "40", "length(payload) / 2")],
        FLIP.format("length(payload) - 1"), FLIP.format("length(payload) - 16"),
        "payload = substr(payload, 1, length(payload) - 1)", "payload = payload || payload", "payload = ''",
        "payload = '\\x00'", "payload = decode(repeat('00', 500), 'hex')",
        "payload = convert_to('{\"resourceType\":\"Patient\"}', 'UTF8')",
        "payload = substr(payload, 1, 20) || (SELECT substr(o.payload, 21) FROM record_version o WHERE o.patient_id = "
        "record_version.patient_id AND o.record_id = record_version.record_id AND o.version = 1)",
        "payload = (SELECT face FROM patient p WHERE p.patient_id = record_version.patient_id)",
        "payload = (SELECT wrapped FROM patient_key k WHERE k.patient_id = record_version.patient_id LIMIT 1)",
        "seal = 'basic:ordinary:inpatient:Observation'", "seal = 'tests:secret:inpatient:Observation'",
        "seal = 'tests:ordinary:outpatient:Observation'", "seal = 'tests:ordinary:inpatient:Condition'",
        "seal = 'tests:ordinary:identity:Observation'", "seal = 'x'", "seal = ''", "seal = ':::'", "seal = '::::::'",
        "seal = 'TESTS:ordinary:inpatient:Observation'", "seal = seal || ':'",
    ],
)  # fmt: skip
def test_a_version(hospital: Hospital, charts: tuple[Chart, Chart], setting: str) -> None:
    a = charts[0]
    with changed(hospital, "record_version", VERSION, (a.number, a.n, 2), setting):
        refused(hospital, lambda: read(hospital, a.record), f"{a.number}.{a.n}")
        refused(hospital, lambda: read(hospital, a.record, 2), f"{a.number}.{a.n}")
        refused(hospital, lambda: history(hospital, a), f"{a.number}.{a.n}")
        if "seal" not in setting:
            refused(hospital, lambda: search(hospital, a), f"{a.number}.{a.n}")
        others(hospital, charts)
        assert read(hospital, a.record, 1)
    assert b'"amended"' in read(hospital, a.record)


def history(hospital: Hospital, chart: Chart) -> object:
    return door.read(hospital.operation("doctor", Verb.HISTORY, target=Target(patient=chart.number, record=chart.n)))


def search(hospital: Hospital, chart: Chart) -> object:
    query = parse_search("Observation", [("patient", f"Patient/{chart.patient}")])
    return door.read(hospital.operation("doctor", Verb.SEARCH, query, target=Target(patient=chart.number)))


@pytest.mark.parametrize("place", ["version", "record", "patient"])
def test_swapped_ciphertexts(hospital: Hospital, charts: tuple[Chart, Chart], place: str) -> None:
    a, b = charts
    setting = {
        "version": THEIRS.format(a.number, a.n, 1), "record": THEIRS.format(a.number, a.other, 1),
        "patient": THEIRS.format(b.number, b.n, 2),
    }[place]  # fmt: skip
    with changed(hospital, "record_version", VERSION, (a.number, a.n, 2), setting):
        refused(hospital, lambda: read(hospital, a.record), f"{a.number}.{a.n}")
        others(hospital, charts)


@pytest.mark.parametrize(
    "setting",
    [
        "wrapped = set_byte(wrapped, {0}, get_byte(wrapped, {0}) # 1)".replace("{0}", place)
        for place in ("0", "2", "9", "20", "length(wrapped) - 1")
    ]
    + [
        "wrapped = ''", "wrapped = substr(wrapped, 1, 30)",
        "wrapped = (SELECT o.wrapped FROM patient_key o WHERE o.patient_id = patient_key.patient_id AND "
        "o.retention_class = 'identity')",
        "wrapped = (SELECT o.wrapped FROM patient_key o WHERE o.patient_id = {b} AND o.retention_class = 'inpatient')",
    ],
)  # fmt: skip
def test_a_wrapped_key(hospital: Hospital, charts: tuple[Chart, Chart], setting: str) -> None:
    a, b = charts
    where = "patient_id = %s AND retention_class = %s"
    with changed(hospital, "patient_key", where, (a.number, "inpatient"), setting.replace("{b}", str(b.number))):
        refused(hospital, lambda: read(hospital, a.record), str(a.number))
        assert read(hospital, b.record)
        assert read(hospital, a.patient), "the identity key is another one"
    assert read(hospital, a.record)


@pytest.mark.parametrize(
    "setting",
    ["category = 'basic'", "category = 'x'", "level = 'secret'", "level = 'sensitive'", "level = 'x'", "level = ''",
    "kind = 'Condition'",
     "kind = 'x'", "retention_class = 'outpatient'", "retention_class = 'identity'", "retention_class = 'x'",
     "labels = '{hiv}'"],
)  # fmt: skip
def test_what_is_said_of_a_record(hospital: Hospital, charts: tuple[Chart, Chart], setting: str) -> None:
    a = charts[0]
    with changed(hospital, "record", RECORD, (a.number, a.n), setting):
        refused(hospital, lambda: read(hospital, a.record), f"{a.number}.{a.n}")
        others(hospital, charts)
    assert read(hospital, a.record)


@pytest.mark.parametrize(
    "setting", ["level = 'ordinary'", "level = 'sensitive'", "labels = '{}'", "labels = '{std}'", "category = 'tests'"]
)
def test_a_secret_is_not_lowered(hospital: Hospital, charts: tuple[Chart, Chart], setting: str) -> None:
    """The nurse of the department may not read it, whatever the superuser writes beside it."""
    a = charts[0]

    def nurse() -> object:
        return door.sheet(hospital.operation("nurse", Verb.READ, target=Target(patient=a.number, record=a.s)))

    assert read(hospital, a.secret)
    with changed(hospital, "record", RECORD, (a.number, a.s), setting):
        refused(hospital, nurse, f"{a.number}.{a.s}")
        refused(hospital, lambda: read(hospital, a.secret), f"{a.number}.{a.s}")
        query = parse_search("Condition", [("patient", f"Patient/{a.patient}")])
        try:
            found = door.read(hospital.operation("nurse", Verb.SEARCH, query, target=Target(patient=a.number)))
            assert not found.value.rows, "not even by a search"
        except Tampered:
            pass


@pytest.mark.parametrize(
    "setting",
    ["face = set_byte(face, 3, get_byte(face, 3) # 1)", "face = set_byte(face, 30, get_byte(face, 30) # 1)",
    "face = ''",
     "face = (SELECT o.face FROM patient o WHERE o.patient_id = {b})",
     "face = (SELECT v.payload FROM record_version v WHERE v.patient_id = patient.patient_id AND "
     "v.record_id = 0 AND v.version = 1)"],
)  # fmt: skip
def test_a_face(hospital: Hospital, charts: tuple[Chart, Chart], setting: str) -> None:
    a, b = charts
    with changed(hospital, "patient", "patient_id = %s", (a.number,), setting.replace("{b}", str(b.number))):
        refused(hospital, lambda: opened(hospital, a), str(a.number))
        assert opened(hospital, b)
    assert opened(hospital, a)


def opened(hospital: Hospital, chart: Chart) -> object:
    return door.read(hospital.operation("doctor", Verb.OPEN_CHART, ChartRequest(), target=Target(patient=chart.number)))


@pytest.mark.parametrize(
    ("table", "setting"),
    [
        ("patient", "restricted = NOT restricted"), ("patient", "deceased = true"), ("patient", "person_id = 1"),
        ("patient", "destroyed = true"), ("patient", "kind = 'newborn'"), ("patient", "version = version + 1"),
        ("patient", "mac = decode(repeat('00', 32), 'hex')"), ("patient", "entry = gen_random_uuid()"), ("patient",
        "linked_to = 5"),
        ("patient", "mac = (SELECT o.mac FROM patient o WHERE o.patient_id <> patient.patient_id LIMIT 1)"),
    ],
)  # fmt: skip
def test_a_row_that_decides(hospital: Hospital, charts: tuple[Chart, Chart], table: str, setting: str) -> None:
    a = charts[0]
    with changed(hospital, table, "patient_id = %s", (a.number,), setting):
        refused(hospital, lambda: read(hospital, a.record), f"{table}:{a.number}")
        assert read(hospital, charts[1].record)
    assert read(hospital, a.record)


def test_a_forged_relation_opens_nothing(hospital: Hospital, charts: tuple[Chart, Chart]) -> None:
    """A superuser copies a relation of one patient to another, or to another person."""
    b = charts[1]
    columns = "relation_id, kind, rank, department_id, encounter_id, starts, ends, version, entry, mac"
    assert past(
        hospital,
        f"INSERT INTO care_relation (patient_id, person_id, {columns}) SELECT patient_id, %s, relation_id + 7777, "
        "kind, rank, department_id, encounter_id, starts, ends, version, entry, mac FROM care_relation "
        "WHERE patient_id = %s AND kind = 'treating'",
        hospital.people["surgeon"], b.number,
    )  # fmt: skip
    try:
        with pytest.raises(JinguiError) as caught:
            door.sheet(hospital.operation("surgeon", Verb.READ, target=Target(patient=b.number, record=b.n)))
        assert isinstance(caught.value, Tampered), caught.value
        assert read(hospital, charts[0].record)
    finally:
        past(
            hospital,
            "DELETE FROM care_relation WHERE person_id = %s AND patient_id = %s",
            hospital.people["surgeon"],
            b.number,
        )


def test_a_changed_version_is_not_corrected_over(hospital: Hospital, charts: tuple[Chart, Chart]) -> None:
    """Writing over what was tampered with would hide it."""
    import json

    a = charts[0]
    body = json.loads(read(hospital, a.second))
    change = Change({**body, "status": "amended"}, record=(a.number, a.other))
    with changed(hospital, "record_version", VERSION, (a.number, a.other, 1), FLIP.format(40)):
        refused(
            hospital, lambda: hospital.enter("his", change, verb=Verb.CORRECT, purpose=Purpose.OPERATION),
            f"{a.number}.{a.other}",
        )  # fmt: skip
