"""五（二）1 最小必要: which elements of each type ever leave, and what an identity consists of [5.2.1]

Who wrote, where and in which bed, notes to colleagues, attachments, extensions: no purpose of the list needs them.
A name ending in `*` stands for every form of a choice of types (`value*`: valueQuantity, valueString …).
"""

from collections.abc import Mapping
from typing import Final

from jingui.core.word import N_

ELEMENTS: Final[Mapping[str, frozenset[str]]] = {
    "AllergyIntolerance": frozenset({
        "clinicalStatus", "verificationStatus", "type", "category", "criticality", "code", "onset*", "recordedDate",
        "reaction",
    }),
    "Composition": frozenset({"status", "type", "category", "date", "title", "section"}),
    "Condition": frozenset({
        "clinicalStatus", "verificationStatus", "category", "severity", "code", "bodySite", "onset*", "abatement*",
        "recordedDate", "stage",
    }),
    "DiagnosticReport": frozenset({
        "status", "category", "code", "effective*", "issued", "result", "conclusion", "conclusionCode",
    }),
    "ImagingStudy": frozenset({
        "status", "modality", "started", "numberOfSeries", "numberOfInstances", "procedureCode", "reasonCode",
        "description",
    }),
    "Immunization": frozenset({"status", "vaccineCode", "occurrence*", "doseQuantity", "site", "route"}),
    "MedicationRequest": frozenset({
        "status", "intent", "category", "medication*", "authoredOn", "dosageInstruction", "reasonCode",
        "dispenseRequest",
    }),
    "Observation": frozenset({
        "status", "category", "code", "effective*", "issued", "value*", "dataAbsentReason", "interpretation",
        "referenceRange", "bodySite", "method", "component", "hasMember",
    }),
    "Procedure": frozenset({"status", "category", "code", "performed*", "bodySite", "outcome", "complication"}),
    "QuestionnaireResponse": frozenset({"questionnaire", "status", "authored", "item"}),
}  # fmt: skip

#: Elements that R4 demands and that name who wrote: the hospital stands there.
AUTHORED: Final[Mapping[str, str]] = {"Composition": "author"}

#: What of an identity may go along, and the elements of a Patient that say it.
IDENTITY: Final[Mapping[str, tuple[str, str]]] = {
    "name": (N_("姓名"), "name"),
    "sex": (N_("性别"), "gender"),
    "birth": (N_("出生日期"), "birthDate"),
    "id_card": (N_("证件号码"), "identifier"),
    "phone": (N_("电话"), "telecom"),
    "address": (N_("地址"), "address"),
}
#: The look-up fields of identifiers that prove a person; record numbers stay in the house they belong to.
PROVING: Final = frozenset({"id_card", "passport"})
