"""五（二）1、3 批量共享依据: whose app asks, under which agreement, for which purpose; asked at every step [5.2.1]
[5.2.3] [5.1.2]

Nothing here looks at a record. Each refusal names the first thing that does not stand.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from jingui.core.bulk import PURPOSES_IN_BULK, REFUSALS, BulkGroup, group_id, group_parts
from jingui.core.errors import NotFound, Refused
from jingui.core.operation import Actor, Operation
from jingui.core.partners import AgreementFact, AppFact, Standing
from jingui.core.settings import Value
from jingui.core.share import BASES, PURPOSES, VIEWS, Basis, SharePurpose, View, lowest
from jingui.core.smart import data_of
from jingui.core.transmit import NETWORKS, Media
from jingui.core.words import Consent, Entrance, Level, Strength, Verb
from jingui.core.words import Standing as Account
from jingui.gate import settings
from jingui.gate.partners_standing import app_standing
from jingui.gate.sharing_consent import Said
from jingui.gate.sharing_ground import refused as sharing_refused
from jingui.gate.writing import WriteContext, load_actor

POST_SQL: Final = """SELECT p.id FROM post p JOIN account a ON a.person_id = p.person_id
WHERE a.id = $1::bigint AND p.role = 'interface' AND p.state = 'active' ORDER BY p.id LIMIT 1"""
PATIENT: Final = "Patient"
NOTHING: Final = Said(state=Consent.MISSING)  # before a patient was looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkGround:
    """On what an export rests, but for the single patient's consent, which `said` is."""

    standing: Standing
    app: AppFact
    agreement: AgreementFact
    purpose: str
    row: SharePurpose
    view: View
    limit: Level  # the highest level that may leave
    said: Said = NOTHING

    @property
    def basis(self) -> Basis | None:
        """None: consent, which is the only ground in bulk."""
        return BASES.get(self.row.basis)

    def for_patient(self, said: Said) -> "BulkGround":
        """The same for one patient."""
        return replace(self, said=said)


def refused(code: str) -> Refused:
    """The refusal of that name: of this table, or of a ground of sharing that does not stand."""
    if code not in REFUSALS:
        return sharing_refused(code)
    what, then, clauses = REFUSALS[code]
    return Refused(what, then, clauses=clauses, reason=code)


def ground(context: WriteContext, app: int, purpose: str, at: datetime) -> BulkGround:
    """What an export of this app for this purpose rests on; Refused names what is missing. App and partner are held."""
    found = app_standing(context, app, at=at)
    if found.reason:
        raise refused(found.reason)
    fact, agreement = found.app, found.agreement
    if fact is None or agreement is None:
        raise refused("bulk_app")
    row = PURPOSES.get(purpose)
    if row is None or purpose not in offered(found):
        raise refused("bulk_purpose")
    if row.view not in agreement.views or Media.FHIR not in agreement.payloads:
        raise refused("agreement_scope")
    if row.assessed and not agreement.assessment:
        raise refused("assessment")
    view, values = VIEWS[row.view], settings.values(context.runtime, context.epoch)
    return BulkGround(
        standing=found, app=fact, agreement=agreement, purpose=purpose, row=row, view=view,
        limit=lowest(view.level, agreement.level, network(values)),
    )  # fmt: skip


def network(values: Mapping[str, Value]) -> Level:
    """The highest level that may go over the network of the interface."""
    return NETWORKS[str(values["bulk_network"])].level


def offered(found: Standing) -> tuple[str, ...]:
    """The purposes for which the partner may have many patients at once: of the agreement, resting on consents."""
    agreement = found.agreement
    if agreement is None:
        return ()
    return tuple(
        one for one in agreement.purposes if one in PURPOSES_IN_BULK and found.partner.kind in PURPOSES[one].kinds
    )


def groups(context: WriteContext, app: int, at: datetime) -> tuple[BulkGroup, ...]:
    """The groups that an app may export; () when nothing of it stands."""
    found = app_standing(context, app, at=at)
    if found.reason or found.agreement is None:
        return ()
    agreement = found.agreement
    public = context.runtime.public(0, agreement.id)
    return tuple(BulkGroup(group_id(one, public), agreement.number, one) for one in offered(found))


def purpose_of(context: WriteContext, app: int, group: str, at: datetime) -> str:
    """The purpose that a group names, the only one there is where none is named; Refused for another's group."""
    found = groups(context, app, at)
    if not group:
        if len(found) == 1:
            return found[0].purpose
        ground(context, app, "", at)  # says what does not stand, the purpose last
        raise refused("bulk_purpose")
    if group not in {one.id for one in found}:
        ground(context, app, group_parts(group)[0], at)
        raise refused("bulk_group")
    return group_parts(group)[0]


def readable(scopes: Iterable[str]) -> frozenset[str]:
    """The types that `system/` scopes let an app read wholly, `*` among them: a scope with conditions opens no bulk."""
    return frozenset(one.kind for one in data_of(scopes, "system") if "r" in one.letters and not one.params)


def types_of(found: BulkGround, scopes: Iterable[str], asked: tuple[str, ...], *, lenient: bool) -> tuple[str, ...]:
    """The types that leave: of the view, within the scopes, as asked; Refused where one that was asked may not."""
    may = readable(scopes)
    every = sorted(found.view.types | {PATIENT})
    fit = [one for one in every if "*" in may or one in may]
    if asked and not lenient and set(asked) - set(fit):
        raise refused("bulk_scope")
    out = tuple(one for one in fit if not asked or one in asked)
    if not out:
        raise refused("bulk_scope")
    return out


def acting(context: WriteContext, app: AppFact, found: BulkGround, at: datetime) -> WriteContext:
    """The same transaction, with the app's own account as who reads: what it may see, the export may hold."""
    posts = context.rows(POST_SQL, app.account)
    if not app.account or not posts:
        raise refused("bulk_account")
    actor = Actor(
        account=app.account, post=posts[0][0], session=f"app:{app.id}", strength=Strength.TOKEN,
        entrance=Entrance.FHIR, scopes=app.scopes,
    )  # fmt: skip
    asked = Operation(actor=actor, verb=Verb.READ, at=at, purpose=found.row.purpose)
    facts = load_actor(context.runtime, asked)
    if facts.standing_at(at) is not Account.ACTIVE:
        raise refused("bulk_account")
    return replace(context, operation=asked, actor=facts, patient=None)


def app_of(context: WriteContext) -> int:
    """The app whose token this is; Refused for whoever comes without one, or not as the app itself."""
    bound = context.actor.app
    if bound is None or not bound.system or bound.reason:
        raise refused("bulk_app")
    return bound.app


def mine(context: WriteContext, app: int, account: int) -> None:
    """NotFound for an export of another app or account: whether it exists is none of the asker's business."""
    if app_of(context) != app or context.actor.account != account:
        raise NotFound()
