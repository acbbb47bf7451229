"""二（二）录入: the resources that a filled form holds: diagnoses, signs, drugs, operations, reports [2.2.2]

Which parts of a form become what is a row of its template; here stands how each type is put together. Whatever is made
names the form it came from, so that a correction of the form is a correction of what was taken out of it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from jingui.core.capture import Item, ItemKind, Make, Template
from jingui.formats.capture_response import answers_of
from jingui.formats.codetables import Table, Tables, in_force
from jingui.formats.fhir_dates import CHINA
from jingui.formats.tables import table

Json = dict[str, Any]
HL7: Final = "http://terminology.hl7.org/CodeSystem/"
LOINC: Final = "http://loinc.org"
UCUM: Final = "http://unitsofmeasure.org"
SUPPORTING: Final = "http://hl7.org/fhir/StructureDefinition/workflow-supportingInfo"
SNOMED: Final = "http://snomed.info/sct"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One filled form while things are taken out of it."""

    template: Template
    answers: Mapping[str, Any]
    items: Mapping[str, Item]
    tables: Tables
    subject: Json
    encounter: Json | None
    author: Json | None
    authored: str
    origin: str  # the reference of the form itself

    def common(self, kind: str, *, owner: str = "subject") -> Json:
        """The elements that every resource of a form shares."""
        out: Json = {"resourceType": kind, owner: self.subject}
        if self.encounter is not None and kind not in ("Consent",):
            out["encounter"] = self.encounter
        if self.origin:
            out["extension"] = [{"url": SUPPORTING, "valueReference": {"reference": self.origin}}]
        return out

    def concept(self, link: str, value: Any) -> Json:
        """A clean coded, choice or text value as CodeableConcept."""
        item = self.items[link]
        if item.kind is ItemKind.CODED:
            return coded(self.tables[item.table], value["code"], value["text"])
        if item.kind is ItemKind.CHOICE:
            return coded(self.tables[item.table], value, self.tables[item.table].show(value))
        return {"text": str(value)}

    def moment(self, value: Any) -> str:
        """A clean date or dateTime, else when the form was written."""
        return value if isinstance(value, str) and value else self.authored


def coded(known: Table, code: str, text: str) -> Json:
    """A CodeableConcept; text alone where nobody coded it."""
    if not code:
        return {"text": text}
    return {"coding": [{"system": known.system, "code": code, "display": text}], "text": text}


def concept(system: str, code: str, text: str = "") -> Json:
    """A CodeableConcept of one fixed code."""
    out: Json = {"coding": [{"system": system, "code": code}]}
    if text:
        out["text"] = text
    return out


def extract(template: Template, response: Json, *, origin: str = "", tables: Tables | None = None) -> list[Json]:
    """The resources in a response of ours, each valid R4, about the same patient and visit.

    `origin` is the reference of the response as the submission knows it (its full URL); "" leaves the link out.
    """
    items = {one.link: one for one in template.every()}
    form = Form(
        template=template, answers=answers_of(template, response), items=items, tables=tables or in_force(),
        subject=response["subject"], encounter=response.get("encounter"), author=response.get("author"),
        authored=response["authored"], origin=origin,
    )  # fmt: skip
    return [made for make in template.makes for made in MAKES[make.kind](form, make)]


def _rows(form: Form, make: Make) -> Iterator[Mapping[str, Any]]:
    """The rows of a group, or the whole form for a single item that was answered; none that lacks what is needed."""
    value = form.answers.get(make.of)
    if value is None or value == "":
        return
    group = form.items[make.of].kind is ItemKind.GROUP
    rows = ({**form.answers, **row} for row in value) if group else (form.answers,)
    needed = [make.parts[name] for name in NEEDS[make.kind] if name in make.parts]
    yield from (row for row in rows if all(name in row for name in needed))


def _conditions(form: Form, make: Make) -> Iterator[Json]:
    for row in _rows(form, make):
        value = row[make.parts["code"]]
        out = form.common("Condition")
        out |= {
            "clinicalStatus": concept(HL7 + "condition-clinical", "active"),
            "verificationStatus": concept(
                HL7 + "condition-ver-status", make.parts.get("verification", "confirmed")
            ),
            "category": [concept(HL7 + "condition-category", make.parts["category"])],
            "code": form.concept(make.parts["code"], value),
            "recordedDate": form.moment(row.get(make.parts.get("date", ""))),
        }  # fmt: skip
        if form.author is not None:
            out["recorder"] = form.author
        yield out


