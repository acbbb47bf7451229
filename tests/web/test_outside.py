"""四（二）3 院外查阅: from the slip to the one page, what it never shows, the office's pages [4.2.3] [6.1.2]"""

import re
from datetime import timedelta
from typing import Any

import pytest

from jingui.core import onetime
from jingui.core.matters.asking import CloseMatter
from jingui.core.words import Role, Verb
from jingui.store.models import OutsideAccess
from jingui.web.policies import OUTSIDE, PORTAL, WHO, Who
from jingui.web.viewmodels.paths import PATHS
from tests.gate import sealed as s
from tests.gate.entering import Admitted, admit, entered
from tests.gate.test_outside import asked, line
from tests.hospital import Hospital
from tests.web.browser import Browser, with_credentials
from tests.web.clinic import Pages, pages

OWN = "会当凌绝顶一览众山小 36"
CANARY = "丙丙丙OTHERCANARY"


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    return s.people(hospital)


@pytest.fixture(scope="module")
def patient(house: Hospital) -> Admitted:
    made = admit(house)
    entered(house, "doctor", made)
    return made


@pytest.fixture(scope="module")
def other(house: Hospital) -> Admitted:
    return admit(house, patient={"name": [{"use": "official", "text": CANARY}]})


class Visitor(Browser):
    """The browser of somebody of another institution."""

    def password(self, username: str, word: str = OWN) -> Any:
        self.get("/outside/sign-in/")
        return self.post("/outside/sign-in/", login=username, password=word)

    def begin(self, house: Hospital, number: str, code: str) -> "Visitor":
        """The whole first sign-in: start code, own password, authenticator."""
        assert self.password(number, code)["Location"] == "/outside/password/"
        assert self.get("/outside/")["Location"] == "/outside/password/"
        assert self.post("/outside/password/", new=OWN, again=OWN).status_code == 302
        enrol = self.get("/outside/authenticator/").content.decode()
        secret = "".join(re.search(r'<p class="mono">([A-Z2-7 ]+)</p>', enrol).group(1).split())  # type: ignore[union-attr]
        code = onetime.code(secret, onetime.counter_at(house.runtime.clock.now()))
        assert self.post("/outside/authenticator/", code=code)["Location"] == "/outside/"
        return self


@pytest.fixture(scope="module")
def opened(house: Hospital, patient: Admitted) -> tuple[int, Any]:
    number = asked(house, patient)
    s.decided(house, "affairs", number)
    return number, line(house, number)


@pytest.fixture(scope="module")
def visitor(house: Hospital, opened: tuple[int, Any]) -> Visitor:
    return Visitor().begin(house, opened[1].number, opened[1].code)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def denials(house: Hospital) -> int:
    return int(house.sql("SELECT count(*) FROM entry WHERE decision = 'deny'")[0][0])


def test_from_the_slip_to_the_one_page(house: Hospital, patient: Admitted, visitor: Visitor) -> None:
    page = text(visitor.get("/outside/"))
    assert "周会诊 海港市第一医院" in page  # frame and watermark
    assert 'class="watermark"' in page
    assert 'class="strip"' in page or "strip" in page
    assert "/patients/" not in page
    assert "/print/" not in page
    record = re.search(r"/outside/records/[0-9a-f]{32}/", page).group(0)  # type: ignore[union-attr]
    shown = visitor.get(record)
    assert shown.status_code == 200
    assert "双肺呼吸音清" in text(shown)
    assert 'class="narrow stack noprint"' in text(shown)  # paper shows nothing of it
    entry = house.sql("SELECT verb, decision FROM entry ORDER BY id DESC LIMIT 1")[0]
    assert entry == ("read", "allow")


def test_every_other_page_is_refused_and_entered(
    house: Hospital, patient: Admitted, other: Admitted, visitor: Visitor
) -> None:
    """S3 and S1: each page of the house with the patient's own id, the other's, and none."""
    wrong = []
    for name, who in WHO.items():
        if who in OUTSIDE | {Who.ANYONE}:
            continue
        for chosen in (patient, other):
            parts = {"<str:patient>": chosen.public, "<str:record>": chosen.visit_public, "<int:matter>": "1"}
            pieces = [parts.get(piece, "1" if piece.startswith("<") else piece) for piece in PATHS[name].split("/")]
            for method in (visitor.get, visitor.post):
                before = denials(house)
                answer = method("/" + "/".join(pieces))
                if answer.status_code != 403 or denials(house) != before + 1 or CANARY in text(answer):
                    wrong.append(f"{method.__name__} {name} {answer.status_code}")
    assert not wrong, wrong
    swapped = visitor.get(f"/outside/records/{other.visit_public}/")
    assert swapped.status_code == 403
    assert CANARY not in text(swapped)


