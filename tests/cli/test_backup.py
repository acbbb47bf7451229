"""三（一）1, 六（一）3: a whole house backed up, tested, brought back, opened by two [3.1.1] [6.1.3] [1.3.3]"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from jingui.cluster.cluster import Cluster
from jingui.core import onetime

from .house import ROOT, House

PASSWORD = "Jin-Gui-2026-两人"
PEOPLE = ("sysadmin", "head")
ENROL = """
import sys
from jingui.config import house
with house.opened(sequencing=True):
    from datetime import UTC, datetime
    from django.contrib.auth.hashers import make_password
    from jingui.core import onetime
    from jingui.core.operation import Operation
    from jingui.core.protect import ChangePassword, EnrolFactor
    from jingui.core.words import Purpose, Strength, Verb, Entrance
    from jingui.core.operation import Actor
    from jingui.gate import door
    for name in sys.argv[2:]:
        found = house.names().actor(name)
        actor = Actor(account=found.account, post=found.post, session="s", address="127.0.0.1",
                      strength=Strength.TWO_FACTOR, entrance=Entrance.PAGE)
        secret = onetime.demo_secret(name)
        code = onetime.code(secret, onetime.counter_at(datetime.now(UTC)) - 1)
        data = EnrolFactor(kind="totp", name="手机", secret=secret.encode(), code=code)
        new = ChangePassword(password_hash=make_password(sys.argv[1]))
        for verb, what in ((Verb.ENROL_FACTOR, data), (Verb.CHANGE_PASSWORD, new)):
            door.write(Operation(actor=actor, verb=verb, at=door.now(), purpose=Purpose.OPERATION, data=what))
"""


def python(house: House, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *words], env=house.environment | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        capture_output=True, text=True, timeout=180, check=False, cwd=ROOT,
    )  # fmt: skip


@pytest.fixture(scope="module")
def kept() -> Iterator[House]:
    """A founded house with people and a patient, backed up once."""
    folder = Path(tempfile.mkdtemp(prefix="jingui-kept-", dir="/tmp"))
    folder.chmod(0o711)
    house = House(folder / "home")
    made = python(house, "-m", "tests.faults.founding", str(folder / "facts.json"))
    assert made.returncode == 0, made.stderr[-2000:]
    made = python(house, "-c", ENROL, PASSWORD, *PEOPLE)
    assert made.returncode == 0, made.stderr[-2000:]
    done = house.run("backup", "now")
    assert done.returncode == 0, done.stderr
    yield house
    for at in (house.home, folder / "back"):
        if (at / "db").exists():
            Cluster(at / "db").remove()


def answers(*codes: str) -> str:
    return "".join(f"{PASSWORD}\n{code}\n" for code in codes)


def code(name: str) -> str:
    return onetime.code(onetime.demo_secret(name), onetime.counter_at(datetime.now(UTC)))


def recover(house: House, at: Path, typed: str, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "jingui.cli", "--home", str(at), "recover", "--reason", "从备份恢复，已核对", *words],
        env=house.environment, input=typed, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def asked(at: Path, sql: str) -> list[tuple[object, ...]]:
    cluster = Cluster(at / "db")
    cluster.start()
    try:
        with psycopg.connect(cluster.address("root").psycopg(), autocommit=True) as link:
            cursor = link.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []
    finally:
        cluster.stop()


def test_what_was_taken_is_listed_and_whole(kept: House) -> None:
    listed = json.loads(kept.run("backup", "list", "--json").stdout)
    assert len(listed) == 2
    assert {row["place"].rsplit("/", 1)[1] for row in listed} == {"first", "second"}
    done = kept.run("backup", "verify")
    assert done.returncode == 0, done.stdout
    assert kept.run("backup", "expire").returncode == 0  # the only set stays
    assert len(json.loads(kept.run("backup", "list", "--json").stdout)) == 2


def test_a_restore_test_passes_and_its_report_is_signed(kept: House, tmp_path: Path) -> None:
    done = kept.run("restore-test", "--report", str(tmp_path / "report"))
    assert done.returncode == 0, done.stdout + done.stderr
    note = (tmp_path / "report").read_text()
    body = json.loads(note.split("\n")[1])
    assert body["result"] == "passed"
    assert body["sample"]["looked"] > 0
    assert [step["ok"] for step in body["steps"]] == [True] * len(body["steps"])
    assert not (kept.home / "restore-test").exists()  # nothing of the scratch cluster is left
    entry = asked(kept.home, "SELECT cardinality(patients), decision FROM entry WHERE verb = 'test_restore'")
    assert entry == [(body["sample"]["looked"], "allow")]


def test_what_was_altered_since_is_found(kept: House) -> None:
    """Somebody with the database's rights exchanges a version after the backup: the comparison sees it."""
    alter = """SET session_replication_role = replica;
      UPDATE record_version v SET payload = set_byte(payload, 20, (get_byte(payload, 20) + 1) % 256)
      WHERE record_id = (SELECT min(record_id) FROM record_version)"""
    restore = alter.replace("+ 1", "+ 255")
    asked(kept.home, alter)
    # what the log carries of the change is in the restored database too: so the moment before it is compared
    done = kept.run("restore-test", "--at", started(kept))
    asked(kept.home, restore)
    assert done.returncode == 1, done.stdout
    assert "record_version" in done.stdout
    assert int(str(asked(kept.home, "SELECT mismatches FROM restore_test ORDER BY id DESC LIMIT 1")[0][0])) > 0
    assert asked(kept.home, "SELECT count(*) FROM matter WHERE kind = 'backup_alarm'") == [(1,)]


