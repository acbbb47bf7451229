"""三（一）3 销毁 [3.1.3]: the whole way through the door, what is left, and what stops it."""

import hashlib
import time
from datetime import date
from typing import Any

import orjson
import pytest

from jingui.core.destruction import DestructionsRequest, ReadCertificate
from jingui.core.errors import Conflict, Gone, Invalid, JinguiError, NotFound, Refused
from jingui.core.keep import LiftHold, PlaceHold
from jingui.core.operation import Target
from jingui.core.release import CheckCopy
from jingui.core.words import Hold, Purpose, Verb
from jingui.formats import pdf_check
from jingui.gate import destroying, destroying_list, door
from jingui.gate.acts import destruction
from jingui.gate.destroying_certificate import code
from tests.gate import destroying as d
from tests.gate.copying import PUBLIC
from tests.hospital import Hospital


@pytest.fixture(scope="module", autouse=True)
def people(hospital: Hospital) -> None:
    d.staff(hospital)


def held(hospital: Hospital, patient: int, kind: Hold = Hold.LAWSUIT, who: str = "archivist") -> int:
    data = PlaceHold(kind=kind, reason="法院来函")
    return int(hospital.write(who, Verb.PLACE_HOLD, data, target=Target(patient=patient)).value)


def test_everything_of_a_patient_whose_time_is_over_goes(hospital: Hospital) -> None:
    one = d.old(hospital, "金丝雀甲")
    assert d.classes(hospital, one.patient) == {"outpatient": date(2016, 3, 4), "identity": date(2016, 3, 4)}
    matter = d.destroyed(hospital, *d.whole(one))
    assert d.states(hospital, matter) == ["destroyed", "destroyed"]
    assert hospital.sql("SELECT count(*) FROM patient_key WHERE patient_id = %s", one.patient) == [(0,)]
    assert hospital.sql("SELECT face, destroyed FROM patient WHERE patient_id = %s", one.patient) == [(None, True)]
    rows = hospital.sql("SELECT DISTINCT state, tokens, labels FROM record WHERE patient_id = %s", one.patient)
    assert rows == [("destroyed", [], [])]
    with pytest.raises(Refused) as refused:
        door.sheet(hospital.operation("doctor", Verb.READ, target=door.locate(one.record)))
    assert refused.value.reason == "destroyed"
    assert refused.value.status == 410
    shown = d.terms(hospital, one.patient)
    assert [(line.retention_class, line.matter, line.certificate) for line in shown.classes] == [
        ("outpatient", matter, str(matter)), ("identity", matter, str(matter))]  # fmt: skip
    assert all(line.destroyed for line in shown.classes)


