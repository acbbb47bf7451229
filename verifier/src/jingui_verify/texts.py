"""Everything people read, in Chinese and English: names of steps and words for what is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from jingui_verify import copy_texts
from jingui_verify.bad import Bad

STEPS = copy_texts.STEPS | {
    "kind": ("证明种类", "Kind of proof"),
    "form": ("证明格式", "Form of the proof"),
    "note": ("签名与检查点", "Signed checkpoint"),
    "old": ("旧检查点的签名", "Signature of the old checkpoint"),
    "new": ("新检查点的签名", "Signature of the new checkpoint"),
    "head": ("留痕条目格式", "Form of the entry"),
    "inclusion": ("条目在树中", "The entry is in the tree"),
    "target": ("本行属于该条目", "The line belongs to the entry"),
    "private": ("操作人信息属于该条目", "The private part belongs to the entry"),
    "consistency": ("新检查点延续旧检查点", "The new checkpoint continues the old one"),
    "key": ("核对用公钥", "Pinned key"),
}

TEXTS = copy_texts.TEXTS | {
    "json": ("不是规范的 JSON（{what}）", "not strict JSON ({what})"),
    "not_canonical": ("JSON 不是规范形式", "JSON is not in canonical form"),
    "suite": ("密码套件不符：{suite}", "wrong suite: {suite}"),
    "frontier": ("起始子树数目应为 {want}，实为 {have}", "the frontier must have {want} hashes, it has {have}"),
    "inclusion": ("包含证明不成立（{what}）", "the inclusion proof does not hold ({what})"),
    "consistency": ("一致性证明不成立（{what}）", "the consistency proof does not hold ({what})"),
    "base64": ("Base64 不是规范形式", "base64 is not canonical"),
    "key": ("公钥无效（{what}）", "the key is not valid ({what})"),
    "note": ("签名文本格式不符（{what}）", "the signed note is malformed ({what})"),
    "unsigned": ("没有 {key} 的签名", "no signature by {key}"),
    "signature": ("{key} 的签名无效", "the signature by {key} is not valid"),
    "head": ("条目字段不符：{key}", "the entry's head is wrong at: {key}"),
    "private": ("操作人信息与承诺值不符（{what}）", "the private part does not match its commitment ({what})"),
    "target": ("对象与承诺值不符（{what}）", "the target does not match its commitment ({what})"),
    "form": ("格式不符：{what}", "malformed: {what}"),
    "origin": ("台账名称不符：{have}，应为 {want}", "another ledger's origin: {have}, not {want}"),
    "time": ("检查点时间倒退：{have} 早于 {last}", "checkpoint time goes back: {have} is before {last}"),
    "heads": ("写入进程的末条记录不符（{what}）", "the writers' heads do not match ({what})"),
    "key_differs": ("导出文件的公钥不是指定的公钥", "the export's key is not the pinned key"),
    "index": ("序号应为 {want}，实为 {have}", "the index must be {want}, it is {have}"),
    "gap": (
        "写入进程 {writer} 的第 {want} 条缺失（此处为第 {have} 条）",
        "entry {want} of writer {writer} is missing (here stands its {have})",
    ),
    "repeat": (
        "写入进程 {writer} 的序号重复或倒退：应为第 {want} 条，实为第 {have} 条",
        "writer {writer} repeats or goes back: expected its entry {want}, here stands {have}",
    ),
    "altered": (
        "条目被改动：同一写入进程的后一条（序号 {by}）所记的散列与它不符",
        "the entry was altered: the writer's next entry (index {by}) holds another hash of it",
    ),
    "prev": (
        "条目的前条散列与同一写入进程的前一条（序号 {before}）不符",
        "the entry's prev is not the hash of the writer's entry before it (index {before})",
    ),
    "start": ("写入进程 {writer} 的第 0 条带有前条散列", "entry 0 of writer {writer} names an entry before it"),
    "line": ("第 {line} 行不符（{what}）", "line {line} is wrong ({what})"),
    "checkpoint": ("其后的检查点无效：{zh}", "the checkpoint after it is not valid: {en}"),
    "place": (
        "检查点写明 {size} 条，实际位于 {have} 条之后",
        "the checkpoint is for {size} entries but stands after {have}",
    ),
    "root": (
        "树根与已签名的检查点不符（{size} 条处）：此范围内有条目被改动、删除、插入或调换",
        "the root differs from the signed checkpoint of {size}: an entry in this range was altered, removed, "
        "inserted or moved",
    ),
    "end": ("结束行与内容不符（{what}）", "the end line does not match ({what})"),
    "truncated": ("文件不完整：缺少结束行", "the file is cut off: no end line"),
    "unsealed": (
        "从此条起没有任何已签名的检查点覆盖，无法证明",
        "from this entry on no signed checkpoint covers the file: nothing proves it",
    ),
    "outside_shorter": (
        "外部检查点已有 {size} 条，文件只到 {have} 条：末尾被截去",
        "the outside checkpoint has {size} entries, the file ends at {have}: its tail was cut off",
    ),
    "outside_root": (
        "与外部检查点（{size} 条）不符：台账被重算或分叉",
        "it differs from the outside checkpoint of {size}: the ledger was recomputed or forked",
    ),
    "outside_before": (
        "外部检查点（{size} 条）早于文件起点 {have}，无法比对",
        "the outside checkpoint of {size} lies before the file's start {have}: it cannot be compared",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a check, as a page or terminal shows it."""

    name: str
    name_zh: str
    name_en: str
    ok: bool
    detail: str
    detail_zh: str
    detail_en: str


def words(bad: Bad) -> tuple[str, str]:
    """What is wrong, in Chinese and in English."""
    zh, en = TEXTS[bad.code]
    return zh.format(**bad.data), en.format(**bad.data)


def step(name: str, bad: Bad | None, detail: str = "") -> Step:
    """The step called `name`: failed with `bad`, or passed with a neutral `detail`; `detail` is a code if it failed."""
    zh, en = STEPS[name]
    said_zh, said_en = (detail, detail) if bad is None else words(bad)
    return Step(
        name=name,
        name_zh=zh,
        name_en=en,
        ok=bad is None,
        detail=detail if bad is None else bad.code,
        detail_zh=said_zh,
        detail_en=said_en,
    )


def failed(name: str, inner: Step) -> Step:
    """The step called `name`, failed for what an inner check's step says."""
    zh, en = STEPS[name]
    within_zh, within_en = f"{inner.name_zh}：{inner.detail_zh}", f"{inner.name_en}: {inner.detail_en}"
    return Step(
        name=name, name_zh=zh, name_en=en, ok=False, detail=inner.detail, detail_zh=within_zh, detail_en=within_en
    )
