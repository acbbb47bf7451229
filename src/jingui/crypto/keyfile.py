"""三（一）存储: secret files on disk: who may read them, and how they are replaced [3.1.1]"""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from jingui.core.errors import KeyTrouble
from jingui.core.word import N_

_LARGEST: Final = 4_000_000


def read_secret(path: Path) -> bytes:
    """Return the file's bytes; KeyTrouble when it is missing, a link, not a file, another's, or open to others."""
    with _trouble(path), ExitStack() as closing:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        closing.callback(os.close, handle)
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode) or about.st_size > _LARGEST:
            raise KeyTrouble(path=str(path), problem="not a key file")
        if about.st_mode & 0o077:
            message, step = N_("密钥文件可被他人读取，系统拒绝启动。"), N_("请将其权限改为 0600 后重试。")
            raise KeyTrouble(message, step, path=str(path), problem="mode")
        if os.geteuid() and about.st_uid not in (0, os.geteuid()):
            raise KeyTrouble(path=str(path), problem="owner")
        return os.read(handle, _LARGEST)


def write_beside(path: Path, data: bytes) -> Path:
    """Write `data` to a 0600 file beside `path`, synced and read back; return it. A left-over one is erased first.

    KeyTrouble when it cannot be written.
    """
    beside = path.with_name(path.name + ".next")
    with _trouble(path):
        erase(beside)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(handle)
    if read_secret(beside) != data:
        raise KeyTrouble(path=str(beside), problem="read back")
    return beside


def put_in_place(beside: Path, path: Path) -> None:
    """Rename over `path` durably, then overwrite what stood there, as far as the file system lets one."""
    with _trouble(path), ExitStack() as closing:
        old = -1
        if os.path.lexists(path):
            old = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            closing.callback(os.close, old)
        os.rename(beside, path)
        _sync_directory(path.parent)
        if old >= 0:
            _overwrite(old)


def create(path: Path, data: bytes) -> None:
    """Write a new secret file durably; KeyTrouble when anything stands there, which is left as it is.

    The name is claimed by an empty file first (refused as half-written if all ends here), then the whole is renamed.
    """
    with _trouble(path):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    put_in_place(write_beside(path, data), path)


def erase(path: Path) -> None:
    """Overwrite and remove a file, if it is there; best effort on copy-on-write and journalled file systems."""
    if not os.path.lexists(path):
        return
    with _trouble(path):
        handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            _overwrite(handle)
        finally:
            os.close(handle)
        os.unlink(path)
        _sync_directory(path.parent)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes that replace `path` waiting; the lock is an empty file beside it."""
    with _trouble(path), ExitStack() as closing:
        lock = os.open(
            path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
        )
        closing.callback(os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _trouble(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses into KeyTrouble."""
    try:
        yield
    except OSError as problem:
        raise KeyTrouble(path=str(path), problem=problem.strerror or "file") from problem


def _sync_directory(directory: Path) -> None:
    """Make renames and removals in `directory` durable."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _overwrite(handle: int) -> None:
    size = os.fstat(handle).st_size
    os.pwrite(handle, os.urandom(size), 0)
    os.fsync(handle)
