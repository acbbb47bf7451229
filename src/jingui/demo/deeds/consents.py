"""二（一）3 敏感信息: consents on the pad and as a scan, refused and withdrawn; restricted charts [2.1.3] [1.3.2]"""

import json
from datetime import datetime

from jingui.core.consents import GiveConsent, Party, Signed, Signer, WithdrawConsent
from jingui.core.words import Verb
from jingui.demo.cast import Cast
from jingui.demo.deeds.doing import Kept, deed
from jingui.demo.drawing import paper, signature
from jingui.demo.generator.numbers import id_card
from jingui.demo.month import Deed


@deed("consent")
def consent(cast: Cast, row: Deed) -> Kept:
    """A consent, told first; signed on the pad, or on a paper that is scanned."""
    more = row.more
    party = Party(more.get("party", "self"))
    born = datetime.fromisoformat(more["born"]).date() if "born" in more else None
    signer = Signer(
        party=party, name=more.get("signer") or cast.story(row.about).identity.name, relation=more.get("relation", ""),
        identity=id_card(born, more.get("sex", "female"), 401, "530000") if born else "",
    )  # fmt: skip
    drawn = paper(row.id) if more.get("scan") else signature(row.id)
    signed = Signed(body=drawn.png, strokes="" if more.get("scan") else json.dumps(drawn.strokes))
    data = GiveConsent(
        kind=more.get("kind", "sensitive_collection"), signer=signer, signed=signed,
        labels=tuple(more.get("labels", ())), categories=tuple(more.get("categories", ())),
        agreed=more.get("agreed", True),
        party=receiver(cast, row), uses=tuple(more.get("uses", ())),
    )  # fmt: skip
    given = cast.write(row, Verb.GIVE_CONSENT, data).value
    return {"consent": str(given.consent), "record": given.record}


def receiver(cast: Cast, row: Deed) -> str:
    """Whom a consent to sharing names: a registered partner by its number, or whoever the row says."""
    to = row.more.get("to", "")
    return f"{cast.kept(to, 'uscc')} {cast.kept(to, 'name')}"[:40] if to else str(row.more.get("recipient", ""))


@deed("withdraw_consent")
def withdraw(cast: Cast, row: Deed) -> Kept:
    """A consent is withdrawn: at once, and what was done before stays lawful."""
    data = WithdrawConsent(consent=int(cast.kept(row.more["consent"], "consent")), reason=row.words)
    cast.write(row, Verb.WITHDRAW_CONSENT, data)
    return {"withdrawn": "1"}
