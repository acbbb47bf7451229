"""五（一）（二）: partners, their agreements and channels; what goes to them and what comes [5.1] [5.2]"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from time import sleep
from typing import Any

from jingui.core.matters.asking import DecideMatter, ReadMatter, StartMatter
from jingui.core.operation import Target
from jingui.core.partnering import (
    ChangeChannel,
    CheckPartner,
    EndAgreement,
    OpenChannel,
    PartnersBoard,
    PartnersRequest,
    RegisterPartner,
    TrustCertificate,
)
from jingui.core.proposals import Verdict
from jingui.core.protect import GrantPost, OpenAccount, RegisterPerson
from jingui.core.receiving import ReceivedRequest, ReviewReceived, SettleReceived
from jingui.core.sharing import Share
from jingui.core.words import Purpose, Role, Verb
from jingui.demo.cast import Absent, Cast, Neighbour
from jingui.demo.deeds import filling
from jingui.demo.deeds.doing import Kept, deed
from jingui.demo.generator.hospital import ZONE
from jingui.demo.generator.numbers import uscc
from jingui.demo.month import Deed

PAUSE = 1.0  # seconds between two looks at what another house is doing
PATIENCE = 300  # looks
CHANNELS = {"pause": Verb.PAUSE_CHANNEL, "resume": Verb.RESUME_CHANNEL, "end": Verb.END_CHANNEL}


def beside(cast: Cast) -> Neighbour:
    """The house beside this one; Absent where the play has none."""
    if cast.neighbour is None:
        raise Absent("neighbour")
    return cast.neighbour


def confirmed(cast: Cast, row: Deed, verb: Verb, data: object) -> Any:
    """Proposed by the row's person, confirmed by its second; what the act answered."""
    waiting = cast.write(row, verb, data, target=Target()).value
    verdict = Verdict(proposal=waiting.proposal, digest=waiting.digest, verdict="approve")
    return cast.housekeeping(row.more["second"], Verb.APPROVE, verdict).value.value


@deed("partner")
def partner(cast: Cast, row: Deed) -> Kept:
    """An institution is registered: the neighbour as its own files name it, or one that is only told of."""
    more = row.more
    if more.get("neighbour"):
        other = beside(cast)
        if not other.papers():
            raise Absent("neighbour")
        code, name, address = other.uscc, other.name, other.address
    else:
        code, name, address = uscc(filling.PROVINCE, more["code"]), row.words, ""
    account = interface(cast, row, name) if "account" in more else ""
    data = RegisterPartner(
        uscc=code, name=name, kind=more["kind"], contact=more["contact"], telephone=more["telephone"],
        place=more.get("place", ""), account=account,
    )  # fmt: skip
    made = confirmed(cast, row, Verb.REGISTER_PARTNER, data)
    return {"partner": str(made), "uscc": code, "name": name, "address": address}


def interface(cast: Cast, row: Deed, name: str) -> str:
    """The account in whose name the partner's deliveries are entered."""
    login, system, security = row.more["account"], row.more["system"], row.more["second"]
    today = cast.now().astimezone(ZONE).date()
    person = cast.names.person(login.upper())
    if not person:
        service = RegisterPerson(name=name, staff_no=login.upper(), kind="service", valid_from=today)
        person = int(cast.housekeeping(system, Verb.REGISTER_PERSON, service).value)
    if not cast.names.account(login):
        opened = OpenAccount(person=person, username=login, password_hash="!", kind="service")  # noqa: S106 -- no password opens it
        cast.housekeeping(system, Verb.OPEN_ACCOUNT, opened)
        department = cast.names.department("information")
        post = GrantPost(person=person, department=department, role=Role.INTERFACE, starts=cast.now())
        cast.housekeeping(security, Verb.GRANT_POST, post)
    return str(login)


@deed("certificates")
def certificates(cast: Cast, row: Deed) -> Kept:
    """Each certificate that the partner handed over is pinned by two people."""
    of, more = row.more["of"], row.more
    name = cast.kept(of, "name")
    found: Mapping[str, bytes] = (
        beside(cast).stranger(name, cast.kept(of, "uscc"), more["days"]) if "days" in more else beside(cast).papers()
    )
    kept: Kept = {}
    for use, content in found.items():
        data = TrustCertificate(partner=int(cast.kept(of, "partner")), use=use, content=content, about=name)
        kept[use] = str(confirmed(cast, row, Verb.TRUST_CERTIFICATE, data).certificate)
    return kept


@deed("approved")
def approved(cast: Cast, row: Deed) -> Kept:
    """A matter is handed in and approved, step by step, by those whom the row names; what it made is kept."""
    more = row.more
    data = StartMatter(kind=more["kind"], answers=filling.answers(cast, row), submit=True, papers=filling.papers(row))
    number = int(cast.write(row, Verb.START_MATTER, data, target=Target()).value.matter)
    for who in more["by"]:
        mine = Deed(id=row.id, who=who, do=row.do, purpose=Purpose.MANAGEMENT)
        basis = cast.read(mine, Verb.READ_MATTER, ReadMatter(matter=number)).value.basis
        decision = DecideMatter(matter=number, move="approve", basis=basis, comment=row.words)
        cast.write(mine, Verb.DECIDE_MATTER, decision)
    return {"matter": str(number), **made_by(cast, row, number)}


