"""三（一）3 销毁证明核验: anybody asks whether a certificate is the hospital's and unaltered [3.1.3]"""

import hmac
from typing import Any

from jingui.core.entry import Line
from jingui.core.matters import KINDS
from jingui.core.release import FILE, CheckCopy, CopyCheck, CopyState, Medium
from jingui.gate.context import ReadContext
from jingui.gate.destroying_certificate import matter_of
from jingui.gate.destroying_register import FILE_SQL, genuine, proved
from jingui.gate.registry import Done

DECIDED_SQL = "SELECT m.decided FROM matter m WHERE m.id = $1::bigint"


async def found(context: ReadContext, asked: CheckCopy) -> Done | None:
    """What is told of the certificate with this code, None for none. It names no patient, so nothing is masked."""
    matter = matter_of(context.runtime, "".join(asked.secret[:200].split()).lower())
    rows: Any = await context.rows(FILE_SQL, matter) if matter else ()
    if not rows:
        return None
    one = genuine(context.runtime, rows[0])
    digest, said = bytes(one["digest"]).hex(), asked.digest.strip().lower()
    proof, key = await proved(context, str(rows[0][-1]), digest)
    decided = await context.rows(DECIDED_SQL, matter)
    kind = KINDS["destruction"]
    value = CopyCheck(
        found=True, document="destruction", state=CopyState.STAMPED.value, number=f"XH-{matter}",
        matches=hmac.compare_digest(digest, said) if said.isascii() and said else None,
        hospital=context.runtime.institution, stamped=one["at"], medium=Medium.ELECTRONIC.value, matter=matter,
        kind=kind.text, approved_by=kind.steps[-1].name, approved=decided[0][0] if decided else None, proof=proof,
        key=key,
    )  # fmt: skip
    return Done(value=value, lines=(Line("", digest, FILE, 0),))
