"""A second reading of who registers downtime stations, and of what such a station gets and tells."""

from jingui.core.vector import Vector
from jingui.core.words import Entrance, Level, Purpose, RecordState, Role, Strength, Verb

BY_STATION = {Verb.SUMMARISE, Verb.DELIVER_DOWNTIME}
HERE = {Verb.REGISTER_STATION, Verb.END_STATION} | BY_STATION


def station(v: Vector) -> bool:
    """An interface's token at the stations' entrance."""
    return v.verb in BY_STATION and v.strength is Strength.TOKEN and v.entrance is Entrance.STATION


def here(v: Vector) -> bool:
    """Whether the policy allows it, standing and entrance apart."""
    if v.verb is Verb.SUMMARISE:
        fit = v.purpose is Purpose.TREATMENT and v.level is not Level.SECRET
        return (
            v.role is Role.INTERFACE and v.entrance is Entrance.STATION and fit and v.state is not RecordState.DESTROYED
        )
    if v.verb is Verb.DELIVER_DOWNTIME:
        return v.role is Role.INTERFACE and v.entrance is Entrance.STATION and v.purpose is Purpose.OPERATION
    page = v.strength is Strength.TWO_FACTOR and v.entrance is Entrance.PAGE
    local = v.strength is Strength.LOCAL and v.entrance is Entrance.COMMAND
    may = {Role.SYSTEM_ADMIN} | ({Role.SECURITY_ADMIN} if v.verb is Verb.END_STATION else set())
    return (page or local) and v.role in may
