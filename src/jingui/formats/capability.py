"""五（一）传输: what our FHIR interface can do, from the same tables that do it [5.1.2]"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jingui.formats.fhir_params import Param, search_params
from jingui.formats.fhir_types import TypeRow, rows

_BULK = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition"
_OAUTH = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
_SERVICE = "http://terminology.hl7.org/CodeSystem/restful-security-service"
_TYPES = {"token": "token", "reference": "reference", "date": "date", "string": "string"}
_INTERACTIONS = ("read", "vread", "history-instance", "search-type", "create", "update")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """What the statement says of this installation; addresses are absolute, "" if there is none."""

    url: str
    version: str
    date: datetime
    authorize: str = ""
    token: str = ""
    name: str = "金匮"


def capability(of: Interface) -> dict[str, Any]:
    """Return the CapabilityStatement: every chart and directory type with the interactions and searches it has."""
    security: dict[str, Any] = {
        "cors": True,
        "service": [{"coding": [{"system": _SERVICE, "code": "SMART-on-FHIR"}]}],
    }
    addresses = [("authorize", of.authorize), ("token", of.token)]
    uris = [{"url": name, "valueUri": url} for name, url in addresses if url]
    if uris:
        security["extension"] = [{"url": _OAUTH, "extension": uris}]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": of.date.isoformat(timespec="seconds"),
        "kind": "instance",
        "software": {"name": of.name, "version": of.version},
        "implementation": {"description": of.name, "url": of.url},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "security": security,
                "resource": [_resource(row) for _, row in sorted(rows().items()) if row.place != "none"],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
                "operation": [{"name": "export", "definition": f"{_BULK}/export"}],
            }
        ],
    }


def _resource(row: TypeRow) -> dict[str, Any]:
    """Return the entry of one type."""
    params = search_params(row.name)
    out: dict[str, Any] = {
        "type": row.name,
        "interaction": [{"code": each} for each in _INTERACTIONS if each != "search-type" or params],
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": False,
        "conditionalCreate": bool(params),
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
        "referencePolicy": ["literal", "local"],
    }
    included = [f"{row.name}:{each.name}" for each in params.values() if each.kind == "reference"]
    if included:
        out["searchInclude"] = included
    if params:
        common = [{"name": "_id", "type": "token"}, {"name": "_lastUpdated", "type": "date"}]
        out["searchParam"] = common + [_param(each) for each in params.values()]
    if row.name == "Patient":
        definition = "http://hl7.org/fhir/OperationDefinition/Patient-everything"
        bulk = {"name": "export", "definition": f"{_BULK}/patient-export"}
        out["operation"] = [{"name": "everything", "definition": definition}, bulk]
    return out


def _param(param: Param) -> dict[str, Any]:
    """Return the entry of one search parameter."""
    kind = _TYPES.get(param.kind) or {"identifier": "token", "birthdate": "date"}.get(param.name, "string")
    return {"name": param.name, "type": kind, "documentation": param.expression}
