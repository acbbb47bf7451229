"""一（三）2 以患者为中心: what the patient does not want, and what they agreed to, as facts [1.3.2] [2.1.3] [5.2.2]"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from jingui.core.consents import KINDS, ConsentState
from jingui.core.settings import NONE, Value
from jingui.core.words import Category, Consent, Level, Purpose, Relation, Role, Sensitivity
from jingui.formats import sensitivity
from jingui.store.statements import index_of

RESTRICTION = index_of("restriction")
CONSENT = index_of("patient_consent")
R_KIND, R_PERSON, R_DEPARTMENT, R_CATEGORIES = (
    RESTRICTION[n] for n in ("kind", "person_id", "department_id", "categories")
)
C_KIND, C_CATEGORIES, C_STATE, C_STARTS, C_ENDS = (
    CONSENT[n] for n in ("kind", "categories", "state", "starts", "ends")
)
TREATING = frozenset({Relation.TREATING, Relation.TEAM, Relation.CONSULTATION})
# Which consent a purpose rests on; a recipient outside the hospital has one of its own.
KIND_OF: Mapping[tuple[Purpose, bool], str] = {(row.purpose, row.recipient): row.name for row in KINDS.values()}
Needs = Mapping[str, frozenset[Level]]
"""By kind of consent: the levels of information that need it."""
EVERYTHING: Needs = {name: frozenset({Level.SENSITIVE, Level.SECRET}) for name in KINDS}


def needs_of(values: Mapping[str, Value]) -> Needs:
    """What the settings say needs a written consent, by the levels that their labels amount to."""
    return {row.name: frozenset(levels(str(values[row.setting]))) for row in KINDS.values()}


def levels(setting: str) -> Iterable[Level]:
    """The levels of a list of labels; nothing for `none`."""
    return () if setting == NONE else (sensitivity.level([Sensitivity(label)]) for label in setting.split())


def objects(
    rows: Sequence[Sequence[Any]], category: Category, relation: Relation, person: int,
    departments: frozenset[int],
) -> bool:  # fmt: skip
    """Whether a restriction of the patient names this reader: the person, their department, or all but the treating."""
    named = {"person": R_PERSON, "department": R_DEPARTMENT}
    reader = {"person": frozenset((person,)), "department": departments}
    for row in rows:
        if row[R_CATEGORIES] and category not in row[R_CATEGORIES]:
            continue
        kind = row[R_KIND]  # whatever names nobody binds all but the treating
        if row[named[kind]] in reader[kind] if kind in named else relation not in TREATING:
            return True
    return False


def consent_of(
    rows: Sequence[Sequence[Any]], needs: Needs, purpose: Purpose, role: Role, category: Category, level: Level,
    at: datetime,
) -> Consent:  # fmt: skip
    """What the patient's newest word for this purpose amounts to; emergencies and statutory reports need none."""
    kind = KIND_OF.get((purpose, role is Role.PARTNER))
    if kind is None:
        return Consent.NOT_NEEDED
    said = [row for row in rows if row[C_KIND] == kind and (not row[C_CATEGORIES] or category in row[C_CATEGORIES])]
    if said:
        newest = max(said, key=lambda row: (row[C_STARTS], row[1]))
        if newest[C_STATE] != ConsentState.GIVEN:
            return Consent.WITHDRAWN
        if newest[C_ENDS] is None or at < newest[C_ENDS]:
            return Consent.GIVEN
    return Consent.MISSING if level in needs.get(kind, ()) else Consent.NOT_NEEDED
