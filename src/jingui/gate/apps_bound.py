"""五（一）2 接入应用: what an app's token is bound to, and what it does not reach [5.1.2] [5.2.1] [5.2.2]

An app never sees more than whoever granted it, and less wherever the agreement, its views, the patient's written
consent or the launch's patient say so. Rules decide about the person; this decides beside them and only ever narrows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from jingui.core.consents import ConsentState
from jingui.core.errors import Tampered
from jingui.core.operation import Operation
from jingui.core.share import CONSENT, PURPOSES, VIEWS, SharePurpose, above, lowest
from jingui.core.smart import AppBound, data_of
from jingui.core.vector import Decided
from jingui.core.words import Category, Level, Purpose, Role, Standing, Strength, Verb
from jingui.formats import fhir_json
from jingui.formats.fhir_tokens import ANY, tuples
from jingui.gate import facts as f
from jingui.gate.actors import ActorFacts
from jingui.gate.partners_facts import APP, Kind, app_judged, genuine
from jingui.gate.scopes import HOUSE, LETTERS, contexts_of, granting, reached
from jingui.gate.settings import Loop
from jingui.gate.sql import raw
from jingui.gate.wishes import C_CATEGORIES, C_ENDS, C_KIND, C_STARTS, C_STATE
from jingui.store.seals import Sealer
from jingui.store.statements import Columns, index_of

GRANT: Final = Columns()
GRANT.sealed("g", "app_grant")
APP_ID: Final = GRANT.at["g.app_id"]
ONE: Final = Kind(GRANT, f"SELECT {GRANT.sql} FROM app_grant g WHERE g.id = $1::bigint")  # noqa: S608 -- own names
SHARING: Final = "sharing"  # the kind of consent that names a receiver
_CONSENT = index_of("patient_consent")
C_PARTY, C_LABELS = _CONSENT["party"], _CONSENT["labels"]
BULK: Final = frozenset({Verb.START_BULK, Verb.TAKE_BULK, Verb.END_BULK})  # judged by their own acts
CHANGES: Final = frozenset("cud")
CLAUSES: Final = ("5.1.2", "5.2.1")
Conditions = tuple[tuple[str, str], ...]


def refused(reason: str) -> Decided:
    """The decision that an app's binding makes."""
    return Decided(False, ("smart-scope",), CLAUSES, (), reason, "")


async def seen(pipe: Loop, grant: int, at: datetime) -> AppBound | None:
    """What a token is bound to, read on the data plane's loop; None for no such authorisation."""
    rows = await pipe.pool.fetch(ONE.sql, grant)
    apps = await pipe.pool.fetch(APP.sql, rows[0][APP_ID], "") if rows else ()
    return bound_of(pipe.runtime.sealer, rows[0], apps, at) if rows else None


def loaded(sealer: Sealer, grant: int, at: datetime) -> AppBound | None:
    """The same inside the open transaction."""
    rows = raw(ONE.sql, grant)
    return bound_of(sealer, rows[0], raw(APP.sql, rows[0][APP_ID], ""), at) if rows else None


def binding(actor: ActorFacts, bound: AppBound | None, why: str = "") -> ActorFacts:
    """The actor's facts with what binds the app; without a binding, or with a forged one, nobody's."""
    if bound is None:
        standing = Standing.TAMPERED if why else Standing.UNKNOWN
        return replace(actor, standing=standing, tampered=actor.tampered or why)
    return replace(actor, app=bound)


def bound_of(sealer: Sealer, grant: Sequence[Any], app: Sequence[Sequence[Any]], at: datetime) -> AppBound:
    """What a token is bound to; Tampered for a row that is not as the door wrote it."""
    row = genuine(sealer, ONE, "g", grant)
    found = app_judged(sealer, app, at)
    fact, agreed = found.facts.app, found.agreement
    if fact is None or fact.id != row["app_id"]:
        raise Tampered(where=f"app_grant:{row['id']}")
    check, assessment = found.facts.check, found.facts.assessment
    ends = (
        row["access_ends"], fact.ends, agreed.ends if agreed else at, check.due if check else None,
        assessment.ends if assessment else None,
    )  # fmt: skip
    return AppBound(
        app=fact.id, client=fact.client, name=fact.name, grant=row["id"], partner=found.partner.id,
        uscc=found.partner.uscc, agreement=fact.agreement,
        reason="app_grant" if row["revoked"] is not None or row["access_ends"] is None else found.reason,
        until=min(one for one in ends if one is not None), level=agreed.level if agreed else Level.ORDINARY,
        profile=agreed.profile if agreed else "", purposes=agreed.purposes if agreed else (),
        views=agreed.views if agreed else (), inbound=agreed.inbound if agreed else (),
        assessed=bool(agreed and agreed.assessment), patient=row["patient_id"], system=not row["redirect"],
        scopes=tuple(row["scopes"]),
    )  # fmt: skip


