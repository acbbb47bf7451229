"""二（一）3: the rows of consents as the gate reads and makes them; what is owed; precautions [2.1.3]"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from jingui.core import consents as core
from jingui.core.consents import ConsentLine, Owed, Row, Seen
from jingui.core.errors import Tampered
from jingui.core.settings import Value, several
from jingui.core.words import Level, Sensitivity
from jingui.formats import sensitivity
from jingui.formats.fhir_consent import Told
from jingui.gate.runtime import Runtime
from jingui.store.models import PatientConsent
from jingui.store.statements import Columns

CONSENT = Columns()
CONSENT.sealed("c", "patient_consent")
ROWS_SQL = f"""SELECT {CONSENT.sql} FROM patient_consent c WHERE c.patient_id = ANY($1::bigint[])
ORDER BY c.starts DESC, c.consent_id DESC"""  # noqa: S608 -- own texts only
# What speaks of a label without being about the patient's health, such as a consent itself, does not count.
SEEN_SQL = """SELECT r.patient_id, l.label, min(r.entered), max(r.entered)
FROM record r CROSS JOIN LATERAL unnest(r.labels) l(label)
WHERE r.patient_id = ANY($1::bigint[]) AND r.state NOT IN ('draft', 'destroyed') AND r.kind <> ALL($2::text[])
GROUP BY 1, 2"""
GROUP, AT = CONSENT.groups["c"], CONSENT.at
NOT_CLINICAL = list(core.NOT_CLINICAL)
KNOWN = frozenset(Sensitivity)


def checked(runtime: Runtime, rows: Iterable[Sequence[Any]]) -> list[Sequence[Any]]:
    """The rows, each as Jingui wrote it; Tampered names the first that is not."""
    out = []
    for row in rows:
        if not runtime.sealer.holds("patient_consent", GROUP.values(row), GROUP.mac(row)):
            raise Tampered(where=f"patient_consent:{row[0]}.{row[1]}")
        out.append(row)
    return out


def word(row: Sequence[Any]) -> Row:
    """What deciding needs of a row."""
    at = AT
    return Row(
        row[at["c.kind"]], frozenset(row[at["c.labels"]]), row[at["c.state"]], row[at["c.starts"]], row[at["c.ends"]]
    )


def line(runtime: Runtime, row: Sequence[Any]) -> ConsentLine:
    """A row as a list shows it."""
    patient, number = row[AT["c.patient_id"]], row[AT["c.record_id"]]
    return ConsentLine(
        row[AT["c.consent_id"]], row[AT["c.kind"]], row[AT["c.purpose"]], tuple(row[AT["c.labels"]]),
        tuple(row[AT["c.categories"]]), row[AT["c.party"]], row[AT["c.state"]],
        runtime.public(patient, number) if number else "", row[AT["c.starts"]], row[AT["c.ends"]],
    )  # fmt: skip


def seen_by(rows: Iterable[Sequence[Any]]) -> dict[int, dict[Sensitivity, Seen]]:
    """When each label stood in each chart first and last."""
    out: dict[int, dict[Sensitivity, Seen]] = {}
    for patient, label, first, last in rows:
        if label not in KNOWN:  # no word of ours: the record's own MAC says so to whoever reads it
            continue
        labels = out.setdefault(patient, {})
        old = labels.get(Sensitivity(label), Seen(first, last))
        labels[Sensitivity(label)] = Seen(min(old.first, first), max(old.last, last))
    return out


def owed_of(seen: Mapping[Sensitivity, Seen], rows: Sequence[Row], settings: Mapping[str, Value]) -> tuple[Owed, ...]:
    """What is still owed of one patient, under the settings in force."""
    within = timedelta(hours=cast(int, settings["consent_due_hours"]))
    return core.owed(seen, rows, several(settings["consent_labels_treatment"]), within)


def house_of(settings: Mapping[str, Value]) -> sensitivity.House:
    """The hospital's own sensitive codes and age of minors."""
    return sensitivity.House(str(settings["sensitive_codes"]), cast(int, settings["minor_years"]))


def level_of(labels: Iterable[str]) -> Level:
    """What a consent's labels amount to: its line tells as much as the record it speaks of."""
    return sensitivity.level(Sensitivity(label) for label in labels)


def precautions_of(labels: Iterable[Sensitivity]) -> tuple[core.Precaution, ...]:
    """What those who treat must know; never the label itself."""
    kinds = {core.PRECAUTIONS[label] for label in labels if label in core.PRECAUTIONS}
    return tuple(one for one in core.Precaution if one in kinds)


def new_row(told: Told, *, patient: int, number: int, record: int, at: datetime) -> PatientConsent:
    """The unsaved row of a consent that a writing act keeps."""
    return PatientConsent(
        patient_id=patient, consent_id=number, purpose=told.purpose, kind=told.kind, labels=list(told.labels),
        categories=list(told.categories), party=told.party, state=told.state, record_id=record, starts=at,
        ends=told.ends,
    )  # fmt: skip
