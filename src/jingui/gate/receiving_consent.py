"""五（二）2, 二（一）3: whether the patient agreed that this hospital takes such information [5.2.2] [2.1.3]"""

from jingui.core.consents import COLLECTION
from jingui.core.settings import several
from jingui.core.words import Category, Consent, Level, Purpose, Role
from jingui.gate import facts as f
from jingui.gate import settings
from jingui.gate.receiving_records import Filing, category_for
from jingui.gate.wishes import consent_of
from jingui.gate.writing import WriteContext

NOBODY: dict[str, frozenset[Level]] = {}
EVERY = {COLLECTION: frozenset(Level)}


def consented(context: WriteContext, facts: f.PatientFacts, filing: Filing) -> bool:
    """False when the house's settings ask for a consent that is missing, or the patient withdrew it."""
    category = category_for(filing, {"resourceType": "DocumentReference", "type": kind_of(filing)})
    needs = EVERY if asked(context, filing, category) else NOBODY
    said = consent_of(
        facts.rows(f.CONSENTS), needs, Purpose.TREATMENT, Role.INTERFACE, category, Level.ORDINARY,
        context.runtime.clock.now(),
    )  # fmt: skip
    return said not in (Consent.MISSING, Consent.WITHDRAWN)


def asked(context: WriteContext, filing: Filing, category: Category) -> bool:
    """Whether a consent must stand for this form of content, this purpose or this category."""
    values = settings.values(context.runtime, context.epoch)
    return (
        filing.media.value in several(values["receive_consent_media"])
        or category.value in several(values["receive_consent_categories"])
    )  # fmt: skip


def kind_of(filing: Filing) -> dict[str, object]:
    """The document's type as its reference will say it."""
    system, code = filing.inbound.kind
    return {"coding": [{"system": system, "code": code}]}
