"""三（一）3: decided at the same moment: a hold and corrections, two merges of the same two [3.1.3] [2.2.4]"""

import threading

import pytest
from django.db import connections

from jingui.core.collect import MergePatient
from jingui.core.enter import Change
from jingui.core.errors import JinguiError, Refused
from jingui.core.keep import PlaceHold
from jingui.core.operation import Target
from jingui.core.proposals import Verdict
from jingui.core.words import Hold, Purpose, Role, Verb
from jingui.gate import door
from tests.gate.test_charts import admit, number
from tests.hospital import Hospital


@pytest.mark.parametrize("round_", range(3))
def test_after_a_hold_nothing_is_corrected(hospital: Hospital, round_: int) -> None:
    patient, _, record = admit(hospital, "竞态封存", f"9100000{round_}")
    place = door.locate(record)
    refused = threading.Event()

    def correct() -> None:
        for n in range(500):
            body = {
                "resourceType": "Observation", "status": "amended", "subject": {"reference": f"Patient/{patient}"},
                "code": {"text": f"第{n}次"},
            }  # fmt: skip
            try:
                hospital.enter("his", Change(body, record=(place.patient, place.record)), purpose=Purpose.OPERATION)
            except Refused:
                refused.set()
                return

    thread = threading.Thread(target=correct)
    thread.start()
    version = "SELECT max(version) FROM record_version WHERE patient_id = %s AND record_id = %s"
    while hospital.sql(version, place.patient, place.record)[0][0] < 4:
        pass
    hospital.write("archivist", Verb.PLACE_HOLD, PlaceHold(kind=Hold.DISPUTE_SEAL, reason="纠纷"), target=place)
    sealed = hospital.sql(version, place.patient, place.record)
    thread.join()
    assert refused.is_set()
    assert hospital.sql(version, place.patient, place.record) == sealed


def test_two_merges_make_no_ring(hospital: Hospital) -> None:
    seconds = ["ringa", "ringb"]
    for short in seconds:
        hospital.person(short, Role.REGISTRAR, "xxk")
    for n in range(3):
        one, other = (number(hospital, admit(hospital, "竞态合并", f"92{n}0000{i}")[0]) for i in range(2))
        waiting = []
        for a, b in ((one, other), (other, one)):
            data = MergePatient(into=b, reason="同一人")
            waiting.append(hospital.write("registrar", Verb.MERGE_PATIENT, data, target=Target(patient=a)).value)
        outcomes: list[str] = []

        def confirm(who: str, proposal: int, digest: str, outcomes: list[str] = outcomes) -> None:
            try:
                said = Verdict(proposal=proposal, digest=digest, verdict="approve")
                outcomes.append(hospital.write(who, Verb.APPROVE, said).value.state)
            except JinguiError as error:
                outcomes.append(error.code)
            finally:
                connections.close_all()

        threads = [
            threading.Thread(target=confirm, args=(who, each.proposal, each.digest))
            for who, each in zip(seconds, waiting, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["conflict", "executed"]
        linked = hospital.sql("SELECT count(*) FROM patient WHERE linked_to IN (%s, %s)", one, other)
        assert linked == [(1,)]
