"""六（一）2 账号管理: people, posts and accounts by pages; each half by another administrator [6.1.2]"""

import re
from collections.abc import Iterator

import pytest

from jingui.web.viewmodels.paths import to
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def office(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    with pages():
        yield hospital


def test_registered_account_opened_post_granted_frozen(office: Hospital) -> None:
    from tests.web.clinic import Pages

    system, security = Pages(office.actors["sysadmin"]), Pages(office.actors["secadmin"])
    typed = {"name": "林知微", "staff_no": "P7001", "kind": "staff", "valid_from": "2020-01-01", "licence_no": "L7",
             "licence_until": "2099-01-01", "title": "主治医师"}  # fmt: skip
    assert system.get(to("register_person")).status_code == 200
    made = system.post(to("register_person"), typed)
    assert made.status_code == 302, made.content.decode()
    where = made["Location"]
    person = where.rstrip("/").rsplit("/", 1)[-1]
    opened = system.post(to("open_account", person=person), {"username": "p7001"})
    assert opened.status_code == 302, opened.content.decode()
    shown = system.get(where).content.decode()
    first = re.search(r"[a-z2-9]{5}(-[a-z2-9]{5}){3}", shown)
    assert first
    assert first.group() not in system.get(where).content.decode()
    post = {"role": "physician", "department": str(office.departments["xnk"]), "starts": "2020-01-01", "ends": ""}
    assert system.post(to("grant_post", person=person), post).status_code == 403
    granted = security.post(to("grant_post", person=person), post)
    assert granted.status_code == 302, granted.content.decode()
    page = security.get(where).content.decode()
    assert "心血管内科" in page
    assert "林知微" in page
    assert "立即冻结" in page
    account = office.sql("SELECT id FROM account WHERE username = 'p7001'")[0][0]
    frozen = security.post(to("account_state", account=account), {"to": "frozen", "person": person})
    assert frozen.status_code == 302
    assert "已冻结" in security.get(where).content.decode()
    assert "P7001" in security.get(to("people") + "?text=P7001").content.decode()


def test_what_was_typed_stays_and_is_told(office: Hospital) -> None:
    from tests.web.clinic import Pages

    system = Pages(office.actors["sysadmin"], "en")
    page = system.post(to("register_person"), {"name": "", "staff_no": "P7002", "kind": "staff", "valid_from": "soon"})
    text = page.content.decode()
    assert page.status_code == 400
    assert 'value="P7002"' in text
    assert 'aria-invalid="true"' in text
    taken = {"name": "x", "staff_no": "Tdoctor", "kind": "staff", "valid_from": "2020-01-01"}
    again = system.post(to("register_person"), taken)
    assert again.status_code == 400
    assert 'value="Tdoctor"' in again.content.decode()


def test_clinicians_see_no_accounts(office: Hospital) -> None:
    from tests.web.clinic import Pages

    assert Pages(office.actors["doctor"]).get(to("people")).status_code == 403


def test_matrix_says_what_the_rules_say(office: Hospital) -> None:
    from tests.web.clinic import Pages

    page = Pages(office.actors["audit"]).get(to("roles")).content.decode()
    row = re.search(r'<th scope="row">授予岗位</th>(.*?)</tr>', page).group(1)  # type: ignore[union-attr]
    assert [("可" in cell and "不可" not in cell) for cell in row.split("</td>")[:3]] == [False, True, False]
    assert "须两人" in page
