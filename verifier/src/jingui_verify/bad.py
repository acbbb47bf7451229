"""What a check finds wrong: a stable code with data; `texts` turns it into Chinese and English."""

from __future__ import annotations


class Bad(Exception):
    """Something does not hold. `code` is a key of `texts.TEXTS`; `data` fills its places."""

    def __init__(self, code: str, **data: object) -> None:
        """Keep the code and the data."""
        super().__init__(code, data)
        self.code = code
        self.data = data
