"""七（一）2: sealings, unsealings, accesses from outside agree with the ledger; a lock taken away is named [7.1.2]

In a house where nobody else bends rows: verification names a limited number of them.
"""

import pytest

from tests.gate import sealed as s
from tests.gate.entering import Admitted, admit, entered, sign, signing
from tests.gate.test_outside import opened
from tests.gate.test_unsealing import locks, unsealed
from tests.hospital import Hospital

OURS = {"sealing", "sealed_item", "hold", "outside_access", "account", "post", "person", "access_grant", "matter"}


@pytest.fixture
def patient(hospital: Hospital) -> Admitted:
    """A patient with a signed note."""
    s.people(hospital)
    made = admit(hospital)
    signing(hospital, "doctor")
    sign(hospital, "doctor", made, entered(hospital, "doctor", made))
    return made


def named(house: Hospital) -> set[str]:
    return {one.where for one in s.verified(house)}


def test_every_row_names_a_fitting_entry_and_a_lock_taken_away_is_found(hospital: Hospital, patient: Admitted) -> None:
    before = named(hospital)
    s.sealed(hospital, patient.patient)
    opened(hospital, patient)
    other = admit(hospital)
    sign(hospital, "doctor", other, entered(hospital, "doctor", other))
    s.sealed(hospital, other.patient)
    unsealed(hospital, other.patient)
    assert (locks(hospital, patient.patient), locks(hospital, other.patient)) == (1, 0)
    assert not {one.split(":")[0] for one in named(hospital) - before} & OURS
    row = hospital.sql("SELECT * FROM hold WHERE patient_id = %s", patient.patient)[0]
    hospital.sql("DELETE FROM hold WHERE patient_id = %s", patient.patient)
    assert f"patient.marks:{patient.patient}" in named(hospital)
    hospital.sql(f"INSERT INTO hold VALUES ({', '.join(['%s'] * len(row))})", *row)
