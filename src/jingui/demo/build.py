"""六（一）2 实名: the demonstration hospital's departments, people, posts and accounts, made through the door [6.1.2]

Every step looks first whether it was done, so a stopped build goes on where it ended.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from django.contrib.auth.hashers import make_password

from jingui.core.errors import NotFound
from jingui.core.importing import Names
from jingui.core.operation import Actor, Operation
from jingui.core.protect import GrantPost, IssueToken, OpenAccount, RegisterDepartment, RegisterPerson
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb
from jingui.demo.accounts import PASSWORD
from jingui.demo.generator import Hospital, Person
from jingui.demo.generator.hospital import ZONE
from jingui.gate import door

INTERFACE = "his"
SCOPES = ("system/*.cruds",)
ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
INIT = Actor(name="system:init", strength=Strength.LOCAL, entrance=Entrance.COMMAND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """Makes the people of `hospital`; `now` is asked for each operation."""

    hospital: Hospital
    names: Names
    now: Callable[[], datetime]

    def write(self, actor: Actor, verb: Verb, data: object) -> int:
        """Carry out one operation and return the number it made."""
        operation = Operation(actor=actor, verb=verb, at=self.now(), purpose=Purpose.OPERATION, data=data)
        return int(door.write(operation).value or 0)

    def acting(self, role: Role) -> Actor:
        """The administrator of that role, or the initialisation while there is none."""
        found = self.hospital.of(role)
        return (self.names.actor(found[0].login, role.value) if found else None) or INIT

    def departments(self) -> None:
        """Register every department."""
        actor = INIT if self.names.actor(self.hospital.of(Role.SYSTEM_ADMIN)[0].login) is None else None
        for each in self.hospital.departments:
            if not self.names.department(each.code):
                data = RegisterDepartment(
                    code=each.code, name=each.name, name_en=each.english, kind="clinical" if each.clinical else "office"
                )
                self.write(actor or self.acting(Role.SYSTEM_ADMIN), Verb.REGISTER_DEPARTMENT, data)

    def people(self) -> Iterator[int]:
        """Register everybody, administrators first; yield how many stand after each."""
        first = [p for role in ADMINISTRATORS for p in self.hospital.of(role)[:1]]
        order = [*first, *(p for p in self.hospital.staff if p not in first)]
        missing = [p for p in order if not self.names.account(p.login)]
        with ThreadPoolExecutor(2) as pool:
            # argon2 works outside the interpreter's lock: the next hashes are made while this person is registered
            hashes: dict[str, Future[str]] = {p.login: pool.submit(make_password, PASSWORD) for p in missing}
            initial = INIT if self.names.actor(first[-1].login) is None else None
            for number, person in enumerate(order, 1):
                acting = initial if person in first else None
                self._person(person, acting, hashes.get(person.login))
                yield number
        self.interface()

    def _person(self, person: Person, acting: Actor | None, password: "Future[str] | None") -> None:
        """Register one person, open the account, grant the posts: whatever of it is missing."""
        today = self.now().astimezone(ZONE).date()
        number = self.names.person(staff_no(person))
        if not number:
            data = RegisterPerson(
                name=person.name, staff_no=staff_no(person), title=person.title, licence_no=person.licence,
                licence_until=person.licence_until, valid_from=min(today, min(p.since for p in person.posts)),
            )  # fmt: skip
            number = self.write(acting or self.acting(Role.SYSTEM_ADMIN), Verb.REGISTER_PERSON, data)
        if not self.names.account(person.login):
            hashed = password.result() if password else make_password(PASSWORD)
            account = OpenAccount(person=number, username=person.login, password_hash=hashed)
            self.write(acting or self.acting(Role.SYSTEM_ADMIN), Verb.OPEN_ACCOUNT, account)
        for post in person.posts:
            if self.names.actor(person.login, post.role.value) is None and post.until is None:
                starts = datetime.combine(post.since, time(8), ZONE)
                department = self.names.department(post.department)
                grant = GrantPost(person=number, department=department, role=post.role, starts=starts)
                self.write(acting or self.acting(Role.SECURITY_ADMIN), Verb.GRANT_POST, grant)

    def interface(self) -> None:
        """The hospital system's account, through which the patients' records arrive."""
        if self.names.actor(INTERFACE) is not None:
            return
        system, security = self.acting(Role.SYSTEM_ADMIN), self.acting(Role.SECURITY_ADMIN)
        today = self.now().astimezone(ZONE).date()
        service = RegisterPerson(name="医院信息系统", staff_no="HIS", kind="service", valid_from=today)
        number = self.names.person("HIS") or self.write(system, Verb.REGISTER_PERSON, service)
        if not self.names.account(INTERFACE):
            data = OpenAccount(person=number, username=INTERFACE, password_hash="!", kind="service")  # noqa: S106 -- no password opens it
            self.write(system, Verb.OPEN_ACCOUNT, data)
        department = self.names.department("information")
        starts = self.now() - timedelta(minutes=1)
        grant = GrantPost(person=number, department=department, role=Role.INTERFACE, starts=starts)
        self.write(security, Verb.GRANT_POST, grant)

    def token(self) -> Actor:
        """The interface's account with a token of its own for one day: machines come in by token only [5.1.2]."""
        found = self.names.actor(INTERFACE)
        if found is None:
            raise NotFound()
        digest = door.new_token()[1]
        data = IssueToken(
            digest=digest, account=found.account, post=found.post, scopes=SCOPES, label="demo",
            expires=self.now() + timedelta(days=1),
        )  # fmt: skip
        number = self.write(self.acting(Role.SECURITY_ADMIN), Verb.ISSUE_TOKEN, data)
        return replace(found, token=number, session=f"token:{number}", strength=Strength.TOKEN, scopes=SCOPES)


def staff_no(person: Person) -> str:
    """The staff number under which somebody is registered, the same as in the directory."""
    return person.id.upper()
