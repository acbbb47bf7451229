"""六（一）3 灾备: a second machine that follows the first, and takes its place when people say so [6.1.3] [3.1.1]

The first machine, once it is told to, acknowledges nothing that the second has not kept on disk too, and never decides
alone that the second may be missing: cut off from it, it answers nothing. That is what keeps the two from taking writes
at the same time: after the second was promoted, the first still waits for it, in every process and after every start.
Between the machines goes a tunnel (docs/recovery.md): the server in the wheel speaks no TLS and opens no port.
"""

import secrets
import shutil
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psycopg
from psycopg import sql

from jingui.cluster import folders, postmaster, roles
from jingui.cluster.cluster import Cluster, State
from jingui.cluster.layout import PORT, Record
from jingui.cluster.trouble import told
from jingui.core.errors import Conflict, Misconfigured, Unavailable
from jingui.core.word import N_

REPLICA, NAME = "jingui_replica", "standby"
LINE = f"local  replication  {REPLICA}  scram-sha-256\n"
REQUIRED = "synchronous_standby_names"
WORD = "replica"
"""The file of the replication role's password, in `secret`; on the second machine also beside the data."""
COPY_FOR = 6 * 3600.0
PROMOTE_FOR = 60


class Part(StrEnum):
    """What a machine is."""

    ALONE = "alone"  # takes writes, nobody is asked
    FIRST = "first"  # takes writes, and waits for the second
    SECOND = "second"  # follows
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How this machine stands; `behind` is in bytes of log, -1 where it is not known. `in_step`: kept on both disks."""

    part: Part
    in_step: bool = False
    behind: int = -1


def allow(cluster: Cluster) -> str:
    """Let one second machine follow `cluster`, which runs; returns the password to take there. Safe to repeat.

    Nothing is asked of it yet: `require` does that, once it follows.
    """
    place = cluster.layout.secret / WORD
    if not place.exists():
        cluster.layout.write(place, secrets.token_urlsafe(32) + "\n")
    word = place.read_text().strip()
    _, account = cluster.programs()
    access = cluster.layout.data / "pg_hba.conf"
    with told(cluster.home), psycopg.connect(cluster.address("root", "postgres").psycopg(), autocommit=True) as link:
        known = link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (REPLICA,)).fetchone()
        verifier = link.pgconn.encrypt_password(word.encode(), REPLICA.encode(), b"scram-sha-256").decode()
        link.execute(
            sql.SQL("{} ROLE {} LOGIN REPLICATION NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 3 PASSWORD {}")
            .format(sql.SQL("ALTER" if known else "CREATE"), sql.Identifier(REPLICA), sql.Literal(verifier))
        )  # fmt: skip
        text = access.read_text()
        if LINE not in text:
            cluster.layout.write(access, text + LINE, owner=account)
        link.execute("SELECT pg_reload_conf()")
        if link.execute("SELECT 1 FROM pg_replication_slots WHERE slot_name = %s", (NAME,)).fetchone() is None:
            link.execute("SELECT pg_create_physical_replication_slot(%s, true)", (NAME,))
    return word


def join(cluster: Cluster, *, tunnel: Path, word: str, secret: Path) -> None:
    """Make `cluster`, which does not exist yet, a copy of the first machine's and let it follow.

    `tunnel` is the directory of the socket that leads there, `secret` the first machine's folder of passwords. Raises
    Conflict where a cluster stands already, Misconfigured when the copy cannot be made.
    """
    if cluster.layout.load() is not None or cluster.layout.data.exists():
        raise Conflict(N_("这里已有数据库。"), N_("备机须从空目录建立；原主机重新加入前，请先另存并移走旧目录。"))
    programs, account = cluster.programs()
    folders.make_home(cluster.home, account)
    layout = cluster.layout
    with layout.lock(), told(cluster.home):
        layout.secret.mkdir(mode=0o700, exist_ok=True)
        for role in roles.ROLES:
            layout.write(layout.secret / role, (secret / role).read_text())
        layout.write(layout.secret / WORD, word + "\n")
        passes = layout.server / f"{WORD}.pass"
        layout.write(passes, f"*:*:*:{REPLICA}:{word}\n", owner=account)
        folders.make_private(layout.log.parent, account)
        fresh = layout.server / f"data.{secrets.token_hex(4)}.new"
        folders.make_private(fresh, account)
        way = f"host={tunnel} port={PORT} user={REPLICA} passfile={passes} application_name={NAME}"
        said = account.run(
            [programs.program("pg_basebackup"), "-D", fresh, "-R", "-S", NAME, "-X", "stream", "-c", "fast", "-d", way],
            limit=COPY_FOR,
        )
        if said.code != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise Misconfigured(
                N_("无法从主机复制数据库。"), N_("请检查隧道是否连通、主机是否已允许备机、口令是否正确。"),
                said=said.text[-300:],
            )  # fmt: skip
        run = folders.socket_folder(layout.server, account)
        record = Record(user=account.name, major=programs.major, durable=True, run=run, roles=True)
        fresh.rename(layout.data)
        layout.save(record)  # its settings are written at each start


def require(cluster: Cluster, *, limit: float = 60.0) -> None:
    """From now on nothing is acknowledged that the second machine has not kept; it must follow already.

    Raises Unavailable when it is not in step within `limit` seconds; nothing is asked of it then.
    """
    until = time.monotonic() + limit
    while not _following(cluster):
        if time.monotonic() > until:
            raise Unavailable(N_("备机没有跟上，尚未要求同步。"), N_("请检查隧道和备机，跟上后再试。"))
        time.sleep(0.2)
    cluster.apply({**_chosen(cluster), REQUIRED: f"FIRST 1 ({NAME})"})


def release(cluster: Cluster, *, second_is_off: bool) -> None:
    """Go on alone. Only people can know that the second machine is off and stays off: they say so, by name, in words.

    Raises Conflict unless they do: a second machine that was promoted meanwhile would take writes beside this one.
    """
    if not second_is_off:
        raise Conflict(N_("备机可能已经接管。"), N_("请先到场确认备机已关机且不会再启动，再单机运行。"))
    cluster.apply({name: value for name, value in _chosen(cluster).items() if name != REQUIRED})
    with told(cluster.home), psycopg.connect(cluster.address("root", "postgres").psycopg(), autocommit=True) as link:
        link.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s AND NOT active",
            (NAME,),
        )  # it would keep the log for a machine that never comes


def promote(cluster: Cluster, *, limit: int = PROMOTE_FOR) -> float:
    """Make the second machine the first, now; seconds until it takes writes.

    It asks nobody to follow it: `allow`, `join` and `require` begin anew with the old one. What the old one had
    acknowledged is here; it can acknowledge nothing more, for it waits for this one. Raises Conflict on a machine that
    follows nobody.
    """
    began = time.monotonic()
    if standing(cluster).part is not Part.SECOND:
        raise Conflict(N_("本机不是备机，不能接管。"), N_("请在备机上执行。"))
    programs, account = cluster.programs()
    words: list[str | Path] = [programs.program("pg_ctl"), "-w", "-t", str(limit), "-D", cluster.layout.data, "promote"]
    said = account.run(words, limit=limit + 10)
    if said.code != 0 or standing(cluster).part is not Part.ALONE:
        raise Unavailable(N_("接管没有在时限内完成。"), N_("请查看数据库日志。"), said=said.text[-200:])
    return time.monotonic() - began


def standing(cluster: Cluster) -> Standing:
    """How this machine stands; asks the server."""
    if cluster.status().state is not State.RUNNING or postmaster.living(cluster.layout.data) is None:
        return Standing(part=Part.DOWN)
    try:
        with psycopg.connect(cluster.address("root", "postgres").psycopg(), autocommit=True, connect_timeout=3) as link:
            row = link.execute(
                "SELECT pg_is_in_recovery(), EXISTS (SELECT 1 FROM pg_stat_wal_receiver WHERE status = 'streaming'), "
                "pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::bigint"
            ).fetchone()
            if row is not None and row[0]:
                return Standing(part=Part.SECOND, in_step=row[1], behind=-1 if row[2] is None else row[2])
            sent = link.execute(
                "SELECT sync_state IN ('sync', 'quorum'), pg_wal_lsn_diff(pg_current_wal_lsn(), flush_lsn)::bigint "
                "FROM pg_stat_replication WHERE application_name = %s",
                (NAME,),
            ).fetchone()
    except psycopg.Error:
        return Standing(part=Part.DOWN)
    part = Part.FIRST if REQUIRED in _chosen(cluster) else Part.ALONE
    if sent is None:
        return Standing(part=part)
    return Standing(part=part, in_step=bool(sent[0]), behind=-1 if sent[1] is None else sent[1])


def _following(cluster: Cluster) -> bool:
    """Whether the second machine streams and has caught up."""
    with psycopg.connect(cluster.address("root", "postgres").psycopg(), autocommit=True) as link:
        row = link.execute(
            "SELECT state = 'streaming' AND pg_wal_lsn_diff(pg_current_wal_lsn(), flush_lsn) < 1048576 "
            "FROM pg_stat_replication WHERE application_name = %s",
            (NAME,),
        ).fetchone()
    return row is not None and bool(row[0])


def _chosen(cluster: Cluster) -> dict[str, str]:
    """The operator's settings."""
    record = cluster.layout.load()
    return dict(record.settings) if record is not None else {}
