"""四（二）3 院外查阅: a start code and the right itself end with their time [4.2.3] [6.1.2]"""

import pytest

from jingui import jobs
from jingui.core.errors import Conflict
from jingui.core.protect import EndPost
from jingui.core.words import Verb
from tests.gate import sealed as s
from tests.gate.entering import Admitted, admit, entered
from tests.gate.sealed import verified
from tests.gate.test_outside import asked, line
from tests.hospital import Hospital
from tests.web.browser import Later
from tests.web.test_outside import Visitor, text


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    return s.people(hospital)


@pytest.fixture(scope="module")
def patient(house: Hospital) -> Admitted:
    made = admit(house)
    entered(house, "doctor", made)
    return made


def test_a_start_code_is_good_for_a_day(house: Hospital, patient: Admitted) -> None:
    number = asked(house, patient)
    s.decided(house, "affairs", number)
    found = line(house, number)
    Later(house).by(hours=25)
    late = Visitor().password(found.number, found.code)
    assert late.status_code == 400
    assert "起始码已过期" in text(late)


def test_time_itself_ends_it_and_the_ledger_agrees(house: Hospital, patient: Admitted) -> None:
    """[4.2.3] [7.1.2] The timed task closes the matter; account, post and grant end with it, and are counted right."""
    number = asked(house, patient, hours="2")
    s.decided(house, "affairs", number)
    found = line(house, number)
    mine = Visitor().begin(house, found.number, found.code)
    Later(house).by(hours=3)
    assert mine.get("/outside/").status_code != 200
    jobs.expiry(0)
    rows = house.sql(
        "SELECT a.state, p.state, o.ended, m.state FROM outside_access o JOIN account a ON a.id = o.account_id"
        " JOIN post p ON p.person_id = o.person_id JOIN matter m ON m.id = o.matter WHERE o.matter = %s", number,
    )  # fmt: skip
    assert rows == [("ended", "ended", True, "closed")]
    assert not {one.where for one in verified(house)} & {"post", "person", "account"}
    post = house.sql("SELECT p.id FROM outside_access o JOIN post p ON p.person_id = o.person_id LIMIT 1")[0][0]
    with pytest.raises(Conflict):
        house.write("secadmin", Verb.END_POST, EndPost(post=post))