CUT_SHORT = """
from jingui.config import house
with house.opened(reading=False, sequencing=True):
    from jingui.config.backup_work import Keeper
    from jingui.core.backup import BeginBackup
    from jingui.core.words import Verb
    from jingui.gate import door
    keeper = Keeper()
    works = keeper.house()
    keeper.write(Verb.BACK_UP, BeginBackup(name="20260102T000000Z"))
    (works.state.folder / "half").write_bytes(b"half a part")
    for place in works.places:
        place.put("base/20260102T000000Z/part-00000", works.state.folder / "half")
    door.backups.work()
    door.backups.work()
    assert not any(place.list("base/20260102T000000Z") for place in works.places)
"""


def test_one_that_was_cut_short_is_said_and_cleared_away(kept: House) -> None:
    """The worker that was killed left a running row and half a set: the next round says so, and keeps the good one."""
    done = python(kept, "-c", CUT_SHORT)
    assert done.returncode == 0, done.stderr[-2000:]
    rows = asked(kept.home, "SELECT state, note FROM backup WHERE name = '20260102T000000Z'")
    assert rows == [("failed", "interrupted")]
    kinds = asked(kept.home, "SELECT kind, count(*) FROM backup WHERE state = 'complete' GROUP BY 1 ORDER BY 1")
    assert kinds == [("base", 1), ("shred", 1), ("wal", 1)]


def started(kept: House) -> str:
    """A moment just after the backup ended."""
    ended = json.loads(kept.run("backup", "list", "--json").stdout)[0]["ended"]
    return datetime.fromisoformat(ended).astimezone(UTC).isoformat()


def test_a_restored_house_is_locked_until_two_have_opened_it(kept: House) -> None:
    to, file = kept.home.parent / "back", kept.home / "jingui.toml"
    usual = file.read_text("utf-8") if file.exists() else ""
    file.write_text(usual + "\ngateway_send = true\n", "utf-8")  # partners hold receipts for what is not in the copy
    done = kept.run("restore", "--to", str(to))
    file.write_text(usual, "utf-8")
    assert done.returncode == 0, done.stderr
    assert "recover" in done.stdout
    assert "核对回执" in done.stdout
    assert kept.run("restore", "--to", str(to)).returncode == 1  # never into a folder that holds something
    assert asked(to, "SELECT lockdown FROM epoch") == [(True,)]
    before = asked(to, "SELECT count(*) FROM entry")
    first, second = ("--as", PEOPLE[0]), ("--second", PEOPLE[1])
    alone = recover(kept, to, answers(code(PEOPLE[0]), code(PEOPLE[0])), *first, "--second", PEOPLE[0])
    wrong = recover(kept, to, answers(code(PEOPLE[0]), "000000"), *first, *second)
    stranger = recover(kept, to, answers(code(PEOPLE[0]), code(PEOPLE[1])), *first, "--second", "doctor")
    assert [one.returncode for one in (alone, wrong, stranger)] == [1, 1, 1]
    assert asked(to, "SELECT lockdown FROM epoch") == [(True,)]
    assert asked(to, "SELECT count(*) FROM entry") == before
    right = recover(kept, to, answers(code(PEOPLE[0]), code(PEOPLE[1])), *first, *second)
    assert right.returncode == 0, right.stderr
    assert asked(to, "SELECT lockdown FROM epoch") == [(False,)]
    verified = House(to, kept.port).run("verify", "--json")
    found = json.loads(verified.stdout)
    assert found["well"], found["findings"]


SHIP = """
from jingui.cluster import basebackup
from jingui.config.backup_work import Keeper
keeper = Keeper()
house = keeper.house()
house.cluster.start()
import time
basebackup.switch(house.cluster)
time.sleep(2)
keeper.ship(house)
house.cluster.stop()
"""


def test_an_older_shred_file_restores_nothing(kept: House) -> None:
    """The restored database knows a later destruction than the keys: refused, and nothing of it is left."""
    to = kept.home.parent / "older"
    epoch = int(str(asked(kept.home, "SELECT shred_generation FROM epoch")[0][0]))
    asked(kept.home, f"UPDATE epoch SET shred_generation = {epoch + 1}")
    assert python(kept, "-c", SHIP).returncode == 0
    try:
        done = kept.run("restore", "--to", str(to))
        assert done.returncode == 1
        assert "older generation" in done.stderr
        assert not to.exists()
    finally:
        asked(kept.home, f"UPDATE epoch SET shred_generation = {epoch}")


def test_an_outside_database_says_what_to_do(kept: House) -> None:
    done = kept.run("backup", "now", JINGUI_DATABASE_URL="postgresql://a@localhost/b",
                    JINGUI_OWNER_URL="postgresql://b@localhost/b")  # fmt: skip
    assert done.returncode == 1
    assert "recovery.md" in done.stderr
