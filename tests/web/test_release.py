"""一（三）2: the page on which a doctor releases a result to the patient's portal [1.3.2] [2.1.3]"""

from collections.abc import Iterator

import pytest

from jingui.web.viewmodels.paths import to
from tests.gate.test_portal import born, opened
from tests.gate.test_releasing import treat
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def clinic(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    with pages():
        yield hospital


def test_told_released_and_taken_back_on_one_page(clinic: Hospital) -> None:
    from tests.web.clinic import Pages

    made = born(clinic, "页面告知", "51900001", "1980-01-01", secret=True)
    treat(clinic, made[0])
    secret, plain = made[-1], made[2]
    doctor, nurse = Pages(clinic.actors["doctor"]), Pages(clinic.actors["nurse"])
    page = to("release", record=secret)
    assert page in doctor.get(to("record", record=secret)).content.decode()
    assert to("release", record=plain) not in doctor.get(to("record", record=plain)).content.decode()
    fresh = doctor.get(page)
    assert fresh.status_code == 200
    assert "告知后放行" in fresh.content.decode()
    wish = {"wish": "all", "told": "已当面告知本人并预约随访"}
    early = doctor.post(page, wish)
    assert early.status_code == 400
    assert "没有可以放行的门户账号" in early.content.decode()
    assert wish["told"] in early.content.decode()  # nothing typed is lost
    opened(clinic, made[0], papers=("passport",), document="E12345678")
    empty = doctor.post(page, {**wish, "told": ""})
    assert empty.status_code == 400
    assert doctor.post(page, wish).status_code == 302
    assert doctor.post(page, {"wish": "withdraw", "told": "结果须复核"}).status_code == 302
    again = doctor.post(page, {"wish": "withdraw", "told": "结果须复核"})
    assert again.status_code == 400
    assert "没有放行" in again.content.decode()
    assert nurse.post(page, wish).status_code == 403
