"""One made-up hospital with all its stories, shared by the tests of this folder."""

import os
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from random import Random

import pytest

from jingui.config import founding, house, wiring
from jingui.config.home import home
from jingui.demo.generator import Hospital, PatientStory, build_hospital, stories
from jingui.demo.play import Stage

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def hospital() -> Hospital:
    return build_hospital(Random(7), TODAY)


@pytest.fixture(scope="session")
def told(hospital: Hospital) -> list[PatientStory]:
    return list(stories(hospital, Random(8), TODAY, 320))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, "list[str]"]]:
    """An empty house (no people but the first administrators' right to come) and a stage in it."""
    from django.db import connections

    from jingui.cluster.scratch import scratch_cluster
    from jingui.gate import plane, runtime, sequencer
    from jingui.store.ledger import LIVE

    told: list[str] = []
    kept = {name: os.environ.get(name) for name in ("JINGUI_DATABASE_URL", "JINGUI_OWNER_URL")}
    with scratch_cluster() as cluster:
        app, owner = cluster.address("app"), cluster.address("owner")
        os.environ["JINGUI_DATABASE_URL"], os.environ["JINGUI_OWNER_URL"] = app.psycopg(), owner.psycopg()
        founding.found(home())
        before = dict(connections["default"].settings_dict)
        connections.close_all()
        connections["default"].close_pool()  # an earlier house was another server
        LIVE.clear()  # its writers are not missed in this one
        connections["default"].settings_dict.update(app.django())
        made = wiring.runtime()
        runtime.install(made)
        folder, ended = tmp_path_factory.mktemp("demo"), threading.Event()
        placing = threading.Thread(
            target=sequencer.run, args=(made, app.psycopg(), ended.is_set), kwargs={"state": folder / "state"}
        )
        placing.start()
        with plane.Background(made, app.asyncpg()):
            yield (
                Stage(
                    names=house.names(), now=lambda: datetime.now(UTC), folder=folder,
                    tell=lambda kind, data: told.append(kind),
                ),
                told,
            )  # fmt: skip
            ended.set()
            placing.join(30)
            connections.close_all()
            connections["default"].settings_dict.update(before)
    for name, value in kept.items():
        os.environ.pop(name, None) if value is None else os.environ.update({name: value})
