"""二（二）2 编码: a hospital's own code table: read from its file, kept as FHIR CodeSystem, read back [2.2.2]

CSV or TSV, UTF-8 or GB18030, with a heading: a column of codes and one of names (国家临床版、医保版 as they come).
"""

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from jingui.core.errors import Invalid, TooLarge
from jingui.core.word import N_
from jingui.formats.codetables import OWN, Table, shipped
from jingui.formats.pinyin import keys

LARGEST: Final = 64 * 1024 * 1024
MOST: Final = 100_000
CODES: Final = ("主要编码", "疾病编码", "手术编码", "诊断编码", "药品编码", "项目编码", "编码", "代码", "code")
NAMES: Final = ("疾病名称", "手术名称", "手术操作名称", "诊断名称", "药品名称", "通用名", "项目名称", "名称", "name")
EXTRA: Final = ("附加编码", "星号编码")
INITIALS, PINYIN = "initials", "pinyin"


def rows_of(data: bytes) -> list[tuple[str, str]]:
    """The (code, name) rows of a file; Invalid says in which line what is wrong."""
    if len(data) > LARGEST:
        raise TooLarge()
    text = unicodedata.normalize("NFC", _decoded(data)).replace("\r\n", "\n").replace("\r", "\n")
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=max("\t,;|", key=first.count))
    heading = [one.strip().lower() for one in next(reader, [])]
    code, name, extra = (_column(heading, known) for known in (CODES, NAMES, EXTRA))
    if code < 0 or name < 0:
        raise Invalid(N_("没有找到编码列和名称列。"), N_("第一行须写明列名，例如：编码,名称。"))
    found: dict[str, str] = {}
    wrong: list[tuple[str, str]] = []
    for number, row in enumerate(reader, 2):
        if not any(cell.strip() for cell in row):
            continue
        cells = [*row, *[""] * len(heading)]
        made, title = cells[code].strip(), " ".join(cells[name].split())
        if extra >= 0 and cells[extra].strip():
            made = f"{made}{'' if made.endswith('+') else '+'}{cells[extra].strip()}"
        problem = _problem(made, title, found)
        if problem:
            wrong.append((str(number), problem))
        found.setdefault(made, title)
    if wrong or not found:
        raise Invalid(N_("编码表有误，没有导入。"), places=tuple(wrong[:50]) or (("1", N_("没有任何编码")),))
    if len(found) > MOST:
        raise TooLarge()
    return list(found.items())


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(N_("文件编码须为 UTF-8 或 GB18030。"))


def _column(heading: Sequence[str], known: Sequence[str]) -> int:
    return next((heading.index(one) for one in known if one in heading), -1)


def _problem(code: str, name: str, found: Mapping[str, str]) -> str:
    if not code or not name:
        return N_("编码和名称都须填写")
    if len(code) > 40 or len(name) > 200 or any(unicodedata.category(one).startswith("C") for one in code + name):
        return N_("编码或名称过长，或含控制字符")
    if code.split() != [code]:
        return N_("编码中不能有空格")
    return N_("编码重复而名称不同") if found.get(code, name) != name else ""


def code_system(name: str, rows: Sequence[tuple[str, str]], edition: str) -> dict[str, Any]:
    """The table as CodeSystem, with the keys by which it is found; Invalid for a table that no template knows."""
    if name not in shipped():
        raise Invalid(N_("没有这个编码表。"), places=tuple((one, "") for one in shipped()))
    return {
        "resourceType": "CodeSystem", "id": name, "url": f"{OWN}{name}", "name": name, "version": edition,
        "title": shipped()[name].zh, "status": "active", "content": "complete", "count": len(rows),
        "property": [{"code": one, "type": "string"} for one in (INITIALS, PINYIN)],
        "concept": [_concept(code, text) for code, text in rows],
    }  # fmt: skip


def _concept(code: str, name: str) -> dict[str, Any]:
    initials, full = keys(name)
    found = ((INITIALS, initials), (PINYIN, full))
    properties = [{"code": one, "valueString": value} for one, value in found if value]
    return {"code": code, "display": name} | ({"property": properties} if properties else {})


def table_of(resource: Mapping[str, Any]) -> Table | None:
    """The whole table in a CodeSystem of ours; None for another's."""
    name = str(resource.get("name", ""))
    ours = shipped().get(name)
    if ours is None or resource.get("url") != f"{OWN}{name}" or resource.get("status") != "active":
        return None
    codes, found = {}, {}
    for one in resource.get("concept", ()):
        codes[one["code"]] = one["display"]
        held = {each["code"]: each["valueString"] for each in one.get("property", ())}
        found[one["code"]] = (held.get(INITIALS, ""), held.get(PINYIN, ""))
    english = {code: text for code, text in ours.english.items() if code in codes}
    return replace(ours, codes=codes, keys=found, english=english, complete=True, standard=str(resource["version"]))
