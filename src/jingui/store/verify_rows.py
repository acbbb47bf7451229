"""七（一）监督检查, 六（一）2: rows that decide, versions and free text against the ledger [7.1.2] [6.1.2]"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import Any
from uuid import UUID

import orjson

from jingui.core.errors import JinguiError
from jingui.core.oversee import Finding
from jingui.core.release import COPY
from jingui.store.seals import PASSWORD, PLAIN, SEALED_TABLES, Sealer
from jingui.store.statements import COUNTED as MARKS
from jingui.store.vault import Vault

Stream = Callable[..., Iterator[Sequence[Any]]]
"""Streams the rows of one statement, whatever their number."""

RELATION = "care_relation:"  # the kind of a target that is a relation; its public number follows
ENTERING = frozenset({"enter", "correct", "import", "register_patient"})
PORTAL = frozenset({"open_portal", "end_portal"})
SETTING = "setting"  # the kind of a target that is a setting, by its name
COPYING = frozenset({"prepare_copy", "confirm_copy", "charge_copy", "stamp_copy", "hand_copy", "revoke_copy"})
OUTSIDE = frozenset({"decide_matter", "close_matter"})  # opened by an approval, ended with its matter
SEALING = frozenset({"seal_records", "seal_later"})
DESTROYING = frozenset({"plan_destruction", "destroy", "erase_keys"})
RESTRICTING = frozenset({"place_restriction", "lift_restriction"})
CONSENTING = frozenset({"give_consent", "withdraw_consent"})
HOLDING = frozenset({"place_hold", "lift_hold"})
CUSTODY = frozenset({"move_case_file", "code_case_file", "judge_case_file"})
HANDING = frozenset({"offer_volumes", "accept_volumes"})
SENDING = frozenset(
    {"share", "send", "take_receipt", "stop_transmission", "retry_transmission", "withdraw_consent", "settle_received",
     "receive", "take_bulk"}
)  # fmt: skip
PARTING = frozenset({"end_partner", "end_agreement", "check_partner", "end_channel"})  # what waits does not leave
LENDING = frozenset({"lend_volume", "renew_loan", "return_volume", "remind_loan", "report_lost"})
RECEIVING = frozenset({"receive", "settle_received"})
MAKING = ENTERING | CONSENTING | RECEIVING  # whose entries name versions: what was signed is a record of the chart
MATTER = frozenset(
    {"start_matter", "save_matter", "submit_matter", "add_paper", "decide_matter", "withdraw_matter", "close_matter",
     "appeal_matter", "break_glass", "watch_access", "deliver_downtime", "ask_unsealing", "return_volume",
     "remind_loan", "report_lost", "close_stocktaking", "take_readings",
     "log_equipment", "send", "take_receipt", "do_duty", "take_fingerprint", "back_up", "test_restore"}
)  # fmt: skip
# Which operations may be the last to have written a row of a table. A new act that seals rows is added here.
FITTING: Mapping[str, frozenset[str]] = {
    "account": frozenset(
        {"open_account", "freeze_account", "unfreeze_account", "change_password", "sign_in", "destroy"}
    )
    | PORTAL
    | OUTSIDE,
    "person": frozenset({"register_person", "open_portal", "decide_matter"}),
    "post": frozenset({"grant_post", "end_post"}) | PORTAL | OUTSIDE,
    "token": frozenset({"issue_token", "revoke_token"}),
    "factor_seal": frozenset({"enrol_factor", "sign_in"}),
    "setting": frozenset({"change_setting", "decide_matter"}),  # a matter may change one
    "policy_version": frozenset({"publish_policy", "start_system"}),
    "hold": HOLDING | SEALING | {"decide_matter"},  # what a sealing locks, its unsealing unlocks
    "sealing": SEALING | {"settle_dispute", "ask_unsealing", "decide_matter"},
    "sealed_item": SEALING,
    "outside_access": OUTSIDE | {"tell_patient"},
    "case_file": CUSTODY | {"file_record", "decide_matter", "destroy"},  # a recall sends it back
    "case_step": CUSTODY | {"file_record", "decide_matter"},
    "coded_case": frozenset({"code_case_file"}),
    "deficiency": frozenset(
        {"return_deficiency", "answer_deficiency", "close_deficiency", "start_matter", "submit_matter", "decide_matter"}
    ),
    "mapping": frozenset({"change_mapping"}),
    "approval": frozenset({"approve"}),
    "matter": MATTER | {"plan_destruction"},
    "matter_event": MATTER | {"plan_destruction"},
    "matter_paper": frozenset({"start_matter", "add_paper"}),
    "delegation": frozenset({"delegate", "end_delegation"}),
    "duty_run": frozenset({"do_duty"}),
    "backup": frozenset({"back_up"}),
    "restore_test": frozenset({"test_restore"}),
    "drill": frozenset({"record_drill"}),
    "storeroom": frozenset({"register_storeroom"}),
    "position": frozenset({"register_storeroom"}),
    "volume": HANDING
    | {"register_volume", "shelve_volume", "lend_volume", "return_volume", "report_lost", "destroy_paper"},
    "hand_over": HANDING,
    "hand_over_line": HANDING,
    "loan": LENDING,
    "volume_scan": frozenset({"scan_volume", "destroy", "destroy_paper"}),
    "stocktaking": frozenset({"start_stocktaking", "close_stocktaking"}),
    "waste_bag": frozenset({"weigh_waste", "hand_waste", "destroy_paper"}),
    "sensor": frozenset({"register_sensor", "end_sensor"}),
    "climate_alarm": frozenset({"take_readings", "end_sensor", "decide_matter"}),
    "equipment": frozenset({"register_equipment", "log_equipment"}),
    "equipment_log": frozenset({"log_equipment"}),
    "duty_evidence": frozenset({"add_evidence"}),
    "fingerprint": frozenset({"take_fingerprint"}),
    "capture_template": frozenset({"decide_matter"}),
    "source": frozenset({"register_source", "end_source"}),
    "station": frozenset({"register_station", "end_station"}),
    "partner": frozenset({"register_partner", "end_partner", "decide_matter"}),
    "partner_certificate": frozenset({"trust_certificate", "revoke_certificate", "end_partner"}),
    "agreement": frozenset({"decide_matter", "end_agreement", "end_partner", "check_partner", "prove_return"}),
    "impact_assessment": frozenset({"decide_matter"}),
    "channel": frozenset({"open_channel", "pause_channel", "resume_channel", "end_channel", "end_partner"}),
    "partner_check": frozenset({"check_partner"}),
    "app": frozenset({"decide_matter", "end_app", "end_partner"}),
    "app_grant": frozenset({"authorise_app", "exchange_code", "revoke_app"}),
    "access_grant": frozenset(
        {
            "approve",
            "relate",
            "break_glass",
            "end_grant",
            "decide_matter",
            "close_matter",
            "prescriber_statistics",
            "release_result",
            "check_extract",
            "take_extract",
            "dispose_extract",
            "end_ethics",
            "destroy",
        }
    ),
    "signature": frozenset({"sign_record", "verify_record", "countersign_record"}),
    "signing_session": frozenset({"open_signing", "sign_out", "freeze_account", "unfreeze_account"}),
    "qualification": frozenset({"qualify"}),
    "copy_made": COPYING,
    "seal_use": frozenset({"stamp_copy"}),
    "ethics_approval": frozenset({"register_ethics", "end_ethics"}),
    "study": frozenset({"decide_matter", "close_matter", "end_ethics"}),
    "extract": frozenset(
        {"plan_extract", "build_extract", "check_extract", "dispose_extract", "close_matter", "end_ethics"}
    ),
    "extract_check": frozenset({"check_extract"}),
    "extension": frozenset({"decide_matter"}),
    "transmission": SENDING | PARTING | {"destroy"},
    "received": RECEIVING,
    "bulk_export": frozenset({"start_bulk", "end_bulk"}),
    "destruction": DESTROYING | {"decide_matter"},
    "post_grant": frozenset({"decide_matter", "close_matter", "end_grant"}),
    "controlled_document": frozenset({"publish_document", "decide_matter"}),
    "acknowledgement": frozenset({"acknowledge"}),
    "care_relation": ENTERING | PORTAL | {"relate", "merge_patient", "split_patient", "destroy"},
    "restriction": RESTRICTING | {"merge_patient"},
    "patient_consent": ENTERING | CONSENTING | {"merge_patient"},
    "patient": ENTERING
    | CONSENTING
    | RESTRICTING
    | HOLDING
    | SEALING
    | {"settle_dispute", "ask_unsealing", "decide_matter"}
    | {"start_system", "flag_patient", "merge_patient", "split_patient", "relate", "destroy"},
}
# A two-person operation is entered at its proposal and at its approval: rows may name either.
TWO_ENTRIES = frozenset({"approve"})
# Every allowed operation of these verbs made exactly one change of one row: the ledger's count is the sum of versions.
COUNTED: Mapping[str, tuple[str, ...]] = {
    "post": ("grant_post", "end_post", "open_portal", "end_portal"),
    "token": ("issue_token", "revoke_token"),
    "source": ("register_source", "end_source"),
    "station": ("register_station", "end_station"),
    "sensor": ("register_sensor", "end_sensor"),
    "equipment_log": ("log_equipment",),
    "duty_evidence": ("add_evidence",),
    "fingerprint": ("take_fingerprint",),
    "drill": ("record_drill",),
    "person": ("register_person", "open_portal"),
    "qualification": ("qualify",),
    "seal_use": ("stamp_copy",),
    "ethics_approval": ("register_ethics", "end_ethics"),
    "extract_check": ("check_extract",),
    "stocktaking": ("start_stocktaking", "close_stocktaking"),
    "coded_case": ("code_case_file",),
}
# Rows that other operations make beside these: what was opened for people outside lives and ends with its matter.
UNCOUNTED: Mapping[str, str] = {
    "post": "person_id IN (SELECT id FROM person WHERE kind = 'outside')", "person": "kind = 'outside'",
}  # fmt: skip
# Every allowed operation of these verbs seals its patient's row anew.
MARKING = ("place_hold", "place_restriction", "lift_restriction", "withdraw_consent", "flag_patient", *sorted(SEALING))
ENTRY_OF = "LEFT JOIN entry e ON e.id = t.entry"


def sealed_rows(stream: Stream, sealer: Sealer, count: Callable[[int], None]) -> Iterator[Finding]:
    """Every row that decides: its MAC, and that an allowed entry with a fitting verb made it."""
    for table, columns in SEALED_TABLES.items():
        if table == PASSWORD or table in PLAIN:
            continue
        extra = ", t.password, t.password_at, t.password_mac" if table == "account" else ""
        names = ", ".join(f"t.{name}" for name in columns)
        sql = f"SELECT {names}, t.mac, e.verb, e.decision, e.id IS NOT NULL{extra} FROM {table} t {ENTRY_OF}"  # noqa: S608 -- own names
        for row in stream(sql):
            count(1)
            values, mac = tuple(row[: len(columns)]), row[len(columns)]
            verb, decision, exists = row[len(columns) + 1 : len(columns) + 4]
            where = f"{table}:{key_of(columns, values)}"
            if not sealer.holds(table, values, mac):
                yield Finding(kind="row", where=where, index=None, why="mac")
                continue
            if not exists:
                yield Finding(kind="row", where=where, index=None, why="no entry")
            elif decision != "allow" or verb not in FITTING.get(table, {verb}) | TWO_ENTRIES:
                yield Finding(kind="row", where=where, index=None, why=f"entry says {verb} {decision}")
            if table == "account":
                number, generation = values[columns.index("id")], values[columns.index("generation")]
                password = (number, row[-3], row[-2], generation)
                if not sealer.holds(PASSWORD, password, row[-1]):
                    yield Finding(kind="row", where=f"{PASSWORD}:{number}", index=None, why="mac")


def plain_rows(stream: Stream, sealer: Sealer, count: Callable[[int], None]) -> Iterator[Finding]:
    """Records and visits: what decides about them is as it was written. Their versions are compared with the ledger."""
    for table in PLAIN:
        columns = SEALED_TABLES[table]
        for row in stream(f"SELECT {', '.join(columns)}, mac FROM {table}"):  # noqa: S608 -- own names
            count(1)
            if not sealer.holds(table, tuple(row[:-1]), row[-1]):
                yield Finding(kind="row", where=f"{table}:{row[0]}.{row[1]}", index=None, why="mac")


def marks(stream: Stream) -> Iterator[Finding]:
    """Rows of the tables `MARKS` names that were deleted or put back: the patient's sealed row counts their changes."""
    them = " UNION ALL ".join(f"SELECT patient_id, version FROM {table}" for table in MARKS)  # noqa: S608 -- own names
    sql = f"""SELECT p.patient_id, p.marks, coalesce(m.n, 0) FROM patient p
      LEFT JOIN (SELECT patient_id, sum(version) AS n FROM ({them}) x GROUP BY 1) m USING (patient_id)
      WHERE p.marks <> coalesce(m.n, 0)"""  # noqa: S608 -- own names
    for patient, counts, found in stream(sql):
        why = f"the patient's row counts {counts} changes, the rows show {found}"
        yield Finding(kind="row", where=f"patient.marks:{patient}", index=None, why=why)


