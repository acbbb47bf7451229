"""二（一）3 书面同意: the signed paper as a record of the chart, judged before it is kept [2.1.3]"""

import hmac
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, cast

from jingui.core import consents as core
from jingui.core.consents import GiveConsent, Party
from jingui.core.enter import Change
from jingui.core.errors import Gone, Invalid, NotFound, Tampered
from jingui.core.settings import Value
from jingui.core.share import PURPOSES
from jingui.core.telling import RIGHTS, TOLD
from jingui.core.word import N_
from jingui.core.words import EncounterKind, RecordState, Sensitivity
from jingui.formats import fhir_consent, fhir_json
from jingui.formats.identifiers import id_card_ok
from jingui.gate import consents
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

KEYS_SQL = "SELECT retention_class, wrapped FROM patient_key WHERE patient_id = $1::bigint"
VISITS_SQL = "SELECT encounter_id, kind FROM encounter WHERE patient_id = $1::bigint"
PAPERS_SQL = """SELECT r.record_id, r.version, v.seal, v.payload, k.wrapped FROM record r
JOIN record_version v ON v.patient_id = r.patient_id AND v.record_id = r.record_id AND v.version = r.version
LEFT JOIN patient_key k ON k.patient_id = r.patient_id AND k.retention_class = r.retention_class
WHERE r.patient_id = $1::bigint AND r.kind = 'Consent'
ORDER BY r.record_id"""
LONGEST: Final = {"name": 60, "relation": 40, "identity": 40, "party": 40, "strokes": 60_000}


def check(
    context: WriteContext, data: GiveConsent, birth: date | None, at: datetime, values: Mapping[str, Value]
) -> None:
    """Invalid, naming each field, unless the consent says what, who and for how long, and its signer may sign."""
    wrong: list[tuple[str, str]] = []
    kind, who = core.KINDS.get(data.kind), data.signer
    if kind is None:
        raise Invalid(places=(("kind", N_("没有这种同意书")),))
    if not data.told:
        wrong.append(("told", N_("须先向患者说明采集目的")))
    if set(data.labels) - set(Sensitivity) or len(set(data.labels)) != len(data.labels):
        wrong.append(("labels", N_("没有这种敏感信息")))
    elif kind.labelled and not data.labels:
        wrong.append(("labels", N_("请至少选择一项敏感信息")))
    if set(data.categories) - set(core.SIGNING_CATEGORIES):
        wrong.append(("categories", N_("没有这种信息类别")))
    if kind.recipient != bool(data.party.strip()):
        wrong.append(("party", N_("请写明接收方") if kind.recipient else N_("这种同意书没有接收方")))
    if set(data.uses) - set(PURPOSES) or (data.uses and not kind.recipient):
        wrong.append(("uses", N_("没有这种共享目的")))
    if data.ends is not None and data.ends <= at:
        wrong.append(("ends", N_("期限须在今后")))
    minor = core.under(birth.isoformat() if birth else "", at, cast(int, values["minor_years"]))
    if who.party is Party.SELF and minor:
        wrong.append(("party_kind", N_("患者是未成年人，须由监护人签署")))
    if len(who.name.strip()) < 2:
        wrong.append(("name", N_("请填写签署人姓名")))
    if who.party is not Party.SELF and not who.relation.strip():
        wrong.append(("relation", N_("请写明与患者的关系")))
    wrong += identity_wrong(who.identity_kind, who.identity, needed=who.party is not Party.SELF)
    lengths = {
        "name": who.name, "relation": who.relation, "identity": who.identity, "party": data.party,
        "strokes": data.signed.strokes,
    }  # fmt: skip
    wrong += [(name, N_("过长")) for name, text in lengths.items() if len(text) > LONGEST[name]]
    if wrong:
        raise Invalid(places=tuple(wrong))


def identity_wrong(kind: str, number: str, *, needed: bool) -> list[tuple[str, str]]:
    """What is wrong with the signer's identity number."""
    if kind not in fhir_consent.NUMBERS:
        return [("identity_kind", N_("没有这种证件"))]
    if not number.strip():
        return [("identity", N_("请填写签署人的证件号码"))] if needed else []
    if kind == "id_card" and not id_card_ok(number):
        return [("identity", N_("身份证号不正确（位数、出生日期或校验码）"))]
    return []


