"""What the tests of sealings, retrievals and outside viewing share: people, papers, approved matters."""

from typing import Any

import psycopg

from jingui.core.matters.asking import Brought, DecideMatter, ReadMatter, StartMatter
from jingui.core.operation import Target
from jingui.core.sealing import DrawList, Present, SealingsRequest, SignList, TakePackage
from jingui.core.signatures import OpenSigning
from jingui.core.words import Purpose, Role, Verb
from jingui.gate import door
from jingui.store.verification import verify
from tests.hospital import Hospital
from tests.pictures import png

CARD, OTHER_CARD, WRONG_CARD = "110105198001010016", "110105198101010013", "110105198001010017"
WISH = {"purpose": Purpose.MANAGEMENT}


def people(hospital: Hospital) -> Hospital:
    """Medical affairs, a duty administrator and a second archivist, once a house."""
    for short, role in (
        ("affairs", Role.MEDICAL_AFFAIRS), ("affairs2", Role.MEDICAL_AFFAIRS), ("duty", Role.DUTY_ADMINISTRATOR),
        ("archivist2", Role.ARCHIVIST), ("watcher", Role.SUPERVISOR),
    ):  # fmt: skip
        if short not in hospital.actors:
            hospital.person(short, role, "xxk")
    return hospital


def paper(kind: str, n: int = 0) -> Brought:
    """A scan of its own for each kind and number."""
    return Brought(kind, f"{kind}{n}.png", "image/png", png(100 * len(kind) + n))


def papers(*kinds: str) -> tuple[Brought, ...]:
    """One scan of each; a kind that is named twice has two."""
    return tuple(paper(kind, n) for n, kind in enumerate(kinds))


def asked(hospital: Hospital, who: str, kind: str, patient: int, answers: Any, brought: tuple[Brought, ...]) -> int:
    """Hand a matter in about this patient."""
    data = StartMatter(kind=kind, answers=tuple(answers.items()), submit=True, papers=brought)
    return int(hospital.write(who, Verb.START_MATTER, data, target=Target(patient=patient)).value.matter)


def view(hospital: Hospital, who: str, matter: int) -> Any:
    asked = hospital.operation(who, Verb.READ_MATTER, ReadMatter(matter=matter), purpose=Purpose.OPERATION)
    return door.read(asked).value


def decided(hospital: Hospital, who: str, matter: int, move: str = "approve", outcome: str = "") -> Any:
    """Say something at the present step."""
    data = DecideMatter(
        matter=matter, move=move, basis=view(hospital, who, matter).basis, comment="已核对", outcome=outcome
    )
    return hospital.write(who, Verb.DECIDE_MATTER, data).value


WANTED = {
    "applicant": "赵敏", "relation": "self", "document": "id_card", "number": CARD, "phone": "13800138000",
    "sides": "both", "reason": "对手术记录有异议",
}  # fmt: skip


def approved(hospital: Hospital, patient: int, *, brought: tuple[str, ...] = (), **more: str) -> int:
    """An application to seal that medical affairs passed."""
    number = asked(hospital, "archivist", "sealing", patient, WANTED | more, papers("request", "identity", *brought))
    decided(hospital, "affairs", number)
    return number


def seal(hospital: Hospital, who: str, patient: int, data: object, verb: Verb = Verb.SEAL_RECORDS) -> Any:
    """One of the acts of sealing."""
    return hospital.write(who, verb, data, target=Target(patient=patient), **WISH).value


def present(n: int = 0, **more: Any) -> Present:
    """The patient's side with a drawing."""
    values = {"name": "赵敏", "relation": "本人", "identity": CARD, "signed": png(5000 + n), "strokes": "[[[1,2]]]"}
    return Present(**(values | more))


def signing(hospital: Hospital, who: str) -> None:
    """A signing session of whoever seals for the hospital."""
    hospital.write(who, Verb.OPEN_SIGNING, OpenSigning(), **WISH)


def sealed(hospital: Hospital, patient: int, who: str = "archivist", **more: Any) -> Any:
    """A whole sealing, signed by both; what DrawList answered."""
    drawn = seal(hospital, who, patient, DrawList(matter=approved(hospital, patient), **more))
    finish(hospital, patient, drawn.sealing, who)
    return drawn


def finish(hospital: Hospital, patient: int, sealing: str, who: str = "archivist", n: int = 0) -> Any:
    """Package and signatures of the newest list."""
    made = seal(hospital, who, patient, TakePackage(sealing=sealing, medium="光盘 F-1，病案室 3 柜"))
    signing(hospital, who)
    digest = shown(hospital, patient, sealing).rounds[-1].digest
    seal(hospital, who, patient, SignList(sealing=sealing, digest=digest, present=present(n)))
    return made


def shown(hospital: Hospital, patient: int, sealing: str = "", who: str = "archivist") -> Any:
    """READ_SEALINGS of a patient."""
    asked = hospital.operation(
        who, Verb.READ_SEALINGS, SealingsRequest(sealing=sealing), target=Target(patient=patient), **WISH
    )
    return door.read(asked).value


def verified(house: Hospital) -> Any:
    """What verification finds in the whole house."""
    with psycopg.connect(house.addresses["root"].psycopg()) as connection:
        return verify(connection, house.runtime.keyring, house.runtime.origin).findings
