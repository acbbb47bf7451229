"""三（二）2 病案室流转: a case file's rows, locked and genuine, and what lies encrypted beside them [3.2.2]

Stages, people and times are plain; what a check-list, a judgement, a deficiency or a code says is ciphertext under the
data key of the case file's retention class: with that key it is gone.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from jingui.core.custody import CHECKED, UNSETTLED, back_to, following
from jingui.core.errors import Conflict, Gone, NotFound, Tampered
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Stage
from jingui.crypto.canon import canon
from jingui.crypto.envelope import aad
from jingui.crypto.keyring import DataKey
from jingui.gate.rows import keep
from jingui.gate.runtime import Runtime
from jingui.gate.sealing import number_of
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import CaseFile, CaseStep, CodedCase, Deficiency, Encounter

KEY_SQL: Final = "SELECT wrapped FROM patient_key WHERE patient_id = $1::bigint AND retention_class = $2::text"
#: The newest thing that was written in the stay; what the line itself makes of it is no record.
WRITTEN_SQL: Final = """SELECT max(v.entered) FROM record r
JOIN record_version v ON v.patient_id = r.patient_id AND v.record_id = r.record_id
WHERE r.patient_id = $1::bigint AND r.encounter_id = $2::bigint"""
CONTENTS_SQL: Final = """SELECT record_id, version FROM record
WHERE patient_id = $1::bigint AND encounter_id = $2::bigint ORDER BY record_id"""
STAY_SQL: Final = """SELECT coalesce(encounter_id, record_id) FROM record
WHERE patient_id = $1::bigint AND record_id = $2::bigint"""
CLASS_SQL: Final = """SELECT retention_class FROM record WHERE patient_id = $1::bigint AND record_id = $2::bigint"""


def class_key(runtime: Runtime, patient: int, retention: str) -> DataKey:
    """The data key of a class of the patient's; Gone when it was destroyed."""
    found = raw(KEY_SQL, patient, retention)
    return runtime.vault.key(patient, retention, found[0][0] if found else None)


def sealed(key: DataKey, patient: int, number: int, table: str, body: Mapping[str, Any]) -> bytes:
    """A payload, bound to its row."""
    return key.cipher.seal(orjson.dumps(body), aad(patient, number, 0, table, "payload"))


def unsealed(key: DataKey, patient: int, number: int, table: str, payload: bytes | memoryview | None) -> dict[str, Any]:
    """A payload again; {} for none, Tampered by name for one that was moved or changed."""
    if payload is None:
        return {}
    try:
        return dict(orjson.loads(key.cipher.open(bytes(payload), aad(patient, number, 0, table, "payload"))))
    except Tampered as error:
        raise Tampered(where=f"{table}:{patient}.{number}") from error


def digest(runtime: Runtime, body: Mapping[str, Any]) -> bytes:
    """What stands in the row and the ledger of a payload."""
    return runtime.suite.digest(canon(dict(body)))


def opened(context: WriteContext, public: str) -> CaseFile:
    """The case file of the operation's patient, locked and genuine; Gone when it was destroyed."""
    patient = context.operation.target.patient
    number = number_of(context.runtime, patient, public)
    row = CaseFile.objects.select_for_update().filter(pk=(patient, number)).first()
    if row is None:
        raise NotFound()
    context.runtime.sealer.check(row)
    if row.ended is not None:
        raise Gone()
    return row


def seen(row: CaseFile, basis: int) -> None:
    """Conflict unless the case file is as it was shown: two people never move it past each other."""
    if row.version != basis:
        raise Conflict(N_("病案已由他人办理，您的操作没有保存。"), N_("请刷新页面，核对现在的环节后再办理。"))


def visit_of(context: WriteContext, row: CaseFile) -> Encounter:
    """The stay of a case file, genuine."""
    found = Encounter.objects.filter(pk=(row.patient_id, row.encounter_id)).first()
    if found is None:
        raise NotFound()
    values = tuple(getattr(found, name) for name in Encounter.SEALED)
    if not context.runtime.sealer.holds("encounter", values, found.mac):
        raise Tampered(where=f"encounter:{row.patient_id}.{row.encounter_id}")
    return found


def steps_of(runtime: Runtime, row: CaseFile) -> list[CaseStep]:
    """Every move so far, in order; Tampered when one is missing, changed, or the last does not lead here."""
    found = list(CaseStep.objects.filter(patient_id=row.patient_id, file_id=row.file_id).order_by("n"))
    for n, one in enumerate(found, 1):
        runtime.sealer.check(one)
        if one.n != n:
            raise Tampered(where=f"case_step:{row.patient_id}.{row.file_id}")
    if (found[-1].after if found else "") != row.stage:
        raise Tampered(where=f"case_file:{row.patient_id}.{row.file_id}")
    return found


