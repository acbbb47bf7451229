"""四（一）内部查阅: a FHIR search read strictly; what we cannot answer is said, never answered wrongly [4.1.3]"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from jingui.core.errors import Invalid
from jingui.core.word import N_
from jingui.formats.fhir_dates import CHINA
from jingui.formats.fhir_params import Param, search_params
from jingui.formats.fhir_query import DateTerm, SearchQuery, Term, Wanted
from jingui.formats.fhir_tokens import ANY, target_of
from jingui.formats.fhir_types import rows
from jingui.formats.fhir_values import date_term, person, plain, split, token
from jingui.formats.fhir_words import folded

MAX_COUNT = 200
MAX_PAIRS = 40
MAX_LENGTH = 4096
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}\Z")
_CURSOR = re.compile(r"[A-Za-z0-9_\-.=]{1,512}\Z")
_UNANSWERED = frozenset({"_has", "_revinclude", "_filter", "_query", "_text", "_content", "_contained", "_list"})
_SILENT = frozenset({"_format", "_pretty", "_total"})  # of the representation, not of the result


@dataclass(slots=True)
class _Draft:
    """A search while it is read."""

    patient: str = ""
    ids: tuple[str, ...] = ()
    tokens: list[tuple[Term, ...]] = field(default_factory=list)
    dates: list[tuple[DateTerm, ...]] = field(default_factory=list)
    updated: list[tuple[DateTerm, ...]] = field(default_factory=list)
    identity: list[tuple[Wanted, ...]] = field(default_factory=list)
    count: int = 20
    count_only: bool = False
    sort: tuple[tuple[str, bool], ...] = ()
    include: list[str] = field(default_factory=list)
    cursor: str = ""


def parse_search(
    kind: str, pairs: Iterable[tuple[str, str]], *, strict: bool = False, base: str = "", zone: tzinfo = CHINA
) -> SearchQuery:
    """Return the search for `kind` asked for by decoded (name, value) pairs.

    `strict` is `Prefer: handling=strict`: an unknown parameter is Invalid; else it stands in `ignored`. Modifiers,
    chains and values that we do not support are Invalid in any case. `base` is the server's address.
    """
    known = search_params(kind)
    if not known:
        raise Invalid(places=((kind, N_("这种资源不能检索")),))
    draft, used, ignored = _Draft(), [], []
    for number, (name, value) in enumerate(pairs):
        if number >= MAX_PAIRS or len(value) > MAX_LENGTH:
            raise Invalid(places=((name[:64], N_("检索条件过多或过长")),))
        if name in _SILENT:
            continue
        if not value:
            raise Invalid(places=((name, N_("检索条件没有值")),))
        if not (_control(draft, kind, name, value, zone) or _parameter(draft, known, name, value, base, zone)):
            if strict:
                raise Invalid(places=((name[:64], N_("不支持的检索参数")),))
            ignored.append(name[:64])
            continue
        used.append((name, value))
    return SearchQuery(
        type=kind,
        patient=draft.patient,
        ids=draft.ids,
        tokens=tuple(draft.tokens),
        dates=tuple(draft.dates),
        updated=tuple(draft.updated),
        identity=tuple(draft.identity),
        count=draft.count,
        count_only=draft.count_only,
        sort=draft.sort,
        include=tuple(dict.fromkeys(draft.include)),
        cursor=draft.cursor,
        used=tuple(used),
        ignored=tuple(ignored),
    )


def _control(draft: _Draft, kind: str, name: str, value: str, zone: tzinfo) -> bool:
    """Take a parameter that every type has; False if it is none of those."""
    match name:
        case "_id":
            ids = tuple(split(name, value))
            if not all(_ID.match(each) for each in ids):
                raise Invalid(places=((name, N_("编号的写法不正确")),))
            draft.ids = tuple(x for x in draft.ids if x in ids) or ("-",) if draft.ids else ids  # "-" is nobody's id
        case "_lastUpdated":
            draft.updated.append(tuple(date_term(name, each, zone) for each in split(name, value)))
        case "_count":
            if not value.isascii() or not value.isdigit():
                raise Invalid(places=((name, N_("必须是不小于零的整数")),))
            draft.count = min(int(value[:10]), MAX_COUNT)
            draft.count_only = draft.count_only or draft.count == 0
        case "_summary" if value in ("count", "false"):
            draft.count_only = draft.count_only or value == "count"
        case "_sort":
            draft.sort = tuple(_order(kind, each) for each in split(name, value))
        case "_include":
            draft.include.append(_included(kind, value))
        case "_page":
            if not _CURSOR.match(value):
                raise Invalid(places=((name, N_("页码标记不正确")),))
            draft.cursor = value
        case _:
            if name.partition(":")[0] in _UNANSWERED or (name[:1] == "_" and ":" in name):
                raise Invalid(places=((name[:64], N_("不支持这种检索方式")),))
            return False
    return True


def _order(kind: str, text: str) -> tuple[str, bool]:
    """Return (parameter, descending) if it may be sorted by."""
    name = text.removeprefix("-")
    param = search_params(kind).get(name)
    if name != "_lastUpdated" and (param is None or param.kind != "date"):
        raise Invalid(places=(("_sort", N_("不能按这个参数排序")),))
    return name, text.startswith("-")


def _included(kind: str, text: str) -> str:
    """Return the reference parameter that `Type:parameter` or `Type:parameter:Target` names."""
    parts = text.split(":")
    param = search_params(kind).get(parts[1]) if len(parts) in (2, 3) and parts[0] == kind else None
    if param is None or param.kind != "reference" or (len(parts) == 3 and parts[2] not in rows()):
        raise Invalid(places=(("_include", N_("不能附带这个引用")),))
    return param.name


def _parameter(draft: _Draft, known: Mapping[str, Param], name: str, value: str, base: str, zone: tzinfo) -> bool:
    """Take a parameter of the type's own; False if the type has no such."""
    head, _, modifier = name.partition(":")
    if "." in head and head.partition(".")[0] in known:
        raise Invalid(places=((name[:64], N_("不支持链式检索")),))
    param = known.get(head)
    if param is None:
        return False
    if modifier and not (param.kind == "reference" and modifier in rows()):
        raise Invalid(places=((name[:64], N_("不支持这个检索修饰符")),))
    parts = split(name, value)
    if param.kind == "identity":
        draft.identity.append(tuple(w for each in parts for w in person(head, each)))
    elif param.kind == "date":
        draft.dates.append(tuple(date_term(head, each, zone) for each in parts))
    elif param.kind == "reference":
        _reference(draft, param, parts, modifier, base)
    elif param.kind == "string":
        draft.tokens.append(tuple(Term(head, ANY, folded(plain(each))) for each in parts))
    else:
        draft.tokens.append(tuple(token(head, each) for each in parts))
    return True


def _reference(draft: _Draft, param: Param, parts: list[str], modifier: str, base: str) -> None:
    """Take a reference parameter; one that names a Patient sets the patient of the search, of whom there is one."""
    terms = []
    for each in parts:
        text = plain(each).removeprefix(base) if base else plain(each)
        kind, ident = target_of(text.lstrip("/") if base else text)
        if not kind and _ID.match(ident):
            kind = modifier or (param.target if param.target != "*" else "")
            if param.name == "subject" and not kind:
                kind = "Patient"  # what nearly every client means
            if not kind:
                raise Invalid(places=((param.name, N_("请写明引用的资源类型，例如 Practitioner/1")),))
        elif kind and (kind not in rows() or not _ID.match(ident)):
            raise Invalid(places=((param.name, N_("引用的写法不正确")),))
        terms.append((kind, ident))
    patients = {ident for kind, ident in terms if kind == "Patient"} if param.owner else set()
    if not patients:
        draft.tokens.append(tuple(Term(param.name, kind, ident) for kind, ident in terms))
    elif len(patients) > 1 or len(patients) != len(set(terms)) or draft.patient not in ("", *patients):
        raise Invalid(places=((param.name, N_("一次检索只能针对一名患者")),))
    else:
        draft.patient = patients.pop()
