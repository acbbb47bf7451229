"""一（三）3: the sealed text of an entry stands if and only if its entry does [1.3.3]"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from jingui.core.access import PatientSearch
from jingui.core.errors import Unavailable
from jingui.core.words import Purpose, Verb
from jingui.gate import door
from tests.hospital import Hospital

ORPHANS = "SELECT count(*) FROM entry_payload n WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.id = n.id)"


def search(house: Hospital, reason: str) -> None:
    asked = PatientSearch(wanted=((("name", "无此人"),),), words="无此人")
    operation = house.operation("registrar", Verb.SEARCH_PATIENT, asked, purpose=Purpose.TREATMENT)
    door.read(replace(operation, reason=reason))


def test_a_moving_epoch_leaves_no_text_without_its_entry(hospital: Hospital) -> None:
    """[1.3.3] While rights end all the time, every text that is kept belongs to a committed entry, and none is lost."""
    before = hospital.sql("SELECT count(*) FROM entry_payload")[0][0]

    def one(n: int) -> bool:
        try:
            search(hospital, f"理由{n}")
        except Unavailable:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(one, n) for n in range(120)]
        for _ in range(60):
            hospital.sql("UPDATE epoch SET n = n + 1")
        done = sum(future.result() for future in futures)
    assert done > 0
    assert hospital.sql(ORPHANS) == [(0,)]
    assert hospital.sql("SELECT count(*) FROM entry_payload")[0][0] - before == done


def test_a_refused_epoch_keeps_neither(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    """[1.3.3] An entry decided under an older epoch does not stand, and its text does not either."""
    from jingui.gate import pipeline

    real = pipeline.ENTRY_NOTES_SQL
    monkeypatch.setattr(pipeline, "ENTRY_NOTES_SQL", real.replace("= $1::bigint", "= $1::bigint - 1"))
    before = hospital.sql("SELECT (SELECT count(*) FROM entry), (SELECT count(*) FROM entry_payload)")
    with pytest.raises(Unavailable):
        search(hospital, "不会留下")
    assert hospital.sql("SELECT (SELECT count(*) FROM entry), (SELECT count(*) FROM entry_payload)") == before
