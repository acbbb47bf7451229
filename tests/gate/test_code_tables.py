"""二（二）2 编码: a code table entered in the directory is in force; one that was bent is not used [2.2.2]"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from jingui.core.capture import TemplatesRequest
from jingui.core.enter import Change
from jingui.core.errors import JinguiError, Refused, Tampered
from jingui.core.operation import Actor
from jingui.core.words import Entrance, Purpose, Strength, Verb
from jingui.formats import codetables
from jingui.formats.codetables_import import code_system
from jingui.gate import code_tables, door
from tests.gate.entering import admit, opened
from tests.gate.entering import entered as record
from tests.hospital import Hospital

IMPORTER = Actor(name="system:import", strength=Strength.LOCAL, entrance=Entrance.COMMAND)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(code_tables, "EVERY", timedelta(0))
    code_tables._looked.clear()
    yield
    code_tables._looked.clear()
    codetables.install(())


def entered(house: Hospital, rows: list[tuple[str, str]], who: Any = IMPORTER) -> Any:
    resource = code_system("icd10", rows, "本院")
    change = Change(resource=resource, full_url="urn:jingui:codes:icd10")
    return house.enter(who, change, verb=Verb.IMPORT, source="codes", purpose=Purpose.OPERATION).made[0]


def asked(house: Hospital) -> None:
    door.read(house.operation("doctor", Verb.READ_TEMPLATES, TemplatesRequest(), purpose=Purpose.OPERATION))


def test_an_imported_table_is_in_force_and_replaced_by_the_next(hospital: Hospital) -> None:
    assert entered(hospital, [("I10.x00", "原发性高血压")]).version == 1
    asked(hospital)
    assert list(codetables.in_force()["icd10"].codes) == ["I10.x00"]
    assert codetables.in_force()["icd10"].complete
    assert entered(hospital, [("I10.x00", "原发性高血压"), ("E11.900", "2型糖尿病")]).version == 2
    asked(hospital)
    assert [row.code for row in codetables.find("icd10", "2xtnb")] == ["E11.900"]
    assert hospital.sql("SELECT count(*) FROM record WHERE kind = 'CodeSystem'") == [(1,)]


def test_clinical_staff_enter_no_code_table(hospital: Hospital) -> None:
    with pytest.raises((Refused, JinguiError)) as error:
        entered(hospital, [("I10", "甲")], who="doctor")
    assert isinstance(error.value, Refused)


def test_a_bent_table_is_refused_by_name(hospital: Hospital) -> None:
    entered(hospital, [("I10.x00", "原发性高血压"), ("E11.900", "2型糖尿病")])
    where = "WHERE patient_id = 0 AND record_id IN (SELECT record_id FROM record WHERE kind = 'CodeSystem')"
    hospital.sql("ALTER TABLE record_version DISABLE TRIGGER ALL")
    try:
        hospital.sql(f"UPDATE record_version SET payload = payload || '\\x00' {where}")
        with pytest.raises(Tampered) as error:
            asked(hospital)
        assert str(error.value.data["where"]).startswith("record_version:0.")
    finally:  # the other tests of this house read templates too
        hospital.sql(f"UPDATE record_version SET payload = substring(payload, 1, length(payload) - 1) {where}")
        hospital.sql("ALTER TABLE record_version ENABLE TRIGGER ALL")
    asked(hospital)


def test_a_table_put_back_to_an_older_version_is_found_and_only_reading_goes_on(hospital: Hospital) -> None:
    bed = admit(hospital)
    entered(hospital, [("I10.x00", "原发性高血压")])
    columns = "version, category, level, labels, state, retention_class, mac"
    where = "patient_id = 0 AND kind = 'CodeSystem'"
    old = hospital.sql(f"SELECT {columns} FROM record WHERE {where}")[0]
    entered(hospital, [("I10.x00", "原发性高血压"), ("E11.900", "2型糖尿病")])
    asked(hospital)
    good = hospital.sql(f"SELECT {columns} FROM record WHERE {where}")[0]
    back = f"UPDATE record SET ({columns}) = (%s, %s, %s, %s, %s, %s, %s) WHERE {where}"
    hospital.sql(back, *old)  # the whole row as it once was, with the MAC that was right then
    try:
        with pytest.raises(Tampered) as error:
            asked(hospital)
        assert str(error.value.data["where"]).startswith("record:0.")
        with pytest.raises(Tampered):
            record(hospital, "doctor", bed)
        assert opened(hospital, "doctor", bed).template.name == "progress_note"  # with the last good tables
        assert "E11.900" in codetables.in_force()["icd10"].codes
        code_tables._looked.clear()  # a process that knows no good ones opens nothing
        with pytest.raises(Tampered):
            opened(hospital, "doctor", bed)
    finally:
        hospital.sql(back, *good)
    asked(hospital)
    record(hospital, "doctor", bed)
