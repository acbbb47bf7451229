"""六（一）安全防护: end a dead supervisor's process groups [6.1]

Run as a script: `python -I -S guard.py`; standard library only. Reads `+group` and `-group` lines; when the
supervisor dies its end of the pipe closes, and what is still listed is killed, grandchildren included
(the kernel's parent-death signal reaches children only).
"""

import contextlib
import os
import signal
import sys
from typing import TextIO


def main(lines: TextIO) -> int:
    """Keep the list until `lines` ends, then kill each listed process group."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in lines:
        group = int(line)
        (groups.add if group > 0 else groups.discard)(abs(group))
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.stdin))
