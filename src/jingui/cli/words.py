"""What the command line says, in the reader's language: Chinese, or English where the locale says another language."""

import gettext
import os
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jingui.core.errors import Invalid, JinguiError, Refused

LOCALE = Path(__file__).resolve().parents[1] / "locale"


def language(environment: Mapping[str, str] = os.environ) -> str:
    """`zh` or `en`: the first of LC_ALL, LC_MESSAGES, LANG that says something; Chinese when none does."""
    for name in ("JINGUI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "").partition(".")[0]
        if value:
            return "zh" if value.startswith("zh") or value in ("C", "POSIX") else "en"
    return "zh"


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    if code == "zh":
        return gettext.NullTranslations()
    return gettext.translation("django", LOCALE, languages=[code], fallback=True)


def say(text: str, /, **values: object) -> str:
    """`text` (Chinese) in the reader's language, with its values filled in."""
    found = _catalogue(language()).gettext(text) if text else ""
    return found.format(**values) if values else found


def out(text: str = "") -> None:
    """Write a line for the reader."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def err(text: str) -> None:
    """Write a line about the work itself."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def trouble(error: JinguiError) -> str:
    """One clear line: what happened, where, and the next step."""
    line = say(error.message)
    if isinstance(error, Invalid) and error.places:
        line += " " + "; ".join(f"{place}: {say(what)}" if what else place for place, what in error.places[:5])
    data = {k: v for k, v in error.data.items() if k not in ("reason", "matter", "entry") and v not in ("", ())}
    if data:
        line += " (" + ", ".join(f"{name}={_plain(value)}" for name, value in data.items()) + ")"
    if isinstance(error, Refused) and error.clauses:
        line += " [" + " ".join(error.clauses) + "]"
    return f"{line} {say(error.next_step)}"


def _plain(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def utf8() -> None:
    """Chinese can be written whatever the locale says; what the terminal cannot show becomes a question mark."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
