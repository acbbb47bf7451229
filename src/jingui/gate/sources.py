"""二（一）2 采集手段: registered sources and stations as lists, and who a connection speaks for [2.1.2] [5.1.1]"""

import asyncio
from collections.abc import Sequence
from typing import Any

from jingui.core.errors import JinguiError, NotFound, NotSignedIn, Tampered
from jingui.core.operation import Actor, Operation
from jingui.core.sources import Sending, SourceLine, StationLine
from jingui.core.vector import Decided
from jingui.core.word import N_
from jingui.core.words import Decision, Entrance, Purpose, Strength, Verb
from jingui.gate import plane
from jingui.gate.context import ReadContext
from jingui.gate.entries import draft
from jingui.gate.pipeline import Pipeline, Stale
from jingui.gate.read import TRIES
from jingui.store.statements import Columns

SOURCE = Columns()
SOURCE.sealed("s", "source")
SOURCE.add("s.name", "a.username")
APPLICATION, FACILITY = SOURCE.at["s.application"], SOURCE.at["s.facility"]
STATION = Columns()
STATION.sealed("s", "station")
STATION.add("s.name", "s.seen", "d.name")
SOURCES_SQL = f"""SELECT {SOURCE.sql},
  (SELECT count(*) FROM source_message m WHERE m.source_id = s.id),
  (SELECT max(m.at) FROM source_message m WHERE m.source_id = s.id)
FROM source s LEFT JOIN account a ON a.id = s.account_id ORDER BY s.state, s.code LIMIT 500"""  # noqa: S608 -- own texts only
DEPARTMENTS_SQL = "SELECT id, name FROM department WHERE active ORDER BY code LIMIT 1000"
STATIONS_SQL = f"""SELECT {STATION.sql} FROM station s LEFT JOIN department d ON d.id = s.department_id
ORDER BY s.state, s.code LIMIT 1000"""  # noqa: S608 -- own texts only
ACCOUNTS_SQL = """SELECT a.username FROM account a JOIN post p ON p.person_id = a.person_id AND p.role = 'interface'
AND p.state = 'active' WHERE a.state = 'active' ORDER BY a.username LIMIT 200"""
PROVE_SQL = f"""SELECT {SOURCE.sql}, (SELECT p.id FROM post p WHERE p.person_id = a.person_id AND p.role = 'interface'
    AND p.state = 'active' ORDER BY p.id DESC LIMIT 1)
FROM source s LEFT JOIN account a ON a.id = s.account_id
WHERE s.kind = 'hl7' AND s.state = 'active' AND s.certificate = $1::text"""  # noqa: S608 -- own texts only
CODE_SQL = f"""SELECT {SOURCE.sql} FROM source s LEFT JOIN account a ON a.id = s.account_id
WHERE s.state = 'active' AND s.code = $1::text"""  # noqa: S608 -- own texts only
SECONDS = 1.0  # how long a proven sender is believed; each message is checked again with the commit
SCOPES = ("system/*.cu",)
_known: dict[tuple[int, str], tuple[float, list[Sequence[Any]]]] = {}


async def sources(context: ReadContext) -> tuple[SourceLine, ...]:
    """Every source, active ones first."""
    at, group, out = SOURCE.at, SOURCE.groups["s"], []
    for row in await context.rows(SOURCES_SQL):
        get = {name.partition(".")[2]: row[place] for name, place in at.items() if name.startswith("s.")}
        out.append(
            SourceLine(
                id=get["id"], code=get["code"], name=get["name"], kind=get["kind"], account=row[at["a.username"]] or "",
                application=get["application"], facility=get["facility"], certificate=get["certificate"],
                categories=tuple(get["categories"]), charset=get["charset"], state=get["state"], until=get["until"],
                messages=row[-2], last=row[-1],
                genuine=context.runtime.sealer.holds("source", group.values(row), group.mac(row)),
            )
        )  # fmt: skip
    return tuple(out)


async def stations(context: ReadContext) -> tuple[StationLine, ...]:
    """Every station, active ones first."""
    at, group = STATION.at, STATION.groups["s"]
    return tuple(
        StationLine(
            id=row[at["s.id"]], code=row[at["s.code"]], name=row[at["s.name"]], kind=row[at["s.kind"]],
            department=row[at["d.name"]] or "", state=row[at["s.state"]], seen=row[at["s.seen"]],
            genuine=context.runtime.sealer.holds("station", group.values(row), group.mac(row)),
        )
        for row in await context.rows(STATIONS_SQL)
    )  # fmt: skip


async def departments(context: ReadContext) -> tuple[tuple[int, str], ...]:
    """Number and name of every department."""
    return tuple((row[0], row[1]) for row in await context.rows(DEPARTMENTS_SQL))


