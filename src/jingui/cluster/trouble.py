"""六（一）安全防护: what the system refuses, in words an operator can act on [6.1]"""

import contextlib
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg

from jingui.core.errors import Misconfigured, Unavailable
from jingui.core.word import N_


@contextlib.contextmanager
def told(place: Path) -> Iterator[None]:
    """Turn what the system or the database refuses below `place` into words an operator can act on."""
    try:
        yield
    except OSError as trouble:
        if trouble.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Misconfigured(
                N_("磁盘空间不足。"), N_("请腾出磁盘空间，或另选数据库目录。"), path=str(place)
            ) from trouble
        raise Misconfigured(
            N_("无法读写数据库目录。"),
            N_("请改正目录属主和权限。"),
            path=str(trouble.filename or place),
            reason=str(trouble.strerror),
        ) from trouble
    except psycopg.Error as trouble:
        raise Unavailable(
            N_("数据库已启动，但不接受管理连接。"),
            N_("请查看数据库日志。"),
            path=str(place),
            reason=type(trouble).__name__,
        ) from trouble


def enough_space(place: Path, needed: int) -> None:
    """Raise Misconfigured when the disk of `place` has fewer than `needed` bytes free."""
    free = shutil.disk_usage(place).free
    if free < needed:
        raise Misconfigured(
            N_("磁盘空间不足。"), N_("请腾出磁盘空间，或另选数据库目录。"), path=str(place), free=free, needed=needed
        )
