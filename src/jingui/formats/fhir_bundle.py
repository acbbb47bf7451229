"""五（一）传输: bundles taken apart, checked and resolved before anything is written [5.1.2]"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from jingui.core.errors import Invalid, TooLarge, Unprocessable
from jingui.core.word import N_
from jingui.formats.fhir_types import Resource, references, referred, rewrite, rows
from jingui.formats.validate import validate_shape

MAX_ENTRIES = 1000  # with 16 MB (fhir_json.MAX_BYTES) what one request may hold; larger goes to the import command
_METHODS = ("DELETE", "POST", "PUT", "GET")
_ETAG = re.compile(r'(?:W/)?"([A-Za-z0-9\-.]{1,64})"\Z')
_FULL = re.compile(r"(?:urn:(?:uuid|oid):\S+|https?://\S+)\Z")
_REST = re.compile(r"https?://\S*?/([A-Za-z]+/[A-Za-z0-9\-.]{1,64})\Z")
_URL = re.compile(r"/?([A-Za-z]+)(?:/([A-Za-z0-9\-.]{1,64}))?(?:\?(\S+))?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRequest:
    """One entry to carry out; `number` counts from 0 in the bundle as sent."""

    number: int
    method: str  # DELETE | POST | PUT | GET
    type: str
    id: str = ""
    query: str = ""  # of a GET search, without the question mark
    if_none_exist: str = ""
    if_match: str = ""  # a version, without W/ and quotes
    full_url: str = ""
    resource: Resource | None = None

    @property
    def place(self) -> str:
        """Return the expression path of the entry."""
        return f"Bundle.entry[{self.number}]"


def unpack(bundle: Resource, *, max_entries: int = MAX_ENTRIES, collection: bool = False) -> list[EntryRequest]:
    """Return the entries of a transaction or batch (or, for imports, of a collection as if each were created).

    TooLarge beyond `max_entries`; Invalid or Unprocessable with every wrong entry's place. The resources in the entries
    are still unchecked (`validate` each), and nothing is resolved yet.
    """
    kind = bundle.get("type")
    taken = ("transaction", "batch", "collection") if collection else ("transaction", "batch")
    if bundle.get("resourceType") != "Bundle" or kind not in taken:
        raise Invalid(places=(("Bundle.type", N_("只接受 transaction 或 batch 类型的资源包")),))
    raw = bundle.get("entry", [])
    if isinstance(raw, list) and len(raw) > max_entries:
        raise TooLarge(places=(("Bundle.entry", N_("条目过多")),))
    validate_shape(bundle)
    entries: list[EntryRequest] = []
    wrong: list[tuple[str, str]] = []
    urls: set[str] = set()
    targets: set[tuple[str, str]] = set()
    for number, each in enumerate(raw):
        made = _entry(number, each, created=kind == "collection")
        what = made if isinstance(made, str) else ""
        if isinstance(made, EntryRequest):
            target = (made.type, made.id)
            if made.full_url and made.full_url in urls:
                what = N_("同一个 fullUrl 出现了两次")
            elif made.method in ("PUT", "DELETE") and target in targets:
                what = N_("同一份资源在一个资源包中更改了两次")
            entries.append(made)
            urls.add(made.full_url)
            if made.method in ("PUT", "DELETE"):
                targets.add(target)
        if what:
            wrong.append((f"Bundle.entry[{number}]", what))
    if wrong:
        raise Invalid(places=tuple(wrong[:50]))
    return entries


def _entry(number: int, entry: Mapping[str, Any], *, created: bool) -> EntryRequest | str:
    """Return the request of one entry, or what is wrong with it."""
    resource = entry.get("resource")
    request = {"method": "POST", "url": (resource or {}).get("resourceType", "")} if created else entry.get("request")
    if request is None:
        return N_("缺少 request")
    method, found = request.get("method"), _URL.match(request.get("url", ""))
    if method not in _METHODS or "ifModifiedSince" in request or "ifNoneMatch" in request:
        return N_("不支持这种请求方法")
    if found is None or found[1] not in rows():
        return N_("请求地址不正确")
    kind, ident, query = found[1], found[2] or "", found[3] or ""
    full = entry.get("fullUrl", "")
    if full and not _FULL.match(full):
        return N_("fullUrl 必须是绝对地址或 urn:uuid")
    version = request.get("ifMatch", "")
    etag = _ETAG.match(version) if version else None
    if version and etag is None:
        return N_("ifMatch 的写法不正确")
    if method in ("POST", "PUT"):
        if resource is None or resource.get("resourceType") != kind:
            return N_("资源类型与请求地址不一致")
        if query or (method == "POST") == bool(ident):
            return N_("请求地址不正确")
        if method == "PUT" and resource.get("id") != ident:
            return N_("资源编号与请求地址不一致")
    elif resource is not None or (method == "DELETE" and (query or not ident)):
        return N_("请求地址不正确")
    return EntryRequest(
        number=number,
        method=method,
        type=kind,
        id=ident,
        query=query,
        if_none_exist=request.get("ifNoneExist", "").removeprefix("?"),
        if_match=etag[1] if etag else "",
        full_url=full,
        resource=resource,
    )


def conditional(entries: Iterable[EntryRequest]) -> dict[str, tuple[str, ...]]:
    """Return each conditional reference (`Type?identifier=…`) with the places that use it, to be looked up."""
    out: dict[str, tuple[str, ...]] = {}
    for each in entries:
        for path, reference in _references(each):
            if "?" in reference and not reference.startswith(("http:", "https:", "urn:", "#")):
                out[reference] = (*out.get(reference, ()), path)
    return out


def _references(entry: EntryRequest) -> Iterator[tuple[str, str]]:
    """Yield (place in the bundle, reference) of an entry."""
    for path, reference in references(entry.resource or {}):
        yield f"{entry.place}.resource{path[len(entry.type) :]}", reference


def resolve(
    entries: Iterable[EntryRequest], assigned: Mapping[int, str], found: Mapping[str, str] | None = None
) -> list[EntryRequest]:
    """Return the entries with references inside the bundle and conditional ones replaced by `Type/id`.

    `assigned` gives `Type/id` by entry number for created entries, `found` by conditional reference.
    Unprocessable with the places of references that lead nowhere.
    """
    every = list(entries)
    mapping = dict(found or {})
    for each in every:
        to = assigned.get(each.number) or (f"{each.type}/{each.id}" if each.id else "")
        if not to:
            continue
        if each.full_url:
            mapping[each.full_url] = to
        ident = (each.resource or {}).get("id")
        local = _REST.match(each.full_url)
        if ident and each.method == "POST" and (not each.full_url or (local and local[1] == f"{each.type}/{ident}")):
            mapping[f"{each.type}/{ident}"] = to
    out = [replace(each, resource=rewrite(each.resource, mapping)) if each.resource else each for each in every]
    lost = [(f"{each.place}.resource{path}", what) for each in out for path, what in unresolved(each.resource or {})]
    if lost:
        raise Unprocessable(places=tuple(lost[:50]))
    return out


def linked(entries: Iterable[EntryRequest]) -> list[EntryRequest]:
    """Return the entries with relative references (`Type/id`) to created entries turned into these entries' fullUrl."""
    every = list(entries)
    local = {each.full_url: _REST.match(each.full_url) for each in every if each.method == "POST"}
    mapping = {found[1]: url for url, found in local.items() if found}
    if not mapping:
        return every
    return [replace(each, resource=rewrite(each.resource, mapping)) if each.resource else each for each in every]


def _lost(reference: str) -> bool:
    """Whether a reference names something that was to be replaced by a stored resource."""
    return reference.startswith("urn:uuid:") or ("?" in reference and reference.partition("?")[0] in rows())


def unresolved(resource: Resource, named: Iterable[str] | None = None) -> Iterator[tuple[str, str]]:
    """Yield (path after the type, what) of references that must not be stored: urn:uuid and conditional ones.

    `named` are the resource's references where they are known already.
    """
    # nearly always none: the paths cost several times as much
    if not any(map(_lost, referred(resource) if named is None else named)):
        return
    for path, reference in references(resource):
        if _lost(reference):
            yield path[len(resource.get("resourceType", "")) :], N_("引用的资源不在资源包中，也没有找到")