def test_staff_and_strangers_at_the_pages_of_outside(house: Hospital) -> None:
    stranger = Browser()
    for name in ("outside_home", "outside_password", "outside_enrol"):
        assert stranger.get("/" + PATHS[name])["Location"] == "/outside/sign-in/"
    house.person("op", Role.PHYSICIAN, "xnk")
    with_credentials(house, "op")
    staff = Browser()
    staff.sign_in(house, "op")
    for name, who in WHO.items():
        if who in OUTSIDE:
            before = denials(house)
            answer = staff.get("/" + PATHS[name].replace("<str:record>", "0" * 32))
            assert (answer.status_code, denials(house)) == (403, before + 1), name
    assert PORTAL.isdisjoint(OUTSIDE)


def test_a_start_code_works_once_and_at_its_own_door(house: Hospital, patient: Admitted) -> None:
    number = asked(house, patient)
    s.decided(house, "affairs", number)
    found = line(house, number)
    assert Browser().password(found.number, found.code).status_code == 400  # not where the staff sign in
    assert Visitor().password(found.number, "22222-22222-22222").status_code == 400
    assert Visitor().password("doctor", OWN).status_code == 400  # nor the staff here
    mine = Visitor().begin(house, found.number, found.code)
    assert Visitor().password(found.number, found.code).status_code == 400  # used
    assert mine.get("/outside/").status_code == 200
    assert line(house, number).code == ""


def test_what_ends_is_gone_at_once(house: Hospital, patient: Admitted) -> None:
    number = asked(house, patient)
    s.decided(house, "affairs", number)
    found = line(house, number)
    mine = Visitor().begin(house, found.number, found.code)
    assert mine.get("/outside/").status_code == 200
    house.write("registrar", Verb.CLOSE_MATTER, CloseMatter(matter=number, comment="会诊结束"))
    assert mine.get("/outside/")["Location"] == "/outside/sign-in/"
    assert Visitor().password(found.number).status_code == 403


def test_the_office_prints_the_slip_ends_it_and_tells_the_patient(house: Hospital, patient: Admitted) -> None:
    number = asked(house, patient, ("proof", "identity", "licence"), ground="life")
    s.decided(house, "duty", number)
    found = line(house, number)
    with pages():
        me = Pages(house.actors["registrar"])
        page = text(me.get(f"/matters/{number}/outside/"))
        assert found.code in page
        assert "海港市第一医院" in text(me.get("/outside-viewing/"))
        assert me.post(f"/matters/{number}/outside/", {"do": "tell", "how": ""}).status_code == 400
        said = {"do": "tell", "how": "电话告知家属查阅的机构和内容", "to": "其女"}
        told = me.post(f"/matters/{number}/outside/", said)
        assert told.status_code == 302
        assert 'name="how"' not in text(me.get(f"/matters/{number}/outside/"))
        ended = me.post(f"/matters/{number}/outside/", {"do": "end", "comment": "已转院"})
        assert ended.status_code == 302
        after = text(me.get(f"/matters/{number}/outside/"))
        assert found.code not in after
        assert "已关闭" in after
        assert Pages(house.actors["doctor"]).get("/outside-viewing/").status_code == 403
        assert me.get("/matters/987654321/outside/").status_code == 404


def test_the_desk_says_whom_nobody_told(house: Hospital, patient: Admitted) -> None:
    number = asked(house, patient, ("proof", "identity", "licence"), ground="life")
    s.decided(house, "duty", number)
    row = OutsideAccess.objects.get(matter=number)
    row.tell_by -= timedelta(hours=100)
    house.runtime.sealer.seal(row)
    row.save(force_update=True)
    with pages():
        assert "没有告知患者" in text(Pages(house.actors["affairs"]).get("/"))
        assert "没有告知患者" not in text(Pages(house.actors["doctor"]).get("/"))
