"""二（一）2, 五（一）2: what a bundle asks for: one submission that stands or falls whole [2.1.2] [5.1.2] [2.2.3]"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from jingui.core.enter import Change, Submission
from jingui.core.errors import Invalid, NotFound, PreconditionFailed, Unprocessable
from jingui.core.word import N_
from jingui.formats import fhir_json
from jingui.formats.fhir_bundle import EntryRequest, conditional, unpack
from jingui.formats.fhir_types import referred, rewrite, rows
from jingui.formats.validate import validate

MAX_BYTES = 256 * 1024 * 1024
MAX_ENTRIES = 100_000
Resource = dict[str, Any]
ELSEWHERE = ("http:", "https:", "urn:", "#")
VERSION = re.compile(r"[1-9][0-9]{0,8}").fullmatch


class NotTransaction(Invalid):
    """A batch: its entries stand each for themselves, so it is no submission."""

    code = "batch"


def checked(resource: Resource, place: str) -> None:
    """Validate a bundle's resource; the places say which entry is meant."""
    try:
        validate(resource)
    except Unprocessable as error:
        places = tuple((f"{place}.resource:{path}", what) for path, what in error.places)
        raise Unprocessable(error.message, places=places) from error


def transaction(body: bytes, decode: Callable[[str], tuple[int, int] | None]) -> Submission:
    """The submission of a FHIR transaction as the interface takes it; `decode` opens public ids."""
    entries = unpack(bundle := fhir_json.parse(body))
    if bundle["type"] != "transaction":
        raise NotTransaction()
    return Submission(changes=tuple(_asked(entry, decode) for entry in entries))


def _asked(entry: EntryRequest, decode: Callable[[str], tuple[int, int] | None]) -> Change:
    """One entry as a change; only POST and PUT change anything here."""
    if entry.resource is None or entry.method not in ("POST", "PUT"):
        raise Invalid(N_("事务中只接受新增和更新。"), places=((entry.place, entry.method),))
    checked(entry.resource, entry.place)
    resource = dict(entry.resource)
    if entry.method == "POST":
        resource.pop("id", None)
        wanted = tuple(parse_qsl(entry.if_none_exist, keep_blank_values=True))
        return Change(resource, entry.full_url, if_none_exist=wanted)
    pair = decode(entry.id)
    if pair is None or pair[0] >= 1 << 63 or pair[1] >= 1 << 63:
        raise NotFound()
    if entry.if_match and not VERSION(entry.if_match):
        raise PreconditionFailed()  # no version of ours: it never means that nothing was asked
    return Change(resource, entry.full_url, pair, int(entry.if_match or 0))


def imported(body: bytes, *, source: str, department: str, known: Mapping[str, str]) -> Submission:
    """The submission of a file: every entry is created under its number at `source`, whatever its request says.

    `known` maps conditional references (`Practitioner?identifier=system|value`) and references to other files'
    directory entries to `Type/id` of this house. Invalid or Unprocessable names every wrong place; nothing is dropped.
    """
    bundle = fhir_json.parse(body, max_bytes=MAX_BYTES)
    if bundle.get("resourceType") != "Bundle" and bundle.get("resourceType") in rows():
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": bundle}]}
    if isinstance(bundle.get("entry"), list):
        bundle = {**bundle, "type": "collection", "entry": [_plain(each) for each in bundle["entry"]]}
    entries = unpack(bundle, max_entries=MAX_ENTRIES, collection=True)
    wrong: list[tuple[str, str]] = []
    for entry in entries:
        try:
            checked(entry.resource or {}, entry.place)
        except Unprocessable as error:
            wrong += error.places
    if wrong:
        raise Unprocessable(places=tuple(wrong[:200]))
    named = [referred(entry.resource or {}) for entry in entries]
    if any("?" in one and one not in known and not one.startswith(ELSEWHERE) for found in named for one in found):
        lost = [
            (place, reference)
            for reference, found in conditional(entries).items()
            if reference not in known
            for place in found
        ]
    else:
        lost = []
    if lost:
        raise Unprocessable(
            N_("资源包引用了本院目录中没有的机构或人员。"), N_("请先导入机构和人员资料。"), places=tuple(lost[:200])
        )
    local = {f"{one.type}/{(one.resource or {}).get('id')}": url_of(one) for one in entries}
    changes = []
    for entry, found in zip(entries, named, strict=True):
        resource = entry.resource or {}
        mapping = {one: there for one in found if (there := known.get(one) or local.get(one))}
        changes.append(Change(dict(rewrite(resource, mapping) if mapping else resource), url_of(entry)))
    return Submission(changes=tuple(changes), source=source, department=department)


def _plain(entry: object) -> object:
    """An entry without its request and response: an import creates, whatever was asked of another server."""
    if not isinstance(entry, dict):
        return entry
    return {key: value for key, value in entry.items() if key not in ("request", "response", "search")}


def url_of(entry: EntryRequest) -> str:
    """An entry's number at its source: its full URL, or its type and id; without either it cannot be told again."""
    ident = (entry.resource or {}).get("id")
    if entry.full_url or ident:
        return entry.full_url or f"{entry.type}/{ident}"
    raise Unprocessable(
        N_("条目没有 fullUrl，也没有编号，重复导入时无法识别。"), places=((entry.place, N_("缺少编号")),)
    )


def names_of(resource: Resource) -> list[str]:
    """The conditional references by which other files may mean this directory entry."""
    kind = resource["resourceType"]
    found = []
    for one in resource.get("identifier", ()):
        if isinstance(one, dict) and one.get("value"):
            found.append(f"{kind}?identifier={one.get('system', '')}|{one['value']}")
    return found
