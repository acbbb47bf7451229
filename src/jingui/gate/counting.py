"""四（一）3 防统方: reading orders of the whole house part by part, and adding them up [4.1.3]"""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

import orjson

from jingui.core.access_operations import KINDS, CountLine, Per, Scope
from jingui.core.errors import Invalid, JinguiError
from jingui.core.word import N_
from jingui.formats import fhir_json
from jingui.gate.actors import CHINA
from jingui.gate.record_lines import content
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext

MOST: Final = 50_000  # different lines of one result
LARGEST: Final = 2_000_000  # characters of a cursor that is taken back
# An order cannot have been entered before the day it was written on; the day itself stands in its content.
ORDERS_SQL: Final = """SELECT count(*) FROM record WHERE kind = ANY($1::text[]) AND state NOT IN ('draft', 'destroyed')
AND entered >= $2::timestamptz"""
PART_SQL: Final = """SELECT r.patient_id, r.record_id, r.version, r.kind, r.category, r.level, r.labels,
  r.retention_class, r.department_id, r.author_id, v.seal, v.payload, k.wrapped,
  r.form, r.medium, r.mac, r.state
FROM record r JOIN record_version v ON v.patient_id = r.patient_id AND v.record_id = r.record_id
  AND v.version = r.version
LEFT JOIN patient_key k ON k.patient_id = r.patient_id AND k.retention_class = r.retention_class
WHERE r.kind = ANY($1::text[]) AND r.state NOT IN ('draft', 'destroyed') AND r.entered >= $2::timestamptz
  AND (r.patient_id, r.record_id) > ($3::bigint, $4::bigint) ORDER BY r.patient_id, r.record_id LIMIT $5::int"""
PEOPLE_SQL: Final = "SELECT id, name FROM person WHERE id = ANY($1::bigint[])"
DEPARTMENTS_SQL: Final = "SELECT id, name FROM department WHERE id = ANY($1::bigint[])"
CODED: Final = ("medicationCodeableConcept", "codeCodeableConcept", "itemCodeableConcept")


class Order(NamedTuple):
    """An order that was looked at: the entry names it."""

    patient: int
    record: int
    kind: str
    version: int


class Key(NamedTuple):
    """What one line of a count stands for."""

    who: str
    code: str
    text: str
    unit: str


@dataclass(slots=True)
class Sums:
    """What was added up so far, and where the next part begins."""

    total: int = 0
    read: int = 0
    unreadable: int = 0
    patient: int = 0
    record: int = -1
    lines: dict[Key, tuple[int, float]] = field(default_factory=dict)

    def add(self, key: Key, quantity: float) -> None:
        """One order more; Invalid when the result would grow beyond what a page can show."""
        orders, amount = self.lines.get(key, (0, 0.0))
        if key not in self.lines and len(self.lines) >= MOST:
            raise Invalid(N_("统计结果过多，无法列出。"), N_("请缩短期间后重新申请。"))
        self.lines[key] = (orders + 1, amount + quantity)

    def sealed(self, runtime: Runtime, name: str) -> str:
        """The sums as a cursor that only this right's next part opens."""
        rows = [[*key, *value] for key, value in self.lines.items()]
        state = orjson.dumps([self.total, self.read, self.unreadable, self.patient, self.record, rows])
        return b64encode(runtime.vault.seal_note(name, zlib.compress(state))).decode()

    @classmethod
    def opened(cls, runtime: Runtime, name: str, cursor: str) -> "Sums":
        """The sums of a cursor; Invalid when it is not the one that the part before gave."""
        wrong = Invalid(N_("继续标记无效，或这一部分已经统计过。"), places=(("cursor", ""),))
        if len(cursor) > LARGEST:
            raise wrong
        try:
            state = zlib.decompress(runtime.vault.open_note(name, b64decode(cursor, validate=True)))
        except (ValueError, JinguiError) as error:
            raise wrong from error
        total, read, unreadable, patient, record, rows = orjson.loads(state)
        lines = {Key(*row[:4]): (row[4], row[5]) for row in rows}
        return cls(total=total, read=read, unreadable=unreadable, patient=patient, record=record, lines=lines)


def since(scope: Scope) -> datetime:
    """The first moment of the period, in China's days."""
    return datetime.combine(scope.first, time.min, CHINA)


