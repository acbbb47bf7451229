"""One simulated hospital instead of mocks: a real scratch cluster, real keys, the real door, a few people.

`house()` is made once per test session; `Hospital` helpers act only through the door, except `sql`, which plays the
database administrator who goes past it.
"""

import asyncio
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from jingui.cluster.scratch import scratch_cluster
from jingui.config import wiring
from jingui.config.home import home
from jingui.core.calendars import CHINA
from jingui.core.enter import Change, Submission
from jingui.core.operation import Actor, Operation, Target
from jingui.core.protect import GrantPost, OpenAccount, RegisterDepartment, RegisterPerson
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb

SRC = Path(__file__).resolve().parents[1] / "src"


class Hospital:
    """A running house and its people, by short names."""

    def __init__(self, addresses: dict[str, Any], runtime: Any) -> None:
        self.addresses, self.runtime = addresses, runtime
        self.departments: dict[str, int] = {}
        self.actors: dict[str, Actor] = {}
        self.people: dict[str, int] = {}
        self.posts: dict[str, tuple[Role, str]] = {}
        self.ahead = timedelta()  # how far a test moved the house's clock

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def today(self) -> date:
        """The hospital's own calendar day, as its pages and matters count: not that of Greenwich."""
        return self.now().astimezone(CHINA).date()

    def operation(self, who: str | Actor, verb: Verb, data: object = None, **more: Any) -> Operation:
        actor = self.actors[who] if isinstance(who, str) else who
        purpose = more.pop("purpose", Purpose.TREATMENT)
        return Operation(
            actor=actor, verb=verb, at=self.now(), purpose=purpose, data=data,
            target=more.pop("target", Target()), matter=more.pop("matter", 0),
        )  # fmt: skip

    def write(self, who: str | Actor, verb: Verb, data: object = None, **more: Any) -> Any:
        from jingui.gate import door

        return door.write(self.operation(who, verb, data, **{"purpose": Purpose.OPERATION, **more}))

    def enter(self, who: str, *changes: Change, verb: Verb = Verb.ENTER, source: str = "", **more: Any) -> Any:
        from jingui.gate import door

        return door.enter(self.operation(who, verb, Submission(changes=changes, source=source), **more))

    def sql(self, statement: str, *args: Any) -> list[tuple[Any, ...]]:
        """What a database superuser could do, past the door."""
        with psycopg.connect(self.addresses["root"].psycopg(), autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), args)
            return cursor.fetchall() if cursor.description else []

    def keep(self, row: Any, *, new: bool = True) -> Any:
        """A sealed row as an act would keep it, under some entry of the ledger, counted on its patient; epoch moved."""
        from jingui.store.models import Patient
        from jingui.store.statements import COUNTED

        row.entry = self.sql("SELECT id FROM entry ORDER BY at LIMIT 1")[0][0]
        row.version += 0 if new else 1
        self.runtime.sealer.seal(row)
        row.save(force_insert=new)
        if row._meta.db_table in COUNTED:
            patient = Patient.objects.get(pk=row.patient_id)
            patient.marks += 1
            self.keep(patient, new=False)
        self.sql("UPDATE epoch SET n = n + 1")
        return row

    def record(self, patient: int, record: int, **changes: Any) -> None:
        """A record's row changed as an act would leave it: its MAC made anew."""
        from jingui.store.models import Record

        row = Record.objects.get(pk=(patient, record))
        for name, value in changes.items():
            setattr(row, name, value)
        self.runtime.sealer.seal(row)
        row.save(force_update=True)

    def person(
        self, short: str, role: Role, department: str, *, by: tuple[Any, Any] = ("sysadmin", "secadmin"), **more: Any
    ) -> Actor:
        """Register, open an account, grant the post; return the actor with a strong session.

        Files share a house: somebody of that name in that post who is there already is the same person.
        """
        if not more and self.posts.get(short) == (role, department):
            return self.actors[short]
        number = self.write(
            by[0], Verb.REGISTER_PERSON,
            RegisterPerson(
                name=more.get("name", short), staff_no=f"T{short}", valid_from=date(2020, 1, 1), licence_no="L1",
                licence_until=more.get("licence_until", date(2099, 1, 1)),
            ),
        ).value  # fmt: skip
        account = self.write(
            by[0], Verb.OPEN_ACCOUNT, OpenAccount(person=number, username=short, password_hash="!")
        ).value
        post = self.write(
            by[1], Verb.GRANT_POST,
            GrantPost(
                person=number, department=self.departments[department], role=role, starts=self.now() - timedelta(days=1)
            ),
        ).value  # fmt: skip
        self.people[short] = number
        self.posts[short] = (role, department)
        self.actors[short] = actor = Actor(
            account=account, post=post, session=f"s-{short}", address="127.0.0.1", strength=Strength.TWO_FACTOR,
            entrance=Entrance.PAGE,
        )  # fmt: skip
        return actor

    def as_token(self, who: str, *scopes: str) -> Actor:
        """The same person through the FHIR interface."""
        a = self.actors[who]
        return Actor(
            account=a.account, post=a.post, session="token", address="127.0.0.1", strength=Strength.TOKEN,
            entrance=Entrance.FHIR, scopes=scopes,
        )  # fmt: skip

    def as_command(self, who: str) -> Actor:
        """The same person at the host's command line."""
        a = self.actors[who]
        return Actor(account=a.account, post=a.post, strength=Strength.LOCAL, entrance=Entrance.COMMAND)

    def found(self) -> None:
        """Departments, three administrators and a small staff."""
        init = Actor(name="system:init", strength=Strength.LOCAL, entrance=Entrance.COMMAND)
        self.write(init, Verb.START_SYSTEM)
        for code, name in (("xnk", "心血管内科"), ("gwk", "普通外科"), ("jyk", "检验科"), ("xxk", "信息科")):
            self.departments[code] = self.write(
                init, Verb.REGISTER_DEPARTMENT, RegisterDepartment(code=code, name=name)
            ).value
        for short, role in (
            ("sysadmin", Role.SYSTEM_ADMIN), ("secadmin", Role.SECURITY_ADMIN), ("audit", Role.AUDIT_ADMIN),
        ):  # fmt: skip
            self.person(short, role, "xxk", by=(init, init))
        for short, role, department in (
            ("doctor", Role.PHYSICIAN, "xnk"), ("nurse", Role.NURSE, "xnk"), ("surgeon", Role.PHYSICIAN, "gwk"),
            ("registrar", Role.REGISTRAR, "xxk"), ("archivist", Role.ARCHIVIST, "xxk"), ("his", Role.INTERFACE, "xnk"),
            ("head", Role.HEAD, "xxk"),
        ):  # fmt: skip
            self.person(short, role, department)
        his = self.actors["his"]
        self.actors["his"] = Actor(
            account=his.account,
            post=his.post,
            session="token",
            strength=Strength.TOKEN,
            entrance=Entrance.FHIR,
            scopes=("system/*.cruds",),
        )


