"""四（二）4 去标识化: techniques, what is found in texts, profiles as rows [4.2.4] [5.2.4] [2.1.3]

Classes and techniques follow the names of GB/T 37964-2019; which element gets which is the hospital's own reading of
it and of GB/T 39725-2020, not a quotation. What no row names is suppressed: a profile fails closed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from jingui.core.deidentify_rows import DATATYPES, ELEMENTS, RESOURCES, TEXTS
from jingui.core.deidentify_words import PROFILE_NAMES, Kind, Technique
from jingui.core.errors import Misconfigured

SOURCE: Final = "GB/T 37964-2019；GB/T 39725-2020"
OLDEST: Final = 89  # ages above are one group
TOP: Final = 90  # how that group is written
SHIFT: Final = 365  # days back at most that a patient's dates move; never 0, never into the future


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What happens to one element: a path (`Patient.birthDate`), a FHIR type (`HumanName`) or a kind of finding."""

    of: str
    technique: Technique
    argument: str = ""
    source: str = SOURCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One way to de-identify: `resources` may leave at all; `rows` by path or type, `texts` by kind of finding."""

    name: str
    resources: frozenset[str]
    rows: Mapping[str, Row]
    texts: Mapping[Kind, Row]

    def row(self, path: str, kind: str) -> Row:
        """The row of an element: its own path's, else its FHIR type's, else suppression."""
        return self.rows.get(path) or self.rows.get(kind) or Row(of=path, technique=Technique.SUPPRESS)

    def text(self, kind: Kind) -> Row:
        """The row of something found in a text, else suppression."""
        return self.texts.get(kind) or Row(of=kind.value, technique=Technique.SUPPRESS)


def _row(of: str, said: str) -> Row:
    """A row from `technique` or `technique:argument`."""
    technique, _, argument = said.partition(":")
    return Row(of=of, technique=Technique(technique), argument=argument)


def _said(rows: Mapping[str, tuple[str, str, str]], profile: str) -> dict[str, Row]:
    """One profile's column of a table of rows."""
    column = PROFILE_NAMES.index(profile)
    return {of: _row(of, columns[column]) for of, columns in rows.items()}


@cache
def profile(name: str) -> Profile:
    """Return a profile by name; Misconfigured for one that does not exist."""
    if name not in PROFILE_NAMES:
        raise Misconfigured(table="deidentify", row=name)
    column = PROFILE_NAMES.index(name)
    return Profile(
        name=name,
        resources=frozenset(of for of, columns in RESOURCES.items() if columns[column]),
        rows=_said(DATATYPES, name) | _said(ELEMENTS, name),
        texts={Kind(of): row for of, row in _said(TEXTS, name).items()},
    )


@cache
def profiles() -> tuple[Profile, ...]:
    """Every profile, in the order of PROFILE_NAMES."""
    return tuple(profile(name) for name in PROFILE_NAMES)
