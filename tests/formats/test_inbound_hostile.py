"""六（一）3, R16: what is built to harm whoever reads it is refused in time and in little memory [6.1.3] [5.1.2]"""

import gzip
import io
import multiprocessing
import resource
import struct
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jingui.core.errors import JinguiError
from jingui.core.transmit import Media
from jingui.formats import inbound
from tests.gateway import arriving

SECONDS, MEGABYTES = 2.0, 200
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
V3 = b'<ClinicalDocument xmlns="urn:hl7-org:v3">'


def laughs() -> bytes:
    """Ten to the ninth."""
    lines = [b'<!ENTITY a0 "ha">'] + [b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)]
    return b"<!DOCTYPE x [" + b"".join(lines) + b"]>" + V3 + b"&a9;</ClinicalDocument>"


def zipped(name: str, size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(size))
    return out.getvalue()


def image(syntax: bytes, rest: bytes) -> bytes:
    """A DICOM file with nothing but its transfer syntax before `rest`."""
    syntax += b"\0" * (len(syntax) % 2)
    meta = b"\x02\x00\x10\x00UI" + struct.pack("<H", len(syntax)) + syntax
    head = b"\x02\x00\x00\x00UL\x04\x00" + struct.pack("<I", len(meta))
    return bytes(128) + b"DICM" + head + meta + rest


EXPLICIT, DEFLATED = b"1.2.840.10008.1.2.1", b"1.2.840.10008.1.2.1.99"
NESTED = b"\x08\x00\x40\x11SQ\x00\x00\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
CASES: dict[str, tuple[Media, Callable[[], bytes]]] = {
    "JSON 100,000 deep": (Media.FHIR, lambda: b"[" * 100_000),
    "JSON objects 200,000 deep": (Media.FHIR, lambda: b'{"a":' * 200_000 + b"1" + b"}" * 200_000),
    "JSON 60 deep, 50 MB": (Media.FHIR, lambda: b'{"resourceType":"Bundle","x":"' + b"x" * (50 << 20) + b'"}'),
    "JSON NaN": (Media.FHIR, lambda: b'{"resourceType":"Observation","valueQuantity":{"value":NaN}}'),
    "JSON duplicate keys": (Media.FHIR, lambda: b'{"resourceType":"Bundle","resourceType":"Patient"}'),
    "JSON huge exponent": (Media.FHIR, lambda: b'{"resourceType":"Bundle","total":1e999999999}'),
    "Bundle of 100,000": (
        Media.FHIR,
        lambda: (
            b'{"resourceType":"Bundle","type":"collection","entry":['
            + b",".join([b'{"resource":{"resourceType":"Basic"}}'] * 100_000) + b"]}"
        ),
    ),
    "XML laughs": (Media.CDA, laughs),
    "XML external entity": (
        Media.CDA, lambda: b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + V3 + b"&a;</ClinicalDocument>",
    ),
    "XML external DTD": (
        Media.CDA, lambda: b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">' + V3 + b"</ClinicalDocument>",
    ),
    "XML parameter entities": (
        Media.CDA, lambda: b'<!DOCTYPE x [<!ENTITY % a "b"> %a;]>' + V3 + b"</ClinicalDocument>",
    ),
    "XML declared in UTF-16": (
        Media.CDA,
        lambda: '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'.encode("utf-16"),
    ),
    "XML 200,000 deep": (Media.CDA, lambda: V3 + b"<a>" * 200_000 + b"</a>" * 200_000 + b"</ClinicalDocument>"),
    "XML 200,000 attributes": (
        Media.CDA, lambda: V3[:-1] + b"".join(b' a%d="1"' % n for n in range(200_000)) + b"></ClinicalDocument>",
    ),
    "XML a million elements": (Media.CDA, lambda: V3 + b"<a/>" * 1_000_000 + b"</ClinicalDocument>"),
    "XML one text of 20 MB": (Media.CDA, lambda: V3 + b"x" * (20 << 20) + b"</ClinicalDocument>"),
    "gzip bomb": (Media.CDA, lambda: gzip.compress(bytes(200 << 20))),
    "zip bomb": (Media.CDA, lambda: zipped("a.xml", 200 << 20)),
    "zip slip": (Media.FHIR, lambda: zipped("../../../etc/cron.d/x", 10)),
    "HL7 100,000 segments": (Media.HL7V2, lambda: arriving.hl7() + b"\rOBX|1|NM|K" * 100_000),
    "HL7 a million fields": (Media.HL7V2, lambda: arriving.hl7() + b"\rNTE" + b"|" * 1_000_000),
    "HL7 a million repetitions": (Media.HL7V2, lambda: arriving.hl7() + b"\rAL1|1||" + b"a~" * 1_000_000),
    "HL7 a million components": (Media.HL7V2, lambda: arriving.hl7() + b"\rAL1|1||" + b"a^" * 1_000_000),
    "HL7 endless escapes": (Media.HL7V2, lambda: arriving.hl7() + b"\rNTE|1||" + b"\\X41\\" * 300_000),
    "DICOM length beyond the end": (
        Media.DICOM, lambda: image(EXPLICIT, b"\x10\x00\x10\x00UN\x00\x00\xf0\xff\xff\xff" + b"x" * 20),
    ),
    "DICOM 200,000 sequences deep": (Media.DICOM, lambda: image(EXPLICIT, NESTED * 200_000)),
    "DICOM deflated bomb": (
        Media.DICOM, lambda: image(DEFLATED, zlib.compressobj(9, wbits=-15).compress(bytes(200 << 20))),
    ),
    "DICOM meta length lies": (
        Media.DICOM, lambda: bytes(128) + b"DICM\x02\x00\x00\x00UL\x04\x00\xff\xff\xff\x7f" + bytes(40),
    ),
    "DICOM a million elements": (
        Media.DICOM, lambda: image(EXPLICIT, b"".join(
            b"\x11\x00" + struct.pack("<H", n % 65_000) + b"LO\x02\x00xx" for n in range(1_000_000))),
    ),
    "DICOM items without end": (
        Media.DICOM, lambda: image(EXPLICIT, NESTED[:12] + b"\xfe\xff\x00\xe0\x00\x00\x00\x00" * 2_000_000),
    ),
    "DICOM implicit, hidden in a long value": (
        Media.DICOM, lambda: image(b"1.2.840.10008.1.2", b"\x08\x00\x40\x11" + struct.pack("<I", 10_000_000)
                                   + b"\xfe\xff\x00\xe0\x00\x00\x00\x00" * 1_250_000),
    ),
    "DICOM a picture alone": (Media.DICOM, lambda: b"\x89PNG\r\n\x1a\n" + bytes(1000)),
    "nothing": (Media.CDA, lambda: b"   "),
}  # fmt: skip
#: Odd, but nothing that must be refused: read in time all the same.
ODD = frozenset({"HL7 a million fields", "HL7 a million components", "HL7 endless escapes",
                 "DICOM length beyond the end"})  # fmt: skip


