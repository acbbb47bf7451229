"""二（一）3 知情同意: a FHIR Consent out of what was signed, and what a Consent that came in says [2.1.3] [5.2.2]"""

import base64
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha1
from typing import Any, Final, NamedTuple

from jingui.core.consents import COLLECTION, KINDS, ConsentState, GiveConsent, Party
from jingui.core.share import PURPOSES
from jingui.core.words import Category, Sensitivity
from jingui.formats.fhir_dates import span
from jingui.formats.fhir_types import Resource, codes_of
from jingui.formats.identifiers import ID_CARD
from jingui.formats.sensitivity import LABELS

KIND: Final = "urn:jingui:consent-kind"
CATEGORY: Final = "urn:jingui:category"
STROKES: Final = "urn:jingui:pad-strokes"
RELATION: Final = "urn:jingui:relation"
USE: Final = "urn:jingui:share-purpose"
PASSPORT: Final = "urn:jingui:passport"
OTHER_ID: Final = "urn:jingui:identity"
SCOPE: Final = "http://terminology.hl7.org/CodeSystem/consentscope"
REASON: Final = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
TAKES_PART: Final = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
NUMBERS: Final[Mapping[str, str]] = {"id_card": ID_CARD, "passport": PASSPORT, "other": OTHER_ID}
#: kind -> (scope, reason of use)
SHAPES: Final[Mapping[str, tuple[str, str]]] = {
    "sensitive_collection": ("patient-privacy", "TREAT"), "teaching": ("patient-privacy", "TRAIN"),
    "research": ("research", "HRESCH"), "sharing": ("patient-privacy", "TREAT"),
}  # fmt: skip
# Of a Consent without our own kind: what scope and reason say it is. A consent to an operation is none of ours.
FOREIGN: Final[Mapping[tuple[str, str], str]] = {
    ("research", ""): "research", ("research", "HRESCH"): "research", ("research", "CLINTRCH"): "research",
    ("patient-privacy", "HRESCH"): "research", ("patient-privacy", "CLINTRCH"): "research",
    ("patient-privacy", "TREAT"): "sensitive_collection", ("patient-privacy", "TRAIN"): "teaching",
}  # fmt: skip
# active with a permit is given; what is proposed or a draft says nothing yet
STATES: Final[Mapping[str, ConsentState]] = {
    "active": ConsentState.GIVEN, "rejected": ConsentState.REFUSED, "inactive": ConsentState.WITHDRAWN,
    "entered-in-error": ConsentState.WITHDRAWN,
}  # fmt: skip


class Told(NamedTuple):
    """What a Consent says, as a row keeps it."""

    kind: str
    purpose: str
    labels: tuple[str, ...]
    categories: tuple[str, ...]
    party: str
    state: str
    starts: datetime | None
    ends: datetime | None


def built(given: GiveConsent, *, patient: str, at: datetime, media: str, told: tuple[str, ...]) -> Resource:
    """The Consent of what was signed: its paper inside, who signed contained, what was told as its text."""
    row = KINDS[given.kind]
    scope, reason = SHAPES[given.kind]
    moment = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    provision: dict[str, Any] = {
        "type": "permit" if given.agreed else "deny",
        "period": {"start": moment},
        "purpose": [
            {"system": REASON, "code": reason},
            *({"system": USE, "code": one, "display": PURPOSES[one].text} for one in given.uses),
        ],
    }
    if given.ends is not None:
        provision["period"]["end"] = given.ends.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if given.labels:
        provision["securityLabel"] = [
            {"system": LABELS, "code": label, "display": Sensitivity(label).label} for label in given.labels
        ]
    if given.categories:
        provision["class"] = [
            {"system": CATEGORY, "code": one, "display": Category(one).label} for one in given.categories
        ]
    if given.party:
        provision["actor"] = [
            {"role": {"coding": [{"system": TAKES_PART, "code": "IRCP"}]}, "reference": {"display": given.party}}
        ]
    attachment: dict[str, Any] = {
        "contentType": media, "data": attached(given.signed.body), "size": len(given.signed.body),
        "hash": base64.b64encode(sha1(given.signed.body, usedforsecurity=False).digest()).decode(),
        "title": row.label, "creation": moment,
    }  # fmt: skip
    if given.signed.strokes:
        attachment["extension"] = [{"url": STROKES, "valueString": given.signed.strokes}]
    return {
        "resourceType": "Consent",
        "contained": [signer(given, patient)],
        "status": "active" if given.agreed else "rejected",
        "scope": {"coding": [{"system": SCOPE, "code": scope}]},
        "category": [
            {
                "coding": [{"system": "http://loinc.org", "code": "59284-0", "display": "Consent Document"}],
                "text": row.label,  # what people read; the code's own words are English
            },
            {"coding": [{"system": KIND, "code": given.kind}], "text": row.label},
        ],
        "patient": {"reference": patient},
        "dateTime": moment,
        "performer": [{"reference": "#signer", "display": given.signer.name}],
        "sourceAttachment": attachment,
        "policyRule": {"text": "\n".join(told)},
        "verification": [{"verified": True, "verifiedWith": {"reference": "#signer"}, "verificationDate": moment}],
        "provision": provision,
    }


