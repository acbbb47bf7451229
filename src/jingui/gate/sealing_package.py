"""四（二）1 封存包: what a medium carries: the list, each record word for word, pages to read [4.2.1]"""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from jingui.core.errors import Tampered
from jingui.core.sealing import Item, list_of
from jingui.crypto.canon import canon
from jingui.formats import manifest, pdf
from jingui.formats.pdf_document import CopyDocument, Pair
from jingui.gate import copies_document, copies_making, settings
from jingui.gate import sealing as s
from jingui.gate.copies_document import HERE, Approval, Setting, sections
from jingui.gate.copies_taken import Found, Visit
from jingui.gate.rows import locked_record
from jingui.gate.writing import WriteContext

STATEMENT: Final = (
    "本件共 {pages} 页，是封存清单所列记录的可读副本，供双方查看；与介质中逐条保存的内容不一致的，以逐条内容为准。"
)


def plaintext(context: WriteContext, found: s.Opened, at: datetime) -> bytes:
    """One line of JSON for the list, one for each record (its line of the list, its content as it stands), then its
    pages as PDF: a line with name, SHA-256 and the file in base64.
    """
    row, newest, patient = found.row, found.rounds[-1], found.row.patient_id
    public = (context.runtime.public(patient, row.sealing_id), context.runtime.public(patient, 0))
    out = [canon(list_of(*public, row.matter, len(found.rounds), newest))]
    items = s.items_in(newest)
    for one in items:
        number = s.number_of(context.runtime, patient, one.record)
        record = locked_record(context, patient, number)
        body = s.content(context, record)
        if record.version != one.version or context.runtime.suite.digest(body).hex() != one.digest:
            raise Tampered(where=f"record:{patient}.{number}")
        out.append(b'{"record":"%s","version":%d,"content":%s}' % (one.record.encode(), one.version, body))
    for name, body in files(context, found, items, at):
        content, digest = b64encode(body).decode(), manifest.file_digest(body)
        out.append(canon({"file": name, "media_type": "application/pdf", "sha256": digest, "content": content}))
    return b"\n".join(out) + b"\n"


def files(
    context: WriteContext, found: s.Opened, items: Sequence[Item], at: datetime
) -> list[tuple[str, bytes]]:  # fmt: skip
    """The listed records as pages, as many to a file as a copy may hold."""
    patient, runtime = found.row.patient_id, context.runtime
    numbers = [s.number_of(runtime, patient, one.record) for one in items]
    records = copies_making.records_of(context, patient, numbers)
    visits = copies_making.visits_known(context, patient)
    most = settings.number(runtime, context.epoch, "copy_records")
    parts = [records[n : n + most] for n in range(0, len(records), most)]
    made = [document(context, found, one, visits, at, f"{n}/{len(parts)}") for n, one in enumerate(parts, 1)]
    return [(f"records-{n}.pdf", pdf.render(one, fonts=runtime.fonts)) for n, one in enumerate(made, 1)]


def document(
    context: WriteContext, found: s.Opened, records: Sequence[Found], visits: dict[int, Visit], at: datetime, part: str
) -> CopyDocument:
    """One file of them. It is no copy for anybody: no seal, no code to check it by."""
    runtime, row = context.runtime, found.row
    face = copies_making.patient_face(context, row.patient_id)
    around = Setting(
        number=runtime.public(row.patient_id, row.sealing_id), secret=b"", face=face, answers={}, unfinished=(),
        approval=Approval(matter=row.matter, kind="sealing", step="", decided=None), withheld=0, elsewhere=0, paper=(),
        made_at=at,
    )  # fmt: skip
    listed = f"第 {len(found.rounds)} 份清单　{len(records)} 条　文件 {part}"
    return CopyDocument(
        number=around.number, hospital=runtime.institution, hospital_en=runtime.institution_en, title="封存病历",
        title_en="Sealed medical records", patient_name=copies_document.name_of(face),
        record_number=copies_document.number_of(face), made_at=at.astimezone(HERE).replace(microsecond=0),
        sections=sections(records, visits, around), statement=STATEMENT, banner=copies_document.BANNER,
        approval=(
            Pair(label="封存事项", label_en="Matter", text=str(row.matter)),
            Pair(label="封存清单", label_en="List", text=listed),
        ),
        watermark=f"封存病历　{around.number}",
    )  # fmt: skip