@lru_cache(maxsize=1024)
def rows_for(
    purposes: tuple[str, ...], views: tuple[str, ...], assessed: bool, purpose: Purpose
) -> tuple[SharePurpose, ...]:
    """The purposes of sharing that an agreement names and that the door's purpose may stand for."""
    found = (PURPOSES[one] for one in purposes if one in PURPOSES)
    return tuple(
        row for row in found if row.purpose is purpose and row.view in views and (assessed or not row.assessed)
    )


def usual(actor: ActorFacts) -> Purpose:
    """What an app means that names no purpose: the patient's own request, else the first its agreement is for."""
    if actor.role is Role.PATIENT:
        return Purpose.PATIENT_REQUEST
    named = [PURPOSES[one].purpose for one in actor.app.purposes if one in PURPOSES] if actor.app else []
    return named[0] if named and Purpose.TREATMENT not in named else Purpose.TREATMENT


def beyond(actor: ActorFacts, operation: Operation, verb: Verb, kind: str, patient: int, at: datetime) -> str:
    """Why an app may not ask this at all; "" when nothing of it stands against it (nor for whoever is no app)."""
    app = actor.app
    if app is None:
        return ""
    if app.reason or at >= app.until:
        return "app"
    if verb in BULK:
        return "" if app.system else "scope"
    letter = LETTERS.get(verb)
    if letter is None:
        return "scope"  # whatever is no data of FHIR is no app's
    reach = reached(app.scopes, letter, kind or "Patient", system=app.system)
    if not reach:
        return "scope"
    if "patient" in reach and len(reach) == 1 and (not app.patient or patient != app.patient):
        return "app_patient"
    return purpose_fault(actor, app, operation.purpose, letter, patient)


def purpose_fault(actor: ActorFacts, app: AppBound, purpose: Purpose, letter: str, patient: int) -> str:
    """Why the agreement does not carry this purpose; the directory needs none, a patient asks for themselves."""
    if not patient and letter not in CHANGES:
        return ""
    if letter in CHANGES:
        into = {PURPOSES[one].purpose for one in app.inbound if one in PURPOSES}
        return "" if purpose in into else "app_purpose"
    if app.profile:
        return "app_profile"  # what leaves without identity is exported, never read record by record
    if actor.role is Role.PATIENT:
        return ""
    return "" if rows_for(app.purposes, app.views, app.assessed, purpose) else "app_purpose"


def narrower(
    actor: ActorFacts, operation: Operation, patient: f.PatientFacts | None, category: Category, level: Level
) -> str:
    """Why an app does not see records of this category and level of this patient; "" when it may."""
    app = actor.app
    if app is None:
        return ""
    if above(level, app.level):
        return "app_level"
    if patient is None or actor.role is Role.PATIENT:
        return ""
    why = "app_purpose"
    for row in rows_for(app.purposes, app.views, app.assessed, operation.purpose):
        view = VIEWS[row.view]
        plain = category is Category.BASIC and level is Level.ORDINARY  # who it is goes with everything
        if not plain and (category not in view.categories or above(level, view.level)):
            why = "app_level"
        elif row.basis == CONSENT and not consented(patient, app.uscc, category, level, operation.at):
            why = "app_consent"
        elif row.basis == "life" and len(operation.reason.strip()) < 2:
            why = "reason_missing"
        else:
            return ""
    return why


def unseen(
    operation: Operation, actor: ActorFacts, patient: f.PatientFacts | None, kind: str, category: Category, level: Level
) -> str:
    """Why an app does not read one record; "" when nothing of it stands against it."""
    if actor.app is None:
        return ""
    number = operation.target.patient
    return beyond(actor, operation, operation.verb, kind, number, operation.at) or narrower(
        actor, operation, patient, category, level
    )


