"""How far long work is: one line that renews itself on a terminal, a line now and then in a file."""

import sys
import time

from jingui.cli.words import say
from jingui.core.word import N_

EVERY = 10.0  # seconds between lines where there is no terminal
OFTEN = 0.2


def amount(seconds: float) -> str:
    """A duration for people."""
    whole = max(0, round(seconds))
    if whole < 90:
        return say(N_("{n} 秒"), n=whole)
    if whole < 5400:
        return say(N_("{n} 分"), n=round(whole / 60))
    return say(N_("{n:.1f} 小时"), n=whole / 3600)


class Progress:
    """Shows lines on stderr, never more often than a reader can follow."""

    def __init__(self) -> None:
        """Nothing is shown yet."""
        self._terminal = sys.stderr.isatty()
        self._shown = 0.0
        self._began: dict[str, tuple[float, int]] = {}
        self._open = False

    def show(self, kind: str, line: str, done: int, of: int) -> None:
        """Show `line` with rate and time left of the work `kind`."""
        now = time.monotonic()
        began, first = self._began.setdefault(kind, (now, done))
        last = done >= of
        if not last and now - self._shown < (OFTEN if self._terminal else EVERY):
            return
        self._shown = now
        spent = now - began
        if spent > 1 and done > first and not last:
            left = spent * (of - done) / (done - first)
            line = line + say(N_("（剩余约 {time}）"), time=amount(left))
        if self._terminal:
            sys.stderr.write(f"\r\x1b[K{line}" + ("\n" if last else ""))
            self._open = not last
        else:
            sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def end(self, line: str) -> None:
        """The last word."""
        sys.stderr.write(("\n" if self._open else "") + line + "\n")
        sys.stderr.flush()
        self._open = False
