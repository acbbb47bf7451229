"""四（二）4 教学科研: Spark reckons the same k, l, t from an extract's Parquet as DuckDB from its rows [4.2.4]"""

from pathlib import Path

import pytest

from jingui.bench.extract import parts
from jingui.core.research_fields import FileForm
from jingui.formats import extract, extract_file, risk
from jingui.formats.risk_table import Table

pytest.importorskip("pyspark", reason="Spark is an optional extra: pip install pyspark, Java 17")

FIELDS = ("sex", "age", "region", "outcome", "diagnoses")


@pytest.mark.filterwarnings("ignore")
def test_the_same_measures_on_spark(tmp_path: Path) -> None:
    from tools import spark_extract

    work, data = tmp_path / "work", tmp_path / "data"
    work.mkdir()
    data.mkdir()
    table = Table(work, extract.quasi(FIELDS), extract.sensitive(FIELDS))
    made = list(parts(1500))
    for part in made:
        table.add(extract.weighed(one, FIELDS) for one in part)
    table.ready()
    plan = risk.planned(table, 5, 500)
    report = risk.measured(table, plan, k=5, population=10_000)
    table.close()
    first = 0
    for n, part in enumerate(made, 1):
        rows = list(extract.leaving(part, first, FIELDS, plan))
        body = extract_file.part(FileForm.PARQUET, extract.columns(FIELDS), rows, n, work)
        (data / f"part-{n:05}.parquet").write_bytes(body)
        first += len(part)
    spark = spark_extract.session("local[1]")
    try:
        found = spark_extract.measured(spark, str(data), ("sex", "age", "region"), ("outcome", "diagnoses"))
    finally:
        spark.stop()
    assert (found["rows"], found["groups"], found["k"]) == (report.rows, report.groups, report.k)
    attributes = [(one["name"], one["values"], one["l"], one["t"]) for one in found["attributes"]]
    assert attributes == [(one.name, one.values, one.l, pytest.approx(one.t, abs=1)) for one in report.attributes]
