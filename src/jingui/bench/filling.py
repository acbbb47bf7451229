"""二（二）录入: fills the bench's house through the door: a few people, patients with many results [2.2.1]

`python -m jingui.config.running jingui.bench.filling PATIENTS RESULTS` writes what the others need to stdout as JSON.
"""

import json
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

from jingui.bench.messages import APPLICATION, FACILITY
from jingui.bench.resources import CODES, observation, patient
from jingui.core.enter import Change, Submission
from jingui.core.operation import Actor, Operation
from jingui.core.protect import GrantPost, IssueToken, OpenAccount, RegisterDepartment, RegisterPerson
from jingui.core.sources import TELLABLE, RegisterSource, SourceKind
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb
from jingui.gate import door

INIT = Actor(name="system:init", strength=Strength.LOCAL, entrance=Entrance.COMMAND)
CHUNK = 100


def now() -> datetime:
    """The time of an operation."""
    return datetime.now(UTC)


def write(actor: Actor, verb: Verb, data: object = None) -> Any:
    """One changing operation; its value."""
    return door.write(Operation(actor=actor, verb=verb, at=now(), purpose=Purpose.OPERATION, data=data)).value


def hire(short: str, role: Role, department: int, by: tuple[Actor, Actor]) -> Actor:
    """A person with an account and a post; the actor of a strong session."""
    person = write(
        by[0], Verb.REGISTER_PERSON,
        RegisterPerson(
            name=short, staff_no=f"B{short}", valid_from=date(2020, 1, 1), licence_no="L1",
            licence_until=date(2099, 1, 1),
        ),
    )  # fmt: skip
    account = write(by[0], Verb.OPEN_ACCOUNT, OpenAccount(person=person, username=short, password_hash="!"))  # noqa: S106 -- no password opens it
    starts = now() - timedelta(days=1)
    post = write(by[1], Verb.GRANT_POST, GrantPost(person=person, department=department, role=role, starts=starts))
    return Actor(
        account=account, post=post, session=f"bench-{short}", address="127.0.0.1", strength=Strength.TWO_FACTOR,
        entrance=Entrance.PAGE,
    )  # fmt: skip


def token(by: Actor, actor: Actor, scope: str) -> str:
    """A bearer token for an hour."""
    text, digest = door.new_token()
    write(
        by, Verb.ISSUE_TOKEN,
        IssueToken(
            digest=digest, account=actor.account, post=actor.post, scopes=(scope,), label="bench",
            expires=now() + timedelta(hours=1),
        ),
    )  # fmt: skip
    return text


def enter(actor: Actor, *changes: Change) -> list[str]:
    """One submission; the public ids of what it made."""
    operation = Operation(
        actor=actor, verb=Verb.ENTER, at=now(), purpose=Purpose.OPERATION, data=Submission(changes=changes)
    )
    return [one.id for one in door.enter(operation).made]


def fill(patients: int, results: int) -> dict[str, Any]:
    """Found the house and fill it; tokens, ids and the numbers of the actors that the other processes act as."""
    write(INIT, Verb.START_SYSTEM)
    ward = write(INIT, Verb.REGISTER_DEPARTMENT, RegisterDepartment(code="bench", name="测速病区"))
    system = hire("sysadmin", Role.SYSTEM_ADMIN, ward, (INIT, INIT))
    security = hire("secadmin", Role.SECURITY_ADMIN, ward, (INIT, INIT))
    doctor = hire("doctor", Role.PHYSICIAN, ward, (system, security))
    his = hire("his", Role.INTERFACE, ward, (system, security))
    machine = Actor(
        account=his.account, post=his.post, strength=Strength.TOKEN, entrance=Entrance.FHIR, scopes=("system/*.cruds",)
    )
    write(
        system, Verb.REGISTER_SOURCE,
        RegisterSource(
            code="bench", name="测速来源", kind=SourceKind.HL7, account="his", application=APPLICATION,
            facility=FACILITY, categories=TELLABLE,
        ),
    )  # fmt: skip
    made: list[dict[str, Any]] = []
    for number in range(patients):
        whole = enter(machine, *(Change(one, f"urn:uuid:{i}") for i, one in enumerate(patient(number, "bench"))))
        records: list[str] = []
        for first in range(0, results, CHUNK):
            batch = range(first, min(first + CHUNK, results))
            records += enter(machine, *(Change(observation(whole[0], whole[1], i)) for i in batch))
        made.append({"patient": whole[0], "encounter": whole[1], "records": records})
    return {
        "reader": token(security, doctor, "user/*.rs"), "writer": token(security, his, "system/*.cruds"),
        "doctor": [doctor.account, doctor.post], "his": [his.account, his.post], "patients": made,
        "codes": list(CODES),
    }  # fmt: skip


def main() -> int:
    """Fill and say what was made."""
    json.dump(fill(int(sys.argv[1]), int(sys.argv[2])), sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
