"""A plain HTTP client's way in: two posts with the CSRF cookie. The same works with curl against a running house.

curl -c jar -b jar localhost:8400/sign-in/ >/dev/null                      # takes the cookie jingui's form needs
T=$(awk '$6=="csrftoken"{print $7}' jar)
curl -c jar -b jar -d "login=USER&password=WORD&csrfmiddlewaretoken=$T" localhost:8400/sign-in/
T=$(awk '$6=="csrftoken"{print $7}' jar)
curl -c jar -b jar -d "code=CODE&csrfmiddlewaretoken=$T" localhost:8400/sign-in/second-factor/
"""

import time
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.test import Client

from jingui.core import onetime
from jingui.core.operation import Actor
from jingui.core.protect import ChangePassword, EnrolFactor
from jingui.core.words import Entrance, Strength, Verb
from tests.hospital import Hospital

WORD = "三尺微命一介书生 24"
AGAIN = "落霞与孤鹜齐飞秋水共长天 8"


class Browser:
    """A browser with cookies; CSRF is checked as in earnest."""

    def __init__(self, **headers: str) -> None:
        self.client = Client(enforce_csrf_checks=True, headers=headers, SERVER_NAME="localhost")

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, **more)

    def post(self, path: str, **fields: str) -> Any:
        if "csrftoken" not in self.client.cookies:
            self.get("/sign-in/")
        fields["csrfmiddlewaretoken"] = self.client.cookies["csrftoken"].value
        return self.client.post(path, fields)

    def password(self, username: str, word: str = WORD) -> Any:
        return self.post("/sign-in/", login=username, password=word)

    def code(self, code: str) -> Any:
        return self.post("/sign-in/second-factor/", code=code)

    def sign_in(self, hospital: Hospital, username: str, word: str = WORD) -> None:
        assert self.password(username, word).status_code == 302
        unused(hospital, username)
        assert self.code(code_of(hospital, username)).status_code == 302

    @property
    def session(self) -> str:
        return self.client.cookies["jingui_session"].value


def with_credentials(hospital: Hospital, who: str, word: str = WORD) -> None:
    """Give one of the hospital's people a password of their own choice and an authenticator, through the door."""
    a = hospital.actors[who]
    actor = Actor(account=a.account, post=a.post, strength=Strength.PASSWORD, entrance=Entrance.PAGE)
    hospital.write(actor, Verb.CHANGE_PASSWORD, ChangePassword(password_hash=make_password(word)))
    secret = onetime.demo_secret(who)
    code = onetime.code(secret, onetime.counter_at(settled(hospital)) - 1)
    hospital.write(actor, Verb.ENROL_FACTOR, EnrolFactor(kind="totp", secret=secret.encode(), code=code))


def settled(hospital: Hospital) -> datetime:
    """Now, with some seconds of this period of codes left: the code before this one, still unused, is taken."""
    left = onetime.PERIOD - hospital.runtime.clock.now().timestamp() % onetime.PERIOD
    if left < 4:
        time.sleep(left)
    return hospital.runtime.clock.now()


def unused(hospital: Hospital, who: str) -> None:
    """Let the person's last use of a code lie half a minute in the past, sealed like the real thing."""
    from allauth.mfa.models import Authenticator

    from jingui.gate import factors
    from jingui.store.models import FactorSeal

    row = Authenticator.objects.get(user_id=hospital.actors[who].account, type="totp")
    row.data["counter"] -= 2
    row.save()
    seal = FactorSeal.objects.get(pk=row.pk)
    seal.digest = factors.digest(hospital.runtime, row)
    hospital.runtime.sealer.seal(seal)
    seal.save()


def code_of(hospital: Hospital, who: str, ahead: int = 0) -> str:
    """This moment's code; `ahead` periods later within the tolerance."""
    at = hospital.runtime.clock.now() + timedelta(seconds=ahead * onetime.PERIOD)
    return onetime.code(onetime.demo_secret(who), onetime.counter_at(at))


def outcomes(hospital: Hospital, who: str = "", verb: str = "sign_in") -> list[tuple[str, str]]:
    """(decision, reason) of the newest entries of a verb, newest first."""
    where = "account_id = %s" if who else "account_id IS NULL AND %s = 0"
    account = hospital.actors[who].account if who else 0
    rows = hospital.sql(
        f"SELECT decision, convert_from(head, 'UTF8')::jsonb ->> 'reason' FROM entry WHERE verb = %s AND {where} "
        "ORDER BY at DESC, n DESC LIMIT 20", verb, account,
    )  # fmt: skip
    return [(row[0], row[1] or "") for row in rows]


class Later:
    """The house's clock, moved ahead by hand. What is written then stays in the ledger, so time never comes back.

    Whoever moves a clock therefore belongs in `tests/timed`, where each file has a house of its own.
    """

    def __init__(self, hospital: Hospital) -> None:
        self.hospital = hospital

    def by(self, **more: float) -> None:
        """Let this much time pass in a house where somebody works every month: its clock makes no leap."""
        until = time.monotonic() + 20  # what is not yet in the tree would seem as old as the leap is long
        while self.hospital.sql("SELECT 1 FROM entry WHERE id NOT IN (SELECT id FROM entry_index)"):
            assert time.monotonic() < until, "the sequencer stands still"
            time.sleep(0.02)
        left = timedelta(**more)
        while left:
            step = min(left, timedelta(days=30))
            self._step(step)
            left -= step

    def _step(self, step: timedelta) -> None:
        clock, real = self.hospital.runtime.clock, self.hospital.runtime.clock._now
        clock._now = lambda: real() + step
        clock.at_least(clock.now())
        self.hospital.ahead += step