def told_texts(data: GiveConsent) -> tuple[str, ...]:
    """What was told, word for word, as the paper keeps it."""
    return (*(TOLD[Sensitivity(label)] for label in data.labels), *RIGHTS)


def charted(context: WriteContext, number: int) -> Chart:
    """The patient prepared for a new version: keys, visits, birth date. NotFound or Gone where there is none."""
    if context.patient is None:
        raise NotFound()
    if context.patient.destroyed:
        raise Gone()
    runtime = context.runtime
    keys = {row[0]: runtime.vault.key(number, row[0], row[1]) for row in raw(KEYS_SQL, number)}
    visits = {row[0]: EncounterKind(row[1]) for row in raw(VISITS_SQL, number) if row[1] in set(EncounterKind)}
    face: Mapping[str, Any] = {}
    if "identity" in keys and context.patient.row[f.P_FACE] is not None:
        face = runtime.vault.open_face(keys["identity"], number, context.patient.row[f.P_FACE])
    return Chart(
        patient=number, public=runtime.public(number, 0), new=False, keys=keys, encounters=visits,
        birth=birth_of({"birthDate": face.get("birth", "")}),
    )  # fmt: skip


def made(
    context: WriteContext, chart: Chart, record: int, resource: dict[str, Any], *, author: int, department: int,
    values: Mapping[str, Value], old: Sequence[Any] | None = None,
) -> int:  # fmt: skip
    """Store the paper as the next version of its record, with the labels of what it speaks of; return its number."""
    runtime, at = context.runtime, context.runtime.clock.now()
    change = Change(resource=resource)
    kept = frozenset() if old is None else frozenset(Sensitivity(label) for label in old[f.R_LABELS])
    house = consents.house_of(values)
    details = classify(chart, change, resource, at, runtime.ids.internal, kept, house)
    version = 1 if old is None else old[f.R_VERSION] + 1
    rows = Rows()
    placed = Placed(
        change=change, chart=chart, record=record, version=version, resource=dict(resource),
        category=details["category"], labels=details["labels"], level=details["level"], retention=details["retention"],
        encounter=details["encounter"], current=old,
    )  # fmt: skip
    if old is not None:
        placed.state, placed.form = RecordState(old[f.R_STATE]), old[f.R_FORM]
    add_version(runtime, rows, placed, entry=context.entry, at=at, author=author, department=department)
    store(rows, runtime.keyring)
    return version


def read_paper(context: WriteContext, number: int, record: int) -> tuple[dict[str, Any], Sequence[Any]]:
    """The paper's newest version and its row of facts; NotFound or Tampered when there is none as it was written."""
    asked = ask(context.actor, context.operation.purpose, number, record)
    row = raw(FACTS_SQL, *([one] for one in asked), context.runtime.clock.now(), binary=True)[0]
    if row[f.V_PAYLOAD] is None or row[f.R_KIND] != "Consent":
        raise NotFound()
    forged = f.unsealed_record(row, context.runtime.sealer) or unsealed(row)
    if forged:
        raise Tampered(where=forged)
    return opened(context, number, (record, row[f.R_VERSION], row[f.V_SEAL], row[f.V_PAYLOAD], row[f.K_WRAPPED])), row


def opened(context: WriteContext, number: int, row: Any) -> dict[str, Any]:
    """A paper, decrypted; Tampered when it is not as written."""
    record, version, seal, payload, wrapped = row
    vault = context.runtime.vault
    key = vault.key(number, seal_parts(seal, f"record:{number}.{record}")[2], wrapped)
    return fhir_json.parse(vault.open(key, number, record, version, seal, payload))


def drawn_before(context: WriteContext, number: int, data: GiveConsent) -> bool:
    """Whether this very drawing signed another paper of the patient, or this very scan one of the same kind."""
    attachment = fhir_consent.attached(data.signed.body)
    for row in raw(PAPERS_SQL, number):
        paper = opened(context, number, row)
        old = (paper.get("sourceAttachment") or {}).get("data", "")
        if hmac.compare_digest(str(old), attachment) and (
            data.signed.strokes or fhir_consent.kind_of(paper, paper.get("provision") or {}) == data.kind
        ):
            return True
    return False
