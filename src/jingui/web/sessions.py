"""六（一）2 账号管理: sessions of pages: opened after their entry, ended with one [6.1.2] [4.1.2]"""

import secrets
from dataclasses import replace
from typing import Any

from jingui.core.errors import NotSignedIn, Refused, Tampered
from jingui.core.operation import Actor, Operation
from jingui.core.protect import SignIn, SignOut
from jingui.core.signing import Checked, Limits
from jingui.core.words import Entrance, Purpose, Role, Standing, Strength, Verb
from jingui.gate import door
from jingui.web.viewmodels.paths import to

MOBILE = ("Mobile", "Android", "iPhone", "iPad")
#: With these one still signs in: to look after one's own account, or to be told by the door what is wrong.
WELCOME = frozenset({Standing.ACTIVE, Standing.NO_POST, Standing.NO_UNDERTAKING})


def address(request: Any) -> str:
    """Where the request came from."""
    return str(request.META.get("REMOTE_ADDR", ""))[:64]


def station(request: Any) -> str:
    """The kind of station: one session per account on each."""
    agent = request.headers.get("User-Agent", "")
    return "mobile" if any(word in agent for word in MOBILE) else "desk"


#: The portal's own pages for what both entrances have.
PORTAL_PAGES = {
    "desk": "portal_home", "sign_in": "portal_sign_in", "session_ended": "portal_sign_in",
    "second_factor": "portal_factor", "enrol_totp": "portal_enrol", "enrol_passkey": "portal_passkey",
    "account": "portal_account", "change_password": "portal_password",
}  # fmt: skip
#: The pages of people from outside for the same.
OUTSIDE_PAGES = {
    "desk": "outside_home", "sign_in": "outside_sign_in", "session_ended": "outside_sign_in",
    "second_factor": "outside_factor", "enrol_totp": "outside_enrol", "enrol_passkey": "outside_enrol",
    "account": "outside_home", "change_password": "outside_password",
}  # fmt: skip
QUIET = "/news/"  # a page that asks by itself keeps no session alive


def asked(request: Any) -> Entrance:
    """The entrance whose pages these are."""
    return Entrance.PORTAL if request.path.startswith("/portal/") else Entrance.PAGE


def kind(request: Any) -> str:
    """The kind of accounts that sign in there."""
    if asked(request) is Entrance.PORTAL:
        return "patient"
    return "partner" if request.path.startswith("/outside/") else "person"


def outside(request: Any) -> bool:
    """Whether this is somebody of another institution, or their way in."""
    facts = getattr(request, "facts", None)
    return facts.role is Role.PARTNER if facts is not None else kind(request) == "partner"


def portal(request: Any) -> bool:
    """Whether a patient's frame stands around this answer."""
    actor = getattr(request, "actor", None)
    return (actor.entrance if actor is not None else asked(request)) is Entrance.PORTAL


def here(request: Any, name: str) -> str:
    """The address of a page that both entrances have, at the one where this person stands."""
    pages = PORTAL_PAGES if portal(request) else OUTSIDE_PAGES if outside(request) else {}
    return to(pages.get(name, name))


def limits(request: Any) -> Limits:
    """The rules of signing in at this entrance."""
    return door.signing.limits(portal=asked(request) is Entrance.PORTAL)


def wrong_door(request: Any, entrance: Entrance) -> None:
    """Ask the door whether this account may come in by `entrance`: it may not, and that is entered."""
    door.write(operation(request, Verb.SIGN_IN, SignIn(), replace(request.actor, entrance=entrance)))
    raise Refused(reason="entrance", clauses=("1.3.2", "6.1.2"))


def operation(request: Any, verb: Verb, data: object = None, actor: Actor | None = None) -> Operation:
    """An operation on one's own account."""
    who = actor or request.actor
    return Operation(actor=who, verb=verb, at=door.now(), purpose=Purpose.OPERATION, data=data)


def actor_of(request: Any, account: int, post: int, strength: Strength) -> Actor:
    """The actor of a page's request."""
    return Actor(
        account=account, post=post, session=request.session.short, address=address(request), strength=strength,
        entrance=Entrance(request.session.get("entrance") or asked(request)),
    )  # fmt: skip


