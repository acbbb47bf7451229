"""四（二）4 教学科研: how an actor stands to a study or extract, as facts for the rules [4.2.4] [6.1.2]

Read without a lock; the act looks again under it. The lead plans and builds, the recipient takes and disposes, and
neither of them checks.
"""

from typing import Any

from jingui.core.operation import Operation
from jingui.core.research import BuildExtract, CheckExtract, DisposeExtract, PlanExtract, TakeExtract
from jingui.core.words import Grant, Role, Verb
from jingui.gate.actors import ActorFacts
from jingui.gate.research_effects import rights
from jingui.gate.research_rows import genuine
from jingui.gate.runtime import Runtime
from jingui.gate.stances import NONE, Stance, stance
from jingui.store.models import Extract, Study

COVERS = Stance(grant=Grant.COVERS)


def found(number: Any) -> tuple[Extract, Study] | None:
    """An extract and its study; None for none."""
    extract = Extract.objects.filter(pk=number).first()
    study = Study.objects.filter(pk=extract.study_id).first() if extract is not None else None
    return (extract, study) if extract is not None and study is not None else None


@stance(Verb.PLAN_EXTRACT)
def plans(runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """The study's lead."""
    data = operation.data
    row = Study.objects.filter(pk=data.study).first() if isinstance(data, PlanExtract) else None
    return COVERS if row is not None and genuine(runtime, row).person_id == actor.person else NONE


@stance(Verb.BUILD_EXTRACT)
def builds(runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """Whoever planned it, and the system."""
    data = operation.data
    both = found(data.extract) if isinstance(data, BuildExtract) else None
    return COVERS if both is not None and genuine(runtime, both[0]).person_id == actor.person else NONE


@stance(Verb.CHECK_EXTRACT)
def checks(runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """A party when they lead the study, planned the extract or will take it."""
    data = operation.data
    both = found(data.extract) if isinstance(data, CheckExtract) else None
    if both is None:
        return NONE
    extract, study = genuine(runtime, both[0]), genuine(runtime, both[1])
    return Stance(party=actor.person in (extract.person_id, extract.recipient_id, study.person_id))


@stance(Verb.TAKE_EXTRACT)
def takes(runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """The recipient, while the right to take it stands."""
    data = operation.data
    if not isinstance(data, TakeExtract):
        return NONE
    rows = list(rights(data.extract).filter(person_id=actor.person))
    if not rows:
        return NONE
    open_now = any(genuine(runtime, one).starts <= operation.at < one.ends for one in rows)
    return COVERS if open_now else Stance(grant=Grant.EXPIRED)


@stance(Verb.DISPOSE_EXTRACT)
def disposes(runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """The recipient."""
    data = operation.data
    both = found(data.extract) if isinstance(data, DisposeExtract) and actor.role is not Role.SYSTEM else None
    return COVERS if both is not None and genuine(runtime, both[0]).recipient_id == actor.person else NONE
