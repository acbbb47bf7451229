"""五（二）: records are shared through the door: lawful, consented, minimal, sealed [5.2.1] [5.2.2] [5.2.4]"""

import hashlib
import threading
from typing import Any

import orjson
import pytest

from jingui.core.errors import Conflict, Invalid, Refused
from jingui.core.operation import Target
from jingui.core.sharing import RetryTransmission, ShareOptions, StopTransmission, StopWithdrawn, TransmissionsRequest
from jingui.core.words import Entrance, Purpose, Strength, Verb
from jingui.formats import hl7v2, hl7v2_map
from tests.gate.test_charts import number
from tests.gateway.sharing import admit, ask, clinic, consented, diagnose, observe, view, withdraw
from tests.hospital import Hospital


def row(hospital: Hospital, shared: Any) -> Any:
    from jingui.store.models import Transmission

    return Transmission.objects.get(pk=hospital.runtime.ids.internal(shared.transmission))


def content(hospital: Hospital, one: Any) -> bytes:
    from jingui.gate.outbox import open_content

    return open_content(hospital.runtime, one.patient_id, one.transmission_id, one.payload, one.classes)


def entries(hospital: Hospital) -> int:
    return int(hospital.sql("SELECT count(*) FROM entry")[0][0])


def shared(hospital: Hospital, patient: str, to: Any, **more: Any) -> Any:
    seen = ask(hospital, patient, to, **more).value
    return ask(hospital, patient, to, confirm=seen.digest, **more).value


def test_what_was_seen_is_what_leaves(hospital: Hospital) -> None:
    """Preview, confirm, one entry each; of a record its rows' elements and nothing else [5.2.1]."""
    patient, to = admit(hospital, "共享甲"), clinic(hospital, "清河卫生中心")
    observe(hospital, patient, "2345-7", "机密")
    consented(hospital, patient, to)
    before = entries(hospital)
    seen = ask(hospital, patient, to).value
    assert entries(hospital) == before + 1
    assert [one.kind for one in seen.lines] == ["Observation"]
    assert dict(seen.left) == {}
    done = ask(hospital, patient, to, confirm=seen.digest).value
    assert entries(hospital) == before + 2
    one = row(hospital, done)
    assert (one.state, one.basis, one.purpose, one.media) == ("queued", "consent", "referral", "fhir")
    body = content(hospital, one)
    assert hashlib.sha256(body).digest() == bytes(one.digest)
    bundle = orjson.loads(body)
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert bundle["type"] == "document"
    assert kinds == ["Composition", "Patient", "Organization", "Observation"]
    assert "内部备注" not in body.decode()
    assert "检验师" not in body.decode()
    assert orjson.loads(seen.lines[0].body)["code"]["text"] == "血糖"


def test_nothing_without_a_consent_that_names_partner_and_purpose(hospital: Hospital) -> None:
    """Another partner's consent, another purpose's, a refusal: none of them opens anything [5.2.2]."""
    patient, to, other = admit(hospital, "共享乙"), clinic(hospital, "东山医院"), clinic(hospital, "西山医院")
    observe(hospital, patient, "2345-7")
    before = entries(hospital)
    with pytest.raises(Refused) as refused:
        ask(hospital, patient, to)
    assert refused.value.reason == "consent"
    assert entries(hospital) == before + 1
    consented(hospital, patient, other)
    with pytest.raises(Refused):
        ask(hospital, patient, to)
    consented(hospital, patient, to, uses=("mutual_recognition",))
    with pytest.raises(Refused):
        ask(hospital, patient, to)
    assert ask(hospital, patient, to, purpose="mutual_recognition").value.basis == "consent"
    consented(hospital, patient, to, uses=("mutual_recognition",), agreed=False)
    with pytest.raises(Refused):
        ask(hospital, patient, to, purpose="mutual_recognition")