def identify(request: Any) -> None:
    """Set `request.actor` from a session that is genuine, current and unchanged since its sign-in; else end it."""
    session = request.session
    number = session.get("account")
    if session.ended is not None:
        gone = session.ended
        if gone.account:
            enter_end(actor_of(request, gone.account, gone.contents.get("post", 0), Strength.NONE), gone.reason)
        request.ended = gone.reason
        return
    if not number:
        request.ended = "gone" if session.unknown else ""
        return
    actor = actor_of(request, number, session["post"], Strength(session["strength"]))
    facts = door.whoami(actor)
    if facts.generation < session["generation"]:  # known from just before this session's own password change
        facts = door.whoami(actor, fresh=True)
    if facts.tampered:
        end(request, actor, "tampered")
        raise Tampered(where=facts.tampered)
    standing = facts.standing_at(door.now())
    if facts.generation != session["generation"] or standing not in WELCOME:
        end(request, actor, "changed")
        return
    request.actor, request.facts = actor, facts
    if session.stale() and not request.path.endswith(QUIET):
        session.modified = True


def enter_end(actor: Actor, reason: str) -> None:
    """Enter that a session is over."""
    asked = Operation(
        actor=actor, verb=Verb.SIGN_OUT, at=door.now(), purpose=Purpose.OPERATION, data=SignOut(reason=reason)
    )
    try:
        door.write(asked)
    except (Refused, Tampered):
        return  # a tampered account's wish is refused, and that refusal is the entry; the session ends all the same


def end(request: Any, actor: Actor, reason: str) -> None:
    """Enter the end, then end."""
    enter_end(actor, reason)
    request.session.flush()
    request.actor, request.facts, request.ended = None, None, reason


def default_post(account: int, wanted: int = 0) -> int:
    """The post to act from: the wanted one if it is held, else the first; 0 for none."""
    held = [line.post for line in door.signing.posts(account)]
    return wanted if wanted in held else (held[0] if held else 0)


def begin(request: Any, checked: Checked, must_change: bool) -> None:
    """Open a session for a right password. Its entry is committed before it holds anything."""
    session = request.session
    session.flush()
    session.create()  # a new key always: what a visitor held before is worth nothing
    post = default_post(checked.account)
    actor = actor_of(request, checked.account, post, Strength.PASSWORD)
    try:
        door.write(operation(request, Verb.SIGN_IN, SignIn(post=post), actor))
    except Exception:  # whatever kept the entry from standing also keeps the session from standing
        session.flush()
        raise
    fill(request, actor, checked.generation)
    session["must_change"] = must_change


def fill(request: Any, actor: Actor, generation: int) -> None:
    """Write what the session says."""
    session, rules = request.session, limits(request)
    session.update({
        "account": actor.account, "post": actor.post, "strength": actor.strength.value, "generation": generation,
        "kind": station(request), "entrance": actor.entrance.value, "idle": int(rules.idle.total_seconds()),
    })  # fmt: skip
    session.setdefault("until", int((door.now() + rules.absolute).timestamp()))
    request.actor = actor
    request.facts = door.whoami(actor, fresh=True)


def strengthen(request: Any, data: SignIn) -> None:
    """Go over to two factors: the door checks and enters, then the session gets a new key and the others end."""
    session, before = request.session, request.actor
    session.cycle_key()
    actor = actor_of(request, before.account, before.post, Strength.TWO_FACTOR)
    door.write(operation(request, Verb.SIGN_IN, data, actor))
    fill(request, actor, session["generation"])
    end_others(request, actor)


def end_others(request: Any, actor: Actor) -> None:
    """One session per account and kind of station: the older ones end, each with its entry."""
    for digest, contents in request.session.others(actor.account):
        if contents.get("kind", station(request)) == station(request):
            old = Actor(
                account=actor.account, post=contents.get("post", 0), session=digest.hex()[:16],
                address=address(request), strength=actor.strength, entrance=Entrance.PAGE,
            )  # fmt: skip
            enter_end(old, "replaced")
            request.session.end_other(digest)


def switch(request: Any, post: int) -> None:
    """Act from another post that one holds; entered like a sign-in, under a new session key. So is a post of others."""
    if post not in [line.post for line in door.signing.posts(request.actor.account)]:
        try:
            door.write(operation(request, Verb.SIGN_IN, SignIn(outcome="no_post", post=post)))
        except NotSignedIn as error:
            raise Refused(reason="no_post", clauses=("6.1.2",), entry=str(error.data.get("entry", ""))) from error
        raise AssertionError("a post that is not one's own never opens")
    session, before = request.session, request.actor
    session.cycle_key()
    actor = actor_of(request, before.account, post, before.strength)
    door.write(operation(request, Verb.SIGN_IN, SignIn(post=post), actor))
    fill(request, actor, session["generation"])


def fresh_number() -> str:
    """A number for a station: random, says nothing."""
    return secrets.token_hex(16)
