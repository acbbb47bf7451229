"""A house made ready for this process: its database up, its tables current, its keys the right ones [6.1]

Every start goes through `prepare`, so a database that belongs to other keys never serves anybody.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg

from jingui.cluster import children
from jingui.cluster.address import external
from jingui.config import founding, plugs, schema
from jingui.config.home import home
from jingui.core.errors import KeyTrouble, Misconfigured, Unavailable
from jingui.core.importing import Names
from jingui.core.operation import Actor
from jingui.core.word import N_
from jingui.core.words import Entrance

SOURCES = Path(__file__).resolve().parents[2]
LEFT_SQL = """SELECT EXISTS (SELECT 1 FROM entry e WHERE NOT EXISTS (SELECT 1 FROM entry_index i WHERE i.id = e.id)
AND e.at < now() - interval '1 second')"""
STATE_SQL = "SELECT key_check, shred_generation, suite FROM epoch WHERE id = 1"


def environment() -> dict[str, str]:
    """What a child process needs to find this installation."""
    known = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    if str(SOURCES) not in known:
        known.insert(0, str(SOURCES))
    return {
        "JINGUI_HOME": str(home().root),
        "DJANGO_SETTINGS_MODULE": "jingui.config.settings",
        "PYTHONPATH": os.pathsep.join(known),
        "PYTHONUNBUFFERED": "1",
    }


def prepare(say: founding.Say = founding.silent) -> None:
    """Start the database, bring the tables up to date if they are not, and check that the keys are this database's."""
    where = home()
    if external(os.environ) is None:
        plugs.cluster().ensure_started()
    if not (where.keys / founding.ROOT_FILE).exists() or not schema.current(where):
        founding.found(where, say)
        schema.remember(where)
    check_keys()


def check_keys() -> None:
    """Raise KeyTrouble when the keys are not those the database was written with, or older than a destruction."""
    try:
        with psycopg.connect(plugs.address().psycopg(), connect_timeout=5) as connection:
            row = connection.execute(STATE_SQL).fetchone()
    except psycopg.OperationalError as error:
        raise Unavailable(N_("数据库不接受连接。"), N_("请检查数据库是否运行、地址和口令是否正确。")) from error
    if row is None:
        raise Misconfigured(N_("数据库中没有本院的初始记录。"), N_("请先运行 jingui init。"))
    keys = plugs.keyring()
    check, generation, suite = row
    if keys.check_value() != check:
        raise KeyTrouble(N_("密钥与数据库不匹配，系统拒绝启动。"), problem="other keys")
    if keys.generation < generation:
        raise KeyTrouble(N_("密钥文件比数据库中的销毁记录旧，系统拒绝启动。"), problem="older generation")
    if keys.suite.name != suite:
        raise KeyTrouble(N_("密钥的算法套件与数据库不一致，系统拒绝启动。"), problem="other suite")


@contextmanager
def lent() -> Iterator[None]:
    """Keep the embedded server up while this process works; stop it at the end unless others use it."""
    if external(os.environ) is not None:
        yield
        return
    cluster = plugs.cluster()
    cluster.ensure_started()
    try:
        with cluster.using():
            yield
    finally:
        cluster.stop_unless_used()


@contextmanager
def opened(*, reading: bool = True, sequencing: bool = False) -> Iterator[None]:
    """Work through the door in this process: the runtime, and the plane when something is read or entered.

    `sequencing` keeps a sequencer beside long work (a second one only waits); short work needs none.
    """
    with ExitStack() as stack:
        stack.enter_context(lent())
        prepare()
        point_django()
        from jingui.config import wiring
        from jingui.gate import plane, runtime

        made = wiring.runtime()
        runtime.install(made)
        if sequencing:
            caught_up(stack.enter_context(sequencer()))
        if reading:
            stack.enter_context(plane.Background(made, plugs.address().asyncpg()))
        stack.callback(close_connections)
        yield


def names() -> Names:
    """Our numbers for the hospital's own ones: departments, people, accounts (after `opened`)."""
    from jingui.gate import importing_names

    return importing_names


def actor(username: str, token: str = "") -> Actor | None:
    """Somebody acting from this host: by the token they hold (which must be that account's), or from their own post."""
    from jingui.gate import importing_names

    found = importing_names.actor(username)
    if found is None or not token:
        return found
    from jingui.gate import door

    held = door.wait(door.aauthenticate(token, ""))
    if held.account != found.account:
        return None
    return replace(held, entrance=Entrance.COMMAND)


def point_django() -> None:
    """Let Django use the database as it is now: its settings may have been read before a new house had one."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jingui.config.settings")
    from django.db import connections

    found = plugs.address().django()
    connection = connections["default"]
    if any(connection.settings_dict.get(name) != value for name, value in found.items()):
        connection.close()
        connections.settings["default"].update(found)
        connection.settings_dict.update(found)


def close_connections() -> None:
    """Give Django's connection back before the server may stop."""
    from django.db import connections

    connections.close_all()


def caught_up(process: "subprocess.Popen[bytes]", limit: float = 60.0) -> None:
    """Wait until a sequencer leads and has placed what an earlier run left; Unavailable when none does in `limit` s.

    One leads already, or `process` will: before, whatever is written would wait, and the door closes after seconds.
    """
    from jingui.store.sequence import LEADS_SQL, LOCK

    until = time.monotonic() + limit
    with psycopg.connect(plugs.address().psycopg(), autocommit=True, connect_timeout=5) as connection:
        while True:
            leads = connection.execute(LEADS_SQL, (LOCK,)).fetchone() is not None
            left = connection.execute(LEFT_SQL).fetchone()
            if leads and not (left and left[0]):
                return
            if time.monotonic() > until or (process.poll() is not None and not leads):
                raise Unavailable(N_("存证排序没有跟上，因此没有开始。"), N_("请运行 jingui doctor 查看原因。"))
            time.sleep(0.1)


@contextmanager
def sequencer() -> Iterator["subprocess.Popen[bytes]"]:
    """A sequencer process for as long as this lasts; it ends with this process, however that ends."""
    tied = (sys.executable, "-I", "-S", str(children.LAUNCH), str(os.getpid()))
    process = subprocess.Popen(  # noqa: S603 -- our own program, no shell
        [*tied, sys.executable, "-m", "jingui.config.sequence"],
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment()},
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
