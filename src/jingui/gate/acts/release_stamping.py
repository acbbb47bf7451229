"""四（二）1 用印: what both sides confirmed is set, signed with the hospital's key and registered [4.2.1]"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, cast

import orjson

from jingui.core.entry import Line
from jingui.core.errors import Conflict, Refused, TooLarge, Unavailable
from jingui.core.operation import Target
from jingui.core.permit import Permit
from jingui.core.release import FILE, MANIFEST, CopyState, Medium, Route, StampCopy
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.crypto import certificates
from jingui.formats import manifest as manifests
from jingui.formats import pdf, pdf_sign
from jingui.formats.pdf_document import Attachment
from jingui.gate import copies_document, copies_making, matters, settings
from jingui.gate import copies_steps as steps
from jingui.gate.copies import Opened, opened
from jingui.gate.copies_proof import line_proof
from jingui.gate.copies_taken import Found
from jingui.gate.matter_safe import safe_of
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, next_id
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import SealUse

OFFICIAL: Final = "公章"  # the name of the stamp without words across


@write_act(Verb.STAMP_COPY)
def stamp(context: WriteContext, permit: Permit) -> Done:
    """用印: set the file, sign it with the hospital's key, enter the use; only what both confirmed and paid [4.2.1]."""
    data = cast(StampCopy, permit.operation.data)
    found = opened(context, permit.operation.target)
    row, kept = found.row, found.kept
    steps.standing_at(found, CopyState.CONFIRMED)
    steps.same_basis(found, data.basis)
    if row.fee and row.paid is None:
        raise Conflict(N_("尚未收费，不能用印。"), N_("请先登记收费或减免。"))
    values = settings.values(context.runtime, context.epoch)
    if values["seal_two_person"] == "yes" and row.person_id == permit.person:
        raise Refused(N_("制作人不能自行用印。"), N_("请由另一名病案人员核对后用印。"), clauses=("4.2.1",),
                      reason="two_person")  # fmt: skip
    body = found.manifest()
    face = copies_making.patient_face(context, row.patient_id)
    records = copies_making.unchanged(context, found, body, face)
    proved = orjson.dumps(line_proof(context.runtime, row.prepared_entry, MANIFEST, bytes(row.manifest).hex()))
    file = rendered(context, permit, found, data.medium, face, records, {manifests.NAME: body, manifests.PROOF: proved})
    if len(file) > int(values["copy_megabytes"]) * 1024 * 1024:
        raise TooLarge(N_("复制件过大，没有用印。"), N_("请按就诊分次申请。"))
    digest = hashlib.sha256(file).digest()
    row.file = found.safe.nest(row.classes, "file", file)
    row.digest, row.second_id, row.stamped, row.stamped_entry = digest, permit.person, permit.at, context.entry
    row.state = CopyState.STAMPED.value
    if row.route == Route.PORTAL:
        row.until = permit.at + timedelta(days=int(values["copy_portal_days"]))
    kept.size, kept.stamped = len(file), {"medium": data.medium.value, "by": context.actor.name}
    words = copies_document.STAMPS[str(values["copy_stamp"])]
    use = SealUse(
        id=next_id(SealUse), patient_id=row.patient_id, copy_id=row.copy_id, matter=row.matter,
        seal=words or OFFICIAL, medium=data.medium.value, person_id=permit.person, witness_id=row.person_id,
        digest=digest, at=permit.at,
    )  # fmt: skip
    keep(context, use, new=True)
    old = replaced(context, permit, found)
    return steps.finished(context, found, *steps.over(context, old), Line("", digest.hex(), FILE, 1))


def rendered(
    context: WriteContext, permit: Permit, found: Opened, medium: Medium, face: Mapping[str, Any],
    records: Sequence[Found], inside: Mapping[str, bytes],
) -> bytes:  # fmt: skip
    """The file as it leaves: signed, or with room for a stamp made by hand."""
    runtime, row = context.runtime, found.row
    if runtime.stamp is None:
        raise Unavailable(where="stamp")
    matter = matters.opened(context, row.matter)
    answers = safe_of(runtime, raw, row.matter, row.patient_id).open_answers(matter.row.payload)
    order = copies_making.Order(row=matter.row, kind=matter.kind, answers=answers)
    paper = copies_making.pages_of(inside[manifests.NAME])
    values = settings.values(runtime, context.epoch)
    sealed = copies_making.sealed_in(inside[manifests.NAME])
    around = copies_making.around(context, found, order, face, paper, str(values["copy_stamp"]), sealed)
    visits = copies_making.visits_known(context, row.patient_id)
    wet = medium is Medium.WET
    document = copies_document.document(runtime, records, visits, copies_document.wetted(around, wet=wet))
    attachments = [
        Attachment(name=manifests.NAME, body=inside[manifests.NAME], about="复制件清单"),
        Attachment(name=manifests.PROOF, body=inside[manifests.PROOF], meaning="supplement", about="存证"),
    ]
    made = pdf.render(document, attachments, runtime.fonts)
    if wet:
        return made
    issued = runtime.stamp()
    first, last = certificates.valid_between(issued.certificate)
    if not first <= permit.at < last:
        raise Conflict(N_("电子印章的证书不在有效期内，不能用印。"), N_("请更换证书；急用的可用实物印章。"))
    return pdf_sign.sign(made, issued.key, issued.chain, matter.kind.text, runtime.institution, permit.at)


def replaced(context: WriteContext, permit: Permit, found: Opened) -> Opened | None:
    """The copy that this one takes the place of: it stops counting in the same moment."""
    if not found.row.replaces:
        return None
    target = Target(patient=found.row.patient_id, record=found.row.replaces)
    old = opened(context, target)
    if old.row.state in (CopyState.STAMPED, CopyState.HANDED):
        steps.ended(context, permit, old, CopyState.SUPERSEDED, found.kept.number)
        return old
    return None