async def accounts(context: ReadContext) -> tuple[str, ...]:
    """User names of interface accounts with a post."""
    return tuple(dict.fromkeys(row[0] for row in await context.rows(ACCOUNTS_SQL)))


async def proven(certificate: str, words: Sequence[tuple[str, str]], address: str) -> tuple[Sending, Actor]:
    """Who sends: the source registered for this certificate ("" on the host's own loopback) and these words of MSH.

    `words` are MSH-3 and MSH-4 in each encoding that the header can be read in. NotSignedIn for a certificate that
    nobody registered or words that are another's; Tampered for a changed row. Both are entered first.
    """
    pipe = plane.current().pipe
    for fresh in (False, True):  # one that was registered a moment ago is known at once
        rows = await _rows(pipe, certificate, fresh)
        row = next((one for one in rows if (one[APPLICATION], one[FACILITY]) in words), None)
        if row is not None:
            return await sender(pipe, row, address)
    # a known certificate with another's name is a forgery, an unknown one a stranger
    entry = await entered(pipe, "forged_sender" if rows else "unknown_source")
    raise NotSignedIn(
        N_("发送方未登记，或报文头与证书不符。"), N_("请由信息部门核对来源登记（证书、MSH-3、MSH-4）。"), entry=entry
    )


async def registered(code: str) -> Sending:
    """The active source of a code, for files that are imported in its name; NotFound for none."""
    pipe = plane.current().pipe
    at, group = SOURCE.at, SOURCE.groups["s"]
    for row in await pipe.pool.fetch(CODE_SQL, code):
        if not pipe.runtime.sealer.holds("source", group.values(row), group.mac(row)):
            raise Tampered(where=f"source:{row[at['s.id']]}")
        return Sending(
            source=row[at["s.id"]], code=code, application=row[APPLICATION], facility=row[FACILITY],
            charset=row[at["s.charset"]],
        )  # fmt: skip
    raise NotFound(N_("没有登记这个来源，或它已停用。"))


async def sender(pipe: Pipeline, row: Sequence[Any], address: str) -> tuple[Sending, Actor]:
    """The source of a row, and the actor in whose name it enters; Tampered when the row was changed."""
    at, group = SOURCE.at, SOURCE.groups["s"]
    number = row[at["s.id"]]
    if not pipe.runtime.sealer.holds("source", group.values(row), group.mac(row)):
        raise Tampered(where=f"source:{number}", entry=await entered(pipe, "tampered"))
    sending = Sending(
        source=number, code=row[at["s.code"]], application=row[APPLICATION], facility=row[FACILITY],
        charset=row[at["s.charset"]],
    )  # fmt: skip
    actor = Actor(
        account=row[at["s.account_id"]], post=row[-1] or 0, session=f"source:{number}", address=address,
        strength=Strength.TOKEN, entrance=Entrance.MESSAGE, scopes=SCOPES,
    )  # fmt: skip
    return sending, actor


async def _rows(pipe: Pipeline, certificate: str, fresh: bool) -> list[Sequence[Any]]:
    """The active sources of a certificate, at most a second old."""
    now = asyncio.get_running_loop().time()
    key = (id(pipe), certificate)
    found = _known.get(key)
    if fresh or found is None or found[0] < now:
        if len(_known) > 1_000:
            _known.clear()
        found = _known[key] = (now + SECONDS, list(await pipe.pool.fetch(PROVE_SQL, certificate)))
    return found[1]


async def entered(pipe: Pipeline, reason: str) -> str:
    """Enter a message that was not taken because nobody knows who sent it; the entry's id."""
    return await refused(pipe, Actor(name="public:message", entrance=Entrance.MESSAGE), Verb.SIGN_IN, reason)


async def turned_away(actor: Actor, error: JinguiError, verb: Verb = Verb.ENTER) -> str:
    """Enter a message that was not taken before anything of it was tried, in the name of its source; the entry's id."""
    return await refused(plane.current().pipe, actor, verb, getattr(error, "reason", "") or error.code)


async def refused(pipe: Pipeline, who: Actor, verb: Verb, reason: str) -> str:
    """Enter a failed attempt without a patient."""
    decided = Decided(False, (), ("2.1.2", "5.1.1"), (), reason, "")
    for _ in range(TRIES):
        actor = await pipe.actor(who)
        operation = Operation(actor=who, verb=verb, at=pipe.runtime.clock.now(), purpose=Purpose.OPERATION)
        made = draft(operation, actor, decided, epoch=actor.epoch, policy=actor.policy, decision=Decision.FAIL)
        try:
            return str((await pipe.enter(made)).id)
        except Stale:
            pipe.forget(who)
    raise JinguiError(where="epoch")
