"""四（二）4 教学科研: what leaves: coarse values, harmless cells, three forms, and whose copy it is [4.2.4] [5.2.4]"""

import csv
import io
import json
import random
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingui.core.research_fields import FIELDS, FileForm, Tells
from jingui.formats import extract, extract_csv, extract_fhir, extract_file, extract_mark
from jingui.formats.risk import Plan

NAMES = tuple(FIELDS)
KEYS = {f"person{n}": bytes([n]) * 32 for n in range(1, 9)}


def person(n: int) -> dict[str, Any]:
    dice = random.Random(n)
    return {
        "person": "".join(dice.choices(extract_mark.LETTERS, k=14)), "sex": dice.choice(["male", "female"]),
        "age": str(dice.randint(20, 88)), "region": "浙江省 杭州市", "marital": "M", "visit": "inpatient",
        "department": "xnk", "day": f"2026-0{dice.randint(1, 9)}-1{dice.randint(0, 9)}", "diagnosis": "I21.001",
        "stay": str(dice.randint(1, 30)), "outcome": "home",
        "diagnoses": [{"code": "I21.001"}, {"code": "E11.900"}, {"code": "I21.401"}],
        "operations": [{"code": "36.0601", "text": "支架置入", "after": "1"}],
        "drugs": [{"code": "ATV", "text": "阿托伐他汀", "after": "0"}, {"code": "AS", "text": "阿司匹林"}],
        "results": [{"code": "10839-9", "text": "肌钙蛋白", "value": f"{dice.randint(1, 999) / 10}", "unit": "ng/mL",
                     "after": str(day)} for day in range(3)],
        "texts": [{"kind": "入院记录", "text": "=HYPERLINK 患者胸痛，患者某。\n第二行", "after": "0"}],
    }  # fmt: skip


def rows(count: int) -> list[dict[str, Any]]:
    levels = {name: 0 for name, _ in extract.quasi(NAMES)} | {"diagnosis": 1, "day": 3, "age": 2}
    plan = Plan(levels=levels, held=frozenset())
    return list(extract.leaving([person(n) for n in range(count)], 0, NAMES, plan))


def test_values_leave_at_their_step_and_held_rows_stay() -> None:
    levels = {name: 0 for name, _ in extract.quasi(NAMES)} | {"diagnosis": 1, "day": 3, "region": 2}
    found = list(extract.leaving([person(1), person(2)], 10, NAMES, Plan(levels=levels, held=frozenset({11}))))
    assert len(found) == 1
    assert (found[0]["day"], found[0]["diagnosis"], found[0]["region"]) == ("2026", "I21", "*")
    # the list does not tell again what the main diagnosis no longer says
    assert found[0]["diagnoses"] == [{"code": "I21"}, {"code": "E11"}]
    assert "I21.001" not in json.dumps(found)


def test_a_field_that_was_not_chosen_is_not_there() -> None:
    found = list(extract.leaving([person(1)], 0, ("sex", "age"), Plan(levels={"sex": 0, "age": 0}, held=frozenset())))
    assert list(found[0]) == ["person", "sex", "age"]


def test_every_quasi_identifier_has_a_ladder_and_lists_have_parts() -> None:
    for field in FIELDS.values():
        assert (field.tells is Tells.QUASI) == (field.ladder != "none"), field.name
        assert field.tells is not Tells.QUASI or not field.items


@pytest.mark.parametrize(
    "text",  # signs in every width, behind what a spreadsheet skips
    ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "＝1+1", "＋1", "－1+A1", "\uff20SUM", "﹦1", "﹢1",
     "﹣1+1", "﹫x", "\t=1", "\r=1", "\n=1", "  =1", "\u200b=1", "\ufeff=cmd|' /C calc'!A0", "　＝1", "\u22121+1", "|x",
     "%x", "\x0b=1", "\u2060@x", "⁺1"],
)  # fmt: skip
def test_a_cell_never_acts(text: str) -> None:
    assert extract_csv.harmless(text).startswith("'")


@pytest.mark.parametrize("text", ["-5", "12.5", "-0.25", "患者胸痛", "", "a=b", "*", "60-69", "[]"])
def test_a_cell_that_is_harmless_stays(text: str) -> None:
    assert extract_csv.harmless(text) == text


def test_csv_comes_back_cell_by_cell() -> None:
    made = rows(3)
    columns = extract.columns(NAMES)
    whole = b"".join(
        extract_file.part(FileForm.CSV, columns, part, n, Path()) for n, part in enumerate((made[:2], made[2:]), 1)
    )
    assert whole.startswith(b"\xef\xbb\xbf")
    read = list(csv.DictReader(io.StringIO(whole.decode("utf-8-sig"))))
    assert [one["age"] for one in read] == [one["age"] for one in made]
    assert [json.loads(one["texts"]) for one in read] == [one["texts"] for one in made]
    assert not extract_csv.written(columns, [], head=True, bom=False).startswith(b"\xef")


def test_parquet_has_lists_of_items(tmp_path: Path) -> None:
    made = rows(450)
    body = extract_file.part(FileForm.PARQUET, extract.columns(NAMES), made, 1, tmp_path)
    assert not (tmp_path / "part.parquet").exists()
    (tmp_path / "x.parquet").write_bytes(body)
    found = duckdb.sql(f"SELECT person, day, results, texts FROM read_parquet('{tmp_path}/x.parquet')").fetchall()
    assert [one[0] for one in found] == [one["person"] for one in made]
    assert [one[2] for one in found] == [one["results"] for one in made]
    assert found[0][3][0]["text"].endswith("\n第二行")


