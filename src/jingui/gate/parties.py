"""六（一）2: nobody decides what concerns themselves: is the actor a party to this operation [6.1.2] [7.1.1]"""

from jingui.core.collect import Relate, Roster
from jingui.core.operation import Operation
from jingui.gate.actors import ROSTERED, ActorFacts
from jingui.gate.sql import raw

# For each field by which an operation's data may name somebody: how to find that somebody's person number.
OWNERS = {
    "account": "SELECT person_id FROM account WHERE id = $1::bigint",
    "post": "SELECT person_id FROM post WHERE id = $1::bigint",
    "token": "SELECT a.person_id FROM token t JOIN account a ON a.id = t.account_id WHERE t.id = $1::bigint",
    "proposal": "SELECT person_id FROM proposal WHERE id = $1::bigint",
}


def is_party(operation: Operation, actor: ActorFacts) -> bool:
    """Whether the operation is about the actor's own person, account, post, token or proposal."""
    if not actor.person or operation.data is None:
        return False
    data = operation.data
    if getattr(data, "person", 0) == actor.person:
        return True
    if isinstance(data, Roster) and data.staff_no.strip() == actor.staff_no:
        return True
    if isinstance(data, Relate) and data.department in actor.departments and actor.role in ROSTERED:
        return True  # what their department relates to, they read themselves
    for name, sql in OWNERS.items():
        number = getattr(data, name, 0)
        if isinstance(number, int) and number:
            rows = raw(sql, number)
            if rows and rows[0][0] == actor.person:
                return True
    return False
