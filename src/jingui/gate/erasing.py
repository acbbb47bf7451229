"""三（一）3 密钥销毁: new segment keys for survivors, the old ones gone everywhere, the certificate [3.1.3]

Runs after the transaction that destroyed has committed with its entry: the data keys' rows are gone, so that survivors
are exactly what is still there. A crash leaves the old segment keys, nothing readable, and this to be run again.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from jingui.core.destruction import LineState
from jingui.core.errors import Tampered, Unavailable
from jingui.crypto.keyring import DataKey
from jingui.crypto.rotation import Committed, begin, pending
from jingui.formats import pdf_certificate, pdf_sign
from jingui.gate import destroying_certificate as certificate
from jingui.gate import receiving_slip
from jingui.gate.copies_proof import line_proof
from jingui.gate.destroying_list import LIST, digest
from jingui.gate.rotating import holding, own_connection, through
from jingui.gate.rows import keep
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Destruction

LEFT_SQL = "SELECT wrapped FROM patient_key WHERE patient_id = $1::bigint AND retention_class = $2::text"
# The newest of what was destroyed: whoever came back and was destroyed twice had another key each time.
GONE_SQL = """SELECT v.record_id, v.version, v.seal, v.payload FROM record r
JOIN record_version v ON v.patient_id = r.patient_id AND v.record_id = r.record_id
WHERE r.patient_id = $1::bigint AND r.retention_class = $2::text AND r.state = 'destroyed'
ORDER BY v.entered DESC LIMIT 20"""
ENTRY_SQL = """SELECT id FROM entry WHERE verb = 'destroy' AND decision = 'allow' AND id = ANY($1::uuid[])"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a finished destruction leaves behind."""

    generation: int
    digest: str


def finish(context: WriteContext, matter: int, rows: Sequence[Destruction], at: datetime) -> Made:
    """Erase, then say so: the proof of the destroying entry first, since without it nothing is certified."""
    runtime = context.runtime
    proof = line_proof(runtime, rows[0].entry, LIST, digest(runtime, rows))
    places = [(row.patient_id, row.retention_class) for row in rows]
    waited = receiving_slip.places(sorted({row.patient_id for row in rows}))  # what was filed for them after a wait
    done = erased(runtime, (*places, *waited))
    words = certificate.words(context, matter, rows, done, at)
    file = pdf_certificate.render(words, orjson.dumps(proof))
    if runtime.stamp is None:
        raise Unavailable(where="stamp")
    issued = runtime.stamp()
    signed = pdf_sign.sign(file, issued.key, issued.chain, certificate.TITLE, runtime.institution, at)
    made = hashlib.sha256(signed).digest()
    for n, row in enumerate(rows):
        row.state, row.generation, row.digest = LineState.DESTROYED.value, done.generation, made
        row.certificate = signed if n == 0 else None  # one file for the list
        keep(context, row)
    return Made(generation=done.generation, digest=made.hex())


def erased(runtime: Runtime, classes: Iterable[tuple[int, str]]) -> Committed:
    """Give the segments of these classes new keys that never wrapped them; every copy has acknowledged it.

    Tampered when a destroyed key's row is there again; KeyTrouble when a copy cannot be written: then nothing is.
    """
    keyring = runtime.keyring
    places = sorted(set(classes))
    segments = sorted({keyring.segment(patient, which) for patient, which in places})
    with own_connection() as connection, holding(connection):
        for patient, which in places:
            if returned(runtime, patient, which):
                raise Tampered(where=f"patient_key:{patient}.{which}")
        left = pending(keyring)
        if left is not None:  # its coming keys may have wrapped what is destroyed: a further one follows
            through(connection, keyring, left)
        done = through(connection, keyring, begin(keyring, segments))
    for patient, which in places:
        keyring.evict(patient, which)
    return done


def returned(runtime: Runtime, patient: int, which: str) -> bool:
    """Whether a destroyed key's row is there again. The key of somebody who came back since opens nothing of it."""
    found = raw(LEFT_SQL, patient, which)
    if not found:
        return False
    gone = raw(GONE_SQL, patient, which)
    key = runtime.vault.key(patient, which, found[0][0])
    return not gone or any(opens(runtime, key, patient, *row) for row in gone)


def opens(runtime: Runtime, key: DataKey, patient: int, record: int, version: int, seal: str, payload: bytes) -> bool:
    """Whether a key opens a version."""
    try:
        runtime.vault.open(key, patient, record, version, seal, bytes(payload))
    except Tampered:
        return False
    return True