def put_back(stream: Stream) -> Iterator[Finding]:
    """Patients whose row is older than the ledger's last operation that changed it: a genuine row of an earlier day.

    With it, what was placed upon the patient since could vanish and every MAC would still hold.
    """
    sql = """SELECT e.patient_id, e.verb, e.id FROM entry e JOIN patient p ON p.patient_id = e.patient_id
      JOIN entry o ON o.id = p.entry WHERE e.decision = 'allow' AND e.verb = ANY($1::text[]) AND e.at > o.at
      ORDER BY e.id"""
    for patient, verb, entry in stream(sql, list(MARKING)):
        yield Finding(kind="row", where=f"patient:{patient}", index=None, why=f"older than {verb} {entry}")


def relations_back(stream: Stream, public: Callable[[int, int], str]) -> Iterator[Finding]:
    """Relations that people made or ended, deleted or put back to an older state: their entries name the versions.

    Those that follow from a record are made again from it, and end with it; nobody's word alone ends them.
    """
    newest = told(stream, PORTAL | {"relate"}, lambda one: one["type"] if one["type"].startswith(RELATION) else "")
    rows = "SELECT patient_id, relation_id, version FROM care_relation"
    for patient, relation, version in stream(rows) if newest else ():
        yield from older(f"care_relation:{patient}.{relation}", version,
                         newest.pop(f"{RELATION}{public(patient, relation)}", None))  # fmt: skip
    for kind, (_, entry) in sorted(newest.items()):
        yield Finding(kind="row", where=kind, index=None, why=f"gone: made or ended by {entry}")