@contextmanager
def sequencing(runtime: Any, address: str) -> Iterator[None]:
    """A sequencer on a thread; its state folder is its own, since every house begins a ledger anew."""
    from jingui.gate import sequencer

    stop = threading.Event()
    with tempfile.TemporaryDirectory(prefix="jingui-state-") as state:
        thread = threading.Thread(
            target=sequencer.run, args=(runtime, address, stop.is_set), kwargs={"state": Path(state)}, daemon=True
        )
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(10)


@contextmanager
def house(*, sequenced: bool = True) -> Iterator[Hospital]:
    """A started house: scratch cluster, tables, keys, plane, sequencer, people. One at a time in a process.

    Without a sequencer the watch rests too: a test turns the former by hand.
    """
    from django.db import connections

    from jingui.config import founding
    from jingui.formats import codetables
    from jingui.gate import plane, runtime
    from jingui.store.ledger import LIVE

    with scratch_cluster() as cluster:
        addresses = {role: cluster.address(role) for role in ("root", "owner", "app")}
        os.environ["JINGUI_DATABASE_URL"] = addresses["app"].psycopg()
        os.environ["JINGUI_OWNER_URL"] = addresses["owner"].psycopg()
        founding.found(home())
        connections.settings["default"].update(addresses["app"].django())
        connections["default"].close()
        connections["default"].close_pool()  # an earlier house was another server
        connections["default"].settings_dict.update(addresses["app"].django())
        codetables.install(())  # a table that an earlier house imported is none of this one's
        LIVE.clear()  # the writers of an earlier house are not missed in this one
        made = wiring.runtime()
        runtime.install(made)
        keep = sequencing(made, addresses["app"].psycopg()) if sequenced else nullcontext()
        with plane.Background(made, addresses["app"].asyncpg()), keep:
            if not sequenced:  # else it would find the ledger behind after some seconds, and refuse everything
                watching = plane.current()
                asyncio.run_coroutine_threadsafe(watching.watch.stop(), watching.loop).result(5)
            hospital = Hospital(addresses, made)
            hospital.found()
            yield hospital
            connections.close_all()
            connections["default"].close_pool()
