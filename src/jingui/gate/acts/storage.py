"""三（二）1, 3 存储系统: the hourly fingerprint of the configuration, and the storage page [3.2.1] [3.2.3] [3.1.1]"""

import zlib
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from jingui.core.calendars import CHINA
from jingui.core.entry import Line
from jingui.core.errors import Tampered
from jingui.core.matters.row import State
from jingui.core.permit import Permit
from jingui.core.storage import PARTS, Fingerprinted, StorageRequest, changed, explained, listed
from jingui.core.words import Verb
from jingui.crypto.canon import canon
from jingui.gate import fingerprint
from jingui.gate.acts.matters import open_matter
from jingui.gate.context import ReadContext
from jingui.gate.matter_safe import safe_of
from jingui.gate.registry import Done, read_act, write_act
from jingui.gate.rows import keep, next_id
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.storage_seen import board
from jingui.gate.writing import WriteContext
from jingui.store.models import CapacityPoint, Fingerprint, Matter

LOCK_SQL: Final = "SELECT pg_advisory_xact_lock($1::bigint)"
LOCK: Final = 0x66696E67  # one fingerprint at a time, in order
# Ids of entries grow with time: this reads the entries since the last fingerprint and no others. What was only proposed
# to a second person changed nothing.
VERBS_SQL: Final = """SELECT DISTINCT verb FROM entry WHERE id >= $1::uuid AND verb = ANY($2::text[])
AND decision = 'allow' AND position('"reason":"proposed"' in convert_from(head, 'UTF8')) = 0"""
# A setting that was set since the last fingerprint by an allowed operation: one that was deleted, or put back as it was
# on an earlier day, names none.
SET_SQL: Final = """SELECT s.name FROM setting s JOIN entry e ON e.id = s.entry
WHERE s.name = ANY($1::text[]) AND s.entry >= $2::uuid AND e.decision = 'allow'"""
SIZES_SQL: Final = """SELECT pg_database_size(current_database())::bigint,
(SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
 WHERE c.relname IN ('entry', 'entry_index', 'entry_payload', 'tile', 'checkpoint') AND c.relkind = 'r')"""
SINCE: Final = timedelta(minutes=1)  # before the last fingerprint: what was under way when it was taken


@write_act(Verb.TAKE_FINGERPRINT)
def take(context: WriteContext, permit: Permit) -> Done:
    """记录配置指纹: what changed since the last one, and what of it nobody approved: that opens a matter [3.2.3]."""
    raw(LOCK_SQL, LOCK)
    runtime = context.runtime
    now = fingerprint.taken(runtime)
    digest = runtime.suite.digest(canon(now))
    last = Fingerprint.objects.order_by("-id").first()
    if last is not None:
        runtime.sealer.check(last)
    found = {}
    if last is not None and bytes(last.digest) != digest:
        before = kept(runtime, last)
        # a part that this process cannot see (another host, an older program) is no change of it
        found = changed({name: before[name] for name in before if name in now}, now)
    matter, left = judged(context, permit, found, last)
    drift = listed(left)
    if drift:
        matter = asked(context, permit, left, drift)
    same = last is not None and bytes(last.digest) == digest
    row = Fingerprint(
        id=next_id(Fingerprint), at=permit.at, digest=digest, parts=b"" if same else packed(now), matter=matter,
        drift=drift,
    )  # fmt: skip
    keep(context, row, new=True)
    capacity(runtime, permit.at)
    value = Fingerprinted(
        digest=digest.hex(), changed=tuple(listed(found)), drift=tuple(drift), matter=matter, first=last is None
    )
    return Done(value=value, lines=(Line("", digest.hex(), "fingerprint", 1),), note="\n".join(drift).encode())


def packed(parts: dict[str, dict[str, str]]) -> bytes:
    """Parts as they are kept."""
    return zlib.compress(canon(parts), 9)


