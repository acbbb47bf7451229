"""Disks of our own: ext4 in a file behind a loop device, which can lose its power or fill up."""

import contextlib
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

MB = 1 << 20
TRIES = 40


def possible() -> str:
    """Why this machine does not let us mount, "" when it does."""
    if os.geteuid() != 0:
        return "mounting a disk of our own needs root"
    if not all(shutil.which(name) for name in ("losetup", "mount", "umount", "mkfs.ext4")):
        return "losetup, mount or mkfs.ext4 is missing"
    tried = subprocess.run(["losetup", "-f"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "this machine gives no loop device"


def tool(*words: str | Path) -> str:
    """Run a program; RuntimeError with what it said when it fails."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{words[0]}: {done.stdout} {done.stderr}")
    return done.stdout.strip()


@dataclass
class Disk:
    """A disk in the file `image`, mounted at `at`; `loop` is the kernel's name for it."""

    image: Path
    at: Path
    loop: str = ""

    @classmethod
    def make(cls, image: Path, at: Path, size: int) -> "Disk":
        """An empty disk of `size` bytes, mounted."""
        with image.open("wb") as file:
            file.truncate(size)
        tool("mkfs.ext4", "-q", "-m", "0", "-E", "lazy_itable_init=1,lazy_journal_init=1", image)
        disk = cls(image, at)
        disk.mount()
        at.chmod(0o755)
        return disk

    def mount(self) -> None:
        """Make the disk visible at its place; a file system that was cut off replays its own journal here."""
        self.at.mkdir(mode=0o755, exist_ok=True)
        self.loop = tool("losetup", "-f", "--show", self.image)
        tool("mount", "-t", "ext4", self.loop, self.at)

    def unmount(self) -> None:
        """Take it away, whoever still has files open."""
        for _ in range(TRIES):
            if subprocess.run(["umount", str(self.at)], capture_output=True, check=False).returncode == 0:
                break
            time.sleep(0.25)
        else:
            tool("umount", "-l", self.at)
        with contextlib.suppress(RuntimeError):
            tool("losetup", "-d", self.loop)

    def written(self) -> str:
        """How much the kernel has written to the disk, and what is on its way: the device's own counters."""
        words = Path(f"/sys/block/{Path(self.loop).name}/stat").read_text().split()
        return f"{words[4]} {words[6]} {words[8]}"

    def picture(self, to: Path) -> int:
        """Copy the disk as it stands, without anything that is only in memory; how many tries that took.

        Everybody who writes is stopped, but the kernel may write back old pages at any moment: a copy during which
        the device's counters moved is no picture of one moment and is thrown away.
        """
        for attempt in range(1, TRIES + 1):
            before = self.written()
            tool("cp", "--sparse=always", self.image, to)
            if before == self.written() and before.endswith(" 0"):
                return attempt
            time.sleep(0.05)
        raise RuntimeError("the kernel wrote during every copy")

    def replaced(self, image: Path) -> None:
        """Mount `image` in this disk's place; the old one is gone with all that its kernel still held."""
        self.unmount()
        self.image.unlink()
        self.image = image
        self.mount()

    @property
    def ballast(self) -> Path:
        """The file that takes the space."""
        return self.at / "ballast"

    def fill(self) -> None:
        """Take all of its space, and what others have given back since."""
        with contextlib.suppress(OSError), self.ballast.open("ab") as file:
            free = self.free()
            if free > MB:
                os.posix_fallocate(file.fileno(), file.tell(), free - MB // 2)
                file.seek(0, os.SEEK_END)
            for size in (4096, 1024, 64):  # down to the smallest block a file system of this size may have
                with contextlib.suppress(OSError):
                    while True:
                        os.write(file.fileno(), b"\0" * size)

    def free(self) -> int:
        """Bytes that are free."""
        found = os.statvfs(self.at)
        return found.f_bavail * found.f_frsize

    def remove(self) -> None:
        """Unmount and delete."""
        self.unmount()
        self.image.unlink(missing_ok=True)
