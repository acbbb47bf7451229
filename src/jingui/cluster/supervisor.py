"""六（一）安全防护: keep PostgreSQL and the processes around it alive [6.1]

`jingui serve` is this and no worker itself. Its children end with it, however it ends; PostgreSQL does not: it is
started by pg_ctl, outlives a killed supervisor and is found again by the next one.
"""

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import FrameType

from jingui.cluster.children import Child, ChildState, Guard, Run
from jingui.cluster.cluster import Cluster
from jingui.cluster.report import ChildReport, Report
from jingui.cluster.watcher import Watcher

STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""Signals that ask for a graceful stop."""
TICK = 0.2
HEARTBEAT = 2.0
"""Seconds between reports when nothing changes."""


class EventKind(StrEnum):
    """What happened."""

    STARTED = "started"
    READY = "ready"
    DIED = "died"
    CLUSTER_LOST = "cluster_lost"
    CLUSTER_BACK = "cluster_back"
    CLUSTER_TROUBLE = "cluster_trouble"
    STOPPING = "stopping"
    KILLED = "killed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something happened to `name` (a child, `cluster` or `supervisor`); `detail` is a pid, status or text."""

    kind: EventKind
    name: str
    detail: str = ""


class Supervisor:
    """Runs children until SIGTERM, SIGINT or SIGHUP; a second signal cuts the graceful stop short."""

    def __init__(
        self,
        children: Sequence[Child],
        *,
        cluster: Cluster | None = None,
        owns_cluster: bool = True,
        report: Path | None = None,
        tell: Callable[[Event], None] = lambda event: None,
    ) -> None:
        """`cluster` is None for an external database; `owns_cluster` stops it at the end unless others use it."""
        self._runs = [Run(child) for child in children]
        self._cluster, self._owns, self._report_at, self._tell = cluster, owns_cluster, report, tell
        self._signals = 0
        self._reported = 0.0
        self._watcher: Watcher | None = None
        self._wake, self._woken = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wake, False)

    def run(self) -> int:
        """Serve until told to stop: 0, or 1 when a child never came up. Call it from the main thread.

        Raises Misconfigured or Unavailable when the cluster cannot be started at first.
        """
        before = {number: signal.signal(number, self._heard) for number in STOPS}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda number, frame: None)
        woken_before = signal.set_wakeup_fd(self._woken, warn_on_full_buffer=False)
        try:
            if self._cluster is None:
                return self._serve()
            self._cluster.ensure_started(give_up=lambda: self._signals > 0)
            self._watcher = Watcher(self._cluster, lambda: self._signals > 0)
            with self._cluster.using():
                code = self._serve()
                self._watcher.join()
            if self._owns:
                self._cluster.stop_unless_used()
            return code
        finally:
            signal.set_wakeup_fd(woken_before)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(self._wake)
            os.close(self._woken)

    def _serve(self) -> int:
        """Keep the children alive until a signal, then stop them."""
        guard = Guard()
        code = 0
        try:
            while not self._signals:
                changed = self._turn(time.monotonic())
                guard.cover({run.pid for run in self._runs if run.pid})
                self._report(changed=changed)
                if hopeless := [run for run in self._runs if run.hopeless]:
                    code = 1
                    self._say(EventKind.STOPPING, hopeless[0].child.name, str(hopeless[0].exit))
                    break
                self._rest(TICK)
            self._stop_children()
        finally:
            for run in self._runs:
                run.kill()
            guard.close()
        self._report(changed=True)
        self._say(EventKind.STOPPED, "supervisor")
        return code

    def _turn(self, now: float) -> bool:
        """Look at everything once; True when something changed."""
        changed = False
        for run in self._runs:
            if run.look(now):
                changed = True
                ready = run.state is ChildState.READY
                self._say(EventKind.READY if ready else EventKind.DIED, run.child.name, "" if ready else str(run.exit))
            if run.process is None and now >= run.due:
                run.start(now)
                changed = True
                self._say(EventKind.STARTED, run.child.name, str(run.pid))
        if self._watcher is not None:
            for word, detail in self._watcher.turn(now):
                changed = True
                self._say(EventKind(word), "cluster", detail)
        return changed

    def _stop_children(self) -> None:
        """Ask all to stop at once; kill those whose time is over, or all at a second signal."""
        self._say(EventKind.STOPPING, "supervisor")
        began, heard = time.monotonic(), self._signals
        for run in self._runs:
            run.ask_to_stop()
        while any(run.process for run in self._runs):
            now = time.monotonic()
            for run in self._runs:
                run.look(now)
                if run.process and (now - began > run.child.stop_limit or self._signals > heard):
                    self._say(EventKind.KILLED, run.child.name, str(run.pid))
                    run.kill()
            self._report(changed=False)
            self._rest(0.05)
        for run in self._runs:
            run.state = ChildState.STOPPED

    def _heard(self, number: int, frame: FrameType | None) -> None:
        """A signal to stop."""
        self._signals += 1

    def _rest(self, seconds: float) -> None:
        """Wait, but wake for any signal (a child's death is one)."""
        if select.select([self._wake], [], [], seconds)[0]:
            os.read(self._wake, 4096)

    def _say(self, kind: EventKind, name: str, detail: str = "") -> None:
        """Tell the entrance; a log on a full disk is no reason to leave the house alone."""
        with contextlib.suppress(OSError):
            self._tell(Event(kind=kind, name=name, detail=detail))

    def _report(self, *, changed: bool) -> None:
        """Write the report when something changed or the heartbeat is due.

        Where it cannot be written (a full disk) the old one grows stale, which `jingui doctor` shows; the children
        go on, and it is tried again with the next heartbeat.
        """
        now = time.monotonic()
        if self._report_at is None or not (changed or now - self._reported >= HEARTBEAT):
            return
        self._reported, wall = now, time.time()
        watcher = self._watcher
        report = Report(
            pid=os.getpid(),
            at=wall,
            cluster=watcher.state if watcher else "external",
            cluster_restarts=watcher.restarts if watcher else 0,
            trouble=watcher.trouble.message if watcher and watcher.trouble else "",
            trouble_data=dict(watcher.trouble.data) if watcher and watcher.trouble else {},
            children=tuple(
                ChildReport(
                    name=run.child.name,
                    state=run.state,
                    pid=run.pid,
                    restarts=run.restarts,
                    exit=run.exit,
                    since=wall - (now - run.since) if run.since else 0.0,
                )
                for run in self._runs
            ),
        )
        with contextlib.suppress(OSError):
            report.write(self._report_at)
