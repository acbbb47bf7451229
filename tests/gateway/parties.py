"""Partners as their approvals would leave them, with keys of their own: for tests of what happens afterwards."""

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from jingui.core.operation import Actor, Operation, Target
from jingui.core.transmit import DeliveryReceipt, Media
from jingui.core.words import Entrance, Purpose, Strength, Verb
from jingui.crypto import gateway_certificates, jose
from jingui.crypto.certificates import fingerprint
from jingui.crypto.gateway_certificates import GatewayKeys, Named
from tests.hospital import Hospital

OURS = "91110000100000001M"
GATEWAY = Actor(name="system:gateway", strength=Strength.LOCAL, entrance=Entrance.GATEWAY)
YEAR = timedelta(days=365)


def keys_of(name: str, uscc: str, *hosts: str) -> GatewayKeys:
    named = Named(organisation=name, uscc=uscc, common=f"{name}网关", hosts=hosts or ("127.0.0.1", "localhost"))
    return gateway_certificates.new_keys(named, datetime.now(UTC), os.urandom)


@dataclass(kw_only=True)
class Party:
    """A partner, its rows and its own keys."""

    id: int
    uscc: str
    name: str
    keys: GatewayKeys
    agreement: int
    channel: int

    def receipt(self, message: UUID, content: bytes, **changes: Any) -> bytes:
        said: dict[str, Any] = {
            "message": message, "digest": hashlib.sha256(content).digest(), "sender": OURS, "receiver": self.uscc,
            "outcome": "taken", "at": datetime.now(UTC), **changes,
        }  # fmt: skip
        return jose.sign_receipt(DeliveryReceipt(**said), self.keys.sign)


def settle(hospital: Hospital) -> None:
    """This house has a number and gateway keys of its own."""
    made = keys_of("金匮医院", OURS)
    hospital.runtime.uscc = OURS
    hospital.runtime.gateway_keys = lambda: made


def party(
    hospital: Hospital, name: str, *, uscc: str = "", kind: str = "https", network: str = "line",
    address: str = "https://127.0.0.1:9", seconds: int = 5, most: int = 6000, purposes: tuple[str, ...] = ("rescue",),
    views: tuple[str, ...] = ("rescue",), level: str = "secret", options: dict[str, str] | None = None,
    direction: str = "both", keys: GatewayKeys | None = None,
) -> Party:  # fmt: skip
    """A partner with everything in force."""
    from jingui.store.models import Agreement, Channel, Partner, PartnerCertificate

    now = datetime.now(UTC)
    number = uscc or f"12{uuid4().int % 10**15:015d}X"
    partner = hospital.keep(
        Partner(uscc=number, name=name, kind="hospital", person_id=hospital.people["head"], starts=now - YEAR,
                payload=b"-", id=_next(hospital, "partner"))
    )  # fmt: skip
    keys = keys or keys_of(name, number)
    for use in ("tls", "sign", "encrypt"):
        der = keys.of(use)[0].certificate
        hospital.keep(
            PartnerCertificate(id=_next(hospital, "partner_certificate"), partner_id=partner.pk, use=use,
                               fingerprint=fingerprint(der), der=der, starts=now - YEAR, ends=now + YEAR)
        )  # fmt: skip
    agreement = hospital.keep(
        Agreement(id=_next(hospital, "agreement"), partner_id=partner.pk, number=f"协议-{partner.pk}",
                  purposes=list(purposes), views=list(views), payloads=["fhir", "cda", "hl7v2", "dicom"], level=level,
                  inbound=list(purposes), digest=bytes(32), matter=1, starts=now - YEAR, ends=now + YEAR, payload=b"-")
    )  # fmt: skip
    channel = hospital.keep(
        Channel(id=_next(hospital, "channel"), partner_id=partner.pk, code=f"通道{partner.pk}", kind=kind,
                network=network, direction=direction, address=address, most=most, seconds=seconds,
                options=json.dumps(options, sort_keys=True) if options else "")
    )  # fmt: skip
    return Party(id=partner.pk, uscc=number, name=name, keys=keys, agreement=agreement.pk, channel=channel.pk)


def _next(hospital: Hospital, table: str) -> int:
    return int(hospital.sql(f"SELECT nextval(pg_get_serial_sequence('{table}', 'id'))")[0][0])


@dataclass(kw_only=True)
class Queued:
    """A row of the outbox."""

    patient: int
    number: int
    message: UUID
    content: bytes

    def row(self) -> Any:
        from jingui.store.models import Transmission

        return Transmission.objects.get(pk=(self.patient, self.number))


def queue(hospital: Hospital, to: Party, patient: int, content: bytes = b"<xml/>", **more: Any) -> Queued:
    """Something for the partner in the outbox, as a decision leaves it (紧急救治, on the ground of the law)."""
    from jingui.gate.outbox import close_content
    from jingui.store.models import Transmission

    number, message = hospital.runtime.number(datetime.now(UTC)), uuid4()
    said: dict[str, Any] = {
        "purpose": "rescue", "view": "rescue", "media": Media.CDA.value, "label": "C0001", "basis": "life",
        "level": "ordinary", "person_id": hospital.people["doctor"], "made": datetime.now(UTC), "state": "queued",
        **more,
    }  # fmt: skip
    hospital.keep(
        Transmission(
            patient_id=patient, transmission_id=number, message=message, partner_id=to.id, agreement_id=to.agreement,
            channel_id=to.channel, digest=hashlib.sha256(content).digest(), size=len(content),
            payload=close_content(hospital.runtime, patient, number, content), **said,
        )
    )  # fmt: skip
    return Queued(patient=patient, number=number, message=message, content=content)


def operation(hospital: Hospital, verb: Verb, data: object, patient: int = 0, actor: Actor = GATEWAY) -> Operation:
    return Operation(
        actor=actor, verb=verb, at=hospital.runtime.clock.now(), purpose=Purpose.OPERATION,
        target=Target(patient=patient), data=data,
    )  # fmt: skip
