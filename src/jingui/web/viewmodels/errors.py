"""一 总则 [1.3.1]: what happened, that nothing was lost, what to do next, whom to ask"""

from dataclasses import dataclass

from jingui.web.viewmodels.parts import ClauseRef, Link, RuleLine


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """errors/error.html, for any error of the tree. `status` chooses the heading; `places` says where input is wrong.

    `code` and `request` are what the information department asks for; `retry` is the address to try again, "" if that
    would be useless.
    """

    status: int
    code: str
    message: str
    next_step: str
    request: str = ""
    places: tuple[tuple[str, str], ...] = ()
    retry: str = ""
    retry_seconds: int = 0
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedPage:
    """errors/refused.html. `matter` is the one button that starts the right matter; None while that is not built.

    `matter_text` then says in words whom to ask.
    """

    message: str
    next_step: str
    sentence: str = ""
    rules: tuple[RuleLine, ...] = ()
    clauses: tuple[ClauseRef, ...] = ()
    matter: Link | None = None
    apply: Link | None = None  # the matter to start, beside or instead of the button that is there at once
    matter_text: str = ""
    entry: str = ""
    back: Link | None = None
