"""三（一）3 期限与销毁: what is asked for and decided there [3.1.3]"""

from typing import Final

from jingui.core.matters.row import MatterKind

ROWS: Final[tuple[MatterKind, ...]] = ()