def test_fhir_says_no_more_than_the_row() -> None:
    lines = extract_fhir.written(rows(2)).splitlines()
    found = [json.loads(line) for line in lines]
    kinds = {one["resourceType"] for one in found}
    assert kinds == {"Patient", "Encounter", "Observation", "Condition", "Procedure", "MedicationRequest"}
    assert len({(one["resourceType"], one["id"]) for one in found}) == len(found)
    for one in found:
        assert one["meta"]["security"][0]["code"] == "PSEUDED"
        assert one["resourceType"] == "Patient" or one["subject"]["reference"].startswith("Patient/")
    patients = [one for one in found if one["resourceType"] == "Patient"]
    assert all("birthDate" not in one and "name" not in one and "identifier" not in one for one in patients)
    quarter = {**rows(1)[0], "day": "2026-Q1", "sex": "*", "region": "*"}
    patient, visit = list(extract_fhir.resources(quarter))[:2]
    assert "gender" not in patient
    assert "address" not in patient
    assert "period" not in visit  # a quarter is no date


def test_a_manifest_changes_with_any_cell(tmp_path: Path) -> None:
    columns = extract.columns(NAMES)
    made = rows(4)

    def told(of: Sequence[dict[str, Any]]) -> bytes:
        digests = extract_file.column_digests(columns, of)
        return extract_file.manifest({"k": 5}, [{"n": 1, "rows": 4, "bytes": 1, "digest": "", "columns": digests}])

    first = told(made)
    assert told(rows(4)) == first
    changed = [dict(one) for one in made]
    changed[2]["outcome"] = "died"
    one, other = json.loads(first), json.loads(told(changed))
    assert {name for name in columns if one["columns"][name] != other["columns"][name]} == {"outcome"}


def test_the_whole_file_is_the_same_whenever_it_is_made() -> None:
    one = extract_file.whole(FileForm.CSV, [b"a\r\n", b"b\r\n"], b"{}", "条款")
    assert one == extract_file.whole(FileForm.CSV, [b"a\r\n", b"b\r\n"], b"{}", "条款")
    with zipfile.ZipFile(io.BytesIO(one)) as archive:
        assert archive.namelist() == ["data.csv", "manifest.json", "README.txt"]
        assert archive.read("data.csv") == b"a\r\nb\r\n"


def test_a_leak_of_a_hundred_rows_names_its_recipient() -> None:
    made = extract_mark.marked(rows(600), KEYS["person3"])
    dice = random.Random(7)
    sample = [made[n] for n in sorted(dice.sample(range(len(made)), 100))]
    assert extract_mark.traces(sample, KEYS).recipient == "person3"
    # shuffled, and only a few rows
    few = dice.sample(sample, 5)
    assert extract_mark.traces(few, KEYS).recipient == "person3"
    # the pseudonyms stripped: the order of the items is left
    bare = [{name: value for name, value in row.items() if name != "person"} for row in sample]
    dice.shuffle(bare)
    assert extract_mark.traces(bare, KEYS).recipient == "person3"
    # only pseudonyms without their check, in their order: the order of the rows is left
    heads = [{"person": row["person"].rpartition("-")[0] + "-AAAA", "sex": row["sex"]} for row in sample]
    assert extract_mark.traces(heads, KEYS).recipient == "person3"
    # as a CSV that somebody saved
    text = extract_csv.written(extract.columns(NAMES), sample, head=True).decode("utf-8-sig")
    assert extract_mark.traces(list(csv.DictReader(io.StringIO(text))), KEYS).recipient == "person3"


def test_nobody_is_accused_of_rows_that_nobody_got() -> None:
    for seed in range(1, 20):
        other = extract_mark.marked([person(n) for n in range(1000 * seed, 1000 * seed + 100)], bytes([99]) * 32)
        assert extract_mark.traces(other, KEYS).recipient == ""
    assert extract_mark.traces([], KEYS).recipient == ""
    assert extract_mark.traces([{"sex": "male"}], KEYS).recipient == ""


def test_rows_of_two_recipients_accuse_neither_alone() -> None:
    both = extract_mark.marked(rows(100), KEYS["person1"])[:50] + extract_mark.marked(rows(100), KEYS["person2"])[50:]
    assert extract_mark.traces(both, KEYS).recipient == ""


@given(st.text(max_size=60))
@settings(max_examples=300)
def test_no_text_makes_a_cell_that_acts(text: str) -> None:
    cell = extract_csv.harmless(text)
    if cell and not extract_csv.NUMBER.match(cell):
        assert cell[0] not in "=+-@\t\r"
    assert cell in (text.replace("\0", ""), "'" + text.replace("\0", ""))


def test_marking_changes_no_value() -> None:
    plain, made = rows(50), extract_mark.marked(rows(50), KEYS["person1"])
    by = {row["person"].rpartition("-")[0]: row for row in made}
    for row in plain:
        got = by[row["person"]]
        for name in NAMES:
            value = row[name]
            if isinstance(value, list):
                order = [extract_mark.canonical(one) for one in value]
                assert sorted(order) == sorted(extract_mark.canonical(one) for one in got[name])
            else:
                assert got[name] == value
