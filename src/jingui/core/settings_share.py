"""五（二）共享: what the hospital promises about it [5.2]"""

from typing import Final

from jingui.core.setting_rows import Setting

ROWS: Final[tuple[Setting, ...]] = ()