def _allergies(form: Form, make: Make) -> Iterator[Json]:
    for row in _rows(form, make):
        out = form.common("AllergyIntolerance", owner="patient")
        out |= {
            "clinicalStatus": concept(HL7 + "allergyintolerance-clinical", "active"),
            "verificationStatus": concept(HL7 + "allergyintolerance-verification", "unconfirmed"),
            "code": form.concept(make.parts["code"], row[make.parts["code"]]), "recordedDate": form.authored,
        }  # fmt: skip
        if row.get(make.parts["reaction"]):
            out["reaction"] = [{"manifestation": [{"text": row[make.parts["reaction"]]}]}]
        if form.author is not None:
            out["recorder"] = form.author
        yield out


def quantity(item: Item, value: Any) -> Json:
    """A number with the unit of its item."""
    return {"value": value, "unit": item.shown, "system": UCUM, "code": item.unit}


def _signs(form: Form, make: Make) -> Iterator[Json]:
    rows = table("capture/observations")
    at = form.moment(form.answers.get(make.parts.get("at", "")))
    together = {link: panel for panel, (_, _, members) in rows["panels"].items() for link in members}
    for link in rows["signs"]:
        if link in form.answers and link not in together:
            item = form.items[link]
            loinc, name = rows["signs"][link]
            out = _observation(form, "vital-signs", at)
            out["code"] = {"coding": [{"system": LOINC, "code": loinc, "display": name}], "text": item.zh}
            out["valueQuantity"] = quantity(item, form.answers[link])
            yield out
    for panel, (name, text, members) in rows["panels"].items():
        found = [link for link in members if link in form.answers]
        if found:
            out = _observation(form, "vital-signs", at)
            out["code"] = {"coding": [{"system": LOINC, "code": panel, "display": name}], "text": text}
            out["component"] = [_component(form.items[one], rows["signs"][one], form.answers[one]) for one in found]
            yield out


def _component(item: Item, row: list[str], value: Any) -> Json:
    code = {"coding": [{"system": LOINC, "code": row[0], "display": row[1]}], "text": item.zh}
    return {"code": code, "valueQuantity": quantity(item, value)}


def _observation(form: Form, category: str, at: str) -> Json:
    out = form.common("Observation")
    if form.origin:  # an Observation has an element of its own for it
        del out["extension"]
        out["derivedFrom"] = [{"reference": form.origin}]
    out |= {
        "status": "final", "category": [concept(HL7 + "observation-category", category)],
        "effectiveDateTime": at,
    }  # fmt: skip
    if form.author is not None:
        out["performer"] = [form.author]
    return out


def _results(form: Form, make: Make) -> Iterator[Json]:
    parts = make.parts
    for row in _rows(form, make):
        out = _observation(form, parts["category"], form.moment(row.get(parts["at"])))
        out["code"] = form.concept(parts["code"], row[parts["code"]])
        value, unit, text = (row.get(parts[name]) for name in ("value", "unit", "text"))
        if isinstance(value, (int, Decimal)):
            shown = form.tables[form.items[parts["unit"]].table].show(str(unit)) if unit else ""
            out["valueQuantity"] = {"value": value} | ({"unit": shown, "system": UCUM, "code": unit} if unit else {})
        elif text:
            out["valueString"] = text
        if row.get(parts["range"]):
            out["referenceRange"] = [{"text": row[parts["range"]]}]
        if row.get(parts["flag"]):
            out["interpretation"] = [form.concept(parts["flag"], row[parts["flag"]])]
        if isinstance(value, (int, Decimal)) and text:
            out["note"] = [{"text": text}]
        yield out


def _reports(form: Form, make: Make) -> Iterator[Json]:
    row = next(_rows(form, make), None)
    if row is None:
        return
    value = row[make.parts["code"]]
    out = form.common("DiagnosticReport")
    out |= {
        "status": "final", "category": [concept(HL7 + "v2-0074", make.parts["category"])],
        "code": form.concept(make.parts["code"], value),
        "effectiveDateTime": form.moment(form.answers.get(make.parts["at"])), "issued": _instant(form.authored),
    }  # fmt: skip
    if form.author is not None:
        out["performer"] = [form.author]
    note = form.answers.get(make.parts["note"])
    if note:
        out["conclusion"] = note
    yield out


def _instant(text: str) -> str:
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=CHINA)).isoformat(timespec="seconds")


