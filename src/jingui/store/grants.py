"""六（一）安全防护: what the application's database role may do, table by table, applied after each migrate [6.1.2]

No default privileges: a table that is not listed here cannot be touched by the running application at all.
"""

from collections.abc import Mapping

SELECT_INSERT = "SELECT, INSERT"
CHANGE = "SELECT, INSERT, UPDATE"
FULL = "SELECT, INSERT, UPDATE, DELETE"

GRANTS: Mapping[str, str] = {
    # evidence: nothing is ever changed or deleted
    "entry": SELECT_INSERT,
    "entry_index": SELECT_INSERT,
    "entry_payload": SELECT_INSERT,
    "tile": SELECT_INSERT,
    "checkpoint": SELECT_INSERT,
    "outside_checkpoint": SELECT_INSERT,
    "recovery_entry": SELECT_INSERT,
    "record_version": SELECT_INSERT,
    "password_past": SELECT_INSERT,
    "approval": SELECT_INSERT,
    "policy_version": SELECT_INSERT,
    "matter_event": SELECT_INSERT,
    "signature": SELECT_INSERT,
    "acknowledgement": SELECT_INSERT,
    "source_message": SELECT_INSERT,
    "seal_use": SELECT_INSERT,
    "extract_check": SELECT_INSERT,
    "case_step": SELECT_INSERT,
    "coded_case": SELECT_INSERT,
    "sensor_reading": SELECT_INSERT,
    "equipment_log": SELECT_INSERT,
    "duty_evidence": SELECT_INSERT,
    "fingerprint": SELECT_INSERT,
    "capacity_point": SELECT_INSERT,
    "impact_assessment": SELECT_INSERT,
    "partner_check": SELECT_INSERT,
    "app_assertion": "SELECT, INSERT, DELETE",  # spent ones are forgotten after their time
    # rows that are corrected or ended, never deleted
    "epoch": "SELECT, UPDATE",
    "department": CHANGE,
    "person": CHANGE,
    "post": CHANGE,
    "account": CHANGE,
    "token": CHANGE,
    "setting": CHANGE,
    "proposal": CHANGE,
    "patient": CHANGE,
    "encounter": CHANGE,
    "care_relation": CHANGE,
    "access_grant": CHANGE,
    "hold": CHANGE,
    "record": CHANGE,
    "record_order": CHANGE,
    "matter": CHANGE,
    "matter_paper": CHANGE,
    "delegation": CHANGE,
    "duty_run": CHANGE,
    "mark": CHANGE,
    "capture_template": CHANGE,
    "signing_session": CHANGE,
    "deadline": CHANGE,
    "source": CHANGE,
    "station": CHANGE,
    "post_grant": CHANGE,
    "patient_consent": CHANGE,
    "restriction": CHANGE,
    "qualification": CHANGE,
    "controlled_document": CHANGE,
    "patient_identity": CHANGE,
    "copy_made": CHANGE,
    "sealing": CHANGE,
    "sealed_item": CHANGE,
    "outside_access": CHANGE,
    "ethics_approval": CHANGE,
    "study": CHANGE,
    "extract": CHANGE,
    "extract_part": CHANGE,
    "case_file": CHANGE,
    "deficiency": CHANGE,
    "mapping": CHANGE,
    "storeroom": CHANGE,
    "position": CHANGE,
    "volume": CHANGE,
    "hand_over": CHANGE,
    "hand_over_line": CHANGE,
    "loan": CHANGE,
    "volume_scan": CHANGE,
    "stocktaking": CHANGE,
    "stock_count": CHANGE,
    "waste_bag": CHANGE,
    "sensor": CHANGE,
    "climate_alarm": CHANGE,
    "equipment": CHANGE,
    "extension": CHANGE,
    "destruction": CHANGE,
    "backup": CHANGE,
    "restore_test": CHANGE,
    "drill": CHANGE,
    "partner": CHANGE,
    "partner_certificate": CHANGE,
    "agreement": CHANGE,
    "channel": CHANGE,
    "app": CHANGE,
    "app_grant": CHANGE,
    "transmission": CHANGE,
    "gateway_hour": CHANGE,
    "received": CHANGE,
    "bulk_export": CHANGE,
    "received_part": FULL,  # parts under way vanish once the whole is taken
    "bulk_part": FULL,  # vanishes when the export ends
    # keys are re-wrapped and destroyed; sessions and second factors end
    "patient_key": FULL,
    "session": FULL,
    "entry_draft": FULL,  # discarded drafts vanish; what was submitted is a record
    "factor_seal": FULL,
    "mfa_authenticator": FULL,
    "axes_accessattempt": FULL,
    "axes_accessattemptexpiration": FULL,
    "axes_accessfailurelog": FULL,
    "axes_accesslog": FULL,
    # read by the framework, written by nobody at run time
    "django_migrations": "SELECT",
    "django_content_type": "SELECT",
}

NEVER = ("auth_group", "auth_group_permissions", "auth_permission", "account_emailaddress", "account_emailconfirmation")


def statements(tables: frozenset[str], role: str = "jingui_app") -> list[str]:
    """SQL that leaves `role` with exactly GRANTS on `tables` (those that exist), run as the owner."""
    out = [
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
    ]
    out += [f"GRANT {what} ON {table} TO {role}" for table, what in GRANTS.items() if table in tables]
    # procrastinate's queue is its own affair: jobs carry ids only, never patient information
    queue = sorted(t for t in tables if t.startswith("procrastinate_"))
    out += [f"GRANT {FULL} ON {table} TO {role}" for table in queue]
    return out
