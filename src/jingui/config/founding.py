"""`jingui init`: a new house: database, tables, grants, keys, the epoch. Run again it changes nothing.

A lost key never becomes a new one: where a database already knows a key-check value, missing keys refuse the start.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from jingui.cluster.address import Address, external
from jingui.config import gateway_keys, plugs, stamp
from jingui.config.home import Home
from jingui.core.errors import KeyTrouble, Misconfigured
from jingui.core.word import N_
from jingui.crypto.keyring import ROOT_FILE, Keyring
from jingui.crypto.providers.file import FileProvider
from jingui.crypto.suite import suite_by_name
from jingui.store.grants import statements

Say = Callable[[str], None]


def silent(_: str) -> None:
    """Say nothing."""


def found(where: Home, say: Say = silent) -> None:
    """Make or complete the house at `where`."""
    where.root.mkdir(mode=0o755, parents=True, exist_ok=True)
    if external(os.environ) is None:
        say(N_("启动内置数据库"))
        cluster = plugs.cluster()
        cluster.init()
        cluster.ensure_started()
    owner = plugs.address("owner")
    say(N_("建立数据表"))
    migrate(owner)
    lay(where, owner, plugs.address("app").user)


def lay(where: Home, owner: Address, role: str) -> None:
    """Grants, keys and the epoch row."""
    with psycopg.connect(owner.psycopg()) as connection:
        tables = frozenset(
            row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        )
        for statement in statements(tables, role):
            connection.execute(statement.encode())
        row = connection.execute("SELECT key_check FROM epoch WHERE id = 1").fetchone()
        keys = open_keys(where, None if row is None else row[0])
        if row is None:
            connection.execute(
                "INSERT INTO epoch (id, n, policy, lockdown, key_check, shred_generation, suite, institution) "
                "VALUES (1, 1, 1, false, %s, %s, %s, %s)",
                (keys.check_value(), keys.generation, keys.suite.name, where.institution),
            )
        used = connection.execute("SELECT 1 FROM seal_use LIMIT 1").fetchone() is not None
        stamp.ensure(where, keys, datetime.now(UTC), used=used)
        partnered = connection.execute("SELECT 1 FROM partner LIMIT 1").fetchone() is not None
        gateway_keys.ensure(where, keys, datetime.now(UTC), used=partnered)


def open_keys(where: Home, expected: str | None) -> Keyring:
    """The house's keys; made only when neither keys nor a database that knows keys exist."""
    if (where.keys / ROOT_FILE).exists():
        return Keyring.open(
            where.keys, plugs.provider(where), expected_check=expected, copies=plugs.shred_copies(where)
        )
    if expected is not None:
        raise KeyTrouble(path=str(where.keys / ROOT_FILE), problem="missing")
    suite = suite_by_name(where.suite)
    if where.key_provider == "file" and not where.key_file.exists():
        FileProvider.create(where.key_file, suite, os.urandom, outside=(where.cluster,))
    for copy in plugs.shred_copies(where):
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Keyring.create(where.keys, plugs.provider(where), suite, copies=plugs.shred_copies(where))


def migrate(owner: Address) -> None:
    """Bring the tables up to date as their owner, in a process of its own: the running one never has those rights."""
    environment = {**os.environ, "JINGUI_ROLE": "owner", "DJANGO_SETTINGS_MODULE": "jingui.config.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--noinput", "--skip-checks", "-v", "0"],
        env={**environment, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Misconfigured(N_("数据表建立失败。"), detail=done.stderr.strip().splitlines()[-1] if done.stderr else "")
