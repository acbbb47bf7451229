"""二（二）3 停机应急: a ward's station registered, filled, read from while the house is away, and told of it [2.2.3]"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from jingui.core.downtime import OfflinePin, RegisterStation
from jingui.core.operation import Actor, Target
from jingui.core.protect import GrantPost, IssueToken, OpenAccount, RegisterPerson
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb
from jingui.demo.cast import Absent, Cast, Ward
from jingui.demo.deeds.doing import Kept, deed
from jingui.demo.generator.hospital import ZONE
from jingui.demo.month import Deed
from jingui.gate import door

SCOPES = ("system/*.rs",)
SYSTEM, SECURITY = "qiao.yuanfan", "kang.shoumo"


def ward_of(cast: Cast) -> Ward:
    """The ward's machine; Absent where the play has none."""
    if cast.ward is None:
        raise Absent("station")
    return cast.ward


@deed("station")
def station(cast: Cast, row: Deed) -> Kept:
    """A machine of the ward is registered by the line it printed, with an account of its own for a year."""
    ward, code = ward_of(cast), row.more["code"]
    department, login = cast.names.department(row.more["department"]), row.more["account"]
    today = cast.now().astimezone(ZONE).date()
    service = RegisterPerson(name=row.words, staff_no=login.upper(), kind="service", valid_from=today)
    person = cast.names.person(login.upper()) or made(cast, SYSTEM, Verb.REGISTER_PERSON, service)
    if not cast.names.account(login):
        data = OpenAccount(person=person, username=login, password_hash="!", kind="service")  # noqa: S106 -- no password opens it
        made(cast, SYSTEM, Verb.OPEN_ACCOUNT, data)
        starts = cast.now() - timedelta(minutes=1)
        post = GrantPost(person=person, department=department, role=Role.INTERFACE, starts=starts)
        made(cast, SECURITY, Verb.GRANT_POST, post)
    wanted = RegisterStation(code=code, name=row.words, department=department, key=ward.line(code), account=login)
    number = cast.write(row, Verb.REGISTER_STATION, wanted).value
    found = cast.names.actor(login)
    if found is None:
        raise Absent(login)
    text, digest = door.new_token()
    issued = IssueToken(
        digest=digest, account=found.account, post=found.post, scopes=SCOPES, label=row.words,
        expires=cast.now() + timedelta(days=300),
    )  # fmt: skip
    token = made(cast, SECURITY, Verb.ISSUE_TOKEN, issued)
    ward.keep_token(text)
    return {"station": str(number), "token": str(token), "account": login}


def made(cast: Cast, who: str, verb: Verb, data: Any) -> int:
    """An administrator's operation; the number it made."""
    return int(cast.housekeeping(who, verb, data).value or 0)


def machine(cast: Cast, row: Deed) -> Actor:
    """The station's account with its token, at its own entrance."""
    where = row.more["station"]
    found = cast.names.actor(cast.kept(where, "account"))
    if found is None:
        raise Absent(where)
    token = int(cast.kept(where, "token"))
    return replace(
        found, token=token, session=f"token:{token}", address="127.0.0.1", strength=Strength.TOKEN,
        entrance=Entrance.STATION, scopes=SCOPES,
    )  # fmt: skip


@deed("offline_pin")
def offline_pin(cast: Cast, row: Deed) -> Kept:
    """Somebody of the ward sets their PIN for the hours without the house."""
    cast.write(row, Verb.ENROL_FACTOR, OfflinePin(pin=row.more["pin"]), target=Target(), purpose=Purpose.OPERATION)
    return {"done": "1"}


@deed("summary")
def summary(cast: Cast, row: Deed) -> Kept:
    """The hourly summary, sealed to the station, which alone opens it."""
    ward = ward_of(cast)
    box = cast.read(row, Verb.SUMMARISE, ward.asks(), actor=machine(cast, row), target=Target()).value
    return {"patients": str(ward.take(box.data))}


@deed("downtime")
def downtime(cast: Cast, row: Deed) -> Kept:
    """The house is away: somebody opens one patient at the station, which enters it in its own ledger first."""
    ward_of(cast).look(row.who, row.more["pin"], row.words, cast.public(row.about))
    return {"done": "1"}


@deed("deliver")
def deliver(cast: Cast, row: Deed) -> Kept:
    """The house is back: the station tells what was read; a review of the downtime opens by itself."""
    told = cast.write(
        row, Verb.DELIVER_DOWNTIME, ward_of(cast).tells(), actor=machine(cast, row), target=Target()
    ).value
    return {"accepted": str(told.accepted), "flaws": str(len(told.flaws))}