def copies_back(stream: Stream, public: Callable[[int, int], str]) -> Iterator[Finding]:
    """Copies that were deleted, or put back to an older state: a revoked one to its stamp."""
    newest = told(stream, COPYING, lambda one: one["record"] if one["type"] == COPY else "")
    for patient, copy, version in stream("SELECT patient_id, copy_id, version FROM copy_made") if newest else ():
        yield from older(f"copy_made:{patient}.{copy}", version, newest.pop(public(patient, copy), None))
    for number, (_, entry) in sorted(newest.items()):
        yield Finding(kind="row", where=f"copy_made:{number}", index=None, why=f"gone: made or changed by {entry}")


def settings_back(stream: Stream) -> Iterator[Finding]:
    """Settings that two people changed and whose row was deleted, or put back as it was before."""
    newest = told(stream, {"change_setting"}, lambda one: one["record"] if one["type"] == SETTING else "")
    for name, version in stream("SELECT name, version FROM setting") if newest else ():
        yield from older(f"setting:{name}", version, newest.pop(name, None))
    for name, (_, entry) in sorted(newest.items()):
        yield Finding(kind="row", where=f"setting:{name}", index=None, why=f"gone: changed by {entry}")


def told(stream: Stream, verbs: Set[str], name: Callable[[Mapping[str, Any]], str]) -> dict[str, tuple[int, UUID]]:
    """By name, the newest version that entries of these verbs tell of, and the entry; "" names no target."""
    newest: dict[str, tuple[int, UUID]] = {}
    sql = """SELECT e.id, e.targets FROM entry e WHERE e.decision = 'allow' AND e.verb = ANY($1::text[])
      ORDER BY e.id"""
    for entry, targets in stream(sql, sorted(verbs)):
        for one in targets_in(targets):
            if named := name(one):
                newest[named] = max(newest.get(named, (0, entry)), (one["version"], entry))
    return newest


