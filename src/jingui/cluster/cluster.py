"""六（一）安全防护: the embedded PostgreSQL cluster [6.1]

Its life is independent of the processes that use it: whoever needs it calls `ensure_started`, the first one
starts it, the others find it. Nothing here opens a network port.
"""

import contextlib
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Literal

import psycopg

from jingui.cluster import binaries, folders, initdb, postmaster, roles, settings, startup
from jingui.cluster.account import Account, server_account
from jingui.cluster.address import Address
from jingui.cluster.binaries import Binaries
from jingui.cluster.layout import PORT, Layout, Record
from jingui.cluster.trouble import enough_space, told
from jingui.core.errors import Misconfigured, Unavailable
from jingui.core.word import N_

START_NEEDS = 64 << 20
"""Free bytes below which a start is refused: a full disk stops the server in the middle of work."""

StopMode = Literal["smart", "fast", "immediate"]


class State(StrEnum):
    """What the cluster is doing."""

    ABSENT = "absent"
    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterStatus:
    """A look at the cluster; `since` is in seconds since 1970, 0 when nothing runs."""

    state: State
    pid: int = 0
    since: int = 0
    major: int = 0
    account: str = ""
    durable: bool = True
    socket: str = ""
    log: str = ""


class Cluster:
    """The cluster in `home`. All its promises hold with several processes at once."""

    def __init__(
        self, home: Path, *, account: str = "", programs: Path | None = None, durable: bool = True,
        archives: bool | None = None,
    ) -> None:  # fmt: skip
        """`account` runs the server when we are root; `programs` is a directory of PostgreSQL programs.

        `durable=False` makes a throw-away cluster without fsync, for tests and benchmarks only; it does not hand over
        its log for backups unless `archives` says so.
        """
        self.layout = Layout(home=home.resolve())
        self._account, self._programs, self._durable = account, programs, durable
        self._archives = durable if archives is None else archives

    @property
    def home(self) -> Path:
        """The cluster's directory (absolute)."""
        return self.layout.home

    def init(self) -> None:
        """Make the cluster unless it exists; appears whole or not at all. Roles come with the first start.

        Raises Misconfigured: directory shared, unwritable or unreachable, no programs, no space.
        """
        account = self._server_account()
        folders.make_home(self.home, account)
        with self.layout.lock(), told(self.home):
            self._init(account)

    def start(self, *, retry_for: float = startup.RETRY_FOR, give_up: Callable[[], bool] = lambda: False) -> bool:
        """Start the server and wait until it takes connections; False when it ran already.

        Raises Misconfigured for what an operator must mend, Unavailable when `give_up()` said so.
        """
        if self.status().state is State.RUNNING and self._record().roles:
            return False
        with self.layout.lock(give_up=give_up), told(self.home):
            return self._start(retry_for=retry_for, give_up=give_up)

    def ensure_started(self, *, give_up: Callable[[], bool] = lambda: False) -> bool:
        """Init if need be, start if need be; any number of processes may call it at once."""
        if self.layout.load() is None or not self.layout.data.exists():
            self.init()
        return self.start(give_up=give_up)

    def stop(self, mode: StopMode = "fast", *, limit: float = 120.0) -> bool:
        """Stop the server; False when it did not run. Raises Unavailable when it still runs after `limit` seconds."""
        with self.layout.lock():
            if postmaster.living(self.layout.data) is None:
                return False
            account = self._server_account()
            tool = self._find(account).program("pg_ctl")
            words: list[str | Path] = [tool, "-w", "-t", str(int(limit)), "-D", self.layout.data, "-m", mode, "stop"]
            said = account.run(words, limit=limit + 10)
            if postmaster.living(self.layout.data) is not None:
                raise Unavailable(
                    N_("数据库没有在时限内停止。"),
                    N_("请查看数据库日志，或以 immediate 方式停止。"),
                    said=said.text[-200:],
                )
            return True

    def remove(self) -> None:
        """Stop the server and delete the cluster with all its data; there is no way back."""
        places = {self.layout.server, self.home}
        record = self.layout.load()
        if record is not None:
            self.stop("immediate")
            places.add(self._socket(record))
        for path in places:
            if path.exists():
                shutil.rmtree(path)

    def stop_unless_used(self) -> bool:
        """Stop the server if no other process holds `using`; True when it was stopped."""
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(self.layout.lock("users.lock", wait=0.0))
            except Unavailable:
                return False  # somebody still needs it
            return self.stop()

    @contextlib.contextmanager
    def using(self) -> Iterator[None]:
        """Say, for as long as this lasts, that this process needs the server up."""
        with self.layout.lock("users.lock", shared=True):
            yield

    def status(self) -> ClusterStatus:
        """A look without a connection or a lock; costs well under a millisecond."""
        record = self.layout.load()
        if record is None or not (self.layout.data / "PG_VERSION").exists():
            return ClusterStatus(state=State.ABSENT)
        socket = str(self._socket(record))
        alive = postmaster.living(self.layout.data)
        if alive is None:
            state = State.STOPPED
        elif alive.socket and alive.socket != socket:
            state = State.FOREIGN
        else:
            state = State.RUNNING if alive.ready else State.STARTING
        return ClusterStatus(
            state=state,
            pid=alive.pid if alive else 0,
            since=alive.since if alive else 0,
            major=record.major,
            account=record.user,
            durable=record.durable,
            socket=socket,
            log=str(self.layout.log),
        )

    def apply(self, wanted: Mapping[str, str]) -> tuple[str, ...]:
        """Keep `wanted` as the operator's settings (all of them: absent ones go back) and load them.

        Returns the names that take effect at the next start. A setting the server refuses raises Misconfigured
        and leaves the old ones in force.
        """
        chosen = settings.checked(wanted)
        with self.layout.lock(), told(self.home):
            account, record = self._server_account(), self._record()
            programs = self._find(account)
            new = replace(record, settings=chosen)
            initdb.configure(self.layout, new, account, archives=self._archives)
            said = account.run([programs.program("postgres"), "-D", self.layout.data, "-C", "data_directory"])
            if said.code != 0:
                initdb.configure(self.layout, record, account, archives=self._archives)
                raise Misconfigured(
                    N_("数据库不接受这些设置，原设置继续有效。"),
                    N_("请改正后再试。"),
                    said=startup.last_word(said.text),
                )
            self.layout.save(new)
            alive = postmaster.living(self.layout.data)
            if alive is None:
                return ()
            return self._reload(alive.pid)

    def address(self, role: roles.RoleName, database: str = roles.DATABASE) -> Address:
        """The way in for `root` (manager only), `owner` (migrations) or `app` (runtime)."""
        return Address(
            host=str(self._socket(self._record())),
            port=PORT,
            user=roles.ROLES[role],
            password=roles.password(self.layout, role),
            database=database,
            # whoever might take the socket's place must not be told the password in clear
            options=(("require_auth", "scram-sha-256"),),
        )

    def programs(self) -> tuple[Binaries, Account]:
        """The PostgreSQL programs in use and the account that runs them (backup tools need both)."""
        account = self._server_account()
        return self._find(account), account

    def _init(self, account: Account) -> None:
        """Make the cluster; the lock is held."""
        if self.layout.load() is not None and (self.layout.data / "PG_VERSION").exists():
            self._record()
            return
        programs = self._find(account)
        initdb.make(self.layout, programs=programs, account=account, durable=self._durable, archives=self._archives)

    def _start(self, *, retry_for: float, give_up: Callable[[], bool]) -> bool:
        """Start, under the lock; somebody may have been quicker."""
        account, record = self._server_account(), self._record()
        programs = self._find(account)
        started = False
        found = initdb.data_major(self.layout.data)
        if found != programs.major:
            raise Misconfigured(
                N_("数据目录属于另一版本的数据库。"),
                N_("请使用该版本的数据库程序，或先备份并升级数据目录。"),
                data=found,
                programs=programs.major,
                path=str(self.layout.data),
            )
        if postmaster.living(self.layout.data) is None:
            enough_space(self.layout.data, START_NEEDS)
            record = self._place_socket(record, account)
            initdb.configure(self.layout, record, account, archives=self._archives)
            started = True
        startup.bring_up(
            binaries=programs,
            account=account,
            data=self.layout.data,
            log=self.layout.log,
            socket=self._socket(record),
            retry_for=retry_for,
            give_up=give_up,
        )
        if not record.roles:
            owner, app = roles.password(self.layout, "owner"), roles.password(self.layout, "app")
            roles.ensure(self.address("root"), owner_password=owner, app_password=app)
            self.layout.save(replace(record, roles=True))
        return started

    def _place_socket(self, record: Record, account: Account) -> Record:
        """Make the socket's directory (a reboot may have emptied the short one) and record where it is."""
        run = folders.socket_folder(self.layout.server, account)
        if record.run != run:
            record = replace(record, run=run)
            self.layout.save(record)
        folders.make_private(self._socket(record), account)
        return record

    def _reload(self, pid: int) -> tuple[str, ...]:
        """Make the server read its settings; the names that wait for a restart."""
        with psycopg.connect(self.address("root", "postgres").psycopg(), autocommit=True) as link:
            os.kill(pid, signal.SIGHUP)
            link.execute("SELECT pg_sleep(0.2)")
            rows = link.execute("SELECT name FROM pg_settings WHERE pending_restart ORDER BY name").fetchall()
        return tuple(name for (name,) in rows)

    def _record(self) -> Record:
        """The record; raises Misconfigured when the cluster is not made, or durability is not as this process needs."""
        record = self.layout.load()
        if record is None:
            raise Misconfigured(N_("数据库尚未建立。"), N_("请先运行 jingui init。"), path=str(self.home))
        if record.durable != self._durable:
            raise Misconfigured(
                N_("该数据库目录是临时性的，断电会丢失数据，不能用于运行。")
                if self._durable
                else N_("该数据库目录是正式的，不能当作临时目录使用。"),
                N_("请另选数据库目录。"),
                path=str(self.home),
            )
        return record

    def _socket(self, record: Record) -> Path:
        """The socket's directory (absolute)."""
        return self.layout.server / record.run

    def _server_account(self) -> Account:
        """The account of the server: the recorded one if the cluster exists."""
        record = self.layout.load()
        return server_account(wanted=self._account, recorded=record.user if record else "")

    def _find(self, account: Account) -> Binaries:
        """The programs."""
        return binaries.find(setting=self._programs, account=account, home=self.layout.server)
