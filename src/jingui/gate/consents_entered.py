"""二（一）3: Consents that interfaces enter decide too: their rows stand or fall with the submission [2.1.3] [5.2.2]

A Consent about information makes a row, its withdrawal changes it; each is counted on the patient's row, which is
sealed anew once per submission.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from jingui.core.consents import ConsentState
from jingui.core.errors import Conflict, Invalid, Tampered, Unprocessable
from jingui.core.settings import BY_NAME
from jingui.core.word import N_
from jingui.core.words import Role
from jingui.formats import scans
from jingui.formats.fhir_consent import outline
from jingui.gate import facts as f
from jingui.gate.preparing import Placed, Rows
from jingui.gate.runtime import Runtime
from jingui.store.seals import SEALED_TABLES

COLUMNS = SEALED_TABLES["patient_consent"]
AT = {name: n for n, name in enumerate(COLUMNS)}
CONSENTS_SQL = f"""SELECT {", ".join(COLUMNS)}, mac FROM patient_consent
WHERE patient_id = ANY($1::bigint[])"""  # noqa: S608 -- own column names
MOST = (BY_NAME["consent_scan_kb"].ceiling or 0) << 10
# Machines that bring what was signed elsewhere; a person shows the paper.
BRINGS = frozenset({Role.INTERFACE, Role.SYSTEM})


@dataclass(slots=True, kw_only=True)
class Changed:
    """What a submission changes about a patient's own row: None and 0 leave it."""

    row: Sequence[Any] | None  # of facts; None for a patient who is new
    entry: UUID
    deceased: bool | None = None
    marks: int = 0


def derived(
    runtime: Runtime, rows: Rows, placed: Placed, known: Mapping[tuple[int, int], Sequence[Any]], *, role: Role,
    entry: UUID, at: datetime,
) -> int:  # fmt: skip
    """Add what a Consent decides to `rows`; return how many changes of consents it was."""
    told = outline(placed.resource)
    patient = placed.chart.patient
    old = known.get((patient, placed.record))
    if told is not None:
        check_paper(placed.resource, role)
    if old is None:
        if told is None:
            return 0
        starts = max(told.starts or at, at)  # nobody's rights change backwards
        values: tuple[Any, ...] = (
            patient, placed.record, told.purpose, told.kind, list(told.labels), list(told.categories), told.party,
            told.state, placed.record, starts, told.ends, 1, entry,
        )  # fmt: skip
        rows.consents.append((*values, runtime.sealer.mac("patient_consent", values)))
        return 1
    if not runtime.sealer.holds("patient_consent", tuple(old[:-1]), old[-1]):
        raise Tampered(where=f"patient_consent:{patient}.{placed.record}")
    state = told.state if told is not None else ConsentState.WITHDRAWN.value
    ends = told.ends if told is not None else old[AT["ends"]]
    if state == ConsentState.GIVEN and old[AT["state"]] != ConsentState.GIVEN:
        raise Conflict(  # a system that sends its old copy again does not undo what the patient said since
            N_("患者已撤回或拒绝这份同意，不能恢复，因此未被收录。"), N_("患者重新同意时，请另行登记一份新的同意书。")
        )
    starts = old[AT["starts"]]
    if (state, ends) == (old[AT["state"]], old[AT["ends"]]):
        return 0
    version = old[AT["version"]]
    changes = {"state": state, "ends": ends, "version": version + 1, "entry": entry}
    values = tuple(changes.get(name, old[n]) for n, name in enumerate(COLUMNS))
    mac = runtime.sealer.mac("patient_consent", values)
    rows.consented.append((patient, placed.record, version, state, starts, ends, entry, mac))
    return 1


def check_paper(resource: Mapping[str, Any], role: Role) -> None:
    """Unprocessable for a paper that is not what it says or does something, and for a person who brings none."""
    attachment = resource.get("sourceAttachment") or {}
    data = attachment.get("data")
    if data is None:
        if role not in BRINGS:
            raise Unprocessable(
                N_("知情同意须附签名或扫描件，因此未被收录。"), N_("请在患者的知情同意页面登记。"),
                places=(("Consent.sourceAttachment", N_("缺少必需的元素")),),
            )  # fmt: skip
        return
    where = "Consent.sourceAttachment.data"
    try:
        body = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unprocessable(places=((where, N_("格式不正确")),)) from error
    try:
        kind = scans.media_type(body, MOST, where)
    except Invalid as error:
        raise Unprocessable(places=error.places) from error
    if kind != attachment.get("contentType"):
        raise Unprocessable(places=((where, N_("内容与所称的文件类型不符")),))


def seal_changed(runtime: Runtime, rows: Rows, changed: Mapping[int, Changed]) -> None:
    """Seal each changed patient's row anew, once."""
    for patient, one in changed.items():
        if one.row is None:
            rows.patients[:] = [marked(runtime, row, one.marks) if row[0] == patient else row for row in rows.patients]
            continue
        values, at = list(f.P.values(one.row)), f.P.start
        version = one.row[f.AT["p.version"]]
        deceased = one.row[f.P_DECEASED] if one.deceased is None else one.deceased
        marks = one.row[f.P_MARKS] + one.marks
        for place, value in (
            (f.P_DECEASED, deceased), (f.P_MARKS, marks), (f.AT["p.version"], version + 1),
            (f.AT["p.entry"], one.entry),
        ):  # fmt: skip
            values[place - at] = value
        mac = runtime.sealer.mac("patient", values)
        rows.flags.append((patient, version, deceased, marks, one.entry, mac))


def marked(runtime: Runtime, row: tuple[Any, ...], marks: int) -> tuple[Any, ...]:
    """A new patient's row with its marks."""
    names = SEALED_TABLES["patient"]
    values = list(row)
    values[names.index("marks")] += marks
    values[len(names)] = runtime.sealer.mac("patient", tuple(values[: len(names)]))
    return tuple(values)
