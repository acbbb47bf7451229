"""四（一）内部查阅与使用: a fortnight of hospital days, played through the door [4.1.1] [4.1.2]"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from jingui.core.access import ChartRequest, PatientSearch, Worklist
from jingui.core.bylaws import PolicyRequest
from jingui.core.enter import Change, Submission
from jingui.core.errors import JinguiError, NotFound, Unavailable
from jingui.core.importing import Names
from jingui.core.operation import Actor, Operation, Target
from jingui.core.oversee import ExportRequest, LedgerSearch
from jingui.core.protect import ChangeAccountState, PeopleRequest, SignIn, SignOut
from jingui.core.words import Decision, Entrance, Purpose, Strength, Verb
from jingui.demo.generator import Hospital, PatientStory
from jingui.demo.play_state import State
from jingui.demo.scenes import Scene, scenes
from jingui.formats.fhir_query import SearchQuery
from jingui.formats.fhir_types import rewrite
from jingui.gate import door


@dataclass(slots=True, kw_only=True)
class Scenes:
    """Plays one deed after the other as the people who do them. What the rules refuse is part of the play."""

    hospital: Hospital
    state: State
    names: Names
    now: Callable[[], datetime]
    surprises: int = 0  # deeds whose decision was another than the scene expects

    def play(self, told: list[PatientStory]) -> Iterator[tuple[int, int]]:
        """Play what was not played yet; yield (done, of) now and then."""
        every = list(scenes(self.hospital, told, Random(self.state.seed + 2), self.state.today))
        now = self.now()
        every = [scene for scene in every if scene.at <= now]  # what lies ahead is played when it has come
        for number, scene in enumerate(every, 1):
            if number <= self.state.scene:
                continue
            decision, made = self.one(scene)
            self.surprises += decision is not scene.expect
            self.state.note({"scene": number, "ids": made})
            if number % 100 == 0 or number == len(every):
                yield number, len(every)

    def one(self, scene: Scene) -> tuple[Decision, dict[str, str]]:
        """Play one deed; the decision, and the ids it made."""
        actor = self.actor(scene.person)
        if actor is None:
            return Decision.FAIL, {}
        try:
            return Decision.ALLOW, self.deed(scene, actor)
        except Unavailable:
            raise
        except JinguiError as error:
            return Decision.DENY if error.status == 403 else Decision.FAIL, {}

    def actor(self, person: str) -> Actor | None:
        """That person at a page; the session says that it is the demonstration playing them."""
        found = self.names.actor(self.hospital.person(person).login)
        if found is None:
            return None
        return replace(found, session="demo", address="127.0.0.1", strength=Strength.TWO_FACTOR, entrance=Entrance.PAGE)

    def deed(self, scene: Scene, actor: Actor) -> dict[str, str]:
        """Ask the door for one deed."""
        asked = Operation(actor=actor, verb=scene.verb, at=self.now(), purpose=scene.purpose)
        match scene.verb:
            case Verb.LIST:
                door.read(replace(asked, data=Worklist()))
            case Verb.SEARCH_PATIENT:
                wanted = ((("name", scene.words),),)
                door.read(replace(asked, data=PatientSearch(wanted=wanted, words=scene.words)))
            case Verb.OPEN_CHART:
                door.read(replace(asked, data=ChartRequest(), target=self.target(scene)))
            case Verb.READ:
                door.sheet(replace(asked, target=self.target(scene)))
            case Verb.ENTER | Verb.CORRECT:
                return self.entered(scene, asked)
            case Verb.HISTORY | Verb.READ_LIFE:
                door.read(replace(asked, target=self.target(scene)))
            case Verb.SEARCH | Verb.EVERYTHING:
                self.searched(scene, asked)
            case _:
                self.governed(scene, asked)
        return {}

    def searched(self, scene: Scene, asked: Operation) -> None:
        """Look through one chart: for allergies, or everything there is."""
        kind = "Patient" if scene.verb is Verb.EVERYTHING else "AllergyIntolerance"
        query = SearchQuery(type=kind, patient=self.state.ids.get(scene.about, ""), count=200)
        door.read(replace(asked, data=query, target=replace(self.target(scene), kind=kind)))

    def governed(self, scene: Scene, asked: Operation) -> None:
        """What is about accounts, people, the policy or the ledger itself."""
        match scene.verb:
            case Verb.SIGN_IN:
                outcome = "ok" if scene.expect is Decision.ALLOW else "wrong_password"
                data = SignIn(outcome=outcome, username=self.hospital.person(scene.person).login, post=asked.actor.post)
                door.write(replace(asked, data=data, purpose=Purpose.OPERATION))
            case Verb.SIGN_OUT:
                door.write(replace(asked, data=SignOut(), purpose=Purpose.OPERATION))
            case Verb.FREEZE_ACCOUNT:
                account = self.names.account(scene.about.partition("/")[2])
                door.write(replace(asked, data=ChangeAccountState(account=account, reason=scene.words)))
            case Verb.READ_LEDGER:
                denied = "deny" if "拒绝" in scene.words else ""
                door.read(replace(asked, data=LedgerSearch(decision=denied)))
            case Verb.EXPORT_LEDGER:
                door.read(replace(asked, data=ExportRequest()))
            case Verb.READ_POLICY:
                door.read(replace(asked, data=PolicyRequest()))
            case Verb.READ_PEOPLE:
                door.read(replace(asked, data=PeopleRequest()))
            case other:
                raise ValueError(f"no scene plays {other.value}")

    def target(self, scene: Scene) -> Target:
        """The record or chart a scene is about."""
        public = self.state.ids.get(scene.about)
        if public is None:
            raise NotFound()
        return replace(door.locate(public), kind=scene.about.partition("/")[0])

    def entered(self, scene: Scene, asked: Operation) -> dict[str, str]:
        """Enter a new record, or a new version of one."""
        resource = rewrite(scene.resource or {}, self.state.known)
        if scene.verb is Verb.CORRECT:
            target = self.target(scene)
            change = Change(resource, record=(target.patient, target.record))
        else:
            resource.pop("id", None)
            change = Change(resource, scene.about)
        made = door.enter(replace(asked, data=Submission(changes=(change,)))).made
        return {scene.about: made[0].id}
