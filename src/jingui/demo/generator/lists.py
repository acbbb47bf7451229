"""The lists and disease scripts of the demo, read once from `data/` [2.2.2]"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

Table = dict[str, Any]
Row = list[Any]


@cache
def table(name: str) -> Table:
    """The parsed file `data/<name>.toml`."""
    return tomllib.loads(files("jingui.demo").joinpath("data", f"{name}.toml").read_text(encoding="utf-8"))


@cache
def scripts() -> dict[str, Table]:
    """Every disease script by its id, in the files' order."""
    folder = files("jingui.demo").joinpath("data", "scripts")
    found: dict[str, Table] = {}
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".toml"):
            for name, script in tomllib.loads(file.read_text(encoding="utf-8")).items():
                found[name] = {**script, "id": name}
    return found
