"""五（二）1、4 共享内容: what leaves: minimised, and de-identified where the agreement says so [5.2.1] [5.2.4]"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from jingui.core.errors import NotFound
from jingui.core.share import LEVELS
from jingui.core.sharing import Share
from jingui.core.sharing_content import Facts, Party, SharedRecord
from jingui.core.words import Level
from jingui.formats import fhir_json
from jingui.formats.deidentify import deidentify_resource
from jingui.formats.deidentify_project import Known, Project
from jingui.formats.fhir_identity import identity as identities
from jingui.formats.share_minimise import identity, minimised, url_of
from jingui.gate.copies_making import records_of
from jingui.gate.copies_taken import Found
from jingui.gate.research_building import NAMED
from jingui.gate.runtime import Runtime
from jingui.gate.sharing_ground import Ground
from jingui.gate.sharing_taken import Taken
from jingui.gate.writing import WriteContext

NONE: Final = UUID(int=0)  # the message of a preview: a number is given when it leaves


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Exactly what would leave."""

    patient: Mapping[str, Any]
    records: tuple[SharedRecord, ...]
    unchosen: tuple[SharedRecord, ...]  # looked at, not chosen: without content
    left: tuple[tuple[str, int], ...]
    level: Level
    classes: tuple[str, ...]
    digest: str

    def facts(self, runtime: Runtime, ground: Ground, data: Share, message: UUID, at: datetime) -> Facts:
        """What the makers of documents take."""
        return Facts(
            message=message, made=at, purpose=data.purpose, view=ground.row.view, label=data.label,
            sender=Party(uscc=runtime.uscc, name=runtime.institution),
            receiver=Party(uscc=ground.standing.partner.uscc, name=ground.standing.partner.name),
            agreement=ground.agreement.number, profile=ground.agreement.profile, patient=self.patient,
            records=self.records,
        )  # fmt: skip


def planned(context: WriteContext, patient: int, ground: Ground, data: Share, taken: Taken, at: datetime) -> Plan:
    """What leaves of the records that may, and the digest that is confirmed."""
    runtime = context.runtime
    whole = next((one for one in records_of(context, patient, (0,)) if one.kind == "Patient"), None)
    if whole is None:
        raise NotFound()
    public = runtime.public(patient, 0)
    who = {**whole.resource, "id": public}
    bodies = [{**one.resource, "id": runtime.public(patient, one.number)} for one in taken.records]
    left = dict(taken.left)
    if ground.agreement.profile:
        project = project_of(runtime, ground.agreement.id, ground.agreement.profile, at)
        known = known_of(who, taken.records)
        bodies = [deidentify_resource(one, project, known, public).resource for one in bodies]
        person = deidentify_resource(identity(who, ground.view.identity), project, known, public).resource
    else:
        person = identity(who, ground.view.identity)
    subject, house = address(person, "patient"), url_of(f"org:{runtime.uscc or runtime.institution}")
    leaving = {f"Patient/{person['id']}": subject} if person.get("id") else {}
    leaving |= {f"{one['resourceType']}/{one['id']}": address(one, "") for one in bodies if one.get("id")}
    made = []
    for found, body in zip(taken.records, bodies, strict=True):
        resource = minimised(body, subject, house, leaving) if body else {}
        if resource:
            made.append(shared(found, taken.forms[found.number], resource, hidden=bool(ground.agreement.profile)))
        else:
            left["unfit"] = left.get("unfit", 0) + 1
    level = max((Level(one.level) for one in made), key=LEVELS.index, default=Level.ORDINARY)
    said = {
        "patient": person, "records": [one.resource for one in made], "partner": ground.standing.partner.uscc,
        "agreement": ground.agreement.number, "profile": ground.agreement.profile, "channel": ground.channel.code,
        "purpose": data.purpose, "media": data.media, "label": data.label, "consent": ground.said.number,
    }  # fmt: skip
    return Plan(
        patient=person, records=tuple(made),
        unchosen=tuple(shared(one, taken.forms[one.number], {}, hidden=False) for one in taken.unchosen),
        left=tuple(sorted(left.items())), level=level,
        classes=tuple(sorted({one.retention for one in taken.records})),
        digest=sha256(fhir_json.dump(said)).hexdigest(),
    )  # fmt: skip


def shared(found: Found, form: str, resource: Mapping[str, Any], *, hidden: bool) -> SharedRecord:
    """A record as it leaves; `hidden`: its time is told by the resource alone, which the profile moved."""
    return SharedRecord(
        number=found.number, version=found.version, kind=found.kind, form=form, category=found.category.value,
        level=found.level.value, title=found.title(), at=None if hidden else found.when(), resource=resource,
    )  # fmt: skip


def address(resource: Mapping[str, Any], otherwise: str) -> str:
    """The full URL of a resource in a document."""
    ident = resource.get("id")
    return url_of(f"{resource.get('resourceType', '')}/{ident}" if ident else otherwise)


def project_of(runtime: Runtime, agreement: int, profile: str, at: datetime) -> Project:
    """An agreement's own pseudonyms: the same person is the same to this receiver, and to nobody else."""
    key = runtime.suite.mac(runtime.keyring.key("share-pseudonym"), f"agreement:{agreement}".encode())
    return Project(key=key, profile=profile, at=at.date())


def known_of(patient: Mapping[str, Any], records: list[Found]) -> Known:
    """Identities known before reading: the patient's names and numbers, the names of those who wrote."""
    found = identities(dict(patient))
    return Known(
        names=tuple(dict.fromkeys(value for name, value in found if name == "name")),
        numbers=tuple(
            dict.fromkeys(value for name, value in found if name not in NAMED | {"birth_date"} and "|" not in value)
        ),
        staff=tuple(sorted({one.author for one in records if one.author})),
    )  # fmt: skip
