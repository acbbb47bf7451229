"""五（一）2 接入应用: a person authorises an app; it changes codes for tokens and gives them up [5.1.2]"""

from datetime import timedelta
from typing import cast

from jingui.core.errors import Conflict
from jingui.core.operation import Operation
from jingui.core.partners import AppFact
from jingui.core.permit import Permit
from jingui.core.smart import (
    CHALLENGE,
    PATIENT,
    AuthoriseApp,
    ExchangeCode,
    Inspected,
    Introspect,
    Issued,
    RevokeApp,
    covered,
    data_of,
    narrowed,
)
from jingui.core.word import N_
from jingui.core.words import Grant, Role, Verb
from jingui.gate import apps_grants as grants
from jingui.gate import settings
from jingui.gate.actors import ActorFacts
from jingui.gate.apps_clients import client, fault, live
from jingui.gate.partners import line, line_of
from jingui.gate.partners_standing import app_standing
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, locked
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.stances import Stance, stance
from jingui.gate.writing import WriteContext
from jingui.store.models import AppGrant

OWN_SQL = "SELECT account_id FROM app_grant WHERE id = $1::bigint"


@write_act(Verb.AUTHORISE_APP)
def authorise(context: WriteContext, permit: Permit) -> Done:
    """授权接入应用: a code for exactly this redirect and challenge, for what of the registered scopes was left."""
    data, patient = cast(AuthoriseApp, permit.operation.data), permit.operation.target.patient
    app = live(context, data.client)
    if data.redirect not in app.redirects or not CHALLENGE.match(data.challenge):
        raise fault("invalid_request")
    scopes = narrowed(data.scopes, app.scopes)
    if not data_of(scopes, "user", "patient") or data_of(scopes, "system"):
        raise fault("invalid_scope")
    if not patient and (data_of(scopes, "patient") or PATIENT in scopes or context.actor.role is Role.PATIENT):
        raise fault("invalid_scope")  # whose records? nobody was chosen
    code = grants.fresh(grants.CODE)
    seconds = settings.number(context.runtime, context.epoch, "app_code_seconds")
    row = grants.begun(
        context, app, account_id=context.actor.account, post_id=context.actor.post, patient_id=patient,
        scopes=list(scopes), redirect=data.redirect, challenge=data.challenge,
        code=grants.digest(context.runtime, code), code_ends=permit.at + timedelta(seconds=seconds),
    )  # fmt: skip
    keep(context, row, new=True)
    told = (context.line(patient),) if patient else ()
    return Done(value=code, lines=(*told, line_of("app", app.id), line(row)), note=" ".join(scopes).encode())


@write_act(Verb.EXCHANGE_CODE)
def exchange(context: WriteContext, permit: Permit) -> Done:
    """换取应用令牌: by a code, by a refresh token, or for the app itself; a secret that comes twice ends them all."""
    data = cast(ExchangeCode, permit.operation.data)
    way = WAYS.get(data.grant)
    if way is None:
        raise fault("unsupported_grant_type")
    return way(context, data, client(context, data.proof))


def by_code(context: WriteContext, data: ExchangeCode, app: AppFact) -> Done:
    """Once, by the app it was made for, at the address it was made for, by whoever knows the verifier."""
    row, at = grants.by(context, "code", data.code, grants.CODE), context.operation.at
    if row is None or row.app_id != app.id:
        raise fault("invalid_grant")
    if row.used is not None:
        return replayed(context, app, row)
    stale = row.revoked is not None or row.code_ends is None or at >= row.code_ends
    if stale or data.redirect != row.redirect or not grants.answers(row.challenge, data.verifier):
        raise fault("invalid_grant")
    if not grants.acts(context, row.account_id, row.post_id):
        raise fault("invalid_grant")
    row.used = at
    issued = grants.opened(context, app, row, "app_token_minutes", new=False)
    return Done(value=issued, lines=(line_of("app", app.id), line(row)))


def by_refresh(context: WriteContext, data: ExchangeCode, app: AppFact) -> Done:
    """Once; what follows it never says more than what was granted first, and ends when that would have."""
    row, at = grants.by(context, "refresh", data.refresh, grants.REFRESH), context.operation.at
    if row is None or row.app_id != app.id:
        raise fault("invalid_grant")
    if row.refreshed is not None:
        return replayed(context, app, row)
    if row.revoked is not None or row.refresh_ends is None or at >= row.refresh_ends:
        raise fault("invalid_grant")
    first = locked(context, AppGrant, row.family)
    scopes = data.scopes or tuple(first.scopes)
    if not covered(scopes, first.scopes) or not covered(scopes, app.scopes):
        raise fault("invalid_scope")
    if not data_of(scopes, "user", "patient") or not grants.acts(context, row.account_id, row.post_id):
        raise fault("invalid_grant")
    row.refreshed = at
    keep(context, row)
    made = grants.begun(
        context, app, family=row.family, account_id=row.account_id, post_id=row.post_id, patient_id=row.patient_id,
        scopes=list(first.scopes), redirect=row.redirect, challenge=row.challenge, refresh_ends=row.refresh_ends,
    )  # fmt: skip
    issued = grants.opened(context, app, made, "app_token_minutes", new=True, scopes=scopes)
    return Done(value=issued, lines=(line_of("app", app.id), line(row), line(made)))


