"""一（二） identity: the face of a patient (what lists show) and their look-up fields, from a Patient resource [1.2]"""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Any

from jingui.crypto.blind import FIELDS
from jingui.crypto.keyring import Keyring
from jingui.formats.fhir_identity import field_of, identity

SECRECY = ("alias", "secrecy")  # of a restricted chart: set by a mark, not by the Patient resource


def face_of(patient: Mapping[str, Any]) -> dict[str, Any]:
    """Name, sex, birth date and numbers as a list shows them; encrypted before it is kept."""
    names = patient.get("name") or [{}]
    best = next((n for n in names if n.get("use") in ("official", "usual")), names[0])
    text = best.get("text") or spelled(best)
    numbers = {
        field: one["value"]
        for one in patient.get("identifier", ())
        if one.get("value") and (field := field_of(one)) != "identifier"
    }
    phones = [t["value"] for t in patient.get("telecom", ()) if t.get("system") == "phone" and t.get("value")]
    return {
        "name": text,
        "sex": patient.get("gender", "unknown"),
        "birth": patient.get("birthDate", ""),
        "deceased": patient.get("deceasedDateTime") or bool(patient.get("deceasedBoolean", False)),
        "numbers": numbers,
        "phone": phones[0] if phones else "",
    }


def spelled(name: Mapping[str, Any]) -> str:
    """A name without text: Chinese names close up, others given name first."""
    family, given = str(name.get("family", "")), " ".join(name.get("given", ()))
    if family and not family.isascii():
        return family + given.replace(" ", "")
    return " ".join(part for part in (given, family) if part)


def tokens_of(keyring: Keyring, patient: Mapping[str, Any]) -> set[tuple[str, bytes]]:
    """The blind index rows (field, token) of a Patient; name parts too."""
    out: set[tuple[str, bytes]] = set()
    for field, value in identity(dict(patient)):
        if field == "name":
            out |= {("name", token) for token in keyring.blind.names(value)}
        elif field in FIELDS:
            out.add((field, keyring.blind.blind(field, value)))
    return out


def birth_of(resource: Mapping[str, Any]) -> date | None:
    """The birth date, None when nothing is said. Of half a date the latest day it may be: doubt protects a minor."""
    text = resource.get("birthDate", "")
    try:
        year, month, day = [*map(int, text.split("-")), 0, 0][:3]
        month = month or 12
        return date(year, month, day or monthrange(year, month)[1])
    except ValueError:
        return None
