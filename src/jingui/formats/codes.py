"""二（二）录入: the national code tables by which codes are checked and shown [2.2.2]"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from jingui.core.errors import Misconfigured
from jingui.formats.tables import table


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTable:
    """One code table; `verified` False means that nobody here read its values in the standard itself."""

    name: str
    zh: str
    en: str
    standard: str
    system: str  # a URI, "" if the standard registers none
    verified: bool
    note: str
    codes: Mapping[str, str]
    english: Mapping[str, str]
    fhir: Mapping[str, str]

    def show(self, code: str, language: str = "zh") -> str:
        """Return the name of a code in `zh` or `en` (Chinese where there is no English one), the code if unknown."""
        chinese = self.codes.get(code, code)
        return chinese if language == "zh" else self.english.get(code, chinese)


@cache
def code_tables() -> Mapping[str, CodeTable]:
    """Return every code table by name; Misconfigured if a translation or mapping names a code that is not there."""
    out = {}
    for name, row in table("codes").items():
        if (row.get("english", {}).keys() | row.get("fhir", {}).keys()) - row["codes"].keys():
            raise Misconfigured(table="codes", row=name)
        out[name] = CodeTable(
            name=name,
            zh=row["zh"],
            en=row["en"],
            standard=row["standard"],
            system=row.get("system", ""),
            verified=row["verified"],
            note=row.get("note", ""),
            codes=row["codes"],
            english=row.get("english", {}),
            fhir=row.get("fhir", {}),
        )
    return out


@cache
def by_system() -> Mapping[str, CodeTable]:
    """Return the code tables that have a system URI, by it."""
    return {each.system: each for each in code_tables().values() if each.system}
