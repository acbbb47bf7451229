"""四（一）3 保密义务: whether somebody has undertaken to keep patient information secret, and until when [4.1.3]"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from jingui.core.words import Role
from jingui.gate.granted import forged
from jingui.store.seals import Sealer
from jingui.store.statements import index_of

ACKNOWLEDGED = index_of("acknowledgement")
DOCUMENT = index_of("controlled_document")
# Machines undertake nothing, a patient reads their own, a partner's agreement is the institution's.
EXEMPT = frozenset({Role.INTERFACE, Role.PATIENT, Role.PARTNER, Role.SYSTEM, Role.PUBLIC})


class Undertaken(NamedTuple):
    """`until` None: nothing is owed. Otherwise until when the undertaking in force, `document`, holds (past: owed)."""

    until: datetime | None
    tampered: str
    document: int = 0


def undertaken(
    documents: Sequence[Sequence[Any]] | None, given: Sequence[Sequence[Any]] | None, role: Role, sealer: Sealer,
    never: datetime,
) -> Undertaken:  # fmt: skip
    """What a person owes: an acknowledgement of exactly the version in force. `never` stands for one never given."""
    bad = forged("controlled_document", documents, sealer) or forged("acknowledgement", given, sealer)
    if bad:
        return Undertaken(None, bad)
    if not documents or role in EXEMPT:
        return Undertaken(None, "")
    newest = max(documents, key=lambda row: row[DOCUMENT["n"]])
    number, digest = newest[DOCUMENT["id"]], bytes(newest[DOCUMENT["digest"]])
    ends = [
        row[ACKNOWLEDGED["ends"]]
        for row in given or ()
        if row[ACKNOWLEDGED["document_id"]] == number and bytes(row[ACKNOWLEDGED["digest"]]) == digest
    ]
    return Undertaken(max((end for end in ends if end is not None), default=never), "", number)
