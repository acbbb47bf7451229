"""The processes under measurement: tied to ours, ended with it; processor time and memory are read from /proc."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from jingui.cluster.children import LAUNCH
from jingui.core.errors import Unavailable
from jingui.core.word import N_

TICK = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")
SECONDS = 40.0  # a child that is not up by then never will be


def environment(home: Path) -> dict[str, str]:
    """Our environment without what names another installation: a bench never touches a hospital's house."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JINGUI_", "DJANGO_"))}
    sources = str(Path(__file__).resolve().parents[2])
    path = [sources, *(part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part)]
    return {
        **kept, "JINGUI_HOME": str(home), "DJANGO_SETTINGS_MODULE": "jingui.config.settings",
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(path)),
    }  # fmt: skip


def words(*argv: str) -> list[str]:
    """The command line of a Python module that cannot outlive this process."""
    return [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), sys.executable, "-m", *argv]


@contextlib.contextmanager
def running(argv: Sequence[str], env: Mapping[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A child for as long as this lasts; its words go to `log`."""
    with log.open("ab") as out:
        process = subprocess.Popen(words(*argv), env=dict(env), stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def done(argv: Sequence[str], env: Mapping[str, str], *, given: bytes = b"", limit: float = 300.0) -> bytes:
    """Run a child to its end and return what it wrote; Unavailable with its last line when it failed."""
    found = subprocess.run(words(*argv), env=dict(env), input=given, capture_output=True, timeout=limit, check=False)
    if found.returncode:
        last = found.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or [""]
        raise Unavailable(N_("测速的子进程没有完成。"), where=argv[0], status=found.returncode, said=last[0][:300])
    return found.stdout


def free_port() -> int:
    """A loopback port that nobody listens at now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def family(root: int) -> list[int]:
    """`root` and every process below it."""
    below: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                below.setdefault(int(fields(int(entry.name))[1]), []).append(int(entry.name))
    found, open_ones = [], [root]
    while open_ones:
        one = open_ones.pop()
        found.append(one)
        open_ones += below.get(one, [])
    return found


def fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on (the name before it may hold blanks)."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def used(root: int) -> float:
    """Seconds of processor time of a family so far, ended children that were waited for included."""
    total = 0
    for pid in family(root):
        with contextlib.suppress(OSError):
            total += sum(int(one) for one in fields(pid)[11:15])
    return total / TICK


def busy() -> float:
    """Seconds of processor time that the whole machine has worked so far, idling and waiting for disks apart."""
    numbers = [int(one) for one in (PROC / "stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(numbers) - numbers[3] - numbers[4]) / TICK


def resident(root: int) -> float:
    """Megabytes (10^6 bytes) resident of the largest process of a family: the worker, not its small parent."""
    page, largest = os.sysconf("SC_PAGE_SIZE"), 0
    for pid in family(root):
        with contextlib.suppress(OSError):
            largest = max(largest, int((PROC / str(pid) / "statm").read_text().split()[1]) * page)
    return largest / 1e6


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return when something listens at `port`; Unavailable when the child ended or never came up."""
    limit = time.monotonic() + SECONDS
    while time.monotonic() < limit and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
            return
        time.sleep(0.05)
    last = log.read_text("utf-8", "replace").strip().splitlines()[-1:] or [""]
    raise Unavailable(N_("测速的子进程没有完成。"), where="granian", said=last[0][:300])
