"""二（二）3 停机应急: the station's texts: Chinese, or English where the browser asks [2.2.3]"""

import gettext
from functools import cache
from html import escape
from pathlib import Path
from typing import Final

from jingui.core.word import N_

LOCALE: Final = Path(__file__).resolve().parents[1] / "locale"
SEX: Final = {"male": N_("男"), "female": N_("女"), "unknown": N_("未知"), "other": N_("其他")}
PRECAUTIONS: Final = {
    "blood": N_("血液、体液防护"), "airborne": N_("空气隔离"), "contact": N_("飞沫、接触隔离"),
}  # fmt: skip


def language(accepted: str) -> str:
    """`en` where the browser asks for English first, else `zh`."""
    return "en" if accepted.strip().lower().startswith("en") else "zh"


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    if code == "zh":
        return gettext.NullTranslations()
    return gettext.translation("django", LOCALE, languages=[code], fallback=True)


class Say:
    """Texts of one reader, ready for HTML."""

    def __init__(self, code: str) -> None:
        """Speak this language."""
        self.code = code

    def __call__(self, text: str, /, **values: object) -> str:
        """A msgid in the reader's language, escaped, its values filled in."""
        found = _catalogue(self.code).gettext(text) if text else ""
        return escape(found.format(**values) if values else found)
