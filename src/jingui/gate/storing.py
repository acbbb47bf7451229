"""二（二）3: the rows of a prepared record, stored inside a writing act's own transaction [2.2.3] [1.3.3]

What `gate.copying` does for submissions on the data plane's connections, for acts that make a record beside other rows.
"""

import psycopg
from django.db import connection

from jingui.core.errors import Conflict, Tampered, Unavailable
from jingui.crypto.keyring import Keyring
from jingui.gate.copying import COPIES, UPDATE_SQL, turned
from jingui.gate.preparing import Rows
from jingui.gate.sql import raw
from jingui.store.statements import KEYS_LOCK

KINDS = frozenset({"keys", "records", "versions"})  # what such an act may make; people, visits and faces come elsewhere


def store(rows: Rows, keyring: Keyring) -> None:
    """Insert new keys, records and versions and correct records; Conflict when a version was corrected meanwhile."""
    keys_open(rows, keyring)
    for name, table, columns in COPIES:
        made = getattr(rows, name)
        if not made:
            continue
        if name not in KINDS:
            raise RuntimeError(f"{name} are not stored by an act")
        places = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 -- own names
        with psycopg.RawCursor(connection.connection) as cursor:
            cursor.executemany(sql, made)
    if rows.updates:
        plain = [
            (*u[:6], ",".join(u[6]), *u[7:12], "{" + ",".join(map(str, u[12])) + "}", *u[13:]) for u in rows.updates
        ]
        with psycopg.RawCursor(connection.connection) as cursor:
            cursor.execute(UPDATE_SQL, turned(plain))
            if cursor.rowcount != len(rows.updates):
                raise Conflict()


def keys_open(rows: Rows, keyring: Keyring) -> None:
    """New data keys open under the segment keys of this moment, until the commit [3.1.1]."""
    if not rows.keys:
        return
    raw("SELECT pg_advisory_xact_lock_shared($1::bigint)", KEYS_LOCK)
    keyring.refresh()
    for patient, retention, segment, wrapped, _ in rows.keys:
        try:
            keyring.segments.unwrap(segment, patient, retention, wrapped)
        except Tampered as error:
            raise Unavailable(where="keys") from error