def test_withdrawal_stops_what_lies_here_and_tells_who_received(hospital: Hospital) -> None:
    """In the withdrawal's own transaction, once each [5.2.2]."""
    from jingui.store.models import Transmission

    patient, to = admit(hospital, "共享丙"), clinic(hospital, "南湖医院")
    observe(hospital, patient, "2345-7")
    consent = consented(hospital, patient, to)
    waiting, arrived = row(hospital, shared(hospital, patient, to)), row(hospital, shared(hospital, patient, to))
    arrived.state = "receipted"
    hospital.keep(arrived, new=False)
    withdraw(hospital, patient, consent)
    states = {one.message: one for one in Transmission.objects.filter(patient_id=number(hospital, patient))}
    assert states[waiting.message].state == "stopped"
    assert states[arrived.message].state == "receipted"
    notices = [one for one in states.values() if one.media == "notice"]
    assert [(one.reply_to, one.state, one.label) for one in notices] == [
        (arrived.message, "queued", "consent_withdrawn")
    ]
    assert orjson.loads(content(hospital, notices[0]))["message"] == str(arrived.message)
    with pytest.raises(Refused):
        ask(hospital, patient, to)
    system = hospital.operation("doctor", Verb.READ).actor.__class__(
        name="system:withdrawals", strength=Strength.LOCAL, entrance=Entrance.JOB
    )
    assert hospital.write(system, Verb.STOP_TRANSMISSION, StopWithdrawn()).value == 0


def test_whoever_may_have_received_an_attempt_is_told(hospital: Hospital) -> None:
    """An answer that was lost says nothing about what arrived: it stops here, and the partner hears of it [5.2.2]."""
    from jingui.store.models import Transmission

    patient, to = admit(hospital, "共享己"), clinic(hospital, "断线医院")
    observe(hospital, patient, "2345-7")
    consent = consented(hospital, patient, to)
    tried, untried = row(hospital, shared(hospital, patient, to)), row(hospital, shared(hospital, patient, to))
    hospital.sql("UPDATE transmission SET attempts = 2 WHERE transmission_id = %s", tried.transmission_id)
    withdraw(hospital, patient, consent)
    found = Transmission.objects.filter(patient_id=number(hospital, patient))
    assert {one.state for one in found if one.media != "notice"} == {"stopped"}
    assert [one.reply_to for one in found if one.media == "notice"] == [tried.message] != [untried.message]


def test_a_withdrawal_that_came_past_people_is_found(hospital: Hospital) -> None:
    """What an interface withdrew stops with the next look of the system [5.2.2]."""
    from jingui.store.models import PatientConsent

    patient, to = admit(hospital, "共享丁"), clinic(hospital, "北桥医院")
    observe(hospital, patient, "2345-7")
    consent = consented(hospital, patient, to)
    waiting = row(hospital, shared(hospital, patient, to))
    held = PatientConsent.objects.get(pk=(number(hospital, patient), consent))
    held.state = "withdrawn"
    hospital.keep(held, new=False)
    system = type(hospital.actors["doctor"])(name="system:withdrawals", strength=Strength.LOCAL, entrance=Entrance.JOB)
    from jingui.gate import door

    assert door.due.withdrawn_sharings() == 1
    assert hospital.write(system, Verb.STOP_TRANSMISSION, StopWithdrawn()).value == 1
    waiting.refresh_from_db()
    assert waiting.state == "stopped"
    assert door.due.withdrawn_sharings() == 0


def test_withdrawal_and_sharing_at_the_same_moment(hospital: Hospital) -> None:
    """Whichever comes second sees the other: nothing stays queued on a withdrawn consent [5.2.2]."""
    from jingui.store.models import Transmission

    for turn in range(4):
        patient, to = admit(hospital, f"同时{turn}"), clinic(hospital, f"同时医院{turn}")
        observe(hospital, patient, "2345-7")
        consent = consented(hospital, patient, to)
        digest = ask(hospital, patient, to).value.digest
        faults: list[BaseException] = []

        def go(do: Any, faults: list[BaseException] = faults) -> None:
            from django.db import connection

            try:
                do()
            except Refused as error:
                faults.append(error)
            finally:
                connection.close()

        both = [
            threading.Thread(target=go, args=(one,))
            for one in (
                lambda p=patient, t=to, d=digest: ask(hospital, p, t, confirm=d),
                lambda p=patient, c=consent: withdraw(hospital, p, c),
            )
        ]
        for one in both:
            one.start()
        for one in both:
            one.join(30)
        left = Transmission.objects.filter(patient_id=number(hospital, patient), state="queued").exclude(media="notice")
        assert not left.exists(), faults


def test_labels_stay_below_view_agreement_and_network(hospital: Hospital) -> None:
    """Highly sensitive records stay and are counted; over the internet sensitive ones too [5.1.1] [5.2.4]."""
    patient, to = admit(hospital, "共享戊"), clinic(hospital, "互联网医院", network="internet", kind="https")
    observe(hospital, patient, "2345-7")
    diagnose(hospital, patient, "B20")
    consented(hospital, patient, to, labels=("hiv",))
    seen = ask(hospital, patient, to).value
    assert dict(seen.left) == {"level": 1}
    assert seen.limit == "ordinary"
    assert len(seen.lines) == 1


