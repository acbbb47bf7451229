"""二（二）3 停机应急: lines of a station's ledger as entries of the house, each judged [2.2.3] [4.1.2]"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from jingui.core.downtime import OFFLINE, OUTCOMES, Flaw
from jingui.core.entry import EntryDraft, Line
from jingui.core.errors import Tampered
from jingui.core.words import Decision, Entrance, Purpose, Verb
from jingui.crypto.station import Chain, Read
from jingui.gate.notes import NOTE_SQL, seal_note
from jingui.gate.sql import raw
from jingui.gate.station_rows import Seat
from jingui.gate.summaries import ON_DUTY, OPENERS
from jingui.gate.writing import WriteContext
from jingui.store.models import Account, Person, Post

DELIVERED = "downtime"  # the reason of an entry that was read on a station and delivered later
SENT_SQL = """SELECT 1 FROM entry WHERE verb = 'summarise' AND decision = 'allow' AND account_id = $1::bigint
AND (patient_id = $2::bigint OR patients @> ARRAY[$2::bigint]) LIMIT 1"""
PURPOSES = (Purpose.TREATMENT, Purpose.EMERGENCY)


@dataclass(slots=True, kw_only=True)
class Told:
    """What a delivery amounts to, for the review."""

    since: datetime | None = None
    until: datetime | None = None
    reads: int = 0
    people: set[str] = field(default_factory=set)
    reasons: list[str] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    flaws: list[tuple[Flaw, str]] = field(default_factory=list)
    outage: str = ""
    patients: set[int] = field(default_factory=set)

    def words(self) -> tuple[Flaw, ...]:
        """The kinds of flaw, each once."""
        return tuple(dict.fromkeys(flaw for flaw, _ in self.flaws))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Whoever a line names, as the house knows them; numbers are 0 for a stranger."""

    account: int = 0
    username: str = ""
    person: int = 0
    staff_no: str = ""
    post: int = 0
    flaw: Flaw | None = None


