"""四（二）4 教学科研: approvals, studies, extracts as the store has them: genuine, in force, with keys [4.2.4]"""

import os
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from jingui.core.errors import Conflict, Gone, NotFound, Tampered
from jingui.core.research import Stage
from jingui.core.research_cohort import Cohort
from jingui.core.word import N_
from jingui.formats.deidentify_project import Project
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.store.models import EthicsApproval, Extract, ExtractPart, Study

ACTIVE: Final = "active"
ENDED: Final = "ended"
RIGHT: Final = "extract"  # the purpose of the grant that lets a recipient take a file: no purpose of reading
ROWS, FILE, PAPER = "rows", "file", "paper"
PARTS_SQL: Final = """SELECT payload, digest FROM extract_part WHERE extract_id = $1::bigint AND stage = $2::text
AND n = $3::int"""


def genuine(runtime: Runtime, row: Any) -> Any:
    """The row, found genuine; NotFound for None, Tampered by name for one that is not."""
    if row is None:
        raise NotFound()
    runtime.sealer.check(row)
    return row


def approval_of(runtime: Runtime, study: Study) -> EthicsApproval:
    """The approval that a study rests on."""
    found: EthicsApproval = genuine(runtime, EthicsApproval.objects.filter(pk=study.ethics_id).first())
    return found


def in_force(row: Any, at: datetime) -> bool:
    """Whether an approval or study stands at `at`."""
    return bool(row.state == ACTIVE and row.starts <= at < row.ends)


def open_study(runtime: Runtime, number: int, at: datetime) -> tuple[Study, EthicsApproval]:
    """A study that is in force with an approval that is; Conflict says which of them is over."""
    study: Study = genuine(runtime, Study.objects.filter(pk=number).first())
    approval = approval_of(runtime, study)
    if not in_force(study, at):
        raise Conflict(N_("课题已经到期或终止。"), N_("如需继续，请重新提出教学科研使用申请。"))
    if not in_force(approval, at):
        raise Conflict(N_("伦理批件已经到期或终止。"), N_("请先办理新的伦理批件，再重新提出申请。"))
    return study, approval


def new_key(runtime: Runtime, number: int) -> bytes:
    """A fresh project key, sealed for its study."""
    return runtime.vault.seal_note(f"study{number}", os.urandom(32))


def key_of(runtime: Runtime, study: Study) -> bytes:
    """A study's project key; Gone when it ended with the study."""
    if not study.key:
        raise Gone(N_("课题已终止，其密钥已销毁，无法再还原或制作。"))
    return runtime.vault.open_note(f"study{study.pk}", bytes(study.key))


def project_of(runtime: Runtime, study: Study) -> Project:
    """What de-identification needs of a study."""
    return Project(key=key_of(runtime, study), profile=study.profile)


def mark_of(runtime: Runtime, extract: int, recipient: int) -> bytes:
    """The key of a recipient's mark: the house's own, so that a leak is traced when the study is long over."""
    return runtime.suite.mac(runtime.keyring.key("extract-mark"), f"{extract}:{recipient}".encode())


def fingerprint(runtime: Runtime, extract: int, recipient: int) -> bytes:
    """What stands of the mark in the extract's row and manifest."""
    return runtime.suite.digest(b"jingui:extract-mark\0" + mark_of(runtime, extract, recipient))


def put_part(runtime: Runtime, extract: int, stage: str, n: int, body: bytes) -> bytes:
    """Keep one part, compressed and encrypted; its digest."""
    digest = runtime.suite.digest(body)
    payload = runtime.vault.seal_note(f"x{extract}{stage}{n}", zlib.compress(body, 3))
    ExtractPart.objects.create(extract_id=extract, stage=stage, n=n, digest=digest, payload=payload)
    return digest


def part_of(runtime: Runtime, extract: int, stage: str, n: int) -> bytes:
    """One part again; Gone when it was erased, Tampered when it is not what was kept."""
    rows = raw(PARTS_SQL, extract, stage, n)
    return opened_part(runtime, extract, stage, n, rows[0] if rows else None)


def opened_part(runtime: Runtime, extract: int, stage: str, n: int, row: Any) -> bytes:
    """The bytes of a part's row (payload, digest)."""
    if row is None:
        raise Tampered(where=f"extract_part:{extract}.{stage}.{n}")
    if not bytes(row[0]):
        raise Gone(N_("数据集已按期清除。"))
    body = zlib.decompress(runtime.vault.open_note(f"x{extract}{stage}{n}", bytes(row[0])))
    if runtime.suite.digest(body) != bytes(row[1]):
        raise Tampered(where=f"extract_part:{extract}.{stage}.{n}")
    return body


def erase(extract: int) -> int:
    """Empty every part of rows and file; their digests stay. How many there were."""
    parts = ExtractPart.objects.filter(extract_id=extract, stage__in=(ROWS, FILE), n__gt=0).exclude(payload=b"")
    return int(parts.update(payload=b""))


def progress(runtime: Runtime, row: Extract) -> dict[str, Any]:
    """How far the building is."""
    if row.progress is None:
        return {}
    found: dict[str, Any] = orjson.loads(
        zlib.decompress(runtime.vault.open_note(f"x{row.pk}progress", bytes(row.progress)))
    )
    return found


def set_progress(runtime: Runtime, row: Extract, found: Mapping[str, Any]) -> None:
    """Remember it with the row, in the same transaction as the part."""
    row.progress = runtime.vault.seal_note(f"x{row.pk}progress", zlib.compress(orjson.dumps(found), 3))


def cohort_of(study: Study) -> Cohort:
    """The cohort that was approved."""
    return Cohort.of(study.cohort)


def building(row: Extract) -> bool:
    """Whether parts are still missing."""
    return bool(row.state == Stage.BUILDING.value)
