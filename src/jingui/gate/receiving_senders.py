"""五（一）3 接收方与发送方核验: who stands at the other end of a gateway's connection [5.1.3] [5.1.1]"""

from typing import NamedTuple

from jingui.core.errors import NotSignedIn, Unavailable
from jingui.core.operation import Actor, Operation
from jingui.core.partners import CertificateFact, Use
from jingui.core.receiving import AskParts, Connected, Delivery, PartDelivery
from jingui.core.word import N_
from jingui.core.words import Entrance, Grant, Strength, Verb
from jingui.gate.actors import ActorFacts
from jingui.gate.matters_seen import checked
from jingui.gate.partners_facts import BY_PRINT, PARTNER, certificate
from jingui.gate.runtime import Runtime, current
from jingui.gate.sql import let_go, raw
from jingui.gate.stances import Stance, stance
from jingui.gate.writing import AWAY

POST_SQL = """SELECT po.id FROM account a JOIN post po ON po.person_id = a.person_id
WHERE a.id = $1::bigint AND po.state = 'active' AND po.role IN ('interface', 'partner') ORDER BY po.id DESC LIMIT 1"""
PINNED_SQL = """SELECT c.der FROM partner_certificate c JOIN partner p ON p.id = c.partner_id
WHERE c.use = 'tls' AND c.revoked IS NULL AND p.state = 'active' ORDER BY c.id LIMIT 5000"""


class Sender(NamedTuple):
    """A proven partner, and the actor in whose name its deliveries are entered."""

    connected: Connected
    actor: Actor


def known(runtime: Runtime, fingerprint: str) -> Connected | None:
    """The one active partner that a valid TLS certificate proves now; None for everybody else. Tampered: bent rows."""
    at = runtime.clock.now()
    found: set[int] = set()
    for row in raw(BY_PRINT.sql, fingerprint):
        said = checked(runtime.sealer, BY_PRINT.columns, "q", row)
        one: CertificateFact = certificate(said)
        if one.use == Use.TLS and one.valid(at):
            found.add(said["partner_id"])
    if len(found) != 1:
        return None
    rows = raw(PARTNER.sql, found.pop())
    partner = checked(runtime.sealer, PARTNER.columns, "q", rows[0]) if rows else None
    if partner is None or partner["state"] != "active":
        return None
    return Connected(partner=partner["id"], uscc=partner["uscc"], fingerprint=fingerprint)


def proven(fingerprint: str, address: str) -> Sender | None:
    """The sender behind a client certificate (SHA-256 of its DER, in hex); None for a stranger."""
    try:
        return sender(current(), fingerprint, address)
    except AWAY as error:
        let_go()
        raise Unavailable(where="database") from error


def sender(runtime: Runtime, fingerprint: str, address: str) -> Sender | None:
    """The same, of a database that answers."""
    found = known(runtime, fingerprint) if fingerprint else None
    if found is None:
        return None
    account = checked(runtime.sealer, PARTNER.columns, "q", raw(PARTNER.sql, found.partner)[0])["account_id"]
    if not account:
        return Sender(found, Actor(
            name="system:gateway", strength=Strength.LOCAL, entrance=Entrance.GATEWAY, address=address,
            session=f"partner:{found.partner}",
        ))  # fmt: skip
    posts = raw(POST_SQL, account)
    return Sender(found, Actor(
        account=account, post=posts[0][0] if posts else 0, session=f"partner:{found.partner}", address=address,
        strength=Strength.TOKEN, entrance=Entrance.GATEWAY,
    ))  # fmt: skip


def stranger(address: str) -> Actor:
    """The actor of a delivery that nobody proved to send."""
    return Actor(name="public:gateway", strength=Strength.NONE, entrance=Entrance.GATEWAY, address=address)


def anchors() -> tuple[bytes, ...]:
    """The certificates (DER) that a handshake may be made with; what they prove is looked at with every message."""
    return tuple(bytes(row[0]) for row in raw(PINNED_SQL))


@stance(Verb.RECEIVE)
def sends(runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """COVERS for the partner whose pinned, valid certificate the connection showed."""
    data = operation.data
    if not isinstance(data, Delivery | PartDelivery | AskParts):
        return Stance()
    found = known(runtime, data.by.fingerprint)
    return Stance(grant=Grant.COVERS if found is not None and found == data.by else Grant.NONE)


def unproven(entry: str = "") -> NotSignedIn:
    """What a stranger is told."""
    return NotSignedIn(
        N_("连接所用的证书未登记、已过期或已吊销。"), N_("请与本院信息部门核对合作机构证书。"), entry=entry
    )
