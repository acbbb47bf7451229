"""四（二）1 复制件: rows, files and certificates that somebody changed past the door [4.2.1] [6.1.2]"""

import hashlib
import os
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from jingui.core.errors import Conflict, Tampered
from jingui.core.release import Medium, Part, RevokeCopy
from jingui.core.words import Verb
from jingui.crypto import certificates
from jingui.store.verification import verify
from tests.gate import copying
from tests.gate.copied import ready, row, spoil
from tests.gate.copying import at, read, stamp
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    copying.staff(hospital)
    return hospital


BENT = (
    ("state = 'stamped'", ()), ("fee = 0", ()), ("digest = %s", (b"x" * 32,)), ("person_id = 1", ()),
    ("route = 'portal'", ()), ("manifest = %s", (b"y" * 32,)), ("until = now()", ()),
)  # fmt: skip


@pytest.mark.parametrize(("n", "change", "values"), [(20 + n, *one) for n, one in enumerate(BENT)])
def test_a_row_that_was_changed_past_the_door(house: Hospital, n: int, change: str, values: tuple[Any, ...]) -> None:
    """[6.1.2] The database's superuser changes a column: the copy is refused by name and verification finds it."""
    case = ready(house, n)
    column = change.partition(" ")[0]
    before = row(house, case, column)
    spoil(house, case, change, *values)
    where = f"copy_made:{case.key[0]}.{case.key[1]}"
    for do in (lambda: stamp(house, "archivist2", case.copy), lambda: read(house, "archivist", case.copy)):
        with pytest.raises(Tampered) as found:
            do()
        assert found.value.data["where"] == where
    with psycopg.connect(house.addresses["app"].psycopg()) as connection:
        found = verify(connection, house.runtime.keyring, house.runtime.origin)
    assert where in {one.where for one in found.findings}
    spoil(house, case, f"{column} = %s", before)
    assert read(house, "archivist", case.copy).basis == case.copy.basis


def found_wrong(house: Hospital) -> set[str]:
    with psycopg.connect(house.addresses["app"].psycopg()) as connection:
        return {one.where for one in verify(connection, house.runtime.keyring, house.runtime.origin).findings}


def test_a_revoked_copy_put_back_to_its_stamp(house: Hospital) -> None:
    """[6.1.2] Every MAC holds, and verification says what was put back, and what vanished."""
    case = ready(house, 34)
    stamp(house, "archivist2", case.copy)
    where = f"copy_made:{case.key[0]}.{case.key[1]}"
    house.sql("CREATE TABLE kept_row AS SELECT * FROM copy_made WHERE copy_id = %s", case.key[1])
    house.write("affairs_c", Verb.REVOKE_COPY, RevokeCopy(reason="内容有误"), **at(case.copy))
    house.sql("CREATE TABLE true_row AS SELECT * FROM copy_made WHERE copy_id = %s", case.key[1])
    assert where not in found_wrong(house)
    house.sql("DELETE FROM copy_made WHERE copy_id = %s", case.key[1])
    assert f"copy_made:{case.copy.id}" in found_wrong(house)
    house.sql("INSERT INTO copy_made SELECT * FROM kept_row")
    assert where in found_wrong(house)
    house.sql("DELETE FROM copy_made WHERE copy_id = %s", case.key[1])
    house.sql("INSERT INTO copy_made SELECT * FROM true_row")
    assert where not in found_wrong(house)
    house.sql("DROP TABLE kept_row, true_row")


def test_files_swapped_between_patients(house: Hospital) -> None:
    one, other = ready(house, 30), ready(house, 31)
    for case in (one, other):
        stamp(house, "archivist2", case.copy)
    mine, theirs = row(house, one, "file"), row(house, other, "file")
    spoil(house, one, "file = %s", theirs)
    spoil(house, other, "file = %s", mine)
    for case in (one, other):
        with pytest.raises(Tampered):
            read(house, "archivist", case.copy, Part.FILE)
    spoil(house, one, "file = %s", mine)
    assert hashlib.sha256(read(house, "archivist", one.copy, Part.FILE).body).digest() == bytes(
        row(house, one, "digest")
    )


def test_the_row_of_the_register_stays(house: Hospital) -> None:
    """[6.1.2] A use that vanishes from the register is missed by verification; nobody may change one."""
    case = ready(house, 33)
    stamp(house, "archivist2", case.copy)
    with psycopg.connect(house.addresses["app"].psycopg()) as app, pytest.raises(psycopg.Error):
        app.execute("UPDATE seal_use SET person_id = 1 WHERE copy_id = %s", (case.key[1],))
    with pytest.raises(psycopg.Error):
        house.sql("DELETE FROM seal_use WHERE copy_id = %s", case.key[1])
    house.sql("ALTER TABLE seal_use DISABLE TRIGGER insert_only")
    house.sql("CREATE TABLE taken_out AS SELECT * FROM seal_use WHERE copy_id = %s", case.key[1])
    house.sql("DELETE FROM seal_use WHERE copy_id = %s", case.key[1])
    with psycopg.connect(house.addresses["app"].psycopg()) as connection:
        found = verify(connection, house.runtime.keyring, house.runtime.origin)
    house.sql("INSERT INTO seal_use SELECT * FROM taken_out")
    house.sql("DROP TABLE taken_out")
    house.sql("ALTER TABLE seal_use ENABLE TRIGGER insert_only")
    assert "seal_use" in {one.where for one in found.findings}


def test_an_expired_certificate_stamps_nothing(house: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    case = ready(house, 38)
    past = house.now() - timedelta(days=5 * 365)
    root = certificates.new_root("某医院", past, os.urandom)
    old = certificates.new_seal(root, "某医院", "病案复印专用章", past, os.urandom)
    monkeypatch.setattr(house.runtime, "stamp", lambda: old)
    with pytest.raises(Conflict) as refused:
        stamp(house, "archivist2", case.copy)
    assert "有效期" in refused.value.message
    stamp(house, "archivist2", case.copy, Medium.WET)
