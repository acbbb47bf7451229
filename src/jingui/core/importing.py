"""二（一）采集: what a bulk import needs to say and to know [2.1.2] [6.1.2]"""

from typing import Protocol

from jingui.core.operation import Actor


class Names(Protocol):
    """Our numbers for the hospital's own ones; 0 or None for what is not there yet."""

    def department(self, code: str) -> int:
        """The department with that code."""
        ...

    def person(self, staff_no: str) -> int:
        """The person with that staff number."""
        ...

    def account(self, username: str) -> int:
        """The account of that name."""
        ...

    def actor(self, username: str, role: str = "") -> Actor | None:
        """The holder of an account acting from this host."""
        ...
