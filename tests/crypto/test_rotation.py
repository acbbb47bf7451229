"""三（一）销毁: segment keys change without losing a survivor, and what is left out is gone [3.1.3] (R4)"""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jingui.core.errors import Conflict, KeyTrouble, Tampered
from jingui.crypto import keyfile
from jingui.crypto.keyring import Keyring
from jingui.crypto.rotation import WrappedKey, begin, pending, rotate_all
from tests.crypto.conftest import House

CLASS = "inpatient"


def patients_of(ring: Keyring, number: int, count: int = 3) -> list[int]:
    """Return some patients whose keys lie in one segment."""
    found = []
    patient = 0
    while len(found) < count:
        patient += 1
        if ring.segment(patient, CLASS) == number:
            found.append(patient)
    return found


class Rows:
    """The wrapped keys as a database would have them."""

    def __init__(self, ring: Keyring, patients: list[int]) -> None:
        keys = [ring.new_data_key(patient, CLASS) for patient in patients]
        self.secrets = {key.patient: key.secret for key in keys}
        self.wrapped = {key.patient: ring.wrap(key) for key in keys}
        self.ring = ring

    def all(self) -> list[WrappedKey]:
        """Return every row."""
        return [WrappedKey(patient, CLASS, wrapped) for patient, wrapped in self.wrapped.items()]

    def of(self, number: int) -> list[WrappedKey]:
        """Return the rows of a segment."""
        return [row for row in self.all() if self.ring.segment(row.patient, CLASS) == number]

    def readable(self, ring: Keyring) -> bool:
        """Say whether every row opens to the key that it was."""
        return all(ring.unwrap(*row).secret == self.secrets[row.patient] for row in self.all())


def test_a_destroyed_key_is_gone_and_survivors_are_not(house: House) -> None:
    ring = house.keyring
    rows = Rows(ring, patients_of(ring, 7))
    gone = rows.all()[0]
    old_file = house.shred.read_bytes()
    ring.unwrap(*gone)
    rotation = begin(ring, [7])
    for row in rows.all()[1:]:
        rows.wrapped[row.patient] = rotation.rewrap(*row)
    del rows.wrapped[gone.patient]
    done = rotation.commit(rows.all())
    assert (done.segments, done.survivors, done.generation) == ((7,), 2, 3)
    assert [copy.place for copy in done.copies] == [str(house.shred), str(house.copies[0])]
    assert {copy.generation for copy in done.copies} == {3}
    for again in (ring, house.open(generation=3)):
        assert rows.readable(again)
        with pytest.raises(Tampered):
            again.unwrap(*gone)
    house.shred.write_bytes(old_file)  # the stray old shred file is refused
    with pytest.raises(KeyTrouble):
        house.open(generation=3)


def test_another_process_takes_the_new_generation_over(house: House) -> None:
    worker = house.open()
    ring = house.keyring
    rows = Rows(ring, patients_of(ring, 7))
    assert rows.readable(worker)
    rotation = begin(ring, [7])
    late = worker.new_data_key(rows.all()[0].patient, CLASS)
    assert ring.unwrap(late.patient, CLASS, worker.wrap(late)).secret == late.secret  # wrapped under the coming key
    assert worker.generation == 2
    for row in rows.all():
        rows.wrapped[row.patient] = rotation.rewrap(*row)
    rotation.commit(rows.all())
    assert rows.readable(worker)
    assert worker.refresh()
    assert worker.generation == 3
    assert rows.readable(worker)
    assert not worker.refresh()


@pytest.mark.parametrize("first", ["read", "wrap"])
def test_a_worker_that_missed_the_whole_rotation_goes_over_at_its_first_use(house: House, first: str) -> None:
    worker = house.open()
    ring = house.keyring
    rows = Rows(ring, patients_of(ring, 7))
    rotation = begin(ring, [7])
    for row in rows.all():
        rows.wrapped[row.patient] = rotation.rewrap(*row)
    rotation.commit(rows.all())
    assert worker.generation == 1
    if first == "read":
        assert rows.readable(worker)
    else:
        key = worker.new_data_key(rows.all()[0].patient, CLASS)
        assert ring.unwrap(key.patient, CLASS, worker.wrap(key)).secret == key.secret
    assert worker.generation == 3


def test_a_survivor_that_was_not_rewrapped_stops_the_commit(house: House) -> None:
    ring = house.keyring
    rows = Rows(ring, patients_of(ring, 7))
    rotation = begin(ring, [7])
    before = house.files()
    with pytest.raises(Tampered):
        rotation.commit(rows.all())
    assert house.files() == before
    assert rows.readable(house.open())


class Crash(BaseException):
    """The machine stops here."""


