"""五（一）2 共享文档: the 53 types of WS/T 500 and the rows of which each is made, from formats/data/cda [5.1.2]"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jingui.core.errors import Misconfigured
from jingui.core.word import N_
from jingui.formats.tables import table

ELEMENTS: Final = "2.16.156.10011.2.2.1"  # 卫生信息数据元目录
DOCUMENTS: Final = "2.16.156.10011.2.4"  # 卫生信息共享文档规范编码体系
LOINC: Final = "2.16.840.1.113883.6.1"
CODES: Final = "2.16.156.10011.2.3."  # below it: WS 364, WS/T 500 and national code tables
IDENTIFIERS: Final = "2.16.156.10011.1."
_TEMPLATE: Final = "2.16.156.10011.2.1.1."

#: What a number in a header is, by the last part of its OID below 2.16.156.10011.1.
NUMBERS: Final[Mapping[str, str]] = {
    "document": "1", "health_file": "2", "id_card": "3", "staff": "4", "institution": "5", "author": "7",
    "pathology_no": "8", "outpatient_no": "11", "inpatient_no": "12", "mrn": "13", "specimen_no": "14",
    "health_card": "19", "prescription_no": "20", "room": "21", "bed": "22", "request_no": "24", "department": "26",
    "ward": "27", "examination_no": "32", "laboratory_no": "33", "consent_no": "34",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A data element of a document type: where it stands, what its value is, under which row it stands."""

    n: int
    section: str  # its code, "" for a section that has a title alone
    title: str
    shape: str  # "" | organizer | procedure | drug | act | agent | text
    group: int  # rows of one number are one entry of the document
    parent: int
    element: str
    name: str
    type: str  # ST | CD | PQ | TS | BL | INT | MO | REAL
    system: str
    unit: str
    format: str
    part: str  # code | product | dose | route | start | end: of the cluster; time: of the parent row; "" a value


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentType:
    """A type: names, template, what its header carries, who signs, what it cannot be without, its rows in order."""

    code: str
    zh: str
    en: str
    template: str
    numbers: tuple[str, ...]
    parts: frozenset[str]
    legal: tuple[str, ...]
    signers: tuple[str, ...]
    must: tuple[int, ...]
    rows: Mapping[int, Row]


def oid(name: str) -> str:
    """The OID of a kind of number."""
    return IDENTIFIERS + NUMBERS[name]


@cache
def types() -> Mapping[str, DocumentType]:
    """The types by code; Misconfigured when their tables cannot be read or contradict themselves."""
    found: dict[str, dict[int, Row]] = {}
    try:
        text = (files("jingui.formats") / "data" / "cda" / "entries.csv").read_text("utf-8")
        for raw in csv.DictReader(text.splitlines()):
            row = _row(raw)
            found.setdefault(raw["document"], {})[row.n] = row
        made = {code: _type(code, raw, found[code]) for code, raw in table("cda/types").items()}
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise Misconfigured(N_("数据表无法读取，系统拒绝启动。"), table="cda", detail=repr(error)) from error
    for code, each in made.items():
        if set(each.must) - each.rows.keys() or {row.parent for row in each.rows.values()} - each.rows.keys() - {0}:
            raise Misconfigured(table="cda", row=code)
    return made


def _row(raw: Mapping[str, str]) -> Row:
    return Row(
        n=int(raw["n"]), section=raw["section"], title=raw["title"], shape=raw["shape"], group=int(raw["group"]),
        parent=int(raw["parent"] or 0), element=raw["element"], name=raw["name"], type=raw["type"],
        system=raw["system"].replace("~", CODES), unit=raw["unit"], format=raw["format"], part=raw["part"],
    )  # fmt: skip


def _type(code: str, raw: Mapping[str, Any], rows: dict[int, Row]) -> DocumentType:
    return DocumentType(
        code=code, zh=raw["zh"], en=raw["en"], template=f"{_TEMPLATE}{20 + int(code[1:])}", rows=rows,
        numbers=tuple(raw["numbers"]), parts=frozenset(raw["parts"]), legal=tuple(raw["legal"]),
        signers=tuple(raw["signers"]), must=tuple(raw["must"]),
    )  # fmt: skip


def section_name(code: str) -> str:
    """What a section's code is called in its system; "" for one that is not known here."""
    return str(table("cda/sections").get(code, ""))


def section_system(code: str) -> str:
    """The system of a section's code of ours."""
    return ELEMENTS if code.startswith("DE") else LOINC if code else ""


def system_name(system: str) -> str:
    """What a code system is called; "" for one that is not known here."""
    if system == ELEMENTS:
        return "卫生信息数据元目录"
    return str(table("cda/systems")["names"].get(plain_system(system).removeprefix(CODES), ""))


@cache
def plain_system(system: str) -> str:
    """The OID under which a table is kept here, for the several that others write for it."""
    inner = system.removeprefix(CODES)
    also = table("cda/systems")["also"]
    return CODES + also[inner] if system.startswith(CODES) and inner in also else system
