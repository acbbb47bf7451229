"""四（二）3 院外查阅: what lies encrypted beside an access, and its start code [4.2.3] [6.1.2]"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import orjson
from django.db import transaction

from jingui.core.errors import Tampered
from jingui.core.operation import Actor
from jingui.core.outside import CODE_BYTES, MyOutside, code_of
from jingui.crypto.envelope import aad
from jingui.crypto.keyring import DataKey
from jingui.gate import settings
from jingui.gate.runtime import Runtime, current
from jingui.gate.sealing import identity_key
from jingui.gate.sql import raw
from jingui.store.models import Person
from jingui.store.statements import Columns

KEPT: Final = ("institution", "uscc", "name", "identity", "licence", "phone", "ground")


def place(patient: int, number: int) -> bytes:
    """What the payload is bound to."""
    return aad(patient, number, 0, "outside", "payload")


def sealed_body(runtime: Runtime, patient: int, number: int, body: Mapping[str, str]) -> bytes:
    """Institution, name and papers' numbers, under the patient's identity key."""
    return identity_key(runtime, patient).cipher.seal(orjson.dumps(dict(body)), place(patient, number))


def open_body(key: DataKey, patient: int, number: int, payload: bytes) -> dict[str, str]:
    """The same again; Tampered names the access."""
    try:
        return dict(orjson.loads(key.cipher.open(bytes(payload), place(patient, number))))
    except Tampered as error:
        raise Tampered(where=f"outside_access:{patient}.{number}") from error


def start_code(runtime: Runtime, patient: int, number: int) -> str:
    """The start code of an access: derived, so that it can be printed until it is used and stands nowhere."""
    mac = runtime.suite.mac(runtime.keyring.key("outside-start"), f"{patient}.{number}".encode())
    return code_of(mac[:CODE_BYTES])


MINE: Final = Columns()
MINE.sealed("o", "outside_access")
MINE.add("o.payload")
MINE_SQL: Final = f"""SELECT {MINE.sql} FROM outside_access o JOIN account a ON a.id = o.account_id
WHERE a.id = $1::bigint AND a.kind = 'partner' AND a.state = 'active' AND NOT o.ended
  AND o.starts <= $2::timestamptz AND o.ends > $2::timestamptz ORDER BY o.outside_id"""  # noqa: S608 -- own texts only


def name_of(person: int) -> str:
    """A member of staff's name, "" for none: the escort on a printed list."""
    with transaction.atomic():
        row = Person.objects.filter(pk=person).first()
    if row is None:
        return ""
    current().sealer.check(row)
    return str(row.name)


def start() -> timedelta:
    """How long a start code is good."""
    with transaction.atomic():
        epoch = raw("SELECT n FROM epoch")[0][0]
        return timedelta(hours=settings.number(current(), epoch, "outside_start_hours"))


def mine(actor: Actor) -> MyOutside | None:
    """What this account from outside reaches now; None for nothing. The door decides on every use."""
    runtime, group, at = current(), MINE.groups["o"], MINE.at
    with transaction.atomic():
        rows = raw(MINE_SQL, actor.account, runtime.clock.now())
        for row in rows:
            patient, number = row[at["o.patient_id"]], row[at["o.outside_id"]]
            if not runtime.sealer.holds("outside_access", group.values(row), group.mac(row)):
                raise Tampered(where=f"outside_access:{patient}.{number}")
            body = open_body(identity_key(runtime, patient), patient, number, row[at["o.payload"]])
            return MyOutside(
                patient=runtime.public(patient, 0), name=body["name"], institution=body["institution"],
                ends=row[at["o.ends"]],
            )  # fmt: skip
    return None
