"""二（一）3, 六（一）: papers known by their content; what runs, calls out or hides is refused [2.1.3] [6.1.1]"""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.core.errors import Invalid
from jingui.formats.scans import media_type
from tests.pictures import png

MOST = 1 << 20
END = b"\n%%EOF\n"
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xc0\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x12\x34\xff\xd9"
)


def pdf(*objects: bytes, head: bytes = b"%PDF-1.7\n") -> bytes:
    return head + b"\n".join(objects) + END


def stream(data: bytes, more: bytes = b"") -> bytes:
    packed = zlib.compress(data)
    return b"4 0 obj << /Filter /FlateDecode %s /Length %d >> stream\n%s\nendstream endobj" % (
        more,
        len(packed),
        packed,
    )


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (png(), "image/png"),
        (JPEG, "image/jpeg"),
        (pdf(b"1 0 obj << /Type /Catalog >> endobj"), "application/pdf"),
        (pdf(stream(b"/JS /AA picture bytes by chance")), "application/pdf"),
        (pdf(stream(b"1 0 << /Type /Page >>", b"/Type /ObjStm")), "application/pdf"),
    ],
)
def test_papers_are_taken(body: bytes, kind: str) -> None:
    assert media_type(body, MOST) == kind


@pytest.mark.parametrize(
    "body",
    [
        b"", b"GIF89a....", b"<svg onload=alert(1)>", b"<html>", b"PK\x03\x04", b"MZ\x90", b"%PD", b"\x89PNG",
        png()[:-1], png() + b"\0", png() + b"<script>",
        png().replace(b"IDAT", b"IDAX"), png()[:45] + b"\xff" + png()[46:],
        JPEG[:-2], JPEG[:20], b"\xff\xd8\xff" + bytes(100),
        b"%PDF-1.7 no end",
        pdf(b"<< /Encrypt 5 0 R >>"),
        pdf(b"<< /S /JavaScript /JS (app.alert(1)) >>"),
        pdf(b"<< /S /J#61vaScript >>"),
        pdf(b"<< /S /Launch /F (cmd.exe) >>"),
        pdf(b"<< /S /URI /URI (http://x) >>"),
        pdf(b"<< /Names << /EmbeddedFiles 3 0 R >> >>"),
        pdf(b"<< /AcroForm << /XFA 3 0 R >> >>"),
        pdf(stream(b"7 0 << /S /JavaScript >>", b"/Type /ObjStm")),
        pdf(b"<< /Type /ObjStm /Filter /LZWDecode >>"),
        pdf(b"<< /Type /ObjStm /Filter [/ASCIIHexDecode /FlateDecode] >>"),
        pdf(stream(b"\x00/S /Jav\x00aScript", b"/Type /ObjStm /DecodeParms << /Predictor 12 /Columns 7 >>")),
        pdf(stream(bytes(40 << 20))),
    ],
)  # fmt: skip
def test_what_is_no_paper_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid) as wrong:
        media_type(body, MOST << 6, "here")
    assert [where for where, _ in wrong.value.places] == ["here"]


def test_size_is_a_limit() -> None:
    assert media_type(png(), len(png())) == "image/png"
    with pytest.raises(Invalid):
        media_type(png(), len(png()) - 1)


def test_a_picture_too_wide_to_unfold_is_refused() -> None:
    head = (60_000).to_bytes(4) + (60_000).to_bytes(4) + bytes((8, 0, 0, 0, 0))
    chunk = len(head).to_bytes(4) + b"IHDR" + head + zlib.crc32(b"IHDR" + head).to_bytes(4)
    with pytest.raises(Invalid):
        media_type(b"\x89PNG\r\n\x1a\n" + chunk + png()[33:], MOST)


@given(st.binary(max_size=400), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"%PDF-1.4\n"]))
def test_nothing_breaks_it(body: bytes, begin: bytes) -> None:
    try:
        kind = media_type(begin + body, MOST)
    except Invalid:
        return
    assert kind == "application/pdf" or begin
