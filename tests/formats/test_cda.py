"""五（一）2 共享文档: 53 types written and read back, valid; no text is lost; what is hostile is refused [5.1.2]"""

import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from jingui.core.errors import Invalid, JinguiError, TooLarge, Unprocessable
from jingui.formats import cda
from jingui.formats.cda_document import (
    Bullets,
    Coded,
    Count,
    Entry,
    Flag,
    Grid,
    Missing,
    Moment,
    Money,
    Paragraph,
    Quantity,
    Real,
    Section,
    Text,
    Value,
)
from jingui.formats.cda_types import DOCUMENTS, types

from .cda_made import document
from .shared import folder

ALL = tuple(types())
HEAD = '<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'


def foreign(body: str, code: str = '<code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/>') -> bytes:
    """A document of another profile with one section's text."""
    text = f"<component><structuredBody><component><section><text>{body}</text></section></component></structuredBody>"
    return f"{HEAD}{code}{text}</component></ClinicalDocument>".encode()


def test_the_standard_has_53_types_each_with_its_own_template() -> None:
    """Part n is C00nn, template 2.16.156.10011.2.1.1.(20+n)."""
    assert [one.code for one in types().values()] == [f"C{n:04d}" for n in range(1, 54)]
    assert len({one.template for one in types().values()}) == 53
    assert types()["C0050"].zh == "死亡记录"
    assert types()["C0050"].template.endswith(".70")
    assert all(row.system for one in types().values() for row in one.rows.values() if row.type == "CD")


@pytest.mark.parametrize("code", ALL)
def test_every_type_is_read_back_as_it_was_written(code: str) -> None:
    """Header, sections, entries, text: equal; once more written, the same bytes."""
    made = document(code)
    written = cda.produce(made)
    assert cda.parse(written) == made
    assert cda.produce(cda.parse(written)) == written


@pytest.mark.parametrize("code", ALL)
def test_every_type_is_valid_against_the_chinese_schema(code: str) -> None:
    """The schema set has no licence and is no part of the project: without it this is skipped."""
    schema = etree.XMLSchema(etree.parse(str(folder("cda") / "xsd-china" / "sdschemas" / "SDA.xsd")))
    assert schema.validate(etree.fromstring(cda.produce(document(code)))), schema.error_log


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=60)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4)
CODES = st.from_regex(r"[A-Z0-9][A-Z0-9.+*-]{0,11}", fullmatch=True)
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.builds(Text, text=WORDS), st.builds(Flag, value=st.booleans()), st.builds(Real, value=NUMBERS),
    st.builds(Count, value=st.integers(-(10**12), 10**12)), st.builds(Money, value=NUMBERS),
    st.builds(Quantity, value=NUMBERS, unit=st.sampled_from(["", "mmHg", "次/min", "×10⁹/L"])),
    st.builds(Coded, code=CODES, system=st.just("2.16.156.10011.2.3.3.11"), name=WORDS),
    st.builds(lambda name: Coded(code="", name=name), WORDS),
    st.builds(Missing, kind=st.sampled_from(["ST", "PQ", "TS"]), reason=st.sampled_from(["NI", "UNK", "MSK"])),
    st.datetimes().map(Moment.of), st.dates().map(Moment.of),
)  # fmt: skip


@given(st.lists(VALUES, min_size=1, max_size=5))
def test_any_value_is_read_back(values: list[Value]) -> None:
    """Whatever people wrote: the same value and no text twice."""
    entries = tuple(Entry(element="DE04.01.119.00", name="主诉", value=one) for one in values)
    section = Section(code="10154-3", system="2.16.840.1.113883.6.1", title="主诉", entries=entries)
    made = replace(document("C0034"), sections=(section,))
    assert cda.parse(cda.produce(made)) == made


@pytest.mark.parametrize(
    "value", [Text(text=""), Text(text="a\x00b"), Text(text="\ud800"), Quantity(value=Decimal("NaN")),
              Quantity(value=Decimal(1), unit="m g"), Moment(digits="20261341"), Coded(code="I 10", system="1.2")],
)  # fmt: skip
def test_a_value_that_cannot_be_written_is_refused(value: Value) -> None:
    """Never a document that its receiver cannot read."""
    section = Section(title="x", entries=(Entry(element="DE04.01.119.00", value=value),))
    with pytest.raises(Unprocessable) as told:
        cda.produce(replace(document("C0034"), sections=(section,)))
    assert told.value.places


def test_what_a_document_must_have_is_named() -> None:
    """No patient's name, no number, nobody who keeps it, no content, no such type."""
    made = document("C0034")
    broken: list[tuple[str, Any]] = [
        ("patient.name", {"patient": replace(made.patient, name="")}),
        ("patient.id", {"patient": replace(made.patient, numbers=())}),
        ("custodian", {"custodian": replace(made.custodian, name="")}),
        ("section", {"sections": ()}), ("C0099", {"type": "C0099"}),
    ]  # fmt: skip
    for place, change in broken:
        with pytest.raises(Unprocessable) as told:
            cda.produce(replace(made, **change))
        assert place in [one for one, _ in told.value.places]


