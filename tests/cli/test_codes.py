"""二（二）2 编码: `jingui import codes`: a sheet becomes the table in force, a wrong one is refused [2.2.2]"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jingui.cluster.cluster import Cluster

from .house import House

pytestmark = [pytest.mark.database, pytest.mark.slow]
PEOPLE = '[department]\ncode = "xxk"\nname = "信息科"\n' + "".join(
    f'[{role}]\nname = "甲{n}"\nstaff_no = "A{n}"\nusername = "admin{n}"\n'
    for n, role in enumerate(("system_admin", "security_admin", "audit_admin"))
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house with its three administrators: its directory stands."""
    made = House(tmp_path / "home")
    names = tmp_path / "people.toml"
    names.write_text(PEOPLE, "utf-8")
    done = made.run("init", "--administrators", str(names))  # in one go: the settings were read before the database was
    assert done.returncode == 0, done.stderr
    yield made
    Cluster(made.home / "db").remove()


def test_a_sheet_is_imported_and_a_wrong_one_refused(house: House, tmp_path: Path) -> None:
    sheet = tmp_path / "国临2.0.csv"
    sheet.write_text("主要编码,疾病名称\nI10.x00,原发性高血压\nE11.900,2型糖尿病\n", "gb18030")
    done = house.run("import", "codes", str(sheet), "--table", "icd10")
    assert done.returncode == 0, done.stderr
    assert "icd10" in done.stdout
    assert "2" in done.stdout
    sheet.write_text("主要编码,疾病名称\nI10.x00,\n", "utf-8")
    for more in (("--table", "icd10"), ("--table", "unheard_of"), ()):
        wrong = house.run("import", "codes", str(sheet), *more)
        assert wrong.returncode != 0
        assert "Traceback" not in wrong.stderr