def outcome(media: Media, content: bytes) -> str:
    """What becomes of it, shown as well when it is read: "" for nothing said against it."""
    try:
        inbound.read(media, content)
        inbound.shown(media, content)
    except JinguiError as error:
        return error.code
    return ""


def measured(name: str, tell: "multiprocessing.connection.Connection") -> None:
    media, make = CASES[name]
    content = make()
    outcome(media, arriving.cda() if media is Media.CDA else b"{}")  # tables are read once
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    found = outcome(media, content)
    tell.send((found, time.monotonic() - began, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024))


@pytest.mark.parametrize("name", CASES)
def test_refused_in_time_and_in_little_memory(name: str) -> None:
    outcome(Media.FHIR, arriving.document())  # warm: the schema is read once in a process
    here, there = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=measured, args=(name, there))
    child.start()
    there.close()
    found, seconds, megabytes = here.recv() if here.poll(60) else ("no answer", 60.0, 0.0)
    child.join(10)
    assert child.exitcode == 0  # it did not crash
    print(f"{name}: {found or 'read'}, {seconds:.2f} s, +{megabytes:.0f} MB")
    assert found or name in ODD
    assert found != "no answer"
    assert seconds <= SECONDS
    assert megabytes <= MEGABYTES


def every(*parts: str) -> Iterator[Path]:
    folder = SHARED.joinpath(*parts)
    if not folder.is_dir():
        pytest.skip("no ../shared/data: foreign files are tried where they lie")
    yield from sorted(one for one in folder.rglob("*") if one.is_file())


def tried(media: Media, files: Iterator[Path]) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in files:
        began = time.monotonic()
        found[outcome(media, one.read_bytes()) or "read"] += 1
        assert time.monotonic() - began < 5 * SECONDS, one
    print(media.value, dict(found))
    return found


def test_foreign_clinical_documents() -> None:
    found = tried(Media.CDA, every("cda", "ccda"))
    assert found["read"] >= 10
    assert set(found) <= {"read", "invalid", "unprocessable", "hostile"}


@pytest.mark.parametrize("media", [one for one in Media if one is not Media.NOTICE])
def test_foreign_hostile_files(media: Media) -> None:
    found = tried(media, every("hostile"))
    assert sum(found.values()) > 0
    assert found["read"] == 0


def test_pictures_of_the_library() -> None:
    import pydicom.data

    files = (one for one in Path(pydicom.data.__file__).parent.rglob("*") if one.is_file() and one.suffix != ".py")
    found = tried(Media.DICOM, files)
    assert found["read"] >= 100
    assert set(found) <= {"read", "invalid", "hostile"}
