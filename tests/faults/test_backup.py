"""R19: a backup is restored, brought to a second before a DROP, and one flipped byte is found [3.1.1] [6.1.3]

`make prove-backup` prints the figures: how long, how much, what a restore of 10 GB would take at the measured rate.
"""

import os
import random
import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from jingui.cluster.restoring import Goal
from jingui.config import backup_manifest
from jingui.config.backup_manifest import Damaged
from jingui.core.errors import Misconfigured
from tests.config.kept import Kept, kept
from tests.config.test_backup import flip, restore_byte

pytestmark = [pytest.mark.faults, pytest.mark.slow]
ROW = 1000  # bytes of random text a row: like ciphertexts, it does not shrink
NAME = "20260101T000000Z"


@pytest.fixture(scope="module")
def long(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.option.markexpr == "faults")


@pytest.fixture(scope="module")
def house(long: bool) -> Iterator[Kept]:
    """A cluster with as much as the run asks for (JINGUI_PROVE_MB), a set, work after it, a DROP."""
    wanted = int(os.environ.get("JINGUI_PROVE_MB", "1200" if long else "40")) * 1_000_000
    with kept() as made:
        made.sql("CREATE TABLE t (n bigint, body bytea)")
        made.sql("ALTER TABLE t ALTER body SET STORAGE EXTERNAL")
        sixteen = " || ".join("uuid_send(gen_random_uuid())" for _ in range(ROW // 16))
        # a pool wider than the deflater's window: its repetitions do not shrink, and it is filled at the disk's speed
        made.sql(f"CREATE TABLE pool AS SELECT g AS n, {sixteen} AS body FROM generate_series(0, 999) g")
        made.sql("CREATE UNIQUE INDEX ON pool (n)")
        series = f"generate_series(0, {wanted // ROW - 1}) g"
        made.sql(f"INSERT INTO t SELECT g, (SELECT body FROM pool WHERE n = g % 1000) FROM {series}")
        made.sql("CREATE INDEX ON t (n)")
        made.sql("CREATE TABLE small AS SELECT g AS n FROM generate_series(1, 1000) g")
        began = time.monotonic()
        made.taken = made.take(NAME)  # type: ignore[attr-defined]
        made.spent = time.monotonic() - began  # type: ignore[attr-defined]
        made.sql("INSERT INTO small VALUES (0)")
        made.before = made.sql("SELECT clock_timestamp()")[0][0]  # type: ignore[attr-defined]
        time.sleep(1.05)
        made.sql("DROP TABLE small")
        made.ship()
        yield made


def test_restored_with_its_rate(house: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    taken, spent = house.taken, house.spent  # type: ignore[attr-defined]
    began = time.monotonic()
    done = house.back()
    took = time.monotonic() - began
    rows = house.sql("SELECT count(*), count(DISTINCT n) FROM t", done.cluster)
    assert rows == house.sql("SELECT count(*), count(DISTINCT n) FROM t")
    rate = done.size / took
    with capsys.disabled():
        print(f"\nbackup   {taken.manifest.plain / 1e6:8.0f} MB in {spent:6.1f} s = "
              f"{taken.manifest.plain / 1e6 / spent:5.0f} MB/s, sealed, at 2 places, read back")  # fmt: skip
        print(f"restore  {done.size / 1e6:8.0f} MB in {took:6.1f} s = {rate / 1e6:5.0f} MB/s "
              f"{done.seconds} with {done.segments} segments of the log")  # fmt: skip
        print(f"10 GB at this rate (extrapolated): {1e10 / rate / 60:.1f} min; "
              f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")  # fmt: skip
    house.restored.pop().close()


def test_one_second_before_the_drop(house: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    before: datetime = house.before  # type: ignore[attr-defined]
    began = time.monotonic()
    done = house.back(Goal(at=before))
    assert house.sql("SELECT count(*), min(n) FROM small", done.cluster) == [(1001, 0)]
    with capsys.disabled():
        print(f"\nto 1 s before a DROP: {time.monotonic() - began:.1f} s, every row of before, none after")
    house.restored.pop().close()


def test_flipped_bytes(long: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """One bit anywhere, alike at both places: refused, and no server was started."""
    rng, found, rounds = random.Random(19), 0, 150 if long else 6
    with kept() as small:
        small.sql("CREATE TABLE t AS SELECT g, md5(g::text) FROM generate_series(1, 5000) g")
        small.take(NAME)
        small.ship()
        first = backup_manifest.read(small.boxes, small.places[0], NAME)[0].first
        files = [path for path in small.files() if "base" in path.parts or path.name >= first]
        for n in range(rounds):
            path = files[n % len(files)]
            at = rng.randrange(min(path.stat().st_size, 4096 if n % 3 == 0 else 1 << 40))
            bit = 1 << rng.randrange(8)
            folder = small.places[0].folder
            assert folder is not None
            twin = folder.parent / "second" / path.relative_to(folder)
            was = [flip(one, at, bit) for one in (path, twin)]
            try:
                small.back(strict=True)
            except (Damaged, Misconfigured):
                found += not small.restored[-1].layout.log.exists()
            finally:
                for one, old in zip((path, twin), was, strict=True):
                    restore_byte(one, at, old)
                small.restored.pop().close()
        done = small.back(strict=True)  # and whole again, it restores
        assert small.sql("SELECT count(*) FROM t", done.cluster) == [(5000,)]
    with capsys.disabled():
        print(f"\nflipped bits: {found} of {rounds} found before anything was started, in {len(files)} files")
    assert found == rounds
