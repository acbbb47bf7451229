"""五（一）2, 五（二）3 合作机构: one partner with everything of it, as its page shows it [5.1.2] [5.2.3]"""

import base64
from datetime import datetime, timedelta

import orjson

from jingui.core.errors import Tampered
from jingui.core.partnering import (
    AgreementLine,
    AppLine,
    AssessmentLine,
    CertificateLine,
    ChannelLine,
    CheckLine,
    PartnerLine,
    PartnerSheet,
)
from jingui.core.permit import Permit
from jingui.crypto import partner_certificates as read
from jingui.gate.context import ReadContext
from jingui.gate.matter_safe import Safe
from jingui.gate.matters_seen import checked
from jingui.gate.names import NOBODY, names_of
from jingui.gate.partners_rows import APPROVED_SQL, MATTER, Everything, Row, reason_of, return_due


def certificate_line(one: Row, at: datetime, soon: timedelta) -> CertificateLine:
    """A certificate as pages show it."""
    der = bytes(one["der"])
    state = (
        "revoked" if one["revoked"] is not None
        else "early" if at < one["starts"]
        else "expired" if at >= one["ends"]
        else "soon" if one["ends"] - at < soon
        else "valid"
    )  # fmt: skip
    return CertificateLine(
        id=one["id"], use=one["use"], fingerprint=one["fingerprint"], shown=read.examined(der).shown,
        issued=one["issued"], starts=one["starts"], ends=one["ends"], revoked=one["revoked"], state=state,
        pem=pem(der), entry=str(one["entry"]),
    )  # fmt: skip


def pem(der: bytes) -> str:
    """A certificate as people hand it on."""
    body = base64.encodebytes(der).decode().replace("\n", "")
    folded = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN CERTIFICATE-----\n{folded}\n-----END CERTIFICATE-----\n"


def own(context: ReadContext, all_of: Everything) -> tuple[CertificateLine, ...]:
    """This house's own gateway certificates, for handing to partners."""
    if context.runtime.gateway_keys is None:
        return ()
    keys, out = context.runtime.gateway_keys(), []
    for use in ("tls", "sign", "encrypt"):
        found = read.examined(keys[use].certificate)
        said = {
            "id": 0, "use": use, "fingerprint": found.fingerprint, "der": found.der, "issued": True,
            "starts": found.starts, "ends": found.ends, "revoked": None, "entry": "",
        }  # fmt: skip
        out.append(certificate_line(said, all_of.at, all_of.days("certificate_warn_days")))
    return tuple(out)


def agreement_line(context: ReadContext, partner: Row, one: Row, all_of: Everything) -> AgreementLine:
    """An agreement as its partner's page shows it."""
    at = all_of.at
    state = (
        "ended" if one["ended"] is not None
        else "early" if at < one["starts"]
        else "expired" if at >= one["ends"]
        else "soon" if one["ends"] - at < all_of.days("agreement_warn_days")
        else "valid"
    )  # fmt: skip
    inside = orjson.loads(context.runtime.vault.open_note(f"agreement{one['id']}", bytes(one["payload"])))
    return AgreementLine(
        id=one["id"], number=one["number"], purposes=tuple(one["purposes"]), views=tuple(one["views"]),
        payloads=tuple(one["payloads"]), level=one["level"], profile=one["profile"], inbound=tuple(one["inbound"]),
        matter=one["matter"], assessment=one["assessment"], starts=one["starts"], ends=one["ends"],
        ended=one["ended"], returned=one["returned"] is not None, state=state,
        return_due=return_due(partner, one, all_of), entry=str(one["entry"]), duties=inside["duties"],
    )  # fmt: skip


def assessment(one: Row, at: datetime) -> AssessmentLine:
    """An impact assessment as pages show it."""
    return AssessmentLine(
        id=one["id"], subject=one["subject"], kind=one["kind"], conclusion=one["conclusion"], risk=one["risk"],
        matter=one["matter"], at=one["at"], ends=one["ends"], expired=one["ends"] <= at,
    )  # fmt: skip


async def sheet(
    context: ReadContext, permit: Permit, partner: Row, row: PartnerLine, all_of: Everything
) -> PartnerSheet:
    """One partner with everything of it."""
    number, vault = partner["id"], context.runtime.vault
    channels, checks = all_of.channels.get(number, []), all_of.checks.get(number, [])
    known = {one["paused_by"] for one in channels} | {one["person_id"] for one in checks}
    people = await names_of(context).people(context, sorted(known - {0}))
    agreements = all_of.agreements.get(number, [])
    numbers = {one["id"]: one["number"] for one in agreements}
    try:
        told = orjson.loads(vault.open_note(f"partner{number}", bytes(partner["payload"])))
    except ValueError as error:
        raise Tampered(where=f"partner:{number}") from error
    soon = all_of.days("certificate_warn_days")
    return PartnerSheet(
        line=row, contact=told["contact"], telephone=told["telephone"], place=told["place"],
        certificates=tuple(certificate_line(one, all_of.at, soon) for one in all_of.certificates.get(number, ())),
        agreements=tuple(agreement_line(context, partner, one, all_of) for one in reversed(agreements)),
        channels=tuple(
            ChannelLine(
                id=one["id"], code=one["code"], kind=one["kind"], network=one["network"], direction=one["direction"],
                address=one["address"], options=one["options"], most=one["most"], seconds=one["seconds"],
                state=one["state"], paused=one["paused"], paused_by=people.get(one["paused_by"], NOBODY).name,
                mine=one["paused_by"] == permit.person, matter=one["matter"],
                reason=reason_of(partner, one, all_of), entry=str(one["entry"]),
            )
            for one in channels
        ),
        checks=tuple(
            CheckLine(
                id=one["id"], agreement=numbers.get(one["agreement_id"], ""), verdict=one["verdict"], due=one["due"],
                person=people.get(one["person_id"], NOBODY).name, at=one["at"], entry=str(one["entry"]),
                findings=vault.open_note(f"check{one['id']}", bytes(one["payload"])).decode(),
            )
            for one in checks
        ),
        apps=tuple(
            AppLine(id=one["id"], client=one["client"], name=one["name"], ends=one["ends"], ended=one["ended"])
            for one in all_of.apps.get(number, ())
        ),
    )  # fmt: skip


async def approved(context: ReadContext, permit: Permit, row: PartnerLine) -> tuple[tuple[int, str, str], ...]:
    """Channels of this partner that were approved and not opened yet."""
    out = []
    for found in await context.rows(APPROVED_SQL, permit.at):
        one = checked(context.runtime.sealer, MATTER, "q", found)
        answers = Safe(context.runtime, one["id"], 0, None).open_answers(one["payload"])
        if answers.get("partner", "").upper() == row.uscc:
            out.append((one["id"], row.uscc, answers["code"]))
    return tuple(out)
