"""四（二）1 封存: from the application's list to both signatures on the page; printed; a later part [4.2.1]"""

import base64
import re
from typing import Any

import pytest

from tests.gate import sealed as s
from tests.gate.entering import Admitted, admit, entered, note, sign, signing
from tests.hospital import Hospital
from tests.pictures import png
from tests.web.clinic import Pages, pages


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    return s.people(hospital)


@pytest.fixture
def patient(house: Hospital) -> Admitted:
    made = admit(house)
    signing(house, "doctor")
    sign(house, "doctor", made, entered(house, "doctor", made))
    entered(house, "doctor", made, note(house, course="患者诉胸闷，予吸氧后缓解，继续观察病情变化。"))
    return made


STROKES = "[[" + ",".join(f"[{n},{n}]" for n in range(12)) + "]]"


def drawing(n: int) -> str:
    return "data:image/png;base64," + base64.b64encode(png(9000 + n)).decode()


def signed(digest: str, n: int = 0, **more: str) -> dict[str, str]:
    return {
        "do": "sign", "digest": digest, "name": "赵敏", "relation": "本人", "identity_kind": "id_card",
        "identity": s.CARD, "strokes": STROKES, "drawing": drawing(n),
    } | more  # fmt: skip


def text(answer: Any) -> str:
    return re.sub(r"<[^>]+>", " ", answer.content.decode())


def test_a_dispute_is_sealed_on_the_page(house: Hospital, patient: Admitted) -> None:
    matter = s.approved(house, patient.patient)
    with pages():
        me = Pages(house.actors["archivist"])
        begin = me.get(f"/patients/{patient.public}/sealings/")
        assert f"/sealings/new/{matter}/" in begin.content.decode()
        form = me.get(f"/sealings/new/{matter}/")
        assert "尚未完成" in text(form)
        record = re.findall(r'name="record" value="([^"]+)"', form.content.decode())
        assert len(record) == 1
        empty = me.post(f"/sealings/new/{matter}/", {})
        assert empty.status_code == 400
        wrong = me.post(f"/sealings/new/{matter}/", {
            "record": record, "thing_kind": ["volume"], "thing_name": ["门诊手册"], "thing_amount": [""],
            "thing_place": [""],
        })  # fmt: skip
        assert wrong.status_code == 400
        assert 'value="门诊手册"' in wrong.content.decode()  # nothing typed is lost
        done = me.post(f"/sealings/new/{matter}/", {
            "record": record, "thing_kind": ["sample"], "thing_name": ["输液器"], "thing_amount": ["1 套"],
            "thing_place": ["冷藏柜 2"],
        })  # fmt: skip
        assert done.status_code == 302
        here = done["Location"]
        listed = me.get(here)
        assert "第一步" in text(listed)
        assert "第二步" not in text(listed)
        package = me.post(f"{here}package/", {"medium": "光盘 F-1，3 柜"})
        assert package["Content-Disposition"].startswith("attachment")
        assert package.content.startswith(b'{"at"')
        assert "双肺呼吸音清".encode() not in package.content
        waiting = me.get(here).content.decode()
        secret = re.findall(r"(?:[A-Z2-7]{4}-){7}[A-Z2-7]{4}", waiting)
        assert secret
        digest = re.findall(r'name="digest" value="([0-9a-f]+)"', waiting)[0]
        for bad, words in (
            ({"identity": s.WRONG_CARD}, "身份证号不正确"), ({"strokes": "[]"}, "请在签名板上签字"),
            ({"name": ""}, "请填写"),
        ):  # fmt: skip
            again = me.post(here, signed(digest, **bad))
            assert again.status_code == 400
            assert words in text(again)
        assert me.post(here, signed(digest)).status_code == 302
        page = me.get(here)
        assert secret[0] not in page.content.decode()
        assert "有效，与清单一致" in text(page)
        image = re.findall(r'<img class="signed" src="([^"]+)"', page.content.decode())[0]
        shown = me.get(image)
        assert shown["Content-Type"] == "image/png"
        assert "sandbox" in shown["Content-Security-Policy"]
        assert "封存中" in text(me.get("/sealings/"))


def test_other_posts_and_other_patients_are_refused(house: Hospital, patient: Admitted) -> None:
    drawn = s.sealed(house, patient.patient)
    other = admit(house)
    with pages():
        for who, status in (("doctor", 403), ("registrar", 403), ("watcher", 200), ("head", 200)):
            before = house.sql("SELECT count(*) FROM entry")[0][0]
            answer = Pages(house.actors[who]).get(f"/patients/{patient.public}/sealings/{drawn.sealing}/")
            assert answer.status_code == status
            assert house.sql("SELECT count(*) FROM entry")[0][0] == before + 1
        me = Pages(house.actors["archivist"])
        assert me.get(f"/patients/{other.public}/sealings/{drawn.sealing}/").status_code == 404
        swapped = me.post(f"/patients/{other.public}/sealings/{drawn.sealing}/package/", {"medium": "光盘"})
        assert swapped.status_code == 404


def test_a_settlement_and_the_way_to_an_unsealing(house: Hospital, patient: Admitted) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    drawn = s.sealed(house, patient.patient)
    here = f"/patients/{patient.public}/sealings/{drawn.sealing}/"
    with pages():
        me = Pages(house.actors["archivist"])
        without = me.post(here, {"do": "settle", "how": "mediation", "settled_number": "云调 9"})
        assert (without.status_code, "请上传文书扫描件" in text(without)) == (400, True)
        scan = SimpleUploadedFile("调解书.png", png(31), "image/png")
        done = me.post(here, {"do": "settle", "how": "mediation", "settled_number": "云调 9", "paper": scan})
        assert done.status_code == 302
        page = me.get(here).content.decode()
        assert f"/matters/new/unsealing/?patient={patient.public}&amp;sealing={drawn.sealing}" in page
        form = me.get(f"/matters/new/unsealing/?patient={patient.public}&sealing={drawn.sealing}")
        assert f'value="{drawn.sealing}"' in form.content.decode()


def test_a_chart_says_that_it_is_sealed_and_copies_go_on(house: Hospital, patient: Admitted) -> None:
    s.sealed(house, patient.patient)
    with pages():
        assert "封存" in text(Pages(house.actors["doctor"]).get(f"/patients/{patient.public}/"))
