"""四（二）1 复制件: a copy's row, genuine and locked, and what lies encrypted in it [4.2.1] [3.1.1]

What says who applied lies under the patient's identity key; what says what is in the copy, and the file itself, lie
under the keys of all classes whose records it holds, one inside the other: destroying any of them destroys it too.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import orjson

from jingui.core.errors import NotFound, Refused, Tampered
from jingui.core.operation import Target
from jingui.core.release import COPY, PURPOSES, SECRET_BYTES
from jingui.core.word import N_
from jingui.crypto.envelope import aad
from jingui.crypto.keyring import DataKey
from jingui.gate.rows import locked
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Copy
from jingui.store.statements import Columns

IDENTITY: Final = "identity"
KEYS_SQL: Final = "SELECT retention_class, wrapped FROM patient_key WHERE patient_id = $1::bigint"
ROW: Final = Columns()
ROW.sealed("c", "copy_made")
ROW.add("c.payload", "c.version", "c.entry")
FILE_SQL: Final = "SELECT file FROM copy_made WHERE patient_id = $1::bigint AND copy_id = $2::bigint"
HEX: Final = 2 * SECRET_BYTES
LONGEST: Final = 100  # of what is typed as a secret


@dataclass(slots=True, kw_only=True)
class Kept:
    """What a copy's payload says beside its contents."""

    number: str
    secret: str  # hex, for the QR
    answers: dict[str, str]
    kind: str  # the matter's
    unfinished: list[str] = field(default_factory=list)
    withheld: int = 0
    elsewhere: dict[str, int] = field(default_factory=dict)  # records under merged numbers, by public id
    tariff: int = 0
    postage: int = 0
    invoice: str = ""
    waived: str = ""
    confirmed: dict[str, str] = field(default_factory=dict)
    stamped: dict[str, str] = field(default_factory=dict)
    handed: dict[str, str] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)
    size: int = 0


class Safe:
    """Seals and opens what belongs to one copy."""

    def __init__(self, runtime: Runtime, patient: int, copy: int, wrapped: Iterable[Sequence[Any]]) -> None:
        """Take the patient's wrapped keys, as `KEYS_SQL` finds them; one is opened when it is needed."""
        self._runtime, self._patient, self._copy = runtime, patient, copy
        self._wrapped = {name: bytes(key) for name, key in wrapped}

    def _key(self, name: str) -> DataKey:
        return self._runtime.vault.key(self._patient, name, self._wrapped.get(name))

    def _place(self, name: str, part: str) -> bytes:
        return aad(self._patient, self._copy, 0, f"copy.{name}", part)

    def nest(self, classes: Sequence[str], part: str, plain: bytes) -> bytes:
        """Seal under every class's key; the last one is outermost."""
        for name in classes:
            plain = self._key(name).cipher.seal(plain, self._place(name, part))
        return plain

    def unnest(self, classes: Sequence[str], part: str, sealed: bytes) -> bytes:
        """Open again; Gone when any of the keys was destroyed, Tampered when a bit differs or it is another copy's."""
        try:
            for name in reversed(classes):
                sealed = self._key(name).cipher.open(sealed, self._place(name, part))
        except Tampered as error:
            raise Tampered(where=f"copy_made:{self._patient}.{self._copy}") from error
        return sealed

    def close(self, kept: Kept, listed: bytes) -> bytes:
        """The payload: `listed` is the manifest, nested already."""
        plain = orjson.dumps({"kept": asdict(kept), "listed": base64.b64encode(listed).decode()})
        return self.nest((IDENTITY,), "payload", plain)

    def open(self, payload: bytes | memoryview) -> tuple[Kept, bytes]:
        """The payload again, and the nested manifest."""
        plain = orjson.loads(self.unnest((IDENTITY,), "payload", bytes(payload)))
        return Kept(**plain["kept"]), base64.b64decode(plain["listed"])


@dataclass(slots=True, kw_only=True)
class Opened:
    """A copy at hand: its row (locked, genuine) and what it keeps."""

    row: Copy
    safe: Safe
    kept: Kept
    listed: bytes

    def manifest(self) -> bytes:
        """What it contains, as it was entered."""
        return self.safe.unnest(self.row.classes, "manifest", self.listed)

    def reclose(self) -> None:
        """Put what changed in `kept` back into the row."""
        self.row.payload = self.safe.close(self.kept, self.listed)


def opened(context: WriteContext, target: Target) -> Opened:
    """The copy that the target names, locked, genuine; NotFound, Gone or Tampered otherwise.

    Refused under another purpose than it was made for: who handles what the law asks for handles no patient's copies.
    """
    if not target.patient or not target.record:
        raise NotFound()
    row = locked(context, Copy, (target.patient, target.record))
    if context.operation.purpose is not PURPOSES[row.kind]:
        raise Refused(N_("该复制件不是为此目的制作的。"), N_("请以制作时的目的办理。"), clauses=("4.2.1",),
                      reason="purpose")  # fmt: skip
    safe = Safe(context.runtime, target.patient, target.record, raw(KEYS_SQL, target.patient))
    kept, listed = safe.open(row.payload)
    return Opened(row=row, safe=safe, kept=kept, listed=listed)


def read_row(runtime: Runtime, row: Sequence[Any]) -> dict[str, Any]:
    """A row of `ROW` by its columns' names, genuine; Tampered names it."""
    group = ROW.groups["c"]
    if not runtime.sealer.holds(group.table, group.values(row), group.mac(row)):
        raise Tampered(where=f"copy_made:{row[0]}.{row[1]}")
    return {name.partition(".")[2]: row[at] for name, at in ROW.at.items()}


def kept_of(runtime: Runtime, row: Mapping[str, Any], wrapped: Iterable[Sequence[Any]]) -> tuple[Safe, Kept, bytes]:
    """What a row keeps, opened with the patient's keys."""
    safe = Safe(runtime, row["patient_id"], row["copy_id"], wrapped)
    return safe, *safe.open(row["payload"])


def token(runtime: Runtime, secret: bytes) -> bytes:
    """The blind index by which a copy is found from the secret in its QR."""
    return runtime.suite.mac(runtime.keyring.key("blind:copy"), secret)[:16]


def secret_of(text: str) -> bytes:
    """The secret as somebody scanned or typed it: 32 hex digits or base32. What is no secret becomes one that no copy
    has, so that it is looked for like any other.
    """
    flat = "".join(text[:LONGEST].split()).replace("-", "")
    try:
        found = bytes.fromhex(flat) if len(flat) == HEX else base64.b32decode(flat.upper() + "=" * (-len(flat) % 8))
    except (ValueError, binascii.Error):
        found = b""
    return found if len(found) == SECRET_BYTES else b"\0" * SECRET_BYTES


def line(context: Any, row: Copy) -> Any:
    """The copy as a target of its operations' entries, with the version it then has."""
    return context.line(row.patient_id, row.copy_id, COPY, row.version)
