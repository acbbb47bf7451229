"""六（一）2 实名: local commands name people and departments by the hospital's own numbers [6.1.2]

Only numbers and codes are looked up; whether somebody may act is judged at the door, as for everybody.
"""

from jingui.core.operation import Actor
from jingui.core.words import Entrance, Strength
from jingui.gate.sql import raw

ACTOR_SQL = """SELECT a.id, p.id FROM account a JOIN post p ON p.person_id = a.person_id
JOIN department d ON d.id = p.department_id
WHERE a.username = $1 AND p.state = 'active' AND ($2 = '' OR p.role = $2) ORDER BY p.starts DESC, p.id LIMIT 1"""


def department(code: str) -> int:
    """The department with that code, 0 for none."""
    rows = raw("SELECT id FROM department WHERE code = $1", code)
    return int(rows[0][0]) if rows else 0


def person(staff_no: str) -> int:
    """The person with that staff number, 0 for none."""
    rows = raw("SELECT id FROM person WHERE staff_no = $1", staff_no)
    return int(rows[0][0]) if rows else 0


def account(username: str) -> int:
    """The account of that name, 0 for none."""
    rows = raw("SELECT id FROM account WHERE username = $1", username)
    return int(rows[0][0]) if rows else 0


def actor(username: str, role: str = "") -> Actor | None:
    """The holder of an account acting from this host's command line, from the named role's post; None for none."""
    rows = raw(ACTOR_SQL, username, role)
    if not rows:
        return None
    return Actor(account=rows[0][0], post=rows[0][1], strength=Strength.LOCAL, entrance=Entrance.COMMAND)
