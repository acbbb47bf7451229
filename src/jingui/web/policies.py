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
    PORTAL_HALF = "portal_half"  # a patient's password or start code was right, the rest is still to come
    PORTAL = "portal"  # a patient with two factors, in the portal; nobody else ever
    OUTSIDE_HALF = "outside_half"  # the same of a person of another institution
    OUTSIDE = "outside"  # that person with two factors, on their one page; nobody else ever
    CONTENT = "content"  # the same, and what stands here is governed by the door: refused means 403 and an entry


A, H, S, C = Who.ANYONE, Who.HALF, Who.SIGNED_IN, Who.CONTENT
P, P2 = Who.PORTAL, Who.PORTAL_HALF
X, X2 = Who.OUTSIDE, Who.OUTSIDE_HALF
PORTAL: Final = frozenset({P, P2})
OUTSIDE: Final = frozenset({X, X2})
WHO: Final[dict[str, Who]] = {
    "sign_in": A, "session_ended": A, "language": A, "sign_out": A,
    "second_factor": H, "enrol_totp": H,
    "enrol_passkey": S, "recovery_codes": S, "account": S, "offline_pin": S, "change_password": S,
    "switch_post": S, "keys": S,
    "desk": C, "patients": C, "chart": C, "record": C, "record_version": C, "life": C,
    "write": C, "form": C, "form_save": C, "form_check": C, "amend": C, "amend_save": C, "amend_check": C,
    "drafts": C, "discard_draft": C, "signing": C, "due": C, "filing": C, "switch_user": A,
    "codes": S, "templates": C, "template": C, "template_edit": C,
    "matters": C, "matter": C, "matter_paper": C, "edit_matter": C, "start_matters": S, "start_matter": C,
    "delegations": C, "duties": C, "findings": C,
    "consents": C, "give_consent": C, "withdraw_consent": C, "consent_paper": C, "consent_scan": C,
    "consents_due": C, "secrecy": C,
    "break_glass": C, "patient_grants": C, "print_chart": C, "export_chart": C, "print_record": C, "copy_record": C,
    "release": C, "rosters": C, "end_roster": C,
    "grants": C, "end_grant": C, "statistics": C, "documents": C, "publish_document": C, "document": C,
    "purpose": S, "waiting": C, "proposal": C,
    "entries": C, "entry": C, "checkpoints": S, "growth": S,
    "people": C, "register_person": C, "person": C, "grant_post": C, "roles": C, "open_account": C, "end_post": C,
    "account_state": C, "tokens": C, "issue_token": C, "revoke_token": C, "change_setting": S,
    "portal_window": C, "portal_sign_in": A, "portal_factor": P2, "portal_password": P2, "portal_enrol": P2,
    "portal_passkey": P2, "portal_account": P, "portal_home": P, "portal_chart": P, "portal_readers": P,
    "portal_proof": P, "portal_object": P, "portal_news": P, "portal_restrictions": P, "portal_consents": P,
    "portal_shared": P, "portal_record": P, "portal_matters": P, "portal_matter": P, "portal_correction": P,
    "copy_start": C, "copy_kinds": C, "copy_apply": C, "copy_check": C, "copy_make": C, "copies": C, "copy": C,
    "copy_file": C, "copy_side": C, "seal_uses": C, "seal_uses_file": C,
    "portal_complaint": P, "portal_copy_ask": P, "portal_copy_apply": P, "portal_copy_check": P, "portal_copy": P,
    "portal_copy_preview": P, "portal_copy_file": P, "portal_copy_side": P, "portal_paper": P,
    "studies": C, "cohort": C, "register_ethics": C, "end_ethics": C, "study": C, "matter_study": C, "reidentify": C,
    "plan_extract": C, "build_extract": C, "check_extract": C, "sample_extract": C, "take_extract": C,
    "dispose_extract": C,
    "case_files": C, "filing_rates": C, "deficiencies": C, "case_file": C, "case_file_coding": C, "deficiency": C,
    "mappings": C, "mapping": C, "front_page_export": C,
    "gateway": C, "bulk": C,
    "share_patient": C, "patient_transmissions": C, "transmissions": C, "transmission": C,
    "received": C, "one_received": C, "received_document": C, "transmission_document": C, "cda_types": S,
    "app_authorise": A, "app_consent": C, "portal_app_consent": P, "portal_apps": P, "apps": C, "my_apps": C, "app": C,
    "partners": C, "register_partner": C, "partner": C, "partner_certificate": C, "partner_check": C,
    "partner_return": C, "partner_act": C,
    "climate": C, "register_sensor": C, "sensor": C, "sensor_file": C, "end_sensor": C, "upload_readings": C,
    "rounds": C, "round_photos": C, "round_photo": C, "equipment": C, "register_equipment": C, "device": C,
    "storage": C, "rotate_keys": C,
    "backups": C, "register_backup": C, "backup_report": C, "backup_report_file": C,
    "sources": C, "register_source": C, "end_source": C, "register_station": C, "end_station": C,
    "verify": A, "verify_side": A, "verify_root": A,
    "sealings": C, "patient_sealings": C, "sealing": C, "sealing_signature": C, "sealing_draw": C, "sealing_package": C,
    "retention": C, "keeping": C, "due_records": C, "destructions": C, "destruction": C, "certificate": C,
    "certificate_side": C,
    "retrieval": C, "outside": C, "outside_list": C,
    "outside_sign_in": A, "outside_factor": X2, "outside_password": X2, "outside_enrol": X2, "outside_home": X,
    "outside_record": X,
    "archive": C, "archive_volumes": C, "register_volumes": C, "volume": C, "volume_scan": C, "storerooms": C,
    "register_storeroom": C, "storeroom": C, "shelve": C, "hand_overs": C, "offer_volumes": C, "hand_over": C,
    "loans": C, "lend": C, "take_back": C, "stocktakings": C, "stocktaking": C, "labels": C, "labels_file": C,
    "waste": C, "weigh_waste": C, "hand_waste": C,
    "cockpit": S, "clause": S, "policy_versions": S, "settings": S, "system": S, "drills": C,
}  # fmt: skip
#: Reached although the password must be changed first.
BEFORE_CHANGE: Final = frozenset({
    "change_password", "second_factor", "enrol_totp", "recovery_codes", "portal_password",
    "outside_password",
})  # fmt: skip
#: Content pages that do not wait for the confidentiality undertaking: they lead to it, or concern no patient.
BEFORE_UNDERTAKING: Final = frozenset({"documents", "document", "publish_document", "waiting", "proposal"})
