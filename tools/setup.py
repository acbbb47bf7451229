"""Make the virtual environment that a target needs: `python3 tools/setup.py base|test|dev [VENV]`.

Runs on the system's Python with the standard library only, and does nothing when all is in place.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETS = ("base", "test", "dev")
OLDEST = (3, 11)
SERIES = "{}.{}".format(*sys.version_info)


def lock_digest(name):
    """Return the digest that says whether set `name` is installed as locked, for this Python."""
    digest = hashlib.sha256(SERIES.encode())
    digest.update((ROOT / "requirements" / (name + ".txt")).read_bytes())
    return digest.hexdigest()


def installed(venv, name):
    """Tell whether set `name`, or one that contains it, is installed as its lock file says."""
    stamp = venv / "jingui.stamp"
    held = stamp.read_text().split() if stamp.exists() else []
    larger = SETS[SETS.index(name) :]
    return any(held == [each, lock_digest(each)] for each in larger)


def wanted(venv, name):
    """Return the set to install: never a smaller one than stands there, so that no target undoes another."""
    stamp = venv / "jingui.stamp"
    held = stamp.read_text().split()[:1] if stamp.exists() else []
    if held and held[0] in SETS and SETS.index(held[0]) > SETS.index(name):
        return held[0]
    return name


def make_venv(venv):
    """Create the environment anew; without ensurepip (Debian's bare python3) borrow the system's pip."""
    shutil.rmtree(venv, ignore_errors=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(venv)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if made.returncode == 0:
        return [str(venv / "bin" / "python"), "-m", "pip"]
    shutil.rmtree(venv, ignore_errors=True)
    pip = shutil.which("pip3") or shutil.which("pip")
    if pip is None:
        sys.exit("Python here cannot make virtual environments. On Debian: apt-get install python3-venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    return [pip, "--python", str(venv / "bin" / "python")]


def pip_of(venv):
    """Return the command of a pip that installs into `venv`, making the environment if it is not there or broken."""
    python = venv / "bin" / "python"
    if python.exists():
        probe = [str(python), "-c", "import pip, sys; print('{}.{}'.format(*sys.version_info))"]
        found = subprocess.run(probe, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
        if found.returncode == 0 and found.stdout.strip() == SERIES:
            return [str(python), "-m", "pip"]
    return make_venv(venv)


def link(venv):
    """Put the sources on the environment's path and the `jingui` command into its bin directory."""
    (packages,) = (venv / "lib").glob("python*/site-packages")
    (packages / "jingui.pth").write_text(f"{ROOT}/src\n{ROOT}/verifier/src\n")
    command = venv / "bin" / "jingui"
    command.write_text(f"#!{venv}/bin/python\nimport sys\n\nfrom jingui.cli import main\n\nsys.exit(main())\n")
    command.chmod(0o755)


def install(venv, name):
    """Install set `name` from its lock file: every file is checked against its hash."""
    started = time.monotonic()
    print(f"Installing Jingui's {name} packages, pinned and hashed …", flush=True)
    quiet = ["-qq", "--disable-pip-version-check", "--no-input", "--root-user-action=ignore", "--no-compile"]
    lock = str(ROOT / "requirements" / (name + ".txt"))
    command = [*pip_of(venv), "install", *quiet, "--only-binary=:all:", "--require-hashes", "-r", lock]
    for attempt in (1, 2, 3):
        if subprocess.run(command, check=False).returncode == 0:
            break
        if attempt == 3:
            sys.exit("The packages could not be installed; see pip's message above.")
        print("Trying again …", flush=True)
        time.sleep(5)
    link(venv)
    (venv / "jingui.stamp").write_text(f"{name} {lock_digest(name)}\n")
    print(f"Installed in {time.monotonic() - started:.0f} s.", flush=True)


def main():
    """Bring environment and catalogues to what the target needs."""
    if sys.version_info[:2] < OLDEST:
        sys.exit(f"Jingui needs Python 3.11 or newer; this is {sys.version.split()[0]}. Say: make PYTHON=python3.11 …")
    name = sys.argv[1] if len(sys.argv) > 1 else "base"
    venv = Path(os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ROOT / ".venv"))
    if not installed(venv, name):
        install(venv, wanted(venv, name))
    elif not (venv / "bin" / "jingui").exists():
        link(venv)
    subprocess.run([str(venv / "bin" / "python"), str(ROOT / "tools" / "messages.py"), "compile"], check=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
