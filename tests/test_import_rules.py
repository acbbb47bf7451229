"""一 总则: an open way around the door breaks the build; the rules are tried with offences, one by one [1.3.1]"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import ROOT, entrances, reaches

BIN = Path(sys.executable).parent

#: Where the offence stands, what it says, the contract that must break, and the link that it must name.
IMPORTS = [
    ("web/offence.py", "from jingui.store import models", "store", "jingui.web.offence -> jingui.store"),
    ("web/offence.py", "from jingui.store.models import Record", "store", "jingui.web.offence -> jingui.store.models"),
    ("api/offence.py", "from jingui.store import vault", "store", "jingui.api.offence -> jingui.store.vault"),
    ("cli.py", "import jingui.store.vault", "store", "jingui.cli -> jingui.store.vault"),
    ("cli.py", "from jingui.store import lists", "store", "jingui.cli -> jingui.store.lists"),
    ("jobs.py", "def later():\n    from jingui.store import ledger", "store", "jingui.jobs -> jingui.store.ledger"),
    ("demo/offence.py", "from jingui.store import ledger", "store", "jingui.demo.offence -> jingui.store.ledger"),
    ("web/offence.py", "from jingui.gate import permits", "door", "jingui.web.offence -> jingui.gate.permits"),
    ("api/offence.py", "from jingui.gate.acts import enter", "door", "jingui.api.offence -> jingui.gate.acts"),
    ("jobs.py", "from jingui.gate import read", "door", "jingui.jobs -> jingui.gate.read"),
    ("web/offence.py", "from jingui.core.permit import Permit", "permit", "jingui.web.offence -> jingui.core.permit"),
    ("store/offence.py", "from jingui.core import permit", "permit", "jingui.store.offence -> jingui.core.permit"),
    ("web/offence.py", "from jingui.policy import decide", "policy", "jingui.web.offence -> jingui.policy.decide"),
    ("cli.py", "from jingui.crypto import keyring", "crypto", "jingui.cli -> jingui.crypto.keyring"),
    ("web/offence.py", "from jingui.cluster import cluster", "cluster", "jingui.web.offence -> jingui.cluster"),
    ("policy/offence.py", "from jingui.crypto import envelope", "siblings", "jingui.policy.offence -> jingui.crypto"),
    ("formats/offence.py", "from jingui.crypto import merkle", "siblings", "jingui.formats.offence -> jingui.crypto"),
    ("policy/offence.py", "from django.conf import settings", "pure", "jingui.policy.offence -> django"),
    ("crypto/offence.py", "import psycopg", "pure", "jingui.crypto.offence -> psycopg"),
    ("formats/offence.py", "import sqlite3", "pure", "jingui.formats.offence -> sqlite3"),
    ("core/offence.py", "import orjson", "core-libraries", "jingui.core.offence -> orjson"),
    ("policy/offence.py", "import requests", "policy-libraries", "jingui.policy.offence -> requests"),
    ("crypto/offence.py", "import gmalg", "crypto-libraries", "jingui.crypto.offence -> gmalg"),
    ("formats/offence.py", "import hvac", "formats-libraries", "jingui.formats.offence -> hvac"),
    ("cluster/offence.py", "import django", "cluster-libraries", "jingui.cluster.offence -> django"),
    ("web/offence.py", "import psycopg", "entrance-libraries", "jingui.web.offence -> psycopg"),
    ("api/offence.py", "import asyncpg", "entrance-libraries", "jingui.api.offence -> asyncpg"),
    ("jobs.py", "import psycopg", "entrance-libraries", "jingui.jobs -> psycopg"),
    ("cli.py", "import sqlite3", "entrance-libraries", "jingui.cli -> sqlite3"),
    ("demo/offence.py", "import psycopg_pool", "entrance-libraries", "jingui.demo.offence -> psycopg_pool"),
    ("web/offence.py", "from jingui.station import desk", "station", "jingui.web.offence -> jingui.station"),
    ("station/offence.py", "from jingui import gate", "rooms", "jingui.station"),
    ("station/offence.py", "from jingui import cluster", "station-alone", "jingui.station.offence -> jingui.cluster"),
    ("station/offence.py", "import django", "station-libraries", "jingui.station.offence -> django"),
    ("web/offence.py", "from jingui.relay import carry", "relay", "jingui.web.offence -> jingui.relay"),
    ("relay/offence.py", "from jingui import gate", "rooms", "jingui.relay"),
    ("relay/offence.py", "from jingui import cluster", "relay-alone", "jingui.relay.offence -> jingui.cluster"),
    ("relay/offence.py", "import django", "relay-libraries", "jingui.relay.offence -> django"),
    ("carry/offence.py", "import asyncpg", "carry-libraries", "jingui.carry.offence -> asyncpg"),
    ("carry/offence.py", "from jingui.crypto import jose", "crypto", "jingui.carry.offence -> jingui.crypto.jose"),
    ("web/offence.py", "import jingui.api", "rooms", "jingui.web"),
    ("api/offence.py", "from jingui import web", "rooms", "jingui.api"),
    ("demo/offence.py", "from jingui import cli", "rooms", "jingui.demo"),
    ("gate/offence.py", "from jingui import web", "rooms", "jingui.gate"),
    ("store/offence.py", "from jingui import gate", "rooms", "jingui.store"),
    ("store/offence.py", "from jingui import policy", "rooms", "jingui.store"),
    ("core/offence.py", "from jingui import policy", "rooms", "jingui.core"),
    ("crypto/offence.py", "from jingui import cluster", "rooms", "jingui.crypto"),
    ("secondgate/__init__.py", "", "rooms", "secondgate"),
    ("store/lists.py", "from jingui.store import vault", "lists", "jingui.store.lists"),
    ("core/release.py", "from jingui.core import keep", "sections", "jingui.core.release -> jingui.core.keep"),
    ("web/access.py", "from jingui.web import release", "sections", "jingui.web.access -> jingui.web.release"),
]

#: What ruff must refuse, where, and in which words.
LINES = [
    ("web", "from django.db import connection", "django.db"),
    ("web", "import django\nimport django.db.models\ndjango.db.models.F", "django.db"),
    ("api", "from django import db\ndb.connection", "django.db"),
    ("jobs", "from django.db import transaction", "django.db"),
    ("cli", "def run():\n    from django.db import connection\n    return connection", "django.db"),
    ("demo", "from django.db.models import Q", "django.db"),
    ("web", "from django.apps import apps\napps.get_model('jingui', 'Record')", "get_model"),
    ("web", "from django.contrib import admin", "django.contrib.admin"),
    ("web", "from django.dispatch import receiver", "django.dispatch"),
    ("web", "from django.db.models.signals import post_save", "django.db"),
    ("web", "from django.forms import ModelForm", "ModelForm"),
    ("web", "from django.shortcuts import get_object_or_404", "get_object_or_404"),
    ("api", "from django.contrib.auth import get_user_model", "get_user_model"),
    ("jobs", "import importlib\nimportlib.import_module('jingui.store.vault')", "import_module"),
    ("jobs", "import psycopg", "psycopg"),
    ("api", "import asyncpg", "asyncpg"),
    ("cli", "import sqlite3", "sqlite3"),
    ("demo", "from psycopg_pool import ConnectionPool", "psycopg_pool"),
    ("core", "from django.db import models", "django.db"),
    ("policy", "from django.db import models", "django.db"),
]

#: What neither sees, because the object comes from elsewhere: an attribute that only an ORM model has.
REACHES = [
    ("request.user.posts.model.objects.all()", "objects"),
    ("type(row)._default_manager.all()", "_default_manager"),
    ("row._meta.get_field('name')", "_meta"),
    ("request.user.refresh_from_db()", "refresh_from_db"),
    ("getattr(row, 'objects')", "objects"),
    ("__import__('jingui.store.vault')", "__import__"),
]


#: Modules that the offences name: a stand-in is made in the copy for one that is not written yet.
NAMED = [
    "cli.py",
    "jobs.py",
    "store/models/__init__.py",
    "store/vault.py",
    "store/lists.py",
    "store/ledger.py",
    "gate/door.py",
    "gate/permits.py",
    "gate/read.py",
    "gate/acts/__init__.py",
    "gate/acts/enter.py",
    "core/permit.py",
    "core/keep.py",
    "policy/decide.py",
    "crypto/keyring.py",
    "crypto/envelope.py",
    "crypto/merkle.py",
    "cluster/cluster.py",
    "web/release.py",
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources that an offence may be put into."""
    copy = tmp_path_factory.mktemp("tree")
    for folder in ("src", "tools"):
        shutil.copytree(
            ROOT / folder, copy / folder, ignore=lambda _, names: {n for n in names if "." in n and n[-3:] != ".py"}
        )
    shutil.copy(ROOT / "pyproject.toml", copy)
    for name in NAMED:
        path = copy / "src" / "jingui" / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return copy


