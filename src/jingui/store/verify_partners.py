"""五（一）2, 五（二）3 合作机构: rows about partners that were deleted or put back [5.1.2] [5.2.3]"""

from collections.abc import Iterator
from typing import Final

from jingui.core.oversee import Finding
from jingui.store.verify_rows import Stream, older, told

TABLES: Final = (
    "partner", "partner_certificate", "agreement", "impact_assessment", "channel", "partner_check", "app",
    "app_grant", "bulk_export",
)  # fmt: skip
PARTNERING = frozenset(
    {"register_partner", "end_partner", "trust_certificate", "revoke_certificate", "open_channel", "pause_channel",
     "resume_channel", "end_channel", "end_agreement", "check_partner", "prove_return", "end_app", "decide_matter",
     "authorise_app", "exchange_code", "revoke_app", "start_bulk", "take_bulk", "end_bulk"}
)  # fmt: skip


def partners_back(stream: Stream) -> Iterator[Finding]:
    """Partners, certificates, agreements, channels, checks, assessments and apps that were deleted or put back.

    A revoked certificate, an ended agreement or a paused channel in its earlier state would hold as genuine at use.
    """
    newest = told(stream, PARTNERING, lambda one: f"{one['type']}:{one['record']}" if one["type"] in TABLES else "")
    for table in TABLES if newest else ():
        for number, version in stream(f"SELECT id, version FROM {table}"):  # noqa: S608 -- own names
            yield from older(f"{table}:{number}", version, newest.pop(f"{table}:{number}", None))
    for name, (_, entry) in sorted(newest.items()):
        yield Finding(kind="row", where=name, index=None, why=f"gone: made or changed by {entry}")
