"""6.1: addresses of databases, ours and the hospital's."""

from urllib.parse import quote

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from jingui.cluster.address import Address, external, from_url
from jingui.cluster.cluster import Cluster
from jingui.core.errors import Misconfigured

TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), min_size=1, max_size=20)


@given(user=TEXT, password=TEXT, database=TEXT, port=st.integers(1, 65535))
def test_a_url_is_read_as_it_was_meant(user: str, password: str, database: str, port: int) -> None:
    url = f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@localhost:{port}/{quote(database, safe='')}"
    address = from_url(url)
    assert (address.user, address.password, address.database, address.port) == (user, password, database, port)
    libpq = conninfo_to_dict(address.psycopg())
    assert (libpq["user"], libpq["password"], libpq["dbname"]) == (user, password, database)
    assert address.asyncpg() == {
        "host": "localhost",
        "port": port,
        "user": user,
        "password": password,
        "database": database,
    }
    assert address.django()["PASSWORD"] == password


def test_a_password_never_shows() -> None:
    address = Address(host="/run", user="a", password="secret-word", database="d")
    assert "secret-word" not in repr(address)
    with pytest.raises(Misconfigured) as caught:
        from_url("postgresql://u:secret-word@h:99999999/d")
    assert "secret-word" not in repr(caught.value) + str(caught.value.data)


@pytest.mark.parametrize("host", ["db.hospital.example", "10.1.2.3", "localhost,db2", "[fd00::1]"])
def test_a_server_elsewhere_must_prove_who_it_is(host: str) -> None:
    address = from_url(f"postgresql://u:p@{host}/d")
    assert dict(address.options)["sslmode"] == "verify-full"
    assert "sslmode=verify-full" in address.asyncpg()["dsn"]
    chosen = from_url(f"postgresql://u:p@{host}/d?sslmode=require")
    assert dict(chosen.options)["sslmode"] == "require"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "%2Frun%2Fpostgresql", "[::1]"])
def test_this_machine_need_not(host: str) -> None:
    assert from_url(f"postgresql://u:p@{host}/d").options == ()


def test_several_servers_of_one_database() -> None:
    address = from_url("postgresql://u:p@a:5432,b:6432/d?target_session_attrs=read-write&sslmode=require")
    assert address.asyncpg()["host"] == ["a", "b"]
    assert address.asyncpg()["port"] == [5432, 6432]
    assert address.asyncpg()["target_session_attrs"] == "read-write"
    libpq = conninfo_to_dict(address.psycopg())
    assert (libpq["host"], libpq["port"]) == ("a,b", "5432,6432")
    assert address.django()["PORT"] == "5432,6432"


@pytest.mark.parametrize(
    "url",
    ["", "mysql://u:p@h/d", "postgresql://h/d", "postgresql://u@/d", "postgresql://u:p@h", "h=1", "postgresql://["],
)
def test_a_wrong_url_is_refused_with_words(url: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        from_url(url, variable="JINGUI_OWNER_URL")
    assert caught.value.data == {"variable": "JINGUI_OWNER_URL"}


def test_an_external_database_has_two_roles() -> None:
    app, owner = "postgresql://app:p@localhost/d", "postgresql://owner:p@localhost/d"
    assert external({}) is None
    found = external({"JINGUI_DATABASE_URL": app, "JINGUI_OWNER_URL": owner})
    assert found is not None
    assert [address.user for address in found] == ["app", "owner"]
    for half in ({"JINGUI_DATABASE_URL": app}, {"JINGUI_OWNER_URL": owner}):
        with pytest.raises(Misconfigured):
            external(half)
    with pytest.raises(Misconfigured):
        external({"JINGUI_DATABASE_URL": owner, "JINGUI_OWNER_URL": owner})


@pytest.mark.database
def test_each_driver_gets_in(running: Cluster) -> None:
    import asyncio

    import asyncpg

    async def ask(address: Address) -> object:
        link = await asyncpg.connect(**address.asyncpg())
        try:
            return await link.fetchval("SELECT current_user::text")
        finally:
            await link.close()

    address = running.address("app")
    assert asyncio.run(ask(address)) == "jingui_app"
    entry = address.django()
    with psycopg.connect(
        host=entry["HOST"],
        port=entry["PORT"],
        user=entry["USER"],
        password=entry["PASSWORD"],
        dbname=entry["NAME"],
        **entry["OPTIONS"],
    ) as link:
        assert link.execute("SELECT current_user::text").fetchone() == ("jingui_app",)
