"""What went in comes out: every resource of other people's bundles, through the door [2.1.2] [2.2.3] [4.1.2]"""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jingui.core.enter import Submission
from jingui.core.operation import Operation, Target
from jingui.core.words import Purpose, Verb
from jingui.formats import fhir_json
from jingui.gate.ingest_wire import actor_in, actor_out, error_in, error_out
from tests.hospital import Hospital

SYNTHEA = Path(__file__).resolve().parents[3] / "shared" / "data" / "fhir" / "synthea"
FILES = sorted(SYNTHEA.glob("[A-Z]*.json"), key=lambda path: path.stat().st_size)
SOME = FILES if os.environ.get("JINGUI_IMPORTS") == "all" else FILES[:3]  # all: some minutes


def plain(node: Any) -> Any:
    """A resource without its own ids: references by their type only."""
    if isinstance(node, dict):
        return {
            key: value.partition("/")[0] if key == "reference" and not value.startswith("#") else plain(value)
            for key, value in node.items()
        }
    return [plain(each) for each in node] if isinstance(node, list) else node


def compared(original: dict[str, Any], kinds: dict[str, str]) -> Any:
    """The original with references by type, as `plain` leaves them."""

    def typed(node: Any) -> Any:
        if isinstance(node, dict):
            return {
                key: kinds.get(value, value.partition("?")[0].partition("/")[0])
                if key == "reference" and not value.startswith("#") else typed(value)
                for key, value in node.items()
            }  # fmt: skip
        return [typed(each) for each in node] if isinstance(node, list) else node

    return {key: value for key, value in typed(original).items() if key not in ("id", "meta")}


@pytest.mark.skipif(not FILES, reason="the shared bundles are not here")
def test_every_resource_reads_back_equal(hospital: Hospital) -> None:
    from jingui.gate import door, importing

    known: dict[str, str] = {}
    directory = sorted(SYNTHEA.glob("hospital*.json")) + sorted(SYNTHEA.glob("practitioner*.json"))
    checked = 0
    for path in [*directory, *SOME]:
        body = path.read_bytes()
        submission = importing.imported(body, source="read-back", department="xnk", known=known)
        entered = hospital.enter(
            "his", *submission.changes, verb=Verb.IMPORT, source="read-back", purpose=Purpose.OPERATION
        )
        bundle = fhir_json.parse(body)
        by_url = {one.full_url: one for one in entered.made}
        for entry in bundle["entry"]:
            for name in importing.names_of(entry["resource"]) if path in directory else ():
                known[name] = f"{entry['resource']['resourceType']}/{by_url[entry['fullUrl']].id}"
        if path in directory:
            continue
        kinds = {url: made.kind for url, made in by_url.items()}
        for entry in bundle["entry"]:
            made = by_url[entry["fullUrl"]]
            target = door.locate(made.id)
            sheet = door.sheet(
                Operation(
                    actor=hospital.actors["doctor"], verb=Verb.READ, at=datetime.now(UTC), purpose=Purpose.EMERGENCY,
                    target=Target(patient=target.patient, record=target.record, kind=made.kind), reason="核对导入结果",
                )
            )  # fmt: skip
            stored = plain(fhir_json.parse(sheet.body))
            back = {key: value for key, value in stored.items() if key not in ("id", "meta")}
            assert back == compared(entry["resource"], kinds), made.kind
            checked += 1
    assert checked > 50


def test_a_second_import_changes_nothing(hospital: Hospital) -> None:
    from jingui.gate import importing

    body = bundle(b"urn:uuid:a1", b"M777")
    first = importing.imported(body, source="lis", department="", known={})
    made = [
        hospital.enter("his", *first.changes, verb=Verb.IMPORT, source="lis", purpose=Purpose.OPERATION).made
        for _ in range(2)
    ]
    assert [one.outcome for one in made[0]] == ["created", "created"]
    assert [one.outcome for one in made[1]] == ["unchanged", "unchanged"]
    assert [one.id for one in made[0]] == [one.id for one in made[1]]


def bundle(url: bytes, number: bytes) -> bytes:
    return (
        b'{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"%b","resource":{"resourceType":"Patient",'
        b'"name":[{"text":"\xe6\x9d\x8e\xe5\x9b\x9b"}],"birthDate":"1980-05-05",'
        b'"identifier":[{"system":"urn:x","value":"%b"}]}},'
        b'{"fullUrl":"%b-o","resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},'
        b'"subject":{"reference":"%b"},"valueQuantity":{"value":1.00}}}]}' % (url, number, url, url)
    )


def test_ids_inside_a_file_are_references_too() -> None:
    from jingui.gate import importing

    body = bundle(b"urn:uuid:b1", b"M1").replace(b'"fullUrl":"urn:uuid:b1",', b"")
    body = body.replace(b'{"resourceType":"Patient",', b'{"resourceType":"Patient","id":"p1",')
    body = body.replace(b'"urn:uuid:b1"', b'"Patient/p1"')
    submission: Submission = importing.imported(body, source="s", department="", known={})
    assert [change.full_url for change in submission.changes] == ["Patient/p1", "urn:uuid:b1-o"]


def test_errors_and_actors_cross_to_another_process_unchanged(hospital: Hospital) -> None:
    from jingui.core import errors

    for error in (
        errors.Refused("不准", clauses=("4.1.1",), rules=("r",), reason="held", matter="m", entry="e"),
        errors.Unprocessable(places=(("Bundle.entry[0]", "x"),)), errors.Tampered(where="record:1"),
        errors.Unavailable(where="commit"), errors.Conflict("已有"),
    ):  # fmt: skip
        back = error_in(error_out(error))
        assert (type(back), back.message, back.next_step, dict(back.data)) == (
            type(error), error.message, error.next_step, dict(error.data),
        )  # fmt: skip
        assert getattr(back, "places", ()) == getattr(error, "places", ())
        assert getattr(back, "clauses", ()) == getattr(error, "clauses", ())
    assert actor_in(actor_out(hospital.actors["his"])) == hospital.actors["his"]
