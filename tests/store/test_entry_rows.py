"""二（二）录入: what entry leaves in the tables agrees with the ledger; what is bent is found [2.2.1] [2.2.4]"""

from datetime import date

from jingui.core.signatures import Qualify
from jingui.core.words import Purpose, Role, Verb
from tests.gate.entering import admit, entered, form_of, note, sign, signing, submit
from tests.hospital import Hospital
from tests.store.tampering import check, tampered


def test_entry_agrees_with_the_ledger_and_bending_is_found(hospital: Hospital) -> None:
    bed = admit(hospital)
    record = entered(hospital, "doctor", bed)
    signing(hospital, "doctor")
    sign(hospital, "doctor", bed, record)
    form = form_of(hospital, bed, note(hospital, course="更正后的内容。"), start=1, reason="补充")
    submit(hospital, "doctor", bed, form, record=record)
    sign(hospital, "doctor", bed, record, version=2)
    hospital.person("medaffairs", Role.MEDICAL_AFFAIRS, "xxk")
    data = Qualify(
        person=hospital.people["nurse"], kind="training", subject="nursing_record", passed=True, starts=date(2026, 1, 1)
    )
    hospital.write("medaffairs", Verb.QUALIFY, data, purpose=Purpose.MANAGEMENT)
    assert [one for one in check(hospital).findings if one.kind != "outside"] == []
    for table, statement in (
        ("signature", "UPDATE signature SET person_id = person_id + 1"),
        ("signature", "DELETE FROM signature WHERE record_version = 1"),
        ("signing_session", "UPDATE signing_session SET ends = ends + interval '1 year'"),
        ("qualification", "UPDATE qualification SET subject = 'operation'"),
        ("qualification", "DELETE FROM qualification"),
        ("record", f"UPDATE record SET state = 'filed' WHERE record_id = {record}"),
        ("record", f"UPDATE record SET form = 'front_page' WHERE record_id = {record}"),
    ):
        with tampered(hospital, table, statement):
            assert any(table in one.where for one in check(hospital).findings), statement
