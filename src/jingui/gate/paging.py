"""四（一）内部查阅: where the next page of a list begins, as a short text [4.1.2]"""

import base64
import binascii
from datetime import datetime

import orjson

from jingui.core.errors import Invalid
from jingui.core.word import N_


def cursor(at: datetime, number: int) -> str:
    """The place after (at, number). It goes back to the actor who saw this page, so it tells nothing new."""
    return base64.urlsafe_b64encode(orjson.dumps([at.isoformat(), number])).decode().rstrip("=")


def read_cursor(text: str) -> tuple[datetime, int]:
    """The place that a cursor says; Invalid when it is not one of ours."""
    try:
        at, number = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        place = datetime.fromisoformat(at)
        if place.tzinfo is None or not 0 <= int(number) < 1 << 63:
            raise ValueError
        return place, int(number)
    except (ValueError, TypeError, binascii.Error) as error:
        raise Invalid(N_("翻页标记无效。"), places=(("cursor", ""),)) from error
