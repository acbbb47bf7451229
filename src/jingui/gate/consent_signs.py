"""二（一）3: what stands beside a patient's name for those who treat: precautions, consents still owed [2.1.3]

Precautions are told to whoever treats, also where the record behind them is closed to the reader: the kind of
precaution, never the diagnosis. That they were told stands in the entry, under the kind `Precaution`.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from jingui.core import consents as core
from jingui.core.consents import Owed, Precaution, Seen
from jingui.core.words import Category, Purpose, Relation, Role, Sensitivity, Verb
from jingui.formats import sensitivity
from jingui.gate import consents, settings
from jingui.gate import facts as f
from jingui.gate.actors import LICENSED_ROLES
from jingui.gate.context import ReadContext
from jingui.gate.wishes import CONSENT

PRECAUTION: Final = "Precaution"
WARD: Final = LICENSED_ROLES | {Role.TRAINEE}
CARE: Final = frozenset({Purpose.TREATMENT, Purpose.EMERGENCY})
C_KIND, C_LABELS, C_STATE, C_STARTS, C_ENDS = (CONSENT[n] for n in ("kind", "labels", "state", "starts", "ends"))


class Signs(NamedTuple):
    """What stands beside one patient's name."""

    precautions: tuple[Precaution, ...] = ()
    owed: tuple[Owed, ...] = ()


NO_SIGNS: Final = Signs()


async def signs_of(
    context: ReadContext,
    about: Mapping[int, f.PatientFacts],
    known: Mapping[int, dict[Sensitivity, Seen]] | None = None,
) -> dict[int, Signs]:
    """The signs of these patients, in one statement unless their labels are `known`; none for who does not treat."""
    actor, purpose = context.actor, context.operation.purpose
    if actor.role not in WARD or purpose not in CARE:
        return {}
    near = {
        number: one
        for number, one in about.items()
        if one.relation is not Relation.NONE or purpose is Purpose.EMERGENCY
    }
    if not near:
        return {}
    if known is None:
        seen = consents.seen_by(await context.rows(consents.SEEN_SQL, sorted(near), consents.NOT_CLINICAL))
    else:
        seen = {number: labels for number, labels in known.items() if number in near}
    if not seen:
        return {}
    values = await settings.loop_values(context.pipe, actor.epoch)
    out = {}
    for number, labels in seen.items():
        facts = near[number]
        rows = [
            core.Row(row[C_KIND], frozenset(row[C_LABELS]), row[C_STATE], row[C_STARTS], row[C_ENDS])
            for row in facts.rows(f.CONSENTS)
        ]
        owed = tuple(
            one
            for one in consents.owed_of(labels, rows, values)
            if context.may(Verb.READ_CONSENTS, Category.BASIC, sensitivity.level((one.label,)), patient=facts).allow
        )
        # consents to treatment stand in the facts of that purpose alone
        out[number] = Signs(consents.precautions_of(labels), owed if purpose is Purpose.TREATMENT else ())
    return out
