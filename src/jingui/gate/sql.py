"""The writing hinge's statements: the same $n texts as the pipeline's, on Django's connection."""

from typing import Any

import psycopg
from django.db import connection


def raw(sql: str, *args: object, binary: bool = False) -> list[tuple[Any, ...]]:
    """Run a statement with $n parameters inside the current transaction.

    `binary` is for statements that return arrays of rows: only that form says what type each value has.
    """
    connection.ensure_connection()
    with psycopg.RawCursor(connection.connection) as cursor:
        cursor.execute(sql, args, binary=binary)
        return cursor.fetchall() if cursor.description else []


def let_go(*, end: bool = False) -> None:
    """Give this thread's connection back to the pool that all threads share: for threads that no web request ends.

    Without it each of them holds one for ever, and as many threads as there are connections starve all others. With
    `end` it ends instead: after megabytes went over it, for it keeps room for as many as long as it lives.
    """
    if end and connection.connection is not None:
        connection.connection.close()
    connection.close()
