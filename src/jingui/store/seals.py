"""六（一）安全防护: MACs on the rows that decide [6.1.2]

The MAC covers the table's name, the named columns, the row's version and the ledger entry that made it. A row whose MAC
does not hold is never used: the caller gets Tampered with table and row.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from hmac import compare_digest
from uuid import UUID

from jingui.core.errors import Tampered
from jingui.store.models import Account, Encounter, Record
from jingui.store.models.sealed import Sealed

Value = int | str | bool | bytes | memoryview | date | datetime | UUID | Sequence[str] | Sequence[int] | None
# Every model that says it is sealed: one cannot be forgotten here.
SEALED_TABLES: dict[str, tuple[str, ...]] = {
    model._meta.db_table: (*model.SEALED, "version", "entry") for model in Sealed.__subclasses__()
}
REMEMBERED = 65_536
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PASSWORD = "account.password"  # noqa: S105 -- the name of a group of columns
SEALED_TABLES[PASSWORD] = Account.SEALED_PASSWORD
# Rows without an entry of their own: their versions have one, and the columns under the MAC stand in `SEALED`.
PLAIN = ("record", "encounter")
SEALED_TABLES["record"] = Record.SEALED
SEALED_TABLES["encounter"] = Encounter.SEALED


def plain(value: Value) -> str:
    """One value as unambiguous text: kind letter, then content."""
    match value:
        case None:
            return "n"
        case bool():
            return f"b{int(value)}"
        case int():
            return f"i{value}"
        case str():
            return f"s{value}"
        case datetime():
            since = value - EPOCH  # in whole numbers: a float would let neighbouring microseconds meet
            return f"t{(since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds}"
        case date():
            return f"d{value.isoformat()}"
        case UUID():
            return f"u{value.hex}"
        case bytes() | memoryview():
            return f"x{bytes(value).hex()}"
        case _:
            return "l" + "".join(f"{len(v)}:{v}" for v in map(str, value))


def message(table: str, values: Sequence[Value]) -> bytes:
    """The bytes under the MAC: length-prefixed, so no two rows share them."""
    texts = [table, *map(plain, values)]
    return "".join(f"{len(t)}:{t}" for t in texts).encode()


class Sealer:
    """Makes and checks row MACs under one key; good rows are remembered by their MAC: a hot row costs a comparison."""

    def __init__(self, mac: Callable[[bytes], bytes]) -> None:
        """Use `mac`, a keyed function of the keyring."""
        self._mac = mac
        self._good: dict[bytes, tuple[str, tuple[Value, ...]]] = {}

    def mac(self, table: str, values: Sequence[Value]) -> bytes:
        """Return the MAC of these values."""
        return self._mac(message(table, values))

    def holds(self, table: str, values: tuple[Value, ...], mac: bytes | memoryview | None) -> bool:
        """Whether `mac` is right for these values."""
        if mac is None:
            return False
        mac = bytes(mac)
        if self._good.get(mac) == (table, values):
            return True
        if not compare_digest(self._mac(message(table, values)), mac):
            return False
        if len(self._good) >= REMEMBERED:
            self._good.clear()
        self._good[mac] = (table, values)
        return True

    def seal(self, row: Sealed | Record) -> None:
        """Set `row.mac` from its columns (a sealed row's entry and version must be set)."""
        table = row._meta.db_table
        row.mac = self.mac(table, [getattr(row, name) for name in SEALED_TABLES[table]])
        if isinstance(row, Account):
            row.password_mac = self.mac(PASSWORD, [getattr(row, name) for name in SEALED_TABLES[PASSWORD]])

    def check(self, row: Sealed | Record) -> None:
        """Raise Tampered if `row` is not as Jingui wrote it."""
        table = row._meta.db_table
        if not self.holds(table, tuple(getattr(row, name) for name in SEALED_TABLES[table]), row.mac):
            key = row.pk if isinstance(row.pk, tuple) else (row.pk,)
            raise Tampered(where=f"{table}:{'.'.join(map(str, key))}")  # as verification names it

    def check_password_row(self, account: Account) -> None:
        """Raise Tampered if the password hash was not set through the door."""
        self.check(account)
        values = tuple(getattr(account, name) for name in SEALED_TABLES[PASSWORD])
        if not self.holds(PASSWORD, values, account.password_mac):
            raise Tampered(where=f"account.password:{account.pk}")
