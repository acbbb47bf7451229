"""一（二）: plays the month's rows through the door, each once, as the people who do them [1.2] [4.1.2]"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from jingui.core.errors import JinguiError, Unavailable
from jingui.core.words import Decision
from jingui.demo.cast import Absent, Cast
from jingui.demo.deeds import DEEDS, Kept
from jingui.demo.month import PARTS, Deed, deeds


@dataclass(slots=True, kw_only=True)
class Month:
    """The month with its cast; `surprises` names rows that were decided otherwise than they say."""

    cast: Cast
    parts: Sequence[str] = PARTS
    surprises: list[str] = field(default_factory=list)

    def play(self) -> Iterator[tuple[int, int]]:
        """Play what was not played yet; yield (done, of) after each."""
        state = self.cast.state
        if not state.month:
            state.note({"month": self.cast.now().isoformat()})
        rows = list(deeds(self.parts))
        for number, row in enumerate(rows, 1):
            if row.id not in state.deeds:
                state.note({"deed": row.id, "kept": self.one(row)})
                yield number, len(rows)

    def one(self, row: Deed) -> Kept:
        """Play one row and return what later rows need of it; a decision that was not expected is remembered."""
        try:
            kept = DEEDS[row.do](self.cast, row)
        except Unavailable:
            raise
        except Absent:
            return {"absent": "1"}
        except JinguiError as error:
            decided = Decision.DENY if error.status == 403 else Decision.FAIL
            if decided is not row.expect:
                self.surprises.append(f"{row.id}: {decided.value} {error.code} {error.data}")
            return {"entry": str(getattr(error, "entry", "") or "")}
        if row.expect is not Decision.ALLOW:
            self.surprises.append(f"{row.id}: allow")
        return kept
