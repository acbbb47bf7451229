"""六（一）安全防护: the system account the database server runs as [6.1]

A server with root's rights would make every flaw in it a flaw of the whole machine, and PostgreSQL
refuses to run so; started by root, everything of the server runs as another, named account.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jingui.core.errors import Misconfigured
from jingui.core.word import N_

PREFERRED = "jingui"
"""Taken when the machine has such an account and none is named."""
LAST_RESORT = "nobody"
PLAIN_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C", "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}
"""Nothing of the caller's environment (PG* variables above all) reaches the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a command ended: exit status (124 when it ran out of time) and both outputs together."""

    code: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A system account; `dropping` says that this process is root and must change to it."""

    name: str
    uid: int
    gid: int

    @property
    def dropping(self) -> bool:
        """Whether commands must leave root behind."""
        return os.geteuid() == 0 and self.uid != 0

    def run(self, argv: Sequence[str | Path], *, limit: float = 120.0) -> Outcome:
        """Run `argv` as this account and wait at most `limit` seconds.

        Outputs go to a file: a server started by the command inherits them, and a pipe would keep us waiting for it.
        """
        words = [str(word) for word in argv]
        with tempfile.TemporaryFile() as output:
            try:
                code = subprocess.run(
                    words,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd="/",
                    env=PLAIN_ENVIRONMENT,
                    timeout=limit,
                    check=False,
                    umask=0o077,
                    # Ctrl-C is for us to answer; pg_ctl would take the server down half-started
                    start_new_session=True,
                    user=self.uid if self.dropping else None,
                    group=self.gid if self.dropping else None,
                    extra_groups=[] if self.dropping else None,
                ).returncode
            except subprocess.TimeoutExpired:
                code = 124
            except OSError as trouble:
                return Outcome(code=127, text=str(trouble))
            output.seek(0)
            return Outcome(code=code, text=output.read().decode("utf-8", "replace"))

    def can(self, mode: str, path: Path) -> bool:
        """Ask the kernel, as this account, whether `path` may be read, written or entered (`r`, `w`, `x`)."""
        test = shutil.which("test", path="/usr/bin:/bin") or "test"
        return self.run([test, f"-{mode}", path], limit=10.0).code == 0

    def own(self, path: Path) -> None:
        """Give `path` itself to this account when we are root; otherwise it is ours already."""
        if self.dropping:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def server_account(*, wanted: str = "", recorded: str = "") -> Account:
    """The account the server runs as: the recorded one, else `wanted`, else a fitting one; never root.

    Raises Misconfigured when the account is unknown, is root, or is not the one this process can be.
    """
    if recorded and wanted and recorded != wanted:
        raise Misconfigured(
            N_("数据库目录已归另一系统账号使用。"),
            N_("请恢复原来的账号设置，或另选目录。"),
            recorded=recorded,
            wanted=wanted,
        )
    name = recorded or wanted
    if os.geteuid() != 0:
        return _ordinary(name)
    if not name:
        name = PREFERRED if _known(PREFERRED) else LAST_RESORT
    entry = _known(name)
    if entry is None:
        raise Misconfigured(N_("运行数据库的系统账号不存在。"), N_("请先建立该系统账号，或更改设置。"), account=name)
    if entry.pw_uid == 0:
        raise Misconfigured(N_("数据库不得以 root 身份运行。"), N_("请指定一个普通系统账号。"), account=name)
    return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)


def _ordinary(name: str) -> Account:
    """This process's own account, which must be `name` if one is named."""
    try:
        entry = pwd.getpwuid(os.geteuid())
    except KeyError:
        raise Misconfigured(
            N_("当前用户在系统中没有账号，数据库无法启动。"), N_("请以有账号的系统用户运行。"), uid=os.geteuid()
        ) from None
    if name and name != entry.pw_name:
        raise Misconfigured(
            N_("数据库目录归另一系统账号所有。"), N_("请以该账号或 root 运行。"), recorded=name, current=entry.pw_name
        )
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def _known(name: str) -> pwd.struct_passwd | None:
    """The system's entry for `name`, or None."""
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None
