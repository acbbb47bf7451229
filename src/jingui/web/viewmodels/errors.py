"""一 总则 [1.3.1]: what happened, that nothing was lost, what to do next, whom to ask"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from jingui.core.errors import Invalid, JinguiError, Refused
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


def error_page(error: JinguiError, *, request: str = "", retry: str = "", contact: str = "") -> ErrorPage:
    """The page for any error of the tree but a refusal; a retry is offered only where it may help."""
    again = retry if error.status in (429, 503) else ""
    return ErrorPage(
        status=error.status,
        code=error.code,
        message=_(error.message),
        next_step=_(error.next_step),
        request=request,
        places=tuple((where, _(what)) for where, what in error.places) if isinstance(error, Invalid) else (),
        retry=again,
        retry_seconds=5 if again else 0,
        contact=contact,
    )


def refused_page(
    error: Refused,
    *,
    sentence: str = "",
    rules: tuple[RuleLine, ...] = (),
    clauses: tuple[ClauseRef, ...] = (),
    matter: Link | None = None,
    matter_text: str = "",
    back: Link | None = None,
) -> RefusedPage:
    """The page for a refusal: the policy's words for rules and clauses come from who knows them."""
    return RefusedPage(
        message=_(error.message),
        next_step=_(error.next_step),
        sentence=sentence,
        rules=rules,
        clauses=clauses,
        matter=matter,
        matter_text=matter_text,
        entry=error.entry,
        back=back,
    )
