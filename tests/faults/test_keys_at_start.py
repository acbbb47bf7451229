"""R11: a key file lost, wrong, half-written, readable by others: no start and no new key [3.1.1] [6.1.2]"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jingui.config import founding
from jingui.config.home import Home, home
from jingui.core.errors import KeyTrouble
from jingui.crypto.keyring import ROOT_FILE


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Home, str]:
    """A house with keys, and the check value that its database holds."""
    where = replace(home(), root=tmp_path, key_file=tmp_path / "provider.key", key_provider="file")
    return where, founding.open_keys(where, None).check_value()


def picture(where: Home) -> dict[str, str]:
    """Every file below the home with its digest and mode."""
    return {
        str(path.relative_to(where.root)): f"{hashlib.sha256(path.read_bytes()).hexdigest()} {path.stat().st_mode:o}"
        for path in sorted(where.root.rglob("*")) if path.is_file() and not path.name.endswith(".lock")
    }  # fmt: skip


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(bytes(raw))


HARMS: dict[str, Callable[[Path], object]] = {
    "lost": Path.unlink, "half-written": cut, "empty": lambda path: path.write_bytes(b""), "a bit flipped": flipped,
    "readable by the group": lambda path: path.chmod(0o640), "readable by all": lambda path: path.chmod(0o604),
    "other content": lambda path: path.write_bytes(os.urandom(path.stat().st_size)),
    "a link": lambda path: path.symlink_to(path.rename(path.with_suffix(".moved"))),
}  # fmt: skip


@pytest.mark.parametrize("which", ["root", "shred", "provider"])
@pytest.mark.parametrize("harm", HARMS)
def test_harmed(kept: tuple[Home, str], which: str, harm: str) -> None:
    where, check = kept
    files = {
        "root": [where.keys / ROOT_FILE], "provider": [where.key_file], "shred": sorted(where.root.rglob("shred*")),
    }[which]  # fmt: skip
    assert files
    for path in files:
        HARMS[harm](path)
    before = picture(where)
    with pytest.raises(KeyTrouble):
        founding.open_keys(where, check)
    assert picture(where) == before, "nothing was made, nothing was mended in silence"


def test_keys_of_another_house(kept: tuple[Home, str], tmp_path_factory: pytest.TempPathFactory) -> None:
    where, check = kept
    other = replace(
        where, root=tmp_path_factory.mktemp("other"), key_file=tmp_path_factory.mktemp("key") / "provider.key"
    )
    founding.open_keys(other, None)
    before = picture(other)
    with pytest.raises(KeyTrouble):
        founding.open_keys(other, check)
    assert picture(other) == before


def test_a_database_that_knows_keys_never_gets_new_ones(kept: tuple[Home, str]) -> None:
    where, check = kept
    for path in sorted(where.root.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    with pytest.raises(KeyTrouble):
        founding.open_keys(where, check)
    assert picture(where) == {}


def test_good_keys_open(kept: tuple[Home, str]) -> None:
    where, check = kept
    assert founding.open_keys(where, check).check_value() == check
