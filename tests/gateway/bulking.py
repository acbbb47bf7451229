"""Apps of partners with a token of their own, and exports made as the job makes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from jingui.core.bulk import BuildBulk, StartBulk, TakeBulk
from jingui.core.operation import Actor
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb
from tests.gateway.parties import YEAR, Party
from tests.hospital import Hospital

SCOPES = ("system/Patient.rs", "system/Observation.rs", "system/Condition.rs")
JOB = Actor(name="system:bulk", strength=Strength.LOCAL, entrance=Entrance.JOB)


@dataclass(kw_only=True)
class Client:
    """An app and the actor that its token makes."""

    app: int
    grant: int
    actor: Actor
    token: str


def _next(hospital: Hospital, table: str) -> int:
    return int(hospital.sql(f"SELECT nextval(pg_get_serial_sequence('{table}', 'id'))")[0][0])


def client(hospital: Hospital, to: Party, name: str, *, scopes: tuple[str, ...] = SCOPES, **more: Any) -> Client:
    """A registered app under the partner's agreement, with an interface account and a token of client_credentials."""
    from jingui.gate.apps_grants import ACCESS, digest
    from jingui.store.models import App, AppGrant

    who = hospital.person(f"app{name}", Role.INTERFACE, "xnk")
    now = datetime.now(UTC)
    app = hospital.keep(
        App(id=_next(hospital, "app"), client=f"client-{name}", name=name, partner_id=to.id, agreement_id=to.agreement,
            confidential=True, scopes=list(scopes), account_id=who.account, matter=1, starts=now - YEAR,
            ends=now + YEAR, **more)
    )  # fmt: skip
    number = _next(hospital, "app_grant")
    token = ACCESS + f"test{number:039d}"
    secret = digest(hospital.runtime, token)
    grant = hospital.keep(
        AppGrant(id=number, app_id=app.pk, family=number, account_id=who.account, post_id=who.post,
                 scopes=list(scopes), made=now, access=secret, access_ends=now + timedelta(hours=12))
    )  # fmt: skip
    actor = Actor(
        account=who.account, post=who.post, session=f"app:{grant.pk}", address="127.0.0.1", strength=Strength.TOKEN,
        entrance=Entrance.FHIR, scopes=scopes, grant=grant.pk,
    )  # fmt: skip
    return Client(app=app.pk, grant=grant.pk, actor=actor, token=token)


def start(hospital: Hospital, by: Client, **more: Any) -> str:
    """An export begun; its secret."""
    done = hospital.write(by.actor, Verb.START_BULK, StartBulk(**more), purpose=Purpose.TREATMENT)
    return str(done.value.secret)


def export_of(hospital: Hospital, secret: str) -> Any:
    from jingui.gate.bulk_rows import digest_of
    from jingui.store.models import BulkExport

    return BulkExport.objects.get(token=digest_of(hospital.runtime, secret))


def build(hospital: Hospital, secret: str) -> int:
    """Every part, as the job makes them; how many parts."""
    parts = 0
    number = export_of(hospital, secret).pk
    while export_of(hospital, secret).state == "building":
        hospital.write(JOB, Verb.START_BULK, BuildBulk(export=number))
        parts += 1
    return parts


def take(hospital: Hospital, by: Client, secret: str, n: int = 0) -> Any:
    """The manifest, or a file."""
    return hospital.write(by.actor, Verb.TAKE_BULK, TakeBulk(secret=secret, n=n), purpose=Purpose.TREATMENT).value


def taken(hospital: Hospital, by: Client, secret: str) -> dict[str, list[Mapping[str, Any]]]:
    """All files' resources by type."""
    out: dict[str, list[Mapping[str, Any]]] = {}
    for one in take(hospital, by, secret).files:
        body = take(hospital, by, secret, one.n).body
        out.setdefault(one.type, []).extend(orjson.loads(line) for line in body.splitlines())
    return out
