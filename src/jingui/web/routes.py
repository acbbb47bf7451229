"""一（三）4 责任到人: which view answers which of the content pages; addresses stand in viewmodels.paths [1.3.4]"""

from collections.abc import Callable
from typing import Any, Final

from jingui.web import access, cockpit, desk, help, ledger, people, posts, system, tokens, waiting

VIEWS: Final[dict[str, Callable[..., Any]]] = {
    "desk": desk.desk,
    "patients": access.patients,
    "chart": access.chart,
    "record": access.record,
    "record_version": access.record,
    "life": access.life,
    "people": people.people,
    "person": people.person,
    "roles": people.roles,
    "register_person": posts.register_person,
    "open_account": posts.open_account,
    "grant_post": posts.grant_post,
    "end_post": posts.end_post,
    "account_state": posts.account_state,
    "tokens": tokens.tokens,
    "issue_token": tokens.issue_token,
    "revoke_token": tokens.revoke_token,
    "entries": ledger.entries,
    "entry": ledger.entry,
    "checkpoints": ledger.checkpoints,
    "growth": ledger.growth,
    "cockpit": cockpit.cockpit,
    "clause": cockpit.clause,
    "policy_versions": cockpit.versions,
    "settings": cockpit.settings,
    "change_setting": cockpit.change_setting,
    "system": system.system,
    "keys": help.keys,
    "purpose": help.purpose,
    "waiting": waiting.waiting,
    "proposal": waiting.proposal,
}
