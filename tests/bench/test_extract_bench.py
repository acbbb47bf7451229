"""四（二）4 教学科研: an extract of made-up patients: nobody below k leaves, memory stays [4.2.4]"""

import json
import os
import subprocess
import sys

from tests.hospital import SRC


def test_an_extract_of_made_up_patients_stays_small() -> None:
    found = {}
    for rows in (1000, 4000):
        command = [sys.executable, "-m", "jingui.bench.extract", "--rows", str(rows), "--form", "fhir", "--json"]
        done = subprocess.run(
            command, env=os.environ | {"PYTHONPATH": str(SRC)}, capture_output=True, check=True, timeout=240
        )
        found[rows] = json.loads(done.stdout)
    for rows, one in found.items():
        assert one["left"] + one["held"] == rows
        assert one["k"] >= 5
        assert one["held"] <= rows // 10
    # four times the people, nearly the same memory: parts are written one after the other
    assert found[4000]["peak_mb"] < found[1000]["peak_mb"] + 60
