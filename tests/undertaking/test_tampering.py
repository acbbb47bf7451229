"""四（一）3 保密义务: rows bent by the database's administrator free nobody from the undertaking [4.1.3] [6.1.2]"""

import pytest

from jingui.core.errors import Tampered
from tests.gate.test_charts import admit
from tests.hospital import Hospital
from tests.undertaking.test_documents import documents, opens, publish, sign


def test_forged_rows_free_nobody(hospital: Hospital) -> None:
    """The folder's last one: what it bends stays bent."""
    sign(hospital, "doctor", publish(hospital, body="我承诺对患者信息保密，只为工作查阅，不擅自复制和传播。"))
    public, _, _ = admit(hospital, "承诺丁", "44000004")
    nurse, doctor = hospital.people["nurse"], hospital.people["doctor"]
    copied = """INSERT INTO acknowledgement (version, mac, entry, person_id, digest, at, ends, document_id)
      SELECT version, mac, entry, %s, digest, at, ends, document_id FROM acknowledgement WHERE person_id = %s
      ORDER BY id DESC LIMIT 1 RETURNING id"""
    hospital.sql(copied, nurse, doctor)
    hospital.sql("UPDATE epoch SET n = n + 1")
    with pytest.raises(Tampered):
        opens(hospital, "nurse", public)
    hospital.sql("UPDATE controlled_document SET digest = '\\x00' WHERE state = 'active'")
    hospital.sql("UPDATE epoch SET n = n + 1")
    with pytest.raises(Tampered):
        opens(hospital, "doctor", public)
    with pytest.raises(Tampered):
        documents(hospital, "doctor")
