"""四（二）1 核验: anybody asks whether a copy is the hospital's and unaltered; without its secret, nothing [4.2.1]"""

import hmac
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, cast

from jingui.core.entry import Line
from jingui.core.errors import Refused
from jingui.core.matters import KINDS
from jingui.core.permit import Permit
from jingui.core.release import COPY, FILE, CheckCopy, CopyCheck, CopyState, masked
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.gate import copies, copies_seen, destroying_check, plane
from jingui.gate.context import ReadContext
from jingui.gate.copies import ROW, read_row
from jingui.gate.copies_proof import narrowed
from jingui.gate.copies_seen import Seen
from jingui.gate.registry import Done, read_act
from jingui.gate.settings import loop_values

FIND_SQL: Final = f"SELECT {ROW.sql} FROM copy_made c WHERE c.token = $1::bytea"  # noqa: S608 -- own column names
SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
#: What has been on paper: before that, there is nothing to check.
OUT: Final = (CopyState.STAMPED, CopyState.HANDED, CopyState.REVOKED, CopyState.SUPERSEDED)
NOTHING: Final = CopyCheck(found=False)
MINUTE: Final = timedelta(minutes=1)
#: Counted beside the tries of signing in, for every process of the house; what is old goes with the next that is new.
COUNT_SQL: Final = """INSERT INTO axes_accessattempt AS a
  (username, ip_address, user_agent, http_accept, path_info, attempt_time, get_data, post_data, failures_since_start)
VALUES ($1::text, '0.0.0.0', 'check', '', '', $2::timestamptz, '', '', 1)
ON CONFLICT (username, ip_address, user_agent) DO UPDATE SET
  failures_since_start = CASE WHEN a.attempt_time <= $3::timestamptz THEN 1 ELSE a.failures_since_start + 1 END,
  attempt_time = CASE WHEN a.attempt_time <= $3::timestamptz THEN $2::timestamptz ELSE a.attempt_time END
RETURNING failures_since_start"""
FORGET_SQL: Final = "DELETE FROM axes_accessattempt WHERE user_agent = 'check' AND attempt_time <= $1::timestamptz"


@read_act(Verb.CHECK_COPY)
async def check_copy(context: ReadContext, permit: Permit) -> Done:
    """Look for the secret; an unknown one and one that is none cost and answer the same [4.2.1]."""
    asked = cast(CheckCopy, permit.operation.data)
    await limited(context, permit)
    for find in (copy_found, destroying_check.found):  # every kind of stamped file that the public holds in its hands
        done = await find(context, asked)
        if done is not None:
            return done
    return Done(value=NOTHING)


async def copy_found(context: ReadContext, asked: CheckCopy) -> Done | None:
    """What is told of a copy with this secret, None for none."""
    secret = copies.secret_of(asked.secret)
    rows = await context.rows(FIND_SQL, copies.token(context.runtime, secret))
    if not rows:
        return None
    found = await copies_seen.seen(context, [read_row(context.runtime, rows[0])])
    if not found or found[0].row["stamped"] is None or found[0].row["state"] not in OUT:
        return None
    one = found[0]
    value = await answer(context, one, asked.digest.strip().lower())
    row = one.row
    line = context.line(row["patient_id"], row["copy_id"], COPY, row["version"])
    return Done(value=value, lines=(line, *compared(asked.digest.strip().lower())), patients=(row["patient_id"],))


def compared(digest: str) -> tuple[Line, ...]:
    """The file that was held against the copy."""
    return (Line("", digest, FILE, 0),) if SHA256.fullmatch(digest) else ()


async def limited(context: ReadContext, permit: Permit) -> None:
    """Refused when one address asks too often, whichever process it asks. Kept is a keyed digest, no address."""
    values = await loop_values(context.pipe, context.actor.epoch)
    runtime, before = context.runtime, permit.at - MINUTE
    name = runtime.suite.mac(runtime.keyring.key("tries"), f"check\0{permit.operation.actor.address}".encode()).hex()
    count = (await context.rows(COUNT_SQL, name, permit.at, before))[0][0]
    if count == 1:
        await context.rows(FORGET_SQL, before)
    if count > int(values["copy_checks"]):
        raise Refused(N_("核验过于频繁，请稍后再试。"), N_("请一分钟后再试。"), clauses=("4.2.1",), reason="too_often")


async def answer(context: ReadContext, one: Seen, digest: str) -> CopyCheck:
    """What anybody is told of a copy that exists: names masked, nothing of its contents."""
    row, matter = one.row, one.matter
    kind = KINDS[one.kept.kind]
    proof, key = await proved(context, row)
    after = await context.rows(copies_seen.NEXT_SQL, row["patient_id"], row["matter"], row["copy_id"])
    stamped = bytes(row["digest"]).hex()
    return CopyCheck(
        found=True,
        state=row["state"],
        matches=hmac.compare_digest(stamped, digest) if digest.isascii() and digest else None,
        number=one.kept.number,
        hospital=context.runtime.institution,
        stamped=row["stamped"],
        medium=one.kept.stamped.get("medium", ""),
        pages=row["pages"],
        applicant=masked(one.kept.answers.get("applicant", "") or one.kept.answers.get("body_name", "")),
        patient=masked(await patient_name(context, row["patient_id"])),
        matter=row["matter"],
        kind=kind.text,
        approved_by=kind.steps[-1].name,
        approved=matter["decided"],
        ended=row["ended"],
        replaced=bool(after) and row["state"] == CopyState.SUPERSEDED,
        proof=proof,
        key=key,
    )


async def patient_name(context: ReadContext, patient: int) -> str:
    """The patient's name, to be masked before it leaves."""
    about = (await context.about([patient]))[0]
    return str(context.face(about).get("name", "")) if about is not None and not about.tampered else ""


async def proved(context: ReadContext, row: Mapping[str, Any]) -> tuple[Mapping[str, Any] | None, str]:
    """The proof that the ledger committed the stamped file, None until it stands under a checkpoint."""
    library = plane.current().library
    entry = str(row["stamped_entry"])
    placed = await library.placed(entry)
    if placed.index is None or placed.proof is None:
        return None, library.key.line()
    _index, _head, _private, targets, _person = await library.row(entry)
    return narrowed(context.runtime, placed.proof, targets, FILE, bytes(row["digest"]).hex()), library.key.line()