def made_by(cast: Cast, row: Deed, matter: int) -> Kept:
    """The numbers of the assessment or agreement that a matter made, as the register shows them."""
    board: PartnersBoard = register(cast, row)
    made = [("assessment", one.id) for one in board.assessments if one.matter == matter]
    if "of" in row.more and (sheet := register(cast, row, int(cast.kept(row.more["of"], "partner"))).sheet):
        made += [("agreement", one.id) for one in sheet.agreements if one.matter == matter]
    return {name: str(number) for name, number in made}


def register(cast: Cast, row: Deed, number: int = 0) -> PartnersBoard:
    """The register of partners, or one of them."""
    asked = PartnersRequest(partner=number)
    board: PartnersBoard = cast.read(row, Verb.READ_PARTNERS, asked, purpose=Purpose.OPERATION, target=Target()).value
    return board


@deed("open_channel")
def open_channel(cast: Cast, row: Deed) -> Kept:
    """A channel is opened exactly as it was approved."""
    data = OpenChannel(matter=int(cast.kept(row.more["matter"], "matter")))
    return {"channel": str(cast.write(row, Verb.OPEN_CHANNEL, data).value)}


@deed("channel")
def channel(cast: Cast, row: Deed) -> Kept:
    """A channel is paused by one person, or resumed by two others."""
    data = ChangeChannel(channel=int(cast.kept(row.more["channel"], "channel")), reason=row.words)
    verb = CHANNELS[row.more["move"]]
    if "second" in row.more:
        confirmed(cast, row, verb, data)
    else:
        cast.write(row, verb, data)
    return {"done": "1"}


@deed("end_agreement")
def end_agreement(cast: Cast, row: Deed) -> Kept:
    """An agreement is over before its last day."""
    data = EndAgreement(agreement=int(cast.kept(row.more["agreement"], "agreement")), reason=row.words)
    cast.write(row, Verb.END_AGREEMENT, data)
    return {"ended": "1"}


@deed("check_partner")
def check_partner(cast: Cast, row: Deed) -> Kept:
    """A partner is checked on the spot; what is to be mended has a date."""
    due = cast.given(row, "due")
    data = CheckPartner(
        partner=int(cast.kept(row.more["of"], "partner")), verdict=row.more["verdict"], findings=row.words,
        due=date.fromisoformat(due) if due else None,
    )  # fmt: skip
    return {"check": str(cast.write(row, Verb.CHECK_PARTNER, data).value)}


@deed("share")
def shared(cast: Cast, row: Deed) -> Kept:
    """What would leave is looked at, then it is put into the outbox."""
    more = row.more
    data = Share(
        partner=int(cast.kept(more["to"], "partner")), purpose=more["purpose"], media=more.get("media", "fhir"),
        label=more.get("label", ""), reason=row.words,
    )  # fmt: skip
    seen = cast.write(row, Verb.SHARE, data).value
    made = cast.write(row, Verb.SHARE, replace(data, confirm=seen.digest)).value
    return {"record": made.transmission, "message": made.message}


@deed("receipted")
def receipted(cast: Cast, row: Deed) -> Kept:
    """The other house takes it and answers with its signed receipt; a broken link is tried again by the gateway."""
    for _ in range(PATIENCE):
        seen = cast.read(row, Verb.READ_TRANSMISSION).value
        if seen.receipt:
            return {"state": seen.line.state, "entry": seen.receipt_entry}
        sleep(PAUSE)
    raise Absent(row.id)


@deed("arrived")
def arrived(cast: Cast, row: Deed) -> Kept:
    """Something of that purpose came from the partner and stands in that state."""
    known = {one.get("received") for one in cast.state.deeds.values()}
    wanted = ReceivedRequest(partner=int(cast.kept(row.more["of"], "partner")), state=row.more["state"])
    for _ in range(PATIENCE):
        for line in cast.read(row, Verb.READ_RECEIVED, wanted).value.lines:
            if line.purpose == row.more["purpose"] and str(line.id) not in known:
                return {"received": str(line.id), "patient": line.patient}
        sleep(PAUSE)
    raise Absent(row.id)


@deed("settle_received")
def settled(cast: Cast, row: Deed) -> Kept:
    """What waited is looked at and filed for the patient of the row, or rejected in words."""
    number, accept = int(cast.kept(row.more["received"], "received")), bool(row.about)
    cast.read(row, Verb.REVIEW_RECEIVED, ReviewReceived(received=number), target=Target())
    data = SettleReceived(
        received=number, accept=accept, patient=cast.public(row.about) if accept else "", reason=row.words
    )
    cast.write(row, Verb.SETTLE_RECEIVED, data)
    return {"settled": "1"}
