"""三（一）3 期限与销毁: what is done there again and again [3.1.3]"""

from typing import Final

from jingui.core.duty_rows import Duty

ROWS: Final[tuple[Duty, ...]] = ()
