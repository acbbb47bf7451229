"""Whether the tables are already what this version wants, without the seconds that asking Django takes [6.1]

A stamp beside the data says which migrations were applied to which database; a copy of the data from elsewhere, a
restored backup or a new version does not agree with it, and then everything is applied again (which changes nothing
that is already there).
"""

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path

import psycopg

from jingui.config import plugs
from jingui.config.home import Home

PACKAGES = (
    "jingui.store", "django.contrib.auth", "django.contrib.contenttypes", "allauth.account", "allauth.mfa", "axes",
    "procrastinate.contrib.django",
)  # fmt: skip
ASK_SQL = """SELECT (SELECT system_identifier FROM pg_control_system())::text, count(*), coalesce(max(id), 0)
FROM django_migrations"""


def wanted() -> str:
    """A digest of every migration file, of the grants and of the founding itself."""
    digest = hashlib.sha256()
    here = Path(__file__).resolve().parents[1]
    for file in (here / "store" / "grants.py", here / "config" / "founding.py"):
        digest.update(file.read_bytes())
    for package in PACKAGES:
        found = find_spec(package)
        for place in (found.submodule_search_locations or ()) if found else ():
            for file in sorted((Path(place) / "migrations").glob("*.py")):
                digest.update(f"{package}/{file.name}\0{file.stat().st_size}\0".encode())
                if package.startswith("jingui."):
                    digest.update(file.read_bytes())
    return digest.hexdigest()


def _stamp(where: Home) -> Path:
    return where.state / "schema.json"


def _database() -> list[object] | None:
    """The database's identity and how many migrations it knows; None when it knows none or cannot say."""
    try:
        with psycopg.connect(plugs.address("owner").psycopg(), connect_timeout=5) as connection:
            row = connection.execute(ASK_SQL).fetchone()
    except psycopg.Error:
        return None
    return list(row) if row else None


def current(where: Home) -> bool:
    """Whether the stamp, this version's files and the database agree."""
    try:
        kept = json.loads(_stamp(where).read_text())
    except (FileNotFoundError, ValueError):
        return False
    return bool(kept == [wanted(), _database()])


def remember(where: Home) -> None:
    """Write the stamp after everything was applied."""
    where.state.mkdir(mode=0o755, parents=True, exist_ok=True)
    half = _stamp(where).with_suffix(".new")
    half.write_text(json.dumps([wanted(), _database()]))
    half.replace(_stamp(where))
