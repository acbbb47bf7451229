"""四（一）3: a chart as a table that a spreadsheet opens without running anything [4.1.3]"""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from jingui.core.access import RecordLine
from jingui.core.words import RecordState
from jingui.formats import display, fhir_json
from jingui.formats.extract_csv import escaped
from jingui.web import charting, wording
from jingui.web.viewmodels.resource import Shown, shown


def table(
    found: Sequence[RecordLine], who: str, at: datetime, entries: Sequence[str], withheld: int
) -> bytes:  # fmt: skip
    """The records in lines; who took them, when and under which entries stands on top."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow([_("导出人"), escaped(who), _("时间"), at.isoformat(sep=" ", timespec="seconds")])
    lines.writerow([_("存证编号"), *entries])
    lines.writerow([_("因敏感标签未导出的记录数"), withheld])
    heads = (_("时间"), _("类别"), _("记录"), _("内容"), _("作者"), _("科室"), _("状态"), _("版本"), _("记录编号"))
    lines.writerow(heads)
    for one in found:
        resource = fhir_json.parse(one.body)
        line = display.line(resource, wording.language())
        when = timezone.localtime(line.at or one.entered)
        state = _(RecordState(one.state).label) if one.state in set(RecordState) else one.state
        row = [
            when.isoformat(sep=" ", timespec="minutes"), _(charting.category(one.category).label),
            charting.title(line, resource), text(shown(resource)), one.author_name,
            wording.department(one.department), state, str(one.version), one.id,
        ]  # fmt: skip
        lines.writerow([escaped(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def text(lines: Sequence[Shown]) -> str:
    """What a person reads of a record, in one cell."""
    parts: list[str] = []
    for line in lines:
        words = "；".join(str(one) for one in line.texts)
        if words:
            parts.append(f"{line.label}：{words}" if line.label else words)
        parts.extend(" ".join(str(cell) for cell in row) for row in rows(line))
        if line.below:
            parts.append(text(line.below))
    return "\n".join(parts)


def rows(line: Any) -> Sequence[Sequence[Any]]:
    """The table inside a line, () for none."""
    found: Sequence[Sequence[Any]] = line.rows
    return found
