"""一（三）2 患者门户: the right of a guardian ends by itself [1.3.2] [4.2.1]"""

from datetime import timedelta

from jingui.gate import door
from tests.gate.test_portal import GUARDIAN, born, may_open, opened, patient_actor
from tests.hospital import Hospital
from tests.web.browser import Later


def test_a_guardians_right_ends_by_itself(hospital: Hospital) -> None:
    child = born(hospital, "到期", "50000013", "2012-03-03")[0]
    until = (hospital.now() + timedelta(days=30)).date()
    guardian = patient_actor(hospital, opened(hospital, child, ends=until, **GUARDIAN))
    assert may_open(hospital, guardian, child)
    Later(hospital).by(days=31)
    assert not may_open(hospital, guardian, child)
    assert door.portal.charts(guardian) == ()
