"""五（一）2 共享文档: codes at the boundary: ours to a document's and back, and the habits that differ [5.1.2]

The same table is written in several ways: 入院途径 1 is 门诊 in the standard and 急诊 in many systems; Rh, 护理等级 and
切口类别 are shifted likewise. A code whose name says another row is converted only by a habit of the table
(data/cda/codes.toml); what no habit explains is refused by name, never guessed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from jingui.core.errors import Misconfigured, Unprocessable
from jingui.core.word import N_
from jingui.formats.cda_document import CdaDocument, Cluster, Coded, Entry, Section
from jingui.formats.cda_types import plain_system
from jingui.formats.codetables import Table, Tables, in_force
from jingui.formats.pinyin import plain
from jingui.formats.tables import table as read

URN: Final = "urn:oid:"
UNKNOWN: Final = N_("文档中有本院不认识的代码。")
CONTRARY: Final = N_("文档中的代码与名称不符，无法判断以哪一个为准。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How others write a table: their codes to the standard's, and what stands beside them."""

    table: str
    name: str
    codes: Mapping[str, str]
    names: Mapping[str, str]

    def back(self) -> Mapping[str, str]:
        """The standard's codes to theirs."""
        return {ours: theirs for theirs, ours in self.codes.items()}


@cache
def habits() -> tuple[Habit, ...]:
    """Every habit; Misconfigured for one that cannot be read both ways or names no code of its table."""
    found = tuple(Habit(**one) for one in read("cda/codes")["habit"])
    for one in found:
        known = in_force().get(one.table)
        if known is None or set(one.codes.values()) - known.codes.keys() or len(one.back()) != len(one.codes):
            raise Misconfigured(table="cda/codes", row=f"{one.table} {one.name}")
    return found


def written(table: str, code: str, system: str = "", *, habit: str = "", tables: Tables | None = None) -> Coded:
    """A code of ours as a document writes it, by the table's OID; Unprocessable, by name, for one it does not have.

    Where the place in the document has another system, the words alone are written. `habit`: as that receiver reads.
    """
    held = (tables or in_force())[table]
    if code not in held.codes:
        raise Unprocessable(UNKNOWN, places=((f"{held.zh}：{code[:20]}", "code"),))
    own = held.system.removeprefix(URN)
    if own == held.system or (system and plain_system(system) != plain_system(own)):
        return Coded(code="", name=held.codes[code])
    if not habit:
        return Coded(code=code, system=system or own, name=held.codes[code])
    way = next((one for one in habits() if (one.table, one.name) == (table, habit)), None)
    if way is None or code not in way.back():
        raise Unprocessable(UNKNOWN, places=((f"{held.zh}（{habit}）：{code[:20]}", "code"),))
    theirs = way.back()[code]
    return Coded(code=theirs, system=system or own, name=way.names.get(theirs, held.codes[code]))


def taken(said: Coded, tables: Tables | None = None) -> Coded:
    """A document's code as ours; of a table that is not kept here, or without a code: as it stands.

    Unprocessable, by table and code, for an unknown code and for one whose name says something else.
    """
    held = table_of(said.system, tables)
    if held is None or not said.code:
        return said
    meant = named(held, said.name)
    there = said.code in held.codes
    if there and meant in ("", said.code):
        return replace(said, name=held.codes[said.code])
    ways = {one.codes[said.code] for one in habits() if one.table == held.name and said.code in one.codes
            and (not meant or one.codes[said.code] == meant)}  # fmt: skip
    if len(ways) == 1 and (meant or not there):
        code = ways.pop()
        return replace(said, code=code, name=held.codes[code])
    if there:
        raise Unprocessable(CONTRARY, places=((f"{held.zh}：{said.code} {said.name[:20]}", "code"),))
    if held.shaped(said.code):
        return said
    raise Unprocessable(UNKNOWN, places=((f"{held.zh}：{said.code[:20]} {said.name[:20]}".strip(), "code"),))


def table_of(system: str, tables: Tables | None = None) -> Table | None:
    """The table that a document's system is, None for one that is not kept here."""
    held = tables or in_force()
    found = _by_system(held).get(plain_system(system)) if system else None
    return held.get(found) if found else None


def _by_system(held: Tables) -> Mapping[str, str]:
    return {
        plain_system(one.system.removeprefix(URN)): name
        for name in held.names() if (one := held[name]).system.startswith(URN)
    }  # fmt: skip


def named(held: Table, name: str) -> str:
    """The code of the row that a name is, "" when it is none or nothing is said."""
    wanted = plain(name)
    if not wanted:
        return ""
    if wanted in held.by_name:
        return held.by_name[wanted]
    told = {row for one in habits() if one.table == held.name
            for code, row in one.codes.items() if plain(one.names.get(code, "")) == wanted}  # fmt: skip
    return told.pop() if len(told) == 1 else ""


def checked(document: CdaDocument) -> None:
    """Every code of a shared document is one that can be told; Unprocessable with all that cannot."""
    wrong: list[tuple[str, str]] = []
    for one in coded(document):
        try:
            taken(one)
        except Unprocessable as error:
            wrong.extend(error.places)
    if wrong:
        raise Unprocessable(CONTRARY, places=tuple(dict.fromkeys(wrong)))


def coded(document: CdaDocument) -> Iterator[Coded]:
    """Every code in it: of the patient, the visit, the entries."""
    who = document.patient
    held = (who.sex, who.marital, who.ethnic, who.nationality, who.education, who.occupation, who.kind)
    yield from (one for one in held if one is not None)
    if document.encounter is not None and document.encounter.kind is not None:
        yield document.encounter.kind
    for section in document.sections:
        yield from _in(section)


def _in(section: Section) -> Iterator[Coded]:
    for one in section.entries:
        if isinstance(one, Cluster):
            yield from (each for each in (one.what, one.route) if each is not None)
            for entry in one.entries:
                yield from _values(entry)
        else:
            yield from _values(one)
    for inner in section.sections:
        yield from _in(inner)


def _values(entry: Entry) -> Iterator[Coded]:
    if isinstance(entry.value, Coded):
        yield entry.value
    for one in entry.inner:
        yield from _values(one)
