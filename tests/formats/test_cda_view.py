"""五（一）2 共享文档: documents as people read them: every type, foreign ones; nothing acts, nothing is lost [5.1.2]"""

from dataclasses import replace

import pytest

from jingui.core.errors import JinguiError
from jingui.core.receiving import ShownPart
from jingui.formats import cda, inbound_cda
from jingui.formats.cda_cover import covered
from jingui.formats.cda_document import (
    Address,
    Attachment,
    Bullets,
    Grid,
    Identifier,
    Organization,
    Paragraph,
    Person,
    Section,
    Signer,
)
from jingui.formats.cda_map import makings
from jingui.formats.cda_narrative import said
from jingui.formats.cda_types import types
from jingui.formats.cda_view import shown, title

from .cda_made import document, value
from .shared import folder
from .test_cda import foreign


def text(parts: tuple[ShownPart, ...]) -> str:
    return "\n".join(
        [
            line
            for part in parts
            for line in (part.title, *part.lines, *part.head, *(c for row in part.rows for c in row))
        ]
    )


@pytest.mark.parametrize("code", tuple(types()))
def test_every_type_says_all_that_it_holds(code: str) -> None:
    """Each row's name and value, the patient, who signed, which house: in words, under the sections' titles."""
    made = document(code)
    seen = text(shown(cda.parse(cda.produce(made))))
    for row in types()[code].rows.values():
        assert row.section == "" or row.title in seen
        if not row.part and row.shape != "text":
            assert row.name in seen
            assert said(value(row)) in seen
    for one in ("买买提·艾力", "男性", "林知远", "清河医院", "2026-11-23", types()[code].zh):
        assert one in seen


def test_blocks_stand_in_their_order_under_one_title() -> None:
    """Text, list, table with its head, a section in a section; an empty section says that nothing is recorded."""
    inner = Section(title="内节", text=(Paragraph(text="内文"),))
    made = replace(document("C0034"), sections=(
        Section(title="外节", text=(
            Paragraph(text="一行\n二行"), Bullets(items=("甲", "乙"), numbered=True), Bullets(items=("丙",)),
            Grid(caption="表", head=("a", "b"), rows=(("1", "2"),)),
        ), sections=(inner,)),
        Section(title="空节"),
    ))  # fmt: skip
    parts = shown(made)[1:]
    assert [one.title for one in parts] == ["外节", "", "", "", "内节", "空节"]
    assert parts[0].lines == ("一行", "二行")
    assert parts[1].lines == ("1. 甲", "2. 乙")
    assert parts[2].lines == ("· 丙",)
    assert (parts[3].head, parts[3].rows, parts[3].lines) == (("a", "b"), (("1", "2"),), ("表",))
    assert parts[5].lines == ("未记载",)


def test_what_a_sender_laid_out_in_blanks_is_read_plainly() -> None:
    """Cells and addresses of other countries, times with a zone, numbers that say what they are."""
    cell = "<tbody><tr><td>\n   Nausea\n  twice<br/>more </td></tr></tbody>"
    body = f"<table><thead><tr><th>\n  a </th></tr></thead>{cell}</table>"
    held = shown(cda.parse(foreign(body)))[1]
    assert held.head == ("a",)
    assert held.rows == (("Nausea\ntwice\nmore",),)
    made = document("C0034")
    home = Address(state="OR", city="Beaverton", street="1357 Amber Drive", postcode="97867")
    made = replace(made, made="201409171904-0500", patient=replace(made.patient, address=home, phone="tel:(816)276"))
    seen = text(shown(made))
    for one in ("2014-09-17 19:04-0500", "OR, Beaverton, 1357 Amber Drive（97867）", "\n(816)276\n"):
        assert one in seen


def test_a_file_is_named_not_opened() -> None:
    """A scan in place of sections: its kind and size; plain text is text."""
    made = replace(document("C0034"), sections=(), body=Attachment(media_type="application/pdf", data=b"%PDF" * 10))
    assert "application/pdf，40 字节；未打开。" in text(shown(made))
    plain = replace(made, body=Attachment(media_type="text/plain", data="正文一句".encode()))
    assert "正文一句" in text(shown(plain))


def test_who_is_withheld_is_said_to_be() -> None:
    """A signer without a name stands as the house's; a number without an extension is shown as it is."""
    house = Organization(id=Identifier(root="1.2", extension="3"), name="甲医院")
    hidden = Person(name="", organization=house)
    made = replace(document("C0034"), author=hidden, signers=(Signer(person=hidden, at="20261123", legal=True),))
    made = replace(made, patient=replace(made.patient, numbers=(Identifier(root="2.25.77"),)))
    seen = text(shown(cda.parse(cda.produce(made))))
    assert "（未提供姓名），甲医院" in seen
    assert "2.25.77" in seen
    assert title(replace(made, title="出院证明")) == "出院证明"


def test_foreign_documents_are_shown_or_refused() -> None:
    """Every published C-CDA example that is read shows text; sections that are no whole document too."""
    count = 0
    for path in sorted((folder("cda") / "ccda").glob("*.xml")):
        data = path.read_bytes()
        try:
            made = cda.parse(data)
        except JinguiError:
            continue
        count += 1
        parts = inbound_cda.shown(data)
        assert parts == shown(made)
        assert any(part.lines or part.rows for part in parts[1:]), path.name
    assert count >= 10


def test_nothing_of_a_sender_acts() -> None:
    """Scripts, links, pictures, styles: their words stay, nothing else; what has no type is shown as text."""
    body = (
        '<paragraph><linkHtml href="javascript:x()">链</linkHtml><renderMultiMedia referencedObject="m"/></paragraph>'
    )
    seen = text(inbound_cda.shown(foreign(body)))
    assert "链" in seen
    assert "javascript" not in seen
    bare = foreign("x").replace(b'code="34133-9"', b'code=""')
    assert "x" in text(inbound_cda.shown(bare))


def test_what_is_covered_is_counted_from_the_tables() -> None:
    """Every type has a form; each of them says at least one row, and everything that the type cannot be without."""
    assert all(covered(code).form for code in types())
    assert makings().keys() == types().keys()
    for code in makings():
        found = covered(code)
        assert found.said > 0
        assert found.said + len(found.lacking) == len(types()[code].rows)
        assert not {types()[code].rows[n].name for n in types()[code].must} & set(found.lacking), code
