"""Words for the check of a stamped copy."""

from __future__ import annotations

STEPS = {
    "pdf": ("PDF 文件结构", "Structure of the PDF"),
    "seal": ("电子签章覆盖整个文件", "The electronic stamp covers the whole file"),
    "signature": ("签章以来文件未被改动", "The file is as it was stamped"),
    "wet": ("无电子签章（实物用印的文件），只凭台账核对", "No seal (stamped by hand): the ledger alone vouches for it"),
    "chain": ("签章证书由可信根证书签发", "The stamp's certificate leads to the root"),
    "time": ("可信时间戳（不判断时间戳机构是否可信）", "Time stamp (its authority's trust is not judged)"),
    "manifest": ("内容清单与证明", "Manifest and its proof"),
    "entry_a": ("备制时的台账条目", "The ledger's entry of the preparation"),
    "listed": ("内容清单即台账所记的清单", "The manifest is the one that was entered"),
    "side": ("随附证明", "Side file"),
    "entry_b": ("用印时的台账条目", "The ledger's entry of the stamping"),
    "file": ("本文件即台账所记的文件", "This very file was entered"),
}

TEXTS = {
    "pdf": ("不是完好的 PDF（{what}）：文件损坏或被改动", "not a sound PDF ({what}): damaged or altered"),
    "no_seal": ("文件上没有电子签章", "the file has no electronic stamp"),
    "two_seals": ("文件上有 {count} 个签章，应只有一个", "the file has {count} stamps, there must be one"),
    "seal": ("签章的写法不符（{what}）", "the stamp is malformed ({what})"),
    "cut": ("文件缺少 {count} 字节", "{count} bytes of the file are missing"),
    "appended": (
        "签章之后又附加了 {count} 字节：签章不覆盖这些内容",
        "{count} bytes were appended after stamping: the stamp does not cover them",
    ),
    "file_altered": ("文件在签章之后被改动", "the file was altered after it was stamped"),
    "cms": ("签名数据的格式不符（{what}）", "the signature is malformed ({what})"),
    "seal_signature": ("签章的签名无效", "the stamp's signature is not valid"),
    "certificate": ("签章证书不符（{what}）", "the stamp's certificate does not hold ({what})"),
    "other_root": (
        "签章证书的根不是指定的根证书：{name}",
        "the stamp's certificate leads to another root than the given one: {name}",
    ),
    "time_stamp": ("时间戳不成立（{what}）", "the time stamp does not hold ({what})"),
    "attached": ("文件中没有附件“{name}”", "the file has no attachment {name}"),
    "other_manifest": (
        "附件中的清单不是台账所证明的那一份",
        "the attached manifest is not the one that the ledger proves",
    ),
    "other_copy": (
        "随附证明属于另一份复制件，或本文件已被改动（SHA-256 不符）",
        "the side file belongs to another copy, or this file was altered (SHA-256 differs)",
    ),
    "verb": ("台账条目不是这种操作：{verb}", "the ledger's entry is of another operation: {verb}"),
    "order": ("台账条目的先后不符", "the ledger's entries stand in the wrong order"),
}
