"""三（二）2, 六（一）4 纸质病案: what the hospital promises about it [3.2.2] [6.1.4]"""

from typing import Final

from jingui.core.setting_rows import Setting

ROWS: Final[tuple[Setting, ...]] = ()
