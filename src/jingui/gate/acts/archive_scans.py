"""三（二）2 扫描件: pages of a volume, looked through for what harms, kept under the key of its class [3.2.2] [6.1.1]

Who may read the records of that class and stay may read its scans, for the same purposes and with the same marks.
"""

from typing import Any, Final, cast

from jingui.core.archive_asking import ScanRequest, UploadScan
from jingui.core.archive_seen import ScanShown
from jingui.core.entry import Line
from jingui.core.errors import Conflict, Gone, Invalid, NotFound, Refused, Tampered
from jingui.core.operation import Operation
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Shelf, Verb
from jingui.formats import clamd, scans
from jingui.gate import archive, settings
from jingui.gate.archive_rights import CONTENT_SQL, closed, parts
from jingui.gate.context import ReadContext
from jingui.gate.destroying_list import condemned
from jingui.gate.registry import Done, read_act, write_act
from jingui.gate.rows import keep
from jingui.gate.scanner import scanner
from jingui.gate.writing import WriteContext
from jingui.store.models import VolumeScan
from jingui.store.statements import Columns

SCAN: Final = "volume_scan"
ROW: Final = Columns()
ROW.sealed("s", SCAN)
ROW.sealed("v", "volume")
ROW.add("s.payload", "k.wrapped")
SCAN_SQL: Final = f"""SELECT {ROW.sql} FROM volume_scan s
JOIN volume v ON v.patient_id = s.patient_id AND v.volume_id = s.volume_id
LEFT JOIN patient_key k ON k.patient_id = s.patient_id AND k.retention_class = v.retention_class
WHERE s.patient_id = $1::bigint AND s.scan_id = $2::bigint"""  # noqa: S608 -- own texts only


@write_act(Verb.SCAN_VOLUME)
def scan(context: WriteContext, permit: Permit) -> Done:
    """A file of pages: known by its content, free of viruses where a scanner is configured, encrypted [3.2.2]."""
    data = cast(UploadScan, permit.operation.data)
    name = " ".join(data.name.split())[:120]
    if not 1 <= data.pages <= 9999:
        raise Invalid(places=(("pages", N_("页数超出范围")),))
    most = settings.number(context.runtime, context.epoch, "scan_megabytes") * 1024 * 1024
    media = scans.media_type(data.body, most, "scan", tiff=True)
    verdict = clamd.checked(data.body, scanner())  # before anything is locked: a slow scanner stops nobody else
    row = archive.volume_of(context, data.volume)
    if condemned(context, row.patient_id, row.volume_id, row.retention_class):
        raise Gone()
    digest = context.runtime.suite.digest(data.body)
    twice = VolumeScan.objects.filter(patient_id=row.patient_id, volume_id=row.volume_id, digest=digest)
    if twice.exists():
        raise Conflict(N_("这份扫描件已经上传过。"), N_("请刷新页面查看。"))
    number = context.runtime.number(context.runtime.clock.now())
    key = archive.class_key(context, row.patient_id, row.retention_class)
    payload = key.cipher.seal(data.body, archive.place_of(row.patient_id, number, "scan"))
    made = VolumeScan(
        patient_id=row.patient_id, scan_id=number, volume_id=row.volume_id, name=name or N_("扫描件"), media=media,
        pages=data.pages, digest=digest, checked=verdict, person_id=permit.person, at=permit.at, payload=payload,
    )  # fmt: skip
    keep(context, made, new=True)
    public = context.runtime.public(row.patient_id, number)
    lines = (*archive.lines(context, [row]), Line(context.runtime.public(row.patient_id, 0), public, SCAN, 1))
    return Done(value=(public, verdict), lines=lines, patients=(row.patient_id,))


@read_act(Verb.READ_SCAN)
async def read_scan(context: ReadContext, permit: Permit) -> Done:
    """One file, to whom the rules let read all that the volume holds [4.1.1] [4.1.2]."""
    data = cast(ScanRequest, permit.operation.data)
    patient, runtime = permit.operation.target.patient, context.runtime
    if not patient or context.patient is None:
        raise NotFound()
    number = archive.number_of(runtime, data.scan, patient)
    found = await context.rows(SCAN_SQL, patient, number)
    if not found:
        raise NotFound()
    row, at = found[0], ROW.at
    for alias, key in (("s", number), ("v", row[at["v.volume_id"]])):
        group = ROW.groups[alias]
        if not runtime.sealer.holds(group.table, group.values(row), group.mac(row)):
            raise Tampered(where=f"{group.table}:{patient}.{key}")
    if row[at["v.state"]] == Shelf.DESTROYED or row[at["s.payload"]] is None:
        raise Gone()
    await readable(context, permit.operation, row[at["v.retention_class"]], row[at["v.file_id"]])
    key = runtime.vault.key(patient, row[at["v.retention_class"]], row[at["k.wrapped"]])
    try:
        body = key.cipher.open(bytes(row[at["s.payload"]]), archive.place_of(patient, number, "scan"))
    except Tampered as error:
        raise Tampered(where=f"{SCAN}:{patient}.{number}") from error
    if runtime.suite.digest(body) != bytes(row[at["s.digest"]]):
        raise Tampered(where=f"{SCAN}:{patient}.{number}")
    public = runtime.public
    line = Line(public(patient, 0), public(patient, number), SCAN, row[at["s.version"]])
    value = ScanShown(name=row[at["s.name"]], media=row[at["s.media"]], body=body, checked=row[at["s.checked"]])
    return Done(value=value, lines=(line,))


async def readable(context: ReadContext, operation: Operation, retention_class: str, file: int) -> None:
    """Refused, as the records themselves would be, unless all that the volume holds is open to this reader."""
    assert context.patient is not None  # noqa: S101 -- the act has a target
    rows: Any = await context.rows(CONTENT_SQL, operation.target.patient, retention_class, file)
    reading = Operation(
        actor=operation.actor, verb=Verb.READ, at=operation.at, purpose=operation.purpose, target=operation.target,
        reason=operation.reason,
    )  # fmt: skip
    decided = closed(context.runtime, reading, context.actor, context.patient, parts(context.runtime.sealer, rows))
    if decided is not None:
        raise Refused(clauses=decided.clauses, rules=decided.rules, reason=decided.reason, matter=decided.matter)
