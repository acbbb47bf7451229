"""三（一）1, 六（一）3 备份与恢复: all comes back, to the second, and nothing damaged is started [3.1.1] [6.1.3]"""

import os
import random
import shutil
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from jingui.cluster import archive
from jingui.cluster.restoring import Goal
from jingui.config import backup_base, backup_expiry, backup_manifest, backup_reading, backup_wal
from jingui.config.backup_base import NoRoom
from jingui.config.backup_manifest import Damaged
from jingui.config.backup_places import Place, PlaceFailed
from jingui.core.errors import Conflict, JinguiError, KeyTrouble, Misconfigured, NotFound
from jingui.crypto.keyring import Keyring
from jingui.crypto.providers.file import FileProvider
from jingui.crypto.rotation import begin

from .kept import Kept, kept

CANARY = "孤雁出群金匮柒捌玖"


@pytest.fixture(scope="module")
def house() -> Iterator[Kept]:
    """A set, rows after it, a table that was dropped at a known moment."""
    with kept() as made:
        made.sql(
            f"CREATE TABLE t AS SELECT g AS n, md5(g::text) AS m, '{CANARY}' AS c FROM generate_series(1, 20000) g"
        )
        made.take("20260101T000000Z")
        made.sql("INSERT INTO t VALUES (0, 'after', '')")
        made.before = made.sql("SELECT clock_timestamp()")[0][0]  # type: ignore[attr-defined]
        time.sleep(1.05)
        made.lsn = made.sql("SELECT pg_current_wal_lsn()::text")[0][0]  # type: ignore[attr-defined]
        made.sql("DROP TABLE t")
        made.ship()
        yield made


def test_the_end_of_the_log(house: Kept) -> None:
    done = house.back()
    assert house.sql("SELECT to_regclass('t')", done.cluster) == [(None,)]
    assert not done.damaged


def test_one_second_before_a_drop(house: Kept) -> None:
    before: datetime = house.before  # type: ignore[attr-defined]
    done = house.back(Goal(at=before))
    assert house.sql("SELECT count(*), min(n) FROM t", done.cluster) == [(20001, 0)]
    house.sql("INSERT INTO t VALUES (-1, '', '')", done.cluster)  # writable, on a timeline of its own


def test_just_before_a_place_in_the_log(house: Kept) -> None:
    done = house.back(Goal(before=house.lsn))  # type: ignore[attr-defined]
    assert house.sql("SELECT count(*) FROM t", done.cluster) == [(20001,)]


def test_a_moment_beyond_the_log_is_refused(house: Kept) -> None:
    with pytest.raises(Misconfigured):
        house.back(Goal(at=datetime.now().astimezone() + timedelta(hours=1)))
    assert not house.restored[-1].layout.log.exists()


def test_each_object_has_two_places_that_agree(house: Kept) -> None:
    for place in house.places:
        _, damaged = backup_reading.verify(house.boxes, place, "20260101T000000Z")
        assert damaged == []
    assert [path.name for path in house.files(0)] == [path.name for path in house.files(1)]


def test_a_medium_without_keys_says_nothing(house: Kept) -> None:
    for path in house.files():
        body = path.read_bytes()
        assert CANARY.encode() not in body
        assert b"jingui_root" not in body
        assert b"CREATE TABLE" not in body


@pytest.mark.parametrize("seed", range(3))
def test_one_flipped_byte_anywhere_is_found_before_anything_is_started(house: Kept, seed: int) -> None:
    """Any file of the backup at both places alike: nothing is started, and the object is named."""
    rng = random.Random(seed)
    needed = [path for path in house.files() if ".history" not in path.name]
    first = backup_manifest.read(house.boxes, house.places[0], "20260101T000000Z")[0].first
    needed = [path for path in needed if "base" in path.parts or path.name >= first]
    for path in needed:
        at = rng.randrange(path.stat().st_size)
        twins = [path, Path(str(path).replace("/first/", "/second/"))]
        was = [flip(twin, at, 1 << rng.randrange(8)) for twin in twins]
        try:
            with pytest.raises((Damaged, Misconfigured)):
                house.back(Goal(), strict=True)
            assert not house.restored[-1].layout.log.exists(), path
        finally:
            for twin, body in zip(twins, was, strict=True):
                restore_byte(twin, at, body)
            house.restored.pop().close()


def flip(path: Path, at: int, bit: int) -> bytes:
    """Change one bit in place; the old byte."""
    with path.open("r+b") as file:
        file.seek(at)
        old = file.read(1)
        file.seek(at)
        file.write(bytes((old[0] ^ bit,)))
    return old


