"""二（一）2, 五（一）2: what the hospital's and the laboratory's systems send, as registered sources [2.1.2] [5.1.2]"""

import hashlib
from dataclasses import replace

from jingui.core.access import PatientSearch
from jingui.core.enter import Submission, Taken
from jingui.core.sources import TELLABLE, RegisterSource, SourceKind
from jingui.core.words import Entrance, Purpose, Verb
from jingui.demo.build import INTERFACE
from jingui.demo.cast import Cast
from jingui.demo.deeds.doing import Kept, deed
from jingui.demo.month import Deed, message
from jingui.formats import hl7v2, hl7v2_map
from jingui.gate import door

REGISTRAR = "ni.xiaohe"


@deed("source")
def source(cast: Cast, row: Deed) -> Kept:
    """The system administrator registers a source of messages."""
    data = RegisterSource(
        code=row.more["code"], name=row.words, kind=SourceKind.HL7, account=INTERFACE,
        application=row.more["application"], facility=row.more["facility"], categories=TELLABLE,
        charset=row.more.get("charset", "utf-8"),
    )  # fmt: skip
    return {"source": str(cast.write(row, Verb.REGISTER_SOURCE, data).value), "code": data.code}


@deed("message")
def send(cast: Cast, row: Deed) -> Kept:
    """One message through the door, as the listener takes it: entered once, whatever is sent again."""
    read = hl7v2.read(message(row.words, cast.began))
    made = hl7v2_map.mapped(read, cast.kept(row.more["source"], "code"))
    number = int(cast.kept(row.more["source"], "source"))
    taken = Taken(source=number, control=read.control, digest=hashlib.sha256(read.raw).digest(), sequence=made.sequence)
    data = Submission(changes=made.changes, source="hl7v2", message=taken)
    actor = replace(cast.machine, entrance=Entrance.MESSAGE)
    entered = door.enter(cast.asked(row, Verb.ENTER, data, actor=actor, purpose=Purpose.OPERATION))
    kept = {one.kind.lower(): one.id for one in entered.made}
    kept["patient"] = kept.get("patient") or known(cast, row)
    return kept


def known(cast: Cast, row: Deed) -> str:
    """The patient of a message that was taken before: found by number, as the registry does."""
    if "mrn" not in row.more:
        return ""
    asked = Deed(id="", who=REGISTRAR, do="", purpose=Purpose.OPERATION)
    data = PatientSearch(wanted=((("mrn", row.more["mrn"]),),), words=row.more["mrn"])
    found = cast.read(asked, Verb.SEARCH_PATIENT, data).value
    return str(found[0].id) if found else ""