def older(where: str, version: int, wanted: tuple[int, UUID] | None) -> Iterator[Finding]:
    """The row, if its entries tell of a newer version."""
    if wanted is not None and version < wanted[0]:
        why = f"older than its entry {wanted[1]}: version {version}, was {wanted[0]}"
        yield Finding(kind="row", where=where, index=None, why=why)


def targets_in(targets: bytes) -> Sequence[Mapping[str, Any]]:
    """An entry's targets."""
    try:
        found: Sequence[Mapping[str, Any]] = orjson.loads(bytes(targets))
    except ValueError:
        return ()  # named already as an entry that is not as it was written
    return found


def key_of(columns: Sequence[str], values: Sequence[Any]) -> str:
    """The row's key as text."""
    wide = 2 if columns[0] == "patient_id" and columns[1].endswith("_id") and columns[1] != "person_id" else 1
    return ".".join(str(value) for value in values[:wide])


def counted(stream: Stream) -> Iterator[Finding]:
    """Rows deleted or put back to an older state: the ledger knows more changes than the rows."""
    for table, verbs in COUNTED.items():
        sql = f"""SELECT (SELECT count(*) FROM entry e WHERE e.decision = 'allow' AND e.verb = ANY($1::text[])),
          (SELECT coalesce(sum(version), 0) FROM {table} WHERE NOT {UNCOUNTED.get(table, "false")})"""  # noqa: S608 -- own names
        ((made, kept),) = stream(sql, list(verbs))
        if made != kept:
            why = f"the ledger knows {made} changes, the rows show {kept}"
            yield Finding(kind="row", where=table, index=None, why=why)
            missing = f"""SELECT e.id, e.verb FROM entry e WHERE e.decision = 'allow' AND e.verb = $1::text
              AND NOT EXISTS (SELECT 1 FROM {table} t WHERE t.entry = e.id) LIMIT 20"""  # noqa: S608 -- own names
            for entry, verb in stream(missing, verbs[-1]):
                yield Finding(kind="row", where=f"{table}:?", index=None, why=f"gone: changed by {verb} {entry}")


