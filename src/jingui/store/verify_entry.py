"""七（一）监督检查: one stored entry against its committed bytes, column by column [7.1.2] [1.3.3]"""

from collections.abc import Callable, Mapping
from datetime import datetime
from hmac import compare_digest
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from jingui.crypto.entry import private_commitment
from jingui.crypto.merkle import tree_hash
from jingui.crypto.suite import Suite

COLUMNS = """e.id, e.at, e.writer, e.n, e.head, e.leaf, e.mac, e.private, e.targets, e.verb, e.decision, e.account_id,
  e.person_id, e.patient_id, e.patients"""


class Row(NamedTuple):
    """A row of COLUMNS."""

    id: UUID
    at: datetime
    writer: UUID
    n: int
    head: bytes
    leaf: bytes
    mac: bytes
    private: bytes
    targets: bytes
    verb: str
    decision: str
    account: int | None
    person: int | None
    patient: int | None
    patients: list[int] | None


class Read(NamedTuple):
    """What a row says, and every way in which it is not as it was written."""

    wrong: tuple[str, ...]
    prev: bytes
    detail: str
    leaf: bytes  # recomputed from the head
    targets: list[dict[str, Any]]


class Reader:
    """Checks rows; remembers public ids of patients, so that a row costs some twenty microseconds."""

    def __init__(
        self, suite: Suite, mac: Callable[[bytes], bytes], public: Callable[[int], str], accounts: Mapping[int, str],
        people: Mapping[int, str],
    ) -> None:  # fmt: skip
        """Take the keys, the public id of a patient number, user names by account and staff numbers by person."""
        self._suite, self._mac, self._public = suite, mac, public
        self._accounts, self._people = accounts, people
        self._known: dict[int, str] = {}
        self.directory = public(0)

    def read(self, row: Row) -> Read:
        """Check one row."""
        suite, wrong = self._suite, []
        leaf = suite.digest(b"\x00" + row.head)
        if not compare_digest(self._mac(row.head), row.mac):
            wrong.append("mac")
        if leaf != row.leaf:
            wrong.append("leaf")
        try:
            head, private, targets = orjson.loads(row.head), orjson.loads(row.private), orjson.loads(row.targets)
            prev, root = bytes.fromhex(head["prev"]), bytes.fromhex(head["targets"])
            if private_commitment(suite, row.private).hex() != head["private"]:
                wrong.append("private")
            if head["count"] != len(targets) or self._root(row.targets, targets) != root:
                wrong.append("targets")
            at = datetime.fromisoformat(head["at"])
            account = self._accounts.get(row.account, "?") if row.account else ""
            pairs = (
                ("id", head["id"], str(row.id)), ("at", at, row.at), ("n", head["n"], row.n),
                ("writer", head["writer"], str(row.writer)), ("verb", head["verb"], row.verb),
                ("decision", head["decision"], row.decision),
                ("account_id", private["account"], account),
            )  # fmt: skip
            wrong += [name for name, said, stored in pairs if said != stored]
            if row.person is not None and private["person"] != self._people.get(row.person, "?"):
                wrong.append("person_id")
            if row.person is None and private["account"]:
                wrong.append("person_id")
            wrong += self._patients(row, targets)
            return Read(tuple(wrong), prev, private["detail"], leaf, targets)
        except (ValueError, TypeError, KeyError, AttributeError):
            return Read((*wrong, "form"), b"", "", leaf, [])

    def _root(self, raw: bytes, targets: list[Any]) -> bytes:
        digest = self._suite.digest
        if len(targets) == 1:
            return digest(b"\x00" + raw[1:-1])
        lines = [orjson.dumps(one, option=orjson.OPT_SORT_KEYS) for one in targets]
        return tree_hash(self._suite, [digest(b"\x00" + line) for line in lines])

    def _patients(self, row: Row, targets: list[dict[str, Any]]) -> list[str]:
        """The patient columns must say exactly whom the targets name; `patients` only when they are several."""
        named = {one["patient"] for one in targets} - {"", self.directory}
        said = [row.patient] if row.patient else []
        out = []
        if row.patients is not None:
            if len(row.patients) < 2 or (row.patient is not None and row.patient not in row.patients):
                out.append("patients")
            said += row.patients
        if {self.name(one) for one in said if one} != named:
            out.append("patients" if row.patients is not None else "patient_id")
        return out

    def name(self, patient: int) -> str:
        """The public id of a patient number."""
        found = self._known.get(patient)
        if found is None:
            if len(self._known) > 500_000:
                self._known.clear()
            found = self._known[patient] = self._public(patient)
        return found
