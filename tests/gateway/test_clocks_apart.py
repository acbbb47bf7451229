"""五（一）3: a house whose ledger ran ahead of the right time once still reaches its partners and is reached [5.1.3]

The ledger's time never goes back: after a clock that was ten minutes fast is mended, entries stay ten minutes ahead. To
partners it would be late for good; what two houses compare is the machines' own time.
"""

from datetime import UTC, datetime, timedelta

import pytest

from jingui.core.receiving import Late
from jingui.core.sending import Consignment, Send
from jingui.core.words import Purpose, Verb
from jingui.crypto import jose
from tests.gate.test_door import bundle
from tests.gateway.arriving import deliver, document, known
from tests.gateway.parties import operation, party, queue
from tests.hospital import Hospital

AHEAD = timedelta(minutes=10)


@pytest.fixture(scope="module")
def mended(hospital: Hospital) -> Hospital:
    """The house after an entry ten minutes ahead: its clock has been right again since."""
    known(hospital)
    hospital.runtime.clock.at_least(datetime.now(UTC) + AHEAD)
    assert hospital.runtime.clock.now() - datetime.now(UTC) > AHEAD / 2
    return hospital


def test_what_it_sends_says_the_right_time(mended: Hospital) -> None:
    from jingui.gate import door

    made = mended.enter("his", *bundle(), verb=Verb.ENTER, purpose=Purpose.OPERATION).made
    patient = mended.runtime.ids.internal(made[0].id)[0]
    to = party(mended, "时钟准的医院")
    one = queue(mended, to, patient, next=datetime.now(UTC))
    given = door.write(operation(mended, Verb.SEND, Send(transmission=one.number, body=True), patient)).value
    assert isinstance(given, Consignment)
    ours = mended.runtime.gateway_keys().sign.certificate
    parcel, _ = jose.unpack(given.body, to.keys.encrypt, {jose.kid(ours): ours})
    assert abs(parcel.made - datetime.now(UTC)) < timedelta(minutes=1)


def test_what_comes_at_the_right_time_is_taken(mended: Hospital) -> None:
    by = party(mended, "准时医院")
    assert deliver(mended, by, document(), made=datetime.now(UTC)).state == "taken"


@pytest.mark.parametrize("off", [-AHEAD, AHEAD])
def test_what_is_off_is_told_the_right_time(mended: Hospital, off: timedelta) -> None:
    """Also that which would agree with the ledger."""
    by = party(mended, f"快慢医院{off}")
    with pytest.raises(Late) as late:
        deliver(mended, by, document(), made=datetime.now(UTC) + off)
    told = datetime.fromisoformat(str(late.value.data["now"]))
    assert abs(told - datetime.now(UTC)) < timedelta(minutes=1)


def test_four_minutes_are_borne(mended: Hospital) -> None:
    by = party(mended, "差四分的医院")
    for off in (-4, 4):
        assert deliver(mended, by, document(), made=datetime.now(UTC) + timedelta(minutes=off)).state == "taken"
