"""Pin and hash the packages: requirements/{base,test,dev}.in -> .txt, for every supported Python on Linux.

The lock files hold names, versions and hashes of all files of a release, and no download host.
"""

import os
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"
SETS = ("base", "test", "dev")
PLAIN = ["--no-header", "--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-find-links", "--no-emit-options"]


def main() -> int:
    """Compile the sets in order; pass `--upgrade` to take newer releases."""
    for name in SETS:
        print(f"Locking {name} …", flush=True)
        compile_set = [sys.executable, "-m", "piptools", "compile", "--quiet", "--generate-hashes", "--allow-unsafe"]
        compile_set += ["--strip-extras", "--annotation-style=line", *PLAIN, *sys.argv[1:]]
        compile_set += ["-o", f"requirements/{name}.txt", f"requirements/{name}.in"]
        subprocess.run(
            compile_set, check=True, cwd=REQUIREMENTS.parent, env={**os.environ, "CUSTOM_COMPILE_COMMAND": "make lock"}
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
