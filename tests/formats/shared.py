"""Real inputs that nobody here wrote; a clone without them skips and says so."""

import json
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parents[2].parent / "shared"


def folder(name: str) -> Path:
    """Return ../shared/data/<name>, or skip."""
    path = SHARED / "data" / name
    if not path.is_dir():
        pytest.skip(f"the shared inputs ({name}) are not beside the project")
    return path


def resources(name: str = "fhir") -> list[dict[str, Any]]:
    """Return every resource of the FHIR inputs, bundles unpacked, read by the project's own reader."""
    from jingui.formats.fhir_json import parse

    out: list[dict[str, Any]] = []
    for path in sorted(folder(name).rglob("*.json")):
        if path.name == "r4.schema.json":
            continue
        whole = parse(path.read_bytes())
        inner = [e["resource"] for e in whole.get("entry", ()) if "resource" in e]
        out.extend(inner if whole["resourceType"] == "Bundle" else [whole])
    return out


def lexical(body: bytes) -> Any:
    """Return JSON with every number as the text it is written in."""
    return json.loads(body, parse_float=str, parse_int=str)
