"""五（一）2 共享文档: the header of a document of our records: whose, from which house, in which visit [5.1.2] [5.2.1]

Of staff nothing leaves: the house stands as author and signer, the person's name is marked as withheld.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from jingui.core.sharing_content import Party
from jingui.formats.cda_document import (
    CHINA,
    Address,
    CdaDocument,
    Coded,
    Encounter,
    Identifier,
    Informant,
    Moment,
    Organization,
    Patient,
    Person,
    Quantity,
    Signer,
)
from jingui.formats.cda_map_values import Answer, moment, value_of, words
from jingui.formats.cda_types import NUMBERS, DocumentType, Row, oid
from jingui.formats.codetables import in_force
from jingui.formats.fhir_identity import field_of
from jingui.formats.share_minimise import url_of

SECRECY: Final = {"ordinary": "N", "sensitive": "R", "secret": "V"}
SEX: Final = "2.16.156.10011.2.3.3.4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a document is told beside the record: its number, when it is made, of whom, by whom, how secret."""

    message: UUID
    made: datetime
    patient: Mapping[str, Any]  # a Patient
    house: Party
    level: str = "ordinary"
    authored: datetime | None = None  # when the record was written, None where that is not told
    record: str = ""  # its public number: every version of it becomes a document of one set
    version: int = 0


def empty(type_: DocumentType, head: Head) -> CdaDocument:
    """The document without its sections."""
    house = Organization(id=Identifier(root=oid("institution"), extension=head.house.uscc), name=head.house.name)
    withheld = Person(name="", organization=house)
    authored = Moment.of(head.authored or head.made).digits
    signed = bool(type_.legal or type_.signers)
    return CdaDocument(
        type=type_.code, id=Identifier(root=oid("document"), extension=head.message.hex),
        set_id=Identifier(root=oid("document"), extension=uuid_of(head.record).hex) if head.record else None,
        version=head.version, made=Moment.of(head.made).digits, confidentiality=SECRECY.get(head.level, "V"),
        patient=person(type_, head), author=withheld, authored=authored, custodian=house,
        signers=(Signer(person=withheld, at=authored, legal=True),) if signed else (),
        encounter=Encounter() if "encounter" in type_.parts else None,
    )  # fmt: skip


def person(type_: DocumentType, head: Head) -> Patient:
    """Whose document it is, no more than the type shows and the view told."""
    who, parts = head.patient, type_.parts
    name: Mapping[str, Any] = next(iter(who.get("name", ())), {})
    cards = [one["value"] for one in who.get("identifier", ()) if field_of(one) == "id_card" and one.get("value")]
    born = birth(who)
    phone = next((one["value"] for one in who.get("telecom", ()) if one.get("value")), "")
    return Patient(
        numbers=tuple(number(who, cards)),
        name=str(name.get("text") or str(name.get("family", "")) + "".join(name.get("given", ()))),
        id_card=cards[0] if cards else "", sex=sex(str(who.get("gender", ""))),
        birth=Moment.of(born).digits if born and "birth" in parts else "",
        age=age(born, head.authored or head.made) if born and "age" in parts else None,
        phone=phone if "phone" in parts else "", address=address(who) if "address" in parts else None,
    )  # fmt: skip


def number(who: Mapping[str, Any], cards: list[str]) -> Iterator[Identifier]:
    """The number of the record here, the same in every document; without one that of the identity card."""
    if who.get("id"):
        own = uuid_of(f"Patient/{who['id']}")
        yield Identifier(root=f"2.25.{own.int}")
    elif cards:
        yield Identifier(root=oid("id_card"), extension=cards[0])


def uuid_of(name: str) -> UUID:
    """The number under which a record or patient of this house is known outside it."""
    return UUID(url_of(name).removeprefix("urn:uuid:"))


def birth(who: Mapping[str, Any]) -> date | None:
    """The day of birth where a whole day is told."""
    try:
        return date.fromisoformat(str(who.get("birthDate", "")))
    except ValueError:
        return None


def sex(gender: str) -> Coded | None:
    """A FHIR gender by the national table; None where nothing is told."""
    held = in_force()["sex"]
    code = {"male": "1", "female": "2", "unknown": "0", "other": "9"}.get(gender)
    return Coded(code=code, system=SEX, name=held.codes[code]) if code else None