def unwritten(operation: Operation, actor: ActorFacts, verb: Verb, resource: Mapping[str, Any], patient: int) -> str:
    """Why an app does not write this resource; "" when nothing of it stands against it."""
    if actor.app is None:
        return ""
    kind = resource["resourceType"]
    why = beyond(actor, operation, verb, kind, patient, operation.at)
    if why:
        return why
    return "" if fits(conditions(actor, LETTERS[verb], kind, patient), resource) else "scope"


def consented(patient: f.PatientFacts, uscc: str, category: Category, level: Level, at: datetime) -> bool:
    """Whether the patient's newest word about this partner for this purpose is a consent that covers it.

    What is highly sensitive must be named label by label, which no list of records shows: it never goes this way.
    """
    said = [
        row for row in patient.rows(f.CONSENTS)
        if row[C_KIND] == SHARING and row[C_STARTS] <= at and _names(row[C_PARTY], uscc)
    ]  # fmt: skip
    if not said:
        return False
    newest = max(said, key=lambda row: (row[C_STARTS], row[1]))
    if newest[C_STATE] != ConsentState.GIVEN or (newest[C_ENDS] is not None and newest[C_ENDS] <= at):
        return False
    if newest[C_CATEGORIES] and category not in (*newest[C_CATEGORIES], Category.BASIC):
        return False
    return not above(level, lowest(Level.SENSITIVE, Level.ORDINARY if newest[C_LABELS] else Level.SENSITIVE))


def _names(party: str, uscc: str) -> bool:
    return bool(uscc) and party.strip().partition(" ")[0].upper() == uscc.upper()


def allowed(
    actor: ActorFacts, operation: Operation, patient: f.PatientFacts | None, pairs: tuple[list[str], list[str]]
) -> tuple[list[str], list[str]]:
    """Of the (category, level) pairs that the rules allow, those that the app's binding allows too."""
    if actor.app is None:
        return pairs
    kept = [
        (category, level) for category, level in zip(*pairs, strict=True)
        if not narrower(actor, operation, patient, Category(category), Level(level))
    ]  # fmt: skip
    return [one for one, _ in kept], [one for _, one in kept]


def readable_kinds(actor: ActorFacts, operation: Operation) -> list[str] | None:
    """The types that a token's scopes let it read beside what it asked for; None for all (no token, or `*`)."""
    if operation.actor.strength is not Strength.TOKEN:
        return None
    contexts = HOUSE if actor.app is None else here(actor.app, operation.target.patient)
    found = data_of(operation.actor.scopes, *contexts)
    kinds = {one.kind for one in found if "r" in one.letters and (actor.app is not None or not one.params)}
    return None if "*" in kinds else sorted(kinds)


def here(app: AppBound, patient: int) -> tuple[str, ...]:
    """Whose scopes count toward this patient: those of the launch for its own patient only."""
    own = bool(app.patient) and app.patient == patient
    return tuple(one for one in contexts_of(system=app.system) if one != "patient" or own)


def conditions(actor: ActorFacts, letter: str, kind: str, patient: int) -> tuple[Conditions, ...] | None:
    """What a record must satisfy, one of these wholly, because the scopes say so; None for nothing."""
    app = actor.app
    if app is None:
        return None
    found = granting(app.scopes, letter, kind, here(app, patient))
    return None if any(not one.params for one in found) else tuple(one.params for one in found)


def fits(wanted: tuple[Conditions, ...] | None, resource: Mapping[str, Any]) -> bool:
    """Whether a resource satisfies one of the conditions, by the same facts that a search finds it by."""
    if wanted is None:
        return True
    have = {(one.parameter, one.system, one.value) for one in tuples(dict(resource))}
    return any(all(term in have for term in terms_of(one)) for one in wanted)


def matches(operation: Operation, actor: ActorFacts, kind: str, body: bytes) -> bool:
    """Whether a record is one that the scopes' conditions let be read."""
    wanted = conditions(actor, LETTERS[operation.verb], kind, operation.target.patient)
    return wanted is None or fits(wanted, fhir_json.parse(body))


def terms_of(condition: Conditions) -> tuple[tuple[str, str, str], ...]:
    """The (parameter, system, value) facts of a scope's conditions."""
    return tuple(
        (name, system, code) if bar else (name, ANY, system)
        for name, (system, bar, code) in ((name, value.partition("|")) for name, value in condition)
    )
