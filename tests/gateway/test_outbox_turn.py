"""五（一）3: whose turn it is: the longest waiting first, none before its time, a long queue costs no more [5.1.3]"""

from datetime import UTC, datetime, timedelta

import pytest

from jingui.core.words import Purpose, Verb
from jingui.gate import outbox
from tests.gate.test_door import bundle
from tests.gateway.parties import Party, party, queue
from tests.hospital import Hospital

MANY = 5000
COPIES_SQL = """INSERT INTO transmission SELECT (t2).* FROM (SELECT jsonb_populate_record(t, jsonb_build_object(
  'transmission_id', t.transmission_id + n, 'message', gen_random_uuid(), 'next', now() + n * interval '1 hour')) AS t2
  FROM transmission t, generate_series(1, %s) n WHERE t.transmission_id = %s) x"""


@pytest.fixture(scope="module")
def to(hospital: Hospital) -> Party:
    return party(hospital, "长队医院")


@pytest.fixture(scope="module")
def patient(hospital: Hospital) -> int:
    made = hospital.enter("his", *bundle(), verb=Verb.ENTER, purpose=Purpose.OPERATION).made
    return int(hospital.runtime.ids.internal(made[0].id)[0])


def test_the_longest_waiting_goes_first(hospital: Hospital, to: Party, patient: int) -> None:
    now = datetime.now(UTC)
    later = queue(hospital, to, patient, next=now + timedelta(minutes=5))
    third = queue(hospital, to, patient, next=now - timedelta(seconds=1))
    first = queue(hospital, to, patient, made=now - timedelta(hours=2), next=now - timedelta(hours=1))
    second = queue(hospital, to, patient, made=now - timedelta(minutes=1))  # never tried: since it was made
    queue(hospital, to, patient, made=now - timedelta(days=1), state="stopped")
    ((lane, places),) = outbox.ready(now, 10)
    assert lane.channel == to.channel
    assert [one.transmission for one in places] == [first.number, second.number, third.number]
    assert len(outbox.ready(now, 2)[0][1]) == 2
    assert outbox.ready(now + timedelta(minutes=6), 10)[0][1][-1].transmission == later.number


def test_a_long_queue_is_read_in_its_order(hospital: Hospital, to: Party, patient: int) -> None:
    """An outage of days: neither what waits nor what is not due yet is gone through to find the next."""
    one = queue(hospital, to, patient)
    hospital.sql(COPIES_SQL, MANY, one.number)
    hospital.sql("ANALYZE transmission")
    for at in ("now()", "now() + interval '10 years'"):
        plan = "\n".join(
            row[0]
            for row in hospital.sql(
                "EXPLAIN (ANALYZE, TIMING off) "
                + outbox.READY_SQL.replace("$1::timestamptz", at).replace("$2::int", "16").replace("%", "%%")
            )
        )
        assert "Index Scan using transmission_due" in plan, plan
        assert "Rows Removed by Filter: 5" not in plan, plan
        assert "top-N" not in plan, plan
