"""What the gate works with in this process: keys, rules, clocks. `config.wiring` makes one and installs it."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from asyncpg.pgproto.pgproto import UUID as DriverUUID

from jingui.core.errors import Unavailable
from jingui.core.ids import number, uuid7
from jingui.crypto.ids import PublicIds
from jingui.crypto.keyring import Keyring
from jingui.crypto.suite import Suite
from jingui.policy.decide import Decider
from jingui.store.seals import Sealer
from jingui.store.vault import Vault


def marked(random: bytes) -> bytes:
    """Ten random bytes as the rest of a UUIDv7: version and variant take six bits."""
    return bytes((random[0] & 0x0F | 0x70, random[1], random[2] & 0x3F | 0x80)) + random[3:]


class Clock:
    """Time that never runs backwards behind the ledger: max(system clock, time of the last entry)."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Read time from `now`."""
        self._now = now
        self._floor = datetime.fromtimestamp(0, UTC)

    def now(self) -> datetime:
        """The current time in UTC."""
        at = self._now()
        return at if at > self._floor else self._floor

    def at_least(self, at: datetime) -> None:
        """Remember that an entry of time `at` exists."""
        if at > self._floor:
            self._floor = at


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
    clock: Clock = field(default_factory=lambda: Clock(lambda: datetime.now(UTC)))
    # Set by the ledger watch: False when the oldest unsequenced entry is older than 5 s, or an own entry vanished.
    ledger_well: bool = True
    _last: int = 0

    def entry_id(self, at: datetime) -> UUID:
        """A fresh UUIDv7 for an entry."""
        return uuid7(int(at.timestamp() * 1000), os.urandom(10))

    def entry_ids(self, at: datetime, count: int) -> list[UUID]:
        """Several fresh UUIDv7s from one draw of randomness, in the driver's class: equal, and cheaper to handle."""
        head, random = int(at.timestamp() * 1000).to_bytes(6, "big"), os.urandom(10 * count)
        return [DriverUUID(head + marked(random[10 * i : 10 * i + 10])) for i in range(count)]

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
