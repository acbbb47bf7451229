"""四（一）3: what an allowed operation must bring with it or the door must do with its result [4.1.1] [4.1.3]

An obligation that the gate does not know is a refusal: rules may not promise what nobody keeps.
"""

from jingui.core.operation import Operation
from jingui.core.vector import Decided

# Kept by construction or by the entrances: versions are never overwritten; every governed page and print carries the
# watermark; the ledger entry with its purpose is the alarm and the review list of emergency reads.
KEPT = frozenset(
    {"watermark", "keep_versions", "alarm", "review", "countersign", "consent_due", "deidentify", "fingerprint"}
)


def unmet(operation: Operation, decided: Decided) -> str:
    """The first obligation that is not met, "" when all are."""
    for obligation in decided.obligations:
        if obligation == "reason":
            if len(operation.reason.strip()) < 2:
                return "reason"
        elif obligation not in KEPT:
            return obligation
    return ""


def bound(operation: Operation, decided: Decided) -> Decided:
    """The decision with its obligations: a refusal naming the unmet one, else as it was."""
    if not decided.allow or not decided.obligations:
        return decided
    missing = unmet(operation, decided)
    if not missing:
        return decided
    return Decided(False, decided.rules, decided.clauses, decided.obligations, f"{missing}_missing", "")
