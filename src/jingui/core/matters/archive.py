"""三（二）2, 六（一）4 纸质病案: what is asked for and decided there [3.2.2] [6.1.4]"""

from typing import Final

from jingui.core.matters.row import MatterKind

ROWS: Final[tuple[MatterKind, ...]] = ()
