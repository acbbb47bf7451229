"""Identifiers of entries grow within a process, whatever the clock does [1.3.3]"""

from datetime import UTC, datetime, timedelta

from tests.hospital import Hospital


def test_entry_ids_grow_when_the_clock_stands_or_runs_back(hospital: Hospital) -> None:
    at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    made = [hospital.runtime.entry_id(at - timedelta(seconds=n % 3)) for n in range(9_000)]
    made += hospital.runtime.entry_ids(at, 500)
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {one.version for one in made} == {7}
    assert {one.variant for one in made} == {"specified in RFC 4122"}
