"""五（一）3 接收: what came in by pages: listed, looked at safely, filed, rejected [5.1.3] [6.1.2]"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jingui.core.transmit import Media
from jingui.core.words import Role
from jingui.web.viewmodels.paths import to
from tests.gateway import arriving
from tests.gateway.arriving import deliver, document, known, newest, person
from tests.gateway.parties import Party, party
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def office(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    hospital.person("affairs", Role.MEDICAL_AFFAIRS, "xxk")
    with pages():
        yield hospital


@pytest.fixture(scope="module")
def by(office: Hospital) -> Party:
    return party(office, "页面送件医院")


@pytest.fixture(scope="module")
def patient(office: Hospital) -> int:
    return known(office, name="司徒览", born="1971-02-03", card="")


def browser(office: Hospital, who: str) -> Any:
    from tests.web.clinic import Pages

    return Pages(office.actors[who])


def text(page: Any) -> str:
    return str(page.content.decode())


def waiting(office: Hospital, by: Party, content: bytes | None = None, media: Media = Media.FHIR) -> str:
    deliver(office, by, content or document(person("司徒览", "1971-02-03", "")), media)
    return to("one_received", received=newest(by).pk)


def test_listed_looked_at_and_filed(office: Hospital, by: Party, patient: int) -> None:
    here = waiting(office, by)
    registrar = browser(office, "registrar")
    listed = text(registrar.get(to("received")))
    assert "页面送件医院" in listed
    assert here in listed
    assert "不能确定是哪位患者" in listed
    assert "司徒览" not in listed
    seen = text(registrar.get(here))
    assert "胸痛三天" in seen
    public = office.runtime.public(patient, 0)
    assert f'value="{public}" checked' in seen  # the only candidate is proposed
    nobody = registrar.post(here, {"act": "file"})
    assert nobody.status_code == 400
    assert "请选择患者" in text(nobody)
    done = registrar.post(here, {"act": "file", "patient": public})
    assert done.status_code == 302
    after = text(registrar.get(here))
    assert "已归入患者病历" in after
    assert "胸痛三天" not in after  # a registrar reads no chart
    assert 'name="act"' not in after
    again = registrar.post(here, {"act": "file", "patient": public})
    assert again.status_code == 400
    assert "已经处理过" in text(again)


def test_rejected_with_what_was_typed_kept(office: Hospital, by: Party, patient: int) -> None:
    here = waiting(office, by)
    archivist = browser(office, "archivist")
    wrong = archivist.post(here, {"act": "reject", "reason": " "})
    assert wrong.status_code == 400
    assert "请写明退回的理由" in text(wrong)
    long = archivist.post(here, {"act": "reject", "reason": "理由" * 300})
    assert long.status_code == 400
    assert "理由" * 300 in text(long)
    assert archivist.post(here, {"act": "reject", "reason": "不是本院患者"}).status_code == 302
    assert "内容没有保存" in text(archivist.get(here))


def test_another_patient_by_number(office: Hospital, by: Party) -> None:
    from tests.gate.test_door import bundle

    office.enter("his", *bundle("闻人甲", "00990077"))
    here, registrar = waiting(office, by), browser(office, "registrar")
    nobody = registrar.post(here, {"act": "file", "number": "5566778899"})
    assert nobody.status_code == 400
    assert "没有这个号码" in text(nobody)
    assert 'value="5566778899"' in text(nobody)
    other = registrar.post(here, {"act": "file", "number": "00990077"})  # somebody of another name
    assert other.status_code == 400
    assert "与所选患者不一致" in text(other)
    long = registrar.post(here, {"act": "file", "number": "00990077", "why": "改名" * 300})
    assert long.status_code == 400
    assert "改名" * 300 in text(long)
    done = registrar.post(here, {"act": "file", "number": "00990077", "why": "改过姓名，已核对证件"})
    assert done.status_code == 302
    assert newest(by).patient_id


def test_who_may_and_may_not(office: Hospital, by: Party, patient: int) -> None:
    here = waiting(office, by)
    for who, address, status in (
        ("doctor", to("received"), 403), ("doctor", here, 403), ("sysadmin", to("received"), 200),
        ("sysadmin", here, 403), ("audit", here, 403), ("affairs", here, 200),
    ):  # fmt: skip
        before = office.sql("SELECT count(*) FROM entry")[0][0]
        assert browser(office, who).get(address).status_code == status, (who, address)
        assert office.sql("SELECT count(*) FROM entry")[0][0] == before + 1
    before = office.sql("SELECT count(*) FROM entry WHERE decision = 'deny'")[0][0]
    refused = browser(office, "doctor").post(here, {"act": "reject", "reason": "x"})
    assert refused.status_code == 403
    assert office.sql("SELECT count(*) FROM entry WHERE decision = 'deny'")[0][0] == before + 1


NASTY = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


@pytest.mark.parametrize("media", [Media.FHIR, Media.CDA, Media.HL7V2, Media.DICOM])
def test_nothing_of_a_sender_acts(office: Hospital, by: Party, media: Media) -> None:
    escaped = NASTY.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    content = {
        Media.FHIR: lambda: document(person(NASTY, card=""), title=NASTY),
        Media.CDA: lambda: arriving.cda(name=escaped).replace("病情小结".encode(), escaped.encode()),
        Media.HL7V2: lambda: arriving.hl7().replace("周怀瑾".encode(), NASTY.encode()),
        Media.DICOM: lambda: arriving.dicom(name=NASTY.replace("=", "")),
    }[media]()
    here = waiting(office, by, content, media)
    assert newest(by).state == "quarantined"
    for address in (here, to("received")):
        seen = text(browser(office, "registrar").get(address))
        assert "<script>alert" not in seen
        assert "<img src=x" not in seen


def test_not_there_and_nonsense(office: Hospital) -> None:
    registrar = browser(office, "registrar")
    assert registrar.get(to("one_received", received=987654321)).status_code == 404
    assert registrar.get(to("received") + "?state=nix&partner=zz").status_code == 200
    assert registrar.get(to("received") + "?after=nonsense").status_code == 400
    assert registrar.get(to("received") + "?state=taken").status_code == 200


def test_a_page_asks_little_of_the_store(
    office: Hospital, by: Party, patient: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jingui.gate import plane

    here, registrar = waiting(office, by), browser(office, "registrar")
    said: list[str] = []
    pool = plane.current().pipe.pool
    for name in ("fetch", "fetchrow", "fetchval", "execute"):
        real = getattr(pool, name, None)
        if real is not None:

            def counted(sql: str, *args: Any, real: Any = real) -> Any:
                said.append(sql)
                return real(sql, *args)

            monkeypatch.setattr(pool, name, counted)
    for address in (to("received"), here):
        registrar.get(address)
        said.clear()
        with CaptureQueriesContext(connection) as direct:
            assert registrar.get(address).status_code == 200
        assert 0 < len(said) + len(direct) <= 12, (address, len(said), len(direct), said)