class Taking:
    """Takes lines one after the other inside the delivery's transaction."""

    def __init__(self, context: WriteContext, seat: Seat, chain: Chain, at: datetime, tolerance: timedelta) -> None:
        """Go on after `chain`; nothing may lie further in the future than `tolerance`."""
        self._context, self._seat, self.chain = context, seat, chain
        self._latest, self._last = at + tolerance, None
        self._sent: dict[int, bool] = {}
        self.told = Told()

    def take(self, lines: Iterable[bytes]) -> int:
        """Enter each line that is exactly the next one; stop at the first that is not, and say why."""
        taken = 0
        for line in lines:
            try:
                read = self.chain.check(line)
                known(read)
            except Tampered as error:
                fork = str(error.data.get("where", "")) in ("chain", "writer")
                self.told.flaws.append((Flaw.FORK if fork else Flaw.SIGNATURE, f"#{self.chain.size}"))
                break
            self._enter(read)
            self.chain.advance(read.leaf)
            taken += 1
        return taken

    def _enter(self, read: Read) -> None:
        at, number = datetime.fromisoformat(read.head["at"]), self.chain.size
        reader = self._reader(read, at)
        flaws = [reader.flaw] if reader.flaw else []
        if at > self._latest:
            flaws.append(Flaw.CLOCK)
        if self.told.until is not None and at < self.told.until:
            flaws.append(Flaw.BACKWARDS)
        lines, patients, strange = self._targets(read.targets)
        flaws += [Flaw.PATIENT] * strange
        entry = self._context.runtime.entry_id(self._context.runtime.clock.now())
        self._note(entry, read, number, patients)
        self._context.extra.append((self._draft(read, reader, lines, patients, self._detail), entry))
        told = self.told
        told.flaws += [(flaw, f"#{number}") for flaw in flaws]
        told.since, told.until = told.since or at, max(at, told.until or at)
        told.entries.append(str(entry))
        told.patients |= set(patients)
        told.outage = read.private["session"] or told.outage
        if reader.staff_no:
            told.people.add(reader.staff_no)
        if read.text and len(told.reasons) < 50:
            told.reasons.append(read.text[:200])
        told.reads += read.head["verb"] == Verb.OPEN_CHART and read.head["decision"] == Decision.ALLOW

    def _note(self, entry: UUID, read: Read, number: int, patients: tuple[int, ...]) -> None:
        """Where and when it really happened, and why, kept encrypted and committed to by the entry."""
        text = orjson.dumps(
            {"at": read.head["at"], "index": number, "leaf": read.leaf.hex(), "reason": read.text,
             "station": self._seat.code}
        )  # fmt: skip
        self._detail, sealed = seal_note(self._context.runtime, entry, text)
        raw(NOTE_SQL, entry, patients[0] if len(patients) == 1 else 0, sealed)

    def _draft(
        self, read: Read, reader: Reader, lines: tuple[Line, ...], patients: tuple[int, ...], detail: str
    ) -> EntryDraft:
        head = read.head
        allowed = head["decision"] == Decision.ALLOW
        return EntryDraft(
            Verb(head["verb"]), Decision(head["decision"]), DELIVERED if allowed else head["reason"],
            ("2.2.3", "4.1.2"), (), Purpose(head["purpose"]), Entrance.STATION, self._context.epoch, head["policy"],
            reader.staff_no or "public:station", reader.username, str(reader.post) if reader.post else "",
            f"station:{self._seat.code}", "", detail, lines, reader.account or None, reader.person or None,
            patients[0] if len(patients) == 1 else None, patients if len(patients) > 1 else (),
        )  # fmt: skip

    def _reader(self, read: Read, at: datetime) -> Reader:
        """Whom the line names; a stranger, or one whose post had ended by then, is entered and is a finding."""
        name, failed = read.private["account"], read.head["decision"] != Decision.ALLOW
        account = Account.objects.filter(username=name).first() if name else None
        if account is None:
            return Reader(flaw=None if failed else Flaw.STRANGER)
        sealer = self._context.runtime.sealer
        sealer.check(account)
        holder = Person.objects.get(pk=account.person_id)
        sealer.check(holder)
        wanted = read.private["post"]
        posts = [post for post in Post.objects.filter(person_id=holder.pk) if str(post.pk) == wanted]
        for post in posts:
            sealer.check(post)
        flaw = None
        if not posts or not opens(posts[0], self._seat):
            flaw = Flaw.STRANGER
        elif not held(posts[0], at) or account.state != "active":
            flaw = Flaw.POST_ENDED
        return Reader(
            account=account.pk, username=account.username, person=holder.pk, staff_no=holder.staff_no,
            post=posts[0].pk if posts else 0, flaw=None if failed else flaw,
        )  # fmt: skip

    def _targets(self, targets: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[int, ...], bool]:
        """The lines whose patient was in a summary of this station; whether there were others."""
        runtime, out, patients, strange = self._context.runtime, [], [], False
        for line in targets:
            pair = runtime.ids.internal(line.patient)
            if pair is None or pair[0] >= 1 << 63 or not self._was_sent(pair[0]):
                strange = True
                continue
            out.append(line)
            patients.append(pair[0])
        return tuple(out), tuple(dict.fromkeys(patients)), strange

    def _was_sent(self, patient: int) -> bool:
        if patient not in self._sent:
            self._sent[patient] = bool(raw(SENT_SQL, self._seat.account, patient))
        return self._sent[patient]


def known(read: Read) -> None:
    """Tampered unless the line is of a kind that stations make: a genuine key is no leave to enter anything else."""
    head, part = read.head, read.private
    try:
        zoned = datetime.fromisoformat(head["at"]).tzinfo is not None
    except (ValueError, TypeError):
        zoned = False
    right = (
        head["verb"] in OFFLINE and head["decision"] in OUTCOMES and head["purpose"] in PURPOSES
        and head["entrance"] == Entrance.STATION and head["v"] == 1 and not head["rules"]
        and isinstance(head["policy"], int) and len(read.text) <= 2_000 and len(head["reason"]) <= 40
        and all(isinstance(part[name], str) and len(part[name]) <= 80 for name in part)
    )  # fmt: skip
    if not right or not zoned:
        raise Tampered(where="kind")


def opens(post: Post, seat: Seat) -> bool:
    """Whether a post is of those that may open this station's summaries."""
    return post.role == ON_DUTY or (post.role in OPENERS and post.department_id == seat.department)


def held(post: Post, at: datetime) -> bool:
    """Whether a post was held at a time; one that ended without a date counts as ended."""
    return post.starts <= at and (at < post.ends if post.ends else post.state == "active")


def answers(seat: Seat, told: Told) -> dict[str, str]:
    """What the review is told."""
    found: dict[str, Any] = {
        "station": f"{seat.name}（{seat.code}）",
        "since": told.since.isoformat(timespec="seconds") if told.since else "",
        "until": told.until.isoformat(timespec="seconds") if told.until else "",
        "reads": str(told.reads),
        "people": "、".join(sorted(told.people))[:4_000],
        "reasons": "；".join(dict.fromkeys(told.reasons))[:4_000],
        "flaws": "；".join(f"{flaw.label} {where}".strip() for flaw, where in told.flaws[:100])[:4_000],
        "entries": ",".join(told.entries),
    }
    return {name: text for name, text in found.items() if text}
