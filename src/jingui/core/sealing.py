"""四（二）1 封存与启封: what is sealed, who was present, and when the question of unsealing is asked [4.2.1]

Finished parts are listed first and locked at once, whatever is finished later follows in a list of its own. A list is
signed by both sides, or before a notary; the medium it names is written before it is signed, so that its digest stands
in what both sides sign. Nothing unseals itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from jingui.core.word import N_, Word
from jingui.core.words import RecordState


class SealingState(Word):
    """封存状态"""

    LISTED = "listed", N_("已列清单，待双方签字")
    SEALED = "sealed", N_("封存中")
    UNSEALED = "unsealed", N_("已启封")


class ThingKind(Word):
    """清单中没有电子记录的项目 (条例 25): paper, film and physical samples."""

    VOLUME = "volume", N_("纸质病历")
    FILM = "film", N_("胶片")
    SAMPLE = "sample", N_("实物")


class Settlement(Word):
    """纠纷了结的方式"""

    AGREEMENT = "agreement", N_("和解协议")
    MEDIATION = "mediation", N_("调解协议")
    JUDGEMENT = "judgement", N_("生效裁判文书")
    WITHDRAWN = "withdrawn", N_("患方书面撤回")


SIDES: Final[Mapping[str, str]] = {"both": N_("医患双方在场"), "notary": N_("公证机构在场")}
GROUNDS: Final[Mapping[str, str]] = {
    "both": N_("医患双方在场共同启封"), "settled": N_("纠纷已经解决（条例第二十四条）"),
    "years": N_("封存满三年未主张（条例第二十四条）"),
}  # fmt: skip
#: Kinds that have no place in a list: who the patient is must be put right whatever happens, messages are no record.
APART: Final = frozenset({"Patient", "Provenance", "Consent"})
GOING: Final = frozenset({
    "active", "arrived", "cancelled-pending", "draft", "in-progress", "onhold", "on-hold", "partial", "planned",
    "preliminary", "preparation", "registered", "triaged",
})  # fmt: skip
SIGNED: Final = frozenset({RecordState.VERIFIED.value, RecordState.SIGNED.value, RecordState.FILED.value})
GONE: Final = frozenset({RecordState.DRAFT.value, RecordState.DESTROYED.value})


def listed(kind: str, state: str) -> bool:
    """Whether a record belongs into a sealing at all."""
    return kind not in APART and state not in GONE


def finished(*, state: str, status: str, signs: bool) -> bool:
    """Whether a record is finished: nothing of its event is under way, and what must be signed is signed."""
    return status not in GOING and (not signs or state in SIGNED)


class Thing(NamedTuple):
    """A paper volume, film or sample on the list: what it is called, how much of it, where it is kept."""

    kind: str
    name: str
    amount: str
    place: str


class Item(NamedTuple):
    """A record on the list, in exactly this version; `digest` (hex) is that of its content."""

    record: str
    version: int
    kind: str
    form: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawList:
    """SEAL_RECORDS, first: list finished records and lock them at once. `records` () for all that are finished."""

    matter: int
    records: tuple[str, ...] = ()
    things: tuple[Thing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TakePackage:
    """SEAL_RECORDS, second: the encrypted package for the independent medium, once; again only with a reason."""

    sealing: str
    medium: str  # number of the disc and where it will lie
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Who signed beside the hospital: the patient's side, or the notary (`office`, `deed`) in their place."""

    name: str
    relation: str = ""
    identity_kind: str = "id_card"
    identity: str = ""
    office: str = ""
    deed: str = ""
    signed: bytes = b""  # the pad's picture, or the scan of the signed list or notary's deed
    strokes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignList:
    """SEAL_RECORDS, last: both sides sign exactly the list that `digest` (hex) stands for."""

    sealing: str
    digest: str
    present: Present
    station: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealLater:
    """SEAL_LATER: what was finished since, as a further list; it is packed and signed as the first was."""

    sealing: str
    records: tuple[str, ...] = ()
    things: tuple[Thing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleDispute:
    """SETTLE_DISPUTE: the paper that ends the dispute. The question of unsealing is asked then; nothing opens yet."""

    sealing: str
    how: str  # a word of Settlement
    number: str
    paper: bytes  # its scan
    name: str = ""  # of the scan
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskUnsealing:
    """ASK_UNSEALING: the timed task asks whether to unseal, once for each term."""

    sealing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingsRequest:
    """READ_SEALINGS: a patient's (target) or all live ones; `sealing` for one with its lists and signatures.

    `later`: of all live ones only those with finished records that no list names yet.
    """

    sealing: str = ""
    ended: bool = False
    later: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundShown:
    """One list of a sealing: what it names, its package, who signed."""

    n: int
    part: str  # first | later
    drawn: datetime
    digest: str
    items: tuple[Item, ...]
    things: tuple[Thing, ...]
    package: str = ""  # digest of the package on the medium
    size: int = 0
    medium: str = ""
    secret: str = ""  # what opens the package; shown until the list is signed, for the envelope
    signed: datetime | None = None
    present: Mapping[str, str] = field(default_factory=dict)
    hospital: Mapping[str, str] = field(default_factory=dict)
    holds: bool = False  # whether the hospital's signature agrees with the list


class Candidate(NamedTuple):
    """A record that could be listed now, or will be when it is finished."""

    record: str
    version: int
    kind: str
    form: str
    entered: datetime
    finished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingLine:
    """A sealing in a list. `waiting`: finished records not listed yet; `open`: records still unfinished."""

    id: str
    patient: str
    matter: int
    state: str
    sides: str
    starts: datetime
    asks: datetime
    settled: datetime | None
    ends: datetime | None
    unsealing: int
    items: int
    waiting: int = 0
    unfinished: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealings:
    """What READ_SEALINGS answers. `matters`: approved ones of the patient whose list is still to be drawn.

    `merged`: public ids of numbers that were merged into this one; what stands under them is sealed apart.
    """

    rows: tuple[SealingLine, ...]
    rounds: tuple[RoundShown, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    matters: tuple[int, ...] = ()
    patient_name: str = ""
    merged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What an act answers: the sealing's id, the list's digest, how many records are locked."""

    sealing: str
    digest: str
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The encrypted package, and what opens it."""

    sealing: str
    content: bytes
    digest: str
    secret: str


def list_of(sealing: str, patient: str, matter: int, n: int, round_: Mapping[str, Any]) -> dict[str, Any]:
    """What both sides sign: everything of the list but the signatures and the secret, in one canonical value."""
    package: Mapping[str, Any] = round_.get("package") or {}
    return {
        "type": "jingui-sealing-list/1", "sealing": sealing, "patient": patient, "matter": matter, "round": n,
        "part": round_["part"], "drawn": round_["drawn"],
        "items": [list(map(_plain, one)) for one in round_["items"]],
        "things": [list(one) for one in round_["things"]],
        "package": package.get("digest", ""), "medium": round_.get("medium", ""),
    }  # fmt: skip


def _plain(value: object) -> str | int:
    return value if isinstance(value, int) else str(value)


def wrong_things(things: Sequence[Thing]) -> tuple[tuple[str, str], ...]:
    """What is wrong with the paper and physical items of a list."""
    kinds = {one.value for one in ThingKind}
    out = []
    for n, one in enumerate(things):
        if one.kind not in kinds:
            out.append((f"things.{n}.kind", N_("没有这一项。")))
        if not one.name.strip() or len(one.name) > 120:
            out.append((f"things.{n}.name", N_("请写明名称，不超过 120 字")))
        if not one.place.strip() or len(one.place) > 120 or len(one.amount) > 60:
            out.append((f"things.{n}.place", N_("请写明数量和存放地点")))
        if any(ord(letter) < 32 for text in one for letter in text):
            out.append((f"things.{n}.name", N_("内容过长或含有不可用的字符")))
    return tuple(out)
