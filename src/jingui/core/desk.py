"""四（一）1 审批与范围: the desk as one question with one entry, each part decided for itself [4.1.1] [4.1.2]"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from jingui.core.access import WorkLine, Worklist
from jingui.core.access_operations import GrantLine, GrantsRequest
from jingui.core.archive_asking import LoansRequest
from jingui.core.archive_seen import Loans
from jingui.core.custody import DeficienciesRequest
from jingui.core.custody_shown import Deficiencies
from jingui.core.deadlines import DeadlineBoard, DeadlinesRequest
from jingui.core.entering import DraftLine, DraftsRequest
from jingui.core.matters.asking import Matters, MattersRequest
from jingui.core.outside import OutsideList, OutsideRequest
from jingui.core.oversee import EntryLine, LedgerSearch
from jingui.core.proposals import ProposalLine, ProposalsRequest
from jingui.core.release import Copies, CopiesRequest
from jingui.core.sealing import Sealings, SealingsRequest
from jingui.core.signatures import WaitingRecord, WaitingRecords
from jingui.core.words import Purpose, Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRequest:
    """The parts that a desk wants, each as it is asked alone; None for a part that it has not.

    `purposes`: under which purpose a part is asked where that is not the desk's own; only of `COUNTING` parts.
    """

    patients: Worklist | None = None
    deadlines: DeadlinesRequest | None = None
    drafts: DraftsRequest | None = None
    sign: WaitingRecords | None = None
    countersign: WaitingRecords | None = None
    matters: MattersRequest | None = None
    proposals: ProposalsRequest | None = None
    grants: GrantsRequest | None = None
    outside: OutsideRequest | None = None
    loans: LoansRequest | None = None
    deficiencies: DeficienciesRequest | None = None
    copies: CopiesRequest | None = None
    sealings: SealingsRequest | None = None
    entries: LedgerSearch | None = None
    purposes: Mapping[str, Purpose] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the parts hold; None for one that was not asked or that the rules close to this post."""

    patients: tuple[WorkLine, ...] | None = None
    deadlines: DeadlineBoard | None = None
    drafts: tuple[DraftLine, ...] | None = None
    sign: tuple[WaitingRecord, ...] | None = None
    countersign: tuple[WaitingRecord, ...] | None = None
    matters: Matters | None = None
    proposals: tuple[ProposalLine, ...] | None = None
    grants: tuple[GrantLine, ...] | None = None
    outside: OutsideList | None = None
    loans: Loans | None = None
    deficiencies: Deficiencies | None = None
    copies: Copies | None = None
    sealings: Sealings | None = None
    entries: tuple[EntryLine, ...] | None = None


#: The operation that each part is: its rules decide about the part.
PARTS: Final = {
    "patients": Verb.LIST, "deadlines": Verb.READ_DEADLINES, "drafts": Verb.READ_DRAFTS, "sign": Verb.LIST,
    "countersign": Verb.LIST, "matters": Verb.READ_MATTERS, "proposals": Verb.READ_PROPOSALS,
    "grants": Verb.READ_GRANTS, "outside": Verb.READ_OUTSIDE, "loans": Verb.READ_ARCHIVE,
    "deficiencies": Verb.READ_CASE_FILES, "copies": Verb.READ_COPIES,
    "sealings": Verb.READ_SEALINGS, "entries": Verb.READ_LEDGER,
}  # fmt: skip
#: Parts that may be asked under another purpose than the desk's, and under which: only counted, so nobody is named.
COUNTING: Final[Mapping[str, frozenset[Purpose]]] = {"copies": frozenset({Purpose.PATIENT_REQUEST, Purpose.LEGAL})}
