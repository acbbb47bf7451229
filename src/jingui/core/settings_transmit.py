"""五（一）传输: what the hospital promises about it [5.1]"""

from typing import Final

from jingui.core.setting_rows import Setting

ROWS: Final[tuple[Setting, ...]] = ()
