"""What each page of keeping and custody answers to whom, written by hand from the policy: rows as in routed.py."""

from typing import Final

from jingui.core.words import Role
from tests.web.routed import DESKS, KEEPS, LICENSED, MANAGERS, REFUSED, WARD, WATCH, Row, goes, lost, ok, wrong

R = Role
#: 纸质病案: who treats and who works with finished records; what it says of them is asked of the door.
ARCHIVE: Final = LICENSED | DESKS | MANAGERS | WATCH
#: 病案流转: authors, the record room, coding, quality, insurance, management.
LINE: Final = WARD | (DESKS - {R.INFECTION_CONTROL}) | MANAGERS
OFFICE: Final = (DESKS - {R.INFECTION_CONTROL}) | MANAGERS
CLIMATE: Final = MANAGERS | WATCH | {R.ARCHIVIST, R.SYSTEM_ADMIN, R.SECURITY_ADMIN, R.AUDIT_ADMIN}
GATEWAY: Final = MANAGERS | WATCH | {R.SYSTEM_ADMIN, R.SECURITY_ADMIN, R.AUDIT_ADMIN}
STOPPERS: Final = MANAGERS | {R.SYSTEM_ADMIN, R.SECURITY_ADMIN}
PARTNERS: Final = GATEWAY | {R.ARCHIVIST, R.INSURANCE_OFFICE, R.INFECTION_CONTROL}
#: Who may see what was shared: who treats, the posts concerned, management, oversight, the administrators.
SHARED: Final = GATEWAY | {R.PHYSICIAN, R.NURSE, R.INFECTION_CONTROL, R.INSURANCE_OFFICE, R.QUALITY}
#: Who may stop a transmission or have it tried again.
SETTLERS: Final = frozenset({R.QUALITY, R.INFECTION_CONTROL, R.INSURANCE_OFFICE, R.MEDICAL_AFFAIRS, R.HEAD,
                             R.SYSTEM_ADMIN, R.SECURITY_ADMIN})  # fmt: skip
#: 外来资料: the list without content; looked at and settled by the posts that know whose it is.
RECEIVED: Final = GATEWAY | {R.REGISTRAR, R.ARCHIVIST}
REVIEWED: Final = frozenset({R.REGISTRAR, R.ARCHIVIST, R.MEDICAL_AFFAIRS})
COUNTS: Final = MANAGERS | WATCH | {R.ARCHIVIST, R.QUALITY}
TERMS: Final = COUNTS | {R.CODER}
DUE: Final = frozenset({R.ARCHIVIST, R.QUALITY, R.MEDICAL_AFFAIRS, R.HEAD})
REGISTER: Final = DUE | WATCH | {R.SECURITY_ADMIN, R.AUDIT_ADMIN}
ARCHIVIST: Final = frozenset({R.ARCHIVIST})
#: A form is open to anybody; what it asks for is refused by the door.
FORM: Final[Row] = (ok(), wrong())
SAID: Final[dict[str, Row]] = {
    # the record room's line
    "case_files": (ok(LINE), goes()), "deficiencies": (ok(LINE), None), "filing_rates": (ok(LINE), None),
    **dict.fromkeys(("case_file", "case_file_coding", "deficiency"), (lost(LINE), lost(LINE))),
    "mappings": (ok(OFFICE), None), "mapping": (ok(OFFICE), wrong(OFFICE)), "front_page_export": (ok(), REFUSED),
    # paper
    **dict.fromkeys(("archive", "hand_overs", "storerooms"), (ok(ARCHIVE), None)),
    "archive_volumes": (ok(ARCHIVE), wrong()), "loans": (ok(ARCHIVE), lost()),
    "hand_over": (lost(ARCHIVE), lost(ARCHIVIST)), "storeroom": (lost(ARCHIVE), lost(ARCHIVE)),
    **dict.fromkeys(
        ("labels", "lend", "offer_volumes", "register_storeroom", "register_volumes", "shelve", "take_back",
         "weigh_waste"), FORM,
    ),
    "labels_file": (None, wrong(ARCHIVIST)), "volume": (lost(), lost()), "volume_scan": (lost(), None),
    "stocktakings": (ok(COUNTS), wrong(COUNTS)), "stocktaking": (lost(COUNTS), lost(COUNTS)),
    "waste": (ok(COUNTS), None), "hand_waste": (ok(COUNTS), wrong(COUNTS)),
    # storerooms, devices, storage
    "climate": (ok(CLIMATE), ok(CLIMATE)), "equipment": (ok(CLIMATE), ok(CLIMATE)),
    **dict.fromkeys(("sensor", "sensor_file", "round_photo"), (lost(CLIMATE), None)),
    **dict.fromkeys(("device", "end_sensor", "upload_readings"), (lost(CLIMATE), lost(CLIMATE))),
    **dict.fromkeys(("register_equipment", "register_sensor", "rotate_keys"), (ok(CLIMATE), wrong(CLIMATE))),
    "rounds": FORM, "round_photos": (ok(CLIMATE), None), "storage": (ok(CLIMATE), None),
    # sharing
    "share_patient": (ok(SHARED), wrong(SHARED)), "patient_transmissions": (ok(SHARED), None),
    "transmissions": (ok(SHARED - {R.NURSE}), None), "transmission": (lost(SHARED), lost(SETTLERS)),
    "received": (ok(RECEIVED), None), "one_received": (lost(REVIEWED), lost(REVIEWED)),
    "received_document": (lost(REVIEWED), None), "transmission_document": (lost(SHARED), None),
    "cda_types": (ok(), None),
    # partners
    "partners": (ok(PARTNERS), ok(PARTNERS)), "register_partner": (ok(PARTNERS), wrong(PARTNERS)),
    "partner": (lost(PARTNERS), None),
    **dict.fromkeys(
        ("partner_certificate", "partner_check", "partner_return", "partner_act"), (lost(PARTNERS), lost(PARTNERS))
    ),
    # partners' apps: one's own authorisations are anybody's, those of others are ended by few
    "apps": (ok(GATEWAY), None), "app": (lost(GATEWAY), lost(STOPPERS)), "my_apps": (ok(), lost(STOPPERS)),
    "app_consent": (lost(), lost()),
    # the gateway
    "gateway": (ok(GATEWAY), wrong(GATEWAY)), "bulk": (ok(GATEWAY), wrong(GATEWAY)),
    # terms, destruction, drills
    "retention": (ok(TERMS), wrong(TERMS)), "keeping": (ok(TERMS), ok(TERMS)),
    "due_records": (ok(DUE), wrong(ARCHIVIST)),
    "destructions": (ok(REGISTER), None),
    "destruction": (lost(REGISTER), lost(frozenset({R.ARCHIVIST, R.MEDICAL_AFFAIRS, R.SECURITY_ADMIN}))),
    "certificate": (lost(REGISTER), None), "certificate_side": (lost(REGISTER), None),
    "drills": (ok(KEEPS), wrong(KEEPS)),
}  # fmt: skip
