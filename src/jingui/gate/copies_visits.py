"""四（二）1 复制申请: a patient's visits by kind, department and days, for the application that names them [4.2.1]

Nothing of a record is told, and nothing of a restricted chart but kinds and days: which visits there were is what the
records room's own index says, and who applies cannot be asked for numbers that only the house knows.
"""

from jingui.core.errors import NotFound
from jingui.core.permit import Permit
from jingui.core.release import VisitLine
from jingui.gate.context import ReadContext
from jingui.gate.copies_taken import VISITS_SQL, visits
from jingui.gate.registry import Done


async def visits_of(context: ReadContext, permit: Permit) -> Done:
    """The visits of the target patient, the newest first; the entry names the patient."""
    patient = permit.operation.target.patient
    if not patient or context.patient is None:
        raise NotFound()
    found = visits(context.runtime, await context.rows(VISITS_SQL, patient))
    hidden = context.patient.restricted
    lines = tuple(
        VisitLine(
            context.runtime.public(patient, one.number),
            one.kind,
            "" if hidden else one.department,
            one.starts,
            one.ends,
        )
        for one in sorted(found.values(), key=lambda one: one.starts, reverse=True)
    )
    return Done(value=lines, lines=(context.line(patient),), patients=(patient,))
