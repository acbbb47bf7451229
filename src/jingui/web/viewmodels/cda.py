"""五（一）2 共享文档: what the pages of documents show [5.1.2]"""

from dataclasses import dataclass
from datetime import datetime

from jingui.formats.capture import templates
from jingui.formats.cda_cover import covered
from jingui.formats.cda_types import types
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.received import PartShown


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeRow:
    """A type: of which form it is made ("" for none), how many of its rows our records say."""

    code: str
    name: str
    template: str
    form: str
    said: int
    of: int
    must: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TypesPage:
    """transmit/cda_types.html"""

    rows: tuple[TypeRow, ...]
    made: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage:
    """transmit/document.html; `lang` is the document's own language, "" for one that nobody knows."""

    title: str
    lang: str
    partner: str
    at: datetime
    digest: str
    parts: tuple[PartShown, ...]
    hidden: str
    back: Link


def listed(english: bool) -> TypesPage:
    """All types: of which form each is made, how much of it our records say."""
    rows = []
    for code, type_ in types().items():
        found = covered(code)
        form = templates()[found.form] if found.form else None
        rows.append(
            TypeRow(
                code=code, name=type_.en if english else type_.zh, template=type_.template,
                form=form.label("en" if english else "zh") if form is not None else "", said=found.said,
                of=len(type_.rows), must="、".join(type_.rows[n].name for n in type_.must),
            )
        )  # fmt: skip
    return TypesPage(rows=tuple(rows), made=sum(1 for one in rows if one.form))
