"""五（二）1 共享内容: what a view let through, as the makers of documents and messages take it [5.2.1] [5.2.4]"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A sender or receiver: 统一社会信用代码 and name."""

    uscc: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRecord:
    """A record that leaves: `resource` is minimised and, where the agreement says so, de-identified.

    `number` and `version` are the house's own; `form` is the capture template's name, "" for none; `at` is when it
    happened to the patient, None where the profile hides it.
    """

    number: int
    version: int
    kind: str
    form: str
    category: str
    level: str
    title: str
    at: datetime | None
    resource: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that a maker of content may use; nothing else of the patient exists for it."""

    message: UUID
    made: datetime
    purpose: str
    view: str
    label: str
    sender: Party
    receiver: Party
    agreement: str
    profile: str  # "" = identified
    patient: Mapping[str, Any]  # a Patient, minimised
    records: tuple[SharedRecord, ...]
