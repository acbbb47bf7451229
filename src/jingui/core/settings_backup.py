"""三（一）1, 六（一）3 备份与恢复: what the hospital promises about it [3.1.1] [6.1.3]"""

from typing import Final

from jingui.core.setting_rows import Setting

ROWS: Final[tuple[Setting, ...]] = ()
