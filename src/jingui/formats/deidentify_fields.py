"""四（二）4 去标识化: an element's value under a technique: dates, ages, codes, addresses, references [4.2.4] [5.2.4]

Each function returns what may leave, None for nothing: what it cannot read does not leave.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any, Final

from jingui.core.deidentify import OLDEST, TOP
from jingui.core.deidentify_rows import CHAPTERS, CODE_SYSTEMS
from jingui.formats.deidentify_places import coarse
from jingui.formats.deidentify_project import Project, pseudonym
from jingui.formats.deidentify_words import listed

UID_ROOT: Final = "2.25."
PSEUDONYMS: Final = "urn:jingui:pseudonym"
#: Systems whose codes are long numbers.
LONG_CODES: Final = ("http://snomed.info/", "http://www.nlm.nih.gov/research/umls/rxnorm")
_CODE: Final = re.compile(r"[A-Za-z0-9.+*\-_:/^%{}\[\]() ]{1,40}")
_RUN: Final = re.compile(r"\d{9}")
_FOREIGN: Final = re.compile(r"[A-Za-z][A-Za-z .\-]{1,39}")
BAND: Final = 5  # years of an age band
_DATE: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(T.*)?)?)?\Z")
_REFERENCE: Final = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]+)?\Z")
_YEARS: Final = frozenset(("a", "year", "years", "岁", "周岁", "年"))


def shifted(value: str, days: int) -> str | None:
    """A FHIR date or time moved by days, as exact as it was; the time of day and zone stay."""
    found = _day(value)
    if found is None:
        return None
    try:
        moved = found + timedelta(days=days)
    except OverflowError:
        return None
    match = _DATE.match(value)
    if match is None:
        return None
    if match[4]:
        return f"{moved.isoformat()}{match[4]}"
    return moved.isoformat() if match[3] else f"{moved:%Y-%m}" if match[2] else f"{moved.year:04d}"


def _day(value: str) -> date | None:
    """The day of a FHIR date, the middle of a month or year that is all it names."""
    match = _DATE.match(value)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2] or 7), int(match[3] or 15))
    except ValueError:
        return None


def quarter(value: str) -> str | None:
    """The first month of a date's quarter; a year stays a year."""
    match = _DATE.match(value)
    if match is None:
        return None
    return f"{match[1]}-{(int(match[2]) - 1) // 3 * 3 + 1:02d}" if match[2] else match[1]


def birth(value: str, at: date | None, band: bool = False) -> str | None:
    """A birth year; everybody older than OLDEST on day `at` has the same one; nothing without a day to reckon by."""
    born = _day(value)
    if born is None or at is None or born > at:
        return None
    age = at.year - born.year - ((at.month, at.day) < (born.month, born.day))
    if age > OLDEST:
        return f"{at.year - TOP:04d}"
    return f"{born.year // BAND * BAND if band else born.year:04d}"


