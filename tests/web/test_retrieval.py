"""四（二）2 依法调取: the form with its officers, the escort's page, the receipt on paper [4.2.2]"""

import base64
import re
from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.gate import sealed as s
from tests.gate.entering import Admitted, admit, entered
from tests.gate.test_retrieval import asked, wanted
from tests.hospital import Hospital
from tests.pictures import png
from tests.web.clinic import Pages, pages


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    return s.people(hospital)


@pytest.fixture
def patient(house: Hospital) -> Admitted:
    made = admit(house)
    entered(house, "doctor", made)
    return made


def text(answer: Any) -> str:
    return re.sub(r"<[^>]+>", " ", answer.content.decode())


def scan(n: int) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"证件{n}.png", png(7000 + n), "image/png")


def test_the_form_says_which_officer_is_wrong_and_keeps_what_was_typed(house: Hospital, patient: Admitted) -> None:
    with pages():
        me = Pages(house.actors["archivist"])
        here = f"/matters/new/judicial_retrieval/?patient={patient.public}"
        assert "第二名" in text(me.get(here))
        escort = house.sql("SELECT staff_no FROM person WHERE id = %s", house.people["archivist2"])[0][0]
        typed = wanted(house, body1="云山市检察院", escort=escort) | {
            "paper.document": scan(1), "paper.identity": scan(2), "paper.card": scan(3),
        }  # fmt: skip
        wrong = me.post(here, typed)
        assert wrong.status_code == 400
        assert "不是同一单位" in text(wrong)
        assert 'value="孙法官"' in wrong.content.decode()
        again = wanted(house, escort=escort) | {
            "paper.document": scan(1), "paper.identity": scan(2), "paper.card": scan(3),
        }  # fmt: skip
        assert me.post(here, again).status_code == 302


def test_the_escort_sees_scope_and_prints_the_list_that_officers_sign(house: Hospital, patient: Admitted) -> None:
    number = asked(house, patient)
    with pages():
        me = Pages(house.actors["archivist"])
        assert me.get(f"/matters/{number}/retrieval/").status_code == 404  # not approved
        s.decided(house, "head", number, outcome="open")
        page = me.get(f"/matters/{number}/retrieval/")
        said = text(page)
        for words in ("云山市人民法院", "孙法官", "FY-1001", "archivist2", "签收"):
            assert words in said, words
        assert s.CARD not in said  # an identity number is shown in part
        assert f"/matters/{number}/copies/" in page.content.decode()
        assert Pages(house.actors["doctor"]).get(f"/matters/{number}/retrieval/").status_code == 403
        assert me.get("/matters/987654321/retrieval/").status_code == 404


def drawn(n: int = 1) -> dict[str, str]:
    """What the pad sends: a picture and its strokes."""
    strokes = [[[at, at] for at in range(40)]]
    return {
        "drawing": "data:image/png;base64," + base64.b64encode(png(8100 + n)).decode(),
        "strokes": orjson.dumps(strokes).decode(),
    }  # fmt: skip


def test_who_only_looked_signs_on_the_pad_and_the_signature_is_kept(house: Hospital, patient: Admitted) -> None:
    """[4.2.2] The escort takes it on the spot; it stays with the matter, encrypted, and stands on the printed list."""
    before_it = {str(one) for one in s.verified(house)}  # the house is shared with tests that bend rows
    number = asked(house, patient, way="see")
    here = f"/matters/{number}/retrieval/"
    with pages():
        escort = Pages(house.actors["archivist2"])
        before = Pages(house.actors["archivist"]).post(here, {"officer": "1", **drawn()})
        assert before.status_code == 404  # not approved
        s.decided(house, "head", number, outcome="open")
        assert "未复制、未拍摄" in text(escort.get(here))
        for wrong in ({"officer": "1"}, {"officer": "3", **drawn()}, {"officer": "1", "drawing": "x", "strokes": "[]"}):
            assert escort.post(here, wrong).status_code == 400, wrong
        assert escort.post(here, {"officer": "1", **drawn()}).status_code == 302
        page = escort.get(here).content.decode()
        assert "已在签名板签名" in page
        assert 'name="officer"' not in page  # everybody has signed
        link = re.search(rf'href="(/matters/{number}/papers/\d+/)"', page)
        assert link is not None
        assert escort.get(link[1]).content == png(8101)
        kept = house.sql("SELECT payload FROM matter_paper WHERE matter_id = %s AND kind = 'signature'", number)
        assert len(kept) == 1
        assert png(8101) not in bytes(kept[0][0])
        entries = "SELECT count(*) FROM entry WHERE verb = 'add_paper' AND decision = 'allow' AND patient_id = %s"
        assert house.sql(entries, patient.patient) == [(1,)]
        for who in ("duty", "doctor"):  # who may see the matter, or not even that, signs for nobody
            assert Pages(house.actors[who]).post(here, {"officer": "1", **drawn(2)}).status_code == 403
        form = text(Pages(house.actors["archivist"]).get(f"/matters/new/judicial_retrieval/?patient={patient.public}"))
        assert "当场签名" not in form
    new = [one for one in s.verified(house) if str(one) not in before_it]
    assert [one for one in new if one.where.startswith(("matter", "entry"))] == []
