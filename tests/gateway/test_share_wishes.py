"""五（二）: the patient's own wishes, a guardian's word, a dispute's seal, an emergency, the network: each holds at the
decision and again at sending [5.2.1] [5.2.2] [1.3.2] [2.1.3] [4.2.1] [5.1.1]
"""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from jingui.core.errors import Conflict, Invalid, NotFound, Refused
from jingui.core.operation import Target
from jingui.core.sending import Consignment, Held, Send
from jingui.core.words import Purpose, Role, Verb
from jingui.gate import door
from tests.gate import sealed as s
from tests.gate.test_consents import MOTHER
from tests.gate.test_portal import opened, patient_actor
from tests.gateway.parties import Party, operation, queue
from tests.gateway.sharing import admit, ask, clinic, consented, diagnose, number, observe, withdraw
from tests.gateway.test_share import entries, row, shared
from tests.hospital import Hospital

RESCUE = {"purpose": "rescue", "door": Purpose.EMERGENCY}


def closed(hospital: Hospital, patient: str, *categories: str) -> None:
    """The patient closes the chart, or a part of it, to all who do not treat."""
    from jingui.core.portal import PlaceRestriction

    mine = patient_actor(hospital, opened(hospital, patient, document="E7654321", papers=("passport",)))
    data = PlaceRestriction(kind="others", categories=categories)
    where = Target(patient=number(hospital, patient))
    hospital.write(mine, Verb.PLACE_RESTRICTION, data, target=where, purpose=Purpose.PATIENT_REQUEST)


def send(hospital: Hospital, one: Any) -> Any:
    """Ask as the gateway's process does."""
    return door.write(operation(hospital, Verb.SEND, Send(transmission=one.transmission_id), one.patient_id)).value


def test_whom_the_patient_closed_it_to_includes_partners(hospital: Hospital) -> None:
    """A category stays and is counted; the whole chart leaves nothing; the law's own reports go on [1.3.2] [5.2.2]."""
    patient, to = admit(hospital, "限制甲"), clinic(hospital, "限制医院甲")
    observe(hospital, patient, "2345-7")
    diagnose(hospital, patient, "I10")
    consented(hospital, patient, to)
    waiting = row(hospital, shared(hospital, patient, to))
    closed(hospital, patient, "diagnosis")
    seen = ask(hospital, patient, to).value
    assert [one.kind for one in seen.lines] == ["Observation"]
    assert dict(seen.left) == {"restricted": 1}
    held = send(hospital, waiting)  # it was decided before the patient's word
    assert (held.reason, held.stopped) == ("restricted", True)

    whole, cdc = admit(hospital, "限制乙"), clinic(hospital, "限制疾控")
    diagnose(hospital, whole, "A15.0")
    consented(hospital, whole, to)
    closed(hospital, whole)
    with pytest.raises(Conflict):
        ask(hospital, whole, to)
    become(hospital, cdc, "cdc")
    report = ask(hospital, whole, cdc, purpose="infectious_report", door=Purpose.PUBLIC_HEALTH).value
    assert [one.kind for one in report.lines] == ["Condition"]


def become(hospital: Hospital, to: Party, kind: str) -> None:
    """The partner is of another kind."""
    from jingui.store.models import Partner

    held = Partner.objects.get(pk=to.id)
    held.kind = kind
    hospital.keep(held, new=False)


def child(hospital: Hospital, name: str, years: int) -> str:
    """A patient of so many years whom the doctor treats."""
    return admit(hospital, name, (hospital.now() - timedelta(days=366 * years)).date().isoformat())


def test_a_childs_records_leave_with_the_guardians_word_alone(hospital: Hospital) -> None:
    """Under fourteen the child's own signature opens nothing; a guardian's does; an adult needs none [PIPL 31]."""
    small, to = child(hospital, "周小", 9), clinic(hospital, "儿童医院")
    observe(hospital, small, "2345-7")
    with pytest.raises(Invalid):  # the form itself takes no child's signature
        consented(hospital, small, to)
    with pytest.raises(Refused):
        ask(hospital, small, to)
    consented(hospital, small, to, signer=MOTHER)
    seen = ask(hospital, small, to).value
    assert [one.kind for one in seen.lines] == ["Observation"]
    assert seen.basis == "consent"


