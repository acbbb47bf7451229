"""五（二）: sharing as somebody who means harm, or who clicks twice, would use it [5.2.1] [5.2.2] [5.1.3]"""

import threading
from typing import Any

import pytest

from jingui.core.errors import Conflict, Invalid, Refused, Tampered
from jingui.core.operation import Target
from jingui.core.sharing import Share
from jingui.core.words import Purpose, Verb
from tests.gateway.sharing import admit, ask, assess, clinic, consented, number, observe
from tests.hospital import Hospital


def lying(hospital: Hospital, patient: str) -> int:
    """How many transmissions of the patient lie in the outbox."""
    asked = "SELECT count(*) FROM transmission WHERE patient_id = %s AND media <> 'notice'"
    return int(hospital.sql(asked, number(hospital, patient))[0][0])


def ready(hospital: Hospital, name: str) -> tuple[str, Any]:
    """A patient with a result, a partner and a consent that names it."""
    patient, to = admit(hospital, name), clinic(hospital, f"{name}医院")
    observe(hospital, patient, "2345-7")
    consented(hospital, patient, to)
    return patient, to


def test_confirmed_twice_it_leaves_once(hospital: Hospital) -> None:
    """A button pressed twice, a page sent again, two windows at the same moment [5.1.3]."""
    patient, to = ready(hospital, "两次")
    seen = ask(hospital, patient, to).value
    once = f"{seen.digest}.{seen.once}"
    first = ask(hospital, patient, to, confirm=once).value
    again = ask(hospital, patient, to, confirm=once).value
    assert again == first
    assert lying(hospital, patient) == 1
    newly = ask(hospital, patient, to).value
    second = f"{newly.digest}.{newly.once}"
    made: list[Any] = []

    def press() -> None:
        from django.db import connection

        made.append(ask(hospital, patient, to, confirm=second).value.message)
        connection.close()

    both = [threading.Thread(target=press) for _ in range(4)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert len(made) == 4
    assert set(made) != {first.message}
    assert len(set(made)) == 1
    assert lying(hospital, patient) == 2  # looked at again and confirmed again: that is wanted


def test_a_confirmation_is_of_this_patient_this_person_and_this_partner(hospital: Hospital) -> None:
    patient, to = ready(hospital, "张冠")
    other, elsewhere = ready(hospital, "李戴")
    consented(hospital, patient, elsewhere)
    consented(hospital, other, to)
    seen = ask(hospital, patient, to).value
    once = f"{seen.digest}.{seen.once}"
    for whom, where in ((other, to), (patient, elsewhere), (other, elsewhere)):
        with pytest.raises(Conflict):
            ask(hospital, whom, where, confirm=once)
    for wrong in ("预览", "é" * 64, seen.digest[:-1], seen.digest.upper() + ".", "." + seen.once, "0" * 500):
        with pytest.raises(Conflict):
            ask(hospital, patient, to, confirm=wrong)
    with pytest.raises(Invalid):
        ask(hospital, patient, to, confirm="0" * 501)
    assert lying(hospital, patient) == lying(hospital, other) == 0


def test_anothers_agreement_or_channel_does_not_carry_it(hospital: Hospital) -> None:
    patient, to = ready(hospital, "借道")
    lender = clinic(hospital, "出借医院")
    for more, reason in (
        ({"agreement": lender.agreement}, "agreement_purpose"), ({"channel": lender.channel}, "no_channel"),
    ):  # fmt: skip
        with pytest.raises(Refused) as caught:
            ask(hospital, patient, to, **more)
        assert caught.value.reason == reason
    data = Share(partner=to.id, purpose="referral")
    with pytest.raises(Refused):  # the consent names the partner, not whoever borrows its number
        ask(hospital, patient, lender)
    with pytest.raises(Refused):
        hospital.write("doctor", Verb.SHARE, data, target=Target(patient=number(hospital, patient)),
                       purpose=Purpose.RESEARCH)  # fmt: skip
    assert lying(hospital, patient) == 0


def test_what_changed_after_the_look_does_not_leave(hospital: Hospital) -> None:
    """An agreement that ended, that a DBA lengthened, or whose profile is another by now [5.2.3] [5.2.4]."""
    patient, to = ready(hospital, "其后")
    seen = ask(hospital, patient, to).value
    once = f"{seen.digest}.{seen.once}"
    hospital.sql("UPDATE agreement SET ends = ends + interval '1 day' WHERE id = %s", to.agreement)
    with pytest.raises(Tampered) as caught:
        ask(hospital, patient, to, confirm=once)
    assert caught.value.data["where"] == f"agreement:{to.agreement}"
    hospital.sql("UPDATE agreement SET ends = ends - interval '1 day' WHERE id = %s", to.agreement)
    assess(hospital, to, profile="research")
    with pytest.raises(Conflict):
        ask(hospital, patient, to, confirm=once)
    assess(hospital, to, profile="")
    assess(hospital, to, ended=hospital.now())
    with pytest.raises(Refused) as over:
        ask(hospital, patient, to, confirm=once)
    assert over.value.reason == "agreement_ended"
    assert lying(hospital, patient) == 0