def versions(stream: Stream, public: Callable[[int, int], str], count: Callable[[int], None]) -> Iterator[Finding]:
    """I2: every version stands in its entry's targets, and every entered version is in the table."""
    sql = """SELECT t.entry, t.patient_id, t.record_id, t.version, e.targets, e.decision, e.verb FROM record_version t
      LEFT JOIN entry e ON e.id = t.entry ORDER BY t.entry"""
    current: UUID | None = None
    wanted: set[tuple[str, int]] = set()
    for entry, patient, record, version, targets, decision, verb in stream(sql):
        count(1)
        where = f"record_version:{patient}.{record}.{version}"
        if targets is None:
            yield Finding(kind="version", where=where, index=None, why="no entry")
            continue
        if entry != current:
            yield from missing(current, wanted)
            current, wanted = entry, targets_of(targets)
        if decision != "allow" or verb not in MAKING:
            yield Finding(kind="version", where=where, index=None, why=f"entry says {verb} {decision}")
        try:
            wanted.remove((public(patient, record), version))
        except KeyError:
            yield Finding(kind="version", where=where, index=None, why="not in its entry")
    yield from missing(current, wanted)
    without = """SELECT e.id, e.targets FROM entry e WHERE e.decision = 'allow' AND e.verb = ANY($1::text[])
      AND NOT EXISTS (SELECT 1 FROM record_version t WHERE t.entry = e.id)"""
    for entry, targets in stream(without, sorted(MAKING)):
        yield from missing(entry, targets_of(targets))


def targets_of(targets: bytes) -> set[tuple[str, int]]:
    """The (record, version) pairs that an entry made; a target without version made none."""
    try:
        return {(one["record"], one["version"]) for one in orjson.loads(bytes(targets)) if one["version"]}
    except (ValueError, TypeError, KeyError):
        return set()  # named already as an entry that is not as it was written


def missing(entry: UUID | None, wanted: set[tuple[str, int]]) -> Iterator[Finding]:
    """Versions that an entry made and the table has not."""
    for record, version in sorted(wanted):
        yield Finding(kind="version", where=f"record:{record}/{version}", index=None, why=f"gone: entered by {entry}")


def payloads(
    stream: Stream, vault: Vault, details: Mapping[UUID, str], count: Callable[[int], None]
) -> Iterator[Finding]:
    """Free text: each opens and is what its entry committed to; none is missing, none is extra."""
    left = dict(details)
    for entry, payload in stream("SELECT id, payload FROM entry_payload"):
        count(1)
        wanted = left.pop(entry, None)
        where = f"entry_payload:{entry}"
        if wanted is None:
            yield Finding(kind="payload", where=where, index=None, why="no entry names it")
            continue
        try:
            text = vault.open_note(str(entry), bytes(payload))
        except JinguiError as error:
            yield Finding(kind="payload", where=where, index=None, why=error.code)
            continue
        if vault.keyring.suite.digest(text).hex() != wanted:
            yield Finding(kind="payload", where=where, index=None, why="not what its entry committed to")
    for entry in left:
        yield Finding(kind="payload", where=f"entry_payload:{entry}", index=None, why="gone")
