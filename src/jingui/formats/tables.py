"""一 总则: the data tables of the formats, each read once; a hospital edits the files, not the code [1.2]"""

import json
import lzma
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from jingui.core.errors import Misconfigured
from jingui.core.word import N_


@cache
def table(name: str) -> dict[str, Any]:
    """Return the TOML table `name` of formats/data; Misconfigured if it is missing or cannot be read."""
    try:
        return tomllib.loads((files("jingui.formats") / "data" / f"{name}.toml").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Misconfigured(N_("数据表无法读取，系统拒绝启动。"), table=name, detail=str(error)) from error


@cache
def schema() -> dict[str, Any]:
    """Return the compact FHIR R4 schema; Misconfigured if it is missing or damaged."""
    try:
        raw = (files("jingui.formats") / "data" / "r4.json.xz").read_bytes()
        out: dict[str, Any] = json.loads(lzma.decompress(raw))
        return out
    except (OSError, ValueError, lzma.LZMAError) as error:
        raise Misconfigured(N_("数据表无法读取，系统拒绝启动。"), table="r4.json.xz", detail=str(error)) from error
