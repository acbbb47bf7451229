"""三（一）2, 三（二）1 库房与设备: what is done there again and again [3.1.2] [3.2.1] [3.2.3]"""

from typing import Final

from jingui.core.duty_rows import Duty

ROWS: Final[tuple[Duty, ...]] = ()
