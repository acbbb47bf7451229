"""三（一）3 销毁证明: what the certificate says, and the code by which anybody checks it [3.1.3]"""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson

from jingui.core.calendars import CHINA
from jingui.core.matters.row import Move
from jingui.core.process import APPEALS
from jingui.core.words import RetentionClass
from jingui.crypto.rotation import Committed
from jingui.formats.pdf_certificate import Part, Words
from jingui.gate import matters
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Destruction, Person

TITLE: Final = "病历销毁证明"
SAID: Final = (
    "所列病历的数据密钥已删除，其所在密钥段已换用新密钥；其余患者的数据密钥经逐一重新加密并试开后，旧密钥段密钥"
    "已从密钥文件及其全部登记副本中清除。数据库、文件、备份中留存的只是无法解密的密文。",
    "本证明的效力止于登记在册的密钥文件副本：如另有未登记的旧密钥文件，且持有密钥提供方的密钥，则旧备份中的"
    "密文仍可能被解密。未登记的副本不应存在；发现即须销毁并报告。",
    "本证明不含任何患者信息。销毁经过记入存证台账，证明文件内附台账证明，可在核验页面查验。",
)
STEPS_SQL: Final = """SELECT v.step, v.person_id, v.at FROM matter_event v WHERE v.matter_id = $1::bigint
AND v.move = $2::text ORDER BY v.n"""


def code(runtime: Runtime, matter: int) -> str:
    """What the QR holds: the matter's number and a MAC, so that nobody counts the lists of a house."""
    return f"{matter:016x}{mac(runtime, matter)}"


def mac(runtime: Runtime, matter: int) -> str:
    """Half a MAC of the number."""
    return runtime.sealer.mac("destruction-code", (matter,)).hex()[:32]


def matter_of(runtime: Runtime, text: str) -> int:
    """The matter of a code, 0 for one that is none."""
    if len(text) != 48 or not all(letter in "0123456789abcdef" for letter in text):
        return 0
    matter = int(text[:16], 16)
    return matter if matter < 1 << 62 and hmac.compare_digest(mac(runtime, matter), text[16:]) else 0


def words(context: WriteContext, matter: int, rows: Sequence[Destruction], done: Committed, at: datetime) -> Words:
    """Counts and years by class, who decided and who did it, which keys: nothing that names a patient."""
    runtime, first = context.runtime, rows[0]
    found = matters.opened(context, matter)
    said = raw(STEPS_SQL, matter, Move.APPROVE.value)
    people = names([one for row in said for one in (row[1],)] + [first.person_id, first.second_id])
    told = [orjson.loads(bytes(row.description)) for row in rows]
    by_class = {one["class"] for one in told}
    classes = [
        totals(which, [one for one in told if one["class"] == which.value])
        for which in RetentionClass if which.value in by_class
    ]  # fmt: skip
    secret = code(runtime, matter)
    assert first.at is not None  # noqa: S101 -- an erasing line was destroyed at some time
    facts = (
        ("证明编号", f"XH-{matter}"), ("销毁清册", f"事项 {matter}，共 {len(rows)} 条"),
        ("执行人", people.get(first.person_id, "")), ("监销人", people.get(first.second_id, "")),
        ("销毁时间", moment(first.at)), ("密钥清除时间", moment(at)),
        ("密钥文件代次", str(done.generation)),
        ("存证台账条目", str(first.entry)),
        ("重新加密并试开的其他密钥", f"{done.survivors} 个，密钥段 {len(done.segments)} 个"),
    )  # fmt: skip
    parts = (
        Part(title="销毁的病历（按类别合计）", widths=(3, 2, 2, 2, 2, 3),
             head=("类别", "条目", "记录", "版本", "纸质册数", "就诊年份"), rows=classes),
        Part(title="审批", widths=(4, 3, 4), head=("环节", "姓名", "时间"), rows=[
            (found.kind.steps[row[0]].name, people.get(row[1], ""), moment(row[2]))
            for row in said if row[0] < min(APPEALS, len(found.kind.steps))
        ]),
        Part(title="密钥文件及登记副本的确认", widths=(5, 2, 7), head=("位置", "代次", "文件 SHA-256"), rows=[
            (one.place, str(one.generation), " ".join(chunks(one.sha256))) for one in done.copies
        ]),
    )  # fmt: skip
    return Words(
        hospital=runtime.institution, title=TITLE, number=f"XH-{matter}", made_at=at.replace(microsecond=0),
        facts=facts, parts=parts, said_title="说明", said=SAID, qr=f"{runtime.public_address}/verify#{secret}",
        qr_caption=f"扫码或输入核验码 {' '.join(chunks(secret))}",
    )  # fmt: skip


def totals(which: RetentionClass, told: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """One class: how many lines, records, versions and volumes, from which year to which."""
    years = [year for one in told for year in (one["first"], one["last"]) if year]
    return (
        which.label, str(len(told)), str(sum(one["records"] for one in told)),
        str(sum(one["versions"] for one in told)), str(sum(one["volumes"] for one in told)),
        f"{min(years)}–{max(years)}" if years else "—",
    )  # fmt: skip


def names(numbers: Sequence[int]) -> dict[int, str]:
    """Name and staff number of those who took part."""
    found = Person.objects.filter(pk__in={one for one in numbers if one})
    return {one.pk: f"{one.name}（{one.staff_no}）" for one in found}


def moment(at: datetime) -> str:
    """A moment in the hospital's zone."""
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S %z}"


def chunks(text: str) -> list[str]:
    """Letters in groups of eight."""
    return [text[i : i + 8] for i in range(0, len(text), 8)]
