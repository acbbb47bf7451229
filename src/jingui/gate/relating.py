"""四（一）1 审批与范围: relations that follow from a submission, made and ended with the record they rest on [4.1.1]"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

from jingui.core.errors import Tampered
from jingui.core.operation import Operation, Target
from jingui.core.settings import Value
from jingui.core.words import Category, Relation, Verb
from jingui.formats.fhir_encounter import Outline
from jingui.formats.fhir_relations import Claim, claims
from jingui.gate import facts as f
from jingui.gate.actors import ROSTERED as WARD
from jingui.gate.actors import ActorFacts
from jingui.gate.obligations import bound
from jingui.gate.preparing import YEAR, Placed, Rows, relation_row
from jingui.gate.runtime import Runtime
from jingui.store.seals import SEALED_TABLES

RELATIONS_SQL = f"""SELECT {", ".join(SEALED_TABLES["care_relation"])}, mac, basis FROM care_relation
WHERE patient_id = ANY($1::bigint[]) AND encounter_id IS NOT NULL
  AND (ends IS NULL OR ends > $2::timestamptz)"""  # noqa: S608 -- own column names
VISIT = "encounter"
MANUAL = frozenset({"manual", "matter", "roster", "rotation"})  # made by hand for a visit: they end with it


class Wanted(NamedTuple):
    """A relation that a record asks for."""

    kind: Relation
    person: int | None
    department: int | None
    starts: datetime
    ends: datetime | None


@dataclass(slots=True, kw_only=True)
class Relating:
    """What the relations of one submission rest on: who enters, and the numbers that codes stand for."""

    runtime: Runtime
    operation: Operation
    actor: ActorFacts
    at: datetime
    departments: Mapping[str, int]
    people: Mapping[str, int]
    settings: Mapping[str, Value]
    running: Mapping[tuple[int, int], Sequence[Sequence[Any]]] = field(default_factory=dict)  # by record

    def visit(
        self, rows: Rows, placed: Placed, found: Outline, entry: UUID, row: Sequence[Any] | None, person: int,
        department: int, follow_up: int | None,
    ) -> None:  # fmt: skip
        """The relations of a visit: who attends, the department; a closed visit ends all of it after the follow-up."""
        days = self.days("follow_up_days") if follow_up is None else timedelta(days=follow_up)
        start = found.start or self.at
        # no relation outlasts a year from now, whatever end a visit names
        ends = None if found.open else min(max(found.end or start, self.at), self.at + YEAR) + days
        starts = min(start, self.at)
        wanted = []
        if person:
            wanted.append(Wanted(Relation.TREATING, person, None, starts, ends))
        if department:
            wanted.append(Wanted(Relation.DEPARTMENT, None, department, starts, ends))
        self.keep(rows, placed, self.lawful(placed, row, wanted), VISIT, ends, entry)

    def resource(self, rows: Rows, placed: Placed, entry: UUID, row: Sequence[Any] | None) -> None:
        """The relations of a booking, order, consultation or operation."""
        said = {name: int(value) for name, value in self.settings.items() if isinstance(value, int)}
        found = claims(placed.resource, self.at, said)
        wanted = [one for claim in found if (one := self.resolved(claim)) is not None]
        self.keep(rows, placed, self.lawful(placed, row, wanted), found[0].basis if found else "", None, entry)

    def resolved(self, claim: Claim) -> Wanted | None:
        """A claim with numbers; None for a number or code that nobody here has."""
        person = self.people.get(claim.staff) if claim.staff else None
        department = self.departments.get(claim.department) if claim.department else None
        if not person and not department:
            return None
        return Wanted(claim.relation, person, department, min(claim.starts, claim.ends), claim.ends)

    def days(self, name: str) -> timedelta:
        """A setting in days."""
        return timedelta(days=cast(int, self.settings[name]))

    def lawful(self, placed: Placed, row: Sequence[Any] | None, wanted: Sequence[Wanted]) -> list[Wanted]:
        """Without those that whoever enters takes for themselves: nobody writes what RELATE would not let them take."""

        def own(one: Wanted) -> bool:
            return one.person == self.actor.person if one.person else self.ward(one)

        patient = None if row is None or placed.chart.new else f.patient_facts(row, self.runtime.sealer)
        if patient is None or not any(map(own, wanted)):
            return list(wanted)
        asked = Operation(
            actor=self.operation.actor, verb=Verb.RELATE, at=self.at, purpose=self.operation.purpose,
            target=Target(patient=placed.chart.patient),
        )  # fmt: skip
        vector = f.vector(asked, self.actor, patient, category=Category.BASIC, party=True)
        if bound(self.operation, self.runtime.decider.decide(vector)).allow:
            return list(wanted)
        return [one for one in wanted if not own(one)]

    def ward(self, one: Wanted) -> bool:
        """Whether a relation of a department is one of the actor's own."""
        return one.department in self.actor.departments and self.actor.role in WARD

    def keep(
        self, rows: Rows, placed: Placed, wanted: list[Wanted], basis: str, closes: datetime | None, entry: UUID
    ) -> None:
        """Make what is new, move the end of what goes on, end what the record asks for no more.

        `closes` is when relations that were made by hand for this visit end; None while it is open.
        """
        patient, runtime = placed.chart.patient, self.runtime
        left = list(wanted)
        for row in self.running.get((patient, placed.record), ()):
            values, mac, why = tuple(row[:-2]), row[-2], row[-1]
            _, number, kind, who, where, _, _, until, version, _ = values
            if not runtime.sealer.holds("care_relation", values, mac):
                raise Tampered(where=f"care_relation:{patient}.{number}")
            stays = next((one for one in left if (one.kind, one.person, one.department) == (kind, who, where)), None)
            if stays is not None:
                left.remove(stays)
                new = stays.ends
            elif why in MANUAL:
                if closes is None or (until is not None and until <= closes):
                    continue
                new = closes
            else:
                new = self.at
            if until != new and (new is None or until is None or stays is not None or new < until):
                sealed = (*values[:7], new, version + 1, entry)
                rows.ended.append((patient, number, version, new, entry, runtime.sealer.mac("care_relation", sealed)))
        for one in left:
            rows.relations.append(
                relation_row(
                    runtime, patient, one.kind, one.person, one.department, placed.record, one.starts, one.ends, entry,
                    self.at, basis,
                )
            )  # fmt: skip
