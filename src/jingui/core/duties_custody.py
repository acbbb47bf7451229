"""三（二）2 病案室: what is done there again and again [3.2.2]"""

from typing import Final

from jingui.core.duty_rows import Duty

ROWS: Final[tuple[Duty, ...]] = ()
