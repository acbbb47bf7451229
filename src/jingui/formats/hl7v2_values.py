"""二（二）录入: HL7 v2 data types as FHIR data types: times, names, numbers, addresses, codes, ranges [2.2.2]"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from jingui.core.errors import Unprocessable
from jingui.core.word import N_
from jingui.formats.fhir_dates import CHINA
from jingui.formats.hl7v2 import Part, Segment
from jingui.formats.tables import table

TIME = re.compile(r"(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d)?(?:(\d\d)(\.\d{1,4})?)?)?(?:([+-])(\d\d)(\d\d))?\Z")
NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{0,15})?\Z|[+-]?\.\d{1,15}\Z")
RANGE = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(?:-{1,2}|~|～|—|–|&|至)\s*([+-]?\d+(?:\.\d+)?)\Z")
LIMIT = re.compile(r"(<=|>=|<|>|≤|≥|＜|＞)\s*([+-]?\d+(?:\.\d+)?)\Z")
SIGNS = {"≤": "<=", "≥": ">=", "＜": "<", "＞": ">", "": ""}
EMPTY = frozenset({type(None), str, list, dict})  # whose empty values say nothing; 0 and False say something
NOT_TIME = N_("不是有效的日期或时间")
Dict = dict[str, Any]


def rows(name: str) -> Mapping[str, Any]:
    """A table of `data/hl7v2.toml`."""
    found: Mapping[str, Any] = table("hl7v2")[name]
    return found


def wrong(segment: Segment, field: int, what: str) -> Unprocessable:
    """The error that names a field."""
    return Unprocessable(places=((segment.place(field), what),))


def filled(**parts: Any) -> Dict:
    """The parts that say something."""
    return {name: value for name, value in parts.items() if value or type(value) not in EMPTY}


def moment(segment: Segment, field: int, component: int = 1) -> str:
    """A field's time as FHIR date or dateTime (without a zone: China's); "" for none, Unprocessable for nonsense."""
    text = segment.text(field, component)
    if not text:
        return ""
    made = fhir_time(text)
    if made is None:
        raise wrong(segment, field, NOT_TIME)
    return made


@lru_cache(maxsize=4096)  # one message says the same moment many times
def fhir_time(text: str) -> str | None:
    """`YYYY[MM[DD[HH[MM[SS[.S]]]]]][+ZZZZ]` as FHIR; None when it is no time."""
    found = TIME.match(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, sign, zone_hours, zone_minutes = found.groups()
    try:
        if hour is None:
            date(int(year), int(month or 1), int(day or 1))
            return "-".join(one for one in (year, month, day) if one)
        if day is None:
            return None
        zone = CHINA
        if sign:
            offset = timedelta(hours=int(zone_hours), minutes=int(zone_minutes))
            zone = timezone(-offset if sign == "-" else offset)
        at = datetime(
            int(year), int(month), int(day), int(hour), int(minute or 0), int(second or 0),
            int(((fraction or ".")[1:] or "0").ljust(6, "0")), zone,
        )  # fmt: skip
    except ValueError:
        return None
    return at.isoformat(timespec="milliseconds" if fraction else "seconds")


@lru_cache(maxsize=4096)
def sequence(text: str) -> str:
    """A FHIR time as a text that sorts as time does; "" for none and for less than a second's exactness."""
    if len(text) < 19:
        return ""
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y%m%d%H%M%S.%f")


def visible(text: str) -> bool:
    """Whether a person sees anything of `text`: joiners, marks of direction and blanks alone are nothing."""
    return text[:1].isalnum() or any(unicodedata.category(c)[0] not in "ZC" for c in text)


def name(part: Part) -> Dict:
    """XPN or XCN (from component 2, see `person`) as HumanName; {} when nothing of it can be seen."""
    return human(part(1), (part(2), part(3)), part(4), part(5), part(7))


def person(part: Part) -> tuple[str, str]:
    """XCN as (staff number, name as it is read)."""
    made = human(part(2), (part(3), part(4)), part(5), part(6), "")
    return part(1).strip(), str(made.get("text", ""))


