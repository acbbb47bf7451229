"""四（一）3 防止滥用: whether a reader's own chart and a patient's share a phone or a home [4.1.3]

Compared inside the vault's reach and told as one word; neither value leaves.
"""

from datetime import date, datetime
from typing import Any

import orjson

from jingui.core.calendars import CHINA
from jingui.core.errors import Gone
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw

OWN_SQL = "SELECT patient_id FROM patient WHERE person_id = $1::bigint AND linked_to IS NULL LIMIT 1"
PHONES_SQL = """SELECT 1 FROM patient_identity a JOIN patient_identity b ON b.field = a.field AND b.token = a.token
WHERE a.patient_id = $1::bigint AND b.patient_id = $2::bigint AND a.field = 'phone' LIMIT 1"""
PERSON_SQL = """SELECT r.record_id, v.version, v.seal, v.payload, k.wrapped, r.retention_class FROM record r
JOIN record_version v ON v.patient_id = r.patient_id AND v.record_id = r.record_id AND v.version = r.version
LEFT JOIN patient_key k ON k.patient_id = r.patient_id AND k.retention_class = r.retention_class
WHERE r.patient_id = $1::bigint AND r.record_id = 0"""


class Kinship:
    """Remembers, for one run, what it opened."""

    def __init__(self, runtime: Runtime) -> None:
        """Use this process's vault."""
        self._runtime = runtime
        self._own: dict[int, int] = {}
        self._people: dict[int, dict[str, Any]] = {}

    def between(self, person: int, patient: int) -> str:
        """phone, address, or "" when they share neither or the reader has no chart here."""
        if person not in self._own:
            rows = raw(OWN_SQL, person)
            self._own[person] = rows[0][0] if rows else 0
        own = self._own[person]
        if not own or own == patient:
            return ""
        if raw(PHONES_SQL, own, patient):
            return "phone"
        mine, theirs = self._person(own), self._person(patient)
        homes = home(mine) & home(theirs)
        return "address" if homes and surname(mine) and surname(mine) == surname(theirs) else ""

    def days_since_death(self, patient: int, at: datetime) -> int:
        """Whole days between the recorded death and `at`; 0 when no day is recorded."""
        died = str(self._person(patient).get("deceasedDateTime", ""))[:10]
        try:
            return max((at.astimezone(CHINA).date() - date.fromisoformat(died)).days, 0)
        except ValueError:
            return 0

    def _person(self, patient: int) -> dict[str, Any]:
        found = self._people.get(patient)
        if found is None:
            found = self._people[patient] = self._opened(patient)
        return found

    def _opened(self, patient: int) -> dict[str, Any]:
        rows = raw(PERSON_SQL, patient)
        if not rows:
            return {}
        record, version, seal, payload, wrapped, retention = rows[0]
        vault = self._runtime.vault
        try:
            key = vault.key(patient, retention, wrapped)
        except Gone:
            return {}  # destroyed: there is nothing left to compare
        return dict(orjson.loads(vault.open(key, patient, record, version, seal, bytes(payload))))


def home(person: dict[str, Any]) -> set[str]:
    """Homes as comparable texts; short ones (a city alone) say nothing."""
    out = set()
    for one in person.get("address", ()):
        text = one.get("text") or "".join(
            [*(one.get(n, "") for n in ("state", "city", "district")), *one.get("line", ())]
        )
        squeezed = "".join(text.split())
        if len(squeezed) >= 8:
            out.add(squeezed)
    return out


def surname(person: dict[str, Any]) -> str:
    """The family name, or the first letter of a Chinese name without one."""
    names = person.get("name") or [{}]
    text = str(names[0].get("family") or names[0].get("text") or "")
    return text if names[0].get("family") else text[:1]
