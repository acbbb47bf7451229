"""Bulk import: wrong files are reported, the rest goes on; nothing comes twice, a kill loses nothing [2.1.2] [2.2.3]"""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from jingui.cluster.cluster import Cluster

from .house import House, bundle

pytestmark = [pytest.mark.database, pytest.mark.slow]


@contextmanager
def database(house: House) -> Iterator["psycopg.Connection[Any]"]:
    cluster = Cluster(house.home / "db")
    cluster.ensure_started()
    with cluster.using(), psycopg.connect(cluster.address("root").psycopg()) as connection:
        yield connection


def counts(house: House) -> tuple[int, int, int]:
    """Patients, records and versions in the database."""
    with database(house) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM patient WHERE patient_id > 0), "
            "(SELECT count(*) FROM record WHERE patient_id > 0), "
            "(SELECT count(*) FROM record_version WHERE patient_id > 0)"
        ).fetchone()
    assert row is not None
    return row


def imported(house: House, folder: Path, *more: str) -> tuple[int, dict[str, Any]]:
    report = folder.parent / "report.json"
    done = house.run("import", "fhir", str(folder), "--report", str(report), "--processes", "1", *more)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads(report.read_text())


def test_what_is_wrong_is_reported_and_the_rest_goes_on(founded: House, folder: Path) -> None:
    before = counts(founded)
    kinds = ("transaction", "batch", "collection")
    good = [bundle(folder, f"good{n}.json", n, kind=kind) for n, kind in enumerate(kinds)]
    whole = good[0].read_text()
    (folder / "half.json").write_text(whole[: len(whole) // 2])
    (folder / "words.json").write_text("this is no JSON")
    (folder / "empty.json").write_bytes(b"")
    (folder / "charset.json").write_bytes(whole.replace("张三0", "张三9").encode("gb18030"))
    (folder / "twice.json").write_text('{"resourceType":"Bundle","type":"transaction","type":"batch","entry":[]}')
    (folder / "unknown.json").write_text(
        json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": [
            {"fullUrl": "urn:uuid:00000000-0000-4000-8000-0000000000aa", "resource": {"resourceType": "Wish"}}]})
    )  # fmt: skip
    spoiled = json.loads(whole.replace("-00000000000", "-77777777777"))
    spoiled["entry"][3]["resource"]["status"] = 12
    (folder / "spoiled.json").write_text(json.dumps(spoiled))
    stray = json.loads(bundle(folder, "stray.json", 88).read_text())
    stray["entry"] = stray["entry"][1:]
    (folder / "stray.json").write_text(json.dumps(stray))
    wanted = json.loads(bundle(folder, "wanted.json", 89).read_text())
    wanted["entry"][1]["resource"]["performer"] = [{"reference": "Practitioner?identifier=urn:x|1"}]
    (folder / "wanted.json").write_text(json.dumps(wanted))
    status, report = imported(founded, folder)
    assert status == 1
    refused = {row["file"] for row in report["refused"]}
    assert refused == {
        "half.json", "words.json", "empty.json", "charset.json", "twice.json", "unknown.json", "spoiled.json",
        "stray.json", "wanted.json",
    }  # fmt: skip
    assert all(row["message"] for row in report["refused"])
    places = next(row["places"] for row in report["refused"] if row["file"] == "spoiled.json")
    assert any("entry[3]" in place for place, _ in places)
    after = counts(founded)
    assert [b - a for a, b in zip(before, after, strict=True)] == [3, 18, 18], "nothing of a refused file was written"


def test_twice_makes_no_second_copies(founded: House, folder: Path) -> None:
    for number in range(100, 104):
        bundle(folder, f"{number}.json", number)
    assert imported(founded, folder)[1]["resources"] == {"created": 24}
    once = counts(founded)
    status, again = imported(founded, folder)
    assert (status, again["standing"], again["resources"]) == (0, 4, {})
    for note in (founded.home / "state" / "imports").iterdir():
        note.unlink()
    assert imported(founded, folder)[1]["resources"] == {"unchanged": 24}, "without notes the records are compared"
    assert counts(founded) == once


def test_notes_are_not_believed_when_the_ledger_knows_nothing(founded: House, folder: Path) -> None:
    bundle(folder, "1.json", 200)
    imported(founded, folder, "--source", "notes")
    (note,) = [p for p in (founded.home / "state" / "imports").iterdir() if '"1.json"' in p.read_text()]
    rows = [json.loads(line) for line in note.read_text().splitlines() if line]
    for row in rows:
        if "entry" in row:
            row["entry"] = "01a20000-0000-7000-8000-000000000000"
    note.write_text("\n".join(map(json.dumps, rows)) + '\n{"half')
    assert imported(founded, folder, "--source", "notes")[1]["resources"]["unchanged"] == 6


@pytest.mark.faults
def test_killed_in_the_middle_and_again_is_complete(founded: House, folder: Path) -> None:
    for number in range(300, 420):
        bundle(folder, f"{number}.json", number, observations=20)
    before = counts(founded)
    for wait in (3.0, 4.0):
        process = founded.start("import", "fhir", str(folder), "--processes", "2")
        time.sleep(wait)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    status, _ = imported(founded, folder)
    assert status == 0
    after = counts(founded)
    assert [b - a for a, b in zip(before, after, strict=True)] == [120, 120 * 21, 120 * 21]
    done = founded.run("verify", "--json")
    assert json.loads(done.stdout)["well"], done.stdout[-2000:]


def test_an_empty_folder_is_told(founded: House, folder: Path) -> None:
    done = founded.run("import", "fhir", str(folder))
    assert done.returncode == 1
    assert str(folder) in done.stderr
