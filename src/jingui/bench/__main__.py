"""`python -m jingui.bench [--json] [--quick]`: speed and ratios of this code on this machine, in one run.

It makes a house of its own in the temporary directory, with a database that waits for the disk at each commit as a
hospital's does, and removes it at the end. No other installation is touched.
"""

import argparse
import os
import platform
import signal
import sys
from collections.abc import Sequence

from jingui.bench.house import scratch_house
from jingui.bench.measure import FULL, QUICK, measured
from jingui.bench.report import as_json, as_table
from jingui.core.errors import JinguiError


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 1 with one line on stderr when something did not work."""
    parser = argparse.ArgumentParser(prog="jingui bench", description="测速 / measure speed and ratios")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 / print JSON")
    parser.add_argument("--quick", action="store_true", help="短测，仅供查错 / a short run, to see that it works")
    chosen = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ended from outside, it removes its house all the same
    try:
        with scratch_house() as house:
            cores = len(os.sched_getaffinity(0))
            say(f"{platform.machine()} × {cores}, Python {platform.python_version()}, {house.promise}")
            figures = list(measured(house, QUICK if chosen.quick else FULL, say))
    except JinguiError as error:
        say(f"{error.code}: {error.message} {error.data or ''}")
        return 1
    sys.stdout.write((as_json(figures) if chosen.json else as_table(figures)) + "\n")
    return 0


def say(text: str) -> None:
    """Progress and circumstances go to stderr."""
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
