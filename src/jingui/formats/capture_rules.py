"""二（二）2 真实、准确: checks across two items, each a row that templates name [2.2.2]"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from jingui.core.capture import Fault, Rule, Template
from jingui.formats.capture_values import empty
from jingui.formats.identifiers import id_card_ok

_SEX: Final = {"1": 1, "2": 0}  # GB/T 2261.1: male odd, female even in the identity number


def _moment(value: Any) -> date | datetime | None:
    """A clean date or dateTime."""
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    except ValueError:
        return None


def _not_before(left: Any, right: Any) -> bool:
    one, other = _moment(left), _moment(right)
    if one is None or other is None:
        return True
    if isinstance(one, datetime) != isinstance(other, datetime):  # a day against a moment: the days are compared
        one, other = (each.date() if isinstance(each, datetime) else each for each in (one, other))
    return one >= other  # both dates or both aware moments


def _at_least(left: Any, right: Any) -> bool:
    return empty(left) or empty(right) or left >= right


def _one_of(left: Any, right: Any) -> bool:
    return not empty(left) or not empty(right)


def _id_card_birth(left: Any, right: Any) -> bool:
    if not isinstance(left, str) or not isinstance(right, str) or not id_card_ok(left):
        return True
    return f"{left[6:10]}-{left[10:12]}-{left[12:14]}" == right


def _id_card_sex(left: Any, right: Any) -> bool:
    if not isinstance(left, str) or not id_card_ok(left) or right not in _SEX:
        return True
    return int(left[16]) % 2 == _SEX[right]


RULES: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "not_before": _not_before,
    "at_least": _at_least,
    "one_of": _one_of,
    "id_card_birth": _id_card_birth,
    "id_card_sex": _id_card_sex,
}


def broken(
    template: Template, answers: Mapping[str, Any], typed: Mapping[str, Sequence[int]]
) -> Iterator[tuple[Rule, Fault]]:
    """Each rule that clean answers break, with the place where it is said; `typed` numbers a group's rows."""
    for rule in template.rules:
        group, dot, left = rule.left.partition(".")
        if not dot:
            rows: list[tuple[str, Mapping[str, Any]]] = [("", answers)]
        else:
            found = answers.get(group, ())
            rows = [(f"{group}.{n}.", row) for n, row in zip(typed.get(group, range(len(found))), found, strict=True)]
        one, other = (left or group), rule.right.rpartition(".")[2]
        for prefix, row in rows:
            if not RULES[rule.kind](row.get(one), row.get(other)):
                yield rule, Fault(path=prefix + one, text=rule.zh)
