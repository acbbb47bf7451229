"""二（二）3 停机应急: the demonstration's own ward station, on this machine, in a folder beside its notes [2.2.3]"""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from jingui.core.downtime import MOST_LINES, Delivery, SummaryRequest
from jingui.station import folder as folders
from jingui.station.book import Book
from jingui.station.desk import Desk
from jingui.station.folder import OPEN, TOKEN, Folder
from jingui.station.summary import stored


class DemoWard:
    """A station without a passphrase: it holds made-up people only."""

    def __init__(self, path: Path, house: str, suite: str, clock: Callable[[], datetime]) -> None:
        """Nothing is made before it is needed."""
        self._path, self._house, self._suite, self._clock = path, house, suite, clock
        self._folder: Folder | None = None
        self._book: Book | None = None

    def folder(self, code: str = "") -> Folder:
        """The station's folder, made the first time."""
        if self._folder is None:
            if (self._path / OPEN).exists():
                self._folder = folders.opened(self._path, "")
            else:
                self._folder = folders.made(
                    self._path, code=code, house=self._house, token="", suite=self._suite, passphrase="",
                    random=os.urandom,
                )  # fmt: skip
        return self._folder

    def book(self) -> Book:
        """Its own ledger."""
        if self._book is None:
            self._book = Book(self.folder(), os.urandom)
        return self._book

    def line(self, code: str) -> str:
        """The line that the system administrator registers."""
        made = self.folder(code)
        return made.keys.identity.line(made.code)

    def keep_token(self, text: str) -> None:
        """Keep the account's token, sealed."""
        self.folder().write(TOKEN, text.encode())

    def asks(self) -> SummaryRequest:
        """What the station says of its ledger when it asks for a summary."""
        return SummaryRequest(size=self.book().size, last=self.book().chain.last)

    def take(self, box: bytes) -> int:
        """Keep a summary; how many patients are in it."""
        return len(stored(self.folder(), box).patients)

    def look(self, who: str, pin: str, reason: str, patient: str) -> None:
        """Somebody signs in while the house is away, opens one patient and leaves."""
        desk = Desk(self.folder(), self.book(), clock=self._clock, well=lambda: False)
        visit = desk.sign_in(who, pin, reason, declared=False)
        desk.ward(visit)
        desk.chart(visit, patient)
        desk.sign_out(visit)

    def tells(self) -> Delivery:
        """Everything in its ledger; what the house has already is entered once."""
        book = self.book()
        return Delivery(
            start=0, lines=book.lines(0, MOST_LINES), size=book.size, last=book.chain.last, at=self._clock()
        )
