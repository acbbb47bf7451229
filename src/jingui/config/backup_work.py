"""三（一）1, 六（一）3 备份: the worker: delivers the log, makes what is due, removes what is over [3.1.1] [6.1.3]

It runs in the job runner, at most one at a time, and enters what it did through the door as `system:backup`.
"""

import hashlib
import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from jingui.cluster.address import external
from jingui.config import backup_state
from jingui.config.home import home
from jingui.core.backup import (
    BackupKind,
    BackupState,
    BeginBackup,
    CheckBackups,
    EndBackup,
    PlaceLine,
    RegisterBackup,
    RemoveBackup,
    Working,
)
from jingui.core.errors import Conflict, JinguiError, KeyTrouble
from jingui.core.operation import Actor, Operation
from jingui.core.words import Entrance, Purpose, Strength, Verb

if TYPE_CHECKING:
    from jingui.config.restore_test import House, Outcome

log = logging.getLogger(__name__)
RETRY = timedelta(minutes=10)
FIRST_TEST = timedelta(minutes=10)
CHECK = timedelta(hours=1)
Tell = Callable[[str, int, int], None]


def silent(_step: str, _done: int, _of: int) -> None:
    """Say nothing."""


class Made(NamedTuple):
    """A base backup as it was entered."""

    number: int
    name: str
    complete: bool
    size: int
    places: tuple[str, ...]
    note: str


