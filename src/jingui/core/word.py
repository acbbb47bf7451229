"""一 总则: how a closed word of the policy is declared [1.3]"""

from enum import StrEnum
from typing import Self


def N_(text: str) -> str:
    """Mark `text` (Chinese, the source language) for the catalogues; returns it unchanged."""
    return text


class Word(StrEnum):
    """A closed vocabulary: each member is a stable identifier with a Chinese label (a gettext msgid)."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """Make the member `value`, shown to people as `label`."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label or value
        return member