def age(value: Mapping[str, Any], band: bool = False) -> dict[str, Any] | None:
    """An Age: above OLDEST years it says TOP and more; other units stay; `band` makes it the start of its band."""
    number = value.get("value")
    if isinstance(number, bool) or number is None:
        return None
    years = str(value.get("code") or value.get("unit") or "a") in _YEARS
    try:
        over = years and float(number) > OLDEST
    except (TypeError, ValueError):
        return None
    kept = {key: value[key] for key in ("value", "unit", "code", "system", "comparator") if key in value}
    if over:
        return {**kept, "value": TOP, "comparator": ">="}
    return {**kept, "value": int(float(number)) // BAND * BAND} if band and years else kept


def coding(value: Mapping[str, Any], chapters: bool) -> tuple[dict[str, Any] | None, bool]:
    """A coding that may leave, and whether it was made coarser."""
    system, code = value.get("system"), value.get("code")
    if not isinstance(system, str) or not isinstance(code, str):
        return None, False
    cut = _system(system)
    if cut is None:
        return None, False
    if cut == "icd":
        coarser = _chapter(code) if chapters else _category(code)
        return ({"system": system, "code": coarser}, True) if coarser else (None, True)
    if not _CODE.fullmatch(code) or (_RUN.search(code) and not system.startswith(LONG_CODES)):
        return None, False
    kept = {"system": system, "code": code}
    if isinstance(value.get("display"), str):
        kept["display"] = value["display"]
    return kept, False


@lru_cache(maxsize=1024)
def _system(system: str) -> str | None:
    """What the codes of a system are cut to, None for a system that does not leave."""
    fitting = [start for start in CODE_SYSTEMS if system.startswith(start)]
    return CODE_SYSTEMS[max(fitting, key=len)] if fitting else None


def _category(code: str) -> str:
    """The three characters of an ICD-10 category."""
    text = code.strip().upper()[:3]
    return text if re.fullmatch(r"[A-Z]\d\d", text) else ""


def _chapter(code: str) -> str:
    """The chapter of an ICD-10 code."""
    category = _category(code)
    return next((one for one in CHAPTERS if category and one[:3] <= category <= one[4:]), "")


def address(value: Mapping[str, Any], city: bool, prefix: bool) -> dict[str, Any] | None:
    """Country, province and, if asked for, city and three digits of the postal code."""
    parts = ("country", "state", "city") if city else ("country", "state")
    kept: dict[str, Any] = {key: value[key] for key in parts if _place(value.get(key))}
    if "state" not in kept and isinstance(value.get("text"), str) and (found := coarse(value["text"])):
        split = re.match(r"(.*?(?:省|自治区|特别行政区)|(?:北京|上海|天津|重庆)市?)(.*)", found)
        if split:
            kept["state"] = split[1]
            if city and split[2]:
                kept["city"] = split[2]
    postal = value.get("postalCode")
    if prefix and isinstance(postal, str) and re.fullmatch(r"\d{6}", postal):
        kept["postalCode"] = postal[:3]
    return kept or None


def _place(value: object) -> bool:
    """Whether a value names a country, province or city and nothing finer."""
    if not isinstance(value, str):
        return False
    return value in _world() or coarse(value) == value != "" or _FOREIGN.fullmatch(value) is not None


@cache
def _world() -> frozenset[str]:
    return frozenset(listed("places", "world"))


def exact(project: Project, kind: str, value: str) -> str:
    """A pseudonym for an id, in which every character counts."""
    return pseudonym(project, kind, value.encode().hex())


def uid(project: Project, value: str) -> str:
    """The project's own DICOM UID in place of one: equal for equal ones, so that studies hold together."""
    return UID_ROOT + str(int.from_bytes(project.digest("uid", value.removeprefix("urn:oid:"))[:16]))


def in_years(value: Mapping[str, Any]) -> bool:
    """Whether a quantity is a number of years."""
    return str(value.get("code") or value.get("unit") or "") in _YEARS


def reference(value: Mapping[str, Any], project: Project) -> dict[str, Any] | None:
    """A reference to the same resource under its pseudonym; names and identifiers beside it do not leave."""
    text = value.get("reference")
    if not isinstance(text, str):
        return None
    if text.startswith("#"):
        return {"reference": f"#{exact(project, 'id', text)}"}
    if match := _REFERENCE.match(text):
        return {"reference": f"{match[1]}/{exact(project, 'id', f'{match[1]}/{match[2]}')}"}
    if text.startswith("urn:"):
        return {"reference": f"{PSEUDONYMS}:{exact(project, 'id', text)}"}
    return None


def identifier(value: Mapping[str, Any], project: Project) -> dict[str, Any] | None:
    """An identifier's pseudonym, the same for all its written forms; what kind it is stays."""
    text = value.get("value")
    if not isinstance(text, str) or not text.strip():
        return None
    kept: dict[str, Any] = {"system": PSEUDONYMS, "value": pseudonym(project, "identifier", text)}
    kind = value.get("type")
    types = kind.get("coding") if isinstance(kind, dict) else None
    standard = [coding(one, False)[0] for one in (types if isinstance(types, list) else ()) if isinstance(one, dict)]
    if standard := [one for one in standard if one]:
        kept["type"] = {"coding": standard}
    return kept