class Keeper:
    """This installation's worker. Heavy libraries are loaded when it first works."""

    def __init__(self, entrance: Entrance = Entrance.JOB) -> None:
        """Act from `entrance`."""
        self.actor = Actor(name="system:backup", strength=Strength.LOCAL, entrance=entrance)

    def working(self) -> Working:
        """What the job last said, from its file."""
        embedded = external(os.environ) is None and bool(home().backup_places)
        found = backup_state.read(home().backups)
        known = found.places
        return Working(
            embedded=embedded, at=found.at, running=found.running, done=found.done, of=found.of,
            segment=found.delivered.segment, segment_at=found.delivered.at, waiting=found.waiting, gap=found.gap,
            places=tuple(place_line(name, known.get(name)) for name in home().backup_places),
        )  # fmt: skip

    def house(self) -> "House":
        """What the work is done with."""
        from jingui.config import plugs
        from jingui.config.backup_boxes import places_of
        from jingui.config.backup_state import State
        from jingui.config.restore_test import House

        return House(
            where=home(), cluster=plugs.cluster(), keys=plugs.keyring(), places=places_of(home().backup_places),
            state=State(home().backups), actor=self.actor,
        )  # fmt: skip

    def write(self, verb: Verb, data: object) -> object:
        """One operation of the worker."""
        from jingui.gate import door

        operation = Operation(actor=self.actor, verb=verb, at=door.now(), purpose=Purpose.OPERATION, data=data)
        value: object = door.write(operation).value
        return value

    def work(self) -> None:
        """One round: the log first, then what is due; a second worker only delivers the log."""
        if not self.working().embedded:
            return
        try:
            house = self.house()
            self.ship(house)
        except JinguiError as error:  # a place that is none, a server that is away: somebody must hear of it
            log.warning("backup: %s %s", error.code, error.data.get("problem", ""))
            self.look(backup_state.State(home().backups), ("places",))
            return
        try:
            with house.state.alone():
                self.mend(house)
                if self.due(house):
                    self.base(house)
                self.expire(house)
        except Conflict:
            return
        self.note(house)
        if self.test_due():
            self.test(house)

    def ship(self, house: "House") -> None:
        """Deliver what the server handed over."""
        from jingui.cluster import basebackup
        from jingui.config import backup_wal
        from jingui.config.backup_boxes import Boxes

        about = basebackup.identity(house.cluster)
        backup_wal.ship(
            house.state, Boxes.of(house.keys), house.places, house.cluster.layout.spool, about.system,
            house.keys.generation,
        )  # fmt: skip

    def mend(self, house: "House") -> None:
        """A backup that stands as running although nobody works at it was cut short: say so, remove its pieces."""
        from jingui.config import backup_base
        from jingui.gate import backups

        for number, name in backups.stale().items():
            for place in house.places:
                backup_base.remove(place, name)
            self.write(Verb.BACK_UP, EndBackup(backup=number, complete=False, note="interrupted"))
        house.state.change(running="", backup=0, done=0, of=0)

    def due(self, house: "House") -> bool:
        """Whether a base backup is wanted now: asked for, broken by a gap, or by the schedule."""
        from jingui.gate import backups, door

        now = door.now()
        tried = backups.last(BackupState.FAILED)
        if backups.asked():
            return True
        if tried is not None and now - tried < RETRY:
            return False
        done = backups.last(BackupState.COMPLETE)
        if done is None or house.state.read().gap:
            return True
        limits = self.limits()
        age = now - done
        every = timedelta(hours=limits["backup_every_hours"])
        if every < timedelta(hours=24):
            return age >= every
        # at the agreed hour; a day late it no longer waits for it
        at_hour = now.astimezone().hour == limits["backup_hour"]
        return (age >= every - timedelta(hours=2) and at_hour) or age >= every + timedelta(hours=24)

    def limits(self) -> dict[str, int]:
        """This section's settings."""
        from django.db import transaction

        from jingui.gate import backups, settings
        from jingui.gate.runtime import current
        from jingui.gate.sql import raw

        with transaction.atomic():
            return backups.limits(dict(settings.standing(current(), raw)))

    def base(self, house: "House", tell: Tell = silent) -> Made:
        """Make a base backup and enter how it ended."""
        from jingui.config import backup_base
        from jingui.gate import backups, door

        name = backup_base.name_of(door.now())
        number = self.write(Verb.BACK_UP, BeginBackup(name=name, backup=backups.asked()))
        assert isinstance(number, int)  # noqa: S101 -- the act's own value

        def told(done: int, of: int) -> None:
            house.state.change(running=name, backup=number, done=done, of=of)
            tell("base", done, of)

        told(0, 0)
        try:
            made = backup_base.take(house.where, house.cluster, house.keys, house.places, house.state, name, told)
        except (JinguiError, OSError) as error:
            note = error.code if isinstance(error, JinguiError) else type(error).__name__
            more = " ".join(f"{key}={value}" for key, value in getattr(error, "data", {}).items())
            said = f"{note} {more}"[:500]
            self.write(Verb.BACK_UP, EndBackup(backup=number, complete=False, note=said))
            return Made(number, name, complete=False, size=0, places=(), note=said)
        finally:
            house.state.change(running="", backup=0, done=0, of=0)
        failed = "; ".join(f"{place}: {why}" for place, why in made.failed.items())
        self.write(
            Verb.BACK_UP,
            EndBackup(
                backup=number, complete=True, size=made.size, digest=bytes.fromhex(made.digest),
                generation=made.manifest.generation, places=made.places, note=failed[:500],
            ),
        )  # fmt: skip
        return Made(number, name, complete=True, size=made.size, places=made.places, note=failed[:500])

    def expire(self, house: "House") -> tuple[str, ...]:
        """Remove sets whose time is over, whole, and the log that only they needed; what was removed."""
        from jingui.config import backup_expiry
        from jingui.gate import backups, door

        gone = []
        for number, name in backups.over(door.now(), self.limits()["backup_keep"]).items():
            if backup_expiry.remove(house.places, name):
                self.write(Verb.BACK_UP, RemoveBackup(backup=number))
                gone.append(name)
        if gone:
            backup_expiry.trim(house.keys, house.places)
        return tuple(gone)

    def note(self, house: "House") -> None:
        """Enter the archive of the log, the copies of the shred file, and look at everything's age."""
        limits, status, now = self.limits(), house.state.read(), datetime.now(UTC)
        if old(status.noted, now, timedelta(minutes=max(limits["backup_wal_minutes"] // 2, 1))):
            if status.delivered.digest and not status.waiting and all(one.well for one in status.places.values()):
                self.write(Verb.BACK_UP, self.archive(house, status, now))
            house.state.change(noted=backup_state.stamp())
        if old(status.checked, now, CHECK):
            found = [name for name, wrong in (("gap", bool(status.gap)), ("shred", not self.shred(house))) if wrong]
            self.look(house.state, tuple(found))

    def look(self, state: backup_state.State, found: tuple[str, ...]) -> None:
        """Have the age of everything looked at, at most once an hour."""
        if old(state.read().checked, datetime.now(UTC), CHECK):
            self.write(Verb.BACK_UP, CheckBackups(troubles=found))
            state.change(checked=backup_state.stamp())

    def archive(self, house: "House", status: backup_state.Status, now: datetime) -> RegisterBackup:
        """The log's archive as it stands."""
        from jingui.cluster import basebackup
        from jingui.config import backup_wal

        system = basebackup.identity(house.cluster).system
        size = sum(backup_wal.segments(house.places[0], system).values())
        return RegisterBackup(
            kind=BackupKind.WAL.value, name=f"wal-{system}", started=now, ended=now, size=max(size, 1),
            digest=bytes.fromhex(status.delivered.digest), generation=house.keys.generation,
            places=tuple(place.name for place in house.places), note=status.delivered.segment,
        )  # fmt: skip

    def shred(self, house: "House") -> bool:
        """Open every registered copy of the shred file; one that is away or older is written anew. Enter the copies."""
        from jingui.gate.sql import raw

        keys, where = house.keys, house.keys.shred
        try:
            if where.stale(keys.generation):
                where.repair()
            sizes = {str(place): where.tried(place) for place in (where.path, *where.copies)}
        except KeyTrouble:
            return False
        name = f"shred-{keys.generation}"
        if raw(
            "SELECT 1 FROM backup WHERE name = $1::text AND places = $2::varchar[]", name, [one[:120] for one in sizes]
        ):
            return True
        now = datetime.now(UTC)
        body = where.path.read_bytes()
        self.write(
            Verb.BACK_UP,
            RegisterBackup(
                kind=BackupKind.SHRED.value, name=name, started=now, ended=now, size=len(body),
                digest=hashlib.sha256(body).digest(), generation=keys.generation,
                places=tuple(one[:120] for one in sizes),
            ),
        )  # fmt: skip
        return len(sizes) >= 2

    def test_due(self) -> bool:
        """Whether a restore test is due: never tested ten minutes after the first backup, or the last is too old."""
        from jingui.gate import backups, door

        now, tested, base = door.now(), backups.tested(), backups.last(BackupState.COMPLETE)
        if base is None:
            return False
        if tested is None:
            return now - base >= FIRST_TEST
        limits = self.limits()
        return now - tested >= timedelta(days=limits["restore_test_days"]) - timedelta(hours=12) and (
            now.astimezone().hour == (limits["backup_hour"] + 1) % 24
            or now - tested >= timedelta(days=limits["restore_test_days"])
        )

    def test(self, house: "House", **more: object) -> "Outcome":
        """Test a restore."""
        from jingui.config import restore_test

        return restore_test.run(house, **more)  # type: ignore[arg-type]  # its own keywords


def place_line(name: str, one: "backup_state.PlaceState | None") -> PlaceLine:
    """A place as it was found last, or not yet."""
    found = one or backup_state.PlaceState()
    return PlaceLine(name=name, well=found.well, at=found.at, problem=found.problem, free=found.free, total=found.total)


def old(stamp: str, now: datetime, limit: timedelta) -> bool:
    """Whether a time kept in the state is `limit` ago, or there is none."""
    try:
        return now - datetime.fromisoformat(stamp) >= limit
    except ValueError:
        return True
