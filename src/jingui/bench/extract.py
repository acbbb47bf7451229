"""四（二）4 教学科研: an extract's risk and files over made-up patients: seconds and peak memory [4.2.4]

`python -m jingui.bench.extract [--rows N] [--form FORM] [--door PATIENTS] [--quick] [--json]`. Rows are made part by
part from their number, twice: for measuring and for writing, as the parts of a real extract are read twice. With
`--door` a house of its own is filled with so many patients, and a real extract is applied for, made, checked by two
and taken there. Nobody's data.
"""

import argparse
import json
import random
import resource
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from jingui.core.research_fields import FIELDS, FileForm
from jingui.formats import extract, extract_file, extract_mark, risk
from jingui.formats.risk_table import Table

ROWS: Final = 100_000
PART: Final = 500
K: Final = 5
HELD: Final = 1000  # parts of 10,000 that may be held back
POPULATION: Final = 1_000_000
NAMES: Final = tuple(FIELDS)
KEY: Final = bytes(range(32))
CODES: Final = ("I21.001", "I21.401", "I25.103", "I50.907", "E11.900", "J18.900", "N18.501", "C34.901", "K35.900")
CITIES: Final = tuple(f"浙江省 第{n}市" for n in range(1, 12)) + tuple(f"江苏省 第{n}市" for n in range(1, 14))
TEXT: Final = "【主诉】反复胸闷、胸痛3年，加重2天。【现病史】患者某，3年前活动后出现胸闷，休息后缓解，未就诊。"


def row(n: int) -> dict[str, Any]:
    """The n-th made-up person, as the rows of an extract are before they are generalised."""
    dice = random.Random(n)  # noqa: S311 -- made-up data, the same each time
    code = dice.choice(CODES)
    return {
        "person": "".join(dice.choices(extract_mark.LETTERS, k=14)), "sex": dice.choice(("male", "female")),
        "age": str(min(90, max(0, int(dice.gauss(58, 17))))), "region": dice.choice(CITIES),
        "marital": dice.choice(("M", "S", "D", "W")), "visit": dice.choice(("inpatient", "inpatient", "outpatient")),
        "department": dice.choice(("xnk", "gwk", "snk", "hxk")),
        "day": f"{dice.choice((2024, 2025))}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}", "diagnosis": code,
        "stay": str(dice.randint(1, 30)), "outcome": dice.choice(("1", "1", "1", "2", "5")),
        "diagnoses": [{"code": one} for one in dict.fromkeys((code, dice.choice(CODES)))],
        "operations": [], "drugs": [{"code": "", "text": f"药品{dice.randint(1, 300)}", "after": "0"}],
        "results": [
            {"code": f"{dice.randint(1, 999)}-1", "text": "检验项目", "value": str(dice.randint(1, 900) / 10),
             "unit": "mmol/L", "after": str(dice.randint(0, 9))}
            for _ in range(8)
        ],
        "texts": [{"kind": "入院记录", "text": TEXT * 6, "after": "0"}],
    }  # fmt: skip


def parts(rows: int) -> Iterator[list[dict[str, Any]]]:
    """The rows, part by part."""
    for start in range(0, rows, PART):
        yield [row(n) for n in range(start, min(start + PART, rows))]


def measured(rows: int, form: FileForm, folder: Path) -> dict[str, Any]:
    """Seconds of each stage, size, risk and peak memory of this process."""
    fields, began = NAMES, perf_counter()
    table = Table(folder, extract.quasi(fields), extract.sensitive(fields))
    for part in parts(rows):
        table.add(extract.weighed(one, fields) for one in part)
    read, began = perf_counter() - began, perf_counter()
    table.ready()
    plan = risk.planned(table, K, HELD)
    planned, began = perf_counter() - began, perf_counter()
    report = risk.measured(table, plan, k=K, population=POPULATION)
    table.close()
    told, began, first, size, left = perf_counter() - began, perf_counter(), 0, 0, 0
    columns = extract.columns(fields)
    for n, part in enumerate(parts(rows), 1):
        out = extract_mark.marked(extract.leaving(part, first, fields, plan), KEY)
        extract_file.column_digests(columns, out)
        size += len(extract_file.part(form, columns, out, n, folder))
        first, left = first + len(part), left + len(out)
    wrote = perf_counter() - began
    if left != report.rows or report.k < K:
        raise RuntimeError(f"{left} rows left, {report.rows} were measured, k = {report.k}")
    return {
        "rows": rows, "left": left, "held": report.held, "k": report.k, "groups": report.groups,
        "levels": dict(plan.levels), "read_s": round(read, 2), "plan_s": round(planned, 2),
        "measure_s": round(told, 2), "write_s": round(wrote, 2), "megabytes": round(size / 1e6, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024), "form": form.value,
    }  # fmt: skip


def through_the_door(patients: int) -> dict[str, Any]:
    """The same of a real extract, in a scratch house."""
    from jingui.bench import processes
    from jingui.bench.house import scratch_house

    inside = ["jingui.config.running", "--sequencing", "jingui.bench.extract_inside", str(patients)]
    with scratch_house() as house:
        found: dict[str, Any] = json.loads(processes.done(inside, house.env, limit=3600.0))
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="jingui bench extract", description="数据集测速 / measure extracts")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--form", choices=[one.value for one in FileForm], default=FileForm.PARQUET.value)
    parser.add_argument("--door", type=int, default=0, metavar="PATIENTS")
    parser.add_argument("--quick", action="store_true", help="短测 / a short run")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 / print JSON")
    chosen = parser.parse_args(argv)
    rows = min(chosen.rows, 5000) if chosen.quick else chosen.rows
    if chosen.door:
        figures = through_the_door(chosen.door)
    else:
        with TemporaryDirectory(prefix="jingui-bench-") as folder:
            figures = measured(rows, FileForm(chosen.form), Path(folder))
    if chosen.json:
        sys.stdout.write(json.dumps(figures) + "\n")
    else:
        sys.stdout.writelines(f"{name:>10}  {value}\n" for name, value in figures.items())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
