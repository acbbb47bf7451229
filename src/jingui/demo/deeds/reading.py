"""四（一）查阅: charts opened, emergencies, what is taken away, counts, the monitor's run [4.1.1] [4.1.3]"""

from jingui.core.access import ChartRequest, Worklist
from jingui.core.access_operations import Copied, CountPrescriptions, Form, Take
from jingui.core.monitor import WatchAccess
from jingui.core.operation import Target
from jingui.core.words import Verb
from jingui.demo.cast import Cast
from jingui.demo.deeds.doing import Kept, deed
from jingui.demo.month import Deed


@deed("open_chart")
def open_chart(cast: Cast, row: Deed) -> Kept:
    """A chart is opened; the entry is kept, for whoever asks about it later."""
    done = cast.read(row, Verb.OPEN_CHART, ChartRequest(count=10))
    records = done.value.records
    return {"entry": done.trace.entry, "first": records[0].id if records else ""}


@deed("worklist")
def worklist(cast: Cast, row: Deed) -> Kept:
    """Somebody's list of work."""
    return {"entry": cast.read(row, Verb.LIST, Worklist(), target=Target()).trace.entry}


@deed("break_glass")
def break_glass(cast: Cast, row: Deed) -> Kept:
    """紧急调阅 on stating why; the matter that reviews it comes with it."""
    done = cast.write(row, Verb.BREAK_GLASS, reason=row.words)
    return {"matter": str(done.value.matter), "entry": done.trace.entry}


@deed("print")
def print_(cast: Cast, row: Deed) -> Kept:
    """A chart for paper."""
    return {"entry": cast.read(row, Verb.PRINT, Take(category=row.more.get("category", ""))).trace.entry}


@deed("export")
def export(cast: Cast, row: Deed) -> Kept:
    """A chart for a file."""
    data = Take(category=row.more.get("category", ""), form=Form(row.more.get("form", "fhir")))
    return {"entry": cast.read(row, Verb.EXPORT, data).trace.entry}


@deed("copy")
def copy(cast: Cast, row: Deed) -> Kept:
    """Words of a record for somewhere else."""
    where = cast.located(cast.kept(row.more["of"], "first"))
    return {"entry": cast.read(row, Verb.COPY, Copied(text=row.words), target=where).trace.entry}


@deed("statistics")
def statistics(cast: Cast, row: Deed) -> Kept:
    """统方: refused unless an approved matter allows exactly this."""
    matter = int(cast.kept(row.more["matter"], "matter")) if "matter" in row.more else 0
    done = cast.write(row, Verb.PRESCRIBER_STATISTICS, CountPrescriptions(), matter=matter, target=Target())
    return {"entry": done.trace.entry}


@deed("watch")
def watch(cast: Cast, row: Deed) -> Kept:
    """The monitor looks at all that happened since its last run."""
    opened, more = 0, True
    while more:
        run = cast.write(row, Verb.WATCH_ACCESS, WatchAccess()).value
        opened, more = opened + run.opened, run.more
    return {"opened": str(opened)}
