"""五（一）3, 二（一）2: a content from outside as records of the chart: what it is, and itself [2.1.2] [5.1.3]

A DocumentReference says what it is and whose; a Provenance beside it holds the content, byte for byte, and says who
sent it, under which message and agreement, and what of it was signed. So a chart never carries the content along.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha1, sha256
from typing import Any, Final
from uuid import UUID

from jingui.core.enter import Change
from jingui.core.entry import Line
from jingui.core.errors import NotFound, Tampered
from jingui.core.receiving import Inbound
from jingui.core.transmit import Media
from jingui.core.words import Category, EncounterKind, Level, RecordState, Sensitivity
from jingui.formats import fhir_json, sensitivity
from jingui.formats.fhir_types import category_of
from jingui.gate import consents, settings
from jingui.gate import facts as f
from jingui.gate.faces import birth_of
from jingui.gate.pipeline import ask
from jingui.gate.preparing import Chart, Placed, Rows, add_version, classify
from jingui.gate.read import unsealed
from jingui.gate.sql import raw
from jingui.gate.storing import store
from jingui.gate.writing import WriteContext
from jingui.store.statements import FACTS_SQL
from jingui.store.vault import seal_parts

KEYS_SQL: Final = "SELECT retention_class, wrapped FROM patient_key WHERE patient_id = $1::bigint"
VISITS_SQL: Final = "SELECT encounter_id, kind FROM encounter WHERE patient_id = $1::bigint"
USCC: Final = "urn:oid:2.16.156.10011.1.2"  # 统一社会信用代码, as an identifier's system
UUIDS: Final = "urn:ietf:rfc:3986"
MEDIA: Final = "urn:jingui:gateway:media"
PURPOSES: Final = "urn:jingui:gateway:purpose"
#: The category of what a form of content always is; else the document's type says it.
CATEGORIES: Final[Mapping[Media, Category]] = {Media.DICOM: Category.TESTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What is filed: the content, what it says of itself, and where it came from."""

    message: UUID
    media: Media
    purpose: str
    agreement: str
    sender: str
    sender_name: str
    made: datetime
    content: bytes
    inbound: Inbound


def charted(context: WriteContext, facts: f.PatientFacts) -> Chart:
    """The patient prepared for new records."""
    runtime, number = context.runtime, facts.patient
    keys = {row[0]: runtime.vault.key(number, row[0], row[1]) for row in raw(KEYS_SQL, number)}
    visits = {row[0]: EncounterKind(row[1]) for row in raw(VISITS_SQL, number) if row[1] in set(EncounterKind)}
    face: Mapping[str, Any] = {}
    if "identity" in keys and facts.row[f.P_FACE] is not None:
        face = runtime.vault.open_face(keys["identity"], number, facts.row[f.P_FACE])
    return Chart(
        patient=number, public=runtime.public(number, 0), new=False, keys=keys, encounters=visits,
        birth=birth_of({"birthDate": face.get("birth", "")}),
    )  # fmt: skip


def enter(context: WriteContext, facts: f.PatientFacts, filing: Filing) -> tuple[tuple[int, ...], tuple[Line, ...]]:
    """File it for this patient: the numbers of its two records, and their lines for the entry."""
    runtime, at = context.runtime, context.runtime.clock.now()
    chart = charted(context, facts)
    document, provenance = runtime.number(at), runtime.number(at)
    public = {n: runtime.public(chart.patient, n) for n in (0, document, provenance)}
    made = (
        (document, reference(filing, public[0], public[provenance], at)),
        (provenance, origin(filing, public[document], at)),
    )
    found = labels_of(context, chart, filing, at)
    category = category_for(filing, made[0][1])
    rows, lines = Rows(), []
    for number, resource in made:
        details = classify(chart, Change(resource=resource), resource, at, runtime.ids.internal, found)
        placed = Placed(
            change=Change(resource=resource), chart=chart, record=number, version=1, resource=dict(resource),
            category=category, labels=details["labels"], level=details["level"], retention=details["retention"],
            encounter=None,
        )  # fmt: skip
        add_version(
            runtime, rows, placed, entry=context.entry, at=at, author=context.actor.person, department=0
        )  # fmt: skip
        lines.append(context.line(chart.patient, number, resource["resourceType"], 1))
    store(rows, runtime.keyring)
    return (document, provenance), tuple(lines)


def labels_of(context: WriteContext, chart: Chart, filing: Filing, at: datetime) -> frozenset[Sensitivity]:
    """The labels of everything coded inside: filing a document never hides what it tells of [2.1.3]."""
    house = consents.house_of(settings.values(context.runtime, context.epoch))
    coded = {"coding": [{"system": system, "code": code} for system, code in filing.inbound.codes]}
    return sensitivity.labels(coded, chart.birth, at.date(), house)


def category_for(filing: Filing, document: dict[str, Any]) -> Category:
    """The category of both records."""
    fixed = CATEGORIES.get(filing.media)
    if fixed is not None:
        return fixed
    kind = {"coding": [{"code": filing.inbound.kind[1]}]}
    as_message = category_of({"resourceType": "Provenance", "activity": kind})
    return as_message if filing.media is Media.HL7V2 else category_of(document)


