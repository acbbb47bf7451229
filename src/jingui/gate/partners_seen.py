"""五（一）2, 五（二）3 合作机构: the register, every row genuine, as pages show it [5.1.2] [5.2.3]"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from jingui.core.errors import NotFound
from jingui.core.partnering import PartnerLine, PartnersBoard, PartnersRequest
from jingui.core.partners import KINDS, PartnerState, Verdict
from jingui.core.permit import Permit
from jingui.core.words import Category, Grant, Verb
from jingui.gate import facts as f
from jingui.gate import partners_sheet
from jingui.gate.context import ReadContext
from jingui.gate.matters_seen import checked
from jingui.gate.names import NOBODY, names_of
from jingui.gate.partners_rows import (
    ACCOUNTS_SQL,
    PARTNER,
    PARTNERS_SQL,
    Everything,
    Row,
    everything,
    live,
    reason_of,
    return_due,
)
from jingui.gate.proposals import TWO_PERSON

ACTS: Final = (
    Verb.REGISTER_PARTNER, Verb.END_PARTNER, Verb.TRUST_CERTIFICATE, Verb.REVOKE_CERTIFICATE, Verb.OPEN_CHANNEL,
    Verb.PAUSE_CHANNEL, Verb.RESUME_CHANNEL, Verb.END_CHANNEL, Verb.END_AGREEMENT, Verb.CHECK_PARTNER,
    Verb.PROVE_RETURN, Verb.END_APP,
)  # fmt: skip
FURTHEST: Final = 1_000_000
LAST: Final = timedelta(seconds=1)  # an agreement ends with the last second of its last day


async def board(context: ReadContext, permit: Permit, data: PartnersRequest) -> PartnersBoard:
    """The register, those in trouble and those that end soonest first; or one partner. NotFound for none."""
    found = [
        checked(context.runtime.sealer, PARTNER, "q", row)
        for row in await context.rows(PARTNERS_SQL, data.partner, data.kind, data.find)
    ]
    if data.partner and not found:
        raise NotFound()
    all_of = await everything(context, permit, [one["id"] for one in found])
    people = await names_of(context).people(context, sorted({one["person_id"] for one in found}))
    accounts = {row[0]: row[1] for row in await context.rows(ACCOUNTS_SQL)}
    rows = [line(one, all_of, people.get(one["person_id"], NOBODY).name, accounts) for one in found]
    may = tuple(verb.value for verb in ACTS if allowed(context, verb))
    if data.partner:
        opened = await partners_sheet.sheet(context, permit, found[0], rows[0], all_of)
        waiting = await partners_sheet.approved(context, permit, rows[0])
        return PartnersBoard(sheet=replace(opened, may=may), may=may, approved=waiting)
    shown = sorted((one for one in rows if fits(one, data.state)), key=urgency)
    after, count = min(max(data.after, 0), FURTHEST), min(max(data.count, 1), 500)
    return PartnersBoard(
        rows=tuple(shown[after : after + count]), more=after + count if len(shown) > after + count else 0, may=may,
        assessments=tuple(partners_sheet.assessment(one, permit.at) for one in all_of.assessments.values()),
        own=partners_sheet.own(context, all_of), uscc=context.runtime.uscc, accounts=tuple(accounts.values()),
    )  # fmt: skip


def fits(one: PartnerLine, state: str) -> bool:
    """Whether a line belongs to the list that was asked for."""
    return state in ("", one.state) or (state == "trouble" and bool(one.trouble))


def urgency(one: PartnerLine) -> tuple[object, ...]:
    """Ended ones last; troubled ones first; then what ends soonest."""
    return (one.state != PartnerState.ACTIVE, not one.trouble, one.ends is None, one.ends or one.starts, one.id)


def allowed(context: ReadContext, verb: Verb) -> bool:
    """Whether the rules let this reader ask for it; what two people do is asked for by one of them."""
    asked = replace(context.operation, verb=verb, data=None)
    grant = Grant.COVERS if verb in TWO_PERSON else Grant.NONE
    vector = f.vector(asked, context.actor, None, category=Category.NONE, grant=grant)
    return context.runtime.decider.decide(vector).allow


def line(partner: Row, all_of: Everything, person: str, accounts: Mapping[int, str]) -> PartnerLine:
    """A partner as lists show it."""
    number, at = partner["id"], all_of.at
    agreements = live(number, all_of)
    channels = [one for one in all_of.channels.get(number, ()) if one["state"] == "open"]
    certificates = [one for one in all_of.certificates.get(number, ()) if one["revoked"] is None and one["ends"] > at]
    checks = all_of.checks.get(number, [])
    held = [one for one in all_of.channels.get(number, ()) if one["state"] != "ended"]
    ends = [*(one["ends"] - LAST for one in agreements), *(one["ends"] for one in certificates)]
    return PartnerLine(
        id=number, uscc=partner["uscc"], name=partner["name"], kind=partner["kind"], person=person,
        account=accounts.get(partner["account_id"], ""), state=partner["state"], starts=partner["starts"],
        ended=partner["ended"], agreements=len(agreements), channels=len(channels), ends=min(ends, default=None),
        checked=checks[0]["at"] if checks else None, trouble=trouble(partner, all_of, held),
    )  # fmt: skip


def trouble(partner: Row, all_of: Everything, channels: Sequence[Row]) -> tuple[str, ...]:
    """What a person has to look at: reasons of WHY and codes of ALERTS."""
    number, at = partner["id"], all_of.at
    dues = [return_due(partner, one, all_of) for one in all_of.agreements.get(number, ())]
    owed = any(one is not None and one <= at for one in dues)
    said = ["return_overdue"] if owed else []
    if partner["state"] != PartnerState.ACTIVE:
        return tuple(said)
    said += [reason for one in channels if (reason := reason_of(partner, one, all_of))]
    checks = all_of.checks.get(number, [])
    if checks and checks[0]["verdict"] == Verdict.MEND and "mend_overdue" not in said:
        said.append("mending")
    last = checks[0]["at"] if checks else partner["starts"]
    if KINDS[partner["kind"]].supervised and at - last > all_of.days("partner_check_days"):
        said.append("check_due")
    soon = [one["ends"] - at < all_of.days("agreement_warn_days") for one in live(number, all_of)]
    if soon and all(soon):
        said.append("agreement_soon")
    uses: dict[str, list[datetime]] = {}
    for one in all_of.certificates.get(number, ()):
        if one["revoked"] is None and one["starts"] <= at < one["ends"]:
            uses.setdefault(one["use"], []).append(one["ends"])
    if any(max(ends) - at < all_of.days("certificate_warn_days") for ends in uses.values()):
        said.append("certificate_soon")
    return tuple(dict.fromkeys(said))
