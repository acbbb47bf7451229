"""二（二）3 停机应急: the sealed summary on the station: the newest only, opened in memory, until it expires [2.2.3]"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import orjson

from jingui.core.errors import Refused, Tampered, Unavailable
from jingui.core.word import N_
from jingui.core.words import Role
from jingui.crypto.station import token_digest
from jingui.station.folder import STATE, SUMMARY, Folder

LICENSED: Final = (Role.PHYSICIAN.value, Role.NURSE.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Somebody who may open it."""

    username: str
    name: str
    staff_no: str
    person: int
    post: int
    role: str
    department: int
    licence_until: str
    valid_until: str
    post_until: str
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """An opened summary."""

    station: str
    department: str
    institution: str
    made: datetime
    until: datetime
    generation: int
    epoch: int
    policy: int
    checkpoint: str
    tries: int
    lock_minutes: int
    left_out: int
    staff: Mapping[str, Staff]
    patients: Mapping[str, Mapping[str, Any]]


def state_of(folder: Folder) -> dict[str, Any]:
    """What the station remembers beside its ledger: the newest generation it ever had."""
    kept = folder.read(STATE)
    return dict(orjson.loads(kept)) if kept else {"generation": 0}


def stored(folder: Folder, box: bytes) -> Summary:
    """Keep a summary that the house sent, over the old one; Tampered when it is another's, changed, or older."""
    made, state = unsealed(folder, box), state_of(folder)
    if made.generation <= state["generation"]:
        raise Tampered(where="summary generation")
    folder.replace(SUMMARY, box)
    folder.write(STATE, orjson.dumps({**state, "generation": made.generation}))
    return made


def current(folder: Folder, now: datetime) -> Summary:
    """The summary, opened; Unavailable when there is none or it expired, Tampered when it is not the newest."""
    try:
        box = (folder.path / SUMMARY).read_bytes()
    except FileNotFoundError:
        raise Unavailable(
            N_("还没有取得过摘要。"), N_("系统恢复后由工作站自动获取；现在请使用纸质流程。"), where=SUMMARY
        ) from None
    made = unsealed(folder, box)
    if made.generation < state_of(folder)["generation"]:
        raise Tampered(where="summary generation")
    if not made.made <= now < made.until:
        raise Refused(
            N_("摘要已过有效期，或工作站时钟不对，不能打开。"), N_("请使用纸质流程，并通知信息部门。"),
            clauses=("2.2.3",), reason="expired",
        )  # fmt: skip
    return made


def unsealed(folder: Folder, box: bytes) -> Summary:
    """Open a box; Tampered when it is not this station's or not what the house sealed."""
    try:
        known = token_digest(folder.keys.identity.suite, folder.token())
        aad = f"summary:{folder.code}".encode()
        found = orjson.loads(folder.keys.recipient.open(box, aad, known, SUMMARY))
        if found["v"] != 1 or found["station"] != folder.code:
            raise Tampered(where=SUMMARY)
        names = Staff.__dataclass_fields__
        staff = {one["username"]: Staff(**{name: one[name] for name in names}) for one in found["staff"]}
        return Summary(
            station=found["station"], department=found["department"], institution=found["institution"],
            made=datetime.fromisoformat(found["made"]), until=datetime.fromisoformat(found["until"]),
            generation=found["generation"], epoch=found["epoch"], policy=found["policy"],
            checkpoint=found["checkpoint"], tries=found["tries"], lock_minutes=found["lock_minutes"],
            left_out=found["left_out"], staff=staff, patients={one["id"]: one for one in found["patients"]},
        )  # fmt: skip
    except (ValueError, KeyError, TypeError):
        raise Tampered(where=SUMMARY) from None


def holds(one: Staff, now: datetime) -> str:
    """Why somebody's right to open it has ended by its own dates; "" while it holds."""
    today = now.astimezone().date()
    if one.post_until and now >= datetime.fromisoformat(one.post_until):
        return "no_post"
    if one.valid_until and today > date.fromisoformat(one.valid_until):
        return "expired"
    if one.role in LICENSED and not (one.licence_until and today <= date.fromisoformat(one.licence_until)):
        return "licence"
    return ""


def barred(one: Staff, patient: Mapping[str, Any]) -> bool:
    """Whether the patient does not want this person, their department, or anybody but the treating."""
    wishes = patient["barred"]
    return one.person in wishes["person"] or one.department in wishes["department"] or bool(wishes["others"])
