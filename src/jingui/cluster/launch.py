"""六（一）安全防护: become a supervised process that cannot outlive its supervisor [6.1]

Run as a script: `python -I -S launch.py SUPERVISOR_PID program argument…`; standard library only. A step between
fork and exec inside the supervisor itself would be unsafe beside threads; this small program is that step.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
GONE, NOT_RUN = 125, 127


def main(words: list[str]) -> int:
    """Tie this process to its parent's life, then turn into the program; returns only if that failed."""
    supervisor, argv = int(words[0]), words[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != supervisor:
        return GONE  # it died before we were tied to it
    # Python ignores SIGPIPE, and what is ignored stays so across exec
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        os.execvp(argv[0], argv)  # noqa: S606 - the program is the supervisor's own choice, no shell is meant
    except OSError as trouble:
        sys.stderr.write(f"{argv[0]}: {trouble.strerror}\n")
        return NOT_RUN


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
