"""三（一）3 期限与销毁: what the hospital promises about it [3.1.3]"""

from typing import Final

from jingui.core.setting_rows import Setting

ROWS: Final[tuple[Setting, ...]] = ()
