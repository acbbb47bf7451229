"""五（二）4: an export that is broken off anywhere goes on where it stood: each line once, none missing [5.2.4]"""

import os
import random
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from jingui.core.bulk import BuildBulk, EndBulk
from jingui.core.errors import JinguiError
from jingui.core.words import Purpose, Verb
from tests.gateway.bulking import JOB, build, client, export_of, start, taken
from tests.gateway.sharing import admit, clinic, consented, observe
from tests.hospital import SRC, Hospital

WAYS: dict[str, Any] = {"purposes": ("referral",), "views": ("referral",)}
PATIENTS = 24
BUILDER = """
from jingui.config import wiring
wiring.ready()
from jingui.gate import bulk_making, runtime
runtime.install(wiring.runtime())
from jingui import jobs
bulk_making.PART = 4
jobs.ROUNDS = 1
while True:
    jobs.bulk(0)
    print("part", flush=True)
"""


@pytest.fixture(scope="module")
def by(hospital: Hospital) -> Any:
    """An app whose group has a few patients with some results each."""
    to = clinic(hospital, "续传甲院", **WAYS)
    for n in range(PATIENTS):
        patient = admit(hospital, f"续传{n}")
        for _ in range(1 + n % 3):
            observe(hospital, patient, "2345-7")
        consented(hospital, patient, to)
    return client(hospital, to, "续")


def whole(hospital: Hospital, by: Any, secret: str) -> list[tuple[str, str]]:
    return sorted((kind, str(one["id"])) for kind, rows in taken(hospital, by, secret).items() for one in rows)


def test_every_boundary(hospital: Hospital, by: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken after the files were written, before the progress is: the part never was, and is made once."""
    from jingui.gate import bulk_making

    secret = start(hospital, by)
    build(hospital, secret)
    wanted = whole(hospital, by, secret)
    assert len(wanted) == PATIENTS + sum(1 + n % 3 for n in range(PATIENTS))
    monkeypatch.setattr(bulk_making, "PART", 3)
    monkeypatch.setattr(bulk_making, "FULL", 4000)
    secret = start(hospital, by)
    number, broken, real = export_of(hospital, secret).pk, 0, bulk_making.remember
    while export_of(hospital, secret).state == "building":
        with monkeypatch.context() as breaking:

            def breaks(*_: Any) -> None:
                raise RuntimeError("power cut")

            breaking.setattr(bulk_making, "remember", breaks)
            with pytest.raises(JinguiError):
                hospital.write(JOB, Verb.START_BULK, BuildBulk(export=number))
            broken += 1
        assert bulk_making.remember is real
        hospital.write(JOB, Verb.START_BULK, BuildBulk(export=number))
    assert broken == PATIENTS // 3
    assert whole(hospital, by, secret) == wanted
    assert hospital.sql("SELECT max(n) = count(*) AND count(*) > 4 FROM bulk_part WHERE export_id = %s", number) == [
        (True,)
    ]
    hospital.write(by.actor, Verb.END_BULK, EndBulk(secret=secret), purpose=Purpose.TREATMENT)


def test_killed_processes(hospital: Hospital, by: Any) -> None:
    """Real processes with the job, killed at any moment: the next one goes on."""
    chance = random.Random(6)
    secret = start(hospital, by)
    kills, seen = 0, set()
    for _ in range(2 * PATIENTS):
        process = subprocess.Popen(
            [sys.executable, "-c", BUILDER], env={**os.environ, "PYTHONPATH": str(SRC)}, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == b"part\n"
        time.sleep(chance.uniform(0, 0.03))  # somewhere in the next one
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        kills += 1
        row = export_of(hospital, secret)
        seen.add(bytes(row.progress))
        if row.state == "ready":
            break
    assert export_of(hospital, secret).state == "ready"
    assert kills > 1
    assert len(seen) > 1
    found = whole(hospital, by, secret)
    assert len(found) == len(set(found)) == PATIENTS + sum(1 + n % 3 for n in range(PATIENTS))
