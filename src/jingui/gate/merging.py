"""二（一）2, 六（一）2: a message that wants two patients made one is a proposal for people [2.1.2] [6.1.2]"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from jingui.core.collect import MergePatient
from jingui.core.errors import JinguiError, Unprocessable
from jingui.core.operation import Actor, Operation, Target
from jingui.core.word import N_
from jingui.core.words import Purpose, Verb
from jingui.gate import proposals
from jingui.gate.numbering import KNOWN_SQL, MATCH_SQL, STRONG, match, strong_tokens
from jingui.gate.runtime import Runtime, current
from jingui.gate.sql import raw
from jingui.gate.writing import write

LINKED_SQL = "SELECT linked_to FROM patient WHERE patient_id = $1::bigint AND NOT destroyed"
WAITS_SQL = """SELECT 1 FROM proposal WHERE verb = 'merge_patient' AND state = 'waiting' AND digest = $1::bytea
AND expires > $2::timestamptz"""


def propose(actor: Actor, ended: Mapping[str, Any], lives: Mapping[str, Any], code: str) -> None:
    """Queue the merge of `ended` (a number) into `lives` (a person) in the name of the source's account.

    The same wish again, or one that is fulfilled already, changes nothing. Unprocessable for somebody not known here,
    Conflict when name and birth date are another's; what the door refuses is entered by it.
    """
    runtime = current()
    at = runtime.clock.now()
    with transaction.atomic():
        other, into = numbered(runtime, ended, "MRG-1"), person(runtime, lives)
        rows = raw(LINKED_SQL, other)
        if rows and rows[0][0] == into:
            return
        operation = Operation(
            actor=actor, verb=Verb.MERGE_PATIENT, at=at, purpose=Purpose.TREATMENT, target=Target(patient=other),
            data=MergePatient(into=into, reason=f"HL7 v2 {code}"),
        )  # fmt: skip
        if raw(WAITS_SQL, proposals.digest(runtime, operation), at):
            return
    write(operation)


def numbered(runtime: Runtime, patient: Mapping[str, Any], place: str) -> int:
    """The one patient whose strong number it is."""
    tokens = [token for _, token in strong_tokens(runtime.keyring, patient)]
    found = {row[0] for row in raw(MATCH_SQL, tokens, list(STRONG))} if tokens else set()
    if len(found) != 1:
        raise unknown(place)
    return int(found.pop())


def person(runtime: Runtime, patient: Mapping[str, Any]) -> int:
    """The one patient who bears the number, and the name or birth date beside it."""
    number = numbered(runtime, patient, "PID-3")
    found = match(runtime.keyring, patient, raw(KNOWN_SQL, [number], list(STRONG)), renames=True)
    if found is None:
        raise unknown("PID-3")
    return found


def unknown(place: str) -> JinguiError:
    """The sender must register them first."""
    return Unprocessable(
        N_("报文所指的患者尚未登记，没有提出合并。"), N_("请先由登记来源发送患者信息，再重新发送。"),
        places=((place, N_("本院没有该编号")),),
    )  # fmt: skip
