"""Lint, format, import rules, types and generated pages, one after another: every check runs, one failure fails all."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CHECKS: dict[str, list[str]] = {
    "lint": [str(BIN / "ruff"), "check", "--quiet", "--output-format=concise", "."],
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
    "import rules": [str(BIN / "lint-imports"), "--no-logo"],
    "types": [sys.executable, "-m", "mypy", "--no-error-summary"],
    "generated pages": [sys.executable, "-m", "tools.docs", "--check"],
}


def main() -> int:
    """Run the checks (or those named as arguments); a passing one takes one line, a failing one shows what it said."""
    failed = []
    for name, command in CHECKS.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        started = time.monotonic()
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, cwd=ROOT
        )
        print(
            f"{name:.<20} {'ok' if done.returncode == 0 else 'FAILED'}  {time.monotonic() - started:.1f} s", flush=True
        )
        if done.returncode != 0:
            failed.append(name)
            print(done.stdout.rstrip() or f"(exit status {done.returncode}, nothing said)", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
