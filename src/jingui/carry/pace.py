"""五（一）3 传输: no more messages a minute over a channel than it says [5.1.3]"""


class Pace:
    """A bucket that fills evenly; it holds what five seconds let through, one at least. Time is given."""

    def __init__(self, most: int, now: float) -> None:
        """`most` messages a minute, full at `now` (seconds)."""
        self.each, self.size = most / 60, max(1.0, most / 12)
        self._held, self._at = self.size, now

    def take(self, now: float) -> bool:
        """Whether one more may go at `now`; if so, it is counted."""
        self._held = min(self.size, self._held + max(0.0, now - self._at) * self.each)
        self._at = now
        if self._held < 1:
            return False
        self._held -= 1
        return True
