"""四（一）, 二（二）: the table of deeds; each function stands beside those it belongs with and enters itself here [1.2]"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from jingui.demo.month import Deed

if TYPE_CHECKING:
    from jingui.demo.play_month import Month

Kept = dict[str, str]
Doing = Callable[["Month", Deed], Kept]
DEEDS: Final[dict[str, Doing]] = {}


def deed(name: str) -> Callable[[Doing], Doing]:
    """Enter a function under the word that rows use."""

    def entered(doing: Doing) -> Doing:
        DEEDS[name] = doing
        return doing

    return entered
