"""三（一）存储: lost, wrong, half-written or readable by others: refused, and no new key is made [3.1.1] (R11)"""

import os
import pickle
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from jingui.core.errors import KeyTrouble, Tampered
from jingui.crypto import keyring as keyrings
from jingui.crypto.keyring import Keyring
from jingui.crypto.providers.file import FileProvider
from jingui.crypto.suite import INTERNATIONAL, NATIONAL, Suite
from tests.crypto.conftest import House


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def link(path: Path) -> None:
    path.rename(path.with_name("moved"))
    path.symlink_to("moved")


def group(path: Path) -> None:
    path.chmod(0o640)


def world(path: Path) -> None:
    path.chmod(0o604)


def directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


HARMS = [Path.unlink, cut, empty, longer, flip, link, group, world, directory, fifo]


@pytest.mark.parametrize("which", ["key", "root", "shred"])
@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
def test_a_harmed_file_refuses_and_nothing_is_made(house: House, which: str, harm: Callable[[Path], None]) -> None:
    harm(getattr(house, which))
    before = house.files()
    with pytest.raises(KeyTrouble):
        house.open()
    assert house.files() == before


@pytest.mark.parametrize("which", ["root", "shred"])
def test_every_flipped_byte_of_the_head_and_some_of_the_rest_is_refused(house: House, which: str) -> None:
    path: Path = getattr(house, which)
    data = path.read_bytes()
    for place in [*range(60), *range(60, len(data), 997), len(data) - 1]:
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(KeyTrouble):
            house.open()
    path.write_bytes(data)
    house.open()


def test_another_key_refuses(house: House) -> None:
    house.key.unlink()
    FileProvider.create(house.key, INTERNATIONAL, os.urandom)
    before = house.files()
    with pytest.raises(KeyTrouble):
        house.open()
    assert house.files() == before


@pytest.mark.parametrize("which", ["root", "shred"])
def test_a_file_of_another_house_under_the_same_key_refuses(house: House, tmp_path: Path, which: str) -> None:
    other = Keyring.create(tmp_path / "other", FileProvider(house.key), INTERNATIONAL)
    name = f"{which}.sealed"
    (house.directory / name).write_bytes((tmp_path / "other" / name).read_bytes())
    with pytest.raises(KeyTrouble):
        house.open()
    assert other.check_value() != house.keyring.check_value()


def test_whole_keys_of_another_house_are_recognised_by_the_check_value(house: House, tmp_path: Path) -> None:
    Keyring.create(tmp_path / "other", FileProvider(house.key), INTERNATIONAL)
    with pytest.raises(KeyTrouble) as caught:
        Keyring.open(tmp_path / "other", FileProvider(house.key), expected_check=house.keyring.check_value())
    assert caught.value.data["problem"] == "key of another database"


def test_an_older_generation_refuses(house: House) -> None:
    house.open(generation=1)
    with pytest.raises(KeyTrouble) as caught:
        house.open(generation=2)
    assert caught.value.data["problem"] == "older generation"


@pytest.mark.parametrize("what", ["root", "shred", "copy", "dangling"])
def test_creation_never_replaces_anything(tmp_path: Path, what: str) -> None:
    provider = FileProvider.create(tmp_path / "key", INTERNATIONAL, os.urandom)
    place = tmp_path / "keys"
    place.mkdir()
    standing = {"root": place / "root.sealed", "shred": place / "shred.sealed", "copy": tmp_path / "copy",
                "dangling": place / "root.sealed"}[what]  # fmt: skip
    if what == "dangling":
        standing.symlink_to(tmp_path / "nowhere")
    else:
        standing.write_bytes(b"somebody's")
    with pytest.raises(KeyTrouble):
        Keyring.create(place, provider, INTERNATIONAL, copies=(tmp_path / "copy",))
    assert [path.name for path in place.iterdir()] == [standing.name] * (what != "copy")


def test_a_creation_cut_short_can_only_be_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = FileProvider.create(tmp_path / "key", INTERNATIONAL, os.urandom)
    real = keyrings.keyfile.create

    def create(path: Path, data: bytes) -> None:
        if path.name == "root.sealed":
            raise SystemExit
        real(path, data)

    monkeypatch.setattr(keyrings.keyfile, "create", create)
    with pytest.raises(SystemExit):
        Keyring.create(tmp_path / "keys", provider, INTERNATIONAL)
    monkeypatch.undo()
    with pytest.raises(KeyTrouble):
        Keyring.open(tmp_path / "keys", provider, expected_check=None)
    with pytest.raises(KeyTrouble):
        Keyring.create(tmp_path / "keys", provider, INTERNATIONAL)


def test_files_are_private_and_hold_no_key_in_the_clear(house: House) -> None:
    for path in (house.key, house.root, house.shred, *house.copies):
        assert path.stat().st_mode & 0o777 == 0o600
    sealed = house.root.read_bytes() + house.shred.read_bytes()
    assert house.keyring.key("id") not in sealed
    assert not any(key in sealed for key in house.keyring.segments.keys.current)
    assert house.shred.read_bytes() == house.copies[0].read_bytes()


