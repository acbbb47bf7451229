"""二（二）3 停机应急: who opens what on the station: every act is entered first, then shown [2.2.3] [4.1.2]"""

import os
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from jingui.core.entry import Line
from jingui.core.errors import Invalid, NotFound, NotSignedIn, Refused
from jingui.core.ids import uuid7
from jingui.core.word import N_
from jingui.core.words import Decision, Purpose, Verb
from jingui.crypto import pin
from jingui.crypto.station import Said
from jingui.station.book import Book
from jingui.station.folder import Folder
from jingui.station.summary import Staff, Summary, barred, current, holds

IDLE: Final = timedelta(minutes=10)
REASON: Final = (4, 200)  # characters
NOBODY: Final = "scrypt-15-8-1$" + "00" * 16 + "$" + "00" * 32  # costs as much as a real one


@dataclass(slots=True, kw_only=True)
class Visit:
    """Somebody at the station. The key is a cookie; nothing of it is on disk."""

    key: str
    csrf: str
    staff: Staff
    reason: str
    outage: str
    seen: datetime


class Desk:
    """One station's rules; thread-safe. `well` says whether the house can be reached and enter."""

    def __init__(
        self, folder: Folder, book: Book, *, clock: Callable[[], datetime], well: Callable[[], bool],
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:  # fmt: skip
        """Serve from this folder and ledger."""
        self.folder, self.book, self.well = folder, book, well
        self._clock, self._random = clock, random
        self._visits: dict[str, Visit] = {}
        self._lock = threading.RLock()
        self._outage = ""

    def now(self) -> datetime:
        """The time, never before the last entry: a clock put back opens nothing that expired."""
        last, now = self.book.last_time, self._clock()
        return max(last, now) if last else now

    def summary(self) -> Summary:
        """The summary, while it may be opened."""
        return current(self.folder, self.now())

    def house_is_back(self) -> None:
        """The outage ended: what is read after this is another."""
        with self._lock:
            self._outage = ""

    def sign_in(self, username: str, typed: str, reason: str, *, declared: bool) -> Visit:
        """Let somebody in by PIN with a reason; each try is entered. Refused while the house is up, unless declared."""
        with self._lock:
            summary = self.summary()
            reason = " ".join(reason.split())
            if not REASON[0] <= len(reason) <= REASON[1]:
                raise Invalid(places=(("reason", N_("须写明停机情况和查阅理由")),))
            if not declared and self.well():
                raise Refused(
                    N_("系统运行正常，请在系统内查阅。"), N_("确实无法使用时，勾选“系统无法使用”并说明情况。"),
                    clauses=("2.2.3",), reason="house_up",
                )  # fmt: skip
            one = summary.staff.get(username.strip())
            self._locked(summary, username)
            right = pin.holds(one.verifier if one else NOBODY, typed[:64])
            why = "" if right and one else "wrong_pin" if one else "unknown_account"
            why = why or holds(one, self.now())  # type: ignore[arg-type]  # without one there is a why already
            if why or one is None:
                self._enter(summary, one, Verb.SIGN_IN, Decision.FAIL, why, text=reason)
                if why in ("wrong_pin", "unknown_account"):
                    raise NotSignedIn(N_("账号或应急 PIN 不正确。"), N_("连续失败会锁定；PIN 在“我的账号”页设置。"))
                raise Refused(
                    N_("您的岗位、账号或执业资质已过有效期。"), N_("请由其他人员查阅。"), clauses=("6.1.2",), reason=why
                )
            if not self._outage:
                self._outage = f"outage:{secrets.token_hex(8)}"
            visit = Visit(
                key=secrets.token_urlsafe(32), csrf=secrets.token_urlsafe(32), staff=one, reason=reason,
                outage=self._outage, seen=self.now(),
            )  # fmt: skip
            self._enter(summary, one, Verb.SIGN_IN, Decision.ALLOW, visit=visit, text=reason)
            self._visits[visit.key] = visit
            return visit

    def visit(self, key: str) -> Visit:
        """The visit of a cookie; NotSignedIn when it idled or there is none, Refused when its right ended."""
        with self._lock:
            found, now = self._visits.get(key), self.now()
            if found is None or now - found.seen > IDLE:
                self._visits.pop(key, None)
                raise NotSignedIn()
            why = holds(found.staff, now)
            if why:
                del self._visits[key]
                raise Refused(N_("您的岗位、账号或执业资质已过有效期。"), clauses=("6.1.2",), reason=why)
            found.seen = now
            return found

    def sign_out(self, visit: Visit) -> None:
        """End a visit."""
        with self._lock:
            self._visits.pop(visit.key, None)
            self._enter(self.summary(), visit.staff, Verb.SIGN_OUT, Decision.ALLOW, visit=visit)

    def ward(self, visit: Visit, verb: Verb = Verb.LIST) -> tuple[Summary, str]:
        """The ward's list, to look at (LIST) or on paper (PRINT), and the number of its entry."""
        with self._lock:
            summary = self.summary()
            lines = tuple(Line(patient, "", "", 0) for patient in summary.patients)
            return summary, self._enter(summary, visit.staff, verb, Decision.ALLOW, visit=visit, targets=lines)

    def chart(self, visit: Visit, patient: str, verb: Verb = Verb.OPEN_CHART) -> tuple[Summary, Mapping[str, Any], str]:
        """One patient's summary, to look at or on paper (PRINT); Refused (and entered) when the patient barred them."""
        with self._lock:
            summary = self.summary()
            found = summary.patients.get(patient)
            if found is None:
                raise NotFound()
            lines = (Line(patient, "", "", 0), *(Line(patient, *record) for record in found["records"]))
            if barred(visit.staff, found):
                self._enter(summary, visit.staff, verb, Decision.DENY, "objected", visit=visit, targets=lines[:1])
                raise Refused(
                    N_("患者限制您或您的科室查阅。"), N_("请由其他有诊疗关系的人员查阅；抢救时请总值班协助。"),
                    clauses=("1.3.2", "4.1.1"), reason="objected",
                )  # fmt: skip
            number = self._enter(summary, visit.staff, verb, Decision.ALLOW, visit=visit, targets=lines)
            return summary, found, number

    def _locked(self, summary: Summary, username: str) -> None:
        """NotSignedIn while too many tries failed lately; they stand in the ledger, so a restart forgets none."""
        since = self.now() - timedelta(minutes=summary.lock_minutes)
        known = username.strip() in summary.staff
        failed = 0
        for read in reversed(self.book.reads):
            if datetime.fromisoformat(read.head["at"]) < since:
                break
            if read.head["verb"] != Verb.SIGN_IN or read.private["account"] != (username.strip() if known else ""):
                continue
            if read.head["decision"] == Decision.ALLOW:
                break
            failed += 1
        if failed >= summary.tries:
            raise NotSignedIn(N_("失败次数过多，已暂时锁定。"), N_("请稍后再试，或由其他人员查阅。"), locked=1)

    def _enter(
        self, summary: Summary, one: Staff | None, verb: Verb, decision: Decision, reason: str = "", *,
        visit: Visit | None = None, targets: tuple[Line, ...] = (), text: str = "",
    ) -> str:  # fmt: skip
        """Commit to the station's ledger and return the number there. Unavailable, and nothing is shown, if not."""
        now = self.now()
        said = Said(
            id=str(uuid7(int(now.timestamp() * 1000), self._random(10))), at=now, verb=verb.value,
            decision=decision.value, reason=reason, purpose=Purpose.TREATMENT.value, epoch=summary.epoch,
            policy=summary.policy, person=one.staff_no if one else "", account=one.username if one else "",
            post=str(one.post) if one else "",
            session=visit.outage if visit else "", targets=targets, text=text,
        )  # fmt: skip
        return f"{self.folder.code}#{self.book.append(said)}"