def test_a_dispute_seals_what_may_leave_and_what_waits(hospital: Hospital) -> None:
    """The sealed record stays and is counted; what waits with it inside does not leave [4.2.1]."""
    s.people(hospital)
    patient, to = admit(hospital, "封存甲"), clinic(hospital, "封存医院")
    observe(hospital, patient, "2345-7")
    observe(hospital, patient, "718-7")
    consented(hospital, patient, to)
    waiting = row(hospital, shared(hospital, patient, to))
    first = waiting.records[0]
    from jingui.core.sealing import DrawList

    matter = s.approved(hospital, number(hospital, patient))
    chosen = (hospital.runtime.public(number(hospital, patient), first),)
    s.seal(hospital, "archivist", number(hospital, patient), DrawList(matter=matter, records=chosen))
    seen = ask(hospital, patient, to).value
    assert len(seen.lines) == len(waiting.records) - 1
    assert dict(seen.left) == {"sealed": 1}
    held = send(hospital, waiting)
    assert (held.reason, held.stopped) == ("sealed", True)


def test_a_rescue_needs_words_and_no_consent(hospital: Hospital) -> None:
    """Why it could not be asked for is said and kept; the view is the rescue's; the deciding is entered [PIPL 13]."""
    patient, to = admit(hospital, "抢救甲"), clinic(hospital, "急救中心")
    observe(hospital, patient, "2345-7")
    diagnose(hospital, patient, "B20")
    with pytest.raises(Invalid) as why:
        ask(hospital, patient, to, **RESCUE)
    assert [name for name, _ in why.value.places] == ["reason"]
    said = {**RESCUE, "reason": "昏迷，无法取得同意"}
    seen = ask(hospital, patient, to, **said).value
    assert (seen.basis, seen.consent) == ("life", 0)
    assert {one.kind for one in seen.lines} == {"Observation", "Condition"}  # highly sensitive too: life comes first
    before = entries(hospital)
    done = ask(hospital, patient, to, confirm=seen.digest, **said).value
    assert entries(hospital) == before + 1
    one = row(hospital, done)
    assert (one.basis, one.consent_id, one.level) == ("life", 0, "secret")
    with pytest.raises(Refused) as refused:
        ask(hospital, patient, to, purpose="rescue", reason="昏迷，无法取得同意")
    assert refused.value.reason == "purpose"
    assert isinstance(send(hospital, one), Consignment)


@pytest.mark.parametrize(("network", "left"), [("internet", 2), ("vpn", 1), ("line", 0), ("health", 0)])
def test_the_network_limits_what_leaves(hospital: Hospital, network: str, left: int) -> None:
    """Highly sensitive over lines alone, sensitive never over the internet, whatever was agreed [5.1.1]."""
    patient, to = admit(hospital, f"网络{network}"), clinic(hospital, f"网络医院{network}", network=network)
    observe(hospital, patient, "2345-7")
    diagnose(hospital, patient, "B20")  # highly sensitive
    diagnose(hospital, patient, "B18.1")  # sensitive
    seen = ask(hospital, patient, to, **RESCUE, reason="昏迷，无法取得同意").value
    assert dict(seen.left).get("level", 0) == left
    assert len(seen.lines) == 3 - left


def test_a_network_that_became_open_stops_what_waits(hospital: Hospital) -> None:
    """Decided for a line, sent over nothing else [5.1.1]."""
    from jingui.store.models import Channel

    patient, to = admit(hospital, "换网甲"), clinic(hospital, "换网医院")
    one = queue(hospital, to, number(hospital, patient), level="secret").row()
    held = Channel.objects.get(pk=to.channel)
    held.network = "internet"
    hospital.keep(held, new=False)
    found = send(hospital, one)
    assert isinstance(found, Held)
    assert (found.reason, found.stopped) == ("level", True)


