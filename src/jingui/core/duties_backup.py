"""三（一）1, 六（一）3 备份与恢复: what is done there again and again [3.1.1] [6.1.3]"""

from typing import Final

from jingui.core.duty_rows import Duty

ROWS: Final[tuple[Duty, ...]] = ()