def by_key(context: WriteContext, data: ExchangeCode, app: AppFact) -> Done:
    """For the app itself, under its interface account: `system/` scopes alone."""
    if not app.confidential or not app.account:
        raise fault("unauthorized_client")
    most = tuple(one.text for one in data_of(app.scopes, "system"))
    scopes = narrowed(data.scopes, most) if data.scopes else most
    post = grants.machine(context, app.account)
    if not scopes or not post:
        raise fault("invalid_scope" if post else "unauthorized_client")
    row = grants.begun(context, app, account_id=app.account, post_id=post, scopes=list(scopes))
    issued = grants.opened(context, app, row, "app_system_minutes", new=True)
    return Done(value=issued, lines=(line_of("app", app.id), line(row)))


def replayed(context: WriteContext, app: AppFact, row: AppGrant) -> Done:
    """A secret that was spent came again: somebody has it who should not, so the whole authorisation ends."""
    told = grants.revoked(context, row.family, context.operation.at)
    return Done(
        value=Issued(error="invalid_grant"), lines=(line_of("app", app.id), *told), note=b"replayed", bump=True,
        reason="replayed",
    )  # fmt: skip


WAYS = {"authorization_code": by_code, "refresh_token": by_refresh, "client_credentials": by_key}


@write_act(Verb.INTROSPECT)
def introspect(context: WriteContext, permit: Permit) -> Done:
    """核验应用令牌: a client asks about a token of its own; any other, unknown or ended, is not active."""
    data = cast(Introspect, permit.operation.data)
    app = asking(context, data)
    row = grants.by(context, "access", data.token, grants.ACCESS)
    told = (line_of("app", app.id),)
    if row is None or row.app_id != app.id or not active(context, row):
        return Done(value=Inspected(active=False), lines=told)
    value = Inspected(
        active=True, client=app.client, scopes=tuple(row.scopes), until=row.access_ends, subject=str(row.account_id),
        patient=context.runtime.public(row.patient_id, 0) if row.patient_id else "",
    )  # fmt: skip
    return Done(value=value, lines=(*told, line_of("app_grant", row.pk)))


def asking(context: WriteContext, data: Introspect) -> AppFact:
    """The client: proven by its key, or by a token of its own that is active."""
    if data.proof.assertion:
        return client(context, data.proof)
    own = grants.by(context, "access", data.bearer, grants.ACCESS)
    if own is None or not active(context, own):
        raise fault("invalid_client")
    found = app_standing(context, app=own.app_id)
    if found.reason or found.facts.app is None:
        raise fault("invalid_client")
    return found.facts.app


def active(context: WriteContext, row: AppGrant) -> bool:
    """Whether a token opens anything now."""
    ends = row.access_ends
    return (
        row.revoked is None and ends is not None and context.operation.at < ends
        and grants.acts(context, row.account_id, row.post_id)
    )  # fmt: skip


@stance(Verb.REVOKE_APP)
def whose(runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """Whether the authorisation is the asker's own."""
    data = operation.data
    rows = raw(OWN_SQL, data.grant) if isinstance(data, RevokeApp) and data.grant else []
    own = bool(rows) and bool(actor.account) and rows[0][0] == actor.account
    return Stance(grant=Grant.COVERS if own else Grant.NONE)


@write_act(Verb.REVOKE_APP)
def revoke(context: WriteContext, permit: Permit) -> Done:
    """撤回应用授权: the whole authorisation, by whoever may; a client gives up its own by showing a token of it."""
    data = cast(RevokeApp, permit.operation.data)
    if context.actor.role is Role.PUBLIC:
        return given_up(context, data)
    row = locked(context, AppGrant, data.grant)
    told = grants.revoked(context, row.family, permit.at)
    if not told:
        raise Conflict(N_("这项授权已撤回。"))
    return Done(value=row.pk, lines=(line_of("app", row.app_id), *told), bump=True)


def given_up(context: WriteContext, data: RevokeApp) -> Done:
    """A token that is none of the client's changes nothing, and the answer does not tell which it was."""
    app = client(context, data.proof)
    row = grants.by(context, "access", data.token, grants.ACCESS) or grants.by(
        context, "refresh", data.token, grants.REFRESH
    )
    told = grants.revoked(context, row.family, context.operation.at) if row is not None and row.app_id == app.id else ()
    return Done(value=len(told), lines=(line_of("app", app.id), *told), bump=bool(told))
