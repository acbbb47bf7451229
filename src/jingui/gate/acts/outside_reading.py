"""四（二）3 院外查阅: the office's list of who from outside may look, until when, and whom to tell [4.2.3]"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from jingui.core.errors import Tampered
from jingui.core.outside import OutsideLine, OutsideList, OutsideRequest
from jingui.core.permit import Permit
from jingui.core.words import Verb
from jingui.gate import outside
from jingui.gate.context import ReadContext
from jingui.gate.registry import Done, read_act
from jingui.gate.settings import loop_values
from jingui.store.statements import Columns

MOST: Final = 200
BACK: Final = timedelta(days=366)
ROW: Final = Columns()
ROW.sealed("o", "outside_access")
ROW.add("o.payload", "k.wrapped")
# Whoever set a password of their own has used the start code.
USED: Final = "EXISTS (SELECT 1 FROM password_past w WHERE w.account_id = o.account_id)"
LIST_SQL: Final = f"""SELECT {ROW.sql}, {USED}, a.username FROM outside_access o JOIN account a ON a.id = o.account_id
LEFT JOIN patient_key k ON k.patient_id = o.patient_id AND k.retention_class = 'identity'
WHERE ($1::bigint = 0 OR o.matter = $1::bigint) AND ($2::bigint = 0 OR o.patient_id = $2::bigint)
  AND ($3::bool OR (NOT o.ended AND o.ends > $4::timestamptz) OR (o.tell_by IS NOT NULL AND o.told IS NULL))
  AND (NOT $5::bool OR (o.tell_by < $4::timestamptz AND o.told IS NULL))
ORDER BY o.starts DESC, o.outside_id LIMIT {MOST}"""  # noqa: S608 -- own texts only


@read_act(Verb.READ_OUTSIDE)
async def read_outside(context: ReadContext, permit: Permit) -> Done:
    """Accesses from outside that stand, or whose patient is still to be told; all with `ended` [4.2.3]."""
    data = permit.operation.data
    request = data if isinstance(data, OutsideRequest) else OutsideRequest()
    target = permit.operation.target.patient
    whole = request.ended or bool(request.matter)
    rows = await context.rows(LIST_SQL, request.matter, target, whole, permit.at, request.overdue)
    patients = tuple(dict.fromkeys(row[ROW.at["o.patient_id"]] for row in rows))
    names = {}
    for facts in await context.about(patients):
        if facts is not None and not facts.destroyed:
            names[facts.patient] = str(context.face(facts).get("name", ""))
    hours = int((await loop_values(context.pipe, context.actor.epoch))["outside_start_hours"])
    lines = tuple(line(context, row, names, permit.at, hours if request.matter else 0) for row in rows)
    overdue = sum(one.overdue for one in lines)
    return Done(
        value=OutsideList(rows=lines, overdue=overdue), patients=patients,
        lines=tuple(context.line(one) for one in patients),
    )  # fmt: skip


def line(context: ReadContext, row: Sequence[Any], names: dict[int, str], at: datetime, hours: int) -> OutsideLine:
    """One access; Tampered when it is not genuine. The start code only where `hours` say how long it is good."""
    runtime, group = context.runtime, ROW.groups["o"]
    get = {name.partition(".")[2]: row[place] for name, place in ROW.at.items()}
    patient, number = get["patient_id"], get["outside_id"]
    if not runtime.sealer.holds("outside_access", group.values(row), group.mac(row)):
        raise Tampered(where=f"outside_access:{patient}.{number}")
    key = runtime.vault.key(patient, "identity", get["wrapped"])
    body = outside.open_body(key, patient, number, get["payload"])
    used, username = row[-2:]
    over = get["ended"] or get["ends"] <= at
    until = min(get["starts"] + timedelta(hours=hours), get["ends"])
    fresh = bool(hours) and not used and not over and at < until
    return OutsideLine(
        id=runtime.public(patient, number), patient=runtime.public(patient, 0), patient_name=names.get(patient, ""),
        matter=get["matter"], number=username, name=body["name"], institution=body["institution"], uscc=body["uscc"],
        licence=body["licence"], starts=get["starts"], ends=get["ends"], ended=over, used=used, ground=body["ground"],
        tell_by=get["tell_by"], told=get["told"],
        overdue=get["tell_by"] is not None and get["told"] is None and get["tell_by"] < at,
        code=outside.start_code(runtime, patient, number) if fresh else "", code_until=until if fresh else None,
    )  # fmt: skip
