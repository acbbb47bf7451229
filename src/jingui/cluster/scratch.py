"""七（一）监督检查: throw-away clusters for tests, benchmarks and restore tests [7.1]

A started cluster with its roles in under 1.5 seconds: a template is made once per machine and copied.
"""

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from jingui.cluster import binaries, roles
from jingui.cluster.account import Account, server_account
from jingui.cluster.address import Address
from jingui.cluster.children import Guard
from jingui.cluster.cluster import Cluster
from jingui.cluster.folders import make_home
from jingui.cluster.layout import Layout

SHAPE = "1"
"""Changes when a template made by an older version of this package would be wrong."""
ENVIRONMENT = "JINGUI_SCRATCH"
"""Directory for templates, in place of the system's temporary one."""


@contextlib.contextmanager
def scratch_cluster(folder: Path | None = None, *, account: str = "") -> Iterator[Cluster]:
    """A started throw-away cluster with roles, stopped and removed at the end.

    It lies in `folder` if the server's account can reach it (as root often not: pytest's directories are closed),
    else in a private directory of its own.
    """
    who = server_account(wanted=account)
    with contextlib.ExitStack() as stack:
        home = _place(folder, who, stack)
        copy_tree(template(who), home)
        cluster = Cluster(home, account=who.name, durable=False)
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        guard = Guard()
        stack.callback(guard.close)
        cluster.start()
        stack.callback(cluster.stop, "immediate")
        # a killed test run must not leave servers behind: the guard ends the postmaster, its children follow
        guard.cover({cluster.status().pid})
        yield cluster
        guard.cover(set())


def fresh_database(cluster: Cluster, name: str, *, template_database: str = "template0") -> dict[str, Address]:
    """Make database `name` in a throw-away cluster; the addresses of `root`, `owner` and `app` in it."""
    roles.make_database(cluster.address("root"), name, template=template_database)
    return {
        "root": cluster.address("root", name),
        "owner": cluster.address("owner", name),
        "app": cluster.address("app", name),
    }


def template(account: Account) -> Path:
    """The home of a stopped throw-away cluster with roles, made at the first call on this machine."""
    base = _base(account) / f"jingui-template-{os.geteuid()}"
    make_home(base, account)
    programs = binaries.find(setting=None, account=account, home=base)
    mark = hashlib.sha256(f"{SHAPE} {programs.folder} {programs.version} {account.uid}".encode()).hexdigest()[:12]
    home = base / mark
    with Layout(home=base).lock("template.lock"):
        if not home.exists():
            half = base / f"{mark}.new"
            shutil.rmtree(half, ignore_errors=True)
            made = Cluster(half, account=account.name, durable=False)
            made.init()
            made.start()
            made.stop()
            half.rename(home)
    return home


def copy_tree(source: Path, target: Path) -> None:
    """Copy a stopped cluster's home with owners and modes; `target` may exist and be empty."""
    for path in (source, *sorted(source.rglob("*"))):
        found = path.lstat()
        to = target / path.relative_to(source)
        if path.is_symlink():
            to.symlink_to(path.readlink())
        elif path.is_dir():
            to.mkdir(exist_ok=True)
        elif path.is_file():
            shutil.copyfile(path, to)
        else:
            continue  # a socket
        if os.geteuid() == 0:
            os.chown(to, found.st_uid, found.st_gid, follow_symlinks=False)
        if not path.is_symlink():
            to.chmod(found.st_mode & 0o7777)


def _place(folder: Path | None, account: Account, stack: contextlib.ExitStack) -> Path:
    """A directory that `account` reaches: below `folder`, or an own one."""
    if folder is not None and account.can("x", folder):
        return folder / "cluster"
    own = Path(tempfile.mkdtemp(prefix="jingui-scratch-", dir=_base(account)))
    stack.callback(shutil.rmtree, own, ignore_errors=True)
    make_home(own, account)
    return own / "cluster"


def _base(account: Account) -> Path:
    """A temporary directory that `account` reaches: the configured one, the system's, or /tmp."""
    wanted = os.environ.get(ENVIRONMENT) or tempfile.gettempdir()
    return Path(wanted) if account.can("x", Path(wanted)) else Path("/tmp")  # noqa: S108 - what we make there is 0711
