"""二（一）2 采集手段: whom a content from outside is about: certain, or a person must say [2.1.2] [5.1.3]

Certain is: a national number or passport (or a number under a system of its own), the same name and birth date, and
nobody else who has either. Numbers that repeat from hospital to hospital prove nothing. Nobody is ever merged.
"""

from collections.abc import Mapping
from typing import Any

from jingui.core.errors import Conflict
from jingui.core.words import Purpose
from jingui.formats.fhir_identity import field_of, identity
from jingui.gate import facts as f
from jingui.gate.numbering import KNOWN_SQL, MATCH_SQL, STRONG, match, strong_tokens
from jingui.gate.pipeline import ask
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.statements import FACTS_SQL

PROVES = frozenset(("id_card", "passport", "identifier"))
DEEPEST = 8
LIKELY_SQL = """SELECT patient_id, field FROM patient_identity
WHERE (field, token) IN (SELECT * FROM unnest($1::text[], $2::bytea[])) AND current LIMIT 500"""
SAYS = ("id_card", "passport", "name", "birth_date")  # what can contradict: of these everybody has one
SAID_SQL = """SELECT field, token FROM patient_identity
WHERE patient_id = $1::bigint AND field = ANY($2::text[]) AND current"""
LOOKS = ("id_card", "passport", "identifier", "name", "birth_date", "phone")


def foreign(patient: Mapping[str, Any]) -> dict[str, Any]:
    """The patient with those numbers alone that can say who somebody is outside their own hospital."""
    numbers = [
        one for one in patient.get("identifier") or ()
        if isinstance(one, Mapping) and field_of(one) in PROVES and (field_of(one) != "identifier" or one.get("system"))
    ]  # fmt: skip
    return {**patient, "identifier": numbers}


def certain(context: WriteContext, patient: Mapping[str, Any]) -> int:
    """The number of the one patient whom this is about; 0 when that is not certain."""
    told = foreign(patient)
    if not told.get("birthDate") or not told.get("name"):
        return 0
    runtime = context.runtime
    tokens = [token for _, token in strong_tokens(runtime.keyring, told)]
    if not tokens:
        return 0
    hits = sorted({row[0] for row in raw(MATCH_SQL, tokens, list(STRONG))})
    if not hits:
        return 0
    try:
        found = match(runtime.keyring, told, [(r[0], r[1], bytes(r[2])) for r in raw(KNOWN_SQL, hits, list(STRONG))])
    except Conflict:
        return 0
    return found or 0


def living(context: WriteContext, number: int) -> f.PatientFacts | None:
    """The patient's facts, followed to the one that it was merged into; None for nobody, or one who was destroyed."""
    for _ in range(DEEPEST):
        asked = ask(context.actor, Purpose.TREATMENT, number)
        row = raw(FACTS_SQL, *([one] for one in asked), context.runtime.clock.now(), binary=True)[0]
        facts = f.patient_facts(row, context.runtime.sealer)
        if facts is None or facts.destroyed:
            return None
        if not facts.linked_to:
            return facts
        number = facts.linked_to
    return None


def looked(runtime: Any, patient: Mapping[str, Any]) -> tuple[list[str], list[bytes]]:
    """Fields and blind tokens by which candidates are looked for."""
    fields, tokens = [], []
    for field, value in identity(foreign(patient)):
        if field in LOOKS:
            fields.append(field)
            tokens.append(runtime.keyring.blind.blind(field, value))
    return fields, tokens


def contradicts(context: WriteContext, patient: Mapping[str, Any], number: int) -> tuple[str, ...]:
    """Of what a content says something else than is known of this patient; what only one of both says is no matter."""
    runtime = context.runtime
    said: dict[str, set[bytes]] = {}
    for field, value in identity(foreign(patient)):
        if field in SAYS:
            said.setdefault(field, set()).add(runtime.keyring.blind.blind(field, value))
    known: dict[str, set[bytes]] = {}
    for field, token in raw(SAID_SQL, number, list(SAYS)):
        known.setdefault(field, set()).add(bytes(token))
    return tuple(field for field in SAYS if field in said and field in known and not said[field] & known[field])
