"""Run a program and show what it says only if it fails: `python tools/quiet.py PROGRAM [ARGUMENT …]`."""

import subprocess
import sys


def main() -> int:
    """Return the program's own exit status."""
    done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        sys.stdout.write(done.stdout)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
