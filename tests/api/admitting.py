"""Entering stays over the interface."""

from typing import Any

from tests.api.client import Served
from tests.api.samples import stay


def admit(served: Served, name: str, number: str, department: str = "xnk", *more: dict[str, Any]) -> list[str]:
    """Enter a stay as the interface account; the locations `Type/id` in the bundle's order."""
    answer = served.post("", stay(name, number, department, *more))
    assert answer.status_code == 200, answer.text
    return [one["response"]["location"].partition("/_history")[0] for one in answer.json()["entry"]]
