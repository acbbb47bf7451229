"""四（二）4 教学科研: the rows of approvals, studies, extracts and verdicts against the ledger [4.2.4] [7.1.2]"""

import psycopg
import pytest

from jingui.core.research import DisposeExtract, EndEthics, Said
from jingui.core.words import Purpose, Verb
from jingui.store.verification import verify
from tests.gate.studying import PEOPLE, STUDY, approval, built, chart, check, paper, study, take
from tests.hospital import Hospital


@pytest.fixture(scope="module", autouse=True)
def cohort(hospital: Hospital) -> None:
    """People and twelve patients with an illness of their own."""
    for short, role in PEOPLE:
        if short not in hospital.actors:
            hospital.person(short, role, "xxk")
    for n in range(600, 612):
        hospital.enter("his", *chart(n, "G20.x00"), purpose=Purpose.OPERATION)


def found(hospital: Hospital) -> dict[str, str]:
    """What verification says of rows, by where."""
    with psycopg.connect(hospital.addresses["root"].psycopg()) as connection:
        return {
            one.where: one.why for one in verify(connection, hospital.runtime.keyring, hospital.runtime.origin).findings
        }


def test_what_the_door_wrote_is_what_the_ledger_says(hospital: Hospital) -> None:
    before = found(hospital)
    number = study(hospital, diagnoses="G20")
    released = built(hospital, number)
    check(hospital, "quality", released)
    check(hospital, "ethics", released)
    take(hospital, "researcher", released)
    hospital.write("researcher", Verb.DISPOSE_EXTRACT, DisposeExtract(extract=released, paper=paper()), purpose=STUDY)
    stopped = built(hospital, number)
    check(hospital, "quality", stopped, Said.STOP, "不合格")
    built(hospital, number)
    ethics = hospital.sql("SELECT ethics_id FROM study WHERE id = %s", number)[0][0]
    hospital.write("ethics", Verb.END_ETHICS, EndEthics(approval=ethics, reason="课题结束"))
    assert {where: why for where, why in found(hospital).items() if where not in before} == {}


def test_what_was_taken_away_or_put_back_is_found(hospital: Hospital) -> None:
    before = found(hospital)
    pk, _ = approval(hospital)
    row = hospital.sql("SELECT * FROM ethics_approval WHERE id = %s", pk)[0]
    hospital.write("ethics", Verb.END_ETHICS, EndEthics(approval=pk, reason="课题结束"))
    ended = hospital.sql("SELECT * FROM ethics_approval WHERE id = %s", pk)[0]
    places = ", ".join(["%s"] * len(row))
    hospital.sql("DELETE FROM ethics_approval WHERE id = %s", pk)
    hospital.sql(f"INSERT INTO ethics_approval VALUES ({places})", *row)  # in force again, as it once was
    assert set(found(hospital)) - set(before)
    hospital.sql("DELETE FROM ethics_approval WHERE id = %s", pk)
    hospital.sql(f"INSERT INTO ethics_approval VALUES ({places})", *ended)
    extract = built(hospital, study(hospital, diagnoses="G20"))
    check(hospital, "quality", extract, Said.STOP, "不合格")
    gone = "SET session_replication_role = replica; DELETE FROM extract_check WHERE extract_id = "
    hospital.sql(f"{gone}{int(extract)}")
    assert set(found(hospital)) - set(before)
