"""What the tests of a ward's station share: a registered station, its staff with PINs, a patient, a way to the door."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from jingui.core.downtime import Delivered, Delivery, OfflinePin, RegisterStation, SummaryRequest
from jingui.core.operation import Actor
from jingui.core.protect import IssueToken
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb
from jingui.gate import door
from jingui.station import folder as folders
from jingui.station.book import Book
from jingui.station.desk import Desk
from jingui.station.folder import Folder
from jingui.station.summary import Summary, stored
from tests.gate.entering import admit
from tests.hospital import Hospital

PIN, PHRASE, CANARY = "271828", "a ward's long passphrase", "金丝雀九七三一"
CODES = itertools.count(1)


class Clock:
    """A station's clock, which tests may move."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Ward:
    """A station of a department; `down` says that the house cannot be reached."""

    def __init__(self, hospital: Hospital, path: Path, *, department: str = "xnk") -> None:
        self.hospital, self.code = hospital, f"ward-{next(CODES)}"
        self.account = f"station{self.code}"
        hospital.person(self.account, Role.INTERFACE, department)
        self.folder = folders.made(
            path / self.code, code=self.code, house="https://jingui.example", token="", suite="intl",
            passphrase=PHRASE, random=os.urandom,
        )  # fmt: skip
        self.actor = self.token()
        self.number = hospital.write("sysadmin", Verb.REGISTER_STATION, self.registration(department)).value
        self.clock, self.down = Clock(), True
        self.book = Book(self.folder, os.urandom)
        self.desk = self.opened()

    def registration(self, department: str) -> RegisterStation:
        return RegisterStation(
            code=self.code, name=f"{self.code} 应急工作站", department=self.hospital.departments[department],
            key=self.folder.keys.identity.line(self.code), account=self.account,
        )  # fmt: skip

    def token(self) -> Actor:
        from jingui.station.folder import TOKEN

        text, digest = door.new_token()
        who = self.hospital.actors[self.account]
        data = IssueToken(
            account=who.account, post=who.post, digest=digest, scopes=("system/*.rs",), label="station",
            expires=self.hospital.now() + timedelta(days=30),
        )  # fmt: skip
        number = self.hospital.write("secadmin", Verb.ISSUE_TOKEN, data).value
        self.folder.write(TOKEN, text.encode())
        return Actor(
            account=who.account, post=who.post, token=number, session=f"token:{number}", address="127.0.0.1",
            strength=Strength.TOKEN, entrance=Entrance.STATION, scopes=("system/*.rs",),
        )  # fmt: skip

    def opened(self) -> Desk:
        return Desk(self.folder, self.book, clock=self.clock, well=lambda: not self.down)

    def again(self) -> None:
        """The station is started anew from its folder."""
        self.folder = Folder_opened(self.folder)
        self.book = Book(self.folder, os.urandom)
        self.desk = self.opened()

    def pull(self) -> Summary:
        data = SummaryRequest(size=self.book.size, last=self.book.chain.last)
        made = door.read(self.hospital.operation(self.actor, Verb.SUMMARISE, data, purpose=Purpose.TREATMENT)).value
        return stored(self.folder, made.data)

    def delivery(self, start: int = 0, **more: Any) -> Delivery:
        lines = more.pop("lines", None)
        data: dict[str, Any] = {
            "start": start, "lines": self.book.lines(start, 200) if lines is None else lines, "size": self.book.size,
            "last": self.book.chain.last, "at": self.clock(),
        }  # fmt: skip
        return Delivery(**{**data, **more})

    def deliver(self, start: int = 0, **more: Any) -> Delivered:
        done: Delivered = self.hospital.write(self.actor, Verb.DELIVER_DOWNTIME, self.delivery(start, **more)).value
        return done


def Folder_opened(folder: Folder) -> Folder:
    return folders.opened(folder.path, PHRASE)


def pins(hospital: Hospital, *names: str) -> None:
    for name in names:
        hospital.write(name, Verb.ENROL_FACTOR, OfflinePin(pin=PIN))


def patient(hospital: Hospital, name: str = CANARY, **more: Any) -> str:
    """An admitted patient with an allergy, a diagnosis, a drug and a note; their public id."""
    at = admit(hospital, patient={"name": [{"text": name}]}, **more)
    subject, encounter = {"reference": f"Patient/{at.public}"}, {"reference": f"Encounter/{at.visit_public}"}
    from jingui.core.enter import Change

    def coded(text: str, code: str, system: str = "http://hl7.org/fhir/sid/icd-10") -> dict[str, Any]:
        return {"coding": [{"system": system, "code": code, "display": text}], "text": text}

    hospital.enter(
        "doctor",
        Change({"resourceType": "AllergyIntolerance", "patient": subject, "code": coded("青霉素过敏", "Z88.0")}),
        Change({"resourceType": "Condition", "subject": subject, "encounter": encounter,
                "code": coded("急性前壁心肌梗死", "I21.0")}),
        Change({"resourceType": "Condition", "subject": subject, "encounter": encounter,
                "code": coded("人类免疫缺陷病毒病", "B24")}),
        Change({"resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": subject,
                "encounter": encounter, "medicationCodeableConcept": {"text": "阿司匹林肠溶片"},
                "dosageInstruction": [{"text": "100 mg 口服 每日一次"}]}),
        Change({"resourceType": "MedicationRequest", "status": "stopped", "intent": "order", "subject": subject,
                "encounter": encounter, "medicationCodeableConcept": {"text": "已停的药"}}),
        Change({"resourceType": "Composition", "status": "final", "type": coded("日常病程记录", "C0038"),
                "subject": subject, "encounter": encounter, "date": hospital.now().isoformat(timespec="seconds"),
                "author": [{"display": "doctor"}], "title": "日常病程记录",
                "section": [{"title": "病情", "text": {"status": "generated",
                             "div": '<div xmlns="http://www.w3.org/1999/xhtml"><p>胸痛缓解</p></div>'}}]}),
    )  # fmt: skip
    return at.public


def entries(hospital: Hospital, verb: Verb, account: int, decision: str = "allow") -> int:
    sql = "SELECT count(*) FROM entry WHERE verb = %s AND account_id = %s AND decision = %s"
    rows = hospital.sql(sql, verb.value, account, decision)
    return int(rows[0][0])


@contextmanager
def full(monkeypatch: Any) -> Iterator[None]:
    """A disk that takes no more of the ledger."""
    from jingui.station import book

    real = os.write

    def write(handle: int, data: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(book.os, "write", write)
    try:
        yield
    finally:
        monkeypatch.setattr(book.os, "write", real)


def matters(hospital: Hospital) -> int:
    return int(hospital.sql("SELECT count(*) FROM matter WHERE kind = 'downtime_review'")[0][0])
