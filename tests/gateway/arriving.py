"""What a partner's gateway delivers, straight to the door: for tests of what becomes of it."""

from typing import Any
from uuid import UUID, uuid4

import orjson
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from jingui.core.enter import Change
from jingui.core.operation import Operation, Target
from jingui.core.receiving import Answered, Delivery
from jingui.core.transmit import Media, Parcel
from jingui.core.words import Purpose, Verb
from jingui.crypto import jose
from jingui.crypto.certificates import fingerprint
from tests.gateway.parties import OURS, Party
from tests.hospital import Hospital

CARD_SYSTEM = "urn:oid:2.16.156.10011.1.3"
CARD = "11010519491231002X"
NAME, BORN = "周怀瑾", "1949-12-31"


def person(name: str = NAME, born: str = BORN, card: str = CARD) -> dict[str, Any]:
    """A patient as both sides know them."""
    out: dict[str, Any] = {"resourceType": "Patient", "name": [{"text": name}], "gender": "male", "birthDate": born}
    return out | ({"identifier": [{"system": CARD_SYSTEM, "value": card}]} if card else {})


def known(hospital: Hospital, **more: Any) -> int:
    """The patient is registered here; their number."""
    made = hospital.enter("his", Change(person(**more), "urn:uuid:p"), purpose=Purpose.OPERATION).made
    return int(hospital.runtime.ids.internal(made[0].id)[0])


def document(who: dict[str, Any] | None = None, *codes: tuple[str, str], title: str = "转诊小结") -> bytes:
    """A FHIR document about somebody."""
    who = {**(who if who is not None else person()), "id": "p"}
    told = [
        {"resourceType": "Condition", "id": f"c{n}", "subject": {"reference": "urn:uuid:p"},
         "code": {"coding": [{"system": system, "code": code}]}}
        for n, (system, code) in enumerate(codes)
    ]  # fmt: skip
    head = {
        "resourceType": "Composition", "id": "h", "status": "final", "date": "2026-11-20T08:00:00+08:00",
        "title": title, "author": [{"display": "某医院"}], "subject": {"reference": "urn:uuid:p"},
        "type": {"coding": [{"system": "http://loinc.org", "code": "34133-9"}]},
        "section": [{"title": "病情摘要", "text": {"status": "generated", "div":
                     '<div xmlns="http://www.w3.org/1999/xhtml">胸痛三天</div>'}}],
    }  # fmt: skip
    bundle = {
        "resourceType": "Bundle", "type": "document", "timestamp": "2026-11-20T08:00:00+08:00",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{uuid4()}"},
        "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in (head, who, *told)],
    }  # fmt: skip
    return bytes(orjson.dumps(bundle))


def cda(name: str = NAME, born: str = BORN, card: str = CARD, code: str = "34133-9") -> bytes:
    """A small clinical document of another profile."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3"><code code="{code}" codeSystem="2.16.840.1.113883.6.1" displayName="小结"/>
<title>病情小结</title><effectiveTime value="20261120080000+0800"/>
<recordTarget><patientRole><id root="2.16.156.10011.1.3" extension="{card}"/><patient><name>{name}</name>
<administrativeGenderCode code="1"/><birthTime value="{born.replace("-", "")}"/></patient>
</patientRole></recordTarget>
<component><structuredBody><component><section><title>主诉</title><text>
<paragraph>胸痛 &lt;b&gt;三天&lt;/b&gt;</paragraph>
<table><tbody><tr><td>血压</td><td>150/90</td></tr></tbody></table></text></section></component></structuredBody>
</component></ClinicalDocument>""".encode()


def hl7(card: str = CARD) -> bytes:
    """A laboratory report."""
    return "\r".join([
        "MSH|^~\\&|LIS|A|HIS|B|20261120080000||ORU^R01|M1|P|2.5|||||CHN|UTF-8",
        f"PID|1||{card}^^^&2.16.156.10011.1.3&ISO^NI||周怀瑾||19491231|M",
        "OBR|1||R1|K^血钾^L|||20261120080000|||||||||||||||20261120080000|||F",
        "OBX|1|NM|K^血钾^L||4.1|mmol/L|3.5-5.3||||F|||20261120080000",
    ]).encode()  # fmt: skip


def dicom(name: str = "ZHOU^HUAIJIN=周怀瑾") -> bytes:
    """A small image."""
    from io import BytesIO

    made = Dataset()
    made.SOPClassUID, made.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.7", pydicom.uid.generate_uid()
    made.SpecificCharacterSet, made.Modality, made.StudyDescription = "ISO_IR 192", "CT", "胸部平扫"
    made.PatientName, made.PatientID, made.PatientBirthDate, made.PatientSex = name, "X1", "19491231", "M"
    made.StudyDate = "20261119"
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    out = BytesIO()
    made.save_as(out, enforce_file_format=True)
    return out.getvalue()


def number_of(hospital: Hospital, to: Party) -> str:
    """What both sides call the agreement."""
    return str(hospital.sql("SELECT number FROM agreement WHERE id = %s", to.agreement)[0][0])


def parcel(hospital: Hospital, by: Party, content: bytes, media: Media = Media.FHIR, **more: Any) -> Parcel:
    """A parcel of the partner's for this house."""
    said: dict[str, Any] = {
        "message": uuid4(), "sender": by.uscc, "receiver": OURS, "purpose": "rescue", "media": media, "label": "",
        "agreement": number_of(hospital, by), "made": hospital.runtime.clock.now(), "content": content, **more,
    }  # fmt: skip
    return Parcel(**said)


def operation(hospital: Hospital, by: Party, one: Parcel, *, body: bytes | None = None) -> Operation:
    """What the listener asks of the door."""
    from jingui.gate.receiving_senders import proven

    sealed = jose.pack(one, by.keys.sign, hospital.runtime.gateway_keys().encrypt.certificate) if body is None else body
    sender = proven(fingerprint(by.keys.tls.certificate), "127.0.0.1")
    assert sender is not None
    return Operation(
        actor=sender.actor, verb=Verb.RECEIVE, at=hospital.runtime.clock.now(), purpose=Purpose.OPERATION,
        data=Delivery(by=sender.connected, message=one.message, body=sealed),
    )  # fmt: skip


def deliver(hospital: Hospital, by: Party, content: bytes, media: Media = Media.FHIR, **more: Any) -> Answered:
    """Delivered; what went back."""
    from jingui.gate import door

    return door.write(operation(hospital, by, parcel(hospital, by, content, media, **more))).value  # type: ignore[no-any-return]


def row(message: UUID) -> Any:
    """What is kept of a message."""
    from jingui.store.models import Received

    return Received.objects.get(message=message)


def newest(by: Party) -> Any:
    """The partner's last message."""
    from jingui.store.models import Received

    return Received.objects.filter(partner_id=by.id).order_by("-id")[0]


def ask(hospital: Hospital, who: str, verb: Verb, data: object, **more: Any) -> Any:
    """A reading operation at the door."""
    from jingui.gate import door

    target = Target(patient=more.pop("patient", 0))
    return door.read(hospital.operation(who, verb, data, purpose=Purpose.OPERATION, target=target))