def move(
    context: WriteContext, permit: Permit, row: CaseFile, after: Stage, body: Mapping[str, Any], *, new: bool = False
) -> CaseStep:
    """One step: the row at its new stage, and the move itself, for ever."""
    runtime = context.runtime
    done = [] if new else steps_of(runtime, row)
    number = runtime.number(runtime.clock.now())
    said = {name: value for name, value in body.items() if value}
    key = class_key(runtime, row.patient_id, row.retention_class) if said else None
    made = CaseStep(
        patient_id=row.patient_id, step_id=number, file_id=row.file_id, n=len(done) + 1,
        before="" if new else row.stage, after=after.value, person_id=permit.person, post_id=context.actor.post,
        digest=digest(runtime, said), at=permit.at,
        payload=sealed(key, row.patient_id, number, "case_step", said) if key else None,
    )  # fmt: skip
    keep(context, made, new=True)
    row.stage, row.since = after.value, permit.at
    keep(context, row, new=new)
    return made


def unsettled(context: WriteContext, row: CaseFile) -> int:
    """How many deficiencies are not settled; every one of the file is genuine."""
    found = Deficiency.objects.filter(patient_id=row.patient_id, file_id=row.file_id)
    open_ = 0
    for one in found:
        context.runtime.sealer.check(one)
        open_ += one.state in UNSETTLED
    return open_


def written(row: CaseFile) -> datetime | None:
    """When the newest thing of the stay was written."""
    found: datetime | None = raw(WRITTEN_SQL, row.patient_id, row.encounter_id)[0][0]
    return found


def changed(steps: list[CaseStep], row: CaseFile) -> bool:
    """Whether something was entered or corrected after the check or filing that still stands [2.2.4]."""
    stood = [one.at for one in steps if one.after in (Stage.FINAL.value, Stage.FILED.value)]
    newest = written(row)
    return bool(row.stage in CHECKED and stood and newest is not None and newest > stood[-1])


def contents(runtime: Runtime, row: CaseFile) -> str:
    """The stay's records and their versions in one digest: what exactly was judged."""
    found = raw(CONTENTS_SQL, row.patient_id, row.encounter_id)
    return runtime.suite.digest(canon([[record, version] for record, version in found])).hex()


def judged(runtime: Runtime, row: CaseFile, steps: list[CaseStep]) -> str:
    """The digest that stood when the final check was passed; "" when there was none."""
    step = next((one for one in reversed(steps) if one.after == Stage.FINAL.value), None)
    if step is None or step.payload is None:
        return ""
    key = class_key(runtime, row.patient_id, row.retention_class)
    return str(unsealed(key, row.patient_id, step.step_id, "case_step", step.payload).get("contents", ""))


def put_back(context: WriteContext, permit: Permit, row: CaseFile, why: str) -> CaseStep | None:
    """The case file back to where it must be looked at again; None where it has not come so far."""
    kind = visit_of(context, row).kind
    if row.stage not in CHECKED:
        return None
    row.filed, row.grade = None, ""  # when it was filed first stands in its steps
    return move(context, permit, row, back_to(kind), {"note": why})


def coders(runtime: Runtime, patient: int, file: int) -> set[int]:
    """Who coded the case file, in any version; each version genuine."""
    out = set()
    for one in CodedCase.objects.filter(patient_id=patient, file_id=file):
        runtime.sealer.check(one)
        out.add(one.person_id)
    return out


def judges(runtime: Runtime, patient: int, file: int) -> set[int]:
    """Who passed or sent back the case file in quality control."""
    out = set()
    for one in CaseStep.objects.filter(patient_id=patient, file_id=file):
        runtime.sealer.check(one)
        judged = (Stage.FRONT_PAGE.value, Stage.FINAL.value)
        if one.after in judged or (one.before in (Stage.CODED.value, *judged) and one.after == Stage.SORTED.value):
            out.add(one.person_id)
    return out


def retention_of(patient: int, encounter: int) -> str:
    """The retention class of a stay: that of its own record."""
    found = raw(CLASS_SQL, patient, encounter)
    if not found:
        raise NotFound()
    return str(found[0][0])


def of_stay(context: WriteContext, patient: int, encounter: int) -> CaseFile | None:
    """The live case file of a stay, locked and genuine."""
    row = CaseFile.objects.select_for_update().filter(patient_id=patient, encounter_id=encounter, ended=None).first()
    if row is not None:
        context.runtime.sealer.check(row)
    return row


def filed_directly(context: WriteContext, permit: Permit, encounter: int) -> None:
    """The records of a stay are being filed: its case file moves with them, and only in its turn [3.2.2]."""
    row = of_stay(context, permit.operation.target.patient, encounter)
    if row is None:
        return
    leg = following(visit_of(context, row).kind, Stage(row.stage))
    ready = leg is not None and leg.files and context.actor.role in leg.roles and not unsettled(context, row)
    if not ready or changed(steps_of(context.runtime, row), row):
        raise Conflict(N_("这份病案正在流转，不能单独归档文书。"), N_("请在病案流转页面完成质控后，由病案室归档。"))
    row.filed = permit.at
    move(context, permit, row, Stage.FILED, {})


def recalled(context: WriteContext, permit: Permit, patient: int, record: int) -> None:
    """A filed record is opened for correction: its case file goes back to be coded and judged again [2.2.4]."""
    found = raw(STAY_SQL, patient, record)
    row = of_stay(context, patient, found[0][0]) if found else None
    if row is not None:
        put_back(context, permit, row, "召回")
