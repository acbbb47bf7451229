"""四（二）: script in every new text, others' numbers in every new address, fields nobody asked for [4.2.1] [6.1.1]"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from jingui.core.sealing import DrawList, Thing
from jingui.web.policies import WHO
from jingui.web.routes import VIEWS
from jingui.web.viewmodels.paths import to
from tests.gate import sealed as s
from tests.gate import studying, test_outside, test_retrieval
from tests.gate.entering import Admitted, admit, entered, sign, signing
from tests.hospital import Hospital
from tests.web.clinic import Pages, pages

HOSTILE = "\"'><script>alert(1)</script>{{7*7}}"


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Iterator[Hospital]:
    s.people(hospital)
    for short, role in studying.PEOPLE:
        if short not in hospital.actors:
            hospital.person(short, role, "xxk")
    for n in range(900, 925):
        changes = studying.chart(n, "I21.001", "male" if n % 2 else "female")
        hospital.enter("his", *changes, purpose=studying.Purpose.OPERATION)
    with pages():
        yield hospital


@pytest.fixture
def patient(house: Hospital) -> Admitted:
    at = admit(house)
    signing(house, "doctor")
    sign(house, "doctor", at, entered(house, "doctor", at))
    return at


def harmless(house: Hospital, who: str, *addresses: str) -> None:
    """Each page shows the text as text: nothing of it is a tag, an attribute or a template's words."""
    told = 0
    for address in addresses:
        answer = Pages(house.actors[who]).get(address)
        shown = answer.content.decode()
        assert answer.status_code == 200, address
        assert "<script>alert" not in shown, address
        assert "&gt;49" not in shown, address
        told += shown.count("&lt;script&gt;")
    assert told, "the text stands on none of the pages: the test would not see"


def test_only_the_public_check_needs_no_token() -> None:
    """[6.1.2] S4: a form from elsewhere is answered by no page that knows who asks."""
    free = {name for name, view in VIEWS.items() if getattr(view, "csrf_exempt", False)}
    assert free <= {"verify", "verify_side", "verify_root"}
    assert all(WHO[name] == "anyone" for name in free)


def test_script_in_a_study_runs_nowhere(house: Hospital) -> None:
    _, number = studying.approval(house, title=HOSTILE)
    matter = studying.start(house, "researcher", "research_use", studying.answers(
        house, number, title=HOSTILE, protocol=HOSTILE))  # fmt: skip
    for second in ("ethics", "affairs", "sysadmin"):
        studying.decide(house, second, matter)
    study = house.sql("SELECT id FROM study WHERE matter = %s", matter)[0][0]
    extract = studying.built(house, study)
    studying.check(house, "quality", extract, studying.Said.STOP, HOSTILE)
    studying.check(house, "ethics", extract, studying.Said.PASS, HOSTILE)
    harmless(house, "quality", to("studies"), to("study", study=study))
    harmless(house, "ethics", to("study", study=study), to("matter", matter=matter))
    typed = {"diagnoses": HOSTILE, "departments": HOSTILE, "youngest": HOSTILE}
    shown = Pages(house.actors["researcher"]).post(to("cohort"), typed).content.decode()
    assert "<script>alert" not in shown
    asked = Pages(house.actors["researcher"]).get(f"{to('start_matter', kind='research_use')}?title={HOSTILE}")
    assert "<script>alert" not in asked.content.decode()


def test_script_in_a_sealing_runs_nowhere(house: Hospital, patient: Admitted) -> None:
    matter = s.approved(house, patient.patient, applicant=HOSTILE[:30], reason=HOSTILE)
    thing = Thing("volume", HOSTILE, HOSTILE[:20], HOSTILE[:20])
    drawn = s.seal(house, "archivist", patient.patient, DrawList(matter=matter, things=(thing,)))
    here = to("sealing", patient=patient.public, sealing=drawn.sealing)
    harmless(house, "archivist", here, to("patient_sealings", patient=patient.public), to("sealings"))
    harmless(house, "affairs", to("matter", matter=matter))