def age(born: date, at: datetime) -> Quantity | None:
    """The age in whole years, of a small child in months; None for a day that lies ahead."""
    day = at.astimezone(CHINA).date()
    months = (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
    if months < 0:
        return None
    return (
        Quantity(value=Decimal(months), unit="月") if months < 24 else Quantity(value=Decimal(months // 12), unit="岁")
    )


def address(who: Mapping[str, Any]) -> Address | None:
    """Where the patient lives, as it was written."""
    said: Mapping[str, Any] = next(iter(who.get("address", ())), {})
    line = "".join(said.get("line", ())) or str(said.get("text", ""))
    found = Address(
        state=str(said.get("state", "")), city=str(said.get("city", "")), county=str(said.get("district", "")),
        postcode=str(said.get("postalCode", "")), line=line,
    )  # fmt: skip
    return found if found != Address() else None


def placed(document: CdaDocument, type_: DocumentType, place: str, answer: Answer) -> CdaDocument | None:
    """The document with an answer in its header; None when this type's header has no such place or it does not fit."""
    if place in NUMBERS:
        if place not in type_.numbers or not words(answer):
            return None
        number = Identifier(root=oid(place), extension=words(answer))
        return replace(document, patient=replace(document.patient, numbers=(*document.patient.numbers, number)))
    part, put = _PLACES[place]
    return put(document, answer) if part in type_.parts else None


def _of(system: str, answer: Answer) -> Coded | None:
    """An answer as a code of the header, which has no rows."""
    row = Row(n=0, section="", title="", shape="", group=0, parent=0, element="", name="", type="CD", system=system,
              unit="", format="", part="")  # fmt: skip
    value = value_of(row, answer)
    return value if isinstance(value, Coded) else None


def _marital(document: CdaDocument, answer: Answer) -> CdaDocument | None:
    value = _of("2.16.156.10011.2.3.3.5", answer)
    return replace(document, patient=replace(document.patient, marital=value)) if value else None


def _ethnic(document: CdaDocument, answer: Answer) -> CdaDocument | None:
    value = _of("2.16.156.10011.2.3.3.3", answer)
    return replace(document, patient=replace(document.patient, ethnic=value)) if value else None


def _occupation(document: CdaDocument, answer: Answer) -> CdaDocument | None:
    value = _of("2.16.156.10011.2.3.3.13", answer)
    return replace(document, patient=replace(document.patient, occupation=value)) if value else None


def _start(document: CdaDocument, answer: Answer) -> CdaDocument | None:
    at, held = moment(answer), document.encounter or Encounter()
    return replace(document, encounter=replace(held, start=at.digits)) if at else None


def _end(document: CdaDocument, answer: Answer) -> CdaDocument | None:
    at, held = moment(answer), document.encounter or Encounter()
    return replace(document, encounter=replace(held, end=at.digits)) if at else None


def _way(document: CdaDocument, answer: Answer) -> CdaDocument | None:
    value, held = _of("2.16.156.10011.2.3.1.270", answer), document.encounter or Encounter()
    return replace(document, encounter=replace(held, kind=value)) if value else None


def _informant(document: CdaDocument, answer: Answer) -> CdaDocument | None:
    return replace(document, informant=replace(document.informant or Informant(), name=words(answer)))


def _relation(document: CdaDocument, answer: Answer) -> CdaDocument | None:
    value, held = _of("2.16.156.10011.2.3.3.8", answer), document.informant or Informant()
    return replace(document, informant=replace(held, relation=value)) if value else None


def _phone(document: CdaDocument, answer: Answer) -> CdaDocument | None:
    return replace(document, patient=replace(document.patient, phone=words(answer)))


def _employer(document: CdaDocument, answer: Answer) -> CdaDocument | None:
    return replace(document, patient=replace(document.patient, employer=Organization(name=words(answer))))


#: Place of the header: the part of a type that carries it, who writes it there.
_PLACES: Final[Mapping[str, tuple[str, Callable[[CdaDocument, Answer], CdaDocument | None]]]] = {
    "start": ("encounter", _start), "end": ("encounter", _end), "way": ("encounter", _way),
    "informant": ("informant", _informant), "relation": ("informant", _relation),
    "marital": ("marital", _marital),
    "ethnic": ("ethnic", _ethnic),
    "occupation": ("occupation", _occupation),
    "phone": ("phone", _phone), "employer": ("employer", _employer),
}  # fmt: skip
PLACES: Final = frozenset(_PLACES) | frozenset(NUMBERS)
