"""The served house of a writing journey, and hands that type: every key is counted."""

import contextlib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from jingui.core import onetime
from tests.api.client import free_port
from tests.api.samples import encounter, entry, patient, transaction
from tests.faults.running import House, environment, kill, python
from tests.web.browser import WORD

ATTENDING = {
    "type": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "ATND"}]}],
    "individual": {"identifier": {"system": "urn:jingui:staff-no", "value": "Tdoctor"}},
}  # fmt: skip
PATIENCE = 120.0  # seconds for the house to answer
HAN_PER_MINUTE = 60  # characters a physician types with an input method; trained ones reach 80 and more
KEY = 0.35  # seconds for any other key, thinking where to go included


@contextlib.contextmanager
def served(founder: str = "tests.journeys.writing_house") -> Iterator[House]:
    """A house founded by the module `founder`, and running; stopped and removed at the end."""
    home = Path(tempfile.mkdtemp(prefix="jingui-writing-", dir="/tmp"))
    home.chmod(0o755)
    facts = home.parent / f"{home.name}.json"
    try:
        python(home, founder, str(facts))
        made = json.loads(facts.read_text())
        port, log = free_port(), home / "serve.log"
        with log.open("ab") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.serving"], env={**environment(home), "PORT": str(port)},
                stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        house = House(home, port, made, process, log)
        try:
            waited(house)
            yield house
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                kill(process.pid)
    finally:
        facts.unlink(missing_ok=True)
        shutil.rmtree(home, ignore_errors=True)


def address(house: House) -> str:
    """Where it answers; localhost, as passkeys and cookies want it."""
    return f"http://localhost:{house.port}"


def waited(house: House) -> None:
    """Return when the house answers; RuntimeError with its log after PATIENCE."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            if urllib.request.urlopen(f"{address(house)}/sign-in/", timeout=2).status == 200:
                return
        time.sleep(0.2)
    raise RuntimeError(house.log.read_text()[-2000:])


def admit(house: House, name: str, number: str, ago: timedelta) -> str:
    """A patient on the ward since `ago`, sent by the hospital's own system; the public id."""
    subject, stay = "urn:uuid:00000000-0000-4000-8000-000000000001", "urn:uuid:00000000-0000-4000-8000-000000000002"
    start = (datetime.now(UTC) - ago).isoformat(timespec="seconds")
    body = transaction(
        entry(patient(name, number, gender="male", birthDate="1959-03-02"), subject),
        entry(encounter(subject, period={"start": start}, participant=[ATTENDING]), stay),
    )
    token = house.facts["tokens"]["his"]
    asked = urllib.request.Request(
        f"{address(house)}/fhir", json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/fhir+json"},
    )  # fmt: skip
    answer = json.loads(urllib.request.urlopen(asked, timeout=20).read())
    return str(answer["entry"][0]["response"]["location"].split("/")[-3])


def sign_in(page: Any, house: House, who: str) -> None:
    """Password and code; a code works once, so the next period's is taken when this one's is spent."""
    page.goto(f"{address(house)}/sign-in/")
    page.fill("#id_login", who)
    page.fill("#id_password", WORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#id_code")
    for ahead in (0, 1):
        counter = onetime.counter_at(datetime.now(UTC) + timedelta(seconds=ahead * onetime.PERIOD))
        page.fill("#id_code", onetime.code(onetime.demo_secret(who), counter))
        with page.expect_navigation():
            page.keyboard.press("Enter")
        if page.locator("nav#nav").count():
            return
    raise AssertionError(page.inner_text("main"))


@dataclass
class Hands:
    """A person at the keyboard of `page`: nothing else is touched."""

    page: Any
    han: int = 0
    keys: int = 0
    pressed: list[str] = field(default_factory=list)

    def press(self, *names: str) -> None:
        """Keys one after the other."""
        for name in names:
            self.page.keyboard.press(name)
            self.keys += 1
            self.pressed.append(name)

    def type(self, text: str) -> None:
        """A text, as an input method would bring it."""
        for letter in text:
            if ord(letter) > 0x2E7F:
                self.page.keyboard.insert_text(letter)
                self.han += 1
            else:
                self.page.keyboard.type(letter)
                self.keys += 1

    def until(self, selector: str, most: int = 40) -> None:
        """Tab on until the focus stands on `selector`."""
        for _ in range(most):
            if self.page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
                return
            self.press("Tab")
        raise AssertionError(f"{selector} is not reached by the keyboard")

    @property
    def seconds(self) -> float:
        """What a person would need at a realistic speed."""
        return self.han * 60 / HAN_PER_MINUTE + self.keys * KEY

    def told(self) -> str:
        """The figure."""
        typed = f"{self.han} Han characters and {self.keys} other keys"
        return f"{typed}: {self.seconds:.0f} s at {HAN_PER_MINUTE} a minute"
