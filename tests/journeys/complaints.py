"""What a browser complains of while a page is used: errors of scripts, and what it says in its console."""

from typing import Any

MENDED = "400"  # a form that must be mended answers 400, and the browser says so


def listen(page: Any, *, but: str = "") -> list[str]:
    """A list that grows with each complaint of `page`, but for those of the console in which `but` stands."""
    heard: list[str] = []

    def said(one: Any) -> None:
        if one.type == "error" and not (but and but in one.text):
            heard.append(one.text)

    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", said)
    return heard


def settled(heard: list[str]) -> None:
    """Nothing but forms that had to be mended so far; from here on not even those."""
    assert [one for one in heard if MENDED not in one] == []
    heard.clear()
