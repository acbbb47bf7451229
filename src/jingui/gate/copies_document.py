"""四（二）1 复制件: what a copy prints, from its records; and the manifest that the ledger commits to [4.2.1]"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any, Final, Literal

import orjson

from jingui.core.matters import KINDS
from jingui.core.matters.release import DOCUMENTS
from jingui.core.release import Pages
from jingui.formats import copy_blocks, manifest
from jingui.formats.manifest import CopiedPages, Manifest
from jingui.formats.pdf_document import COPY_STAMP, CopyDocument, Pair, PaperPages, Record, Section, Stamp
from jingui.gate.actors import CHINA
from jingui.gate.copies_taken import Found, Signed, Visit
from jingui.gate.runtime import Runtime

# The words across the stamp, by the setting `copy_stamp`.
STAMPS: Final[Mapping[str, str]] = {"copy": COPY_STAMP, "proof": "证明印记", "official": ""}
HERE: Final = timezone(timedelta(hours=8))  # as the typesetter wants it: without a history
SEXES: Final = {"male": ("男", "Male"), "female": ("女", "Female"), "other": ("其他", "Other")}
VISITS: Final = {
    "outpatient": ("门诊", "Outpatient"), "emergency": ("急诊", "Emergency"), "observation": ("留观", "Observation"),
    "day": ("日间", "Day care"), "inpatient": ("住院", "Inpatient"), "checkup": ("体检", "Check-up"),
    "internet": ("互联网诊疗", "Internet"),
}  # fmt: skip
SIGNING: Final = {"sign": "签名", "verify": "核对", "countersign": "审阅"}
OTHERS: Final = ("不属于某次就诊的记录", "Records of no single visit")
BANNER: Final = "封存中"  # in the head of each page of a copy of sealed records
NUMBERS: Final = ("mrn", "inpatient_no", "outpatient_no", "id_card", "passport")


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Under which approval a copy is made."""

    matter: int
    kind: str
    step: str
    decided: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Everything around the records."""

    number: str
    secret: bytes
    face: Mapping[str, Any]
    answers: Mapping[str, str]
    approval: Approval
    unfinished: Sequence[str]
    withheld: int
    elsewhere: int  # records under merged numbers
    paper: Sequence[Pages]
    made_at: datetime
    stamp: str = "copy"
    draft: bool = False  # not stamped yet: says so on every page
    wet: bool = False  # room for a stamp made by hand
    sealed: Sequence[str] = ()  # ids of records sealed in a dispute; the original may be copied all the same


def wetted(around: Setting, *, wet: bool) -> Setting:
    """The same with room for a stamp made by hand, where it is one."""
    return replace(around, wet=wet)


def drafted(around: Setting) -> Setting:
    """The same as long as it is not stamped."""
    return replace(around, draft=True)


def spelled(secret: bytes) -> str:
    """The secret as people type it, in groups of four."""
    text = secret.hex()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def shown(at: datetime) -> str:
    """A moment as the hospital's clock shows it."""
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"


def listed(runtime: Runtime, patient: int, records: Sequence[Found], around: Setting) -> Manifest:
    """The manifest: public ids, versions, digests; no name."""
    approval = around.approval
    return Manifest(
        number=around.number,
        hospital=runtime.institution,
        patient=manifest.patient_mark(around.secret, name_of(around.face), number_of(around.face)),
        records=tuple(
            manifest.CopiedRecord(
                id=runtime.public(patient, one.number), type=one.kind, version=one.version,
                digest=manifest.file_digest(one.body),
            )
            for one in records
        ),
        paper=tuple(
            CopiedPages(volume=one.volume, pages=f"{one.first}–{one.last}", count=one.sheets) for one in around.paper
        ),
        matter=str(approval.matter),
        approved=approval.decided.astimezone(CHINA).isoformat(timespec="seconds") if approval.decided else "",
        made_at=around.made_at, sealed=tuple(around.sealed),
    )  # fmt: skip


def name_of(face: Mapping[str, Any]) -> str:
    """The patient's name."""
    return str(face.get("name", ""))


def number_of(face: Mapping[str, Any]) -> str:
    """The number under which the hospital knows the patient."""
    numbers = face.get("numbers", {})
    return next((str(numbers[one]) for one in NUMBERS if numbers.get(one)), "")


