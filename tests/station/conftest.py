"""The simulated hospital of this folder, whose database can be stopped."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import tests.hospital
from jingui.cluster.cluster import Cluster
from tests.hospital import Hospital, house

FOUND: list[Cluster] = []


@pytest.fixture(scope="package")
def hospital() -> Iterator[Hospital]:
    """A running house with its people."""
    real = tests.hospital.scratch_cluster

    @contextmanager
    def kept(*args: Any, **more: Any) -> Iterator[Cluster]:
        with real(*args, **more) as made:
            FOUND[:] = [made]
            yield made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tests.hospital, "scratch_cluster", kept)
        with house() as made:
            yield made


@pytest.fixture
def cluster(hospital: Hospital) -> Cluster:
    """The hospital's database server."""
    return FOUND[0]
