"""四（一）2 留痕: the one way of reading: coalesced facts, group-committed entries, nothing released before [4.1.2]

A response leaves only when its own entry is committed. Concurrent reads share statements; each row echoes what was
asked and is compared, so coalescing can neither swap nor poison.
"""

import asyncio
import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from jingui.core.entry import EntryDraft
from jingui.core.errors import Lockdown, Tampered, Unavailable
from jingui.core.operation import Actor, Operation
from jingui.core.words import Purpose, Role
from jingui.gate import apps_bound
from jingui.gate import facts as f
from jingui.gate.actors import ActorFacts, from_row, named_actor
from jingui.gate.lanes import Lane, Pool
from jingui.gate.runtime import Runtime
from jingui.gate.settings import loop_needs
from jingui.store.batcher import Batcher
from jingui.store.ledger import Chain
from jingui.store.statements import ACTOR, ACTOR_SQL, ENTRY_NOTES_SQL, ENTRY_SQL, FACTS_SQL

EPOCH = ACTOR.at["e.n"]
WRITE_LANES = 2
ACTOR_SECONDS = 1.0  # how long an actor's facts may be reused under an unchanged epoch


class Asked(NamedTuple):
    """One request for facts: internal numbers; record -1 asks for the patient only, version 0 for the newest."""

    patient: int
    record: int
    version: int
    person: int
    departments: str  # an array of numbers as PostgreSQL reads it: the post's own and those of rosters
    purpose: str
    portal: bool  # a patient's own account: only their own relations count, and for nobody else
    days: int  # how long after a visit the actor's standing grants reach; -1: visits do not matter


def ask(actor: ActorFacts, purpose: Purpose, patient: int, record: int = -1, version: int = 0) -> Asked:
    """The request for facts of this actor toward a patient or record."""
    return Asked(
        patient, record, version, actor.person, actor.wards, purpose, actor.role is Role.PATIENT,
        actor.reach(purpose),
    )  # fmt: skip


class Stale(Exception):
    """The epoch moved between the facts and the entry: decide again."""


class ToEnter(NamedTuple):
    """An entry to come; with an id when its text was sealed for it. `note` is (patient, sealed text)."""

    draft: EntryDraft
    id: UUID | None
    note: tuple[int, bytes] | None


class Committed(NamedTuple):
    """An entry that stands."""

    id: UUID
    head: bytes


