"""6.1.3: a second cluster follows, the first waits for it, the second takes over and the first stays silent [3.1.1]"""

import contextlib
import threading
from pathlib import Path

import psycopg
import pytest

from jingui.cluster import standby
from jingui.cluster.cluster import Cluster
from jingui.core.errors import Conflict, Misconfigured
from tests.faults.test_standby import Tunnel

pytestmark = [pytest.mark.database, pytest.mark.slow]


def written(cluster: Cluster, limit: float) -> bool:
    """Whether a write is acknowledged within `limit` seconds."""
    done: list[bool] = []

    def write() -> None:
        with (
            contextlib.suppress(psycopg.Error),
            psycopg.connect(cluster.address("root", "postgres").psycopg(), autocommit=True) as link,
        ):
            link.execute("CREATE TABLE IF NOT EXISTS told (n int)")
            link.execute("INSERT INTO told VALUES (1)")
            done.append(True)

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    thread.join(limit)
    return bool(done)


def test_following_waiting_and_taking_over(open_folder: Path) -> None:
    first, second = Cluster(open_folder / "first"), Cluster(open_folder / "second")
    first.ensure_started()
    try:
        assert standby.standing(first).part is standby.Part.ALONE
        word = standby.allow(first)
        assert standby.allow(first) == word, "safe to repeat"
        record = first.layout.load()
        assert record is not None
        tunnel = Tunnel(open_folder / "tunnel", first.layout.server / record.run)
        with pytest.raises(Misconfigured):
            standby.join(second, tunnel=tunnel.at, word="wrong", secret=first.layout.secret)
        assert second.layout.load() is None
        standby.join(second, tunnel=tunnel.at, word=word, secret=first.layout.secret)
        second.start()
        with pytest.raises(Conflict):
            standby.join(second, tunnel=tunnel.at, word=word, secret=first.layout.secret)
        standby.require(first)
        assert written(first, 10)
        assert standby.standing(first) == standby.Standing(part=standby.Part.FIRST, in_step=True, behind=0)
        tunnel.cut()
        assert not written(first, 3), "cut off from the second, the first acknowledges nothing"
        first.stop("immediate")
        first.start()
        assert not written(first, 3), "nor after a new start"
        with pytest.raises(Conflict):
            standby.promote(first)
        standby.promote(second)
        assert written(second, 10)
        assert not written(first, 3), "nor beside the new one"
        with pytest.raises(Conflict):
            standby.release(first, second_is_off=False)
        assert standby.standing(second).part is standby.Part.ALONE
    finally:
        for one in (first, second):
            one.remove()
