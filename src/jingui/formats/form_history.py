"""二（二）4 修改留痕: a form's versions field by field: what it was, what it is, when, by whom, why [2.2.4]"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from jingui.core.capture import Template
from jingui.core.entering import Difference
from jingui.core.merging import Named, differences
from jingui.formats import capture, fhir_json
from jingui.formats.fhir_types import Resource

REASON = "urn:jingui:correction-reason"
LATE = "urn:jingui:late-entry"


class Edit(NamedTuple):
    """One version against the one before it; the first one's differences are empty."""

    version: int
    entered: datetime
    author: int  # who wrote this version: the record's own author stays who they are
    reason: str
    late: str  # why the record was late (补记), "" when it was not
    changes: tuple[Difference, ...]


def said(resource: Resource, url: str) -> str:
    """The text of one of our extensions, "" when it is not there."""
    return next((one.get("valueString", "") for one in resource.get("extension", ()) if one.get("url") == url), "")


def edits(
    rows: Iterable[tuple[int, datetime, int, bytes]], template_of: Callable[[Resource], Template | None]
) -> tuple[Edit, ...]:
    """The versions of a form's record as HISTORY returns them (newest first), each against its predecessor.

    `template_of` finds the template that a version was written with; a version without one shows no fields.
    """
    found = [(version, entered, author, fhir_json.parse(body)) for version, entered, author, body in rows]
    out = []
    for i, (version, entered, author, resource) in enumerate(found):
        template = template_of(resource)
        changes: tuple[Difference, ...] = ()
        if template is not None and i + 1 < len(found):
            fields = tuple(Named(item.link, item.zh, item.en) for item in template.items())
            before = capture.answers_of(template, found[i + 1][3])
            changes = differences(fields, before, capture.answers_of(template, resource))
        out.append(Edit(version, entered, author, said(resource, REASON), said(resource, LATE), changes))
    return tuple(out)