def test_reopened_keys_are_the_same(house: House) -> None:
    again = house.open(generation=1)
    for name in ("id", "row-mac", "ledger-mac", "session", "blind:name"):
        assert again.key(name) == house.keyring.key(name)
    assert len({again.key(name) for name in ("id", "row-mac", "ledger-mac", "session", "blind:name")}) == 5
    assert again.ids.public(1, 2) == house.keyring.ids.public(1, 2)
    assert again.row_mac(b"x") == house.keyring.row_mac(b"x") != again.ledger_mac(b"x")
    assert again.ledger_signer().public == house.keyring.ledger_signer().public
    assert again.blind.blind("name", "张三") == house.keyring.blind.blind("name", "张三")


@pytest.fixture
def ring(tmp_path: Path, suite: Suite) -> Keyring:
    """Return a key ring of each suite."""
    return Keyring.create(tmp_path / "k", FileProvider.create(tmp_path / "p", suite, os.urandom), suite)


def test_data_keys_wrap_for_one_patient_and_class(ring: Keyring) -> None:
    key = ring.new_data_key(5, "inpatient")
    wrapped = ring.wrap(key)
    assert ring.unwrap(5, "inpatient", wrapped).secret == key.secret
    assert ring.unwrap(5, "inpatient", wrapped) is ring.unwrap(5, "inpatient", wrapped)
    for patient, retention_class in ((6, "inpatient"), (5, "outpatient")):
        with pytest.raises(Tampered):
            ring.unwrap(patient, retention_class, wrapped)
    changed = wrapped[:-1] + bytes([wrapped[-1] ^ 1])
    with pytest.raises(Tampered):  # although the right one is in the cache
        ring.unwrap(5, "inpatient", changed)


def test_a_key_of_the_same_segment_is_still_another_patients(ring: Keyring) -> None:
    twin = next(n for n in range(6, 20_000) if ring.segment(n, "inpatient") == ring.segment(5, "inpatient"))
    with pytest.raises(Tampered):
        ring.unwrap(twin, "inpatient", ring.wrap(ring.new_data_key(5, "inpatient")))


def test_the_cache_is_bounded_and_evicts_the_longest_unused(ring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    ring._limit = 2
    wrapped = {n: ring.wrap(ring.new_data_key(n, "inpatient")) for n in (1, 2, 3)}
    first, second = ring.unwrap(1, "inpatient", wrapped[1]), ring.unwrap(2, "inpatient", wrapped[2])
    assert ring.unwrap(1, "inpatient", wrapped[1]) is first
    ring.unwrap(3, "inpatient", wrapped[3])
    assert ring.unwrap(1, "inpatient", wrapped[1]) is first
    assert ring.unwrap(2, "inpatient", wrapped[2]) is not second
    ring.evict(1, "inpatient")
    ring.evict(1, "inpatient")
    assert ring.unwrap(1, "inpatient", wrapped[1]) is not first


def test_tokens_are_unambiguous_and_the_patients_own(ring: Keyring) -> None:
    key, other = ring.new_data_key(5, "inpatient"), ring.new_data_key(6, "inpatient")
    tokens = [key.token(*parts) for parts in (("a", "b", "c"), ("ab", "", "c"), ("a", "bc", ""), ("", "a", "bc"))]
    assert len({*tokens, other.token("a", "b", "c")}) == 5
    assert key.token("a", "b", "c") == tokens[0]
    assert all(-(2**63) <= token < 2**63 for token in tokens)
    assert {key.token("code", "s", str(n)) < 0 for n in range(64)} == {True, False}


def test_shifts_are_stable_whole_minutes_within_180_days(ring: Keyring) -> None:
    shifts = {}
    for patient in range(300):
        key = ring.new_data_key(patient, "inpatient")
        again = ring.unwrap(patient, "inpatient", ring.wrap(key))
        shifts[patient] = key.shift()
        assert again.shift() == key.shift() == key.shift()
        assert abs(key.shift()) <= timedelta(days=180)
        assert key.shift() % timedelta(minutes=1) == timedelta()
    assert len(set(shifts.values())) > 290
    assert min(shifts.values()) < timedelta(days=-100) < timedelta(days=100) < max(shifts.values())


def test_a_data_key_does_not_show_itself(ring: Keyring) -> None:
    key = ring.new_data_key(5, "inpatient")
    assert repr(key) == "<DataKey>"
    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_segments_are_spread(ring: Keyring) -> None:
    numbers = [ring.segment(patient, "inpatient") for patient in range(20_000)]
    assert set(numbers) <= set(range(1024))
    assert len(set(numbers)) == 1024
    assert max(numbers.count(number) for number in range(0, 1024, 50)) < 60


def test_check_values_name_the_suite() -> None:
    assert keyrings._check_value(INTERNATIONAL, b"r" * 32).startswith("intl:")
    assert keyrings._check_value(NATIONAL, b"r" * 32).startswith("gm:")
