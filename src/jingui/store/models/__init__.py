"""库房: every table, one file per noun."""

from jingui.store.models.governance import Approval, Epoch, PolicyVersion, Proposal, Setting
from jingui.store.models.ledger import (
    Checkpoint,
    Entry,
    EntryIndex,
    EntryPayload,
    OutsideCheckpoint,
    RecoveryEntry,
    Tile,
)
from jingui.store.models.patients import (
    CareRelation,
    Encounter,
    Grant,
    Hold,
    Patient,
    PatientIdentity,
    PatientKey,
)
from jingui.store.models.people import Account, Department, FactorSeal, PasswordPast, Person, Post, Session, Token
from jingui.store.models.records import Record, RecordVersion

__all__ = [
    "Account",
    "Approval",
    "CareRelation",
    "Checkpoint",
    "Department",
    "Encounter",
    "Entry",
    "EntryIndex",
    "EntryPayload",
    "Epoch",
    "FactorSeal",
    "Grant",
    "Hold",
    "OutsideCheckpoint",
    "PasswordPast",
    "Patient",
    "PatientIdentity",
    "PatientKey",
    "Person",
    "PolicyVersion",
    "Post",
    "Proposal",
    "Record",
    "RecordVersion",
    "RecoveryEntry",
    "Session",
    "Setting",
    "Tile",
    "Token",
]
