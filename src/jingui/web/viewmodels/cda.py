"""五（一）2 共享文档: what the pages of documents show [5.1.2]"""

from dataclasses import dataclass
from datetime import datetime

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
    """transmit/document.html"""

    title: str
    partner: str
    at: datetime
    digest: str
    parts: tuple[PartShown, ...]
    hidden: str
    back: Link
