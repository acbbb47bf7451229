"""三（二）2 病案室: what the hospital promises about it [3.2.2]"""

from typing import Final

from jingui.core.setting_rows import Setting

ROWS: Final[tuple[Setting, ...]] = ()
