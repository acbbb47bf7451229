"""Makes two sealed copies with their side files for the stand-alone verifier's tests: made anew they differ in bytes.

PYTHONPATH=src:verifier/tests python -m tools.copy_vectors tests/proof_vectors/copies
"""

import base64
import json
import os
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from writer import Ledger  # type: ignore[import-not-found]  # the tests' independent writer of ledgers

from jingui.crypto.certificates import Issued, new_root, new_seal, pem
from jingui.formats import manifest, pdf, pdf_sign

HERE = timezone(timedelta(hours=8))
MADE = datetime(2026, 11, 23, 10, 5, tzinfo=HERE)
HOSPITAL = "示例市第一人民医院"


def document(number: str) -> pdf.CopyDocument:
    """A copy of one page."""
    record = pdf.Record(title="门诊记录", blocks=(pdf.Paragraph(text="咳嗽三天，无发热。"),), at="2026-11-20 09:10")
    return pdf.CopyDocument(
        number=number, hospital=HOSPITAL, patient_name="陈某", record_number="0001", made_at=MADE,
        sections=(pdf.Section(title="2026-11-20 门诊", records=(record,)),), stamp=pdf.Stamp(hospital=HOSPITAL),
        qr=f"https://hospital.example.org/verify#{'ab' * 16}",
    )  # fmt: skip


def listed(number: str, digest: str) -> manifest.Manifest:
    """What it contains."""
    record = manifest.CopiedRecord(id="ab" * 16, type="Observation", version=1, digest=digest)
    return manifest.Manifest(
        number=number, hospital=HOSPITAL, patient="cd" * 32, records=(record,), matter="1182", made_at=MADE,
    )  # fmt: skip


def entered(ledger: Any, verb: str, kind: str, digest: str) -> dict[str, Any]:
    """The line proof of an entry that commits a digest."""
    line = {"patient": "", "record": digest, "type": kind, "version": 1}
    named = {"patient": "p1", "record": "r1", "type": "Observation", "version": 1}
    index = len(ledger.heads)
    ledger.add([named, line], verb=verb, decision="allow", reason="", rules=["copies"], purpose="patient_request")
    ledger.checkpoint()
    found: dict[str, Any] = ledger.line_proof(index, 1)
    return found


def authority() -> pdf_sign.TimeSource:
    """An authority of time of the day."""
    from asn1crypto import keys, tsp
    from asn1crypto import x509 as asn1
    from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

    root, key = new_root("国家授时", MADE, os.urandom), rsa.generate_private_key(public_exponent=65537, key_size=2048)
    above = x509.load_der_x509_certificate(root.certificate)
    made = x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "时间戳")]))
    made = made.issuer_name(above.subject).public_key(key.public_key()).serial_number(77)
    made = made.not_valid_before(MADE - timedelta(minutes=4)).not_valid_after(MADE + timedelta(days=99))
    made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    signing = cast(ec.EllipticCurvePrivateKey, load_der_private_key(root.key, None))
    own = made.sign(signing, hashes.SHA256()).public_bytes(Encoding.DER)
    secret = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    dummy = DummyTimeStamper(
        tsa_cert=asn1.Certificate.load(own), tsa_key=keys.PrivateKeyInfo.load(secret), fixed_dt=MADE.astimezone(UTC)
    )
    return lambda asked: bytes(dummy.request_tsa_response(tsp.TimeStampReq.load(asked)).dump())


def sealed(
    ledger: Any, stamp: Issued, number: str, digest: str, attached: str = "", time: pdf_sign.TimeSource | None = None
) -> tuple[bytes, dict[str, Any]]:  # fmt: skip
    """The signed PDF and its side file; `attached`: the number in the manifest that stands there instead."""
    body = listed(number, digest).body()
    proof = json.dumps(entered(ledger, "prepare_copy", "copy_manifest", manifest.file_digest(body))).encode()
    body = listed(attached, digest).body() if attached else body
    made = pdf.render(document(number), {manifest.NAME: body, manifest.PROOF: proof})
    signed = pdf_sign.sign(made, stamp.key, stamp.chain, "复制病历", HOSPITAL, MADE, time)
    own = manifest.file_digest(signed)
    beside = {
        "kind": "copy", "v": 1, "digest": own, "key": ledger.signer.line,
        "proof": entered(ledger, "stamp_copy", "copy_file", own),
        "certificates": [base64.b64encode(one).decode() for one in stamp.chain],
    }  # fmt: skip
    return signed, beside


def main(folder: Path) -> None:
    """Write everything."""
    folder.mkdir(parents=True, exist_ok=True)
    ledger = Ledger("intl").grow(9)
    root = new_root(HOSPITAL, MADE, os.urandom)
    stamp = new_seal(root, HOSPITAL, "病案复印专用章", MADE, os.urandom)
    for name, number, digest, attached, time in (
        ("copy", "FZ20261123-0001", "11" * 32, "", None), ("other", "FZ20261123-0002", "22" * 32, "", None),
        ("exchanged", "FZ20261123-0003", "33" * 32, "FZ20261123-0009", None),  # a manifest that was never entered
        ("timed", "FZ20261123-0004", "44" * 32, "", authority()),
    ):  # fmt: skip
        signed, beside = sealed(ledger, stamp, number, digest, attached, time)
        (folder / f"{name}.pdf").write_bytes(signed)
        (folder / f"{name}.json").write_text(json.dumps(beside) + "\n")
    (folder / "root.pem").write_bytes(pem(root.chain))
    (folder / "other_root.pem").write_bytes(pem(new_root(HOSPITAL, MADE, os.urandom).chain))
    (folder / "key.txt").write_text(ledger.signer.line + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
