"""五（一）3 传输网关: each channel in a lane of its own, so that a slow or half-open partner holds nobody else [5.1.3]

The lanes only carry. What may go, what a receipt proves and what a failure leads to is asked of the door each time.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from jingui.carry.carried import Arrived, Driver, Proofs
from jingui.carry.drivers import DRIVERS
from jingui.carry.pace import Pace
from jingui.carry.spool import Spool
from jingui.carry.undelivered import Undelivered, problem_of
from jingui.core.errors import Conflict, JinguiError, Refused, Unavailable
from jingui.core.gateway_wire import PART
from jingui.core.operation import Actor, Operation, Target
from jingui.core.sending import Consignment, Held, Send, TakeReceipt, Unsent
from jingui.core.transmit import CHANNELS
from jingui.core.words import Entrance, Purpose, Strength, Verb
from jingui.gate import door

log = logging.getLogger(__name__)
GATEWAY: Final = Actor(name="system:gateway", strength=Strength.LOCAL, entrance=Entrance.GATEWAY)
ABREAST: Final = 8  # deliveries of one channel at once
HANDS: Final = 8  # threads that talk to the door
LOOK: Final = 0.25  # seconds between two looks at the outbox: a pause is honoured with the next
AGAIN: Final = (0.1, 0.3, 0.9, 2.7)  # seconds between two questions to a door that is busy
ASIDE: Final = 60.0  # seconds for which what the door cannot even count is left alone: no entry every moment
SWEEP: Final = 3600.0  # seconds between two clearings of what lies in the spool for nobody
AWAY: Final = 2.0  # seconds to wait while the house does not answer


class Key(NamedTuple):
    """A transmission under way."""

    patient: int
    transmission: int


@dataclass(kw_only=True)
class Lane:
    """A channel's own: what is under way, how fast."""

    pace: Pace
    most: int
    under_way: set[Key] = field(default_factory=set)