def test_no_word_of_a_sender_is_lost() -> None:
    """Text between blocks, tables in lists, lists in paragraphs, captions, several lines."""
    body = (
        "起<content>首</content><br/>次行<list><caption>单</caption><item>甲<table><caption>表</caption><tbody><tr>"
        "<td>乙</td><td>丙<br/>丁</td></tr></tbody></table>戊</item></list><paragraph>己<list><item>庚</item></list>辛"
        "</paragraph><footnote>壬</footnote>"
    )
    (section,) = cda.parse(foreign(body)).sections
    assert section.text == (
        Paragraph(text="起首\n次行"), Paragraph(text="单"), Paragraph(text="甲"),
        Grid(caption="表", rows=(("乙", "丙\n丁"),)), Paragraph(text="戊"), Paragraph(text="己"),
        Bullets(items=("庚",)), Paragraph(text="辛"), Paragraph(text="壬"),
    )  # fmt: skip


def test_a_code_of_another_system_keeps_it_and_an_unknown_type_of_ours_is_refused() -> None:
    """C-CDA is read as sections of text; C0099 is no shared document."""
    assert cda.parse(foreign("x")).system == "2.16.840.1.113883.6.1"
    with pytest.raises(Unprocessable):
        cda.parse(foreign("x", f'<code code="C0099" codeSystem="{DOCUMENTS}"/>'))


def test_encodings_that_hospitals_write_are_read_and_others_refused() -> None:
    """GB18030 and UTF-16 as UTF-8; UTF-7 and what is not what it says are refused."""
    text = foreign("血压：偏高 𠮷").decode()
    want = cda.parse(text.encode())
    for name in ("gb18030", "utf-16", "utf-8-sig"):
        head = '<?xml version="1.0" encoding="gb18030"?>' if name == "gb18030" else ""
        assert cda.parse((head + text).encode(name)) == want
    for data in (b'<?xml version="1.0" encoding="utf-7"?><a/>', b"<a>\xff</a>"):
        with pytest.raises(Invalid):
            cda.parse(data)


BOMBS: dict[str, Callable[[], bytes]] = {
    "laughs": lambda: b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "' + b"&a;" * 9999 + b'">]>' + foreign("&b;"),
    "outside": lambda: b'<!-- x --><?p q?><!DOCTYPE a SYSTEM "http://127.0.0.1:9/x">' + foreign("x"),
    "file": lambda: b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + foreign("&x;"),
    "utf-16": lambda: ('<!DOCTYPE a [<!ENTITY x "y">]>' + foreign("&x;").decode()).encode("utf-16"),
    "deep": lambda: foreign("<list>" * 200_000 + "</list>" * 200_000),
    "deep but short": lambda: foreign("<list>" * 140 + "</list>" * 140),
    "wide": lambda: foreign("<br/>" * 2_000_000),
    "large": lambda: foreign("x" * (25 << 20)),
    "comments": lambda: b"<!--" * 500_000,
    "attribute": lambda: foreign("x").replace(b"<section>", b"<section " + b"a" * 12_000_000 + b">"),
    "nothing": lambda: b"", "no xml": lambda: b"\x00\x01MSH|^~", "other": lambda: b"<html/>",
    "number": lambda: cda.produce(document("C0017")).replace(b'value="36.5"', b'value="1e999999999"'),
    "sections": lambda: cda.produce(document("C0034")).replace(
        b"<text>", b"<component><section>" * 9 + b"</section></component>" * 9 + b"<text>", 1),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_hostile_is_refused_soon_and_small(name: str) -> None:
    """Within two seconds, within 200 MB of Python's own memory, with a reason."""
    data = BOMBS[name]()
    tracemalloc.start()
    began = time.monotonic()
    try:
        with pytest.raises((Invalid, TooLarge)) as told:
            cda.parse(data)
        assert time.monotonic() - began < 2
        assert tracemalloc.get_traced_memory()[1] < 200 << 20
    finally:
        tracemalloc.stop()
    assert told.value.places or isinstance(told.value, TooLarge)


def test_every_foreign_example_is_read_or_refused_with_a_reason() -> None:
    """The published C-CDA examples: whole documents are read, fragments are refused, none crashes."""
    read, refused = [], []
    for path in sorted((folder("cda") / "ccda").glob("*.xml")):
        try:
            found = cda.parse(path.read_bytes())
        except JinguiError as error:
            refused.append((path.name, getattr(error, "places", ())))
        else:
            assert found.body or any(one.text or one.sections for one in found.sections), path.name
            read.append(path.name)
    assert {"CCD.xml", "Discharge_Summary.xml", "Operative_Note.xml", "Progress_Note.xml"} <= set(read)
    assert len(read) == 11
    assert all(places for _, places in refused), refused
    # What is refused is no document: fragments whose prefixes nobody declared, sections and components alone, one out
    # of the namespace, two without a body, one whose body stands elsewhere.
    why = Counter(place[1] if place[1] in ("missing", "empty", "reference") else "XML" for _, (place, *_) in refused)
    assert why == {"XML": 32, "missing": 6, "empty": 2, "reference": 1}
    for name, places in refused:
        if name.startswith("Allergy_to_food_egg"):
            assert places == (("line 76", "NS_ERR_UNDEFINED_NAMESPACE"),)


def test_a_hundred_documents_a_second() -> None:
    """Written and read, the longest type: half of what is promised, as other work shares the machine."""
    made = document("C0033")
    began = time.process_time()
    for _ in range(20):
        cda.parse(cda.produce(made))
    assert (time.process_time() - began) / 20 < 0.02
