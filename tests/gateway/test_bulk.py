"""五（二）: bulk exports through the door: whose, for what; nothing beyond consent and view [5.2.1] [5.2.2] [5.2.4]"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jingui.core.bulk import BuildBulk, BulkGroups, EndBulk, StartBulk, TakeBulk, TooMany
from jingui.core.errors import Conflict, Invalid, NotFound, Refused
from jingui.core.words import Purpose, Verb
from tests.gateway.bulking import JOB, build, client, export_of, start, take, taken
from tests.gateway.sharing import admit, clinic, consented, diagnose, number, observe, withdraw
from tests.hospital import Hospital

WAYS: dict[str, Any] = {"purposes": ("referral",), "views": ("referral",)}


def entries(hospital: Hospital) -> int:
    return int(hospital.sql("SELECT count(*) FROM entry")[0][0])


def test_those_who_consented_and_nobody_else(hospital: Hospital) -> None:
    """Three patients, two consents, one of them for another purpose: one leaves, with its view's elements alone."""
    to = clinic(hospital, "批量甲院", **WAYS)
    by = client(hospital, to, "甲")
    yes, other, no = (admit(hospital, name) for name in ("批量张一", "批量李二", "批量王三"))
    for patient in (yes, other, no):
        observe(hospital, patient, "2345-7", "机密")
    diagnose(hospital, yes, "I10")
    consented(hospital, yes, to)
    consented(hospital, other, to, uses=("mutual_recognition",))
    before = entries(hospital)
    secret = start(hospital, by, url="https://house/fhir/Patient/$export")
    assert entries(hospital) == before + 1
    assert take(hospital, by, secret).state == "building"
    assert build(hospital, secret) == 1
    manifest = take(hospital, by, secret)
    assert (manifest.state, manifest.url) == ("ready", "https://house/fhir/Patient/$export")
    assert sorted((one.type, one.count) for one in manifest.files) == [
        ("Condition", 1), ("Observation", 1), ("Patient", 1),
    ]  # fmt: skip
    found = taken(hospital, by, secret)
    assert [one["id"] for one in found["Patient"]] == [yes]
    assert found["Observation"][0]["subject"] == {"reference": f"Patient/{yes}"}
    assert set(found["Observation"][0]) <= {
        "resourceType", "id", "status", "code", "effectiveDateTime", "valueQuantity", "subject",
    }  # fmt: skip


def test_each_step_is_entered_and_names_whose_it_is(hospital: Hospital) -> None:
    """The part's entry names every record; a file's names its digest and its patients."""
    to = clinic(hospital, "批量乙院", **WAYS)
    by = client(hospital, to, "乙")
    patient = admit(hospital, "批量赵四")
    observe(hospital, patient, "2345-7")
    consented(hospital, patient, to)
    secret = start(hospital, by)
    build(hospital, secret)
    seen = hospital.sql(
        "SELECT verb, decision, targets FROM entry WHERE verb IN ('start_bulk', 'take_bulk') ORDER BY id DESC LIMIT 1"
    )
    assert seen[0][:2] == ("start_bulk", "allow")
    assert patient.encode() in bytes(seen[0][2])
    n = next(one.n for one in take(hospital, by, secret).files if one.type == "Observation")
    body = take(hospital, by, secret, n).body
    seen = hospital.sql("SELECT verb, targets FROM entry ORDER BY id DESC LIMIT 1")
    assert seen[0][0] == "take_bulk"
    assert hospital.runtime.suite.digest(body).hex().encode() in bytes(seen[0][1])
    assert patient.encode() in bytes(seen[0][1])
    assert export_of(hospital, secret).taken is not None


def test_a_withdrawal_takes_the_lines_out_of_what_is_ready(hospital: Hospital) -> None:
    """Between the making and the taking: nothing of that patient leaves any more, the others' lines do."""
    to = clinic(hospital, "批量丙院", **WAYS)
    by = client(hospital, to, "丙")
    stays, goes = admit(hospital, "批量钱五"), admit(hospital, "批量孙六")
    for patient in (stays, goes):
        observe(hospital, patient, "2345-7")
    consented(hospital, stays, to)
    consent = consented(hospital, goes, to)
    secret = start(hospital, by)
    build(hospital, secret)
    assert {one["id"] for one in taken(hospital, by, secret)["Patient"]} == {stays, goes}
    withdraw(hospital, goes, consent)
    found = taken(hospital, by, secret)
    assert [one["id"] for one in found["Patient"]] == [stays]
    assert [one["subject"]["reference"] for one in found["Observation"]] == [f"Patient/{stays}"]


def test_only_the_app_itself(hospital: Hospital) -> None:
    """Another app with the secret, a person, an interface's own token, a made-up secret: nothing."""
    to = clinic(hospital, "批量丁院", **WAYS)
    by, other = client(hospital, to, "丁"), client(hospital, clinic(hospital, "批量戊院", **WAYS), "戊")
    patient = admit(hospital, "批量周七")
    observe(hospital, patient, "2345-7")
    consented(hospital, patient, to)
    secret = start(hospital, by)
    build(hospital, secret)
    for who, data, what in (
        (other.actor, TakeBulk(secret=secret), NotFound), (other.actor, EndBulk(secret=secret), NotFound),
        (by.actor, TakeBulk(secret=secret + "x"), NotFound), (by.actor, EndBulk(export=1), NotFound),
        ("his", StartBulk(), Refused), ("his", TakeBulk(secret=secret), Refused),
        ("doctor", StartBulk(), Refused), ("sysadmin", TakeBulk(secret=secret), Refused),
        (by.actor, BuildBulk(export=export_of(hospital, secret).pk), NotFound),
        (JOB, StartBulk(), Invalid),
    ):  # fmt: skip
        verb = {"TakeBulk": Verb.TAKE_BULK, "EndBulk": Verb.END_BULK}.get(type(data).__name__, Verb.START_BULK)
        before = entries(hospital)
        with pytest.raises(what):
            hospital.write(who, verb, data, purpose=Purpose.TREATMENT)
        assert entries(hospital) == before + 1
    assert take(hospital, by, secret).state == "ready"


