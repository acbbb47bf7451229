"""七（一）2: the whole ledger agrees with every row about partners, whatever was done with them [7.1.2] [5.2.3]"""

import psycopg

from jingui.core.matters.asking import Brought
from jingui.core.partnering import ChangeChannel, CheckPartner, EndAgreement, EndPartner, ProveReturn, RevokeCertificate
from jingui.core.words import Verb
from jingui.store.verification import verify
from tests.gateway import partnering as p
from tests.hospital import Hospital


def test_the_whole_ledger_agrees(hospital: Hospital) -> None:
    p.staff(hospital)
    one, two = p.whole(hospital, 1), p.whole(hospital, 2)
    change = ChangeChannel(channel=one.channel, reason="对方网络异常")
    hospital.write("sysadmin", Verb.PAUSE_CHANNEL, change)
    p.confirmed(hospital, "secadmin", "head", Verb.RESUME_CHANNEL, change)
    hospital.write("supervisor", Verb.CHECK_PARTNER, CheckPartner(partner=one.id, verdict="pass", findings="合格"))
    hospital.write("supervisor", Verb.CHECK_PARTNER, CheckPartner(partner=two.id, verdict="stop", findings="泄露"))
    number = hospital.sql("SELECT min(id) FROM partner_certificate WHERE partner_id = %s", one.id)[0][0]
    hospital.write("head", Verb.REVOKE_CERTIFICATE, RevokeCertificate(certificate=number, reason="密钥泄露"))
    hospital.write("affairs", Verb.END_AGREEMENT, EndAgreement(agreement=one.agreement, reason="不再合作"))
    paper = Brought("paper", "证明.pdf", "application/pdf", p.PDF)
    hospital.write("affairs", Verb.PROVE_RETURN, ProveReturn(agreement=one.agreement, paper=paper))
    hospital.write("head", Verb.END_CHANNEL, change)
    hospital.write("head", Verb.END_PARTNER, EndPartner(partner=two.id, reason="不再合作"))
    p.assessed(hospital)

    def findings() -> list[str]:
        with psycopg.connect(hospital.addresses["app"].psycopg()) as connection:
            found = verify(connection, hospital.runtime.keyring, hospital.runtime.origin).findings
        return [f"{one.where} {one.why}" for one in found]

    assert findings() == []
    hospital.sql("UPDATE partner_certificate SET revoked = NULL WHERE id = %s", number)
    assert [one.partition(" ")[0] for one in findings()] == [f"partner_certificate:{number}"]
