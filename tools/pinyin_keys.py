"""Write formats/data/pinyin.toml: initials and pinyin of every name in the shipped code tables."""

from pathlib import Path

from jingui.formats.codes import code_tables
from jingui.formats.codetables import FILES
from jingui.formats.pinyin import keys
from jingui.formats.tables import table

TARGET = Path(__file__).resolve().parents[1] / "src/jingui/formats/data/pinyin.toml"
HEAD = "# Made by tools/pinyin_keys.py: name = initials and full pinyin, so that no server needs a dictionary.\n"


def text() -> str:
    """The whole file."""
    names = {name for row in code_tables().values() for name in row.codes.values()}
    names |= {name for file in FILES for row in table(f"codetables/{file}").values() for name in row["codes"].values()}
    lines = (f'"{name}" = "{" ".join(keys(name))}"\n' for name in sorted(names))
    return HEAD + "".join(lines)


if __name__ == "__main__":
    TARGET.write_text(text(), "utf-8")
    print(TARGET.name, len(TARGET.read_text("utf-8")))
