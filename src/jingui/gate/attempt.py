"""二（二）录入: one try at entering a batch of submissions in one transaction [2.2.1] [2.2.3]"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, cast

from jingui.core.enter import Change, Made, Submission
from jingui.core.entry import EntryDraft
from jingui.core.errors import JinguiError, Lockdown
from jingui.core.operation import Operation
from jingui.core.words import EncounterKind
from jingui.crypto.keyring import DataKey
from jingui.formats.fhir_encounter import Outline, outline
from jingui.formats.fhir_relations import KINDS as RELATING
from jingui.formats.fhir_relations import staff_of
from jingui.formats.fhir_types import patient_of
from jingui.gate import facts as f
from jingui.gate.actors import ActorFacts
from jingui.gate.conditions import Wishes, existing_patients, existing_records
from jingui.gate.consents import house_of
from jingui.gate.consents_entered import CONSENTS_SQL
from jingui.gate.copying import Raced, commit
from jingui.gate.entry_forms import Prepared, prepared, with_changes
from jingui.gate.faces import birth_of
from jingui.gate.judging import Judging, Verdict
from jingui.gate.lanes import Lane
from jingui.gate.matching import likely, standing
from jingui.gate.messages import arrived, found_visits, orders
from jingui.gate.numbering import DIRECTORY, Numbers, number
from jingui.gate.numbers import Supply
from jingui.gate.pipeline import Pipeline, Stale, ask
from jingui.gate.preparing import Chart, Rows
from jingui.gate.relating import RELATIONS_SQL, Relating
from jingui.gate.settings import loop_values
from jingui.store.ledger import Chain

KEYS_SQL = "SELECT patient_id, retention_class, wrapped FROM patient_key WHERE patient_id = ANY($1::bigint[])"
ENCOUNTERS_SQL = "SELECT patient_id, encounter_id, kind FROM encounter WHERE patient_id = ANY($1::bigint[])"
KINDS = frozenset(EncounterKind)
PEOPLE_SQL = "SELECT staff_no, id FROM person WHERE staff_no = ANY($1::text[]) AND active"


class Entered(NamedTuple):
    """The answer to a submission: what became of each change, and the entries that say so."""

    made: tuple[Made, ...]
    entries: tuple[str, ...]
    notes: tuple[str, ...] = ()  # pasted: the text stands in another patient's record too


class Attempt:
    """Loads what the batch needs in a few statements, judges each submission, commits them together."""

    def __init__(self, pipe: Pipeline, departments: Mapping[str, int], lane: Lane, chain: Chain) -> None:
        """Work on one lane with its own writer chain."""
        self.pipe, self.runtime, self.departments = pipe, pipe.runtime, departments
        self.lane, self.chain = lane, chain
        self.keys: dict[int, dict[str, DataKey]] = {}
        self.kinds: dict[int, dict[int, EncounterKind]] = {}
        self.broken: dict[int, JinguiError] = {}  # patients whose keys do not open
        self.fresh: dict[int, dict[str, DataKey]] = {}  # keys that number a new patient's records, not stored yet

    async def run(self, operations: Sequence[Operation]) -> list[Entered | BaseException]:
        """Return one answer per operation, after the commit."""
        actors = [await self.pipe.actor(operation.actor) for operation in operations]
        forms = [await prepared(self.pipe, *pair) for pair in zip(operations, actors, strict=True)]
        operations = [with_changes(*pair) for pair in zip(operations, forms, strict=True)]
        arrivals = await arrived(self.runtime, self.rows, operations, self.runtime.clock.now())
        submissions = [submission_of(operation) for operation in operations]
        people_like = await likely(self.runtime.keyring, self.rows, submissions)
        matched = [
            form if isinstance(form, JinguiError) else people_like.matched(self.runtime.keyring, n, submissions[n])
            for n, form in enumerate(forms)
        ]
        wishes = await self.wishes(operations, matched)
        await self.load(self.patients(operations, matched))
        numbered: list[Numbers | JinguiError] = []
        for operation, hits in zip(operations, matched, strict=True):
            made = hits if isinstance(hits, JinguiError) else self.number(submission_of(operation), hits)
            numbered.append(made if isinstance(made, JinguiError) else await self.visits(operation, made))
        numbered = await self.settled(operations, numbered, wishes)
        facts = await self.facts(operations, actors, numbered, wishes)
        # one epoch for everything the batch rests on: facts of an actor from before a freeze never ride along
        if len({actor.epoch for actor in actors} | {row[f.EPOCH] for row in facts.values()}) != 1:
            raise Stale()
        if any(actor.lockdown for actor in actors):
            raise Lockdown()
        people = await self.people(operations)
        supply = Supply()
        settings = partial(loop_values, self.pipe, actors[0].epoch)
        await supply.draw(self.rows, self.runtime.keyring, settings, map(submission_of, operations))
        relations = await self.relations(operations, numbered)
        consents = await self.consents(operations, numbered)
        values = await settings()
        house = house_of(values)
        known = await orders(self.rows, submissions, numbered)
        rows, drafts, verdicts = Rows(), [], []
        at = self.runtime.clock.now()
        batch = zip(operations, actors, numbered, wishes, arrivals, forms, strict=True)
        for operation, actor, numbers, wish, arrival, form in batch:
            found = form if isinstance(form, Prepared) else None
            wish.conditions += [found.only] if found is not None and found.only is not None else []
            stands = frozenset(wish.found) | ({0} if found is not None and found.same else set())
            relating = Relating(
                runtime=self.runtime, operation=operation, actor=actor, at=at, departments=self.departments,
                people=people, settings=values, running=relations,
            )  # fmt: skip
            judging = Judging(
                runtime=self.runtime, operation=operation, actor=actor, facts=facts, at=at,
                departments=self.departments, people=people, relating=relating, consents=consents, house=house,
                charts=self.charts(numbers, submission_of(operation)), existing=stands, supply=supply, form=found,
                values=values, arrival=arrival, orders=known,
            )  # fmt: skip
            verdict = judging.judge(numbers)
            verdicts.append(verdict)
            drafts += [(draft, entry) for entry, draft in verdict.drafts]
            if verdict.error is None:
                rows.extend(verdict.rows)
                if wish.conditions and rows.conditions:
                    raise Raced()  # two conditional submissions are never judged side by side
                n = len(verdicts) - 1
                rows.conditions += wish.conditions + people_like.still_new(n, submissions[n], numbers)
        await self.store(rows, drafts, at)
        return [answer(verdict) for verdict in verdicts]

    async def store(self, rows: Rows, drafts: list[tuple[EntryDraft, Any]], at: Any) -> None:
        """Commit rows and entries together and move the chain on."""
        if not drafts:
            return
        epoch = max(draft.epoch for draft, _ in drafts)
        built = self.chain.build(drafts, at)
        try:
            await commit(self.lane, rows, built, epoch, self.runtime.keyring)
        except (Stale, Raced):
            raise  # nothing of it was stored: the chain stays where it was
        except BaseException:
            self.chain.renew()  # whether it was committed is unknown
            raise
        self.chain.advance(built)
        self.runtime.clock.at_least(at)

    async def visits(self, operation: Operation, numbers: Numbers) -> Numbers:
        """The places with visits that stand already under another record number."""
        submission = submission_of(operation)
        return await found_visits(self.runtime, self.rows, submission, numbers, self.keys, self.kinds)

    async def wishes(
        self, operations: Sequence[Operation], matched: list[dict[int, int] | JinguiError]
    ) -> list[Wishes]:
        """Look up conditional Patients; what was found becomes part of `matched`."""
        out: list[Wishes] = []
        for i, operation in enumerate(operations):
            made = await existing_patients(self.runtime, self.rows, submission_of(operation))
            hits = matched[i]
            if isinstance(made, JinguiError):
                matched[i], made = made, Wishes()
            elif not isinstance(hits, JinguiError):
                matched[i] = hits | {n: place.patient for n, place in made.found.items()}
            out.append(made)
        return out

    async def settled(
        self, operations: Sequence[Operation], numbered: Sequence[Numbers | JinguiError], wishes: Sequence[Wishes]
    ) -> list[Numbers | JinguiError]:
        """Look up the other conditional resources in the charts where they would go."""
        return [
            numbers if isinstance(numbers, JinguiError)
            else await existing_records(self.runtime, self.rows, submission_of(one), numbers, wish, self.keys)
            for one, numbers, wish in zip(operations, numbered, wishes, strict=True)
        ]  # fmt: skip

    def patients(self, operations: Sequence[Operation], matched: Sequence[dict[int, int] | JinguiError]) -> list[int]:
        """Numbers of the existing patients that the batch touches."""
        out: set[int] = {DIRECTORY}
        for operation, hits in zip(operations, matched, strict=True):
            if not isinstance(hits, JinguiError):
                out |= set(hits.values())
            for change in submission_of(operation).changes:
                if change.record is not None:
                    out.add(change.record[0])
                    continue
                reference = owner_of(change)
                if reference.startswith("Patient/"):
                    pair = self.runtime.ids.internal(reference.partition("/")[2].partition("/")[0])
                    if pair is not None:
                        out.add(pair[0])
        return sorted(p for p in out if p < 1 << 63)

    async def rows(self, sql: str, *args: object) -> Sequence[Any]:
        """Run one statement on the lane."""
        return (await self.lane.fetch(sql, *args))[0]

    async def load(self, patients: list[int]) -> None:
        """Unwrap the data keys and read the encounter kinds of these patients."""
        for patient, retention, wrapped in await self.rows(KEYS_SQL, patients):
            try:
                self.keys.setdefault(patient, {})[retention] = self.runtime.vault.key(patient, retention, wrapped)
            except JinguiError as error:  # this patient's submissions fail and are entered; others go on
                self.broken[patient] = error
        for patient, encounter, kind in await self.rows(ENCOUNTERS_SQL, [p for p in patients if p]):
            if kind in KINDS:
                self.kinds.setdefault(patient, {})[encounter] = EncounterKind(kind)

    def number(self, submission: Submission, matched: Mapping[int, int]) -> Numbers | JinguiError:
        """Places for one submission's changes."""

        def key_of(patient: int) -> DataKey:
            retention = "identity" if patient else "directory"
            found = self.keys.get(patient, {}).get(retention) or self.fresh.get(patient, {}).get(retention)
            if found is None:
                found = self.runtime.keyring.new_data_key(patient, retention)
                self.fresh.setdefault(patient, {})[retention] = found
            return found

        try:
            made = number(
                submission, fresh=lambda: self.runtime.number(self.runtime.clock.now()), public=self.runtime.public,
                decode=self.runtime.ids.internal, matched=matched, key_of=key_of,
            )  # fmt: skip
            return next((self.broken[p.patient] for p in made.places if p.patient in self.broken), made)
        except JinguiError as error:
            return error

    async def facts(
        self, operations: Sequence[Operation], actors: Sequence[ActorFacts], numbered: Sequence[Numbers | JinguiError],
        wishes: Sequence[Wishes],
    ) -> dict[tuple[int, int, int, str], Sequence[Any]]:  # fmt: skip
        """Rows of facts by (patient, record or -1, person, purpose); records only where one may exist already."""
        wanted: dict[tuple[int, int, int, str], Any] = {}
        stored = await standing(self.rows, map(submission_of, operations), numbered)
        for operation, actor, numbers, wish in zip(operations, actors, numbered, wishes, strict=True):
            if isinstance(numbers, JinguiError):
                continue
            submission = submission_of(operation)
            new = {place.patient for place in numbers.places if place.new_patient}
            for i, (change, place) in enumerate(zip(submission.changes, numbers.places, strict=True)):
                if place.patient in new:
                    continue
                may_exist = bool(change.record or change.place) or place[:2] in stored or i in wish.found
                for record in {-1, place.record if may_exist else -1}:
                    key = (place.patient, record, actor.person, operation.purpose.value)
                    if key not in wanted:
                        wanted[key] = self.pipe.facts(ask(actor, operation.purpose, place.patient, record))
        rows = await asyncio.gather(*wanted.values())
        out = dict(zip(wanted, rows, strict=True))
        if any(row[f.LOCKDOWN] for row in rows):
            raise Lockdown()
        return out

    async def relations(
        self, operations: Sequence[Operation], numbered: Sequence[Numbers | JinguiError]
    ) -> dict[tuple[int, int], list[Sequence[Any]]]:
        """The sealed relations that still run, by the record they rest on, where it may be corrected."""
        wanted = {
            place.patient
            for operation, numbers in zip(operations, numbered, strict=True)
            if not isinstance(numbers, JinguiError)
            for change, place in zip(submission_of(operation).changes, numbers.places, strict=True)
            if (change.resource["resourceType"] in RELATING or change.resource["resourceType"] == "Encounter")
            and (change.record or change.place or submission_of(operation).source)
        }
        out: dict[tuple[int, int], list[Sequence[Any]]] = {}
        if wanted:
            for row in await self.rows(RELATIONS_SQL, sorted(wanted), self.runtime.clock.now()):
                out.setdefault((row[0], row[5]), []).append(tuple(row))
        return out

    async def consents(
        self, operations: Sequence[Operation], numbered: Sequence[Numbers | JinguiError]
    ) -> dict[tuple[int, int], Sequence[Any]]:
        """The rows of Consents that may be corrected."""
        wanted = {
            place.patient
            for operation, numbers in zip(operations, numbered, strict=True)
            if not isinstance(numbers, JinguiError)
            for change, place in zip(submission_of(operation).changes, numbers.places, strict=True)
            if change.resource["resourceType"] == "Consent" and (change.record or submission_of(operation).source)
        }
        if not wanted:
            return {}
        return {(row[0], row[1]): tuple(row) for row in await self.rows(CONSENTS_SQL, sorted(wanted))}

    async def people(self, operations: Sequence[Operation]) -> Mapping[str, int]:
        """Numbers of the people whom visits, bookings, orders and operations name."""
        wanted: set[str] = set()
        for operation in operations:
            for change in submission_of(operation).changes:
                kind = change.resource["resourceType"]
                if kind in RELATING:
                    wanted |= staff_of(change.resource)
                elif kind == "Encounter" and (found := outlined(change)) and found.attending:
                    wanted.add(found.attending)
        if not wanted:
            return {}
        return {row[0]: row[1] for row in await self.rows(PEOPLE_SQL, sorted(wanted))}

    def charts(self, numbers: Numbers | JinguiError, submission: Submission) -> dict[int, Chart]:
        """The patients of one submission, new ones included."""
        if isinstance(numbers, JinguiError):
            return {}
        out: dict[int, Chart] = {}
        for place in numbers.places:
            found = out.get(place.patient)
            if found is None:
                out[place.patient] = Chart(
                    patient=place.patient, public=self.runtime.public(place.patient, 0), new=place.new_patient,
                    keys=dict(self.keys.get(place.patient, {})), encounters=dict(self.kinds.get(place.patient, {})),
                    fresh=self.fresh.get(place.patient, {}),
                )  # fmt: skip
            elif place.new_patient:
                found.new = True
        for change, place in zip(submission.changes, numbers.places, strict=True):
            kind = change.resource["resourceType"]
            known = out[place.patient].encounters
            if change.merging is not None and change.merging.anchor and place.record in known:
                continue
            if kind == "Encounter" and (found_visit := outlined(change)) is not None:
                out[place.patient].encounters[place.record] = found_visit.kind
            elif kind == "Patient":  # wherever it stands in the bundle
                out[place.patient].birth = birth_of(change.resource)
        return out


def submission_of(operation: Operation) -> Submission:
    """The operation's data."""
    return cast(Submission, operation.data)


def owner_of(change: Change) -> str:
    """The reference to a change's patient, "" when it names none or several: judging says what is wrong with it."""
    try:
        return patient_of(change.resource) or ""
    except JinguiError:
        return ""


def outlined(change: Change) -> Outline | None:
    """The outline of an Encounter, None when it has impossible times: judging says so."""
    try:
        return outline(change.resource)
    except (JinguiError, OverflowError):
        return None


def answer(verdict: Verdict) -> Entered | BaseException:
    """What the caller of a submission gets."""
    if verdict.error is not None:
        return verdict.error
    entries = tuple(str(entry) for entry, _ in verdict.drafts)
    return Entered(made=tuple(verdict.made), entries=entries, notes=tuple(verdict.notes))