def broken(tree: Path, contract: str) -> str:
    """What import-linter says of `contract` in `tree`, or an empty text if it holds."""
    command = [str(BIN / "lint-imports"), "--no-cache", "--no-logo", "--contract", contract]
    environment = {"PYTHONPATH": f"{tree / 'src'}:{tree}", "PATH": str(BIN), "NO_COLOR": "1", "COLUMNS": "300"}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    assert "contracts" in done.stdout.lower(), done.stdout + done.stderr
    return done.stdout if done.returncode else ""


@pytest.mark.parametrize(("place", "line", "contract", "link"), IMPORTS, ids=[f"{o[0]}: {o[1]}" for o in IMPORTS])
def test_an_import_around_the_door_breaks_its_contract(
    tree: Path, place: str, line: str, contract: str, link: str
) -> None:
    path = tree / "src" / "jingui" / place
    before = path.read_text() if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{before or ''}\n{line}\n")
    try:
        said = broken(tree, contract)
    finally:
        path.unlink() if before is None else path.write_text(before)
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
    assert link in said, said or f"{contract} holds although {place} says: {line}"


@pytest.mark.parametrize(("room", "line", "ban"), LINES, ids=[f"{o[0]}: {o[1]}" for o in LINES])
def test_a_line_around_the_door_is_refused_by_the_linter(room: str, line: str, ban: str) -> None:
    name = f"src/jingui/{room}.py" if room in {"jobs", "cli"} else f"src/jingui/{room}/offence.py"
    command = [str(BIN / "ruff"), "check", "--no-cache", "--select", "TID251", "--stdin-filename", name, "-"]
    done = subprocess.run(command, cwd=ROOT, input=f"{line}\n", capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "TID251" in done.stdout
    assert ban in done.stdout


@pytest.mark.parametrize(("line", "name"), REACHES)
def test_reaching_through_an_object_is_found(line: str, name: str) -> None:
    assert [found for _, found in reaches(line)] == [name]


@pytest.mark.parametrize("path", entrances(), ids=lambda path: str(path.relative_to(ROOT)))
def test_entrances_reach_through_no_object(path: Path) -> None:
    assert reaches(path.read_text()) == []
    assert "TID251" not in path.read_text(), "an entrance may not exempt itself from the ban"


def test_the_rules_hold_for_the_tree_as_it_is() -> None:
    done = subprocess.run(
        [str(BIN / "lint-imports"), "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
