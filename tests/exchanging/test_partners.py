"""五（二）3, 五（一）2: partners by pages: registered by two, proven, paused, checked, ended [5.2.3] [5.1.2]"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jingui.core.proposals import Verdict
from jingui.core.words import Verb
from jingui.crypto import certificates
from jingui.web.viewmodels.paths import to
from tests.gateway import partnering as p
from tests.gateway.parties import keys_of
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def office(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    p.staff(hospital)
    with pages():
        yield hospital


@pytest.fixture(scope="module")
def partner(office: Hospital) -> p.Whole:
    return p.whole(office, 1)


def browser(office: Hospital, who: str) -> Any:
    from tests.web.clinic import Pages

    return Pages(office.actors[who])


def text(page: Any) -> str:
    return str(page.content.decode())


def confirm(office: Hospital, who: str) -> None:
    number, digest = office.sql("SELECT id, digest FROM proposal WHERE state = 'waiting' ORDER BY id DESC LIMIT 1")[0]
    office.write(who, Verb.APPROVE, Verdict(proposal=number, digest=bytes(digest).hex(), verdict="approve"))


TYPED = {
    "uscc": p.uscc_of(60), "name": "清河社区卫生服务中心", "kind": "community", "contact": "李静",
    "telephone": "029-88005678", "place": "清河路 2 号", "staff_no": "", "account": "",
}  # fmt: skip


def test_the_register_teaches_and_shows_our_own_certificates(office: Hospital) -> None:
    page = text(browser(office, "affairs").get(to("partners") + "?state=ended"))
    assert "没有符合的合作机构" in page
    assert "本院网关证书" in page
    assert "BEGIN CERTIFICATE" in page


def test_a_partner_is_proposed_seen_by_the_second_person_and_listed(office: Hospital) -> None:
    affairs = browser(office, "affairs")
    wrong = affairs.post(to("register_partner"), {**TYPED, "uscc": "12610100MB0000022Q"})
    assert wrong.status_code == 400
    assert "清河社区卫生服务中心" in text(wrong)
    assert "校验码" in text(wrong)
    assert affairs.post(to("register_partner"), TYPED).status_code == 302
    number = office.sql("SELECT id FROM proposal WHERE state = 'waiting' ORDER BY id DESC LIMIT 1")[0][0]
    seen = text(browser(office, "secadmin").get(to("proposal", proposal=number)))
    assert "清河社区卫生服务中心" in seen
    assert "基层医疗卫生机构" in seen
    confirm(office, "secadmin")
    assert "清河社区卫生服务中心" in text(affairs.post(to("partners"), {"find": "清河"}))
    assert "清河社区卫生服务中心" not in text(affairs.post(to("partners"), {"find": "没有"}))


def test_the_next_page_of_a_search_is_of_the_same_search(office: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    from jingui.web import partners

    for n, name in ((61, "东山卫生院"), (62, "东山第二卫生院"), (63, "西山卫生院")):
        p.registered(office, n, name=name, kind="community")
    monkeypatch.setattr(partners, "PAGE", 1)
    affairs = browser(office, "affairs")
    first = text(affairs.post(to("partners"), {"find": "东山", "kind": "community"}))
    assert first.count("<td><a") == 1
    assert '<input type="hidden" name="find" value="东山">' in first
    assert '<input type="hidden" name="kind" value="community">' in first
    assert '<button class="btn small" name="after" value="1">' in first
    second = text(affairs.post(to("partners"), {"find": "东山", "kind": "community", "state": "", "after": "1"}))
    shown = {
        name for name in ("东山卫生院", "东山第二卫生院", "西山卫生院") for page in (first, second) if name in page
    }
    assert shown == {"东山卫生院", "东山第二卫生院"}
    assert 'name="after" value="2"' not in second
    assert 'name="after" value="0"' in second
    assert text(affairs.post(to("partners"), {"find": "东山", "after": "-1"})).count("<td><a") == 1


def test_one_partners_page_says_everything(office: Hospital, partner: p.Whole) -> None:
    page = text(browser(office, "sysadmin").get(to("partner", partner=partner.id)))
    for word in (
        "第1合作医院", "紧急救治：急救资料", "王敏", "协议-1", "channel-1", "仅用于约定用途", "有效", "登记证书",
        "申请开通", "协议审批", "暂停", "吊销", "还没有检查",
    ):  # fmt: skip
        assert word in page, word
    from jingui.crypto.certificates import fingerprint

    digits = fingerprint(partner.keys.tls.certificate).upper()
    assert " ".join(digits[at : at + 4] for at in range(0, 64, 4)) in page
    looked = text(browser(office, "audit").get(to("partner", partner=partner.id)))
    assert "登记证书" not in looked
    assert "暂停</a>" not in looked


def test_the_second_person_compares_the_fingerprint(office: Hospital, partner: p.Whole) -> None:
    system = browser(office, "sysadmin")
    address = to("partner_certificate", partner=partner.id)
    assert system.get(address).status_code == 200
    broken = system.post(address, {"use": "tls", "way": "pin", "content": "不是证书", "reason": ""})
    assert broken.status_code == 400
    assert "不是证书</textarea>" in text(broken)
    fresh = keys_of("第1合作医院", partner.uscc)
    pem = certificates.pem([fresh.tls.certificate]).decode()
    assert system.post(address, {"use": "tls", "way": "pin", "content": pem, "reason": ""}).status_code == 302
    number = office.sql("SELECT id FROM proposal WHERE state = 'waiting' ORDER BY id DESC LIMIT 1")[0][0]
    seen = text(browser(office, "secadmin").get(to("proposal", proposal=number)))
    assert certificates.fingerprint(fresh.tls.certificate) in seen
    assert "第1合作医院" in seen
    confirm(office, "secadmin")


def test_pause_resume_and_what_is_not_this_partners(office: Hospital, partner: p.Whole) -> None:
    system, security = browser(office, "sysadmin"), browser(office, "secadmin")

    def act(name: str, row: int) -> str:
        return to("partner_act", partner=partner.id, act=name, row=row)

    assert system.post(act("pause", partner.channel), {"reason": ""}).status_code == 400
    assert system.post(act("pause", partner.channel), {"reason": "对方网络异常"}).status_code == 302
    page = text(system.get(to("partner", partner=partner.id)))
    assert "已暂停" in page
    assert "由 sysadmin 暂停" in page
    assert act("resume", partner.channel) not in page
    assert act("resume", partner.channel) in text(security.get(to("partner", partner=partner.id)))
    assert security.post(act("resume", partner.channel), {"reason": "已修复"}).status_code == 302
    confirm(office, "head")
    assert "已暂停" not in text(system.get(to("partner", partner=partner.id)))
    for name, row in (("pause", 999_999), ("nothing", partner.channel), ("revoke", 999_999), ("end_partner", 999_999)):
        assert system.post(act(name, row), {"reason": "理由"}).status_code == 404


def test_an_approved_channel_is_opened_from_the_page(office: Hospital, partner: p.Whole) -> None:
    made = p.matter(office, "open_channel", p.channel_answers(partner.uscc, "by-page"))
    p.decided(office, made, "secadmin", "head")
    system = browser(office, "sysadmin")
    assert "通道 by-page 已批准" in text(system.get(to("partner", partner=partner.id)))
    address = to("partner_act", partner=partner.id, act="open", row=made)
    assert system.post(address, {}).status_code == 302
    assert system.post(address, {}).status_code == 400
    assert "by-page" in text(system.get(to("partner", partner=partner.id)))


def test_checks_and_returns(office: Hospital) -> None:
    given = {"purposes": "", "views": "", "inbound": "", "payloads": "", "assessment": str(p.assessed(office))}
    made = p.whole(office, 2, given, kind="contractor", name="某某软件公司")
    affairs = browser(office, "affairs")
    check = to("partner_check", partner=made.id)
    typed = {"verdict": "mend", "findings": "账号未及时收回", "agreement": "", "due": ""}
    page = affairs.post(check, typed)
    assert page.status_code == 400
    assert "账号未及时收回" in text(page)
    assert affairs.post(check, {**typed, "verdict": "stop"}).status_code == 302
    page = text(affairs.get(to("partner", partner=made.id)))
    assert "停止合作" in page
    assert "登记返还或删除证明" in page
    back = to("partner_return", partner=made.id, agreement=made.agreement)
    assert affairs.get(back).status_code == 200
    assert affairs.post(back, {}).status_code == 400
    assert affairs.get(to("partner_return", partner=made.id, agreement=999_999)).status_code == 404


@pytest.mark.parametrize("who", ["doctor", "nurse", "registrar"])
def test_others_are_refused_and_it_is_entered(office: Hospital, who: str) -> None:
    before = office.sql("SELECT count(*) FROM entry WHERE decision = 'deny'")[0][0]
    assert browser(office, who).get(to("partners")).status_code == 403
    assert office.sql("SELECT count(*) FROM entry WHERE decision = 'deny'")[0][0] == before + 1


def test_few_statements(office: Hospital, partner: p.Whole) -> None:
    from jingui.gate import plane

    pool, said = plane.current().pipe.pool, []
    fetch = pool.fetch

    async def counted(sql: str, *args: object) -> object:
        said.append(sql)
        return await fetch(sql, *args)

    system = browser(office, "sysadmin")
    for address in (to("partners"), to("partner", partner=partner.id), to("register_partner")):
        assert system.get(address).status_code == 200
        said.clear()
        pool.fetch = counted
        try:
            with CaptureQueriesContext(connection) as direct:
                system.get(address)
        finally:
            del pool.fetch
        print(address, len(said), len(direct))
        assert len(said) + len(direct) <= 12, (address, len(said), len(direct), said)


def test_pages_in_english(office: Hospital, partner: p.Whole) -> None:
    from tests.web.clinic import Pages

    me = Pages(office.actors["sysadmin"], "en")
    one = partner.id
    for address in (
        to("partners"), to("partner", partner=one), to("register_partner"), to("partner_certificate", partner=one),
        to("partner_check", partner=one), to("partner_act", partner=one, act="end_partner", row=one),
    ):  # fmt: skip
        assert me.get(address).status_code in (200, 403), address
