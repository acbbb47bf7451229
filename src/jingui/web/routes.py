"""一（三）4 责任到人: which view answers which of the content pages; addresses stand in viewmodels.paths [1.3.4]"""

from collections.abc import Callable
from typing import Any, Final

from jingui.web import access, desk

VIEWS: Final[dict[str, Callable[..., Any]]] = {
    "desk": desk.desk,
    "patients": access.patients,
    "chart": access.chart,
    "record": access.record,
    "record_version": access.record,
    "life": access.life,
}
