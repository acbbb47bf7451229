"""五（一）2 接入应用: which apps there are, what each may and did, what one asks for [5.1.2] [5.2.3] [4.1.2]"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from jingui.core.bulk import BulksRequest
from jingui.core.errors import NotFound
from jingui.core.permit import Permit
from jingui.core.smart import (
    AppAsked,
    AppLine,
    AppsBoard,
    AppsRequest,
    AskApp,
    GrantLine,
    data_of,
    narrowed,
)
from jingui.core.words import Role, Verb
from jingui.gate.apps_clients import fault
from jingui.gate.bulk_seen import bulks
from jingui.gate.context import ReadContext
from jingui.gate.names import NOBODY, names_of
from jingui.gate.partners import line_of
from jingui.gate.partners_facts import APP, Kind, app_judged, genuine
from jingui.gate.registry import Done, read_act
from jingui.store.statements import Columns

MOST: Final = 500
BACK: Final = timedelta(days=30)  # how far back what an app did is counted
STOPPERS: Final = frozenset(
    {Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR, Role.HEAD, Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN}
)
ALL_SQL: Final = f"""{APP.sql.rpartition(" WHERE ")[0]} WHERE ($1::bigint = 0 OR p.id = $1) AND $2::text = ''
ORDER BY p.ended NULLS FIRST, p.ends, p.id LIMIT {MOST}"""
GRANT: Final = Columns()
GRANT.sealed("g", "app_grant")
GRANT.add("a.name", "c.person_id")
# Of each authorisation its newest row: what was refreshed is history.
GRANTS_SQL: Final = f"""SELECT {GRANT.sql} FROM app_grant g JOIN app a ON a.id = g.app_id
JOIN account c ON c.id = g.account_id WHERE g.refreshed IS NULL AND g.redirect <> '' AND g.app_id = ANY($1::bigint[])
AND ($2::bigint = 0 OR g.account_id = $2) ORDER BY g.revoked NULLS FIRST, g.id DESC LIMIT {MOST}"""  # noqa: S608 -- own texts only
ONE: Final = Kind(GRANT, GRANTS_SQL)
DONE_SQL: Final = """SELECT e.verb, e.decision, count(*) FROM entry e WHERE e.at >= $1::timestamptz
AND e.account_id IN (SELECT DISTINCT account_id FROM app_grant WHERE app_id = $2::bigint)
AND convert_from(e.targets, 'UTF8') ~ $3::text GROUP BY 1, 2 ORDER BY 3 DESC"""


@read_act(Verb.READ_APPS)
async def read_apps(context: ReadContext, permit: Permit) -> Done:
    """All apps, one app, what the asker authorised, or what an app asks of them."""
    data = permit.operation.data
    if isinstance(data, AskApp):
        return await asked(context, data, permit.at)
    if isinstance(data, BulksRequest):
        return await bulks(context, data)
    wish = data if isinstance(data, AppsRequest) else AppsRequest()
    rows = await context.rows(ALL_SQL, wish.app, "")
    if wish.app and not rows:
        raise NotFound()
    apps = {one.id: one for one in (app_line(context, row, permit.at) for row in rows)}
    mine = context.actor.account if wish.mine else 0
    grants = await grants_of(context, list(apps), mine, public=wish.mine)
    if wish.mine:
        return Done(value=AppsBoard(mine=tuple(grants)))
    did = await context.rows(DONE_SQL, permit.at - BACK, wish.app, needle(wish.app)) if wish.app else ()
    value = AppsBoard(
        rows=tuple(with_grants(one, grants) for one in apps.values()),
        did=tuple((row[0], row[1], row[2]) for row in did),
        may=(Verb.REVOKE_APP.value, Verb.END_APP.value) if context.actor.role in STOPPERS else (),
    )  # fmt: skip
    return Done(value=value, lines=(line_of("app", wish.app),) if wish.app else ())


def needle(app: int) -> str:
    """How an app that something was done through stands in the targets of an entry."""
    return f'"record":"{app}","salt":"[0-9a-f]*","type":"app","version":0'


async def asked(context: ReadContext, data: AskApp, at: datetime) -> Done:
    """What of the request could be granted; the refusal never says which app there is, nor leads anywhere."""
    rows = await context.rows(APP.sql, 0, data.client) if data.client else ()
    if not rows:
        raise fault("invalid_client")
    found = app_judged(context.runtime.sealer, rows, at)
    app = found.facts.app
    if app is None or found.reason:
        raise fault("invalid_client")
    if data.redirect not in app.redirects:
        raise fault("invalid_request")
    scopes = narrowed(data.scopes, app.scopes)
    value = AppAsked(
        app=app.id, client=app.client, name=app.name, partner=found.partner.name, redirect=data.redirect,
        scopes=scopes if data_of(scopes, "user", "patient") else (), until=app.ends,
    )  # fmt: skip
    return Done(value=AppsBoard(asked=value), lines=(line_of("app", app.id),))


def app_line(context: ReadContext, row: Sequence[Any], at: datetime) -> AppLine:
    """One app as its page shows it; Tampered for a row that is not as the door wrote it."""
    found = app_judged(context.runtime.sealer, [row], at)
    app = found.facts.app
    assert app is not None  # noqa: S101 -- for the type checker: the statement is of apps
    return AppLine(
        id=app.id, client=app.client, name=app.name, partner=found.partner.id, partner_name=found.partner.name,
        confidential=app.confidential, scopes=app.scopes, redirects=app.redirects, starts=app.starts, ends=app.ends,
        ended=app.ended, reason=found.reason,
    )  # fmt: skip


async def grants_of(context: ReadContext, apps: Sequence[int], account: int, *, public: bool) -> list[GrantLine]:
    """Authorisations; whose records an app reads is told to whoever authorised it, and to nobody else."""
    rows = await context.rows(GRANTS_SQL, list(apps), account)
    people = await names_of(context).people(context, [row[GRANT.at["c.person_id"]] for row in rows])
    out = []
    for row in rows:
        one = genuine(context.runtime.sealer, ONE, "g", row)
        who = people.get(row[GRANT.at["c.person_id"]], NOBODY).name
        patient = context.runtime.public(one["patient_id"], 0) if one["patient_id"] and public else ""
        out.append(grant_line(one, row[GRANT.at["a.name"]], who, patient))
    return out


def grant_line(one: Mapping[str, Any], name: str, who: str, patient: str) -> GrantLine:
    """One authorisation as pages show it."""
    return GrantLine(
        grant=one["id"], app=one["app_id"], name=name, who=who, scopes=tuple(one["scopes"]), patient=patient,
        chosen=bool(one["patient_id"]), at=one["made"], until=one["refresh_ends"] or one["access_ends"],
        revoked=one["revoked"], used=one["used"] is not None or one["access"] is not None,
    )  # fmt: skip


def with_grants(one: AppLine, grants: Sequence[GrantLine]) -> AppLine:
    """The app with its authorisations."""
    return replace(one, grants=tuple(grant for grant in grants if grant.app == one.id))
