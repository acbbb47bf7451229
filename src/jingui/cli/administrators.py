"""`jingui init --administrators FILE`: the first three administrators, each another person [6.1.2] [1.3.4]"""

import secrets
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jingui.cli.words import err, out, say
from jingui.config import house
from jingui.core.errors import Invalid
from jingui.core.operation import Actor, Operation
from jingui.core.protect import GrantPost, OpenAccount, RegisterDepartment, RegisterPerson
from jingui.core.word import N_
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb

INIT = Actor(name="system:init", strength=Strength.LOCAL, entrance=Entrance.COMMAND)
ROLES = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
NEEDED = ("name", "staff_no", "username")


def read(path: Path) -> dict[str, Any]:
    """The list: a department (code, name) and one table for each of the three roles; Invalid names what is missing."""
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(N_("名单不是有效的 TOML 文件。"), places=((str(path), ""),)) from error
    missing = [f"department.{key}" for key in ("code", "name") if not given.get("department", {}).get(key)]
    missing += [f"{role.value}.{key}" for role in ROLES for key in NEEDED if not given.get(role.value, {}).get(key)]
    if missing:
        raise Invalid(N_("名单不完整。"), places=tuple((place, N_("缺少必需的元素")) for place in missing))
    if len({given[role.value]["staff_no"] for role in ROLES}) < len(ROLES):
        raise Invalid(N_("三名管理员必须是不同的人。"))
    return given


def appoint(file: str) -> None:
    """Register the three and show each first password once; it must be changed at the first sign-in."""
    given = read(Path(file))
    with house.opened(reading=False):
        from django.contrib.auth.hashers import make_password

        from jingui.gate import door

        def write(verb: Verb, data: object) -> int:
            at = datetime.now(UTC)
            operation = Operation(actor=INIT, verb=verb, at=at, purpose=Purpose.OPERATION, data=data)
            return int(door.write(operation).value or 0)

        write(Verb.START_SYSTEM, None)
        names, place = house.names(), given["department"]
        department = names.department(place["code"]) or write(
            Verb.REGISTER_DEPARTMENT, RegisterDepartment(code=place["code"], name=place["name"], kind="office")
        )
        shown = []
        for role in ROLES:
            one, now = given[role.value], datetime.now(UTC)
            person = write(
                Verb.REGISTER_PERSON,
                RegisterPerson(name=one["name"], staff_no=one["staff_no"], valid_from=now.date()),
            )
            password = secrets.token_urlsafe(12)
            account = OpenAccount(person=person, username=one["username"], password_hash=make_password(password))
            write(Verb.OPEN_ACCOUNT, account)
            write(Verb.GRANT_POST, GrantPost(person=person, department=department, role=role, starts=now))
            shown.append((say(role.label), one["username"], password))
    err(say(N_("首次登录密码只显示这一次：")))
    for row in shown:
        out("  ".join(row))
