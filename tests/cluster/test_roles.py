"""6.1: what each of the three roles can and cannot do."""

import psycopg
import pytest

from jingui.cluster import roles
from jingui.cluster.cluster import Cluster
from jingui.cluster.scratch import fresh_database

pytestmark = pytest.mark.database


def attempt(cluster: Cluster, role: roles.RoleName, statement: str, database: str = "jingui") -> str:
    """`done`, or the SQLSTATE of the refusal."""
    try:
        with psycopg.connect(cluster.address(role, database).psycopg(), autocommit=True) as link:
            link.execute(statement)
    except psycopg.Error as refusal:
        return refusal.sqlstate or "connection refused"
    return "done"


def test_the_owner_makes_tables_and_the_runtime_gets_what_is_granted(running: Cluster) -> None:
    assert attempt(running, "owner", "CREATE TABLE t (a int)") == "done"
    assert attempt(running, "app", "SELECT * FROM t") == "42501"
    assert attempt(running, "owner", "GRANT SELECT, INSERT ON t TO jingui_app") == "done"
    assert attempt(running, "app", "INSERT INTO t VALUES (1)") == "done"
    assert attempt(running, "app", "UPDATE t SET a = 2") == "42501"
    assert attempt(running, "app", "DELETE FROM t") == "42501"
    assert attempt(running, "app", "DROP TABLE t") == "42501"


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (a int)",
        "CREATE SCHEMA mine",
        "CREATE TEMP TABLE mine (a int)",
        "SET ROLE jingui_owner",
        "SET ROLE jingui_root",
        "CREATE ROLE mine",
        "ALTER ROLE jingui_app SUPERUSER",
        "CREATE DATABASE mine",
        "ALTER SYSTEM SET fsync = off",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT rolpassword FROM pg_authid",
    ],
)
def test_the_runtime_owns_nothing(running: Cluster, statement: str) -> None:
    assert attempt(running, "app", statement) == "42501"


@pytest.mark.parametrize(
    "statement", ["CREATE ROLE mine", "CREATE DATABASE mine", "SET ROLE jingui_root", "ALTER SYSTEM SET fsync = off"]
)
def test_the_owner_is_no_superuser(running: Cluster, statement: str) -> None:
    assert attempt(running, "owner", statement) == "42501"


@pytest.mark.parametrize("database", ["postgres", "template1"])
def test_only_the_manager_enters_other_databases(running: Cluster, database: str) -> None:
    assert attempt(running, "root", "SELECT 1", database) == "done"
    assert attempt(running, "owner", "SELECT 1", database) != "done"
    assert attempt(running, "app", "SELECT 1", database) != "done"


def test_a_wrong_password_does_not_get_in(running: Cluster) -> None:
    address = running.address("root")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=address.host, port=address.port, user=address.user, dbname="jingui", password="wrong")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=address.host, port=address.port, user=address.user, dbname="jingui", password="")


def test_passwords_are_kept_as_scram_verifiers(running: Cluster) -> None:
    with psycopg.connect(running.address("root").psycopg()) as link:
        rows = link.execute("SELECT rolpassword FROM pg_authid WHERE rolname LIKE 'jingui%'").fetchall()
    assert len(rows) == 3
    assert all(word.startswith("SCRAM-SHA-256$") for (word,) in rows)


def test_making_them_again_changes_nothing(running: Cluster) -> None:
    owner, app = (roles.password(running.layout, "owner"), roles.password(running.layout, "app"))
    for _ in range(2):
        roles.ensure(running.address("root"), owner_password=owner, app_password=app)
    assert attempt(running, "app", "SELECT 1") == "done"


def test_another_database_has_the_same_walls(running: Cluster) -> None:
    addresses = fresh_database(running, "second")
    assert set(addresses) == {"root", "owner", "app"}
    assert attempt(running, "owner", "CREATE TABLE t (a int)", "second") == "done"
    assert attempt(running, "app", "CREATE TABLE u (a int)", "second") == "42501"
