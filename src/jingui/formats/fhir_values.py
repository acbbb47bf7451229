"""四（一）内部查阅: how single search values are written [4.1.3]"""

import re
from datetime import tzinfo

from jingui.core.errors import Invalid
from jingui.core.word import N_
from jingui.formats.fhir_dates import span
from jingui.formats.fhir_identity import field_of
from jingui.formats.fhir_query import DateTerm, Prefix, Term, Wanted
from jingui.formats.fhir_tokens import ANY

MAX_VALUES = 100
_PREFIX = re.compile(r"(eq|ne|lt|gt|ge|le|sa|eb|ap)(?=[0-9])")
_DATE = re.compile(
    r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?\Z"
)


def person(name: str, text: str) -> list[Wanted]:
    """Return the look-up values that a Patient parameter means; whole values, never beginnings."""
    value = plain(text)
    if name == "identifier":
        system, cut, number = bar(text)
        if not cut:
            return [Wanted("identifier", value)]
        if not number:
            raise Invalid(places=((name, N_("请写明标识号")),))
        known = field_of({"system": system})
        return [Wanted(known, number if known != "identifier" or not system else f"{system}|{number}")]
    if name == "birthdate":
        day = value.removeprefix("eq")
        if len(day) != 10 or not _DATE.match(day):
            raise Invalid(places=((name, N_("请写完整的出生日期，例如 1980-01-31")),))
        return [Wanted("birth_date", day)]
    fields = ("name", "family", "given") if name == "name" else (name,)
    return [Wanted(each, value) for each in fields]


def token(name: str, text: str) -> Term:
    """Return the wanted token of `code`, `system|code` or `|code`."""
    system, cut, code = bar(text)
    if not cut:
        return Term(name, ANY, plain(text))
    if not code or system == ANY:
        raise Invalid(places=((name, N_("请写明代码，不能只写代码系统")),))
    return Term(name, system, code)


def date_term(name: str, text: str, zone: tzinfo) -> DateTerm:
    """Return the wanted span of a date with an optional prefix."""
    found = _PREFIX.match(text)
    prefix = found[1] if found else "eq"
    if prefix == "ap":
        raise Invalid(places=((name, N_("不支持“大约”（ap），请写明起止")),))
    day = text[2:] if found else text
    try:
        if not _DATE.match(day):
            raise ValueError
        start, end = span(day, zone)
    except ValueError:
        raise Invalid(places=((name, N_("不是有效的日期")),)) from None
    return DateTerm(name, _PREFIXES[prefix], start, end)


_PREFIXES: dict[str, Prefix] = {
    "eq": "eq", "ne": "ne", "lt": "lt", "gt": "gt", "ge": "ge", "le": "le", "sa": "sa", "eb": "eb"
}  # fmt: skip


def split(name: str, value: str) -> list[str]:
    r"""Return the alternatives of a value, separated by commas that no \ precedes; the escapes stay."""
    parts = re.findall(r"(?:^|,)((?:\\.|[^,\\])*)", value)
    if len(parts) > MAX_VALUES:
        raise Invalid(places=((name[:64], N_("检索条件过多或过长")),))
    if not all(parts) or sum(map(len, parts)) + len(parts) - 1 != len(value):
        raise Invalid(places=((name[:64], N_("检索条件的写法不正确")),))
    return parts


def plain(text: str) -> str:
    r"""Return a value without its escapes \, \| \$ \\."""
    return re.sub(r"\\(.)", r"\1", text)


def bar(text: str) -> tuple[str, str, str]:
    """Split at the first | that is not escaped, and take the escapes away."""
    found = re.match(r"((?:\\.|[^|\\])*)(\|)((?:\\.|[^\\])*)\Z", text)
    return (plain(found[1]), "|", plain(found[3])) if found else ("", "", plain(text))
