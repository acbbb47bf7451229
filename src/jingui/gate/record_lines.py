"""四（一）内部查阅: a decided record as its line, opened and found genuine [4.1.1]"""

from collections.abc import Sequence
from typing import Any

from jingui.core.access import RecordLine
from jingui.core.errors import Tampered
from jingui.gate.context import ReadContext
from jingui.store.vault import seal_of


def record_line(context: ReadContext, patient: int, row: Sequence[Any]) -> RecordLine:
    """A decided row, decrypted. Tampered if anything about it is not as written."""
    runtime = context.runtime
    (number, version, kind, category, level, labels, state, status, author, retention, encounter, _department, entered,
     at, seal, payload, wrapped, form, medium, mac, *_) = row  # fmt: skip
    decides = (patient, number, kind, form, category, level, labels, state, author, version, retention, medium)
    if not runtime.sealer.holds("record", decides, mac) or seal != seal_of(category, level, retention, kind, labels):
        raise Tampered(where=f"record:{patient}.{number}")
    key = runtime.vault.key(patient, retention, wrapped)
    body = runtime.vault.open(key, patient, number, version, seal, payload)
    return RecordLine(
        runtime.public(patient, number), kind, category, level, tuple(labels), state, status, version, author, "", "",
        runtime.public(patient, encounter) if encounter else "", entered, at, body,
    )  # fmt: skip
