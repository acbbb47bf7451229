"""六（一）2 双人验证: an important operation waits for a second person, who confirms exactly its digest [6.1.2]"""

from jingui.core.operation import Operation
from jingui.core.words import Verb
from jingui.gate.runtime import Runtime
from jingui.store.models import Approval, Proposal

# The listed operations. None of them runs without a proposal that another person approved.
TWO_PERSON = frozenset(
    {
        Verb.MERGE_PATIENT,
        Verb.SPLIT_PATIENT,
        Verb.UNFREEZE_ACCOUNT,
        Verb.LIFT_HOLD,
        Verb.ROTATE_KEYS,
        Verb.PUBLISH_POLICY,
        Verb.CHANGE_SETTING,
        Verb.RECOVER,
    }
)


def digest(runtime: Runtime, operation: Operation) -> bytes:
    """What the second person confirms: verb, target and data, not who asks nor when."""
    target = operation.target
    text = f"{operation.verb}|{target.patient}|{target.record}|{target.version}|{target.kind}|{operation.data!r}"
    return runtime.suite.digest(b"jingui:proposal:1\0" + text.encode())


def covers(runtime: Runtime, operation: Operation) -> bool:
    """Whether `operation.matter` is a proposal of exactly this operation, approved by a second person and still open.

    Every row is checked against its MAC; a row that does not hold refuses with its name.
    """
    if not operation.matter or operation.verb not in TWO_PERSON:
        return False
    proposal = Proposal.objects.filter(pk=operation.matter).select_for_update().first()
    if proposal is None or proposal.verb != operation.verb.value or proposal.state != "waiting":
        return False
    runtime.sealer.check(proposal)
    wanted = digest(runtime, operation)
    if bytes(proposal.digest) != wanted or proposal.expires <= operation.at:
        return False
    for approval in Approval.objects.filter(proposal=proposal):
        runtime.sealer.check(approval)
        if (
            approval.verdict == "approve"
            and bytes(approval.digest) == wanted
            and approval.person_id != proposal.person_id
        ):
            return True
    return False
