"""Build src/jingui/formats/data/r4.json.xz, our own validation schema, from HL7's r4.schema.json (CC0).

Usage: python tools/build_fhir_schema.py path/to/r4.schema.json

Beyond leaving descriptions out it makes the schema stricter where R4 is and JSON schema was not:
real calendar dates, integer ranges, reference syntax, required primitives, at most one of each choice [x],
no control characters; and looser where HL7's pattern is wrong (full-width space U+3000 is text).
Resources inside resources are left to the caller, so that one validator serves all types.
"""

import json
import lzma
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "src" / "jingui" / "formats" / "data" / "r4.json.xz"

YEAR = "(?:[0-9](?:[0-9](?:[0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)"
LEAP = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)"
DAY = (
    f"(?:{LEAP}-02-29|{YEAR}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8])))"
)
CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\\.[0-9]+)?"
ZONE = "(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
PARTIAL = f"{YEAR}(?:-(?:0[1-9]|1[0-2]))?"
TEXT = "[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]"
ID = "[A-Za-z0-9\\-\\.]{1,64}"
SCRIPT = {"pattern": "^[\\x00-\\x20]*(?i:javascript|vbscript):"}
FOREIGN = {"Meta": ("account", "author", "compartment", "project"), "Reference": ("resource",)}  # not in R4
BIG = 10**18  # our JSON writer holds 64-bit integers only


def primitives(types: list[str]) -> dict[str, Any]:
    """Return our definitions of the primitive types, given all resource types."""
    text = {"type": "string", "pattern": f"^{TEXT}+$"}
    uri = {"type": "string", "pattern": "^[^\\s\\x00-\\x1f\\x7f]*$", "not": SCRIPT}
    kinds = "|".join(types)
    return {
        "base64Binary": {"type": "string", "pattern": "^[0-9a-zA-Z+/=\\s]*$"},
        "boolean": {"type": "boolean"},
        "canonical": uri,
        "code": {"type": "string", "pattern": "^[^\\s\\x00-\\x1f\\x7f]+(?: [^\\s\\x00-\\x1f\\x7f]+)*$"},
        "date": {"type": "string", "pattern": f"^(?:{PARTIAL}|{DAY})$"},
        "dateTime": {"type": "string", "pattern": f"^(?:{PARTIAL}|{DAY}(?:T{CLOCK}{ZONE})?)$"},
        "decimal": {"type": "number", "minimum": -BIG, "maximum": BIG},
        "id": {"type": "string", "pattern": f"^{ID}$"},
        "instant": {"type": "string", "pattern": f"^{DAY}T{CLOCK}{ZONE}$"},
        "integer": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
        "markdown": text,
        "oid": {"type": "string", "pattern": "^urn:oid:[0-2](?:\\.(?:0|[1-9][0-9]*))+$"},
        "positiveInt": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
        "string": text,
        "time": {"type": "string", "pattern": f"^{CLOCK}$"},
        "unsignedInt": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
        "uri": uri,
        "url": uri,
        "uuid": {"type": "string", "pattern": "^urn:uuid:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"},
        "xhtml": {"type": "string"},
        # relative, absolute, urn:, internal, or conditional (bundles only; resolved before anything is stored)
        "reference": {
            "type": "string",
            "pattern": f"^(?:#\\S*|https?://\\S+|urn:\\S+|(?:{kinds})/{ID}(?:/_history/{ID})?|(?:{kinds})\\?\\S+)$",
        },
    }


def choices(properties: dict[str, Any], names: dict[str, str]) -> dict[str, list[str]]:
    """Return choice name -> element names; HL7 gives all elements of one choice the same description."""
    groups: dict[tuple[str, str], list[str]] = {}
    for key, schema in properties.items():
        if schema.get("type") == "array":  # a choice never repeats: reasonCode and reasonReference are two elements
            continue
        for at in (m.start() for m in re.finditer("[A-Z]", key)):
            if key[at:] in names and key[:at]:
                groups.setdefault((key[:at], schema.get("description", "")), []).append(key)
    return {head: keys for (head, _), keys in groups.items() if len(keys) > 1 and head not in properties}


def definition(raw: dict[str, Any], names: dict[str, str], required: list[str]) -> dict[str, Any]:
    """Return our form of one structured definition."""
    properties: dict[str, Any] = {}
    groups = choices(raw["properties"], names)
    chosen = {key: key[len(head) :] for head, keys in groups.items() for key in keys}
    for key, schema in raw["properties"].items():
        if key in chosen and "$ref" not in schema:
            properties[key] = {"$ref": f"#/definitions/{names[chosen[key]]}"}
        else:
            properties[key] = {k: v for k, v in schema.items() if k != "description"}
    rules: list[dict[str, Any]] = []
    for name in required:
        if name.removesuffix("[x]") in groups:
            continue
        if name not in properties:
            raise SystemExit(f"no element {name}")
        rules.append({"anyOf": [{"required": [name]}, {"required": ["_" + name]}]})
    for head, keys in sorted(groups.items()):
        one = [{"required": [key]} for key in keys]
        none = [] if f"{head}[x]" in required else [{"not": {"anyOf": one}}]
        rules.append({"oneOf": [*one, *none], "$comment": head})
    out: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    if raw.get("required"):
        out["required"] = raw["required"]
    if rules:
        out["allOf"] = rules
    return out


def build(source: dict[str, Any], required: dict[str, list[str]]) -> dict[str, Any]:
    """Return the whole schema: one object whose only property is the resource type."""
    definitions = source["definitions"]
    types = sorted(n for n in source["discriminator"]["mapping"] if "implicitRules" in definitions[n]["properties"])
    base = primitives(types)
    names = {n[0].upper() + n[1:]: n for n in [*base, *source["definitions"]] if "_" not in n}
    definitions = dict(base)
    for name, raw in source["definitions"].items():
        if "properties" in raw:
            definitions[name] = definition(raw, names, required.pop(name, []))
        elif name not in base and name != "ResourceList":
            raise SystemExit(f"unknown definition {name}")
    if required:
        raise SystemExit(f"not in the schema: {sorted(required)}")
    definitions["ResourceList"] = {"type": "object", "required": ["resourceType"]}
    definitions["Reference"]["properties"]["reference"] = {"$ref": "#/definitions/reference"}
    definitions["Extension"]["required"] = ["url"]
    for name, foreign in FOREIGN.items():
        for element in foreign:
            del definitions[name]["properties"][element]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "properties": {name: {"$ref": f"#/definitions/{name}"} for name in types},
        "additionalProperties": False,
        "definitions": reachable(definitions, types),
    }


def reachable(definitions: dict[str, Any], types: list[str]) -> dict[str, Any]:
    """Return only what the official types use."""
    kept: dict[str, Any] = {}
    names = list(types)
    while names:
        name = names.pop()
        if name not in kept:
            kept[name] = definitions[name]
            names.extend(re.findall('"#/definitions/([^"]+)"', json.dumps(kept[name])))
    return kept


def main() -> None:
    """Write the file and say how large it is."""
    source = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    required = tomllib.loads((HERE / "fhir_required.toml").read_text("utf-8"))
    text = json.dumps(build(source, required), separators=(",", ":"), sort_keys=True).encode()
    OUT.write_bytes(lzma.compress(text, preset=9 | lzma.PRESET_EXTREME))
    print(f"{len(text)} bytes, {OUT.stat().st_size} compressed")


if __name__ == "__main__":
    main()
