"""五（一）2 FHIR 接口推送: a Bundle to a partner's endpoint over mTLS; its answer is the receipt [5.1.2] [5.1.3]"""

from hashlib import sha256

from jingui.carry.carried import Arrived, Proofs
from jingui.carry.https import asked, client
from jingui.carry.places import place
from jingui.carry.undelivered import Undelivered
from jingui.core.gateway_wire import JOSE
from jingui.core.sending import Answer, Consignment

TAKEN = frozenset({200, 201, 202})
FHIR = "application/fhir+json"


async def deliver(consignment: Consignment, proofs: Proofs) -> Arrived:
    """Taken when the endpoint says 200, 201 or 202; the message's number goes along, so that a repeat is known."""
    at = await place(consignment)
    async with client(at, consignment, proofs) as using:
        status, headers, got, peer = await asked(
            using, at, "POST", at.path or "/", body=consignment.body,
            headers={"content-type": FHIR, "accept": f"{JOSE}, {FHIR}", "x-request-id": str(consignment.message)},
        )  # fmt: skip
    kind = headers.get("content-type", "").partition(";")[0].strip()
    if status not in TAKEN:
        raise Undelivered("answer", said=str(status))
    if kind == JOSE and got:  # signed when it is offered
        return Arrived(receipt=got)
    return Arrived(answer=Answer(code=str(status), digest=sha256(got).digest(), peer=peer))
