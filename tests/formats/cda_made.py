"""Documents of every type, made up from the rows of its table: each row once, in the entry and place it has there."""

from decimal import Decimal

from jingui.formats.cda import TYPES
from jingui.formats.cda_document import (
    CdaDocument,
    Cluster,
    Coded,
    Count,
    Encounter,
    Entry,
    Flag,
    Identifier,
    Moment,
    Money,
    Organization,
    Paragraph,
    Patient,
    Person,
    Quantity,
    Real,
    Section,
    Signer,
    Text,
    Value,
)
from jingui.formats.cda_types import Row, oid, section_system

NOW = "20261123101500"


def value(row: Row) -> Value:
    """A value of the row's type."""
    made: dict[str, Value] = {
        "ST": Text(text=f"{row.name}：未见异常 <&>"), "CD": Coded(code="1", system=row.system, name="示例"),
        "PQ": Quantity(value=Decimal("36.5"), unit=row.unit), "TS": Moment(digits=NOW), "BL": Flag(value=True),
        "INT": Count(value=2), "MO": Money(value=Decimal("12.30")), "REAL": Real(value=Decimal("0.10")),
    }  # fmt: skip
    return made[row.type]


def entry(row: Row, rows: list[Row]) -> Entry:
    """A row with the rows below it."""
    below = [one for one in rows if one.parent == row.n]
    return Entry(
        element=row.element, name=row.name, value=value(row), agent=row.shape == "agent",
        at=NOW if any(one.part == "time" for one in below) else "",
        inner=tuple(entry(one, rows) for one in below if not one.part),
    )  # fmt: skip


def grouped(rows: list[Row]) -> Entry | Cluster:
    """The rows of one group as the entry that they are."""
    top = [one for one in rows if not one.parent]
    shape = top[0].shape
    if not shape:
        return entry(top[0], rows)
    parts = {one.part for one in top}
    what = Coded(code="39.50", system="2.16.156.10011.2.3.3.12", name="血管成形术")
    return Cluster(
        shape=shape, what=what if parts & {"code", "product"} else None, start=NOW if "start" in parts else "",
        end=NOW if "end" in parts else "", dose=Quantity(value=Decimal(5), unit="mg") if "dose" in parts else None,
        route=Coded(code="1", name="口服") if "route" in parts else None,
        entries=tuple(entry(one, rows) for one in top if not one.part),
    )  # fmt: skip


def sections(code: str) -> tuple[Section, ...]:
    """Every section of a type with every row."""
    keys = dict.fromkeys((row.section, row.title) for row in TYPES[code].rows.values())
    out = []
    for key in keys:
        rows = [row for row in TYPES[code].rows.values() if (row.section, row.title) == key]
        texts = tuple(Paragraph(text=f"{row.name}：见上。") for row in rows if row.shape == "text")
        groups = dict.fromkeys(row.group for row in rows if row.shape != "text")
        made = tuple(grouped([row for row in rows if row.group == one]) for one in groups)
        out.append(Section(code=key[0], system=section_system(key[0]), title=key[1], text=texts, entries=made))
    return tuple(out)


def document(code: str) -> CdaDocument:
    """A whole document of made-up people."""
    row = TYPES[code]
    doctor = Person(id=Identifier(root=oid("staff"), extension="D0001"), name="林知远", title="主治医师")
    house = Organization(id=Identifier(root=oid("institution"), extension="12100000400000000W"), name="清河医院")
    bed = Organization(id=Identifier(root=oid("bed"), extension="12"), name="12床")
    return CdaDocument(
        type=code, id=Identifier(root=oid("document"), extension=f"{code}-1"), made=NOW, version=2,
        set_id=Identifier(root=oid("document"), extension=code),
        replaces=Identifier(root=oid("document"), extension=f"{code}-0"),
        patient=Patient(
            numbers=tuple(Identifier(root=oid(one), extension=f"N-{one}") for one in row.numbers or ("mrn",)),
            name="买买提·艾力", id_card="110101199001010018",
            sex=Coded(code="1", system="2.16.156.10011.2.3.3.4", name="男性"), birth="19900101",
            age=Quantity(value=Decimal(36), unit="岁"),
        ),
        author=doctor, authored=NOW, custodian=house,
        signers=(
            *(Signer(person=doctor, at=NOW, legal=True) for _ in row.legal),
            *(Signer(person=doctor, at=NOW) for _ in row.signers),
        ),
        encounter=Encounter(start=NOW, places=(bed, house)) if "encounter" in row.parts else None,
        sections=sections(code),
    )  # fmt: skip
