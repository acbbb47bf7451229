"""六（一）安全防护: bring the database server back when it is gone [6.1]"""

import threading
from collections.abc import Callable, Iterator

from jingui.cluster.cluster import Cluster, State
from jingui.core.errors import JinguiError, Unavailable

EVERY = 0.5
"""Seconds between two looks."""
FIRST_DELAY, LONGEST_DELAY = 0.2, 5.0
"""Seconds between two attempts, doubled each time: a full disk may be emptied at any moment."""


class Watcher:
    """Looks at the cluster and starts it again in a thread, so that nothing else waits for its recovery."""

    def __init__(self, cluster: Cluster, stopping: Callable[[], bool]) -> None:
        """Watch `cluster`, which runs now, until `stopping()`."""
        self.state, self.restarts = str(State.RUNNING), 0
        self.trouble: JinguiError | None = None
        self._cluster, self._stopping = cluster, stopping
        self._thread: threading.Thread | None = None
        self._failed: JinguiError | None = None
        self._looked, self._due, self._delay = 0.0, 0.0, FIRST_DELAY

    def turn(self, now: float) -> Iterator[tuple[str, str]]:
        """Look once if it is time, and start what is gone; yields (event, detail) of what changed."""
        if now - self._looked < EVERY:
            return
        self._looked = now
        if self._thread is not None:
            if self._thread.is_alive():
                return
            self._thread.join()
            self._thread = None
            yield from self._attempted(now)
        state = self._look()
        if state != self.state:
            lost = self.state == State.RUNNING
            self.state = state
            if lost:
                yield "cluster_lost", state
        if state not in {State.RUNNING, State.STARTING} and now >= self._due and not self._stopping():
            self._thread = threading.Thread(target=self._attempt, name="cluster-start", daemon=True)
            self._thread.start()

    def join(self) -> None:
        """Wait until no attempt is under way."""
        if self._thread is not None:
            self._thread.join()

    def _look(self) -> str:
        """The cluster's state; a record that cannot be read counts as stopped and is reported by the attempt."""
        try:
            return self._cluster.status().state
        except JinguiError as trouble:
            self.trouble = trouble
            return State.STOPPED

    def _attempt(self) -> None:
        """Start the cluster; runs in its own thread."""
        self._failed = None
        try:
            self._cluster.start(give_up=self._stopping)
        except JinguiError as trouble:
            self._failed = trouble
        except Exception as trouble:  # noqa: BLE001 - a thread's exception would be lost, its loss taken for success
            self._failed = Unavailable(reason=f"{type(trouble).__name__}: {trouble}"[:200])

    def _attempted(self, now: float) -> Iterator[tuple[str, str]]:
        """Take in the outcome of an attempt."""
        if self._failed is None:
            self.restarts += 1
            self.trouble, self._delay, self.state = None, FIRST_DELAY, str(State.RUNNING)
            yield "cluster_back", str(self.restarts)
            return
        news = self.trouble is None or self.trouble.message != self._failed.message
        self.trouble = self._failed
        self._due, self._delay = now + self._delay, min(self._delay * 2, LONGEST_DELAY)
        if news:
            yield "cluster_trouble", self.trouble.message
