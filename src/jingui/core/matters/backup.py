"""三（一）1, 六（一）3 备份与恢复: what is asked for and decided there [3.1.1] [6.1.3]"""

from typing import Final

from jingui.core.matters.row import MatterKind

ROWS: Final[tuple[MatterKind, ...]] = ()
