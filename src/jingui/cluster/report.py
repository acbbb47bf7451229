"""六（一）安全防护: what the supervisor says about itself, for `jingui doctor` [6.1]"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildReport:
    """One child: its state, how often it was started again, its last exit status, and since when (unix time)."""

    name: str
    state: str
    pid: int
    restarts: int
    exit: int | None
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The supervisor's last word, written at `at` (unix time); `trouble` is what keeps the cluster down."""

    pid: int
    at: float
    cluster: str
    cluster_restarts: int
    trouble: str
    trouble_data: Mapping[str, str | int | tuple[str, ...]]
    children: tuple[ChildReport, ...]

    def write(self, path: Path) -> None:
        """Replace `path` (0600) by this report."""
        half = path.with_name(f".{path.name}.{os.getpid()}.new")
        half.unlink(missing_ok=True)
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(self), file, ensure_ascii=False)
        half.replace(path)

    def fresh(self, now: float, limit: float = 10.0) -> bool:
        """Whether the supervisor wrote it within the last `limit` seconds and still lives."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return now - self.at <= limit
        return now - self.at <= limit


def read(path: Path) -> Report | None:
    """The report at `path`, or None when there is none or it is not ours."""
    try:
        row = json.loads(path.read_text())
        children = tuple(ChildReport(**child) for child in row.pop("children"))
        return Report(children=children, **row)
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return None