@dataclass(kw_only=True)
class Lanes:
    """Carries what is due until it is told to stop."""

    proofs: Proofs
    spool: Spool
    drivers: Mapping[str, Driver] = field(default_factory=lambda: DRIVERS)
    abreast: int = ABREAST
    lanes: dict[int, Lane] = field(default_factory=dict)
    aside: dict[Key, float] = field(default_factory=dict)  # until when each is left alone
    swept: float = field(default_factory=time.monotonic)
    room: asyncio.Event = field(default_factory=asyncio.Event)  # set when something ended: more may go
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    hands: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(HANDS, "door"))

    async def carry(self, stop: asyncio.Event) -> None:
        """Look, hand out, look again; what is under way at the end gets a moment, then its lease runs out."""
        try:
            while not stop.is_set():
                pause = LOOK
                self.room.clear()
                try:
                    await self.look()
                except (Unavailable, JinguiError) as error:
                    log.warning("gateway: the house does not answer: %s", error.code)
                    pause = AWAY
                    self.room.clear()
                await self.rest(stop, pause)
        finally:
            if self.tasks:
                await asyncio.wait(self.tasks, timeout=3)
            for task in self.tasks:
                task.cancel()
            await asyncio.gather(*self.tasks, return_exceptions=True)
            self.hands.shutdown(wait=False, cancel_futures=True)

    async def rest(self, stop: asyncio.Event, pause: float) -> None:
        """Until there is room in a lane again, or `pause` seconds are over, or the end."""
        waits = {asyncio.ensure_future(stop.wait()), asyncio.ensure_future(self.room.wait())}
        _, left = await asyncio.wait(waits, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
        for one in left:
            one.cancel()

    async def look(self) -> int:
        """Hand out what is due and has room; how many were."""
        if time.monotonic() - self.swept > SWEEP:
            self.swept = time.monotonic()
            await self.at_the_door(self.spool.expire)
        self.aside = {key: until for key, until in self.aside.items() if until > time.monotonic()}
        most = self.abreast * 2 + len(self.aside)
        ready = await self.at_the_door(lambda: door.due.transmissions(door.now(), most))
        begun = 0
        for way, places in ready:
            lane = self.lanes.get(way.channel)
            if lane is None or lane.most != way.most:
                lane = Lane(pace=Pace(way.most, time.monotonic()), most=way.most)
                lane.under_way = self.lanes[way.channel].under_way if way.channel in self.lanes else set()
                self.lanes[way.channel] = lane
            for found in places:
                key = Key(*found)
                if key in lane.under_way or key in self.aside:
                    continue
                if len(lane.under_way) >= self.abreast or not lane.pace.take(time.monotonic()):
                    break
                lane.under_way.add(key)
                task = asyncio.create_task(self.one(lane, key))
                self.tasks.add(task)
                task.add_done_callback(self.tasks.discard)
                begun += 1
        return begun

    async def one(self, lane: Lane, key: Key) -> None:
        """One transmission's attempt from the door and back to it."""
        try:
            await self.attempt(key)
        except (Unavailable, Conflict) as error:  # it stays where it is: its lease runs out and it is tried again
            log.warning("gateway: %s: %s %s", key.transmission, error.code, dict(error.data))
        except JinguiError as error:  # the door does not hand it out and cannot count it: a bent row, a lost key
            self.aside[key] = time.monotonic() + ASIDE
            log.warning("gateway: %s: %s %s", key.transmission, error.code, dict(error.data))
        except Exception:  # one broken transmission must not end the others' lane
            log.exception("gateway: %s", key.transmission)
        finally:
            lane.under_way.discard(key)
            self.room.set()

    async def attempt(self, key: Key) -> None:
        """Take it, carry it, bring its receipt; or say why it did not arrive."""
        kept = self.spool.has(key.transmission)
        given = await self.ask(key, Verb.SEND, Send(transmission=key.transmission, body=not kept))
        if isinstance(given, Held):
            if given.stopped:
                self.spool.drop(key.transmission)
            return
        made: Consignment = given
        if kept:
            made = replace(made, body=self.spool.body(key.transmission, made.message))
            if not made.body:
                self.spool.drop(key.transmission)
                return  # its lease runs out: the next attempt seals anew
        elif len(made.body) > PART and CHANNELS[made.kind].large:
            self.spool.keep(key.transmission, made.message, made.body)
        try:
            arrived = await self.carried(made)
        except Undelivered as error:
            log.info("gateway: %s over %s: %s %s", made.message, made.code, error.problem, error.said)
            await self.unsent(key, error.problem, error.wait)
            return
        await self.receipted(key, arrived)

    async def carried(self, made: Consignment) -> Arrived:
        """What the driver brought within the attempt's time."""
        try:
            async with asyncio.timeout(made.seconds):
                return await self.drivers[made.kind](made, self.proofs)
        except TimeoutError as error:
            raise Undelivered("no_receipt" if made.kind == "sftp" else "timeout") from error
        except Undelivered:
            raise
        except (OSError, ValueError, RuntimeError) as error:  # whatever a library makes of a hostile answer
            raise Undelivered(problem_of(error), said=type(error).__name__) from error

    async def receipted(self, key: Key, arrived: Arrived) -> None:
        """Bring the receipt; one that proves nothing counts as none."""
        data = TakeReceipt(transmission=key.transmission, receipt=arrived.receipt, answer=arrived.answer)
        try:
            state = await self.ask(key, Verb.TAKE_RECEIPT, data)
        except Refused:
            await self.unsent(key, "receipt", 0)
            return
        except Conflict:
            state = ""  # it has one already
        self.spool.drop(key.transmission)
        log.info("gateway: %s: %s", key.transmission, state)

    async def unsent(self, key: Key, problem: str, wait: int) -> None:
        """Say why it did not arrive."""
        if problem == "late":
            self.spool.drop(key.transmission)  # the time is inside the seal
        try:
            await self.ask(key, Verb.SEND, Unsent(transmission=key.transmission, problem=problem, wait=wait))
        except Conflict:
            log.info("gateway: %s: ended meanwhile", key.transmission)

    async def ask(self, key: Key, verb: Verb, data: object) -> Any:
        """Ask the door, on a thread: nothing on the loop waits for a commit.

        A door that is busy is asked again for a while: what was carried already must not be carried anew for that.
        """

        def asked() -> Any:
            return door.write(
                Operation(
                    actor=GATEWAY, verb=verb, at=door.now(), purpose=Purpose.OPERATION,
                    target=Target(patient=key.patient), data=data,
                )
            ).value  # fmt: skip

        for wait in AGAIN:
            try:
                return await self.at_the_door(asked)
            except Unavailable:
                await asyncio.sleep(wait)
        return await self.at_the_door(asked)

    def at_the_door(self, work: Callable[[], Any]) -> Awaitable[Any]:
        """Run something that talks to the door on one of its threads."""

        def asked() -> Any:
            try:
                return work()
            finally:
                door.let_go()

        return asyncio.get_running_loop().run_in_executor(self.hands, asked)