def test_without_a_ground_nothing_begins(hospital: Hospital) -> None:
    """No assessment, no FHIR, no purpose that rests on consents, scopes with conditions: refused by name."""
    reasons = []
    for n, more in enumerate((
        {"purposes": ("rescue",), "views": ("rescue",)}, {"purposes": ("referral",), "views": ("rescue",)}, WAYS,
    )):  # fmt: skip
        to = clinic(hospital, f"批量己院{n}", **more)
        by = client(hospital, to, f"己{n}", scopes=("system/Observation.rs?code=1",))
        with pytest.raises(Refused) as refused:
            start(hospital, by)
        reasons.append(refused.value.reason)
    assert reasons == ["bulk_purpose", "agreement_scope", "bulk_scope"]
    to = clinic(hospital, "批量庚院", **WAYS)
    by = client(hospital, to, "庚")
    with pytest.raises(Refused) as refused:
        start(hospital, by, types=("Observation", "Encounter"))
    assert refused.value.reason == "bulk_scope"
    secret = start(hospital, by, types=("Observation", "Encounter"), lenient=True)
    assert export_of(hospital, secret).types == ["Observation"]


def test_groups_are_the_agreements_own(hospital: Hospital) -> None:
    """Several purposes: a group must be named; another agreement's group is refused."""
    ways: dict[str, Any] = {"purposes": ("referral", "mutual_recognition", "rescue"),
                            "views": ("referral", "mutual_recognition", "rescue")}  # fmt: skip
    by = client(hospital, clinic(hospital, "批量辛院", **ways), "辛")
    other = client(hospital, clinic(hospital, "批量壬院", **ways), "壬")
    asked = hospital.write(by.actor, Verb.TAKE_BULK, BulkGroups(), purpose=Purpose.TREATMENT).value
    assert [one.purpose for one in asked] == ["referral", "mutual_recognition"]
    with pytest.raises(Refused):
        start(hospital, by)
    for group in ("referral.00", "rescue." + asked[0].id.partition(".")[2], "nothing"):
        with pytest.raises(Refused):
            start(hospital, by, group=group)
    with pytest.raises(Refused) as refused:
        start(hospital, other, group=asked[0].id)
    assert refused.value.reason == "bulk_group"
    assert export_of(hospital, start(hospital, by, group=asked[1].id)).purpose == "mutual_recognition"


def test_numbers_are_limited(hospital: Hospital) -> None:
    """Two at once, then later; ended ones make room."""
    by = client(hospital, clinic(hospital, "批量癸院", **WAYS), "癸")
    first = start(hospital, by)
    start(hospital, by)
    with pytest.raises(TooMany):
        start(hospital, by)
    hospital.write(by.actor, Verb.END_BULK, EndBulk(secret=first), purpose=Purpose.TREATMENT)
    start(hospital, by)
    with pytest.raises(NotFound):
        take(hospital, by, first)


def test_what_ends_takes_the_files_with_it(hospital: Hospital) -> None:
    """The app's deletion, a person's stop, expiry, the agreement's end: no file stays, no taking works."""
    from jingui import jobs
    from jingui.store.models import Agreement, BulkPart

    to = clinic(hospital, "批量子院", **WAYS)
    by = client(hospital, to, "子")
    patient = admit(hospital, "批量吴八")
    observe(hospital, patient, "2345-7")
    consented(hospital, patient, to)
    secret = start(hospital, by)
    build(hospital, secret)
    row = export_of(hospital, secret)
    assert BulkPart.objects.filter(export_id=row.pk).count() == 2
    with pytest.raises(Invalid):
        hospital.write("secadmin", Verb.END_BULK, EndBulk(export=row.pk))
    hospital.write("secadmin", Verb.END_BULK, EndBulk(export=row.pk, reason="核查"))
    assert BulkPart.objects.filter(export_id=row.pk).count() == 0
    assert export_of(hospital, secret).state == "ended"
    with pytest.raises(NotFound):
        hospital.write(JOB, Verb.END_BULK, EndBulk(export=row.pk))
    secret = start(hospital, by)
    build(hospital, secret)
    late = export_of(hospital, secret)
    late.ends = datetime.now(UTC) - timedelta(seconds=1)
    hospital.keep(late, new=False)
    with pytest.raises(NotFound):
        take(hospital, by, secret)
    jobs.bulk(0)
    assert (export_of(hospital, secret).state, BulkPart.objects.filter(export_id=late.pk).count()) == ("ended", 0)
    secret, going = start(hospital, by), start(hospital, by)
    build(hospital, secret)
    agreement = Agreement.objects.get(pk=to.agreement)
    agreement.ended = datetime.now(UTC)
    hospital.keep(agreement, new=False)
    with pytest.raises(Refused) as refused:
        take(hospital, by, secret)
    assert refused.value.reason in ("app", "agreement_ended")
    hospital.write(JOB, Verb.START_BULK, BuildBulk(export=export_of(hospital, going).pk))
    assert export_of(hospital, going).state == "failed"
    with pytest.raises(Conflict):
        hospital.write(JOB, Verb.START_BULK, BuildBulk(export=export_of(hospital, going).pk))
    jobs.bulk(0)
    assert export_of(hospital, secret).state == "ended"
    assert number(hospital, patient)
