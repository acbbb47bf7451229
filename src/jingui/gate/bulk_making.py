"""五（二）4 制作批量共享: part by part; each part, how far it is and the entry of what was opened commit together
[5.2.4] [5.2.1]

Every record is decided as if the app read it, narrowed by the patient's consent and the agreement's view, and hidden
where the agreement names a profile. One patient whose rows are broken is left out and counted; the others go on.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from jingui.core.bulk import BulkBuilt, BulkState
from jingui.core.entry import Line
from jingui.core.errors import JinguiError, NotFound, Refused, Unavailable
from jingui.core.settings import Value
from jingui.core.sharing import Share
from jingui.core.transmit import Media
from jingui.crypto.canon import canon
from jingui.formats import fhir_json
from jingui.formats.deidentify import deidentify_resource
from jingui.formats.share_minimise import identity, minimised, url_of
from jingui.formats.validate import validate
from jingui.gate import settings
from jingui.gate.bulk_ground import PATIENT, BulkGround, acting, ground
from jingui.gate.bulk_people import about, following, known, opened, total
from jingui.gate.bulk_rows import Part, Progress, get, over, progress, put, remember
from jingui.gate.copies_making import records_of
from jingui.gate.copies_taken import Found
from jingui.gate.rows import keep
from jingui.gate.runtime import Runtime
from jingui.gate.sharing_made import known_of, project_of
from jingui.gate.sharing_taken import Taken, taken
from jingui.gate.writing import WriteContext
from jingui.store.models import BulkExport

PART: Final = 50  # patients looked at in one transaction
RECORDS: Final = 2000  # records opened in one transaction at most: its entry names each of them
MOST: Final = 5000  # records of one patient
FULL: Final = 2 << 20  # bytes from which a file is not filled further
HUNDRED: Final = 100


@dataclass(slots=True)
class Seen:
    """What a part looked at: the entry names it; what stayed is counted by reason."""

    lines: list[Line] = field(default_factory=list)
    patients: list[int] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)
    inside: int = 0  # patients of whom something leaves


class Leaving(NamedTuple):
    """A line to come."""

    record: int
    type: str
    line: bytes


def step(context: WriteContext, row: BulkExport, at: datetime) -> tuple[BulkBuilt, Seen]:
    """One part. What does not stand any more stops the export: its files are deleted, the reason is kept."""
    seen, state = Seen(), progress(context.runtime, row)
    try:
        found = ground(context, row.app_id, row.purpose, at)
        if found.agreement.id != row.agreement_id or found.app.account != row.account_id:
            raise NotFound()
        app = acting(context, found.app, found, at)
    except (Refused, NotFound) as error:
        why = error.reason if isinstance(error, Refused) else "bulk_app"
        return stopped(context, row, state, why, at), seen
    values = settings.values(context.runtime, context.epoch)
    if not state.total:
        state.total = total(found, at)
    if state.patients > int(values["bulk_patients"]):
        return stopped(context, row, state, "bulk_patients", at), seen
    files = Files(context.runtime, row, state)
    look(app, row, found, values, state, files, seen, at)
    files.close()
    state.left = dict(Counter(state.left) + seen.left)
    state.patients += seen.inside
    if not following(found, state.after, 1, at):
        row.state, row.ready = BulkState.READY.value, at
        row.manifest = manifest(row, state)
    remember(context.runtime, row, state)
    keep(context, row)
    return BulkBuilt(state=row.state, looked=hundreds(state.looked), files=len(state.parts)), seen


def hundreds(count: int) -> int:
    """Rounded up: it says how far the making is, and nothing of a few people."""
    return -(-count // HUNDRED) * HUNDRED


def stopped(context: WriteContext, row: BulkExport, state: Progress, why: str, at: datetime) -> BulkBuilt:
    """The export goes no further: nothing of it stays."""
    state.problem = why
    remember(context.runtime, row, state)
    over(context, row, BulkState.FAILED.value, at)
    return BulkBuilt(state=row.state, looked=hundreds(state.looked), files=0)


def manifest(row: BulkExport, state: Progress) -> bytes:
    """What the files are, as sealed with the row."""
    parts = [{"n": n, "type": kind, "count": count, "bytes": size} for n, kind, count, size in state.parts]
    return canon({"parts": parts, "request": state.url, "made": row.made.isoformat(timespec="milliseconds")})


def look(
    app: WriteContext, row: BulkExport, found: BulkGround, values: Mapping[str, Value], state: Progress,
    files: "Files", seen: Seen, at: datetime,
) -> None:  # fmt: skip
    """The next patients, until the part is full."""
    patients = following(found, state.after, PART, at)
    for number, facts in zip(patients, known(app, patients), strict=True):
        try:
            allowed = opened(app, found, facts, int(values["minor_years"]), at)
            if allowed is not None and facts is not None:
                since = row.since if allowed.said.row is None or allowed.said.row.starts < (row.since or at) else None
                one = Patients(about(app, facts), row, found.for_patient(allowed.said), since, at)
                made = list(one.lines(number, seen))
                for leaving in made:
                    files.add(number, leaving)
                seen.inside += bool(made)
        except Unavailable:
            raise
        except JinguiError:  # a bad row is named by verification; it does not stop the others
            seen.left["unreadable"] += 1
        state.looked += 1
        state.after = number
        if len(seen.lines) >= RECORDS or files.grown >= FULL:
            return


@dataclass(frozen=True, slots=True)
class Patients:
    """Makes the lines of one patient."""

    context: WriteContext
    row: BulkExport
    ground: BulkGround
    since: datetime | None
    at: datetime

    def lines(self, patient: int, seen: Seen) -> Iterator[Leaving]:
        """Each resource as it leaves, the patient first; nothing for a patient of whom no record leaves."""
        runtime, at, ground = self.context.runtime, self.at, self.ground
        who = next((one for one in records_of(self.context, patient, (0,)) if one.kind == PATIENT), None)
        if who is None:
            raise NotFound()
        wanted = frozenset(self.row.types) - {PATIENT}
        narrowed = replace(ground, view=ground.view._replace(types=ground.view.types & wanted))
        asked = Share(partner=ground.standing.partner.id, purpose=ground.purpose, media=Media.FHIR.value)
        parts = taken(self.context, patient, narrowed, asked, at, MOST) if wanted else Taken()
        records = [one for one in parts.records if self.since is None or one.corrected > self.since]
        seen.left.update(parts.left)
        seen.patients.append(patient)
        seen.lines.append(self.context.line(patient, 0, PATIENT, who.version))
        seen.lines += [self.context.line(patient, one.number, one.kind, one.version) for one in records]
        person, bodies = hidden(runtime, ground, self.context, patient, who, records, at)
        made = [] if not person.get("id") else [
            Leaving(one.number, one.kind, line)
            for one, line in zip(records, written(person, bodies, ground, runtime), strict=True)
            if line
        ]  # fmt: skip
        seen.left["unfit"] += len(records) - len(made)
        if PATIENT in self.row.types and person.get("id") and (made or not wanted):
            yield Leaving(0, PATIENT, ending(person))
        yield from made


def hidden(
    runtime: Runtime, ground: BulkGround, context: WriteContext, patient: int, who: Found, records: Sequence[Found],
    at: datetime,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:  # fmt: skip
    """The identity as far as the view tells it and the records, without identity where the agreement says so."""
    public = runtime.public(patient, 0)
    whole = {**who.resource, "id": public}
    bodies = [{**one.resource, "id": runtime.public(patient, one.number)} for one in records]
    person = identity(whole, ground.view.identity)
    if not ground.agreement.profile:
        return person, bodies
    project = project_of(runtime, ground.agreement.id, ground.agreement.profile, at)
    names = known_of(whole, list(records))
    return (
        deidentify_resource(person, project, names, public).resource,
        [deidentify_resource(one, project, names, public).resource for one in bodies],
    )


def written(
    person: dict[str, Any], bodies: Sequence[dict[str, Any]], ground: BulkGround, runtime: Runtime
) -> Iterator[bytes]:
    """Each record as a line, b"" for one that cannot leave; references only to what leaves too."""
    subject, house = f"Patient/{person['id']}", url_of(f"org:{runtime.uscc or runtime.institution}")
    leaving = {subject: subject} | {name: name for one in bodies if (name := reference(one))}
    for body in bodies:
        resource = minimised(body, subject, house, leaving) if body.get("id") else {}
        yield ending(resource) if resource and valid(resource) else b""


def reference(resource: Mapping[str, Any]) -> str:
    """How others name it."""
    return f"{resource['resourceType']}/{resource['id']}" if resource.get("id") else ""


def valid(resource: dict[str, Any]) -> bool:
    """Whether what is left is still what R4 says it is."""
    try:
        validate(resource)
    except JinguiError:
        return False
    return True


def ending(resource: Mapping[str, Any]) -> bytes:
    """One line of NDJSON."""
    return fhir_json.dump(dict(resource)) + b"\n"


class Files:
    """The files of a part under way: the last one of each type is filled further."""

    def __init__(self, runtime: Runtime, row: BulkExport, state: Progress) -> None:
        """Begin where the last part ended."""
        self._runtime, self._row, self._state = runtime, row, state
        self._open: dict[str, Part] = {}
        self.grown = 0

    def add(self, patient: int, leaving: Leaving) -> None:
        """One more line."""
        part = self._open.get(leaving.type) or self._part(leaving.type)
        part.add(patient, leaving.record, leaving.line)
        self.grown += len(leaving.line)
        if len(part.body) >= FULL:
            self._close(part)
            del self._open[leaving.type]

    def close(self) -> None:
        """Keep what was filled."""
        for part in self._open.values():
            self._close(part)
        self._open.clear()

    def _part(self, kind: str) -> Part:
        last = next((one for one in reversed(self._state.parts) if one[1] == kind), None)
        if last is not None and last[3] < FULL:
            part = get(self._runtime, self._row.pk, last[0])
        else:
            part = Part(n=len(self._state.parts) + 1, type=kind)
            self._state.parts.append((part.n, kind, 0, 0))
        self._open[kind] = part
        return part

    def _close(self, part: Part) -> None:
        put(self._runtime, self._row.pk, part)
        self._state.parts[part.n - 1] = (part.n, part.type, len(part.places), len(part.body))
