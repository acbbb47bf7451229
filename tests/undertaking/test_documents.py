"""四（一）3 保密义务: no patient content without the undertaking in force; versions, renewal [4.1.3] [2.2.1]"""

from typing import Any

import pytest

from jingui.core.access import ChartRequest
from jingui.core.documents import (
    SHIPPED_BODY,
    SHIPPED_TITLE,
    UNDERTAKING,
    Acknowledge,
    DocumentKind,
    Documents,
    DocumentsRequest,
    PublishDocument,
)
from jingui.core.errors import Conflict, Invalid, NotFound, Refused
from jingui.core.matters.asking import DecideMatter, ReadMatter, StartMatter
from jingui.core.operation import Target
from jingui.core.proposals import Verdict
from jingui.core.words import Entrance, Purpose, Verb
from jingui.gate import door
from tests.gate.test_charts import admit, number
from tests.hospital import Hospital

OFFICE = Purpose.OPERATION


def publish(hospital: Hospital, code: str = UNDERTAKING, body: str = SHIPPED_BODY, **more: Any) -> int:
    data = PublishDocument(code=code, kind=more.pop("kind", DocumentKind.UNDERTAKING), title=SHIPPED_TITLE, body=body)
    proposed = hospital.write("office", Verb.PUBLISH_DOCUMENT, data).value
    verdict = Verdict(proposal=proposed.proposal, digest=proposed.digest, verdict="approve")
    hospital.write("chief", Verb.APPROVE, verdict)
    return int(hospital.sql("SELECT max(id) FROM controlled_document WHERE code = %s", code)[0][0])


def documents(hospital: Hospital, who: str, **more: Any) -> Documents:
    asked = hospital.operation(who, Verb.READ_DOCUMENTS, DocumentsRequest(**more), purpose=OFFICE)
    found: Documents = door.read(asked).value
    return found


def sign(hospital: Hospital, who: str, document: int, digest: str = "") -> Any:
    digest = digest or documents(hospital, who, document=document).lines[0].digest
    return hospital.write(who, Verb.ACKNOWLEDGE, Acknowledge(document=document, digest=digest)).value


def opens(hospital: Hospital, who: str, public: str, **more: Any) -> Any:
    where = Target(patient=number(hospital, public))
    return door.read(hospital.operation(who, Verb.OPEN_CHART, ChartRequest(), target=where, **more))


def test_content_waits_for_the_undertaking_and_opens_at_once(hospital: Hospital) -> None:
    public, _, _ = admit(hospital, "承诺甲", "44000001")
    with pytest.raises(NotFound):
        documents(hospital, "doctor", document=10**9)
    document = publish(hospital)
    with pytest.raises(Refused) as refused:
        opens(hospital, "doctor", public)
    assert refused.value.reason == "no_undertaking"
    with pytest.raises(Refused):  # the interface is no way round it
        door.read(
            hospital.operation(
                hospital.as_token("doctor", "user/*.rs"), Verb.OPEN_CHART, ChartRequest(),
                target=Target(patient=number(hospital, public)),
            )
        )  # fmt: skip
    assert hospital.as_token("doctor").entrance is Entrance.FHIR
    assert documents(hospital, "doctor").lines[0].mine is None
    ends = sign(hospital, "doctor", document)
    assert 364 < (ends - hospital.now()).days + 1 <= 365
    assert opens(hospital, "doctor", public).value
    with pytest.raises(Refused):
        opens(hospital, "nurse", public)
    admit(hospital, "承诺乙", "44000002")  # interfaces undertake nothing and go on working


def test_a_new_version_asks_everybody_again(hospital: Hospital) -> None:
    public, _, _ = admit(hospital, "承诺丙", "44000003")
    document = publish(hospital, body=SHIPPED_BODY + "八、离岗时交还全部资料。\n")
    old = hospital.sql("SELECT id, encode(digest, 'hex') FROM controlled_document WHERE id < %s", document)[-1]
    with pytest.raises(Refused):
        opens(hospital, "doctor", public)
    with pytest.raises(Conflict):  # the old text is not what is in force
        sign(hospital, "doctor", old[0], old[1])
    with pytest.raises(Conflict):
        sign(hospital, "doctor", document, old[1])
    sign(hospital, "doctor", document)
    assert opens(hospital, "doctor", public).value
    with pytest.raises(Conflict):  # nothing changed
        publish(hospital, body=SHIPPED_BODY + "八、离岗时交还全部资料。\n")


def test_who_owes_is_known_to_those_who_watch(hospital: Hospital) -> None:
    document = documents(hospital, "office").lines[0].id
    found = documents(hospital, "office", document=document, missing=True)
    owing = {line.person for line in found.missing}
    assert hospital.people["nurse"] in owing
    assert hospital.people["doctor"] not in owing
    assert hospital.people["his"] not in owing
    assert found.lines[0].acknowledged == found.lines[0].needed - len(owing)
    assert documents(hospital, "nurse", document=document, missing=True).missing == ()


@pytest.mark.parametrize(
    ("code", "body"), [("大写", SHIPPED_BODY), ("x" * 41, SHIPPED_BODY), ("ok", "短"), ("ok", "长" * 50_001)]
)
def test_bad_documents_are_refused_where_they_are_wrong(hospital: Hospital, code: str, body: str) -> None:
    with pytest.raises(Invalid) as invalid:
        publish(hospital, code, body)
    assert invalid.value.places


def test_one_person_publishes_nothing(hospital: Hospital) -> None:
    data = PublishDocument(code="sop-1", kind=DocumentKind.PROCEDURE, title="操作规程", body="规程全文。" * 10)
    proposed = hospital.write("office", Verb.PUBLISH_DOCUMENT, data).value
    verdict = Verdict(proposal=proposed.proposal, digest=proposed.digest, verdict="approve")
    with pytest.raises(Refused):
        hospital.write("office", Verb.APPROVE, verdict)
    with pytest.raises(Refused):
        hospital.write("nurse", Verb.PUBLISH_DOCUMENT, data)
    assert hospital.sql("SELECT count(*) FROM controlled_document WHERE code = 'sop-1'") == [(0,)]


def test_a_matter_publishes_what_was_approved(hospital: Hospital) -> None:
    answers = (
        ("code", "sop-2"),
        ("kind", "procedure"),
        ("title", "录入规程"),
        ("body", "规程全文。" * 10),
        ("reason", "更新"),
    )
    started = hospital.write(
        "nurse", Verb.START_MATTER, StartMatter(kind="document_change", answers=answers, submit=True)
    ).value
    asked = hospital.operation("office", Verb.READ_MATTER, ReadMatter(matter=started.matter), purpose=OFFICE)
    basis = door.read(asked).value.basis
    hospital.write("office", Verb.DECIDE_MATTER, DecideMatter(matter=started.matter, move="approve", basis=basis))
    assert hospital.sql("SELECT n, state, matter FROM controlled_document WHERE code = 'sop-2'") == [
        (1, "active", started.matter)
    ]
