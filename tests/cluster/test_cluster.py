"""6.1: the embedded cluster's life, on a real PostgreSQL."""

import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from jingui.cluster.cluster import Cluster, State
from jingui.core.errors import Misconfigured
from tests.cluster.conftest import SOURCES

pytestmark = pytest.mark.database
AsOrdinary = Callable[[str], "subprocess.CompletedProcess[str]"]


def one(cluster: Cluster, question: str) -> object:
    with psycopg.connect(cluster.address("owner").psycopg()) as link:
        row = link.execute(question).fetchone()
    assert row is not None
    return row[0]


def test_it_is_made_started_and_stopped(cluster: Cluster) -> None:
    assert cluster.status().state is State.ABSENT
    cluster.init()
    assert cluster.status().state is State.STOPPED
    assert cluster.start() is True
    assert cluster.start() is False
    now = cluster.status()
    assert (now.state, now.durable, now.major >= 15) == (State.RUNNING, True, True)
    for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
        assert one(cluster, f"SHOW {name}") == "on"
    assert one(cluster, "SHOW listen_addresses") == ""
    assert one(cluster, "SELECT datlocale FROM pg_database WHERE datname = 'jingui'") == "C.UTF-8"
    assert cluster.stop() is True
    assert cluster.stop() is False
    assert cluster.status().state is State.STOPPED


def test_nothing_of_it_is_open_to_others(cluster: Cluster) -> None:
    cluster.ensure_started()
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in cluster.home.iterdir() if not path.is_symlink()}
    server = {cluster.home / name for name in ("data", "log", "run")}
    assert {modes[path] for path in server} == {0o700}
    assert modes[cluster.home / "secret"] == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (cluster.home / "secret").iterdir()} == {0o600}
    assert modes[cluster.home / "cluster.json"] == 0o600
    log = (cluster.layout.log).read_text()
    words = [path.read_text().strip() for path in (cluster.home / "secret").iterdir()]
    assert len(words) == 3
    assert all(word not in log and word not in repr(cluster.address("app")) for word in words)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to drop")
def test_root_leaves_its_rights_behind(cluster: Cluster) -> None:
    cluster.ensure_started()
    owner = Path(f"/proc/{cluster.status().pid}").stat().st_uid
    assert owner != 0
    assert cluster.layout.data.stat().st_uid == owner
    assert (cluster.home / "secret").stat().st_uid == 0


def test_an_ordinary_user_has_one_too(open_folder: Path, as_ordinary: AsOrdinary) -> None:
    open_folder.chmod(0o777)
    done = as_ordinary(
        "from pathlib import Path; from jingui.cluster.cluster import Cluster; import psycopg\n"
        f"c = Cluster(Path({str(open_folder / 'db')!r})); c.ensure_started()\n"
        "print(psycopg.connect(c.address('app').psycopg()).execute('SELECT current_user').fetchone()[0])\n"
        "print(c.status().state); c.stop(); print(c.status().state)"
    )
    assert done.stdout.split() == ["jingui_app", "running", "stopped"], done.stderr


def test_another_account_is_told_whose_it_is(cluster: Cluster, as_ordinary: AsOrdinary) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs two accounts")
    cluster.init()
    done = as_ordinary(
        "from pathlib import Path; from jingui.cluster.cluster import Cluster; from jingui.core.errors import *\n"
        f"try: Cluster(Path({str(cluster.home)!r})).start()\n"
        "except Misconfigured as error: print('told', error.next_step != '')"
    )
    assert done.stdout.split() == ["told", "True"], done.stderr


def test_several_processes_start_it_once(cluster: Cluster) -> None:
    code = (
        "from pathlib import Path; from jingui.cluster.cluster import Cluster; import psycopg\n"
        f"c = Cluster(Path({str(cluster.home)!r})); started = c.ensure_started()\n"
        "psycopg.connect(c.address('app').psycopg()).close(); print(int(started), c.status().pid)"
    )
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    four = [
        subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    said = [process.communicate(timeout=120)[0].split() for process in four]
    assert sorted(words[0] for words in said) == ["0", "0", "0", "1"]
    assert len({words[1] for words in said}) == 1


def test_settings_are_kept_and_bad_ones_refused(cluster: Cluster) -> None:
    cluster.ensure_started()
    assert cluster.apply({"work_mem": "7MB", "max_connections": "61"}) == ("max_connections",)
    assert one(cluster, "SHOW work_mem") == "7MB"
    with pytest.raises(Misconfigured):
        cluster.apply({"work_mem": "plenty"})
    cluster.stop()
    cluster.start()
    assert (one(cluster, "SHOW work_mem"), one(cluster, "SHOW max_connections")) == ("7MB", "61")
    assert cluster.apply({}) == ("max_connections",)
    assert one(cluster, "SHOW work_mem") != "7MB"


def test_a_long_path_gets_a_short_private_socket(open_folder: Path) -> None:
    home = open_folder / ("long" * 30) / "db"
    home.parent.mkdir(mode=0o711)
    cluster = Cluster(home)
    try:
        cluster.ensure_started()
        socket = Path(cluster.status().socket)
        assert not socket.is_relative_to(home)
        assert len(os.fsencode(socket / ".s.PGSQL.5432")) <= 107
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700
        assert one(cluster, "SELECT 1") == 1
        cluster.stop()
        socket.rmdir()
        socket.mkdir(mode=0o755)
        with pytest.raises(Misconfigured):
            cluster.start()
        socket.rmdir()
        assert cluster.start() is True
    finally:
        cluster.remove()
    assert not home.exists()
    assert not socket.exists()


def test_a_throw_away_cluster_is_never_taken_for_a_real_one(open_folder: Path) -> None:
    Cluster(open_folder / "db", durable=False).init()
    with pytest.raises(Misconfigured):
        Cluster(open_folder / "db").start()
    Cluster(open_folder / "real").init()
    with pytest.raises(Misconfigured):
        Cluster(open_folder / "real", durable=False).start()


def test_a_start_is_quick(cluster: Cluster) -> None:
    cluster.ensure_started()
    cluster.stop()
    began = time.monotonic()
    cluster.start()
    took = time.monotonic() - began
    began = time.monotonic()
    for _ in range(100):
        cluster.status()
    look = (time.monotonic() - began) / 100
    print(f"start {took:.2f} s, status {look * 1e6:.0f} us")
    assert took < 5
    assert look < 0.01