def kept(runtime: Runtime, last: Fingerprint) -> dict[str, dict[str, str]]:
    """The parts of the last fingerprint: kept where they last changed; Tampered when they are not those."""
    row = last if last.parts else Fingerprint.objects.exclude(parts=b"").order_by("-id").first()
    if row is None:
        raise Tampered(where=f"fingerprint:{last.pk}")
    runtime.sealer.check(row)
    plain = zlib.decompress(bytes(row.parts))
    if runtime.suite.digest(plain) != bytes(last.digest):
        raise Tampered(where=f"fingerprint:{row.pk}")
    parts: dict[str, dict[str, str]] = orjson.loads(plain)
    return parts


def judged(
    context: WriteContext, permit: Permit, found: dict[str, tuple[str, ...]], last: Fingerprint | None
) -> tuple[int, dict[str, tuple[str, ...]]]:
    """The approved change that names what changed (0 for none), and what is left unexplained."""
    if not found or last is None:
        return 0, {}
    wanted = sorted({verb.value for part in PARTS.values() for verb in part.verbs})
    since = lowest(last.at - SINCE)
    done = [verb for (verb,) in raw(VERBS_SQL, since, wanted)]
    if "settings" in found:
        rightly = {name for (name,) in raw(SET_SQL, list(found["settings"]), since)}
        found = {**found, "settings": tuple(name for name in found["settings"] if name not in rightly)}
        found = {name: items for name, items in found.items() if items}
    named: set[str] = set()
    matter = 0
    for row in approved(context, permit.at, last.at):
        answers = safe_of(context.runtime, raw, row.pk, 0).open_answers(row.payload)
        parts = set(answers["parts"].split(","))
        opens = datetime.fromisoformat(answers["first"]).replace(tzinfo=CHINA)
        if opens <= permit.at:
            named |= parts
            matter = row.pk if parts & set(found) else matter
    return matter, explained(found, done, named)


def lowest(at: datetime) -> str:
    """The lowest id of an entry of that moment (UUIDv7: the first 48 bits are milliseconds)."""
    ms = f"{int(at.timestamp() * 1000):012x}"
    return f"{ms[:8]}-{ms[8:]}-7000-8000-000000000000"


def approved(context: WriteContext, at: datetime, since: datetime) -> list[Matter]:
    """Configuration changes that were approved and whose window was not over at the last fingerprint."""
    states = (State.EXECUTED.value, State.CLOSED.value)
    rows = Matter.objects.filter(
        kind="configuration_change", state__in=states, decided__lte=at, until__gt=since, outcome=""
    ).order_by("id")[:200]
    found = list(rows)
    for row in found:
        context.runtime.sealer.check(row)
    return found


def asked(context: WriteContext, permit: Permit, left: dict[str, tuple[str, ...]], drift: list[str]) -> int:
    """The matter about changes that nobody approved."""
    answers = {
        "at": f"{permit.at.astimezone(CHINA):%Y-%m-%d %H:%M}",
        "parts": "、".join(PARTS[name].text if name in PARTS else name for name in left)[:400],
        "items": "\n".join(drift)[:8000],
    }
    return int(open_matter(context, permit, "configuration_drift", answers, patient=0).pk)


def capacity(runtime: Runtime, at: datetime) -> None:
    """One point for each place that is measured."""
    places = dict(runtime.disks()) if runtime.disks is not None else {}
    database, ledger = raw(SIZES_SQL)[0]
    total = places["home"][1] if "home" in places else 0
    places |= {"database": (database, total), "ledger": (ledger, total)}
    CapacityPoint.objects.bulk_create(
        [CapacityPoint(place=name, at=at, used=used, total=whole) for name, (used, whole) in sorted(places.items())],
        ignore_conflicts=True,
    )


@read_act(Verb.READ_STORAGE)
async def read(context: ReadContext, permit: Permit) -> Done:
    """How full every place is and will be, the fingerprints with what nobody approved, the measures [3.2.1]."""
    data: Any = permit.operation.data
    request = data if isinstance(data, StorageRequest) else StorageRequest()
    return Done(value=await board(context, permit, request))