def test_the_certificate_names_nobody_and_is_signed(hospital: Hospital) -> None:
    one = d.old(hospital, "金丝雀乙")
    matter = d.destroyed(hospital, *d.whole(one))
    asked = hospital.operation("archivist", Verb.READ_CERTIFICATE, ReadCertificate(matter=matter),
                               purpose=Purpose.MANAGEMENT)  # fmt: skip
    found = door.read(asked).value
    roots = [hospital.runtime.stamp().chain[-1]]
    checked = pdf_check.check(found.file, roots, hospital.now())
    assert checked.intact
    assert checked.covers_all
    bad = bytearray(found.file)
    bad[len(bad) // 2] ^= 1
    assert not pdf_check.check(bytes(bad), roots, hospital.now()).intact
    assert "金丝雀".encode() not in found.file
    row = hospital.sql("SELECT description, generation FROM destruction WHERE matter = %s", matter)
    told = orjson.loads(bytes(row[0][0]))
    assert told["records"] == 2
    assert told["first"] == 2001
    assert row[0][1] == hospital.runtime.keyring.generation


def test_anybody_checks_the_certificate_without_an_account(hospital: Hospital) -> None:
    one = d.old(hospital, "金丝雀丙")
    matter = d.destroyed(hospital, *d.whole(one))
    wanted = hospital.operation(
        "archivist", Verb.READ_CERTIFICATE, ReadCertificate(matter=matter), purpose=Purpose.MANAGEMENT
    )
    file = door.read(wanted).value

    def asked(secret: str, digest: str = "") -> Any:
        for _ in range(100):  # until the ledger has placed the certificate's entry
            answer = check(hospital, secret, digest)
            if answer.proof is not None or not answer.found:
                return answer
            time.sleep(0.1)
        raise AssertionError("never placed")

    secret = code(hospital.runtime, matter)
    good = asked(secret, file.digest)
    assert (good.found, good.matches, good.number, good.document) == (True, True, f"XH-{matter}", "destruction")
    assert not good.patient
    assert good.proof["target"]["record"] == file.digest
    assert asked(secret, hashlib.sha256(file.file + b"x").hexdigest()).matches is False
    for wrong in (secret[:-1] + ("0" if secret[-1] != "0" else "1"), f"{matter + 1:016x}{secret[16:]}", "", "zz" * 24):
        assert not asked(wrong).found


def check(hospital: Hospital, secret: str, digest: str) -> Any:
    data = CheckCopy(secret=secret, digest=digest)
    return door.read(hospital.operation(PUBLIC, Verb.CHECK_COPY, data, purpose=Purpose.OPERATION)).value


def test_the_ledger_and_every_row_still_verify(hospital: Hospital) -> None:
    findings = list(verify_all(hospital))
    assert findings == []


def verify_all(hospital: Hospital) -> Any:
    from tests.gate.sealed import verified

    return verified(hospital)


def test_nobody_does_it_alone_nor_who_approved(hospital: Hospital) -> None:
    one = d.old(hospital)
    matter = d.approved(hospital, *d.whole(one))
    waiting = d.proposed(hospital, matter)
    with pytest.raises(Refused):
        d.confirmed(hospital, waiting, "archivist")
    for who in ("affairs", "head"):
        with pytest.raises(Refused) as refused:
            d.confirmed(hospital, waiting, who)
        assert refused.value.reason == "party"
    with pytest.raises(Refused):
        d.proposed(hospital, matter, "affairs")
    for who in ("doctor", "registrar", "quality", "sysadmin", "watcher"):
        with pytest.raises(Refused):
            d.proposed(hospital, matter, who)
    assert d.states(hospital, matter) == ["approved", "approved"]
    assert d.confirmed(hospital, waiting, "keykeeper").lines == 2
    d.erased(hospital, matter)
    with pytest.raises(Conflict):
        d.confirmed(hospital, waiting, "archivist2")
    with pytest.raises(JinguiError):
        d.proposed(hospital, matter)


def test_one_person_with_two_accounts_and_two_browsers(hospital: Hospital) -> None:
    one = d.old(hospital)
    matter = d.approved(hospital, *d.whole(one))
    waiting = d.proposed(hospital, matter)
    from dataclasses import replace

    again = replace(hospital.actors["archivist"], session="another-browser", address="10.0.0.9")
    with pytest.raises(Refused):
        d.confirmed(hospital, waiting, again)
    assert d.states(hospital, matter) == ["approved", "approved"]


def test_before_the_approval_nothing_is_destroyed(hospital: Hospital) -> None:
    one = d.old(hospital)
    matter = d.planned(hospital, *d.whole(one))
    with pytest.raises(Conflict):
        d.proposed(hospital, matter)
    with pytest.raises(NotFound):
        d.proposed(hospital, 999_999_999)


def test_a_list_takes_only_what_is_due(hospital: Hospital) -> None:
    new = d.old(hospital, first="2020-01-01", last="2020-01-02")
    kept = d.old(hospital)
    held(hospital, kept.patient)
    alone = d.old(hospital)
    for lines in (d.whole(new), d.whole(kept), ((alone.public, "identity"),), ((alone.public, "inpatient"),), (),
                  (("nobody", "outpatient"),), ((alone.visit, "outpatient"),)):  # fmt: skip
        with pytest.raises(Invalid):
            d.planned(hospital, *lines)
    for who in ("doctor", "affairs", "head", "sysadmin", "secadmin"):
        with pytest.raises(Refused):
            d.planned(hospital, *d.whole(alone), who=who)
    d.planned(hospital, *d.whole(alone))
    with pytest.raises(Conflict):
        d.planned(hospital, *d.whole(alone))


def test_a_hold_after_the_approval_stops_that_line_and_no_other(hospital: Hospital) -> None:
    one, other = d.old(hospital, "被保全"), d.old(hospital, "未保全")
    matter = d.approved(hospital, *d.whole(one), *d.whole(other))
    waiting = d.proposed(hospital, matter)
    hold = held(hospital, one.patient)
    held(hospital, one.patient, Hold.RESEARCH)
    done = d.confirmed(hospital, waiting)
    assert done.lines == 2
    assert {(a, c) for a, _, c in done.stopped} == {(one.public, "held")}
    d.erased(hospital, matter)
    assert hospital.sql("SELECT count(*) FROM patient_key WHERE patient_id = %s", one.patient) == [(2,)]
    shown = door.read(hospital.operation("archivist", Verb.READ_DESTRUCTIONS, DestructionsRequest(matter=matter),
                                         purpose=Purpose.MANAGEMENT)).value  # fmt: skip
    assert {(row.name, row.state, row.stopped) for row in shown.rows} == {
        ("被保全", "stopped", "held"), ("", "destroyed", "")}  # fmt: skip
    from tests.gate.test_patients import confirmed

    confirmed(hospital, "archivist", "archivist2", Verb.LIFT_HOLD, LiftHold(hold=hold, reason="案件已结"),
              target=Target(patient=one.patient))  # fmt: skip
    assert d.terms(hospital, one.patient).classes[0].held  # the other hold stands


def test_a_new_visit_after_the_list_stops_it(hospital: Hospital) -> None:
    one = d.old(hospital)
    matter = d.approved(hospital, *d.whole(one))
    d.again(hospital, one)
    done = d.confirmed(hospital, d.proposed(hospital, matter))
    assert done.lines == 0
    assert {c for _, _, c in done.stopped} == {"visit"}


def test_a_hold_on_what_is_gone_is_refused_with_the_reason(hospital: Hospital) -> None:
    one = d.old(hospital)
    d.destroyed(hospital, *d.whole(one))
    with pytest.raises((Refused, Gone)) as refused:
        held(hospital, one.patient)
    assert refused.value.status == 410


def test_a_hold_that_was_waited_for_costs_no_second_destruction(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What moved the epoch while locks were waited for is seen before the work, not after it."""
    one = d.old(hospital)
    matter = d.approved(hospital, *d.whole(one))
    waiting = d.proposed(hospital, matter)
    honest, tried, worked = destroying.locked_people, [], []

    def moved(numbers: Any) -> None:
        honest(numbers)
        if not tried:
            hospital.sql("UPDATE epoch SET n = n + 1")
        tried.append(1)

    known = destruction.known_now
    monkeypatch.setattr(destroying, "locked_people", moved)
    monkeypatch.setattr(destruction, "known_now", lambda *given: (worked.append(1), known(*given))[1])
    assert d.confirmed(hospital, waiting).lines == 2
    assert (len(tried), len(worked)) == (2, 1)


def test_a_long_list_takes_hardly_more_statements_than_a_short_one(hospital: Hospital) -> None:
    """Only the rows that are sealed one by one add to them: two lines, a patient and a relation each."""
    said = []

    def counted(sql: str, *args: object, **more: object) -> Any:
        said.append(sql)
        return honest(sql, *args, **more)

    honest, counts = destroying.raw, []
    for many in (1, 6):
        matter = d.approved(hospital, *[line for _ in range(many) for line in d.whole(d.old(hospital))])
        said.clear()
        with pytest.MonkeyPatch.context() as patch:
            for module in (destroying, destroying_list, destruction):
                patch.setattr(module, "raw", counted)
            d.proposed(hospital, matter)
        counts.append(len(said))
    assert counts[0] == counts[1] > 10
