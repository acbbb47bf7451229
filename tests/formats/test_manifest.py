"""四（二）1: a copy's manifest: one form, nobody's name, read back out of the file it was put into [4.2.1]"""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.core.errors import Invalid
from jingui.formats import manifest, pdf
from jingui.formats.manifest import CopiedPages, CopiedRecord, Manifest
from tools.copy_sample import sample

SECRET = bytes(range(16))
MADE = Manifest(
    number="FY1",
    hospital="江南市第一人民医院",
    patient=manifest.patient_mark(SECRET, "欧阳明月", "0001"),
    records=(CopiedRecord(id="abc", type="Composition", version=2, digest="0" * 64),),
    paper=(CopiedPages(volume="第2册", pages="1–6", count=6),),
    matter="S-1",
    approved="2026-11-23T01:58:00Z",
    made_at=datetime(2026, 11, 23, 2, 5, tzinfo=UTC),
)


def test_a_manifest_comes_back_as_it_went() -> None:
    assert manifest.read(MADE.body()) == MADE
    assert MADE.body() == MADE.body()
    here = replace(MADE, made_at=MADE.made_at.astimezone(timezone(timedelta(hours=8))))
    assert here.digest() == MADE.digest()


def test_its_form_is_fixed() -> None:
    assert replace(MADE, records=(), paper=()).body().decode() == (
        '{"approved":"2026-11-23T01:58:00Z","hospital":"江南市第一人民医院","kind":"copy",'
        '"made_at":"2026-11-23T02:05:00.000000Z","matter":"S-1","number":"FY1","paper":[],'
        f'"patient":"{MADE.patient}","records":[],"v":1}}'
    )


def test_it_names_nobody_and_tells_nobody_without_the_secret() -> None:
    body = MADE.body().decode()
    assert "欧阳" not in body
    assert "0001" not in body.replace("0" * 64, "")
    marks = {
        manifest.patient_mark(secret, name, number)
        for secret in (SECRET, os.urandom(16))
        for name, number in (("欧阳明月", "0001"), ("欧阳明", "月0001"), ("欧阳明月0", "001"))
    }
    assert len(marks) == 6


def test_every_change_changes_the_digest() -> None:
    others = [
        replace(MADE, number="FY2"), replace(MADE, hospital="x"), replace(MADE, patient="1" * 64),
        replace(MADE, records=()), replace(MADE, records=(replace(MADE.records[0], version=3),)),
        replace(MADE, paper=()), replace(MADE, matter="S-2"), replace(MADE, approved=""),
        replace(MADE, made_at=MADE.made_at + timedelta(microseconds=1)),
    ]  # fmt: skip
    assert len({MADE.digest(), *(one.digest() for one in others)}) == len(others) + 1


def test_it_is_read_back_out_of_the_copy() -> None:
    made = pdf.render(sample(), {manifest.NAME: MADE.body(), manifest.PROOF: b'{"kind":"entry"}'})
    assert manifest.from_pdf(made) == (MADE, b'{"kind":"entry"}')
    assert manifest.from_pdf(pdf.render(sample(), {manifest.NAME: MADE.body()})) == (MADE, b"")
    for wrong in (pdf.render(sample()), b"", b"%PDF-1.7 x", pdf.render(sample(), {manifest.NAME: b"{}"})):
        with pytest.raises(Invalid):
            manifest.from_pdf(wrong)


def altered(**changes: object) -> bytes:
    return orjson.dumps({**orjson.loads(MADE.body()), **changes}, option=orjson.OPT_SORT_KEYS)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{}", b"null", MADE.body() + b" ", b" " + MADE.body(), MADE.body()[:-1],
        orjson.dumps(orjson.loads(MADE.body()), option=orjson.OPT_INDENT_2),
        altered(v=True), altered(v=2), altered(kind="extract"), altered(more=1), altered(patient="x"),
        altered(records=[{}]), altered(records=[{"id": "a", "type": "b", "version": True, "digest": "0" * 64}]),
        altered(records=[{"id": "a", "type": "b", "version": 1, "digest": "A" * 64}]), altered(paper=[1]),
        altered(made_at="2026-11-23"), altered(made_at="2026-11-23T02:05:00Z"),
    ],
)  # fmt: skip
def test_anything_else_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        manifest.read(body)


@given(st.binary(max_size=200))
def test_rubbish_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        manifest.read(body)


def test_what_is_sealed_is_named_and_an_old_form_stays_as_it_was() -> None:
    sealed = replace(MADE, sealed=("abc",))
    assert b'"sealed":["abc"]' in sealed.body()
    assert manifest.read(sealed.body()) == sealed
    assert b"sealed" not in MADE.body()
    bent = (["other"], [], [1], "abc", [["abc"]])
    for wrong in bent:
        with pytest.raises(Invalid):
            manifest.read(orjson.dumps({**orjson.loads(MADE.body()), "sealed": wrong}, option=orjson.OPT_SORT_KEYS))
