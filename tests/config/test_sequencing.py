"""Work that needs the ledger's sequencer begins when one leads, not before: nothing it writes waits in vain."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from jingui.cluster.cluster import Cluster
from jingui.cluster.scratch import scratch_cluster
from jingui.config import house, plugs
from jingui.core.errors import Unavailable
from jingui.store.sequence import LOCK

pytestmark = pytest.mark.database
TABLES = """CREATE TABLE entry (id uuid, at timestamptz); CREATE TABLE entry_index (id uuid);
GRANT SELECT ON entry, entry_index TO PUBLIC"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with scratch_cluster() as found:
        with psycopg.connect(found.address("owner").psycopg(), autocommit=True) as owner:
            owner.execute(TABLES)
        yield found


@pytest.fixture(autouse=True)
def here(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugs, "address", lambda: cluster.address("app"))


@contextmanager
def child(code: str) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-c", code])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def leading(cluster: Cluster, number: int = LOCK) -> Iterator[None]:
    with psycopg.connect(cluster.address("app").psycopg(), autocommit=True) as leader:
        leader.execute("SELECT pg_advisory_lock(%s)", (number,))
        yield


def test_an_empty_ledger_waits_for_a_leader_too(cluster: Cluster) -> None:
    with child("import time; time.sleep(60)") as starting:
        with pytest.raises(Unavailable):
            house.caught_up(starting, limit=0.3)
        with leading(cluster, LOCK + 1), pytest.raises(Unavailable):
            house.caught_up(starting, limit=0.3)
        with leading(cluster):
            house.caught_up(starting, limit=0.3)


def test_a_sequencer_that_ended_is_not_waited_for(cluster: Cluster) -> None:
    with child("raise SystemExit(1)") as ended:
        ended.wait()
        with pytest.raises(Unavailable):
            house.caught_up(ended, limit=600)
        with leading(cluster):
            house.caught_up(ended, limit=0.3)


def test_what_an_earlier_run_left_is_placed_first(cluster: Cluster) -> None:
    with psycopg.connect(cluster.address("owner").psycopg(), autocommit=True) as owner:
        owner.execute("INSERT INTO entry VALUES (gen_random_uuid(), now() - interval '1 hour')")
        with leading(cluster), child("import time; time.sleep(60)") as process:
            with pytest.raises(Unavailable):
                house.caught_up(process, limit=0.3)
            owner.execute("INSERT INTO entry_index SELECT id FROM entry")
            house.caught_up(process, limit=0.3)
