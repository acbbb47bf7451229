"""五（一）2: two at once: a number, a key or an approval is used once, whoever is first [5.1.2] [6.1.2]"""

import threading
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import connection

from jingui.core.errors import JinguiError
from jingui.core.partnering import ChangeChannel, OpenChannel, TrustCertificate
from jingui.core.proposals import Verdict
from jingui.core.words import Verb
from tests.gateway import partnering as p
from tests.gateway.test_partner_certificates import made
from tests.hospital import Hospital

ROUNDS = 8


@pytest.fixture(scope="module", autouse=True)
def people(hospital: Hospital) -> None:
    p.staff(hospital)


def at_once(hospital: Hospital, *presses: tuple[str, Verb, Any]) -> list[str]:
    """What each press came to: done, or the stable word of its error."""
    out = ["?"] * len(presses)
    gate = threading.Barrier(len(presses))

    def press(i: int, who: str, verb: Verb, data: Any) -> None:
        gate.wait()
        try:
            hospital.write(who, verb, data)
            out[i] = "done"
        except JinguiError as error:
            out[i] = error.code
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(i, *one)) for i, one in enumerate(presses)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return out


def proposed(hospital: Hospital, verb: Verb, data: object) -> Verdict:
    waiting = hospital.write("sysadmin", verb, data).value
    return Verdict(proposal=waiting.proposal, digest=waiting.digest, verdict="approve")


def test_one_key_is_never_pinned_for_two(hospital: Hospital) -> None:
    first, second = p.registered(hospital, 1), p.registered(hospital, 2)
    for n in range(ROUNDS):
        key = ec.generate_private_key(ec.SECP256R1())
        verdicts = [
            proposed(hospital, Verb.TRUST_CERTIFICATE, TrustCertificate(
                partner=partner, use="tls", reason="已核对",
                content=made(key, names=((NameOID.COMMON_NAME, f"gw{n}-{partner}"),)),
            ))
            for partner in (first, second)
        ]  # fmt: skip
        found = at_once(hospital, *(("secadmin", Verb.APPROVE, one) for one in verdicts))
        assert sorted(found) == ["conflict", "done"], (n, found)


def test_one_code_is_registered_once(hospital: Hospital) -> None:
    for n in range(ROUNDS):
        names = (f"甲乙{n}医院", f"丙丁{n}医院")
        verdicts = [
            proposed(hospital, Verb.REGISTER_PARTNER, p.replace(p.BASE, uscc=p.uscc_of(100 + n), name=name))
            for name in names
        ]
        found = at_once(hospital, *(("secadmin", Verb.APPROVE, one) for one in verdicts))
        assert sorted(found) == ["conflict", "done"], (n, found)


def test_an_approval_opens_one_channel(hospital: Hospital) -> None:
    for n in range(3):
        matter = p.matter(hospital, "open_channel", p.channel_answers(p.uscc_of(1), f"race-{n}"))
        p.decided(hospital, matter, "secadmin", "head")
        asked = ("sysadmin", Verb.OPEN_CHANNEL, OpenChannel(matter=matter))
        found = at_once(hospital, asked, asked, asked)
        assert sorted(found) == ["conflict", "conflict", "done"], found


def test_pausing_and_ending_at_once_ends(hospital: Hospital) -> None:
    for n in range(3):
        channel = p.opened(hospital, p.uscc_of(1), f"both-{n}")
        change = ChangeChannel(channel=channel, reason="同时办理")
        found = at_once(hospital, ("secadmin", Verb.PAUSE_CHANNEL, change), ("head", Verb.END_CHANNEL, change))
        assert found[1] == "done"
        assert hospital.sql("SELECT state FROM channel WHERE id = %s", channel) == [("ended",)]
