"""三（一）1, 六（一）3 灾备演练: recorded once by who did it, never changed [6.1.3] [3.1.1]"""

from typing import cast

from jingui.core.drills import RecordDrill, wrongs
from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, next_id
from jingui.gate.writing import WriteContext
from jingui.store.models import Drill


@write_act(Verb.RECORD_DRILL)
def record(context: WriteContext, permit: Permit) -> Done:
    """登记灾备演练 with the measured recovery point and time; a drill that began then is recorded once [6.1.3]."""
    data = cast(RecordDrill, permit.operation.data)
    wrong = wrongs(data, permit.at)
    if wrong:
        raise Invalid(places=wrong)
    if Drill.objects.filter(kind=data.kind, started=data.started).exists():
        raise Conflict(N_("这次演练已经登记。"), N_("登记后不再更改；另有发现请写入整改事项。"))
    number = next_id(Drill)
    row = Drill(
        id=number, kind=data.kind, started=data.started, ended=data.ended, lost=data.lost, seconds=data.seconds,
        person_id=permit.person,
        payload=context.runtime.vault.seal_note(f"drill{number}", data.text.strip().encode()),
    )  # fmt: skip
    keep(context, row, new=True)
    return Done(value=number, lines=(Line("", str(number), "drill", row.version),))
