"""二（二）2 真实: long text that stands in another patient's record, found by keyed marks, never by its words [2.2.2]

Marks are winnowed fingerprints under a key of their own, kept as blind tokens of the patient: without the key they tell
nothing, and they vanish with the patient's identity.
"""

from collections.abc import Mapping
from typing import Any, Final

from jingui.core.capture import Template
from jingui.formats import capture
from jingui.formats.capture_text import bare
from jingui.gate.pipeline import Pipeline
from jingui.gate.runtime import Runtime

FIELD: Final = "text_mark"
ENOUGH: Final = 3  # marks in common with one other patient: some fifty characters word for word
MOST: Final = 400  # marks of one form that are kept and looked up
REPEATS_SQL = """SELECT 1 FROM patient_identity WHERE field = $1::text AND token = ANY($2::bytea[])
AND patient_id <> $3::bigint GROUP BY patient_id HAVING count(*) >= $4::int LIMIT 1"""


def marks(runtime: Runtime, template: Template, answers: Mapping[str, Any], longest: int) -> frozenset[int]:
    """The marks of a form's texts of at least `longest` characters; the template's own set text leaves none."""
    key = runtime.keyring.key("text-mark")
    ignored = capture.boilerplate(template, key=key)
    found: set[int] = set()
    for _, text in capture.long_texts(template, answers):
        if len(bare(text)) >= longest:
            found |= capture.fingerprints(text, key=key, ignore=ignored)
    return frozenset(sorted(found)[:MOST])


def token(mark: int) -> bytes:
    """A mark as the table keeps it."""
    return mark.to_bytes(8, "big")


async def repeats(pipe: Pipeline, found: frozenset[int], patient: int) -> bool:
    """Whether another patient's record holds the same text."""
    if len(found) < ENOUGH:
        return False
    rows = await pipe.pool.fetch(REPEATS_SQL, FIELD, [token(one) for one in sorted(found)], patient, ENOUGH)
    return bool(rows)