def both(*work: Callable[[], Any]) -> list[Any]:
    """Several at the same moment, each on a connection of its own; what each brought or met."""
    found: list[Any] = [None] * len(work)
    begin = threading.Barrier(len(work))

    def go(n: int) -> None:
        from django.db import connection

        begin.wait(10)
        try:
            found[n] = work[n]()
        except (Refused, Conflict, NotFound) as error:
            found[n] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(n,)) for n in range(len(work))]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return found


def test_nothing_is_handed_out_after_the_withdrawal(hospital: Hospital) -> None:
    """Withdrawn and sent in the same second, again and again: what was handed out was so before and is told of.

    The order is that of the ledger: a consignment's entry stands before the withdrawal's, or there is none [5.2.2].
    """
    from jingui.store.models import Transmission

    ways = set()
    for turn in range(8):
        patient, to = admit(hospital, f"撤回{turn}"), clinic(hospital, f"撤回医院{turn}")
        observe(hospital, patient, "2345-7")
        consent = consented(hospital, patient, to)
        one = row(hospital, shared(hospital, patient, to))
        here = number(hospital, patient)
        given, gone = both(lambda o=one: send(hospital, o), lambda p=patient, c=consent: withdraw(hospital, p, c))
        assert not isinstance(gone, BaseException), gone
        one.refresh_from_db()
        assert one.state == "stopped"
        notices = Transmission.objects.filter(patient_id=here, media="notice", reply_to=one.message).count()
        out = isinstance(given, Consignment)
        ways.add(out)
        assert notices == int(out), (given, notices)  # whoever may have it is told
        order = [verb for (verb,) in hospital.sql(
            "SELECT verb FROM entry WHERE patient_id = %s AND decision = 'allow' ORDER BY id", here)]  # fmt: skip
        if out:
            assert order.index("send") < order.index("withdraw_consent")
        with pytest.raises((Refused, Conflict)):
            send(hospital, one)
        assert not isinstance(both(lambda o=one: send(hospital, o))[0], Consignment)
    assert ways  # either way is right


def test_many_hands_send_once(hospital: Hospital) -> None:
    """Four processes, one lease [5.1.3]."""
    patient, to = admit(hospital, "并发甲"), clinic(hospital, "并发医院")
    one = queue(hospital, to, number(hospital, patient)).row()
    found = both(*(lambda: send(hospital, one) for _ in range(4)))
    assert sum(isinstance(each, Consignment) for each in found) == 1


@pytest.mark.parametrize("what", ["end_agreement", "end_channel", "end_partner"])
def test_an_end_and_a_sharing_at_the_same_moment(hospital: Hospital, what: str) -> None:
    """By people at the door: what waits stops with it, and nothing more is handed out [5.2.3]."""
    from jingui.core.partnering import ChangeChannel, EndAgreement, EndPartner
    from jingui.store.models import Transmission

    if "affairs" not in hospital.actors:
        hospital.person("affairs", Role.MEDICAL_AFFAIRS, "xxk")
    patient, to = admit(hospital, f"结束{what}"), clinic(hospital, f"结束医院{what}")
    observe(hospital, patient, "2345-7")
    consented(hospital, patient, to)
    first = row(hospital, shared(hospital, patient, to))
    digest = ask(hospital, patient, to).value.digest
    verb, who, data = {
        "end_agreement": (Verb.END_AGREEMENT, "affairs", EndAgreement(agreement=to.agreement, reason="违反保密义务")),
        "end_channel": (Verb.END_CHANNEL, "sysadmin", ChangeChannel(channel=to.channel, reason="改用专线")),
        "end_partner": (Verb.END_PARTNER, "affairs", EndPartner(partner=to.id, reason="合作终止")),
    }[what]
    _, ended = both(
        lambda: ask(hospital, patient, to, confirm=digest), lambda: hospital.write(who, verb, data)
    )  # fmt: skip
    assert not isinstance(ended, BaseException), ended
    first.refresh_from_db()
    assert (first.state, first.problem) == ("stopped", {"end_partner": "partner_ended"}.get(what, f"{what[4:]}_ended"))
    with pytest.raises(Refused):
        ask(hospital, patient, to)
    for one in Transmission.objects.filter(patient_id=first.patient_id, state="queued"):
        assert not isinstance(both(lambda o=one: send(hospital, o))[0], Consignment)
