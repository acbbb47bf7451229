"""一（三）4 责任到人: every page's address and who may come to it; the door decides what is inside [1.3.4] [6.1.2]

One list, asserted by tests: a page that does not stand here is answered to nobody.
"""

from enum import StrEnum
from typing import Final


class Who(StrEnum):
    """Who gets past the threshold to a page."""

    ANYONE = "anyone"  # no session needed, no patient information
    HALF = "half"  # the password was right, the second factor is still to come
    SIGNED_IN = "signed_in"  # a person with post and two factors; nothing of a patient stands here
    CONTENT = "content"  # the same, and what stands here is governed by the door: refused means 403 and an entry


A, H, S, C = Who.ANYONE, Who.HALF, Who.SIGNED_IN, Who.CONTENT
WHO: Final[dict[str, Who]] = {
    "sign_in": A, "session_ended": A, "language": A, "sign_out": A,
    "second_factor": H, "enrol_totp": H,
    "enrol_passkey": S, "recovery_codes": S, "account": S, "change_password": S, "switch_post": S, "keys": S,
    "desk": C, "patients": C, "chart": C, "record": C, "record_version": C, "life": C,
    "purpose": S, "waiting": C, "proposal": C,
    "entries": C, "entry": C, "checkpoints": S, "growth": S,
    "people": C, "register_person": C, "person": C, "grant_post": C, "roles": C, "open_account": C, "end_post": C,
    "account_state": C, "tokens": C, "issue_token": C, "revoke_token": C, "change_setting": S,
    "cockpit": S, "clause": S, "policy_versions": S, "settings": S, "system": S,
}  # fmt: skip
#: Reached although the password must be changed first.
BEFORE_CHANGE: Final = frozenset({"change_password", "second_factor", "enrol_totp", "recovery_codes"})
