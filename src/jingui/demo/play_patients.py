"""二（一）采集: the stories become records through the hospital's interface, patient after patient [2.1.2] [2.2.3]"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from jingui.core.enter import Change, Made, Submission
from jingui.core.operation import Actor, Operation
from jingui.core.words import Purpose, Verb
from jingui.demo.build import staff_no
from jingui.demo.generator import EncounterStory, Entry, Hospital, PatientStory
from jingui.demo.generator.shapes import Json
from jingui.demo.play_state import State
from jingui.formats.fhir_encounter import DEPARTMENT_SYSTEM, STAFF_SYSTEM
from jingui.formats.fhir_types import rewrite
from jingui.gate import door

SOURCE = "demo"
AHEAD = 4  # stories under way at once: enough to share commits, few enough to leave the pages their turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Patients:
    """Enters the directory and the patients as the interface's account."""

    hospital: Hospital
    state: State
    actor: Actor
    now: Callable[[], datetime]

    def submit(self, changes: Iterable[Change], department: str = "") -> tuple[Made, ...]:
        """Enter changes that stand or fall together."""
        submission = Submission(changes=tuple(changes), source=SOURCE, department=department)
        operation = Operation(
            actor=self.actor, verb=Verb.IMPORT, at=self.now(), purpose=Purpose.OPERATION, data=submission
        )
        return door.enter(operation).made

    def directory(self) -> None:
        """Organisations, wards, beds and staff, which the records refer to."""
        if "Organization/hospital" in self.state.ids:
            return
        made = self.submit(Change(dict(each.resource), each.reference) for each in self.hospital.directory)
        self.state.note({"ids": {one.full_url: one.id for one in made}})

    def enter(self, told: Iterable[PatientStory]) -> Iterator[tuple[int, int]]:
        """Enter the stories that are missing; yield (patients, resources) after each."""
        done = resources = 0
        waiting: deque[tuple[PatientStory, Future[tuple[Made, ...]]]] = deque()
        with ThreadPoolExecutor(AHEAD) as pool:

            def finish() -> int:
                story, future = waiting.popleft()
                made = future.result()
                self.state.note({"patient": story.id, "ids": {one.full_url: one.id for one in made}})
                return len(made)

            for story in told:
                done += 1
                if story.id in self.state.patients:
                    resources += story.count
                    continue
                waiting.append((story, pool.submit(self.submit, self.changes(story))))
                if len(waiting) >= AHEAD:
                    resources += finish()
                    yield done - len(waiting), resources
            while waiting:
                resources += finish()
                yield done - len(waiting), resources

    def changes(self, story: PatientStory) -> list[Change]:
        """A story's resources, the patient first, referring to the directory's records as they stand here."""
        found = [Change(self.here(story.patient.resource), story.patient.reference)]
        for encounter in story.encounters:
            found += [Change(self.resource(encounter, each), each.reference) for each in encounter.entries]
        return found

    def resource(self, encounter: EncounterStory, entry: Entry) -> Json:
        """One resource; an Encounter also names department and attending by the hospital's own numbers."""
        made = self.here(entry.resource)
        if made["resourceType"] == "Encounter":
            department = self.hospital.department(encounter.department)
            coding: Json = {"system": DEPARTMENT_SYSTEM, "code": department.code, "display": department.name}
            made["serviceType"] = {"coding": [coding], "text": department.name}
            number = staff_no(self.hospital.person(encounter.attending))
            participants = made.get("participant")
            known: Json = {"system": STAFF_SYSTEM, "value": number}
            for one in participants if isinstance(participants, list) else ():
                one["individual"] = {**one.get("individual", {}), "identifier": known}
        return made

    def here(self, resource: Json) -> Json:
        """A copy whose references to the directory are those of this house; the story's own stay as they are."""
        return dict(rewrite(resource, self.state.directory))