def attached(body: bytes) -> str:
    """A paper's bytes as its attachment holds them."""
    return base64.b64encode(body).decode()


def signer(given: GiveConsent, patient: str) -> Resource:
    """Who signed, with their identity number: it is kept nowhere else."""
    who = given.signer
    relation: dict[str, Any] = {"coding": [{"system": RELATION, "code": who.party.value, "display": who.party.label}]}
    if who.party is not Party.SELF and who.relation:
        relation["text"] = who.relation
    out: Resource = {
        "resourceType": "RelatedPerson", "id": "signer", "patient": {"reference": patient},
        "relationship": [relation], "name": [{"text": who.name}],
    }  # fmt: skip
    if who.identity:
        out["identifier"] = [{"system": NUMBERS[who.identity_kind], "value": who.identity}]
    return out


def outline(resource: Mapping[str, Any]) -> Told | None:
    """What a Consent says; None for one that is not about information, or says nothing yet."""
    state = STATES.get(str(resource.get("status", "")))
    if resource.get("resourceType") != "Consent" or state is None:
        return None
    provision = resource.get("provision") or {}
    if state is ConsentState.GIVEN and provision.get("type") == "deny":
        state = ConsentState.REFUSED
    kind = kind_of(resource, provision)
    if not kind:
        return None
    period = provision.get("period") or {}
    starts = moment(period.get("start") or resource.get("dateTime"))
    return Told(
        kind=kind, purpose=KINDS[kind].purpose.value,
        labels=words(provision.get("securityLabel"), LABELS, Sensitivity),
        categories=words(provision.get("class"), CATEGORY, Category),
        party=recipient(provision)[:40], state=state.value, starts=starts, ends=moment(period.get("end"), last=True),
    )  # fmt: skip


def kind_of(resource: Mapping[str, Any], provision: Mapping[str, Any]) -> str:
    """Our kind of a Consent, "" for none."""
    for system, code in codes_of(resource.get("category")):
        if system == KIND and code in KINDS:
            return code
    scopes = [code for _, code in codes_of(resource.get("scope"))]
    reasons = [code for _, code in codes_of(provision.get("purpose"))] or [""]
    for scope in scopes:
        for reason in reasons:
            if (scope, reason) in FOREIGN:
                found = FOREIGN[scope, reason]
                return "sharing" if found == COLLECTION and recipient(provision) else found
    return ""


def words(value: Any, system: str, known: type) -> tuple[str, ...]:
    """The codes of one of our systems that are words we know, sorted."""
    members = {str(one) for one in known}  # type: ignore[attr-defined]  # closed words are enums
    return tuple(sorted({code for where, code in codes_of(value) if where == system and code in members}))


def recipient(provision: Mapping[str, Any]) -> str:
    """Who may receive it, "" for the hospital itself."""
    for actor in provision.get("actor") or ():
        reference = actor.get("reference") or {}
        text = reference.get("display") or reference.get("reference")
        if isinstance(text, str) and text:
            return text
    return ""


def named_uses(resource: Mapping[str, Any]) -> frozenset[str]:
    """The purposes of sharing that a Consent names; empty for one that names none of the closed list."""
    provision = resource.get("provision") or {}
    return frozenset(code for where, code in codes_of(provision.get("purpose")) if where == USE and code in PURPOSES)


def signed_by(resource: Mapping[str, Any]) -> str:
    """Who signed a Consent (a Party's word), "" where its paper does not say."""
    for one in resource.get("contained") or ():
        if one.get("resourceType") == "RelatedPerson" and one.get("id") == "signer":
            return next((code for where, code in codes_of(one.get("relationship")) if where == RELATION), "")
    return ""


def moment(text: Any, *, last: bool = False) -> datetime | None:
    """The first moment that a FHIR date means, or the first one after it; None without a date."""
    if not isinstance(text, str):
        return None
    start, end = span(text)
    return end if last else start


def withdrawn(resource: Resource) -> Resource:
    """The Consent as it stands after its withdrawal."""
    return {**resource, "status": "inactive"}
