"""五（一）2 FHIR 文档: a Bundle of type document: its Composition first, then whose it is, then what leaves [5.1.2]"""

from collections.abc import Mapping
from typing import Any, Final

from jingui.core.share import PURPOSES, VIEWS
from jingui.core.sharing_content import Facts, Party, SharedRecord
from jingui.core.words import Category
from jingui.formats import fhir_json
from jingui.formats.share_minimise import url_of
from jingui.formats.validate import validate

USCC: Final = "urn:oid:2.16.156.10011.1.8"  # 统一社会信用代码
PURPOSE: Final = "urn:jingui:share-purpose"
AGREEMENT: Final = "urn:jingui:agreement"
SUMMARY: Final = {"system": "http://loinc.org", "code": "60591-5", "display": "Patient summary Document"}


def document(facts: Facts) -> bytes:
    """The document as UTF-8 JSON; Invalid or Unprocessable if it were no valid R4."""
    bundle = bundled(facts)
    for entry in bundle["entry"]:
        validate(entry["resource"])
    return fhir_json.dump(bundle)


def bundled(facts: Facts) -> dict[str, Any]:
    """The Bundle."""
    patient, house = _url(facts.patient, "patient"), _url({}, f"org:{facts.sender.uscc or facts.sender.name}")
    urls = [_url(one.resource, f"{facts.message}:{n}") for n, one in enumerate(facts.records)]
    made = facts.made.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    composition: dict[str, Any] = {
        "resourceType": "Composition",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{facts.message}"},
        "status": "final",
        "type": {"coding": [SUMMARY], "text": VIEWS[facts.view].text},
        "category": [{"coding": [{"system": PURPOSE, "code": facts.purpose}], "text": PURPOSES[facts.purpose].text}],
        "subject": {"reference": patient},
        "date": made,
        "author": [{"reference": house}],
        "custodian": {"reference": house},
        "title": VIEWS[facts.view].text,
        "section": sections(facts.records, urls),
    }
    if not composition["section"]:
        del composition["section"]
    entries = [
        (f"urn:uuid:{facts.message}", composition), (patient, facts.patient), (house, organisation(facts.sender)),
        *((url, one.resource) for url, one in zip(urls, facts.records, strict=True)),
    ]  # fmt: skip
    return {
        "resourceType": "Bundle", "type": "document",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{facts.message}"},
        "timestamp": made,
        "entry": [{"fullUrl": url, "resource": dict(resource)} for url, resource in entries],
    }  # fmt: skip


def _url(resource: Mapping[str, Any], otherwise: str) -> str:
    kind = resource.get("resourceType", "")
    return url_of(f"{kind}/{resource['id']}" if resource.get("id") else otherwise)


def organisation(party: Party) -> dict[str, Any]:
    """An institution as a resource."""
    out: dict[str, Any] = {"resourceType": "Organization", "name": party.name}
    if party.uscc:
        out["identifier"] = [{"system": USCC, "value": party.uscc}]
    return out


def sections(records: tuple[SharedRecord, ...], urls: list[str]) -> list[dict[str, Any]]:
    """The records by category, in the order of the words."""
    by: dict[str, list[str]] = {}
    for one, url in zip(records, urls, strict=True):
        by.setdefault(one.category, []).append(url)
    return [
        {"title": Category(one).label, "entry": [{"reference": url} for url in by[one]]}
        for one in Category
        if one in by
    ]
