"""二（一）采集: whom the patients of a batch's imports and messages may be, all at once [2.1.2]"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jingui.core.enter import Submission
from jingui.core.errors import JinguiError
from jingui.crypto.keyring import Keyring
from jingui.gate.conditions import Condition, lock_of
from jingui.gate.numbering import KNOWN_SQL, MATCH_SQL, STRONG, Numbers, match, strong_tokens

STANDING_SQL = """SELECT r.patient_id, r.record_id FROM unnest($1::bigint[], $2::bigint[]) q(patient, record)
JOIN record r ON r.patient_id = q.patient AND r.record_id = q.record"""
NOBODY_SQL = """SELECT 1 FROM patient_identity WHERE token = ANY($1::bytea[]) AND field = ANY($2::text[]) AND current
LIMIT 1"""
Rows = Callable[..., Awaitable[Sequence[Any]]]


@dataclass(slots=True)
class Likely:
    """What is known of everybody who has one of the batch's strong identifiers."""

    tokens: dict[tuple[int, int], list[bytes]] = field(default_factory=dict)  # by submission and change
    having: dict[bytes, set[int]] = field(default_factory=dict)
    known: dict[int, list[Any]] = field(default_factory=dict)

    def still_new(self, number: int, submission: Submission, numbers: Numbers | JinguiError) -> list[Condition]:
        """What must still hold at the commit: that nobody else registered this message's new patient meanwhile."""
        if submission.message is None or isinstance(numbers, JinguiError):
            return []
        return [
            Condition(lock_of("Patient", int.from_bytes(min(tokens)[:8], "big")), NOBODY_SQL, (tokens, list(STRONG)))
            for i, place in enumerate(numbers.places)
            if place.new_patient and (tokens := self.tokens.get((number, i)))
        ]

    def matched(self, keyring: Keyring, number: int, submission: Submission) -> dict[int, int] | JinguiError:
        """Existing patients of one submission's Patient changes; an error when identifiers and person disagree."""
        out: dict[int, int] = {}
        for i, change in enumerate(submission.changes):
            hits = {one for token in self.tokens.get((number, i), ()) for one in self.having.get(token, ())}
            if not hits:
                continue
            renames = change.merging is not None and change.merging.renames
            rows = [row for one in sorted(hits) for row in self.known.get(one, ())]
            try:
                found = match(keyring, change.resource, rows, renames=renames)
            except JinguiError as error:
                return error
            if found is not None:
                out[i] = found
        return out


async def likely(keyring: Keyring, rows: Rows, submissions: Iterable[Submission]) -> Likely:
    """Look up whom these submissions' patients may be: two statements, none when no source is named."""
    out = Likely()
    for number, submission in enumerate(submissions):
        if submission.source:
            for i, change in enumerate(submission.changes):
                if change.resource["resourceType"] == "Patient" and change.record is None:
                    out.tokens[number, i] = [token for _, token in strong_tokens(keyring, change.resource)]
    wanted = sorted({token for found in out.tokens.values() for token in found})
    if not wanted:
        return out
    for row in await rows(MATCH_SQL, wanted, list(STRONG)):
        out.having.setdefault(bytes(row[2]), set()).add(row[0])
    everybody: Mapping[int, None] = dict.fromkeys(one for found in out.having.values() for one in found)
    if everybody:
        for row in await rows(KNOWN_SQL, sorted(everybody), list(STRONG)):
            out.known.setdefault(row[0], []).append(row)
    return out


async def standing(
    rows: Rows, submissions: Iterable[Submission], numbered: Sequence[Numbers | JinguiError]
) -> set[tuple[int, int]]:
    """Which records of submissions that name a source stand already: most do not, and their facts need no asking."""
    places = {
        place[:2]
        for submission, numbers in zip(submissions, numbered, strict=True)
        if submission.source and not isinstance(numbers, JinguiError)
        for place in numbers.places
        if not place.new_patient
    }
    if not places:
        return set()
    listed = sorted(places)
    return {(row[0], row[1]) for row in await rows(STANDING_SQL, [p for p, _ in listed], [r for _, r in listed])}
