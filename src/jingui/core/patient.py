"""四（一）内部查阅: a patient as lists and heads of pages show them [4.1.1] [1.2]"""

from typing import NamedTuple


class PatientLine(NamedTuple):
    """A patient as a list shows them. `body` is the Patient resource when it was asked for."""

    id: str
    name: str
    sex: str
    birth: str
    numbers: dict[str, str]
    restricted: bool
    deceased: bool
    relation: str
    body: bytes = b""
    version: int = 0
    linked_to: str = ""
    alias: bool = False  # the name shown is the alias of a restricted chart
