"""样板: what a demonstration house publishes of its sign-ins: the staff at once, patients once their accounts stand"""

from datetime import date
from random import Random

from jingui.config.home import home
from jingui.core.words import Role
from jingui.demo.accounts import PASSWORD
from jingui.demo.generator import Person, build_hospital
from jingui.demo.portals import portal_accounts
from jingui.web.demonstration import Published, Suggestion


def sign_ins() -> Published:
    """Every member of the made-up staff; for each role the first with something of their own to try."""
    # user names, roles and hints are the same on every day
    people = build_hospital(Random(7), date(2026, 1, 1)).staff  # noqa: S311 -- repeatable on purpose
    first: dict[Role, Person] = {}
    for person in sorted(people, key=lambda one: not one.try_zh):
        first.setdefault(person.role, person)
    shown = [person for person in people if first[person.role] is person]
    return Published(
        password=PASSWORD,
        users=frozenset(person.login for person in people),
        suggestions=tuple(
            Suggestion(user=person.login, role=person.role, zh=person.try_zh, en=person.try_en) for person in shown
        ),
        patients=patients,
    )


def patients() -> tuple[Suggestion, ...]:
    """The portal accounts that stand by now."""
    found = portal_accounts(home().state)
    return tuple(Suggestion(user=one.number, role=Role.PATIENT, zh=one.zh, en=one.en) for one in found)
