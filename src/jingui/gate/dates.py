"""四（一）内部查阅: which date of a type its records are sorted and searched by [4.1.3]"""

from datetime import datetime, timedelta
from functools import cache

from jingui.formats.fhir_params import search_params


@cache
def main_date(kind: str) -> str:
    """The type's main date parameter: `date` where there is one, else its first; "" for types without."""
    dates = [name for name, param in search_params(kind).items() if param.kind == "date"]
    return "date" if "date" in dates else (dates[0] if dates else "")


def moved(at: datetime, shift: timedelta) -> datetime:
    """A clinical time with its patient's shift; the first thousand years and those beyond 9000 (open spans) stay."""
    return at + shift if 1000 < at.year <= 9000 else at
