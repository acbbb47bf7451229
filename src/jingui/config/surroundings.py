"""三（二）3 配置指纹: what the gate cannot see: software, installation file, TLS, timed work, disks [3.2.3]"""

import hashlib
import platform
import shutil
import sys
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import distributions, version
from pathlib import Path

from jingui.cluster.layout import Layout
from jingui.config.home import Home, home

#: Pages' transport and cookies: what a changed line of the settings would loosen.
TRANSPORT = (
    "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_PROXY_SSL_HEADER",
    "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_SECURE",
    "CSRF_TRUSTED_ORIGINS", "ALLOWED_HOSTS", "X_FRAME_OPTIONS", "SECURE_CSP", "DEBUG", "MIDDLEWARE",
)  # fmt: skip
PLACES = ("mllp_certificate", "mllp_authorities", "stamp_chain")  # public PEM files: their content counts
UNTOLD = frozenset({"workers", "ingest", "port", "host"})  # differ between processes of one house, and decide nothing


def facts() -> Mapping[str, Mapping[str, str]]:
    """Part -> item -> text. Nothing secret: keys and passwords are named by no line of the installation's file."""
    return {"software": software(), "host": host(home()), "jobs": jobs()}


def software() -> dict[str, str]:
    """Our version, Python's, and each installed package's: what the lock files fixed and what really runs."""
    found = {f"package {one.name.lower()}": one.version for one in distributions() if one.name}
    ours = version("jingui") if "package jingui" in found else ""
    own = source(Path(__file__).resolve().parents[1])
    return {**found, "jingui": ours, "python": platform.python_version(), "source": own}


def source(folder: Path) -> str:
    """One digest over the program's own files, so that a changed line shows although the version stayed."""
    made = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".py", ".cedar", ".toml", ".html", ".js", ".css"} and path.is_file():
            made.update(f"{path.relative_to(folder)}\0".encode())
            made.update(hashlib.sha256(path.read_bytes()).digest())
    return made.hexdigest()


def host(where: Home) -> dict[str, str]:
    """The installation's file, the transport settings, the public certificates."""
    from django.conf import settings

    told = {f"file {name}": str(value) for name, value in asdict(where).items() if name not in UNTOLD}
    told |= {f"transport {name}": str(getattr(settings, name, "")) for name in TRANSPORT}
    for name in PLACES:
        path = Path(getattr(where, name) or "/nowhere")
        told[f"certificate {name}"] = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    return {**told, "optimised": str(sys.flags.optimize)}


def jobs() -> dict[str, str]:
    """Every timed task and when it runs."""
    from jingui.jobs import timed

    found = {f"task {name}": "" for name in timed.tasks}
    for (name, _), one in timed.periodic_registry.periodic_tasks.items():
        found[f"task {name}"] = one.cron
    return found


def disks() -> Mapping[str, tuple[int, int]]:
    """How full the places are: (used, total) in bytes. What does not exist, or is not ours to see, is not told."""
    where = home()
    kept = [Path(one.removeprefix("file:")) for one in where.backup_places if one.startswith("file:")]
    places = {"wal": Layout(home=where.cluster).spool, **{f"backup{n}": path for n, path in enumerate(kept, 1)}}
    out = {}
    found = shutil.disk_usage(where.root)
    out["home"] = (found.used, found.total)
    for name, path in places.items():
        try:
            if path.is_dir():
                out[name] = (weighed(path), shutil.disk_usage(path).total)
        except PermissionError:
            continue
    return out


def weighed(folder: Path) -> int:
    """The bytes of a folder's files; one that vanishes meanwhile weighs nothing."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total
