"""Drives a sequencer over the simulated hospital's database, turn by turn, without a process of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg

from jingui.store.sequence import Sequencer, Tick
from tests.hospital import Hospital


@contextmanager
def sequencer(hospital: Hospital, abandoned: frozenset[str] = frozenset()) -> Iterator[Sequencer]:
    runtime = hospital.runtime
    with psycopg.connect(hospital.addresses["app"].psycopg(), autocommit=True) as connection:
        yield Sequencer.restore(connection, runtime.keyring, runtime.origin, abandoned)


def turn(one: Sequencer) -> Tick:
    return one.tick(datetime.now(UTC))
