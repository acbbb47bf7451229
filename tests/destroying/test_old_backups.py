"""S16 [3.1.3]: after a destruction neither the database nor an old backup gives anything back, whoever looks."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from jingui.cluster.account import server_account
from jingui.cluster.cluster import Cluster
from jingui.config import plugs
from jingui.config.home import home
from jingui.core.errors import KeyTrouble, Tampered
from jingui.core.words import Purpose
from jingui.crypto.keyring import Keyring
from jingui.crypto.shred import FILE
from tests.gate import destroying as d
from tests.gate.sealed import verified
from tests.gate.test_door import bundle
from tests.hospital import Hospital

NAME, WORDS, NUMBER = "金丝雀不鸣", "CANARYPLANTEDCONTENT七三", "87654321"
CANARIES = tuple(one.encode() for one in (NAME, WORDS, NUMBER)) + tuple(
    one.encode("utf-16-le") for one in (NAME, WORDS)
)
KEYS_SQL = "SELECT patient_id, retention_class, wrapped FROM patient_key WHERE patient_id = %s"
FACE_SQL = "SELECT face FROM patient WHERE patient_id = %s"


def planted(hospital: Hospital) -> d.Old:
    """A patient of long ago with a canary for a name, a number and a result."""
    changes = bundle(NAME, NUMBER)
    changes[1].resource.update({
        "status": "finished", "class": {"code": "AMB"},
        "period": {"start": "2001-03-01T09:00:00+08:00", "end": "2001-03-01T09:30:00+08:00"},
    })  # fmt: skip
    changes[2].resource.pop("valueQuantity")
    changes[2].resource["valueString"] = WORDS
    made = hospital.enter("his", *changes, purpose=Purpose.OPERATION).made
    return d.Old(public=made[0].id, patient=hospital.runtime.ids.internal(made[0].id)[0], visit=made[1].id,
                 record=made[2].id, name=NAME)  # fmt: skip


def data(hospital: Hospital) -> Path:
    return Path(hospital.sql("SHOW data_directory")[0][0])


def base_backup(hospital: Hospital, where: Path) -> Path:
    """A base backup of the running cluster with its log, as PostgreSQL's own protocol for file copies says."""
    target = where / "cluster"
    with psycopg.connect(hospital.addresses["root"].psycopg(), autocommit=True) as connection:
        connection.execute("SELECT pg_backup_start('s16', true)")
        shutil.copytree(
            data(hospital).parent, target, ignore=shutil.ignore_patterns("postmaster.pid", "postmaster.opts", ".s.*")
        )
        label = connection.execute("SELECT labelfile FROM pg_backup_stop(false)").fetchone()
    assert label is not None
    (target / "data" / "backup_label").write_text(label[0])
    shutil.copytree(data(hospital) / "pg_wal", target / "data" / "pg_wal", dirs_exist_ok=True)
    return target


def found(where: Path) -> list[str]:
    """Every file below a folder that holds a canary in plain."""
    return [
        f"{path.name}:{canary!r}" for path in where.rglob("*") if path.is_file()
        for body in [path.read_bytes()] for canary in CANARIES if canary in body
    ]  # fmt: skip


@contextmanager
def restored(copy: Path) -> Iterator[psycopg.Connection[Any]]:
    """The old backup brought up as a cluster of its own, read by its superuser."""
    who = server_account(wanted="")
    for path in (copy, *copy.rglob("*")):
        shutil.chown(path, who.uid, who.gid)
    for name in ("cluster.json", "secret"):
        if (copy / name).exists():
            for path in ((copy / name), *(copy / name).rglob("*")):
                shutil.chown(path, 0, 0)
    shutil.chown(copy, 0, 0)
    cluster = Cluster(copy, account=who.name, durable=False)
    cluster.start()
    try:
        with psycopg.connect(cluster.address("root").psycopg(), autocommit=True) as connection:
            yield connection
    finally:
        cluster.stop("immediate")


def test_nothing_comes_back(hospital: Hospital, tmp_path: Path) -> None:
    one, other = planted(hospital), d.old(hospital, "旁人")
    keys = tmp_path / "keys-before"
    shutil.copytree(home().keys, keys)
    place = Path(tempfile.mkdtemp(prefix="jingui-s16-"))
    place.chmod(0o711)
    try:
        copy = base_backup(hospital, place)
        matter = d.destroyed(hospital, *d.whole(one))
        hospital.sql("CHECKPOINT")
        hospital.sql("SELECT pg_switch_wal()")
        hospital.sql("VACUUM FULL record")
        assert found(data(hospital)) == []
        assert found(home().root) == []
        assert found(copy) == []
        provider = plugs.provider(home())
        generation = hospital.sql("SELECT shred_generation FROM epoch")[0][0]
        with restored(copy) as old:
            rows = {row[1]: (row[0], bytes(row[2])) for row in old.execute(KEYS_SQL, [one.patient]).fetchall()}
            assert set(rows) == {"outpatient", "identity"}
            sealed = old.execute(f"SELECT face FROM patient WHERE patient_id = {one.patient}").fetchone()
            assert sealed is not None
            bystander = old.execute(
                f"SELECT wrapped FROM patient_key WHERE retention_class = 'identity' AND patient_id = {other.patient}"
            ).fetchone()
            assert bystander is not None
            # the newest shred file with the old backup: neither of the keys opens, by any of the 1,024 segments
            newest = Keyring.open(home().keys, provider, expected_check=None, expected_generation=generation)
            tried = 0
            for which, (patient, wrapped) in rows.items():
                with pytest.raises(Tampered):
                    newest.unwrap(patient, which, wrapped)
                for number in range(1024):
                    tried += 1
                    with pytest.raises(Tampered):
                        newest.segments.unwrap(number, patient, which, wrapped)
            # the old shred file is refused, for the database of today knows a newer generation
            with pytest.raises(KeyTrouble):
                Keyring.open(keys, provider, expected_check=None, expected_generation=generation)
            # and that this test could fail: a stray old shred file with the provider's key opens the old backup, as
            # the certificate says it would
            stray = Keyring.open(keys, provider, expected_check=None)
            runtime = hospital.runtime
            patient, wrapped = rows["identity"]
            key = stray.unwrap(patient, "identity", wrapped)
            assert NAME in str(runtime.vault.open_face(key, patient, sealed[0]))
        assert d.terms(hospital, other.patient).name == "旁人"
        assert not verified(hospital)
        copies = [Path(row) for row in (home().keys / FILE, *plugs.shred_copies(home()))]
        assert len({path.read_bytes() for path in copies}) == 1
        size = sum(path.stat().st_size for path in copy.rglob("*") if path.is_file())
        print(
            f"\nS16 matter {matter}: canaries in data files and log 0, in files and keys 0, in the base backup of "
            f"before ({size // 1_000_000} MB, restored and started) 0; keys tried against it {tried}, opened 0; old "
            f"shred file refused; {len(copies)} copies at generation {generation}; the ledger verifies"
        )
    finally:
        shutil.rmtree(place, ignore_errors=True)