def reference(filing: Filing, patient: str, provenance: str, at: datetime) -> dict[str, Any]:
    """The DocumentReference."""
    inbound = filing.inbound
    sender = {"identifier": {"system": USCC, "value": filing.sender}, "display": filing.sender_name}
    attachment = {
        "contentType": inbound.content_type, "url": f"Provenance/{provenance}#content",
        "size": len(filing.content), "title": inbound.title or filing.media.label,
        "hash": base64.b64encode(sha1(filing.content, usedforsecurity=False).digest()).decode(),
    }  # fmt: skip
    system, code = inbound.kind
    coding = {"coding": [{"system": system, "code": code}]} if system and code else {}
    return {
        "resourceType": "DocumentReference", "status": "current",
        "masterIdentifier": {"system": UUIDS, "value": f"urn:uuid:{filing.message}"},
        "type": coding | {"text": inbound.title or filing.media.label},
        "subject": {"reference": f"Patient/{patient}"}, "date": instant(at), "author": [sender], "custodian": sender,
        "content": [{"attachment": attachment, "format": {"system": MEDIA, "code": filing.media.value}}],
        "context": {"event": [{"coding": [{"system": PURPOSES, "code": filing.purpose}]}]},
    }  # fmt: skip


def origin(filing: Filing, document: str, at: datetime) -> dict[str, Any]:
    """The Provenance with the content inside: sender, message, agreement, digest, when it was made and came."""
    raw_ = {
        "resourceType": "Binary", "id": "content", "contentType": filing.inbound.content_type,
        "data": base64.b64encode(filing.content).decode(),
    }  # fmt: skip
    return {
        "resourceType": "Provenance", "contained": [raw_],
        "target": [{"reference": f"DocumentReference/{document}"}], "recorded": instant(at),
        "occurredDateTime": instant(filing.made),
        "policy": [f"urn:jingui:agreement:{sha256(filing.agreement.encode()).hexdigest()[:16]}"],
        "activity": {"coding": [{"system": MEDIA, "code": filing.media.value}]},
        "agent": [{"who": {"identifier": {"system": USCC, "value": filing.sender}, "display": filing.sender_name}}],
        "entity": [{"role": "source", "what": {
            "reference": "#content", "identifier": {"system": UUIDS, "value": f"urn:uuid:{filing.message}"},
            "display": f"SHA-256 {sha256(filing.content).hexdigest()}",
        }}],
    }  # fmt: skip


def instant(at: datetime) -> str:
    """A FHIR instant."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def content_of(resource: Mapping[str, Any]) -> bytes:
    """The content that a Provenance of ours holds."""
    inside = next(iter(resource.get("contained") or ()), None)
    if not isinstance(inside, Mapping) or not isinstance(inside.get("data"), str):
        raise NotFound()
    return base64.b64decode(inside["data"])


def narrowed(context: WriteContext, patient: int, record: int, word: str) -> Line | None:
    """A filed record that may be used no further: its next version is highly sensitive and says why; its line.

    None for one that was destroyed: nobody uses it any more.
    """
    runtime, at = context.runtime, context.runtime.clock.now()
    asked = ask(context.actor, context.operation.purpose, patient, record)
    row = raw(FACTS_SQL, *([one] for one in asked), at, binary=True)[0]
    facts = f.patient_facts(row, runtime.sealer)
    if facts is None:
        raise NotFound()
    if row[f.K_WRAPPED] is None or row[f.V_PAYLOAD] is None:
        return None
    if forged := (f.unsealed_record(row, runtime.sealer) or unsealed(row)):
        raise Tampered(where=forged)
    key = runtime.vault.key(patient, seal_parts(row[f.V_SEAL], "record")[2], row[f.K_WRAPPED])
    resource = fhir_json.parse(
        runtime.vault.open(key, patient, record, row[f.R_VERSION], row[f.V_SEAL], row[f.V_PAYLOAD]),
        max_bytes=1 << 28,
    )  # fmt: skip
    if resource["resourceType"] == "DocumentReference":
        resource = {**resource, "status": "superseded", "description": word}
    chart = charted(context, facts)
    kept = frozenset(Sensitivity(label) for label in row[f.R_LABELS])
    details = classify(chart, Change(resource=resource), resource, at, runtime.ids.internal, kept)
    rows, version = Rows(), row[f.R_VERSION] + 1
    placed = Placed(
        change=Change(resource=resource), chart=chart, record=record, version=version, resource=dict(resource),
        category=f.CATEGORIES[row[f.R_CATEGORY]], labels=details["labels"], level=Level.SECRET,
        retention=details["retention"], encounter=details["encounter"], current=row,
    )  # fmt: skip
    placed.state, placed.form = RecordState(row[f.R_STATE]), row[f.R_FORM]
    add_version(runtime, rows, placed, entry=context.entry, at=at, author=context.actor.person, department=0)
    store(rows, runtime.keyring)
    return context.line(patient, record, resource["resourceType"], version)
