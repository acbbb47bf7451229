"""The writing hinge's statements: the same $n texts as the pipeline's, on Django's connection."""

from typing import Any

import psycopg
from django.db import connection


def raw(sql: str, *args: object) -> list[tuple[Any, ...]]:
    """Run a statement with $n parameters inside the current transaction."""
    connection.ensure_connection()
    with psycopg.RawCursor(connection.connection) as cursor:
        cursor.execute(sql, args)
        return cursor.fetchall() if cursor.description else []
