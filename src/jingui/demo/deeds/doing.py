"""一（二）: the table of deeds; each function enters itself under the word that rows use [1.2]"""

from collections.abc import Callable
from typing import Final

from jingui.demo.cast import Cast
from jingui.demo.month import Deed

Kept = dict[str, str]
Doing = Callable[[Cast, Deed], Kept]
DEEDS: Final[dict[str, Doing]] = {}


def deed(name: str) -> Callable[[Doing], Doing]:
    """Enter a function under the word that rows use."""

    def entered(doing: Doing) -> Doing:
        DEEDS[name] = doing
        return doing

    return entered
