"""A house of this folder's own, served over HTTP by a worker process."""

from collections.abc import Iterator

import pytest

from tests.api.client import Served, free_port, token_for, worker
from tests.faults.checking import check
from tests.hospital import Hospital, house


@pytest.fixture(scope="package")
def hospital() -> Iterator[Hospital]:
    """A running house with its sequencer."""
    with house() as made:
        yield made


@pytest.fixture(scope="package")
def served(hospital: Hospital, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The FHIR interface of that house."""
    tokens = {
        who: token_for(hospital, hospital.actors[who]) for who in ("doctor", "nurse", "surgeon", "registrar", "head")
    }
    tokens["his"] = token_for(hospital, hospital.actors["his"], "system/*.cruds")
    port, log = free_port(), tmp_path_factory.mktemp("served") / "worker.log"
    with worker(port, log) as pid:
        yield Served(f"http://127.0.0.1:{port}/fhir", hospital, tokens, log, pid)
    # after everything that was asked: versions and entries are one set, all decrypts, the verifier agrees
    report = check(tmp_path_factory.mktemp("no-journals"))
    for name in ("orphans", "doubles", "undecrypted", "unplaced"):
        assert not report[name], (name, report[name][:5])
    silent = hospital.sql(
        """SELECT verb, decision, convert_from(head, 'UTF8') FROM entry WHERE decision <> 'allow'
        AND convert_from(head, 'UTF8') LIKE '%%"reason":""%%' LIMIT 5"""
    )
    assert report["verifier"]["ok"], (report["verifier"], silent)
    assert report["verifier"]["entries"] == report["entries"]
