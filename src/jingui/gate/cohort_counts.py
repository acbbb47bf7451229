"""四（二）4 教学科研: counts that tell how large a cohort is and not who is in it [4.2.4]

The true number never leaves. It is moved by a noise that depends on exactly which patients were counted and on nothing
else, then rounded to 5; below `small_cell` only that is told. The same people always give the same answer, however
they were asked for; two cohorts that differ by one person differ by unrelated noise, so that subtracting tells nothing.
Few different counts a day keep anybody from asking until it does.
"""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson

from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid, JinguiError
from jingui.core.word import N_
from jingui.gate.actors import CHINA
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw

WIDTH: Final = 1 << 64
STEP: Final = 5
NOISE: Final = 4  # the largest change before rounding, up or down
PAD: Final = 32  # lines of a count's entry come in this many
LARGEST: Final = 4000  # characters of a cursor that is taken back
MARKED_SQL: Final = """INSERT INTO mark (name, value, at) VALUES ($1, '', $2) ON CONFLICT (name)
DO UPDATE SET at = mark.at RETURNING value"""
MARK_SQL: Final = "UPDATE mark SET value = $2, at = $3 WHERE name = $1"


@dataclass(slots=True)
class Running:
    """A count under way: how many, the sum of their keys, where the next part begins."""

    total: int = 0
    looked: int = 0
    after: int = 0
    people: int = 0
    cell: int = 0

    def add(self, runtime: Runtime, patients: Iterable[int]) -> None:
        """More people of the cohort."""
        for patient in patients:
            self.people += 1
            self.cell = (self.cell + own_key(runtime, patient)) % WIDTH

    def sealed(self, runtime: Runtime, name: str) -> str:
        """The count as a cursor that only this query's next part opens."""
        state = orjson.dumps([self.total, self.looked, self.after, self.people, str(self.cell)])
        return b64encode(runtime.vault.seal_note(name, zlib.compress(state))).decode()

    @classmethod
    def opened(cls, runtime: Runtime, name: str, cursor: str) -> "Running":
        """The count of a cursor; Invalid when it is not one of this query and person."""
        wrong = Invalid(N_("继续标记无效，或这一部分已经统计过。"), places=(("cursor", ""),))
        if len(cursor) > LARGEST:
            raise wrong
        try:
            state = zlib.decompress(runtime.vault.open_note(name, b64decode(cursor, validate=True)))
        except (ValueError, JinguiError, zlib.error) as error:
            raise wrong from error
        total, looked, after, people, cell = orjson.loads(state)
        return cls(total=total, looked=looked, after=after, people=people, cell=int(cell))


def own_key(runtime: Runtime, patient: int) -> int:
    """A patient's constant random number in counts."""
    made = runtime.suite.mac(runtime.keyring.key("cohort-cell"), patient.to_bytes(8))
    return int.from_bytes(made[:8])


def told(runtime: Runtime, running: Running, small: int) -> int:
    """What is told of a finished count: 0 for fewer than `small`, else a multiple of 5 not below it.

    Near the bound the noise decides too: whether a number is told does not say on which side the true one lies.
    """
    noisy = running.people + noise(runtime, running.cell)
    if running.people < small or noisy < small:
        return 0
    return max(small, STEP * ((noisy + STEP // 2) // STEP))


def noise(runtime: Runtime, cell: int) -> int:
    """From -NOISE to NOISE, evenly, by the people who were counted."""
    made = runtime.suite.mac(runtime.keyring.key("cohort-noise"), cell.to_bytes(8))
    return int.from_bytes(made[:8]) % (2 * NOISE + 1) - NOISE


def padding(runtime: Runtime, lines: Sequence[Line]) -> tuple[Line, ...]:
    """Lines that name nobody. The number of an entry's lines stands in its open part and in its proof: with these it
    says no more than what is told, and two counts that differ by one person differ by unrelated numbers of them."""
    text = "\n".join(sorted(f"{one.patient} {one.record} {one.version}" for one in lines))
    made = runtime.suite.mac(runtime.keyring.key("cohort-noise"), text.encode())
    wanted = len(lines) + PAD + int.from_bytes(made[:8]) % (2 * PAD)
    count = -(-wanted // PAD) * PAD - len(lines)
    return tuple(Line("", runtime.suite.digest(made + n.to_bytes(4)).hex(), "padding", 1) for n in range(count))


def spend(runtime: Runtime, person: int, query: str, at: datetime, most: int) -> int:
    """Count this query among the person's of the day and say how many are left; the same query again costs nothing.

    Conflict when the day's are used up. The mark's row stays locked until the transaction ends: two cannot be one.
    """
    name = f"cohort:{person}"
    today, digest = at.astimezone(CHINA).date().isoformat(), runtime.suite.digest(query.encode()).hex()[:16]
    value = raw(MARKED_SQL, name, at)[0][0]
    day, _, rest = value.partition(" ")
    asked = rest.split() if day == today else []
    if digest not in asked:
        if len(asked) >= most:
            raise Conflict(N_("今日可统计的不同队列已用完。"), N_("请明日再统计，或就现有结果提出申请。"))
        asked.append(digest)
        raw(MARK_SQL, name, " ".join((today, *asked)), at)
    return most - len(asked)
