"""五（二）: what must not leave in bulk, what is noticed: levels, profiles, seals, bent rows, races [5.2.2] [5.2.4]"""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from jingui.core.bulk import Begun, StartBulk, TakeBulk, TooMany
from jingui.core.errors import JinguiError, Tampered
from jingui.core.words import Purpose, Verb
from jingui.store.verification import verify
from tests.gateway.bulking import build, client, export_of, start, take, taken
from tests.gateway.sharing import admit, assess, clinic, consented, diagnose, number, observe, withdraw
from tests.hospital import Hospital

WAYS: dict[str, Any] = {"purposes": ("referral",), "views": ("referral",)}


def made(hospital: Hospital, name: str, *patients: str, **changes: Any) -> tuple[Any, Any, list[str]]:
    """A partner, its app, and patients with a result who consented."""
    to = clinic(hospital, name, **WAYS)
    if changes:
        assess(hospital, to, **changes)
    out = []
    for one in patients:
        patient = admit(hospital, one)
        observe(hospital, patient, "2345-7")
        consented(hospital, patient, to)
        out.append(patient)
    return to, client(hospital, to, name), out


def test_what_left_stands_as_a_transmission_and_a_withdrawal_tells_the_partner(hospital: Hospital) -> None:
    """One row for each patient and export, whatever files and however often; one notice each."""
    from jingui.store.models import Transmission

    to, by, (stays, goes) = made(hospital, "登记院", "登记甲", "登记乙")
    diagnose(hospital, goes, "I10")
    consent = consented(hospital, goes, to)
    secret = start(hospital, by)
    build(hospital, secret)
    assert not Transmission.objects.filter(partner_id=to.id).exists()
    taken(hospital, by, secret)
    taken(hospital, by, secret)
    rows = {one.patient_id: one for one in Transmission.objects.filter(partner_id=to.id)}
    assert set(rows) == {number(hospital, stays), number(hospital, goes)}
    one = rows[number(hospital, goes)]
    assert (one.state, one.basis, one.consent_id, len(one.records)) == ("receipted", "consent", consent, 3)
    withdraw(hospital, goes, consent)
    notices = Transmission.objects.filter(partner_id=to.id, media="notice")
    assert [(row.patient_id, row.reply_to) for row in notices] == [(one.patient_id, one.message)]


def test_the_network_bounds_the_level(hospital: Hospital) -> None:
    """Over the internet nothing sensitive leaves, whatever agreement and consent say; over a line what they allow."""
    _, by, (patient,) = made(hospital, "级别院", "级别甲")
    diagnose(hospital, patient, "B18.1")
    secret = start(hospital, by)
    build(hospital, secret)
    assert "Condition" not in taken(hospital, by, secret)
    from jingui.gate.bulk_rows import progress

    assert progress(hospital.runtime, export_of(hospital, secret)).left["level"] >= 1


def test_a_profile_hides_who_it_is(hospital: Hospital) -> None:
    """Pseudonyms of this agreement; no name, no number of ours, references still meet."""
    _, by, (patient,) = made(hospital, "去标识院", "去标识甲", profile="research")
    secret = start(hospital, by)
    build(hospital, secret)
    found = taken(hospital, by, secret)
    text = str(found)
    assert patient not in text
    assert "去标识甲" not in text
    person = found["Patient"][0]
    assert found["Observation"][0]["subject"] == {"reference": f"Patient/{person['id']}"}


def test_since_counts_what_changed_and_who_is_new(hospital: Hospital) -> None:
    """What changed after that moment, and everything of whoever consented after it."""
    to, by, (old,) = made(hospital, "此后院", "此后甲")
    moment = hospital.now()
    observe(hospital, old, "718-7")
    new = admit(hospital, "此后乙")
    observe(hospital, new, "2345-7")
    secret = start(hospital, by, since=moment)
    consented(hospital, new, to)
    build(hospital, secret)
    seen = [(one["subject"]["reference"], one["code"]["coding"][0]["code"])
            for one in taken(hospital, by, secret)["Observation"]]  # fmt: skip
    assert sorted(seen) == sorted([(f"Patient/{old}", "718-7"), (f"Patient/{new}", "2345-7")])


def test_a_seal_in_a_dispute_keeps_it_here(hospital: Hospital) -> None:
    """Made before, taken after: the line stays."""
    from jingui.store.models import Hold

    _, by, (sealed, other) = made(hospital, "封存院", "封存甲", "封存乙")
    secret = start(hospital, by)
    build(hospital, secret)
    patient = number(hospital, sealed)
    hospital.keep(
        Hold(patient_id=patient, hold_id=hospital.runtime.number(datetime.now(UTC)), kind="dispute_seal", record_id=0,
             starts=datetime.now(UTC) - timedelta(minutes=1), lifted=False)
    )  # fmt: skip
    found = taken(hospital, by, secret)
    assert [one["id"] for one in found["Patient"]] == [other]


def test_bent_rows_are_refused_by_name(hospital: Hospital) -> None:
    """A part's bytes, the export's end put off, its app changed: nothing leaves, verification names it."""
    _, by, _ = made(hospital, "改动院", "改动甲")
    secret = start(hospital, by)
    build(hospital, secret)
    row = export_of(hospital, secret)
    hospital.sql("UPDATE bulk_part SET digest = %s WHERE export_id = %s AND n = 1", bytes(32), row.pk)
    with pytest.raises(Tampered):
        take(hospital, by, secret, 1)
    hospital.sql("UPDATE bulk_part SET payload = (SELECT payload FROM bulk_part WHERE export_id = %s AND n = 1)"
                 " WHERE export_id = %s AND n = 2", row.pk, row.pk)  # fmt: skip
    with pytest.raises(Tampered):
        take(hospital, by, secret, 2)
    hospital.sql("UPDATE bulk_export SET ends = ends + interval '1 year' WHERE id = %s", row.pk)
    with pytest.raises(Tampered):
        take(hospital, by, secret)
    with psycopg.connect(hospital.addresses["app"].psycopg()) as connection:
        found = verify(connection, hospital.runtime.keyring, hospital.runtime.origin).findings
    # partners and apps of these tests were not made by the door; exports and what left were
    assert {one.where for one in found if one.where.startswith(("bulk", "transmission"))} == {f"bulk_export:{row.pk}"}


def test_many_at_once_are_counted_one_after_the_other(hospital: Hospital) -> None:
    """Six requests at the same moment begin two exports."""
    _, by, _ = made(hospital, "同时院")
    done: list[object] = []

    def ask() -> None:
        from django.db import connection

        try:
            done.append(hospital.write(by.actor, Verb.START_BULK, StartBulk(), purpose=Purpose.TREATMENT).value)
        except JinguiError as error:
            done.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [type(one) for one in done if not isinstance(one, Begun)] == [TooMany] * 4
    assert len(done) == 6


def test_an_account_without_a_post_reads_nothing(hospital: Hospital) -> None:
    """The interface's post ended: neither making nor taking goes on."""
    from jingui.core.protect import EndPost

    _, by, _ = made(hospital, "岗位院", "岗位甲")
    secret = start(hospital, by)
    build(hospital, secret)
    hospital.write("secadmin", Verb.END_POST, EndPost(post=by.actor.post))
    with pytest.raises(JinguiError):
        hospital.write(by.actor, Verb.TAKE_BULK, TakeBulk(secret=secret), purpose=Purpose.TREATMENT)
