"""6.1: crashes, left-overs and places where a cluster cannot be."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from jingui.cluster import postmaster, startup
from jingui.cluster.cluster import Cluster, State
from jingui.core.errors import Misconfigured, Unavailable

pytestmark = pytest.mark.database


@pytest.fixture
def small_disk(open_folder: Path) -> Iterator[Callable[[int], Path]]:
    """A file system of its own with so many MB."""
    mounted: list[Path] = []

    def make(size: int) -> Path:
        place = open_folder / f"disk{len(mounted)}"
        place.mkdir(mode=0o711)
        options = ["-o", f"size={size}m,mode=711", "tmpfs", str(place)]
        if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", *options], check=False).returncode != 0:
            pytest.skip("needs the right to mount a small disk")
        mounted.append(place)
        return place

    yield make
    for place in mounted:
        subprocess.run(["umount", str(place)], check=True)


def kill_server(cluster: Cluster) -> None:
    os.kill(cluster.status().pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while cluster.status().state is not State.STOPPED:
        assert time.monotonic() < until
        time.sleep(0.002)


def insert_until_lost(cluster: Cluster, acknowledged: list[int], stop: threading.Event) -> None:
    number = 0
    while not stop.is_set():
        try:
            with psycopg.connect(cluster.address("owner").psycopg(), autocommit=True) as link:
                while not stop.is_set():
                    number += 1
                    link.execute("INSERT INTO load VALUES (%s)", (number,))
                    acknowledged.append(number)
        except psycopg.OperationalError:
            time.sleep(0.05)


@pytest.mark.faults
def test_it_comes_back_after_kill_9_under_load(cluster: Cluster) -> None:
    cluster.ensure_started()
    with psycopg.connect(cluster.address("owner").psycopg(), autocommit=True) as link:
        link.execute("CREATE TABLE load (number bigint PRIMARY KEY)")
    acknowledged: list[int] = []
    stop = threading.Event()
    worker = threading.Thread(target=insert_until_lost, args=(cluster, acknowledged, stop))
    worker.start()
    try:
        for _ in range(3):
            time.sleep(0.4)
            kill_server(cluster)
            began = time.monotonic()
            assert cluster.start() is True
            took = time.monotonic() - began
            print(f"back after {took:.2f} s")
            assert took < 30
    finally:
        stop.set()
        worker.join()
    with psycopg.connect(cluster.address("owner").psycopg()) as link:
        kept = {number for (number,) in link.execute("SELECT number FROM load").fetchall()}
    assert len(acknowledged) > 50
    assert set(acknowledged) - kept == set()


@pytest.mark.faults
def test_children_that_outlive_their_server_are_ended(cluster: Cluster) -> None:
    cluster.ensure_started()
    with psycopg.connect(cluster.address("root", "postgres").psycopg()) as link:
        row = link.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'").fetchone()
        assert row is not None
    # a stopped process cannot notice that its server died: the worst kind of left-over
    os.kill(row[0], signal.SIGSTOP)
    kill_server(cluster)
    time.sleep(0.3)
    assert row[0] in postmaster.orphans(cluster.layout.data)
    began = time.monotonic()
    assert cluster.start() is True
    assert time.monotonic() - began < 20
    assert not postmaster.serves(row[0], cluster.layout.data)


def test_a_stale_lock_file_with_anothers_number_is_no_server(cluster: Cluster) -> None:
    cluster.ensure_started()
    _, account = cluster.programs()
    kill_server(cluster)
    # the hardest case: the number now belongs to a living process of the server's own account
    sleeper = subprocess.Popen(
        ["sleep", "60"], user=account.uid if account.dropping else None, extra_groups=[] if account.dropping else None
    )
    try:
        while postmaster.orphans(cluster.layout.data):
            time.sleep(0.05)
        for path in (cluster.layout.data / "postmaster.pid", Path(cluster.status().socket) / ".s.PGSQL.5432.lock"):
            lines = path.read_text().splitlines()
            path.write_text("\n".join([str(sleeper.pid), *lines[1:]]) + "\n")
        assert cluster.status().state is State.STOPPED
        assert cluster.start() is True
        assert sleeper.poll() is None
    finally:
        sleeper.kill()
        sleeper.wait()


def test_another_version_is_refused(cluster: Cluster) -> None:
    cluster.init()
    (cluster.layout.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(Misconfigured) as caught:
        cluster.start()
    assert caught.value.data["data"] == 12
    assert caught.value.next_step


def test_a_server_with_other_settings_is_told_apart(cluster: Cluster, open_folder: Path) -> None:
    cluster.init()
    programs, account = cluster.programs()
    other = open_folder / "other"
    other.mkdir(mode=0o700)
    account.own(other)
    words: list[str | Path] = ["-w", "-D", cluster.layout.data, "-l", cluster.layout.log, "-o", f"-k {other}"]
    assert account.run([programs.program("pg_ctl"), *words, "start"]).code == 0
    assert cluster.status().state is State.FOREIGN
    with pytest.raises(Misconfigured) as caught:
        cluster.start()
    assert caught.value.data["pid"] == cluster.status().pid


def test_half_a_cluster_is_made_whole(cluster: Cluster, open_folder: Path) -> None:
    half = cluster.home / "data.0123abcd.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert cluster.ensure_started() is True
    assert not half.exists()


def test_init_killed_at_any_moment_starts_over(cluster: Cluster) -> None:
    code = f"from pathlib import Path; from jingui.cluster.cluster import Cluster; Cluster(Path({str(cluster.home)!r}))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for moment in (0.15, 0.3, 0.5):
        process = subprocess.Popen([sys.executable, "-c", code + ".ensure_started()"], env=environment)
        time.sleep(moment)
        process.kill()
        process.wait()
    cluster.ensure_started()
    with psycopg.connect(cluster.address("app").psycopg()) as link:
        assert link.execute("SELECT 1").fetchone() == (1,)


def test_data_without_a_record_is_never_overwritten(cluster: Cluster) -> None:
    cluster.init()
    (cluster.home / "cluster.json").rename(cluster.home / "kept.json")
    with pytest.raises(Misconfigured):
        cluster.init()
    assert (cluster.layout.data / "PG_VERSION").exists()
    (cluster.home / "kept.json").rename(cluster.home / "cluster.json")


def test_a_lost_password_is_not_replaced(cluster: Cluster) -> None:
    cluster.ensure_started()
    (cluster.home / "secret" / "app").unlink()
    with pytest.raises(Misconfigured):
        cluster.address("app")
    assert not (cluster.home / "secret" / "app").exists()


def test_a_home_that_is_a_file_or_open_to_others_is_refused(open_folder: Path) -> None:
    (open_folder / "file").write_text("")
    with pytest.raises(Misconfigured):
        Cluster(open_folder / "file").init()
    with pytest.raises(Misconfigured):
        Cluster(open_folder / "file" / "db").init()
    shared = open_folder / "shared"
    shared.mkdir()
    (shared / "something").write_text("")
    shared.chmod(0o777)
    with pytest.raises(Misconfigured):
        Cluster(shared).init()
    with pytest.raises(Misconfigured):
        Cluster(open_folder / 'a"; touch b; "').init()
    assert not list(open_folder.glob("a*"))


def test_an_unwritable_home_is_refused(
    open_folder: Path, as_ordinary: Callable[[str], "subprocess.CompletedProcess[str]"]
) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs two accounts")
    done = as_ordinary(
        "from pathlib import Path; from jingui.cluster.cluster import Cluster; from jingui.core.errors import *\n"
        f"try: Cluster(Path({str(open_folder / 'db')!r})).init()\n"
        "except Misconfigured as error: print('told', error.data['path'])"
    )
    assert done.stdout.split() == ["told", str(open_folder / "db")], done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root puts the server elsewhere")
def test_below_a_closed_home_nothing_is_opened(open_folder: Path) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    cluster = Cluster(closed / "db")
    cluster.ensure_started()
    server = cluster.layout.server
    try:
        assert closed.stat().st_mode & 0o777 == 0o700
        assert not server.is_relative_to(open_folder)
        assert server.stat().st_mode & 0o777 == 0o711
        assert (cluster.home / "secret").is_dir()
        with psycopg.connect(cluster.address("app").psycopg()) as link:
            assert link.execute("SELECT 1").fetchone() == (1,)
    finally:
        cluster.remove()
    assert not server.exists()


def test_a_full_disk_is_said(small_disk: Callable[[int], Path]) -> None:
    with pytest.raises(Misconfigured) as caught:
        Cluster(small_disk(40) / "db").init()
    assert caught.value.data["needed"] > caught.value.data["free"]  # type: ignore[operator]  # both are numbers here


def test_a_disk_that_filled_up_is_said_and_mended(small_disk: Callable[[int], Path]) -> None:
    disk = small_disk(300)
    cluster = Cluster(disk / "db", durable=False)
    cluster.ensure_started()
    cluster.stop()
    filler = disk / "filler"
    filler.write_bytes(b"\0" * (shutil.disk_usage(disk).free - (1 << 20)))
    with pytest.raises(Misconfigured):
        cluster.start()
    filler.unlink()
    assert cluster.start() is True
    cluster.stop("immediate")


def test_a_start_can_be_given_up(cluster: Cluster) -> None:
    cluster.init()
    (cluster.layout.data / "global" / "pg_control").rename(cluster.layout.data / "global" / "kept")
    began = time.monotonic()
    with pytest.raises(Unavailable):
        cluster.start(give_up=lambda: time.monotonic() - began > 0.5)
    with pytest.raises(Misconfigured):
        cluster.start(retry_for=0.5)
    (cluster.layout.data / "global" / "kept").rename(cluster.layout.data / "global" / "pg_control")
    assert cluster.start() is True


@pytest.mark.parametrize(
    "text",
    [
        'FATAL:  could not write lock file "postmaster.pid": No space left on device',
        'FATAL:  could not create lock file "/x/.s.PGSQL.5432.lock": Read-only file system',
        'FATAL:  configuration file "/x/jingui.conf" contains errors',
        'FATAL:  could not open file "x": Permission denied',
        "FATAL:  database files are incompatible with server",
        "FATAL:  could not map anonymous shared memory: Cannot allocate memory",
    ],
)
def test_what_no_retry_mends_is_said(text: str, tmp_path: Path) -> None:
    said = startup.diagnosed(f"LOG:  starting\n{text}\nLOG:  shut down", tmp_path / "log")
    assert said is not None
    assert said.data["said"] == text
    assert re.search(r"[\u3400-\u9fff]", said.message)


def test_what_a_retry_mends_is_tried_again(tmp_path: Path) -> None:
    text = "FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use"
    assert startup.diagnosed(text, tmp_path / "log") is None