def _procedures(form: Form, make: Make) -> Iterator[Json]:
    parts = make.parts
    for row in _rows(form, make):
        out = form.common("Procedure")
        out["status"] = "completed"
        value = row.get(parts.get("code", ""))
        out["code"] = form.concept(parts["code"], value) if value else {"text": parts.get("text", "")}
        if "category" in parts:
            out["category"] = concept(SNOMED, parts["category"])
        period = {name: row[parts[name]] for name in ("start", "end") if row.get(parts.get(name, ""))}
        if len(period) == 2:
            out["performedPeriod"] = period
        elif period:
            out["performedDateTime"] = next(iter(period.values()))
        if row.get(parts.get("site", "")):
            out["bodySite"] = [{"text": row[parts["site"]]}]
        if row.get(parts.get("note", "")):
            out["note"] = [{"text": row[parts["note"]]}]
        if form.author is not None:
            out["recorder"] = form.author
        yield out


def _medications(form: Form, make: Make) -> Iterator[Json]:
    parts = make.parts
    for row in _rows(form, make):
        out = form.common("MedicationRequest")
        out |= {
            "status": "active", "intent": "order", "authoredOn": form.authored,
            "medicationCodeableConcept": form.concept(parts["code"], row[parts["code"]]),
            "dosageInstruction": [_dosage(form, parts, row)],
        }  # fmt: skip
        if form.author is not None:
            out["requester"] = form.author
        if row.get(parts["note"]):
            out["note"] = [{"text": row[parts["note"]]}]
        if row.get(parts["days"]):
            days = {"value": row[parts["days"]], "unit": "天", "system": UCUM, "code": "d"}
            out["dispenseRequest"] = {"expectedSupplyDuration": days}
        yield out


def _dosage(form: Form, parts: Mapping[str, str], row: Mapping[str, Any]) -> Json:
    shows = {name: _shown(form, parts[name], row[parts[name]]) for name in ("unit", "frequency", "route")}
    often = row[parts["frequency"]]
    timing: Json = {"code": form.concept(parts["frequency"], often)}
    regular = table("capture/observations")["timing"].get(often)
    if regular:
        timing["repeat"] = {"frequency": regular[0], "period": regular[1], "periodUnit": regular[2]}
    period = {name: row[parts[name]] for name in ("start", "end") if row.get(parts.get(name, ""))}
    if period:
        timing.setdefault("repeat", {})["boundsPeriod"] = period
    dose = {"value": row[parts["dose"]], "unit": shows["unit"], "system": UCUM, "code": row[parts["unit"]]}
    return {
        "text": f"{row[parts['dose']]:f} {shows['unit']} {shows['route']} {shows['frequency']}", "timing": timing,
        "route": form.concept(parts["route"], row[parts["route"]]), "doseAndRate": [{"doseQuantity": dose}],
    }  # fmt: skip


def _shown(form: Form, link: str, code: str) -> str:
    return form.tables[form.items[link].table].show(code)


def _consents(form: Form, make: Make) -> Iterator[Json]:
    agreed = form.answers.get(make.of)
    if agreed is None:
        return
    out = form.common("Consent", owner="patient")
    about = form.answers.get(make.parts["about"]) or ""
    named = about["text"] if isinstance(about, dict) else str(about)
    out |= {
        "status": "active" if agreed else "rejected", "scope": concept(HL7 + "consentscope", "treatment"),
        "category": [concept(LOINC, "59284-0", form.template.zh)],
        "dateTime": form.moment(form.answers.get(make.parts["at"])),
        "policyRule": {"text": "医疗机构管理条例；民法典第一千二百一十九条"},
        "provision": {"type": "permit" if agreed else "deny", "code": [{"text": named or form.template.zh}]},
    }  # fmt: skip
    yield out


#: How each kind of row of a template is taken out of a form.
MAKES: Final[Mapping[str, Callable[[Form, Make], Iterator[Json]]]] = {
    "Condition": _conditions, "AllergyIntolerance": _allergies, "vital-signs": _signs, "Observation": _results,
    "DiagnosticReport": _reports, "Procedure": _procedures, "MedicationRequest": _medications, "Consent": _consents,
}  # fmt: skip
#: The parts without which nothing can be made of a row.
NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "Condition": ("code",), "AllergyIntolerance": ("code",), "vital-signs": (), "Observation": ("code",),
    "DiagnosticReport": ("code",), "Procedure": (), "MedicationRequest": ("code", "dose", "unit", "frequency", "route"),
    "Consent": (),
}  # fmt: skip