def document(runtime: Runtime, records: Sequence[Found], visits: Mapping[int, Visit], around: Setting) -> CopyDocument:
    """The copy as it is printed: its records by visit, in the order they happened."""
    face, answers = around.face, around.answers
    sex = SEXES.get(str(face.get("sex", "")), ("", ""))
    two = answers.get("language") == "zh+en"
    language: Literal["zh", "zh+en"] = "zh+en" if two else "zh"
    purpose = answers.get("purpose", "") or KINDS[around.approval.kind].text
    who = answers.get("applicant", "") or answers.get("body_name", "")
    mark = f"仅供 {who} {purpose} 使用　{around.number}"
    return CopyDocument(
        number=around.number,
        hospital=runtime.institution,
        hospital_en=runtime.institution_en,
        patient_name=name_of(face),
        record_number=number_of(face),
        made_at=around.made_at.astimezone(HERE).replace(microsecond=0),
        sections=sections(records, visits, around),
        patient=(
            Pair(label="性别", label_en="Sex", text=" ".join(sex) if two else sex[0]),
            Pair(label="出生日期", label_en="Date of birth", text=str(face.get("birth", ""))),
        ),
        request=request(answers, purpose, who),
        approval=approved(around),
        paper=tuple(
            PaperPages(volume=one.volume, pages=f"{one.first}–{one.last}", count=one.sheets) for one in around.paper
        ),
        language=language,
        banner=BANNER if around.sealed else "",
        watermark=f"预览　未用印　{mark}" if around.draft else mark,
        qr="" if around.draft else check_address(runtime, around.secret),
        qr_caption=f"扫码或输入核验码 {spelled(around.secret)}",
        stamp=None if around.wet or around.draft else Stamp(hospital=runtime.institution, words=STAMPS[around.stamp]),
    )


def check_address(runtime: Runtime, secret: bytes) -> str:
    """Where a copy with this secret is checked: what its QR says."""
    return f"{runtime.public_address}/verify#{secret.hex()}"


def request(answers: Mapping[str, str], purpose: str, who: str) -> tuple[Pair, ...]:
    """Who asked, and what for."""
    kinds = dict(DOCUMENTS)
    relation = answers.get("relation", "")
    rows = [
        Pair(label="申请人", label_en="Applicant", text=f"{who}（{relation}）" if relation else who),
        Pair(label="用途", label_en="Purpose", text=purpose),
    ]
    if answers.get("document_kind") in kinds:
        number = answers.get("document", "")
        hidden = f"{number[:3]}{'*' * max(len(number) - 7, 0)}{number[-4:]}" if len(number) > 7 else number
        rows.append(Pair(label="证件", label_en="Identity", text=f"{kinds[answers['document_kind']]} {hidden}"))
    if answers.get("document_number"):
        rows.append(Pair(label="法定文书", label_en="Legal document", text=answers["document_number"]))
    return tuple(rows)


def approved(around: Setting) -> tuple[Pair, ...]:
    """By which approval, and what was left out under it."""
    one = around.approval
    decided = shown(one.decided) if one.decided else ""
    said = f"{KINDS[one.kind].text} 第 {one.matter} 号　{one.step}　{decided}"
    rows = [Pair(label="审批", label_en="Approval", text=said)]
    if around.unfinished:
        said = "；".join(dict.fromkeys(around.unfinished))
        rows.append(Pair(label="尚未完成、完成后另行复制", label_en="Unfinished, to be copied later", text=said))
    if around.withheld:
        rows.append(Pair(label="不在批准范围内、未复制", label_en="Outside the approval", text=f"{around.withheld} 份"))
    if around.elsewhere:
        said = f"{around.elsewhere} 份，另件复制"
        rows.append(Pair(label="已合并编号下的病历", label_en="Under merged numbers", text=said))
    if around.sealed:
        rows.append(Pair(label="说明", label_en="Note", text="病历已封存，本件复制自原件"))
    return tuple(rows)


def sections(records: Sequence[Found], visits: Mapping[int, Visit], around: Setting) -> tuple[Section, ...]:
    """The records by visit; those of no visit at the end."""
    by: dict[int, list[Found]] = {number: [] for number in visits}
    by[0] = []
    for one in records:
        by[one.encounter if one.encounter in visits else 0].append(one)
    out = []
    for number, some in by.items():
        if not some:
            continue
        visit = visits.get(number)
        zh, en = VISITS.get(visit.kind, (visit.kind, visit.kind)) if visit is not None else OTHERS
        out.append(
            Section(
                title=zh, title_en=en, note=period(visit) if visit is not None else "",
                records=tuple(printed(one) for one in some),
            )
        )  # fmt: skip
    return tuple(out)


def period(visit: Visit) -> str:
    """Where and when a visit was."""
    ends = shown(visit.ends) if visit.ends else "至今"
    return f"{visit.department}　{shown(visit.starts)} – {ends}".strip("　")


def printed(one: Found) -> Record:
    """A record as it is printed."""
    before: dict[str, Any] | None = orjson.loads(one.before) if one.before else None
    return Record(
        title=one.title(),
        title_en=one.title("en") if one.title("en") != one.title() else "",
        at=shown(one.when()),
        blocks=copy_blocks.blocks(one.resource, before, one.corrector, shown(one.corrected)),
        signatures=tuple(map(signed, one.signatures)) or author(one),
        mark=f"已更正（第 {one.version} 版）" if one.version > 1 else "",
    )


def signed(one: Signed) -> str:
    """A signature as a line."""
    return f"{SIGNING.get(one.kind, one.kind)}：{one.title} {one.name}　{shown(one.at)}"


def author(one: Found) -> tuple[str, ...]:
    """Who entered what nobody signs."""
    who = " ".join(part for part in (one.department, one.author) if part)
    return (f"记录：{who}　{shown(one.entered)}",) if who else ()