def test_restrictions_and_categories_narrow(hospital: Hospital) -> None:
    """What the consent does not cover stays and is counted [5.2.2]."""
    patient, to = admit(hospital, "共享己"), clinic(hospital, "柳林医院")
    observe(hospital, patient, "2345-7")
    diagnose(hospital, patient, "I10")
    consented(hospital, patient, to, categories=("tests",))
    seen = ask(hospital, patient, to).value
    assert [one.kind for one in seen.lines] == ["Observation"]
    assert dict(seen.left) == {"consent": 1}


def test_the_law_needs_no_consent_but_its_receiver(hospital: Hospital) -> None:
    """An infectious disease is reported to the authority alone, and of the chart what is notifiable [5.2.2]."""
    patient, cdc = admit(hospital, "共享庚"), clinic(hospital, "康宁县疾控中心")
    hospital_row = clinic(hospital, "普通医院")
    from jingui.store.models import Partner

    held = Partner.objects.get(pk=cdc.id)
    held.kind = "cdc"
    hospital.keep(held, new=False)
    observe(hospital, patient, "2345-7")
    diagnose(hospital, patient, "A15.0")
    asked = {"purpose": "infectious_report", "door": Purpose.PUBLIC_HEALTH}
    seen = ask(hospital, patient, cdc, **asked).value
    assert [one.kind for one in seen.lines] == ["Condition"]
    assert seen.basis == "infectious"
    with pytest.raises(Refused) as refused:
        ask(hospital, patient, hospital_row, **asked)
    assert refused.value.reason == "receiver"
    with pytest.raises(Refused) as purpose:
        ask(hospital, patient, cdc, purpose="infectious_report")
    assert purpose.value.reason == "purpose"


def test_bad_asking_is_named(hospital: Hospital) -> None:
    """Unknown purposes, media, records of others; a confirmation of something else [5.2.1]."""
    patient, other, to = admit(hospital, "共享辛"), admit(hospital, "共享壬"), clinic(hospital, "长桥医院")
    observe(hospital, patient, "2345-7")
    observe(hospital, other, "2345-7")
    consented(hospital, patient, to)
    theirs = hospital.sql(
        "SELECT record_id FROM record WHERE patient_id = %s AND kind = 'Observation'", number(hospital, other)
    )[0][0]
    foreign = hospital.runtime.public(number(hospital, other), theirs)
    for more in ({"purpose": "nonsense"}, {"media": "fax"}, {"records": (foreign,)}, {"label": "x"},
                 {"visit": foreign}, {"reply_to": "no"}, {"records": ("zz",)}):  # fmt: skip
        with pytest.raises(Invalid):
            ask(hospital, patient, to, **more)
    with pytest.raises(Conflict):
        ask(hospital, patient, to, confirm="0" * 64)
    with pytest.raises(Conflict):
        ask(hospital, patient, to, media="dicom")
    seen = ask(hospital, patient, to).value
    observe(hospital, patient, "718-7")
    with pytest.raises(Conflict):
        ask(hospital, patient, to, confirm=seen.digest)


def test_who_does_not_treat_does_not_share(hospital: Hospital) -> None:
    """403 and one entry [5.2.1]."""
    patient, to = admit(hospital, "共享癸"), clinic(hospital, "望江医院")
    consented(hospital, patient, to)
    for who in ("surgeon", "nurse", "sysadmin", "archivist"):
        before = entries(hospital)
        with pytest.raises(Refused):
            ask(hospital, patient, to, who=who)
        assert entries(hospital) == before + 1


def test_an_ended_agreement_closes_by_itself(hospital: Hospital) -> None:
    """Expired, without the purpose, without its assessment [5.2.3]."""
    from datetime import timedelta

    from tests.gateway.sharing import assess

    patient, to = admit(hospital, "协议甲"), clinic(hospital, "到期医院")
    observe(hospital, patient, "2345-7")
    consented(hospital, patient, to)
    assess(hospital, to, assessment=0)
    with pytest.raises(Refused) as refused:
        ask(hospital, patient, to)
    assert refused.value.reason == "assessment"
    assess(hospital, to, ends=hospital.now() - timedelta(seconds=1))
    with pytest.raises(Refused) as over:
        ask(hospital, patient, to)
    assert over.value.reason == "agreement_expired"


