"""六（一）2 账号管理: who is asking, from which post, and whether every row that says so is genuine [6.1.2] [2.2.1]"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jingui.core.operation import Actor
from jingui.core.smart import AppBound
from jingui.core.words import Purpose, Role, Standing
from jingui.gate.granted import PostGranted, forged, post_grants, reach
from jingui.gate.undertaken import undertaken
from jingui.gate.wishes import Needs
from jingui.store.seals import Sealer
from jingui.store.statements import ACTOR, index_of

CHINA = ZoneInfo("Asia/Shanghai")
ROLES = frozenset(Role)
NEVER = datetime(1970, 1, 1, tzinfo=CHINA)  # an undertaking that was never given has always been over
LICENSED_ROLES = frozenset({Role.PHYSICIAN, Role.NURSE, Role.PHARMACIST, Role.TECHNICIAN})
ROSTERED = LICENSED_ROLES | {Role.TRAINEE}  # whom a roster gives another department's patients
ROSTER = index_of("care_relation")["department_id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorFacts:
    """What the store knows of an actor at one epoch. Dates are judged again at each use."""

    account: int = 0
    username: str = ""
    person: int = 0
    name: str = ""
    title: str = ""
    staff_no: str = ""
    post: int = 0
    role: Role
    department: int = 0
    department_name: str = ""
    department_name_en: str = ""
    department_code: str = ""
    generation: int = 0
    standing: Standing
    valid_from: date | None = None
    valid_until: date | None = None
    licence_until: date | None = None
    post_from: datetime | None = None
    post_until: datetime | None = None
    token_until: datetime | None = None
    epoch: int
    policy: int
    lockdown: bool = False
    tampered: str = ""  # table:row when a MAC did not hold
    grants: tuple[PostGranted, ...] = ()  # standing grants of this post
    undertaken_until: datetime | None = None  # None: no undertaking is asked of them
    undertaking: int = 0  # the document to undertake
    departments: frozenset[int] = frozenset()  # whose patients are this post's: its own and those of rosters
    wards: str = "{}"  # the same as PostgreSQL reads an array
    app: AppBound | None = None  # the app through which they act, and what binds it
    needs: Needs = field(default_factory=dict)  # which information needs a written consent, by the settings

    def reach(self, purpose: Purpose) -> int:
        """How many days back a visit matters for this post's standing grants; -1 when none does."""
        return reach(self.grants, purpose) if self.grants else -1

    def standing_at(self, at: datetime) -> Standing:
        """Whether the actor may act at `at` (calendar days are China's)."""
        if self.standing is not Standing.ACTIVE:
            return self.standing
        today = at.astimezone(CHINA).date()
        if (self.valid_from and today < self.valid_from) or (self.valid_until and today > self.valid_until):
            return Standing.EXPIRED
        if (self.post_from and at < self.post_from) or (self.post_until and at >= self.post_until):
            return Standing.NO_POST
        if self.token_until and at >= self.token_until:
            return Standing.EXPIRED
        if self.undertaken_until and at >= self.undertaken_until:
            return Standing.NO_UNDERTAKING
        return Standing.ACTIVE

    def licensed_at(self, at: datetime) -> bool:
        """Whether a role that needs a licence has a valid one; True for roles that need none."""
        if self.role not in LICENSED_ROLES:
            return True
        return self.licence_until is not None and at.astimezone(CHINA).date() <= self.licence_until


def named_actor(actor: Actor, *, epoch: int, policy: int, lockdown: bool) -> ActorFacts:
    """Facts of `system:<job>` and `public:<entrance>`, which have no rows; anything else is unknown."""
    role = {"system": Role.SYSTEM, "public": Role.PUBLIC}.get(actor.name.partition(":")[0])
    return ActorFacts(
        name=actor.name,
        staff_no=actor.name,
        role=role or Role.PUBLIC,
        standing=Standing.ACTIVE if role else Standing.UNKNOWN,
        epoch=epoch,
        policy=policy,
        lockdown=lockdown,
    )


def from_row(
    row: Sequence[Any] | None, sealer: Sealer, *, needs: Needs, token: int = 0, epoch: int = 0, policy: int = 0
) -> ActorFacts:
    """Build the facts from a row of `ACTOR_SQL`; a MAC that does not hold makes the standing TAMPERED and is named."""
    if row is None:
        return ActorFacts(role=Role.PUBLIC, standing=Standing.UNKNOWN, epoch=epoch, policy=policy)
    get = {name: row[i] for name, i in ACTOR.at.items()}
    tampered = ""
    for alias in ("a", "pe", "po", "t"):
        group = ACTOR.groups[alias]
        if row[group.start] is None and row[group.stop] is None:
            continue
        if not sealer.holds(group.table, group.values(row), group.mac(row)):
            tampered = f"{group.table}:{row[group.start]}"
            break
    grants, bad = post_grants(get["grants"], sealer)
    role = Role(get["po.role"]) if get["po.role"] in ROLES else Role.PUBLIC
    promised = undertaken(get["undertaking"], get["undertaken"], role, sealer, NEVER)
    tampered = tampered or bad or promised.tampered or forged("care_relation", get["rosters"], sealer)
    turns = (one[ROSTER] for one in get["rosters"] or () if role in ROSTERED)
    departments = frozenset(turns) | {get["po.department_id"] or 0}
    if tampered:
        standing = Standing.TAMPERED
    elif get["a.state"] != "active":
        standing = Standing.FROZEN
    elif not get["pe.active"] or (token and (get["t.id"] is None or get["t.revoked"])):
        standing = Standing.EXPIRED
    elif get["po.id"] is None or get["po.state"] != "active":
        standing = Standing.NO_POST
    else:
        standing = Standing.ACTIVE
    return ActorFacts(
        account=get["a.id"],
        username=get["a.username"],
        person=get["pe.id"],
        name=get["pe.name"],
        title=get["pe.title"],
        staff_no=get["pe.staff_no"],
        post=get["po.id"] or 0,
        role=role,
        department=get["po.department_id"] or 0,
        department_name=get["d.name"] or "",
        department_name_en=get["d.name_en"] or "",
        department_code=get["d.code"] or "",
        generation=get["a.generation"],
        standing=standing,
        valid_from=get["pe.valid_from"],
        valid_until=get["pe.valid_until"],
        licence_until=get["pe.licence_until"],
        post_from=get["po.starts"],
        post_until=get["po.ends"],
        token_until=get["t.expires"],
        epoch=get["e.n"],
        policy=get["e.policy"],
        lockdown=get["e.lockdown"],
        tampered=tampered,
        grants=grants,
        undertaken_until=promised.until,
        undertaking=promised.document,
        departments=departments,
        wards="{" + ",".join(map(str, sorted(departments))) + "}",
        needs=needs,
    )
