"""三（一）2, 三（二）1 库房与设备: what the hospital promises about it [3.1.2] [3.2.1] [3.2.3]"""

from typing import Final

from jingui.core.setting_rows import Setting

ROWS: Final[tuple[Setting, ...]] = ()
