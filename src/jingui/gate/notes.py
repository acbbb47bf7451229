"""一（三）3: free text that belongs to an entry: kept encrypted, committed by a salted hash [1.3.3]"""

import os
from uuid import UUID

from jingui.gate.runtime import Runtime

NOTE_SQL = "INSERT INTO entry_payload (id, patient_id, payload) VALUES ($1, $2, $3)"
SALT = 16


def seal_note(runtime: Runtime, entry: UUID, text: bytes) -> tuple[str, bytes]:
    """Return (hex commitment for the entry's private part, ciphertext for the payload row)."""
    salted = os.urandom(SALT) + text
    return runtime.suite.digest(salted).hex(), runtime.vault.seal_note(str(entry), salted)


def open_note(runtime: Runtime, entry: UUID, payload: bytes) -> bytes:
    """The text again."""
    return runtime.vault.open_note(str(entry), payload)[SALT:]
