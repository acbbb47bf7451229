"""What the gate works with in this process: keys, rules, clocks. `config.wiring` makes one and installs it."""

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from asyncpg.pgproto.pgproto import UUID as DriverUUID

from jingui.core.errors import Unavailable
from jingui.core.ids import number
from jingui.crypto.certificates import Issued
from jingui.crypto.gateway_certificates import GatewayKeys
from jingui.crypto.ids import PublicIds
from jingui.crypto.keyring import Keyring
from jingui.crypto.suite import Suite
from jingui.policy.decide import Decider
from jingui.store.seals import Sealer
from jingui.store.vault import Vault


def completed(head: bytes, sequence: int, random: bytes) -> bytes:
    """A UUIDv7's bytes from six of milliseconds, a 12-bit sequence and eight random ones (RFC 9562, 6.2 method 1)."""
    return head + bytes((sequence >> 8 | 0x70, sequence & 0xFF, random[0] & 0x3F | 0x80)) + random[1:]


BELIEVED: Final = timedelta(days=60)
"""How far ahead of the ledger a clock is followed, until the hospital's own setting is read."""


class Clock:
    """The house's time: the system's, but never behind the ledger, never standing still, and never years ahead at once.

    What is known is the newest entry's time and how long ago, by the steady counter, this process learnt it. A system
    clock behind that is not followed: what is to end ends as if nobody had turned it. One that is further ahead than
    `leap` is not followed either, until two people have confirmed the date: else everything with an end would end.
    """

    def __init__(
        self, now: Callable[[], datetime], *, leap: timedelta | None = BELIEVED,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        """Read time from `now`; `leap` None follows the system however far it goes (a demonstration)."""
        self._now, self._steady = now, steady
        self._floor = self._confirmed = datetime.fromtimestamp(0, UTC)
        self._since = 0.0
        self.leap = leap
        self.ahead = timedelta()  # how far the system's clock is ahead while it is not followed
        self._known = False

    def now(self) -> datetime:
        """The current time in UTC."""
        at = self._now()
        if not self._known:
            return at
        ours = self._floor + timedelta(seconds=self._steady() - self._since)
        if at <= ours:
            self.ahead = timedelta()
            return ours
        if self.leap is not None and at - max(ours, self._confirmed) > self.leap:
            self.ahead = at - ours
            return ours
        self.ahead = timedelta()
        return at

    def machine(self) -> datetime:
        """The machine's own time, unjudged: what is compared with another machine's, never what ends anything.

        The house's time stays ahead for good after a clock that was fast once: to others it would be late for good.
        """
        return self._now()

    def at_least(self, at: datetime) -> None:
        """Remember that an entry of time `at` exists."""
        steady = self._steady()
        if not self._known or at > self._floor + timedelta(seconds=steady - self._since):
            self._floor, self._since, self._known = at, steady, True

    def confirm(self, at: datetime) -> None:
        """Two people said that `at` was the right time: up to `leap` after it the system is followed again."""
        self._confirmed = at


@dataclass(slots=True, kw_only=True)
class Runtime:
    """One process's equipment. Mutable only in what a key rotation or a policy publication replaces."""

    suite: Suite
    keyring: Keyring
    sealer: Sealer
    vault: Vault
    ids: PublicIds
    decider: Decider
    origin: str
    institution: str
    institution_en: str = ""
    public_address: str = ""  # under which the public finds this house
    stamp: Callable[[], Issued] | None = None  # the electronic stamp's key, read when it is first used
    uscc: str = ""  # this institution's own, by which partners know it
    # The gateway's own keys and certificates by use (["tls"], ["sign"], ["encrypt"]), read when they are first used.
    gateway_keys: Callable[[], GatewayKeys] | None = None
    fonts: tuple[Path, ...] = ()  # folders with the hospital's own fonts, after those that Jingui brings
    # What host and software are, part -> item -> text, and how full its disks are, place -> (used, total).
    surroundings: Callable[[], Mapping[str, Mapping[str, str]]] | None = None
    disks: Callable[[], Mapping[str, tuple[int, int]]] | None = None
    clock: Clock = field(default_factory=lambda: Clock(lambda: datetime.now(UTC)))
    # Set by the ledger watch: False when the oldest unsequenced entry is older than 5 s, or an own entry vanished.
    ledger_well: bool = True
    _last: int = 0
    _ms: int = 0
    _sequence: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def entry_id(self, at: datetime) -> UUID:
        """A fresh UUIDv7 for an entry; greater than every earlier one of this process, whatever the clock does."""
        return self.entry_ids(at, 1)[0]

    def entry_ids(self, at: datetime, count: int) -> list[UUID]:
        """Several (at most 4,096) fresh UUIDv7s in order, in the driver's class: equal, and cheaper to handle."""
        with self._lock:
            ms = int(at.timestamp() * 1000)
            if ms > self._ms:
                self._ms, self._sequence = ms, 0
            elif self._sequence + count > 4096:
                self._ms, self._sequence = self._ms + 1, 0
            ms, first = self._ms, self._sequence
            self._sequence += count
        head, random = ms.to_bytes(6, "big"), os.urandom(8 * count)
        return [DriverUUID(completed(head, first + i, random[8 * i : 8 * i + 8])) for i in range(count)]

    def number(self, at: datetime) -> int:
        """A fresh 63-bit number for a patient, record or relation; grows within a process, random across processes."""
        made = number(int(at.timestamp() * 1000), int.from_bytes(os.urandom(3), "big"))
        self._last = made = made if made > self._last else self._last + 1
        return made

    def public(self, patient: int, record: int) -> str:
        """The public id of a record; "" for none."""
        return self.ids.public(patient, record)


_current: list[Runtime] = []


def install(runtime: Runtime) -> None:
    """Make `runtime` this process's equipment (again after a fork or in tests)."""
    _current[:] = [runtime]


def current() -> Runtime:
    """This process's equipment; Unavailable before it is installed."""
    if not _current:
        raise Unavailable()
    return _current[0]
