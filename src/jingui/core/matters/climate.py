"""三（一）2, 三（二）1 库房与设备: what is asked for and decided there [3.1.2] [3.2.1] [3.2.3]"""

from typing import Final

from jingui.core.matters.row import MatterKind

ROWS: Final[tuple[MatterKind, ...]] = ()
