"""三（一）3 销毁登记: a line as the register has it, and the proof of a list's certificate [3.1.3]"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from jingui.core.errors import Tampered
from jingui.gate import plane
from jingui.gate.context import ReadContext
from jingui.gate.copies_proof import narrowed
from jingui.gate.destroying_list import CERTIFICATE
from jingui.gate.retention import LINE
from jingui.gate.runtime import Runtime

FILE_SQL: Final = f"""SELECT {LINE.sql}, d.entry FROM destruction d
WHERE d.matter = $1::bigint AND d.certificate IS NOT NULL"""  # noqa: S608 -- own column names


def genuine(runtime: Runtime, row: Sequence[Any]) -> dict[str, Any]:
    """A line's columns; Tampered when it is not as Jingui wrote it."""
    group = LINE.groups["d"]
    get = {name.partition(".")[2]: row[place] for name, place in LINE.at.items()}
    if not runtime.sealer.holds("destruction", group.values(row), group.mac(row)):
        raise Tampered(where=f"destruction:{get['patient_id']}.{get['destruction_id']}")
    return get


async def proved(context: ReadContext, entry: str, digest: str) -> tuple[Mapping[str, Any] | None, str]:
    """The proof of the certificate's entry, None until it stands under a checkpoint."""
    library = plane.current().library
    placed = await library.placed(entry)
    if placed.index is None or placed.proof is None:
        return None, library.key.line()
    _index, _head, _private, targets, _person = await library.row(entry)
    return narrowed(context.runtime, placed.proof, targets, CERTIFICATE, digest), library.key.line()