def human(family: str, given: Iterable[str], suffix: str, prefix: str, kind: str) -> Dict:
    """A HumanName. Chinese names close up; a whole name in the family's place stays whole."""
    names = [one.strip() for one in given if visible(one)]
    family = family.strip() if visible(family) else ""
    if not family and not names:
        return {}
    gap = " " if family.isascii() else ""
    text = (" ".join([*names, family]) if gap else family + "".join(names)).strip()
    use = rows("name_use").get(kind.strip().upper(), "official")
    if text.startswith(tuple(rows("unknown")["names"])):
        use = "anonymous"
    return filled(
        use=use, text=text, family=family if names else "", given=names,
        suffix=[suffix.strip()] if visible(suffix) else [], prefix=[prefix.strip()] if visible(prefix) else [],
    )  # fmt: skip


def identifier(value: str, kind: str, authority: str, oid: str = "") -> Dict:
    """CX or EI as Identifier: its system from its kind, else from who gave it; without both it is the record number."""
    kind = kind.strip().upper()
    row = rows("identifier").get(kind, {})
    code = str(row.get("code", kind or ("" if authority else "MR")))
    system = row.get("system") or (f"urn:oid:{oid}" if re.fullmatch(r"[0-2](\.\d+)+", oid) else "")
    system = system or (f"urn:jingui:hl7:{spelled(authority)}" if authority else "")
    coding = {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": code}
    return filled(type={"coding": [coding]} if re.fullmatch(r"\S+", code) else None, system=system, value=value.strip())


@lru_cache(maxsize=1024)
def spelled(word: str) -> str:
    """A word as part of a URI."""
    return re.sub(r"[^!-~]|[|%]", lambda found: f"%{ord(found[0]):X}", word)


def numbered(part: Part) -> Dict:
    """CX as Identifier; {} without a value."""
    value = part(1)
    return identifier(value, part(5), part(4).strip(), part(4, 2).strip()) if visible(value) else {}


def concept(part: Part) -> Dict:
    """CE or CWE as CodeableConcept: code and alternate code, each under its coding system."""
    codings = []
    for at in (1, 4):
        code, display, system = (part(at + n).strip() for n in range(3))
        if code:
            codings.append(filled(system=system_of(system), code=" ".join(code.split()), display=display))
    texts = [one for one in (part(9), part(2), part(5), part(1)) if visible(one)]
    return filled(coding=codings, text=texts[0].strip() if texts else "")


@cache
def system_of(word: str) -> str:
    """The URI of a coding system; one that is not listed keeps its own name, a blank one is the hospital's."""
    known = rows("system").get(word.upper())
    return str(known or f"urn:jingui:hl7:system:{spelled(word) or 'local'}")


def address(part: Part) -> Dict:
    """XAD as Address."""
    line = [one for one in (part(1).strip(), part(2).strip()) if visible(one)]
    return filled(
        use=rows("address_use").get(part(7).strip().upper()), line=line, city=part(3).strip(), state=part(4).strip(),
        postalCode=part(5).strip(), country=part(6).strip(),
    )  # fmt: skip


def telecom(part: Part, use: str) -> Dict:
    """XTN as ContactPoint."""
    equipment = rows("equipment").get(part(3).strip().upper(), "phone")
    number = part(1).strip() or part(12).strip()
    if part(4).strip() and not number:
        number, equipment = part(4).strip(), "email"
    if not number and part(7).strip():
        number = "-".join(one for one in (part(5).strip(), part(6).strip(), part(7).strip()) if one)
    return filled(system=equipment, value=number, use=use) if visible(number) else {}


def quantity(value: str, unit: Part, comparator: str = "") -> Dict | None:
    """NM or SN's number with the unit of OBX-6; None when it is no number."""
    if not NUMBER.match(value):
        return None
    code = unit(1).strip()
    ucum = code in rows("ucum")["codes"] or unit(3).strip().upper() == "UCUM"
    return {
        "value": Decimal(value),
        **filled(
            comparator=comparator or None, unit=unit(2).strip() or code,
            system="http://unitsofmeasure.org" if ucum and code else "", code=code if ucum else "",
        ),
    }  # fmt: skip


def span_of(text: str, unit: Part) -> Dict:
    """OBX-7 as an Observation's referenceRange: limits where they can be read, the text always."""
    found, limit = RANGE.match(text), LIMIT.match(text)
    low = quantity(found[1], unit) if found else None
    high = quantity(found[2], unit) if found else None
    if limit:
        bound = quantity(limit[2], unit)
        low, high = (bound, None) if SIGNS.get(limit[1], limit[1])[0] == ">" else (None, bound)
    return filled(low=low, high=high, text=text)


def unless_empty(make: Callable[[Part], Dict], parts: Iterable[Part]) -> list[Dict]:
    """What `make` makes of the parts that say something."""
    return [made for part in parts if (made := make(part))]