def orders(scope: Scope) -> int:
    """How many orders there are to look at."""
    return int(raw(ORDERS_SQL, list(KINDS[scope.subject]), since(scope))[0][0])


def counted(context: WriteContext, scope: Scope, sums: Sums, most: int) -> Sequence[Order]:
    """Read the next part, add what falls into the period, and say which orders were looked at."""
    rows = raw(PART_SQL, list(KINDS[scope.subject]), since(scope), sums.patient, sums.record, most)
    seen = []
    for row in rows:
        patient, record, version, kind = row[:4]
        seen.append(Order(patient, record, kind, version))
        sums.read += 1
        sums.patient, sums.record = patient, record
        try:
            resource = opened(context, row)
        except JinguiError:
            sums.unreadable += 1  # one bad row is named in the result and does not stop the count
            continue
        if within(resource, scope):
            code, text = coded(resource)
            quantity, unit = amount(resource)
            sums.add(Key(WHO[scope.per](context.runtime, row, resource), code, text, unit), quantity)
    return seen


def opened(context: WriteContext, row: Sequence[Any]) -> Mapping[str, Any]:
    """The order, decrypted; Tampered when its row does not say what its content is sealed with."""
    (patient, record, version, kind, category, level, labels, retention, _, author, seal, payload, wrapped, form,
     medium, mac, state) = row  # fmt: skip
    decides = (patient, record, kind, form, category, level, labels, state, author, version, retention, medium)
    body, _ = content(context.runtime, decides, mac, seal, wrapped, bytes(payload))
    found: Mapping[str, Any] = fhir_json.parse(body)
    return found


def within(resource: Mapping[str, Any], scope: Scope) -> bool:
    """Whether the order was written within the period; one without a day is not counted."""
    try:
        at = datetime.fromisoformat(str(resource.get("authoredOn", "")))
    except ValueError:
        return False
    day: date = at.astimezone(CHINA).date() if at.tzinfo else at.date()
    live = resource.get("status") not in ("entered-in-error", "draft", "cancelled")
    return live and scope.first <= day < scope.last + timedelta(days=1)


def coded(resource: Mapping[str, Any]) -> tuple[str, str]:
    """What was ordered: code and words."""
    concept: Mapping[str, Any] = next((resource[name] for name in CODED if isinstance(resource.get(name), dict)), {})
    coding = (concept.get("coding") or [{}])[0]
    return str(coding.get("code", "")), str(concept.get("text") or coding.get("display") or "")


def amount(resource: Mapping[str, Any]) -> tuple[float, str]:
    """How much was to be supplied; nothing where the order does not say."""
    asked = resource.get("dispenseRequest", {}).get("quantity") or resource.get("quantity") or {}
    try:
        return float(asked.get("value", 0)), str(asked.get("unit") or asked.get("code") or "")
    except (TypeError, ValueError):
        return 0.0, ""


def prescriber(runtime: Runtime, row: Sequence[Any], resource: Mapping[str, Any]) -> str:
    """Who ordered: by the order's own words, else who entered it."""
    asked = resource.get("requester") or {}
    return str(asked.get("display") or asked.get("reference") or f"#{row[9]}")


def department(runtime: Runtime, row: Sequence[Any], resource: Mapping[str, Any]) -> str:
    """Where it was ordered."""
    return f"#{row[8] or 0}"


WHO: Final = {Per.PRESCRIBER: prescriber, Per.DEPARTMENT: department}
NAMES_SQL: Final = {Per.PRESCRIBER: PEOPLE_SQL, Per.DEPARTMENT: DEPARTMENTS_SQL}


def result(context: WriteContext, scope: Scope, sums: Sums) -> tuple[CountLine, ...]:
    """The finished count, most orders first, numbers replaced by names."""
    numbers = sorted({int(key.who[1:]) for key in sums.lines if key.who.startswith("#")})
    names = dict(raw(NAMES_SQL[scope.per], numbers)) if numbers else {}
    made = []
    for key, (number, quantity) in sums.lines.items():
        who = int(key.who[1:]) if key.who.startswith("#") else 0
        made.append(CountLine(who, names.get(who, "") if who or key.who == "#0" else key.who, key.code, key.text,
                              number, quantity, key.unit))  # fmt: skip
    return tuple(sorted(made, key=lambda line: (-line.orders, line.name, line.code)))