def test_script_in_a_retrieval_or_an_outsiders_name_runs_nowhere(house: Hospital, patient: Admitted) -> None:
    text = "<script>alert(1)</script>"
    matter = test_retrieval.asked(house, patient, name1=text, body_name=text, body1=text)
    s.decided(house, "head", matter, outcome="open")
    harmless(house, "archivist2", to("retrieval", matter=matter))
    harmless(house, "head", to("matter", matter=matter))
    matter = test_outside.asked(house, patient, name=text, institution=text, reason=HOSTILE)
    s.decided(house, "affairs", matter)
    harmless(house, "registrar", to("outside", matter=matter), to("outside_list"))


def test_numbers_of_one_thing_in_the_address_of_another(house: Hospital, patient: Admitted) -> None:
    """[1.3.4] S3: papers of another matter, sealings of another patient, extracts of another study."""
    other = admit(house)
    signing(house, "doctor")
    sign(house, "doctor", other, entered(house, "doctor", other))
    mine, theirs = s.sealed(house, patient.patient), s.sealed(house, other.patient)
    matters = [house.sql("SELECT matter FROM sealing WHERE patient_id = %s", one.patient)[0][0]
               for one in (patient, other)]  # fmt: skip
    foreign = house.sql("SELECT id FROM matter_paper WHERE matter_id = %s LIMIT 1", matters[1])[0][0]
    archivist = Pages(house.actors["archivist"])
    assert archivist.get(to("matter_paper", matter=matters[1], paper=foreign)).status_code == 200
    assert archivist.get(to("matter_paper", matter=matters[0], paper=foreign)).status_code == 404
    for sealing, at in ((mine.sealing, other), (theirs.sealing, patient)):
        parts = {"patient": at.public, "sealing": sealing}
        assert archivist.get(to("sealing", **parts)).status_code == 404
        assert archivist.get(to("sealing_signature", round=1, **parts)).status_code == 404
        for do in ("sign", "settle", "later", "package"):
            assert archivist.post(to("sealing", **parts), {"do": do}).status_code in (400, 403, 404)
    one, two = studying.study(house), studying.study(house)
    extract = studying.built(house, two)
    manifest = bytes(house.sql("SELECT manifest FROM extract WHERE id = %s", extract)[0][0]).hex()
    assert Pages(house.actors["researcher"]).get(to("build_extract", study=one, extract=extract)).status_code == 404
    stranger = Pages(house.actors["other"])
    for name in ("take_extract", "build_extract", "check_extract"):
        answer = stranger.post(to(name, study=two, extract=extract), {"verdict": "pass", "manifest": manifest})
        assert answer.status_code == 403, name
    assert stranger.get(to("matter_study", matter=1)).status_code in (403, 404)


def test_fields_nobody_asked_for_change_nothing(house: Hospital) -> None:
    """[4.2.4] S3: recipient, form, state and bounds come from the approved application, whatever a post says."""
    study = studying.study(house)
    extra = {
        "recipient": str(house.people["other"]), "recipient_id": str(house.people["other"]), "form": "fhir", "k": "1",
        "fields": "name", "state": "released", "most": "99999", "study": "1", "person_id": "1",
    }  # fmt: skip
    made = Pages(house.actors["researcher"]).post(to("plan_extract", study=study), extra)
    extract = int(re.search(r"extracts/(\d+)/", made["Location"]).group(1))  # type: ignore[union-attr]
    row: Any = house.sql("SELECT study_id, state, format, recipient_id, person_id FROM extract WHERE id = %s", extract)[
        0
    ]
    me = house.people["researcher"]
    assert row == (study, "building", "csv", me, me)
    Pages(house.actors["researcher"]).post(to("build_extract", study=study, extract=extract), extra)
    assert house.sql("SELECT k, most FROM study WHERE id = %s", study)[0] >= (5, 200)
