"""四（一）内部查阅: a decided record as its line, opened and found genuine [4.1.1]"""

from collections.abc import Sequence
from typing import Any

from jingui.core.access import RecordLine
from jingui.core.errors import Tampered
from jingui.gate.context import ReadContext
from jingui.gate.runtime import Runtime
from jingui.store.vault import seal_of


def content(
    runtime: Runtime, decides: tuple[Any, ...], mac: bytes | None, seal: str, wrapped: bytes | None, payload: bytes,
    older: bytes | None = None,
) -> tuple[bytes, bytes]:  # fmt: skip
    """What a record says, and what the version before said where `older` is its payload; Tampered unless genuine.

    `decides` are the record's sealed columns in their order. What decides is bound into the ciphertext too: a lowered
    level or another class opens nothing.
    """
    patient, number, kind, _form, category, level, labels, _state, _author, version, retention, _medium = decides
    if not runtime.sealer.holds("record", decides, mac) or seal != seal_of(category, level, retention, kind, labels):
        raise Tampered(where=f"record:{patient}.{number}")
    key = runtime.vault.key(patient, retention, wrapped)
    body = runtime.vault.open(key, patient, number, version, seal, payload)
    return body, runtime.vault.open(key, patient, number, version - 1, seal, older) if older is not None else b""


def record_line(context: ReadContext, patient: int, row: Sequence[Any]) -> RecordLine:
    """A decided row, decrypted. Tampered if anything about it is not as written."""
    runtime = context.runtime
    (number, version, kind, category, level, labels, state, status, author, retention, encounter, _department, entered,
     at, seal, payload, wrapped, form, medium, mac, *_) = row  # fmt: skip
    decides = (patient, number, kind, form, category, level, labels, state, author, version, retention, medium)
    body, _ = content(runtime, decides, mac, seal, wrapped, payload)
    return RecordLine(
        runtime.public(patient, number), kind, category, level, tuple(labels), state, status, version, author, "", "",
        runtime.public(patient, encounter) if encounter else "", entered, at, body,
    )  # fmt: skip