def restore_byte(path: Path, at: int, old: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(old)


def test_damage_at_one_place_is_named_and_the_other_helps(house: Kept) -> None:
    part = next(path for path in house.files() if path.name.startswith("part-"))
    old = flip(part, part.stat().st_size // 2, 4)
    try:
        _, damaged = backup_reading.verify(house.boxes, house.places[0], "20260101T000000Z")
        assert any(part.name in one for one in damaged)
        done = house.back()
        assert any(part.name in one for one in done.damaged)
        assert house.sql("SELECT 1", done.cluster) == [(1,)]
        with pytest.raises(Damaged):
            house.back(strict=True)
        assert not house.restored[-1].layout.log.exists()
    finally:
        restore_byte(part, part.stat().st_size // 2, old)


@pytest.mark.parametrize("what", ["part-00000", "house", "manifest", "wal"])
def test_a_missing_object_is_refused(house: Kept, what: str) -> None:
    gone = [path for place in (0, 1) for path in house.files(place) if path.name == what]
    if what == "wal":
        first = backup_manifest.read(house.boxes, house.places[0], "20260101T000000Z")[0].first
        gone = [path for place in (0, 1) for path in house.files(place) if path.name == first]
    for path in gone:
        path.rename(path.with_suffix(".away"))
    try:
        with pytest.raises((Damaged, NotFound)):
            house.back()
        assert not house.restored or not house.restored[-1].layout.log.exists()
    finally:
        for path in gone:
            path.with_suffix(".away").rename(path)


def test_an_object_put_in_anothers_place_is_refused(house: Kept) -> None:
    """Genuine bytes under another name: swapped segments open nothing."""
    names = [path for path in house.files() if archive.SEGMENT.fullmatch(path.name)]
    one, two = names[-2], names[-1]
    kept_ = one.read_bytes(), two.read_bytes()
    try:
        one.write_bytes(kept_[1])
        two.write_bytes(kept_[0])
        _, damaged = backup_reading.verify(house.boxes, house.places[0], "20260101T000000Z")
        assert {path.name for path in (one, two)} <= {name.split("/")[-1] for name in damaged}
    finally:
        one.write_bytes(kept_[0])
        two.write_bytes(kept_[1])


def test_other_keys_and_an_older_shred_file_are_refused(house: Kept, tmp_path: Path) -> None:
    strange = tmp_path / "strange"
    FileProvider.create(tmp_path / "provider", house.keys.suite, os.urandom, outside=())
    other = Keyring.create(strange, FileProvider(tmp_path / "provider"), house.keys.suite)
    reading = backup_reading.Reading(boxes=house.boxes, places=house.places)
    manifest = backup_manifest.newest(reading.boxes, house.places)
    with pytest.raises(KeyTrouble):
        backup_reading.fitting(other, manifest, 1)
    old = tmp_path / "old"
    shutil.copytree(house.where.keys, old)
    rotation = begin(house.keys, [3])
    rotation.commit([])
    house.sql("CREATE TABLE later AS SELECT 1")
    house.ship()  # the log's header tells the newer generation, though the set is older
    assert backup_reading.newest_generation(reading, manifest) == house.keys.generation > manifest.generation
    older = Keyring.open(old, FileProvider(house.where.key_file), expected_check=None)
    with pytest.raises(KeyTrouble):
        house.back(keys=older)
    assert not house.restored[-1].layout.log.exists()


def test_a_place_that_fails_is_caught_up_later(house: Kept) -> None:
    second = house.places[1].folder
    assert second is not None
    second.rename(second.with_name("away"))
    second.write_text("not a folder")
    before = house.state.read().delivered.n
    house.sql("CREATE TABLE more AS SELECT generate_series(1, 1000)")
    try:
        house.ship()
        found = house.state.read()
        assert not found.places[house.places[1].name].well
        assert found.waiting > 0
        assert found.delivered.n == before
    finally:
        second.unlink()
        second.with_name("away").rename(second)
    house.ship()
    found = house.state.read()
    assert found.waiting == 0
    assert found.delivered.n > before
    assert backup_reading.verify(house.boxes, house.places[1], "20260101T000000Z")[1] == []


def test_a_segment_handed_over_again_is_dropped_and_other_content_is_not(house: Kept) -> None:
    house.ship()
    spool, chain = house.cluster.layout.spool, house.state.read().chain
    account = house.cluster.programs()[1]
    segment = chain.segment
    body = b"".join(house.boxes.open(house.places[0], backup_wal.address(system(house), segment)))
    (spool / segment).write_bytes(body)
    account.own(spool / segment)
    backup_wal.ship(house.state, house.boxes, house.places, spool, system(house), 1)
    assert house.state.read().chain.n == chain.n
    assert not (spool / segment).exists()


def system(house: Kept) -> str:
    return next(path for path in house.files() if "wal" in path.parts).parent.name


def test_the_archive_program_never_replaces_other_content(house: Kept, tmp_path: Path) -> None:
    layout = house.cluster.layout
    programs = house.cluster.programs()[1]
    source = layout.server / "log" / "given"
    for content, code in ((b"a", 0), (b"a", 0), (b"b", 1)):
        source.write_bytes(content)
        source.chmod(0o644)
        said = programs.run(["/bin/sh", layout.server / archive.SCRIPT, source, "0" * 23 + "F", layout.spool, "1"])
        assert said.code == code, said.text
    assert (layout.spool / ("0" * 23 + "F")).read_bytes() == b"a"
    said = programs.run(
        ["/bin/sh", layout.server / archive.SCRIPT, source, "0" * 23 + "E", layout.spool, "999999999999"]
    )
    assert said.code == 0
    assert (layout.spool / ("0" * 23 + "E.gap")).exists()
    for name in ("F", "E.gap"):
        (layout.spool / ("0" * 23 + name)).unlink()


def test_two_at_once_are_refused(house: Kept) -> None:
    with house.state.alone(), pytest.raises(Conflict), house.state.alone():
        pass


def test_a_full_place_is_refused_before_anything_is_written(house: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Place, "room", lambda self: (1000, 10_000))
    with pytest.raises(NoRoom):
        house.take("20260102T000000Z")
    assert backup_manifest.names(house.places[0]) == ("20260101T000000Z",)
    assert house.sql("SELECT 1") == [(1,)]


def test_a_place_that_fills_up_meanwhile_leaves_nothing_half(house: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    put = Place.put

    def full(self: Place, name: str, path: Path) -> None:
        if name.endswith("part-00000"):
            raise PlaceFailed(place=self.name, problem="No space left on device")
        put(self, name, path)

    monkeypatch.setattr(Place, "put", full)
    with pytest.raises(PlaceFailed):
        house.take("20260103T000000Z")
    for place in house.places:
        assert not place.list("base/20260103T000000Z")
    assert not (house.state.outbox / "part.box").exists()


def test_one_full_place_leaves_the_other_complete(house: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    put = Place.put

    def full(self: Place, name: str, path: Path) -> None:
        if self.name == house.places[1].name and name.startswith("base/"):
            raise PlaceFailed(place=self.name, problem="No space left on device")
        put(self, name, path)

    monkeypatch.setattr(Place, "put", full)
    made = house.take("20260104T000000Z")
    assert made.places == (house.places[0].name,)
    assert house.places[1].name in made.failed
    assert not house.places[1].list("base/20260104T000000Z")
    assert made.manifest.previous  # sets are chained


def test_expiry_removes_whole_sets_and_only_the_log_nobody_needs(house: Kept) -> None:
    house.sql("CREATE TABLE again AS SELECT generate_series(1, 100000) AS n")
    house.take("20260105T000000Z")
    assert backup_expiry.remove(house.places, "20260101T000000Z")
    assert backup_expiry.remove(house.places, "20260104T000000Z")
    assert backup_expiry.trim(house.keys, house.places) > 0
    for place in house.places:
        assert backup_manifest.names(place) == ("20260105T000000Z",)
        assert backup_reading.verify(house.boxes, place, "20260105T000000Z")[1] == []
    done = house.back()
    assert house.sql("SELECT count(*) FROM again", done.cluster) == [(100000,)]


def test_the_national_suite() -> None:
    with kept(suite="gm") as made:
        made.sql("CREATE TABLE t AS SELECT generate_series(1, 1000) AS n")
        made.take("20260101T000000Z")
        done = made.back()
        assert made.sql("SELECT count(*) FROM t", done.cluster) == [(1000,)]


def test_the_target_must_be_empty(house: Kept, tmp_path: Path) -> None:
    from jingui.cluster.restoring import Restoring

    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "x").write_text("")
    with pytest.raises(Misconfigured):
        Restoring(tmp_path / "db")


def test_places_are_named_rightly() -> None:
    for text in ("", "backup", "http://x/y", "file:relative"):
        with pytest.raises(JinguiError):
            Place(text)
    assert Place("s3://bucket/prefix").room() is None
    assert backup_base.name_of(datetime(2026, 1, 2, 3, 4, 5)) == "20260102T030405Z"
