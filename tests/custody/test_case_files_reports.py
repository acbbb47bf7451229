"""三（二）2 首页上报: mapping tables changed by two, months exported on approval, what fails stays [3.2.2] [5.2.1]"""

from typing import Any

import orjson
import pytest

from jingui.core.custody_reports import (
    REPORTS,
    ChangeMapping,
    ExportFrontPages,
    MappingsRequest,
    changes_told,
    parsed,
    written,
)
from jingui.core.errors import Conflict, Invalid, Refused
from jingui.core.matters.asking import StartMatter
from jingui.core.proposals import Settled, Verdict
from jingui.core.words import Purpose, Verb
from jingui.gate import door
from tests.custody.test_case_files_deficiencies import decide
from tests.gate import custody as line
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    return line.people(hospital)


def changed(house: Hospital, old: str, new: str, *, basis: int = 0, who: str = "coder", **more: Any) -> Any:
    before = current(house, "hqms")
    table = written(before).replace(old, new)
    values = {"changes": changes_told(before, parsed(table)), "reason": "接口标准换版", "basis": basis} | more
    data = ChangeMapping(report="hqms", table=table, **values)
    return house.write(who, Verb.CHANGE_MAPPING, data, purpose=line.WISH[who]).value


def current(house: Hospital, report: str) -> Any:
    asked = house.operation("coder", Verb.READ_MAPPINGS, MappingsRequest(report=report), purpose=Purpose.MANAGEMENT)
    return next(one for one in door.read(asked).value if one.state == "in_force").rows


def confirm(house: Hospital, who: str, waiting: Any) -> Settled:
    data = Verdict(proposal=waiting.proposal, digest=waiting.digest, verdict="approve")
    settled: Settled = house.write(who, Verb.APPROVE, data, purpose=Purpose.OPERATION).value
    return settled


def test_a_mapping_is_changed_by_two_and_its_versions_stay(house: Hospital) -> None:
    waiting = changed(house, "A12C sex plain male=1", "A12C sex plain male=M")
    assert current(house, "hqms") == REPORTS["hqms"].mapping  # nothing before the second person
    with pytest.raises(Refused):
        confirm(house, "insurance", waiting)
    with pytest.raises(Refused):
        confirm(house, "doctor", waiting)
    confirm(house, "affairs", waiting)
    assert dict(next(one for one in current(house, "hqms") if one.field == "A12C").codes)["male"] == "M"
    with pytest.raises(Conflict):  # on an older version
        changed(house, "A13 birth date", "A13 birth digits", basis=0)
    confirm(house, "archivist", changed(house, "A12C sex plain male=M", "A12C sex plain male=1", basis=1))
    asked = house.operation("coder", Verb.READ_MAPPINGS, MappingsRequest(report="hqms"), purpose=Purpose.MANAGEMENT)
    assert [(one.n, one.state) for one in door.read(asked).value] == [
        (2, "in_force"), (1, "superseded"), (0, "superseded"),
    ]  # fmt: skip


def test_a_mapping_that_could_not_be_used_is_not_proposed(house: Hospital) -> None:
    for old, new in (
        ("A11 name plain", "A11 password plain"), ("A11 name plain", "ZZ9 name plain"),
        ("A13 birth date", "A13 birth fun"),
        ("A14 age_years plain", "A14 diagnosis.41 plain"), ("A14 age_years plain", "A11 age_years plain"),
        ("A14 age_years plain", "A14 age_years plain 1=a 1=b"),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            changed(house, old, new, basis=2)
    with pytest.raises(Conflict):
        changed(house, "A11", "A11", basis=2)
    with pytest.raises(Invalid):  # the second person reads what really differs
        changed(house, "A13 birth date", "A13 birth digits", basis=2, changes="无关紧要")
    with pytest.raises(Refused):
        house.write("doctor", Verb.CHANGE_MAPPING, ChangeMapping(report="hqms", table="", basis=0, changes=""))


def asked(house: Hospital, who: str = "insurance", report: str = "settlement", **more: str) -> int:
    answers = {"report": report, "month": f"{house.now():%Y-%m}", "reason": "月度上报"} | more
    data = StartMatter(kind="front_page_export", answers=tuple(answers.items()), submit=True)
    return int(house.write(who, Verb.START_MATTER, data).value.matter)


def export(house: Hospital, matter: int, who: str = "insurance", cursor: str = "") -> Any:
    data = ExportFrontPages(matter=matter, cursor=cursor)
    return house.write(who, Verb.EXPORT_FRONT_PAGES, data, purpose=line.WISH[who])


def test_an_approved_month_leaves_and_what_fails_stays_with_its_reason(house: Hospital) -> None:
    good, bad = line.stay(house), line.stay(house)
    line.along(house, good, line.opened(house, good), "front_page")
    late = line.opened(house, bad)
    with pytest.raises(Invalid):
        asked(house, month="2026-99")
    matter = asked(house, report="drg")
    with pytest.raises(Refused):  # not approved yet
        export(house, matter)
    decide(house, "affairs", matter)
    with pytest.raises(Refused):  # approved for somebody else
        export(house, matter, who="archivist")
    rows, held, cursor = [], [], ""
    for _ in range(20):
        answer = export(house, matter, cursor=cursor)
        rows += answer.value.rows
        held += answer.value.held
        cursor = answer.more
        if not cursor:
            break
    at = answer.value.columns.index("zd1")
    assert {row[at] for row in rows} == {"I10.x00"}
    assert all(len(row) == len(answer.value.columns) for row in rows)
    reasons = {one.file: one.rules for one in held}
    assert reasons[late][0] == "stage:ward"
    assert len(rows) + len(held) == answer.value.total
    targets = orjson.loads(
        bytes(house.sql("SELECT targets FROM entry WHERE verb = 'export_front_pages' AND decision = 'allow' "
                        "ORDER BY id DESC LIMIT 1")[0][0])
    )  # fmt: skip
    assert house.runtime.public(good.patient, 0) in {one.get("patient") for one in targets}
    assert any(one["type"] == "front_pages:drg" for one in targets)


def test_a_report_is_over_with_its_time(house: Hospital) -> None:
    from jingui.store.models import Matter

    matter = asked(house)
    decide(house, "affairs", matter)
    export(house, matter)
    row = Matter.objects.get(pk=matter)
    row.until = house.now()
    house.keep(row, new=False)
    with pytest.raises(Refused):
        export(house, matter)
