"""一（三）1 事项: what the table says of an actor's move, as facts for the rules [1.3.1] [6.1.2]

Read without a lock: the act asks the state machine again under the lock, so a race is refused there.
"""

from datetime import datetime

from jingui.core import process
from jingui.core.errors import Tampered
from jingui.core.matters import kind_of
from jingui.core.matters.asking import (
    AddPaper,
    AppealMatter,
    CloseMatter,
    DecideMatter,
    SaveMatter,
    StartMatter,
    SubmitMatter,
    WithdrawMatter,
)
from jingui.core.matters.row import Move
from jingui.core.operation import Operation
from jingui.core.words import Grant, Role, Verb
from jingui.gate import matters, settings
from jingui.gate.actors import ActorFacts
from jingui.gate.matter_papers import acts_under
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.stances import NONE, Stance, stance
from jingui.store.models import Matter
from jingui.store.statements import Columns

COVERS = Stance(grant=Grant.COVERS)
OWN_MOVES = {
    SaveMatter: Move.SAVE, SubmitMatter: Move.SUBMIT, WithdrawMatter: Move.WITHDRAW, AppealMatter: Move.APPEAL,
    CloseMatter: Move.CLOSE,
}  # fmt: skip


RIGHT = Columns()
RIGHT.sealed("c", "care_relation")
RIGHT_SQL = f"""SELECT {RIGHT.sql} FROM care_relation c WHERE c.patient_id = $1::bigint AND c.person_id = $2::bigint
AND c.kind IN ('self', 'guardian') AND c.starts <= $3::timestamptz AND (c.ends IS NULL OR c.ends > $3::timestamptz)
"""  # noqa: S608 -- own column names


def reaches(runtime: Runtime, person: int, patient: int, at: datetime) -> bool:
    """Whether a portal account has a right to this patient now; Tampered for one that is not as it was written."""
    group = RIGHT.groups["c"]
    for row in raw(RIGHT_SQL, patient, person, at):
        if not runtime.sealer.holds("care_relation", group.values(row), group.mac(row)):
            raise Tampered(where=f"care_relation:{row[0]}.{row[1]}")
        return True
    return False


@stance(Verb.START_MATTER)
def starting(_runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """Whether the table lets this role start it."""
    kind = kind_of(operation.data.kind) if isinstance(operation.data, StartMatter) else None
    if kind is None:
        return COVERS  # the act says that there is no such kind
    return COVERS if actor.role in kind.starters and not kind.system else NONE


@stance(
    Verb.SAVE_MATTER, Verb.SUBMIT_MATTER, Verb.ADD_PAPER, Verb.DECIDE_MATTER, Verb.WITHDRAW_MATTER, Verb.CLOSE_MATTER,
    Verb.APPEAL_MATTER,
)  # fmt: skip
def moving(runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """Whether the move is the actor's, in their own or a lent capacity, and whether they are a party to it."""
    data = operation.data
    row = Matter.objects.filter(pk=getattr(data, "matter", 0)).first()
    kind = kind_of(row.kind) if row is not None else None
    if row is None or kind is None or actor.role is Role.SYSTEM:
        return COVERS  # the act answers: not found, or the system's own closing
    portal = actor.role is Role.PATIENT and row.patient_id
    if portal and not reaches(runtime, actor.person, row.patient_id, operation.at):
        return NONE
    votes, _ = matters.history(runtime.sealer, raw(matters.EVENTS_SQL, row.pk), row.pk)
    staff = raw(matters.STAFF_SQL, row.patient_id) if row.patient_id else []
    parties = frozenset({staff[0][0] or 0} - {0}) if staff else frozenset()
    case = matters.case_of(row, votes, parties)
    own = matters.me(actor)
    if isinstance(data, AddPaper):
        acts = acts_under(runtime, row.pk, own.person, operation.at)
        return COVERS if acts or own.person == case.starter or process.takes_part(kind, case, own) else NONE
    if isinstance(data, DecideMatter):
        wanted = {move for move in process.SAYS if str(move) == data.move}
        powers = matters.power_rows(runtime, actor, operation.at)
        capacities = matters.movers(actor, powers, kind.id)
        theirs = [one for one in capacities if process.takes_part(kind, case, one)]
        party = bool(theirs) and all(process.barred(kind, case, one) == "party" for one in theirs)
        if not wanted:
            return COVERS if theirs else NONE  # the act says which words there are
        fits = any(wanted & set(process.may(kind, case, one, operation.at)) for one in capacities)
        closed = case.state not in process.OPEN and bool({actor.role} & {r for s in kind.steps for r in s.roles})
        return Stance(grant=Grant.COVERS if fits or closed else Grant.NONE, party=party)
    until = matters.appeal_until(kind, row.decided, settings.values(runtime, actor.epoch))
    fits = OWN_MOVES[type(data)] in process.may(kind, case, own, operation.at, until)
    return COVERS if fits or own.person == case.starter else NONE
