"""二（一）3: texts that stand on paper in both languages, whatever the reader's [2.1.3]"""

from django.utils.translation import gettext, override


def english(text: str) -> str:
    """A msgid as the English catalogue has it."""
    with override("en"):
        return gettext(text)


def chinese(text: str) -> str:
    """A msgid in the source language."""
    with override("zh-hans"):
        return gettext(text)
