"""What each page answers to whom, written by hand from the policy: the second reading of the threshold and its pages.

`STAFF` rows: page -> (who, status) for GET and for a POST without fields. `who` are the posts that are answered
`status` (200 a page, 400 the form again, 404 there is no such thing); everybody else is refused with 403 and an entry.
None: no such method. A page that has no row here fails the test.
"""

from typing import Final, NamedTuple

from jingui.core.words import Role
from tests.gate.test_table import ROLES

R = Role
ALL: Final = frozenset(ROLES)
LICENSED: Final = frozenset({R.PHYSICIAN, R.NURSE, R.TECHNICIAN, R.PHARMACIST})
WARD: Final = LICENSED | {R.TRAINEE}
DESKS: Final = frozenset({R.ARCHIVIST, R.CODER, R.QUALITY, R.INFECTION_CONTROL, R.INSURANCE_OFFICE})
MANAGERS: Final = frozenset({R.MEDICAL_AFFAIRS, R.DUTY_ADMINISTRATOR, R.HEAD})
WATCH: Final = frozenset({R.SUPERVISOR, R.DISCIPLINE})
ADMINS: Final = frozenset({R.SYSTEM_ADMIN, R.SECURITY_ADMIN, R.AUDIT_ADMIN})
WINDOW: Final = WARD | {R.REGISTRAR}
PEOPLE: Final = ADMINS | {R.HEAD}
SOURCES: Final = PEOPLE | {R.MEDICAL_AFFAIRS}
WAITING: Final = frozenset({
    R.SYSTEM_ADMIN, R.SECURITY_ADMIN, R.HEAD, R.MEDICAL_AFFAIRS, R.REGISTRAR, R.ARCHIVIST,
})  # fmt: skip
LISTS: Final = WARD | DESKS | MANAGERS | {R.REGISTRAR}
OVERDUE: Final = WARD | MANAGERS | {R.ARCHIVIST, R.QUALITY}
WRITES: Final = WARD | {R.REGISTRAR, R.CODER}
LEDGER: Final = WATCH | {R.AUDIT_ADMIN, R.QUALITY}
STARTS: Final = LICENSED | DESKS | WATCH | {R.RESEARCHER, R.MEDICAL_AFFAIRS, R.HEAD}
ROSTERS: Final = LISTS | {R.INTERFACE}
ROSTERED: Final = frozenset({R.REGISTRAR, R.PHYSICIAN, R.NURSE})
EDITS: Final = LICENSED | {R.ARCHIVIST, R.CODER, R.QUALITY, R.MEDICAL_AFFAIRS}
COPIES: Final = MANAGERS | {R.ARCHIVIST}
SEALS: Final = WATCH | {R.ARCHIVIST, R.MEDICAL_AFFAIRS, R.HEAD, R.AUDIT_ADMIN}
SEALED: Final = MANAGERS | WATCH | {R.ARCHIVIST}
OUTSIDE: Final = SEALED | {R.REGISTRAR}
STUDIES: Final = LICENSED | MANAGERS | WATCH | {R.RESEARCHER, R.ETHICS, R.QUALITY, R.SYSTEM_ADMIN, R.AUDIT_ADMIN}
KEEPS: Final = PEOPLE | WATCH
NONE: Final = frozenset[Role]()


class Says(NamedTuple):
    """Who is answered with what; the others with `other`."""

    who: frozenset[Role]
    status: int
    other: int = 403


def ok(who: frozenset[Role] = ALL) -> Says:
    """Shown to them."""
    return Says(who, 200)


def lost(who: frozenset[Role] = ALL, other: int = 403) -> Says:
    """They learn that there is no such thing; the others are refused before."""
    return Says(who, 404, other)


def wrong(who: frozenset[Role] = ALL) -> Says:
    """They are shown what is missing."""
    return Says(who, 400)


def goes(who: frozenset[Role] = ALL) -> Says:
    """They are led on."""
    return Says(who, 302)


