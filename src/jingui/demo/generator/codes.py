"""Code systems that the demo's resources speak [2.2.2]"""

from jingui.demo.generator.shapes import Json

OID = "urn:oid:2.16.156.10011"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
ICD9 = f"{OID}.2.3.3.12"  # ICD-9-CM-3 as the national tables name it
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
DOCUMENT = f"{OID}.2.4"  # WS/T 500 document kinds C0001 … C0053
ETHNIC = f"{OID}.2.3.3.3"
MARITAL = f"{OID}.2.3.3.5"
OCCUPATION = f"{OID}.2.3.3.13"
RELATION = f"{OID}.2.3.3.8"
FREQUENCY = f"{OID}.2.3.1.267"
CARD = f"{OID}.1.3"
STAFF_OID = f"{OID}.1.4"
STAFF_NO = "urn:jingui:staff-no"
DEPARTMENT = "urn:jingui:department"
ENCOUNTER_KIND = "urn:jingui:encounter-kind"
INSTITUTION = f"{OID}.1.5"
OUTPATIENT_NO = f"{OID}.1.11"
INPATIENT_NO = f"{OID}.1.12"
MRN = f"{OID}.1.13"
HL7 = "http://terminology.hl7.org/CodeSystem"


def own(name: str) -> str:
    """The demo's own code system of that name."""
    return f"urn:jingui:demo:{name}"


def coding(system: str, code: str, display: str) -> Json:
    """One Coding."""
    return {"system": system, "code": code, "display": display}


def concept(system: str, code: str, display: str, text: str = "") -> Json:
    """A CodeableConcept with one coding and a Chinese text (the display unless given)."""
    return {"coding": [coding(system, code, display)], "text": text or display}


def reference(kind: str, key: str, display: str = "") -> Json:
    """A literal reference `kind/key`, with what people call it."""
    found: Json = {"reference": f"{kind}/{key}"}
    if display:
        found["display"] = display
    return found


def quantity(value: float, unit: str, ucum: str = "") -> Json:
    """A Quantity; `ucum` adds the machine-readable unit."""
    found: Json = {"value": value, "unit": unit}
    if ucum:
        found |= {"system": UCUM, "code": ucum}
    return found