def test_a_profile_hides_who_it_is(hospital: Hospital) -> None:
    """De-identified by the agreement's profile, by the door and not by hand [5.2.4]."""
    from tests.gateway.sharing import assess

    patient, to = admit(hospital, "郑去标识"), clinic(hospital, "统计机构")
    assess(hospital, to, profile="research")
    observe(hospital, patient, "2345-7")
    consented(hospital, patient, to)
    body = content(hospital, row(hospital, shared(hospital, patient, to))).decode()
    assert "郑去标识" not in body
    assert patient not in body
    assert '"Observation"' in body


def test_results_as_a_message_are_read_by_our_own_reader(hospital: Hospital) -> None:
    """ORU^R01 [5.1.2]."""
    patient, to = admit(hospital, "报文甲"), clinic(hospital, "检验中心")
    observe(hospital, patient, "2345-7")
    consented(hospital, patient, to)
    body = content(hospital, row(hospital, shared(hospital, patient, to, media="hl7v2", label="ORU^R01")))
    found = hl7v2_map.mapped(hl7v2.read(body), "source")
    made = [one.resource for one in found.changes if one.resource["resourceType"] == "Observation"]
    assert [str(one["valueQuantity"]["value"]) for one in made] == ["5.6"]


def test_stopped_retried_listed_and_looked_at(hospital: Hospital) -> None:
    """Its life: who decided, who stopped it, who tried again [5.1.3]."""
    patient, to = admit(hospital, "列表甲"), clinic(hospital, "列表医院")
    observe(hospital, patient, "2345-7")
    consented(hospital, patient, to)
    options = view(hospital, Verb.READ_TRANSMISSIONS, ShareOptions(), patient=patient)
    assert {(one.purpose, one.reason) for one in options.options if one.partner == to.id} >= {("referral", "")}
    one = row(hospital, shared(hospital, patient, to))
    target = Target(patient=one.patient_id, record=one.transmission_id)
    with pytest.raises(Invalid):
        hospital.write("doctor", Verb.STOP_TRANSMISSION, StopTransmission(), target=target, purpose=Purpose.TREATMENT)
    hospital.write(
        "doctor", Verb.STOP_TRANSMISSION, StopTransmission(reason="发错机构"), target=target, purpose=Purpose.TREATMENT
    )
    with pytest.raises(Conflict):
        hospital.write(
            "doctor", Verb.STOP_TRANSMISSION, StopTransmission(reason="再停一次"), target=target,
            purpose=Purpose.TREATMENT,
        )  # fmt: skip
    assert hospital.write(
        "sysadmin", Verb.RETRY_TRANSMISSION, RetryTransmission(), target=target, purpose=Purpose.OPERATION
    ).value == "queued"  # fmt: skip
    found = view(hospital, Verb.READ_TRANSMISSIONS, TransmissionsRequest(state="queued"), patient=patient)
    assert [(line.state, line.partner_name, line.name) for line in found.lines] == [("queued", "列表医院", "列表甲")]
    nameless = view(hospital, Verb.READ_TRANSMISSIONS, TransmissionsRequest(), who="sysadmin",
                    purpose=Purpose.OPERATION)  # fmt: skip
    assert nameless.lines
    assert not any(line.name for line in nameless.lines)
    seen = view(hospital, Verb.READ_TRANSMISSION, patient=patient, record=one.transmission_id)
    assert [life.verb for life in seen.life] == ["share", "stop_transmission", "retry_transmission"]
    assert seen.digest == bytes(one.digest).hex()
    assert seen.inside[0].record
    with pytest.raises(Invalid):
        view(hospital, Verb.READ_TRANSMISSIONS, TransmissionsRequest(sort="x; DROP"), patient=patient)


def test_the_ledger_and_the_rows_agree(hospital: Hospital) -> None:
    """A row put back by the database's administrator is named [6.1.2]."""
    from jingui.core.errors import Tampered

    patient, to = admit(hospital, "篡改甲"), clinic(hospital, "篡改医院")
    observe(hospital, patient, "2345-7")
    consented(hospital, patient, to)
    one = row(hospital, shared(hospital, patient, to))
    hospital.sql("UPDATE transmission SET state = 'receipted' WHERE transmission_id = %s", one.transmission_id)
    with pytest.raises(Tampered):
        view(hospital, Verb.READ_TRANSMISSION, patient=patient, record=one.transmission_id)
