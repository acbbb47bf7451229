"""二（二）录入: what is asked when resources or forms are entered, corrected or imported [2.2.1] [2.2.4]"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple


class Merging(NamedTuple):
    """How a message's resource meets what is known: a message says little, and what it leaves out stays [2.2.2].

    `sequence` is the event's time as a text that sorts as time does; an older one than the `leader`'s last (a full URL
    of the same submission, "" for the change itself) overwrites nothing.
    """

    anchor: bool = False  # only names whose the others are: made where there is none, never changed
    renames: bool = False  # the source may give a known number another name or birth date, not both
    cleared: tuple[str, ...] = ()  # paths that the message says are empty
    defaults: tuple[str, ...] = ()  # elements that only count where nothing stands yet
    sequence: str = ""
    leader: str = ""


class Taken(NamedTuple):
    """The message that a submission came in: taken once [2.2.3]. `digest` is of its bytes."""

    source: int
    control: str
    digest: bytes
    sequence: str = ""


class Change(NamedTuple):
    """One resource to enter or correct. `resource` is parsed and valid; references may name other full URLs."""

    resource: dict[str, Any]
    full_url: str = ""
    record: tuple[int, int] | None = None  # (patient, record) of a correction; None for a new record
    if_match: int = 0  # the version the writer saw, 0 when not said
    if_none_exist: tuple[tuple[str, str], ...] = ()  # decoded search pairs
    merging: Merging | None = None
    place: tuple[int, int] | None = None  # (patient, record) where a form's new record goes: its key says so


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledForm:
    """A filled capture template: one record (QuestionnaireResponse) and what is extracted from it [2.1.1] [2.1.2].

    `key` is the form's own from OPEN_FORM: the same key and the same answers again mean the same record. A correction
    names its record in the operation's target, the version it began from in `start`, and why in `reason`.
    """

    template: str
    answers: Mapping[str, Any]  # linkId -> value as formats.capture takes it; blanks are left out
    key: str = ""
    encounter: int = 0  # record number of the visit, 0 when it belongs to none
    ways: Mapping[str, str] = field(default_factory=dict)  # linkId -> core.capture.Way, where not the usual one
    device: str = ""  # code of the registered source, where a way says device
    start: int = 0  # the version a correction began from; 0 for a new record
    reason: str = ""  # why it is corrected: required for a correction
    late_reason: str = ""  # why it is late: required once the deadline has passed (补记)
    happened: datetime | None = None  # when what it tells of was over: a resuscitation's or operation's end


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Changes that stand or fall together. `source` names a registered source when numbers must repeat.

    With `form`, the changes follow from the form and `changes` is empty.
    """

    changes: tuple[Change, ...] = ()
    form: FilledForm | None = None
    source: str = ""
    department: str = ""  # code of the department that encounters without one belong to
    follow_up_days: int | None = None  # how long relations outlast a closed encounter; None: as the settings say
    message: Taken | None = None  # its changes are entered and corrected by a registered source, each message once


class Made(NamedTuple):
    """What became of one change."""

    id: str
    kind: str
    version: int
    outcome: str  # created | updated | unchanged | existing | superseded
    body: bytes
    full_url: str
