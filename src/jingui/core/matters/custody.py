"""三（二）2 病案室: what is asked for and decided there [3.2.2]"""

from typing import Final

from jingui.core.matters.row import MatterKind

ROWS: Final[tuple[MatterKind, ...]] = ()
