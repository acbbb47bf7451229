"""五（一）2: a DICOM file from a partner: its header is read, its pixels are not [5.1.2] [6.1.1]

A compressed data set is refused by name, since reading it means unpacking it; so are lengths beyond the file's end and
sequences inside each other more deeply than any image has them.
"""

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from jingui.core.errors import Invalid
from jingui.core.receiving import Hostile, Inbound, ShownPart
from jingui.core.word import N_
from jingui.formats.hl7v2_values import fhir_time
from jingui.formats.inbound_dicom_walk import bounded

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

LARGEST: Final = 64 * 1024 * 1024
DEEPEST: Final = 16
PREAMBLE: Final = 128
LONG: Final = (b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UN", b"UT", b"UC", b"UR")  # lengths of four bytes
DEFLATED: Final = frozenset(("1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.8.1"))
GENDERS: Final = {"M": "male", "F": "female", "O": "other"}
#: What reading a damaged file raises.
UNREADABLE: Final = (
    ValueError, TypeError, KeyError, AttributeError, NotImplementedError, OverflowError, struct.error, EOFError,
    AssertionError, IndexError, OSError, LookupError,
)  # fmt: skip
SHOWN: Final = (
    ("PatientName", N_("姓名")), ("PatientID", N_("患者编号")), ("PatientBirthDate", N_("出生日期")),
    ("Modality", N_("检查类型")), ("StudyDate", N_("检查日期")), ("StudyDescription", N_("检查名称")),
    ("SeriesDescription", N_("序列名称")), ("BodyPartExamined", N_("检查部位")),
    ("InstitutionName", N_("检查机构")), ("Rows", N_("行数")), ("Columns", N_("列数")),
    ("NumberOfFrames", N_("帧数")),
)  # fmt: skip
CODED: Final = ("CodeValue", "CodingSchemeDesignator")
SCHEMES: Final = {"SCT": "http://snomed.info/sct", "SRT": "http://snomed.info/sct", "LN": "http://loinc.org"}


def data_set(content: bytes) -> "Dataset":
    """The header of the one data set; Hostile or Invalid when it is none that may be read."""
    from pydicom import config, dcmread
    from pydicom.errors import InvalidDicomError

    if len(content) > LARGEST:
        raise Hostile(places=(("DICOM", N_("内容过大")),))
    if content[PREAMBLE : PREAMBLE + 4] != b"DICM":
        raise Invalid(places=(("DICOM", N_("不是 DICOM 文件")),))
    syntax, start = syntax_of(content)
    if syntax in DEFLATED:
        raise Hostile(places=(("TransferSyntaxUID", N_("不接收压缩的数据集")),))
    if not syntax:
        raise Invalid(places=(("TransferSyntaxUID", N_("没有写明传输语法")),))
    bounded(content, start, syntax)
    config.settings.reading_validation_mode = config.IGNORE  # its warnings quote values, and a log keeps them
    try:
        found = dcmread(BytesIO(content), stop_before_pixels=True, force=False)
        depth(found, 0)
    except InvalidDicomError:
        raise Invalid(places=(("DICOM", N_("不是 DICOM 文件")),)) from None
    except UNREADABLE:
        raise Invalid(places=(("DICOM", N_("文件损坏，无法读取")),)) from None
    return found


def syntax_of(content: bytes) -> tuple[str, int]:
    """The transfer syntax of the group of meta elements (always explicit, little-endian), "" for none, and its end.

    Read here, because the library unpacks a compressed data set as soon as it sees one.
    """
    at, found = PREAMBLE + 4, ""
    while at + 8 <= len(content) and content[at : at + 2] == b"\x02\x00":
        long = content[at + 4 : at + 6] in LONG
        if long and at + 12 > len(content):
            break
        length = int.from_bytes(content[at + 8 : at + 12] if long else content[at + 6 : at + 8], "little")
        start = at + (12 if long else 8)
        if content[at + 2 : at + 4] == b"\x10\x00":
            found = content[start : start + min(length, 64)].rstrip(b"\0 ").decode("ascii", "replace")
        at = start + length
    return found, at


def depth(found: Any, deep: int) -> None:
    """Read every element once; Hostile for sequences that are nested too deeply."""
    if deep > DEEPEST:
        raise Hostile(places=(("DICOM", N_("嵌套层数过多")),))
    for element in found:
        if element.VR == "SQ":
            for item in element.value or ():
                depth(item, deep + 1)


def read(content: bytes) -> Inbound:
    """The patient and the study of an image."""
    found = data_set(content)
    return Inbound(
        patient=patient_of(found), kind=("http://dicom.nema.org/resources/ontology/DCM", word(found, "Modality")),
        title=(word(found, "StudyDescription") or word(found, "Modality"))[:120],
        known=bool(word(found, "SOPClassUID")),
        codes=frozenset(codes(found)), written=day(word(found, "StudyDate")), content_type="application/dicom",
    )  # fmt: skip


def word(found: Any, name: str) -> str:
    """An element as text; "" for none that can be read."""
    try:
        return str(found.get(name, "") or "").strip().replace("\0", "")
    except UNREADABLE:
        return ""


def day(text: str) -> str:
    """A DICOM date as a FHIR date; "" for none that is one."""
    return (fhir_time(text.replace(".", "")) or "")[:10] if text else ""


def patient_of(found: Any) -> dict[str, Any]:
    """The header's patient as a FHIR Patient; what is missing is left out."""
    out: dict[str, Any] = {"resourceType": "Patient"}
    number, issuer = word(found, "PatientID"), word(found, "IssuerOfPatientID")
    if number:
        out["identifier"] = [{"system": f"urn:dicom:issuer:{issuer}", "value": number} if issuer else {"value": number}]
    name = word(found, "PatientName")
    groups = [one.strip() for one in name.split("=")]
    names = []
    for group in groups:
        parts = [part.strip() for part in group.split("^") if part.strip()]
        if parts:
            gap = " " if group.isascii() else ""
            names.append({"text": gap.join(parts)})
    if names:
        out["name"] = names
    if born := day(word(found, "PatientBirthDate")):
        out["birthDate"] = born
    sex = word(found, "PatientSex").upper()
    return out | ({"gender": GENDERS[sex]} if sex in GENDERS else {})


def codes(found: Any) -> Iterator[tuple[str, str]]:
    """(system, code) of every coded item."""
    for element in found:
        if element.VR != "SQ":
            continue
        for item in element.value or ():
            code, scheme = (word(item, name) for name in CODED)
            if code and scheme:
                yield SCHEMES.get(scheme, f"urn:dicom:scheme:{scheme}"), code
            yield from codes(item)


def shown(content: bytes) -> tuple[ShownPart, ...]:
    """What the header says in words."""
    found = data_set(content)
    rows = tuple((label, text) for name, label in SHOWN if (text := word(found, name)))
    return (ShownPart(rows=rows),)
