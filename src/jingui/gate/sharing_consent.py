"""五（二）2 书面同意: whether a patient's consent names this partner and purpose, and what it covers [5.2.2] [2.1.3]"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from jingui.core.consents import ConsentState, Party, under
from jingui.core.share import PURPOSES
from jingui.core.words import Category, Consent, Level, Sensitivity
from jingui.formats import sensitivity
from jingui.formats.fhir_consent import named_uses, signed_by
from jingui.gate.consent_paper import read_paper
from jingui.gate.writing import WriteContext
from jingui.store.models import PatientConsent

SHARING: Final = "sharing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The patient's newest word about this partner and purpose; `row` None where nothing was ever said."""

    state: Consent
    row: PatientConsent | None = None

    @property
    def number(self) -> int:
        """The consent's number, 0 for none."""
        return self.row.consent_id if self.row is not None else 0

    def covers(self, category: Category, labels: frozenset[Sensitivity]) -> bool:
        """Whether it covers a record. What is highly sensitive must be named; whose it is goes with every consent."""
        if self.row is None:
            return False
        if self.row.categories and category not in (*self.row.categories, Category.BASIC.value):
            return False
        told = frozenset(self.row.labels)
        plain = labels - {Sensitivity.MINOR}
        named = frozenset(one for one in plain if told or sensitivity.level((one,)) is Level.SECRET)
        return named <= told


def names(party: str, uscc: str) -> bool:
    """Whether a consent's recipient is this partner: its 统一社会信用代码 stands first, its name may follow."""
    first, _, _ = party.strip().partition(" ")
    return bool(uscc) and first.upper() == uscc.upper()


def said(
    context: WriteContext, patient: int, uscc: str, purpose: str, *, birth: str, minor: int, at: datetime
) -> Said:  # fmt: skip
    """What the patient said about handing records to this partner for this purpose; its row stays locked.

    Tampered for a row or paper that is not as it was written. Without a signed paper, or for a minor without the
    guardian's, nothing was said.
    """
    found = []
    for row in PatientConsent.objects.select_for_update().filter(patient_id=patient, kind=SHARING):
        context.runtime.sealer.check(row)
        if row.starts <= at and row.record_id and names(row.party, uscc):
            paper, _ = read_paper(context, patient, row.record_id)
            if speaks(paper, row, purpose) and (not under(birth, at, minor) or guardian(paper)):
                found.append(row)
    if not found:
        return Said(state=Consent.MISSING)
    newest = max(found, key=lambda row: (row.starts, row.consent_id))
    if newest.state != ConsentState.GIVEN:
        return Said(state=Consent.WITHDRAWN, row=newest)
    if newest.ends is not None and newest.ends <= at:
        return Said(state=Consent.MISSING, row=newest)
    return Said(state=Consent.GIVEN, row=newest)


def speaks(paper: Mapping[str, Any], row: PatientConsent, purpose: str) -> bool:
    """Whether it is about this purpose: named, or the very purpose that the consent as a whole is for."""
    uses = named_uses(paper)
    return purpose in uses if uses else PURPOSES[purpose].purpose == row.purpose


def guardian(paper: Mapping[str, Any]) -> bool:
    """Whether a guardian signed (PIPL 31)."""
    return signed_by(paper) == Party.GUARDIAN


def hold(patient: int, consent: int) -> None:
    """Lock the consent that something rests on: before the row that rests on it, as a withdrawal does."""
    if consent:
        PatientConsent.objects.select_for_update().filter(pk=(patient, consent)).first()