class Pipeline:
    """Bound to one event loop; owns its connections. `start` in the loop, then use from it (or through `gate.door`)."""

    def __init__(self, runtime: Runtime, address: Mapping[str, Any], *, read_lanes: int = 2, pool: int = 4) -> None:
        """Prepare lanes; nothing is connected yet."""
        self.runtime = runtime
        self._reads = [Lane(address) for _ in range(read_lanes)]
        self._writers = [Lane(address) for _ in range(WRITE_LANES)]
        self.pool = Pool(address, pool)
        self.address = dict(address)
        self._actors: dict[tuple[int, int, int, int], tuple[float, ActorFacts]] = {}
        self.loop: asyncio.AbstractEventLoop | None = None
        self.thread = 0

    async def start(self) -> None:
        """Bind to the running loop."""
        self.loop = asyncio.get_running_loop()
        self.thread = threading.get_ident()
        # one chain per lane: while one lane's batch is on its way to the disk, the other's is being built
        self.chains = [Chain(self.runtime.suite, self.runtime.keyring) for _ in self._writers]
        self._facts: Batcher[Asked, Sequence[Any]] = Batcher(self._fetch_facts, lanes=len(self._reads))
        self._entries: Batcher[ToEnter, Committed] = Batcher(self._commit_entries, lanes=len(self._writers), most=512)

    async def stop(self) -> None:
        """Close every connection."""
        for lane in (*self._reads, *self._writers):
            await lane.drop()
        await self.pool.close()

    async def _fetch_facts(self, lane: int, asked: Sequence[Asked]) -> Sequence[Sequence[Any] | BaseException]:
        columns = [list(column) for column in zip(*asked, strict=True)]
        rows, _ = await self._reads[lane].fetch(FACTS_SQL, *columns, self.runtime.clock.now())
        out: list[Sequence[Any] | BaseException] = [Unavailable(where="facts")] * len(asked)
        for row in rows:
            place = row[f.ORD] - 1
            one = asked[place]
            if row[f.PATIENT : f.PERSON + 1] == one[: f.PERSON + 1 - f.PATIENT]:
                out[place] = row
        return out

    async def _commit_entries(self, lane: int, drafts: Sequence[ToEnter]) -> Sequence[Committed | BaseException]:
        runtime = self.runtime
        if not runtime.ledger_well:
            raise Unavailable(where="ledger")
        epoch = max(one.draft.epoch for one in drafts)
        fresh = [one for one in drafts if one.draft.epoch == epoch]
        at = runtime.clock.now()
        fresh_ids = iter(runtime.entry_ids(at, len(fresh)))
        chain = self.chains[lane]
        built = chain.build([(one.draft, one.id or next(fresh_ids)) for one in fresh], at)
        notes = [(one.id, *one.note) for one in fresh if one.note is not None]
        try:
            if notes:
                texts = (list(column) for column in zip(*notes, strict=True))
                rows, _ = await self._writers[lane].fetch(ENTRY_NOTES_SQL, epoch, *built.columns(), *texts)
                stands = rows[0][0] == len(fresh)
            else:
                _, status = await self._writers[lane].fetch(ENTRY_SQL, epoch, *built.columns())
                stands = status == f"INSERT 0 {len(fresh)}"
        except BaseException:
            chain.renew()  # whether it was committed is unknown: this chain ends here
            raise
        if stands:
            chain.advance(built)
            runtime.clock.at_least(at)
        made = iter(zip(built.ids, built.heads, strict=True))
        return [Committed(*next(made)) if stands and one.draft.epoch == epoch else Stale() for one in drafts]

    async def actor(self, actor: Actor) -> ActorFacts:
        """Facts of the actor, at most a second old and never older than the epoch they are used under."""
        assert self.loop is not None  # noqa: S101 -- for the type checker: it runs on that loop
        key = (actor.account, actor.post, actor.token, actor.grant)
        now = self.loop.time()
        found = self._actors.get(key)
        if found is not None and found[0] > now and not actor.name:
            return found[1]
        if actor.name:
            rows = await self.pool.fetch("SELECT n, policy, lockdown FROM epoch")
            if not rows:
                raise Unavailable(where="epoch")
            return named_actor(actor, epoch=rows[0][0], policy=rows[0][1], lockdown=rows[0][2])
        rows = await self.pool.fetch(ACTOR_SQL, actor.account, actor.post, actor.token)
        if rows:
            needs = await loop_needs(self, rows[0][EPOCH])
            made = from_row(rows[0], self.runtime.sealer, token=actor.token, needs=needs)
            if actor.grant:  # after the epoch: what ends between the two is found out when the entry is made
                made = await self._bound(made, actor.grant)
        else:
            state = await self.pool.fetch("SELECT n, policy, lockdown FROM epoch")
            made = from_row(None, self.runtime.sealer, epoch=state[0][0], policy=state[0][1], needs={})
        if len(self._actors) > 10_000:
            self._actors.clear()
        if not made.lockdown:  # asked anew as soon as it is lifted
            self._actors[key] = (now + ACTOR_SECONDS, made)
        return made

    async def _bound(self, made: ActorFacts, grant: int) -> ActorFacts:
        try:
            return apps_bound.binding(made, await apps_bound.seen(self, grant, self.runtime.clock.now()))
        except Tampered as error:
            return apps_bound.binding(made, None, str(error.data["where"]))

    def forget(self, actor: Actor) -> None:
        """Load this actor's facts anew at the next use."""
        self._actors.pop((actor.account, actor.post, actor.token, actor.grant), None)

    def facts(self, asked: Asked) -> "asyncio.Future[Sequence[Any]]":
        """Queue a request for facts."""
        return self._facts.submit(asked)

    async def seen(
        self, operation: Operation, patient: int, record: int = -1, version: int = 0
    ) -> tuple[ActorFacts, Sequence[Any]] | None:
        """The actor and what they asked about, under one epoch; None when it moved between the two: ask again."""
        actor = await self.actor(operation.actor)
        asked = ask(actor, operation.purpose, patient, record, version)
        row = await self.facts(asked)
        if actor.account and actor.epoch != row[f.EPOCH]:
            # something was revoked since this actor was loaded; whom and what the row speaks of may still be the same
            self.forget(operation.actor)
            actor = await self.actor(operation.actor)
            if actor.epoch != row[f.EPOCH] or ask(actor, operation.purpose, patient, record, version) != asked:
                return None
        return actor, row

    def enter(
        self, draft: EntryDraft, entry: UUID | None = None, note: tuple[int, bytes] | None = None
    ) -> "asyncio.Future[Committed]":
        """Queue an entry, with the text that was sealed for its id; the future completes when both are committed.

        Stale: decide again; neither stands then.
        """
        return self._entries.submit(ToEnter(draft, entry, note))

    def check_open(self, lockdown: bool) -> None:
        """Raise when nothing but recovery may run, or when the ledger is not well."""
        if lockdown:
            raise Lockdown()
        if not self.runtime.ledger_well:
            raise Unavailable(where="ledger")