UNSIGNED: Final = Says(ALL, 401)  # a form that does not say who filled it in
REFUSED: Final = Says(NONE, 200)
SHUT: Final = lost(frozenset({R.ARCHIVIST, R.MEDICAL_AFFAIRS, R.DUTY_ADMINISTRATOR}))
Row = tuple[Says | None, Says | None]
STAFF: Final[dict[str, Row]] = {
    "account": (ok(), None), "change_password": (ok(), wrong()), "switch_post": (None, Says(ALL, 403)),
    "enrol_totp": (ok(), wrong()), "enrol_passkey": (ok(), wrong()), "keys": (ok(), None),
    "offline_pin": (ok(), wrong()), "recovery_codes": (ok(), ok()),
    "desk": (ok(), None), "patients": (ok(), ok()), "purpose": (ok(), goes()),
    # a chart of the own department: those who treat
    "chart": (ok(WARD), ok(WARD)), "record": (ok(WARD), None), "record_version": (ok(WARD), None),
    "life": (ok(WARD | {R.ARCHIVIST}), None), "break_glass": (ok(), wrong()),
    "patient_grants": (ok(MANAGERS | WATCH | {R.SECURITY_ADMIN, R.AUDIT_ADMIN}), None),
    "print_chart": (ok(), ok(LICENSED)), "export_chart": (ok(), REFUSED), "print_record": (None, ok(LICENSED)),
    "copy_record": (None, wrong(LICENSED)), "release": (ok(WARD), wrong(WARD)),
    "grants": (ok(), None), "end_grant": (None, wrong(frozenset({R.MEDICAL_AFFAIRS, R.SECURITY_ADMIN, R.HEAD}))),
    "statistics": (ok(), REFUSED), "documents": (ok(), None), "document": (lost(), lost()),
    "publish_document": (ok(), goes(frozenset({R.MEDICAL_AFFAIRS, R.QUALITY, R.SECURITY_ADMIN}))),
    # sealings, lawful retrieval, viewing from outside
    "sealings": (ok(SEALED), None), "patient_sealings": (ok(SEALED), None), "sealing": (lost(SEALED), lost(SEALED)),
    "sealing_draw": (lost(), lost()), "sealing_signature": (lost(SEALED), None), "sealing_package": (None, SHUT),
    "retrieval": (lost(), lost()), "outside": (lost(OUTSIDE), lost(OUTSIDE)), "outside_list": (ok(OUTSIDE), None),
    **dict.fromkeys(
        ("outside_factor", "outside_password", "outside_enrol", "outside_home", "outside_record"), (REFUSED, REFUSED)
    ),
    # writing
    "write": (ok(WINDOW), None), "form": (ok(frozenset({R.PHYSICIAN, R.TRAINEE})), UNSIGNED),
    "form_save": (None, UNSIGNED), "amend": (lost(WINDOW), UNSIGNED), "amend_save": (None, UNSIGNED),
    "form_check": (goes(frozenset({R.PHYSICIAN, R.TRAINEE})), goes(frozenset({R.PHYSICIAN, R.TRAINEE}))),
    "amend_check": (goes(WINDOW), goes(WINDOW)), "filing": (lost(LISTS), lost(frozenset({R.ARCHIVIST}))),
    "codes": (ok(), None), "drafts": (ok(WRITES), None), "discard_draft": (None, ok(WRITES)),
    "signing": (ok(LISTS), goes()), "due": (ok(OVERDUE), None),
    # consents
    "consents": (ok(WINDOW), None), "give_consent": (ok(WINDOW), wrong(WINDOW)),
    "withdraw_consent": (lost(WINDOW), lost(LICENSED | {R.REGISTRAR})), "consent_paper": (lost(WARD), None),
    "consent_scan": (lost(WARD), None), "consents_due": (ok(WINDOW | {R.MEDICAL_AFFAIRS}), None),
    "secrecy": (ok(), wrong()), "portal_window": (ok(frozenset({R.REGISTRAR, R.ARCHIVIST})),
                                                  wrong(frozenset({R.REGISTRAR, R.ARCHIVIST}))),
    # matters and duties
    "matters": (ok(), ok()), "start_matters": (ok(), None), "start_matter": (ok(), wrong(STARTS)),
    "delegations": (ok(), wrong()), "matter": (lost(), lost()), "edit_matter": (lost(), lost()),
    "matter_paper": (lost(), None), "duties": (ok(), wrong()),
    "findings": (ok(WATCH | {R.AUDIT_ADMIN, R.MEDICAL_AFFAIRS, R.HEAD}), None),
    "waiting": (ok(WAITING), None), "proposal": (lost(WAITING), wrong()),
    # the ledger: one's own lines for everybody
    "entries": (ok(), ok()), "entry": (wrong(), None), "checkpoints": (ok(LEDGER), None), "growth": (ok(LEDGER), None),
    # people, sources, stations, settings
    "rosters": (ok(ROSTERS), wrong(ROSTERS)), "end_roster": (None, lost(ROSTERED)),
    "people": (ok(PEOPLE), ok(PEOPLE)), "roles": (ok(PEOPLE), None), "tokens": (ok(PEOPLE), None),
    "register_person": (ok(), wrong()), "person": (lost(), None), "grant_post": (lost(), lost()),
    "open_account": (lost(), lost()), "end_post": (None, lost(frozenset({R.SECURITY_ADMIN}))),
    "account_state": (None, lost(frozenset({R.SECURITY_ADMIN}))),
    "issue_token": (ok(PEOPLE), wrong(PEOPLE)), "revoke_token": (None, lost(frozenset({R.SECURITY_ADMIN}))),
    "backups": (ok(KEEPS), goes(frozenset({R.SYSTEM_ADMIN}))),
    "register_backup": (ok(KEEPS), wrong(KEEPS)),
    "backup_report": (lost(KEEPS), None), "backup_report_file": (lost(KEEPS), None),
    "sources": (ok(SOURCES), None), "register_source": (ok(SOURCES), wrong(SOURCES)),
    "end_source": (lost(SOURCES), lost(SOURCES)), "register_station": (ok(SOURCES), wrong(SOURCES)),
    "end_station": (lost(SOURCES), lost(SOURCES)),
    # copies: a window that starts them, an office that handles them, a register
    "copy_start": (ok(), ok()), "copy_kinds": (ok(COPIES), lost()), "copy_apply": (lost(), lost()),
    "copy_check": (lost(), lost()), "copy_make": (lost(), lost()), "copies": (ok(COPIES), ok(COPIES)),
    "copy": (lost(), lost()), "copy_file": (lost(), None), "copy_side": (lost(), None),
    "seal_uses": (ok(SEALS), ok(SEALS)), "seal_uses_file": (None, ok(SEALS)),
    # studies: forms are open, what they ask for is not
    "studies": (ok(STUDIES), None), "cohort": (ok(), ok(LICENSED | {R.RESEARCHER})),
    "register_ethics": (ok(), wrong()), "end_ethics": (ok(), wrong()), "study": (lost(STUDIES), None),
    "matter_study": (lost(STUDIES), None), "reidentify": (ok(), wrong()), "plan_extract": (None, REFUSED),
    "build_extract": (lost(STUDIES), REFUSED), "check_extract": (None, goes()),
    "sample_extract": (lost(frozenset({R.QUALITY, R.MEDICAL_AFFAIRS, R.ETHICS})), None),
    "take_extract": (None, REFUSED), "dispose_extract": (ok(), wrong()),
    "cockpit": (ok(), None), "clause": (ok(), None), "policy_versions": (ok(), None), "templates": (ok(), None),
    "template": (ok(), None), "template_edit": (Says(EDITS, 200, 404), Says(EDITS, 400, 404)), "settings": (ok(), None),
    "change_setting": (ok(), goes(frozenset({R.SYSTEM_ADMIN}))), "system": (ok(), None),
}  # fmt: skip
#: Shown to anybody, or on the way in: tests of their own.
THRESHOLD: Final = frozenset({
    "sign_in", "second_factor", "session_ended", "sign_out", "language", "switch_user", "portal_sign_in",
    "outside_sign_in",
    "verify", "verify_side", "verify_root", "app_authorise",
})  # fmt: skip
#: The patients' pages about a chart of one's own, with numbers of nothing: (GET, POST without fields).
PORTAL: Final[dict[str, tuple[int, int]]] = {
    "portal_factor": (302, 302), "portal_password": (200, 400), "portal_enrol": (200, 400),
    "portal_passkey": (200, 400), "portal_account": (200, 405), "portal_home": (302, 405),
    "portal_chart": (200, 200), "portal_readers": (200, 405), "portal_proof": (400, 405),
    "portal_object": (400, 400), "portal_news": (404, 405), "portal_restrictions": (200, 200),
    "portal_consents": (200, 404), "portal_matters": (200, 405), "portal_matter": (404, 404),
    "portal_shared": (200, 405), "portal_apps": (200, 403), "portal_app_consent": (404, 404),
    "portal_complaint": (200, 400), "portal_copy_ask": (200, 302), "portal_copy_apply": (404, 404),
    "portal_copy_check": (404, 404), "portal_copy": (404, 404), "portal_copy_preview": (404, 405),
    "portal_copy_file": (405, 404), "portal_copy_side": (404, 405), "portal_paper": (404, 405),
    "portal_correction": (200, 400), "portal_record": (200, 405),
}  # fmt: skip
