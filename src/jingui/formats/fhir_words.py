"""二（二）录入: one form for directory names that people type differently, for search only [2.2.3]"""

import unicodedata


def folded(text: str) -> str:
    """Return a text in one width, case and spacing (NFKC, case-folded)."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
