"""一 总则: the addresses of the pages, once [1.3.4]

The wiring builds its routes from `PATHS` (`path(PATHS[name], view, name=name)`); templates say `{% url name %}`.
No search term, name or number of a patient ever stands in an address: only opaque public ids.
"""

from typing import Final
from urllib.parse import quote

PATHS: Final[dict[str, str]] = {
    # the threshold
    "sign_in": "sign-in/",
    "second_factor": "sign-in/second-factor/",
    "session_ended": "sign-in/ended/",
    "sign_out": "sign-out/",
    "language": "language/",
    "account": "account/",
    "change_password": "account/password/",
    "switch_post": "account/post/",
    "enrol_totp": "account/totp/",
    "enrol_passkey": "account/passkey/",
    "recovery_codes": "account/recovery-codes/",
    # patients
    "desk": "",
    "patients": "patients/",
    "chart": "patients/<str:patient>/",
    "record": "records/<str:record>/",
    "record_version": "records/<str:record>/versions/<int:version>/",
    "life": "records/<str:record>/life/",
    "break_glass": "patients/<str:patient>/emergency/",
    "patient_grants": "patients/<str:patient>/grants/",
    "print_chart": "patients/<str:patient>/print/",
    "export_chart": "patients/<str:patient>/export/",
    "print_record": "records/<str:record>/print/",
    "release": "records/<str:record>/release/",
    "copy_record": "records/<str:record>/copy/",
    "grants": "grants/",
    "end_grant": "grants/end/",
    "statistics": "matters/<int:matter>/statistics/",
    "documents": "documents/",
    "publish_document": "documents/new/",
    "document": "documents/<int:document>/",
    # writing
    "write": "patients/<str:patient>/write/",
    "form": "patients/<str:patient>/write/<str:template>/",
    "form_save": "patients/<str:patient>/write/<str:template>/save/",
    "form_check": "patients/<str:patient>/write/<str:template>/check/",
    "filing": "patients/<str:patient>/filing/<int:visit>/",
    "amend": "records/<str:record>/amend/",
    "amend_save": "records/<str:record>/amend/save/",
    "amend_check": "records/<str:record>/amend/check/",
    "codes": "codes/<str:table>/",
    "drafts": "drafts/",
    "discard_draft": "drafts/discard/",
    "signing": "signing/",
    "due": "deadlines/",
    "switch_user": "sign-in/switch/",
    # consents
    "consents": "patients/<str:patient>/consents/",
    "give_consent": "patients/<str:patient>/consents/new/",
    "withdraw_consent": "patients/<str:patient>/consents/<int:consent>/withdraw/",
    "consent_paper": "records/<str:record>/consent/",
    "consent_scan": "records/<str:record>/consent/file/",
    "consents_due": "consents/",
    "secrecy": "patients/<str:patient>/secrecy/",
    "purpose": "purpose/",
    "waiting": "waiting/",
    "proposal": "waiting/<int:proposal>/",
    # matters and duties
    "matters": "matters/",
    "start_matters": "matters/new/",
    "start_matter": "matters/new/<str:kind>/",
    "delegations": "matters/delegations/",
    "matter": "matters/<int:matter>/",
    "edit_matter": "matters/<int:matter>/edit/",
    "matter_paper": "matters/<int:matter>/papers/<int:paper>/",
    "duties": "duties/",
    "findings": "monitor/",
    # copies of records
    "copy_start": "copies/new/",
    "copy_kinds": "patients/<str:patient>/copies/new/",
    "copy_apply": "matters/<int:matter>/copies/application/",
    "copy_check": "matters/<int:matter>/copies/check/",
    "copy_make": "matters/<int:matter>/copies/",
    "copies": "copies/",
    "seal_uses": "copies/seals/",
    "seal_uses_file": "copies/seals/file/",
    "copy": "copies/<str:copy>/",
    "copy_file": "copies/<str:copy>/file/",
    # the ledger; `/ledger/entry/<uuid>`, tiles and checkpoints themselves belong to the data plane
    "entries": "evidence/",
    "entry": "evidence/entries/<str:entry>/",
    "checkpoints": "evidence/checkpoints/",
    "growth": "evidence/growth/",
    # people
    "people": "people/",
    "register_person": "people/new/",
    "person": "people/<str:person>/",
    "grant_post": "people/<str:person>/posts/new/",
    "open_account": "people/<str:person>/account/new/",
    "end_post": "people/posts/<int:post>/end/",
    "account_state": "people/accounts/<int:account>/state/",
    "roles": "people/roles/",
    "tokens": "people/tokens/",
    "issue_token": "people/tokens/new/",
    "revoke_token": "people/tokens/<int:token>/revoke/",
    "rosters": "rosters/",
    "end_roster": "rosters/<int:relation>/end/",
    # sources and stations
    "sources": "sources/",
    "register_source": "sources/new/",
    "end_source": "sources/<int:source>/end/",
    "register_station": "stations/new/",
    "end_station": "stations/<int:station>/end/",
    "offline_pin": "account/offline-pin/",
    # the policy
    "cockpit": "policy/",
    "clause": "policy/clauses/<str:clause>/",
    "policy_versions": "policy/versions/",
    "templates": "templates/",
    "template": "templates/<str:template>/",
    "template_edit": "templates/<str:template>/change/",
    "settings": "policy/settings/",
    "change_setting": "policy/settings/<str:setting>/",
    "system": "system/",
    # the patients' portal, and the window that opens it
    "portal_window": "patients/<str:patient>/portal/",
    "portal_sign_in": "portal/sign-in/",
    "portal_factor": "portal/sign-in/second-factor/",
    "portal_password": "portal/password/",
    "portal_enrol": "portal/authenticator/",
    "portal_passkey": "portal/passkey/",
    "portal_account": "portal/account/",
    "portal_home": "portal/",
    "portal_chart": "portal/charts/<str:patient>/",
    "portal_readers": "portal/charts/<str:patient>/readers/",
    "portal_proof": "portal/charts/<str:patient>/readers/<str:entry>/proof/",
    "portal_object": "portal/charts/<str:patient>/readers/<str:entry>/objection/",
    "portal_news": "portal/readers/<str:under>/news/",
    "portal_restrictions": "portal/charts/<str:patient>/restrictions/",
    "portal_consents": "portal/charts/<str:patient>/consents/",
    "portal_complaint": "portal/charts/<str:patient>/complaint/",
    "portal_copy_ask": "portal/charts/<str:patient>/copies/",
    "portal_copy_apply": "portal/matters/<int:matter>/copies/application/",
    "portal_copy_check": "portal/matters/<int:matter>/copies/check/",
    "portal_copy": "portal/copies/<str:copy>/",
    "portal_copy_preview": "portal/copies/<str:copy>/preview/",
    "portal_copy_file": "portal/copies/<str:copy>/file/",
    "portal_paper": "portal/matters/<int:matter>/papers/<int:paper>/",
    "portal_matters": "portal/matters/",
    "portal_matter": "portal/matters/<int:matter>/",
    "portal_correction": "portal/records/<str:record>/correction/",
    "portal_record": "portal/records/<str:record>/",
    # anybody: check a copy; what is asked stands in the request's body, never here
    "verify": "verify/",
    "verify_side": "verify/side/",
    "verify_root": "verify/root/",
    "keys": "help/keys/",
}
# `people/new/`, `people/roles/` and `people/tokens/` must be tried before `people/<str:person>/`.
ORDER: Final[tuple[str, ...]] = tuple(sorted(PATHS, key=lambda name: ("<" in PATHS[name], PATHS[name])))


def to(name: str, **parts: str | int) -> str:
    """The address of page `name`, with each `<…:part>` filled and percent-encoded. KeyError if a part is missing."""
    pieces = PATHS[name].split("/")
    for at, piece in enumerate(pieces):
        if piece.startswith("<"):
            pieces[at] = quote(str(parts[piece[1:-1].partition(":")[2]]), safe="")
    return "/" + "/".join(pieces)
