"""一（三）基本原则: what went wrong, for a program and a person alike [1.3.1]"""

from collections.abc import Callable, Mapping
from typing import Any

from jingui.core.errors import (
    Conflict,
    Gone,
    Invalid,
    JinguiError,
    NotFound,
    NotSignedIn,
    Refused,
    TooLarge,
    Unavailable,
    Unprocessable,
)

SYSTEM = "urn:jingui:error"  # our stable codes: JinguiError.code
CLAUSE = "urn:jingui:clause"
MATTER = "urn:jingui:matter"
REASON = "urn:jingui:reason"
ENTRY = "urn:jingui:ledger-entry"

_CODES: tuple[tuple[type[JinguiError], str], ...] = (
    (Refused, "forbidden"),
    (NotSignedIn, "login"),
    (NotFound, "not-found"),
    (Gone, "deleted"),
    (TooLarge, "too-long"),
    (Unprocessable, "processing"),
    (Invalid, "invalid"),
    (Conflict, "conflict"),
    (Unavailable, "transient"),
)


def issue_code(error: JinguiError) -> str:
    """Return the FHIR issue type of an error, `exception` for those that are our own fault."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), "exception")


def outcome(error: JinguiError, translate: Callable[[str], str] = str) -> dict[str, Any]:
    """Return the OperationOutcome of an error: one issue per place, each with our code and the next step.

    `translate` is the reader's gettext; by default the texts stay Chinese.
    """
    details = {
        "coding": [{"system": SYSTEM, "code": error.code}],
        "text": translate(error.message),
    }
    issue: dict[str, Any] = {
        "severity": "fatal" if error.status >= 500 else "error",
        "code": issue_code(error),
        "details": details,
        "diagnostics": translate(error.next_step),
    }
    if isinstance(error, Refused):
        extension = [{"url": CLAUSE, "valueString": each} for each in error.clauses]
        for url, value in ((REASON, error.reason), (MATTER, error.matter), (ENTRY, error.entry)):
            if value:
                extension.append({"url": url, "valueString": value})
        if extension:
            issue["extension"] = extension
    issues = [issue]
    if isinstance(error, Invalid) and error.places:
        issues = [_at(issue, place, translate(what)) for place, what in error.places]
    return {"resourceType": "OperationOutcome", "issue": issues}


def _at(issue: Mapping[str, Any], place: str, what: str) -> dict[str, Any]:
    """Return the issue for one place; expression only if there is a place."""
    details = {**issue["details"], "text": f"{issue['details']['text']} {what}".rstrip()}
    return {**issue, "details": details, **({"expression": [place]} if place else {})}


def notice(text: str, *, code: str = "informational", severity: str = "information") -> dict[str, Any]:
    """Return an OperationOutcome that is no error: all well, or what was left out of an answer."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": severity, "code": code, "details": {"text": text}}],
    }