STEPS = ["write_beside", "put_in_place"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("call", range(5))
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_at_any_step_leaves_every_survivor_readable(
    house: House, monkeypatch: pytest.MonkeyPatch, step: str, call: int, after: bool
) -> None:
    """Four writes and four renames: begin and commit, the file and its copy; the fifth never happens."""
    ring = house.keyring
    rows = Rows(ring, patients_of(ring, 7))
    real, calls = getattr(keyfile, step), iter(range(100))

    def crash(*arguments: Path) -> object:
        number = next(calls)
        if number == call and not after:
            raise Crash
        result = real(*arguments)
        if number == call:
            raise Crash
        return result

    monkeypatch.setattr(keyfile, step, crash)
    try:
        rotation = begin(ring, [7])
        for row in rows.all():
            rows.wrapped[row.patient] = rotation.rewrap(*row)
        rotation.commit(rows.all())
        assert call == 4
    except Crash:
        assert call < 4
    monkeypatch.undo()
    opened = house.open()
    assert rows.readable(opened)
    unfinished = pending(opened)
    if unfinished:
        for row in rows.all():
            rows.wrapped[row.patient] = unfinished.rewrap(*row)
        unfinished.commit(rows.all())
    opened.shred.repair()
    assert opened.shred.stale(opened.generation) == ()
    assert pending(opened) is None
    assert rows.readable(house.open())


def test_a_crash_between_two_rewraps_is_gone_on_with(house: House) -> None:
    ring = house.keyring
    rows = Rows(ring, patients_of(ring, 7))
    rotation = begin(ring, [7])
    first = rows.all()[0]
    rows.wrapped[first.patient] = rotation.rewrap(*first)
    again = house.open()
    assert rows.readable(again)
    unfinished = pending(again)
    assert unfinished is not None
    assert unfinished.segments == (7,)
    assert unfinished.rewrap(*rows.all()[0]) == rows.wrapped[first.patient]
    for row in rows.all():
        rows.wrapped[row.patient] = unfinished.rewrap(*row)
    unfinished.commit(rows.all())
    assert rows.readable(house.open())


def test_threads_read_on_while_segments_rotate(house: House) -> None:
    worker = house.open()
    rows = Rows(house.keyring, patients_of(worker, 7, 8))
    stop = threading.Event()

    def read() -> int:
        count = 0
        while not stop.is_set():
            for row in rows.all():
                worker.evict(row.patient, CLASS)
                try:
                    assert worker.unwrap(*row).secret == rows.secrets[row.patient]
                except Tampered:  # this row was re-wrapped, and its old key erased, after it was read from the table
                    assert rows.wrapped[row.patient] != row.wrapped
                count += 1
        return count

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        for _ in range(5):
            rotation = begin(house.keyring, [7])
            for row in rows.all():
                rows.wrapped[row.patient] = rotation.rewrap(*row)
            rotation.commit(rows.all())
        stop.set()
        assert all(reader.result() for reader in readers)
    assert rows.readable(worker)


def test_a_copy_that_cannot_be_written_stops_everything(house: House) -> None:
    ring = house.keyring
    rows = Rows(ring, patients_of(ring, 7))
    house.copies[0].parent.rename(house.copies[0].parent.with_name("away"))
    before = house.shred.read_bytes()
    with pytest.raises(KeyTrouble):
        begin(ring, [7])
    assert house.shred.read_bytes() == before
    assert rows.readable(house.open())
    assert ring.shred.stale(1) == house.copies


def test_a_destruction_never_joins_a_rotation_under_way(house: House) -> None:
    begin(house.keyring, [7, 8])
    with pytest.raises(Conflict):
        begin(house.open(), [7])
    with pytest.raises(Conflict):
        begin(house.keyring, [8])


def test_two_processes_lose_no_coming_key(house: House) -> None:
    one, other = house.open(), house.open()
    rows = Rows(house.keyring, patients_of(one, 7) + patients_of(one, 8))
    first, second = begin(one, [7]), begin(other, [8])
    for row in rows.all():
        rotation = first if one.segment(row.patient, CLASS) == 7 else second
        rows.wrapped[row.patient] = rotation.rewrap(*row)
    assert first.commit(rows.of(7)).generation == 4
    assert second.commit(rows.of(8)).generation == 5
    with pytest.raises(KeyError):
        first.commit(rows.of(7))
    assert rows.readable(house.open())


def test_everything_is_rotated_and_resumed(house: House) -> None:
    ring = house.keyring
    rows = Rows(ring, list(range(200)))
    told: list[tuple[int, int]] = []
    old = set(ring.segments.keys.current)

    def stop(done: int, whole: int) -> None:
        told.append((done, whole))
        if done == 500:
            raise Crash

    def save(saved: object) -> None:
        for row in saved:  # type: ignore[attr-defined]
            rows.wrapped[row.patient] = row.wrapped

    with pytest.raises(Crash):
        rotate_all(ring, rows.of, save, stop)
    again = house.open()
    assert rows.readable(again)
    done = rotate_all(again, rows.of, save, lambda *_: None)
    assert told[-1] == (500, 1024)
    assert (done.survivors, len(done.segments)) == (200, 1024)
    assert rows.readable(house.open())
    assert not old & set(again.segments.keys.current)


@pytest.mark.parametrize("segments", [[], [-1], [1024]])
def test_segments_are_0_to_1023(house: House, segments: list[int]) -> None:
    with pytest.raises(ValueError, match="1023"):
        begin(house.keyring, segments)


def test_a_key_of_another_segment_is_not_rewrapped(house: House) -> None:
    ring = house.keyring
    key = ring.new_data_key(patients_of(ring, 8)[0], CLASS)
    with pytest.raises(ValueError, match="segment"):
        begin(ring, [7]).rewrap(key.patient, CLASS, ring.wrap(key))


def test_the_old_generation_is_overwritten_where_it_lay(house: House) -> None:
    handle = os.open(house.shred, os.O_RDONLY)
    try:
        old = os.pread(handle, 100_000, 0)
        begin(house.keyring, [7])
        assert len(os.pread(handle, 100_000, 0)) == len(old)
        assert os.pread(handle, 100_000, 0)[:8] != old[:8]
    finally:
        os.close(handle)
