"""四（二）1 复制件: the proof that the ledger holds what a copy contains, inside the stamp's transaction [4.2.1]"""

from typing import Any, Final
from uuid import UUID

import orjson

from jingui.core.errors import Unavailable
from jingui.core.word import N_
from jingui.crypto import proof
from jingui.crypto.tiles import Prover
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.store import recovery
from jingui.store.tiles import NEWEST_SQL, shelf

ENTRY_SQL: Final = """SELECT i.idx, e.head, e.targets FROM entry e LEFT JOIN entry_index i ON i.id = e.id
WHERE e.id = $1::uuid"""


def line_proof(runtime: Runtime, entry: UUID, kind: str, digest: str) -> dict[str, Any]:
    """The proof of the entry's target of this kind that commits `digest`.

    Unavailable, with the next step, until the entry stands under a signed checkpoint.
    """
    rows = raw(ENTRY_SQL, entry)
    newest = raw(NEWEST_SQL)
    index, head, targets = rows[0] if rows else (None, b"", b"[]")
    size = newest[0][0] if newest else 0
    if index is None or index >= size:
        raise Unavailable(N_("存证还没有排入台账，暂不能用印。"), N_("请等候几秒钟再用印。"), where="proof")
    prover = Prover(runtime.suite, shelf(runtime.suite, raw), size)
    placed = proof.prove_entry(
        index=index, size=size, head=bytes(head), path=prover.inclusion(index, size), checkpoint=newest[0][2]
    )
    return narrowed(runtime, placed, bytes(targets), kind, digest)


def narrowed(runtime: Runtime, placed: dict[str, Any], targets: bytes, kind: str, digest: str) -> dict[str, Any]:
    """An entry's proof narrowed to one of its targets: nothing of the others is told."""
    lines = recovery.parts(targets)
    for position, one in enumerate(lines):
        said = orjson.loads(one)
        if said.get("type") == kind and said.get("record") == digest:
            return proof.prove_line(runtime.suite, placed, lines, position)
    raise Unavailable(where="proof")
