"""What a database superuser can do past the door, and how it is put right again."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from jingui.core.oversee import Verification
from jingui.store.verification import verify
from tests.hospital import Hospital


@contextmanager
def tampered(hospital: Hospital, tables: str, *statements: str) -> Iterator[None]:
    """Run the statements with triggers off; afterwards the named tables are as before."""
    names = tables.split()
    with psycopg.connect(hospital.addresses["root"].psycopg(), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for name in names:
            connection.execute(f"CREATE TEMP TABLE keep_{name} AS TABLE {name}".encode())
        try:
            changed = sum(max(connection.execute(one.encode()).rowcount, 0) for one in statements)
            assert changed, "the tampering did nothing"
            yield
        finally:
            with connection.transaction():
                for name in names:
                    connection.execute(f"DELETE FROM {name}".encode())
                    connection.execute(f"INSERT INTO {name} SELECT * FROM keep_{name}".encode())


def check(hospital: Hospital) -> Verification:
    """A whole verification as the running application's role."""
    runtime = hospital.runtime
    with psycopg.connect(hospital.addresses["app"].psycopg(), autocommit=True) as connection:
        return verify(connection, runtime.keyring, runtime.origin)
