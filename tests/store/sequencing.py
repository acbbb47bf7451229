"""Drives a sequencer over the simulated hospital's database, turn by turn, without a process of its own."""

from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg

from jingui.store.sequence import Sequencer


@contextmanager
def sequencer(hospital, abandoned=frozenset()):
    runtime = hospital.runtime
    with psycopg.connect(hospital.addresses["app"].psycopg(), autocommit=True) as connection:
        yield Sequencer.restore(connection, runtime.keyring, runtime.origin, abandoned)


def turn(one):
    return one.tick(datetime.now(UTC))
