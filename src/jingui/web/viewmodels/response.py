"""二（二）录入: a filled form as a person reads it: its parts, its questions, its answers [2.2.2]"""

from collections.abc import Callable, Mapping
from typing import Any

from jingui.web.viewmodels.resource import Shown, brief

SHORT = 2  # characters of a code that tells a reader nothing beside its words
Name = Callable[[str, str], str]  # (linkId, stored text) → the words shown


def lines(resource: Mapping[str, Any], name: Name) -> tuple[Shown, ...]:
    """The parts of a QuestionnaireResponse, each with its answered questions."""
    return tuple(
        Shown(label=name(str(part.get("linkId", "")), str(part.get("text", ""))), below=questions(part, name))
        for part in items(resource)
    )


def items(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The nodes below one."""
    found = node.get("item")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def questions(part: Mapping[str, Any], name: Name) -> tuple[Shown, ...]:
    """A part's questions; the rows of a group stand together as one table."""
    out: list[Shown] = []
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for node in items(part):
        link = str(node.get("linkId", ""))
        if items(node):
            rows = groups.setdefault(link, [])
            rows.append(node)
            if len(rows) > 1:
                continue
            out.append(Shown(label=link))  # its place; filled below, when every row is known
        else:
            out.append(one(node, name))
    return tuple(table(groups[line.label], name) if line.label in groups and not line.texts else line for line in out)


def one(node: Mapping[str, Any], name: Name) -> Shown:
    """One question with its answers."""
    given = [answer for answer in node.get("answer") or () if isinstance(answer, Mapping)]
    texts = tuple(told(answer) for answer in given)
    codings = [answer["valueCoding"] for answer in given if isinstance(answer.get("valueCoding"), Mapping)]
    codes = " ".join(str(coding["code"]) for coding in codings if len(str(coding.get("code", ""))) > SHORT)
    label = name(str(node.get("linkId", "")), str(node.get("text", "")))
    return Shown(label=label, texts=texts, code=codes, long=any(len(text) > 60 for text in texts))


def told(answer: Mapping[str, Any]) -> str:
    """An answer in words."""
    value = next((held for key, held in answer.items() if key.startswith("value")), "")
    if isinstance(value, Mapping) and "code" in value and "value" not in value:
        return str(value.get("display") or value["code"])
    return brief(value) or str(value)


def table(rows: list[Mapping[str, Any]], name: Name) -> Shown:
    """A group's rows side by side."""
    filled = [[one(node, name) for node in items(row)] for row in rows]
    columns = tuple(dict.fromkeys(cell.label for row in filled for cell in row))
    label = name(str(rows[0].get("linkId", "")), str(rows[0].get("text", "")))
    cells = tuple(
        tuple("；".join({cell.label: cell.texts for cell in row}.get(column, ())) for column in columns)
        for row in filled
    )
    return Shown(label=label, columns=columns, rows=cells)
