"""三（二）2, 六（一）4 纸质病案: what is done there again and again [3.2.2] [6.1.4]"""

from typing import Final

from jingui.core.duty_rows import Duty

ROWS: Final[tuple[Duty, ...]] = ()
