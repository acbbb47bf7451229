"""四（二）4 教学科研: the measures of an extract's Parquet parts on Spark (local mode or a cluster) [4.2.4]

`python -m tools.spark_extract FOLDER --quasi sex,age,day --sensitive outcome` prints rows, groups, k, l and t as JSON,
as `jingui.formats.risk` reckons them with DuckDB. Spark is an optional extra: pip install pyspark, Java 17.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

PARTS = 10_000


def session(cores: str = "local[*]") -> Any:
    """A Spark session; Arrow and the web page are not needed."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(cores).appName("jingui-extract")
    for name, value in (("spark.ui.enabled", "false"), ("spark.sql.shuffle.partitions", "8")):
        builder = builder.config(name, value)
    return builder.getOrCreate()


def weighed(frame: Any, name: str) -> Any:
    """A sensitive column as one text: of a list of codes the sorted set of categories."""
    from pyspark.sql import functions as F

    if not frame.schema[name].dataType.simpleString().startswith("array"):
        return F.col(name)
    heads = F.transform(F.col(name), lambda item: F.substring(item["code"], 1, 3))
    return F.array_join(F.array_sort(F.array_distinct(heads)), "+")


def measured(spark: Any, folder: str, quasi: Sequence[str], sensitive: Sequence[str]) -> dict[str, Any]:
    """Rows, groups, k; of each sensitive attribute values, l, t (parts of 10,000)."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    frame = spark.read.parquet(folder)
    frame = frame.select(*quasi, *(weighed(frame, name).alias(f"s_{name}") for name in sensitive)).cache()
    sizes = frame.groupBy(*quasi).count()
    rows, groups, least = sizes.agg(F.sum("count"), F.count("*"), F.min("count")).first()
    attributes = []
    for name in sensitive:
        column = f"s_{name}"
        whole = frame.groupBy(column).agg((F.count("*") / rows).alias("q"))
        within = frame.groupBy(*quasi, column).count()
        group = Window.partitionBy(*quasi)
        shares = within.withColumn("p", F.col("count") / F.sum("count").over(group)).join(whole, column)
        far = shares.groupBy(*quasi).agg(
            ((F.sum(F.abs(F.col("p") - F.col("q"))) + 1 - F.sum("q")) / 2).alias("d"), F.count("*").alias("l")
        )
        t, fewest = far.agg(F.max("d"), F.min("l")).first()
        attributes.append({"name": name, "values": whole.count(), "l": fewest, "t": round(t * PARTS)})
    return {"rows": rows, "groups": groups, "k": least, "attributes": attributes}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="measure an extract on Spark")
    parser.add_argument("folder")
    parser.add_argument("--quasi", required=True)
    parser.add_argument("--sensitive", default="")
    parser.add_argument("--master", default="local[*]")
    chosen = parser.parse_args(argv)
    spark = session(chosen.master)
    try:
        sensitive = [one for one in chosen.sensitive.split(",") if one]
        found = measured(spark, chosen.folder, chosen.quasi.split(","), sensitive)
    finally:
        spark.stop()
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
