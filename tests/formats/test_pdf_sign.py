"""四（二）1: the signature over a copy: any byte changed, added or taken away is found [4.2.1]"""

import io
import os
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingui.core.errors import Invalid, KeyTrouble, Unavailable
from jingui.crypto.certificates import Issued, brought, new_root, new_seal, pem
from jingui.formats import pdf, pdf_check, pdf_sign
from tests.formats.copies import MANIFEST, PROOF, Signed, poppler, signed
from tools.copy_sample import HOSPITAL, MADE, sample


@pytest.fixture(scope="module")
def copy() -> Signed:
    return signed()


def gap(body: bytes) -> tuple[int, int]:
    """Where the signature's own letters stand: the only bytes that it cannot cover."""
    found = pdf_check._RANGE.search(body)
    assert found
    return int(found[2]), int(found[3])


def test_a_signed_copy_is_good(copy: Signed) -> None:
    found = pdf_sign.check(copy.body, copy.roots)
    assert found.good
    assert (found.intact, found.covers_all, found.trusted, found.changed_after, found.problem) == (
        True, True, True, False, "",
    )  # fmt: skip
    assert found.signer == f"病案复印专用章 · {HOSPITAL}"
    assert found.signed_at == MADE
    assert found.certificate == copy.seal.certificate
    assert dict(found.attachments) == {"manifest.json": MANIFEST, "proof.json": PROOF}
    assert pdf_check.attachments(copy.body) == found.attachments


def test_what_was_signed_is_still_there_byte_for_byte(copy: Signed) -> None:
    assert copy.body.startswith(copy.plain)


def test_signing_leaves_it_a_file_for_the_archive(copy: Signed) -> None:
    added = copy.body[len(copy.plain) :]
    assert b"<?xpacket" not in added  # what the file says of itself is not written anew
    assert b"/ModDate" not in added
    assert b"/Version /" not in added.replace(b"/BaseVersion /", b"")  # PDF/A-2 and -3 are PDF 1.7
    assert b"/S /JavaScript" not in added


def test_poppler_agrees(copy: Signed, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(copy.body)
    said = poppler("pdfsig", "-nocert", tmp_path / "a.pdf")
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    at = len(copy.plain) // 2
    (tmp_path / "b.pdf").write_bytes(copy.body[:at] + bytes([copy.body[at] ^ 1]) + copy.body[at + 1 :])
    assert "Signature is Valid" not in poppler("pdfsig", "-nocert", tmp_path / "b.pdf")


def test_the_field_lies_on_the_stamp(copy: Signed, tmp_path: Path) -> None:
    from pyhanko.pdf_utils.reader import PdfFileReader

    (one,) = PdfFileReader(io.BytesIO(copy.body)).embedded_signatures
    left, low, right, high = (float(side) for side in one.sig_field["/Rect"])
    path = tmp_path / "a.pdf"
    path.write_bytes(copy.body)
    pages = copy_pages(path)
    poppler("pdftoppm", "-r", "72", "-f", str(pages), "-l", str(pages), path, tmp_path / "page")
    (image,) = tmp_path.glob("page*.ppm")
    xs, ys = red(image.read_bytes(), limit=550)
    assert (min(xs), max(xs)) == (pytest.approx(left + 2, abs=3), pytest.approx(right - 2, abs=3))
    assert (842 - max(ys), 842 - min(ys)) == (pytest.approx(low + 2, abs=3), pytest.approx(high - 2, abs=3))


def copy_pages(path: Path) -> int:
    said = poppler("pdfinfo", path)
    return int(said.split("Pages:")[1].split()[0])


def red(ppm: bytes, limit: int) -> tuple[list[int], list[int]]:
    """Columns and rows of the stamp's red, left of the margin."""
    kind, size, _, raw = ppm.split(b"\n", 3)
    wide = int(size.split()[0])
    assert kind == b"P6"
    found = [
        (at // 3 % wide, at // 3 // wide)
        for at in range(0, len(raw) - 2, 3)
        if raw[at] > 150 and raw[at + 1] < 90 and raw[at + 2] < 100
    ]
    kept = [(x, y) for x, y in found if x < limit]
    return [x for x, _ in kept], [y for _, y in kept]


def test_one_flipped_byte_is_found_wherever_it_is(copy: Signed) -> None:
    drawn = random.Random(20261123)
    for at in drawn.sample(range(len(copy.body)), 200):
        bad = bytearray(copy.body)
        bad[at] ^= 1 << drawn.randrange(8)
        found = pdf_sign.check(bytes(bad), copy.roots)
        assert not found.good, at
        assert found.problem, at


def test_every_letter_of_the_signature_itself_is_held(copy: Signed) -> None:
    start, end = gap(copy.body)
    letters = [at for at in range(start, end) if copy.body[at : at + 1] != b"0"]
    drawn = random.Random(7)
    # what the form alone refuses is cheap to try everywhere; the rest meets the whole check
    for at in drawn.sample(range(start, end), 300) + drawn.sample(letters, 500):
        bad = bytearray(copy.body)
        bad[at] = ord(drawn.choice("0123456789ABCDEFabcdef<> ".replace(chr(bad[at]), "")))
        assert not pdf_sign.check(bytes(bad), copy.roots).good, at


@pytest.mark.parametrize(
    "change",
    [
        lambda der: der[:3] + bytes([der[3] + 4]) + der[4:],  # the container swallows its padding
        lambda der: der.replace(b"\x02\x01\x01", b"\x02\x01\x03", 1),  # another version
        lambda der: der.rstrip(b"\0") + b"\0\0\x01" + bytes(len(der) - len(der.rstrip(b"\0")) - 3),
        lambda der: bytes([0x30, 0x80]) + der[4:],  # no length at all
    ],
)
def test_no_part_of_the_container_is_loose(copy: Signed, change: Callable[[bytes], bytes]) -> None:
    start, end = gap(copy.body)
    der = bytes.fromhex(copy.body[start + 1 : end - 1].decode())
    made = change(der).ljust(len(der), b"\0")[: len(der)]
    assert made != der
    assert not pdf_sign.check(
        copy.body[: start + 1] + made.hex().upper().encode() + copy.body[end - 1 :], copy.roots
    ).good
    spelt = copy.body[: start + 1] + der.hex().encode() + copy.body[end - 1 :]
    assert pdf_sign.check(spelt, copy.roots).problem == "changed"  # small letters say the same, and are not the same


def test_a_name_in_other_letters_is_another_name(copy: Signed) -> None:
    start, end = gap(copy.body)
    der = bytes.fromhex(copy.body[start + 1 : end - 1].decode())
    places = [at for at in range(len(der)) if der[at : at + 2] == b"CN"]
    assert len(places) >= 4
    for at in places:
        made = (der[:at] + b"cn" + der[at + 2 :]).hex().upper().encode()
        assert not pdf_sign.check(copy.body[: start + 1] + made + copy.body[end - 1 :], copy.roots).good


@pytest.mark.parametrize("added", [b"\n", b"%", b"\0", b"%%EOF\n", b"<html><script>alert(1)</script>"])
def test_anything_added_behind_is_found(copy: Signed, added: bytes) -> None:
    found = pdf_sign.check(copy.body + added, copy.roots)
    assert not found.good
    assert (found.problem, found.changed_after, found.covers_all, found.intact) == ("appended", True, False, True)


@pytest.mark.parametrize("taken", [1, 7, 100, 5000])
def test_anything_cut_off_is_found(copy: Signed, taken: int) -> None:
    found = pdf_sign.check(copy.body[:-taken], copy.roots)
    assert not found.good
    assert found.problem in ("changed", "unsigned")


def test_an_update_in_the_file_is_found(copy: Signed) -> None:
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(copy.body))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(copy.body)  # a shadow: the signed bytes are all there, another page is shown
    found = pdf_sign.check(out.getvalue(), copy.roots)
    assert not found.good
    assert (found.problem, found.changed_after) == ("appended", True)


def test_a_second_signature_is_found(copy: Signed) -> None:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers

    other = new_seal(new_root("别院", MADE, os.urandom), "别院", "别章", MADE, os.urandom)
    meta = signers.PdfSignatureMetadata(field_name="Second")
    writer = IncrementalPdfFileWriter(io.BytesIO(copy.body))
    signer = signers.PdfSigner(meta, signer=pdf_sign._signer(other.key, other.chain))
    signer._enforce_certification_constraints = lambda reader: None  # an attacker's tool does not ask
    twice = signer.sign_pdf(writer).getvalue()
    found = pdf_sign.check(twice, [*copy.roots, other.chain[1]])
    assert not found.good
    assert found.changed_after
    with pytest.raises(Invalid):
        pdf_sign.sign(copy.body, copy.seal.key, copy.seal.chain, "再签", HOSPITAL, MADE)


def test_a_signature_taken_away_is_found(copy: Signed) -> None:
    assert pdf_sign.check(copy.plain, copy.roots).problem == "unsigned"
    start, end = gap(copy.body)
    emptied = copy.body[: start + 1] + b"0" * (end - start - 2) + copy.body[end - 1 :]
    assert pdf_sign.check(emptied, copy.roots).problem == "changed"


def test_another_attachment_is_found(copy: Signed) -> None:
    other = pdf.render(sample(days=2), {"manifest.json": b'{"other":1}', "proof.json": PROOF})
    swapped = other + copy.body[len(copy.plain) :]
    assert not pdf_sign.check(swapped, copy.roots).good
    resigned = pdf_sign.sign(other, *stranger(), "伪造", HOSPITAL, MADE)
    found = pdf_sign.check(resigned, copy.roots)
    assert not found.good
    assert (found.problem, found.intact, found.trusted) == ("untrusted", True, False)


def stranger() -> tuple[bytes, tuple[bytes, ...]]:
    """Somebody who calls his certificates by our names."""
    made = new_seal(new_root(HOSPITAL, MADE, os.urandom), HOSPITAL, "病案复印专用章", MADE, os.urandom)
    return made.key, made.chain


def test_the_signature_of_another_copy_does_not_fit(copy: Signed) -> None:
    plain = pdf.render(replace(sample(days=2), patient_name="别人"), {"manifest.json": MANIFEST, "proof.json": PROOF})
    other = pdf_sign.sign(plain, copy.seal.key, copy.seal.chain, "患者本人申请复制", HOSPITAL, MADE)
    (start, end), (there, till) = gap(copy.body), gap(other)
    assert end - start == till - there
    moved = other[:there] + copy.body[start:end] + other[till:]
    assert pdf_sign.check(moved, copy.roots).problem == "changed"


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_rubbish_is_an_answer_not_a_crash(data: bytes) -> None:
    for body in (data, b"%PDF-1.7\n" + data, b"%PDF-1.7\n/ByteRange [0 9 20 30]" + data):
        assert pdf_sign.check(body, []).problem


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_mangled_copy_is_an_answer_not_a_crash(data: st.DataObject) -> None:
    copy = signed()
    start = data.draw(st.integers(0, len(copy.body) - 1))
    bad = copy.body[:start] + data.draw(st.binary(max_size=40)) + copy.body[start + data.draw(st.integers(0, 3000)) :]
    assert bad == copy.body or not pdf_sign.check(bad, copy.roots).good


def test_a_copy_does_not_go_bad_with_its_certificate(copy: Signed) -> None:
    later = MADE + timedelta(days=365 * 4)
    assert pdf_sign.check(copy.body, copy.roots).good
    found = pdf_sign.check(copy.body, copy.roots, at=later)
    assert (found.problem, found.intact) == ("untrusted", True)
    assert pdf_sign.check(copy.body, copy.roots, at=MADE - timedelta(days=9)).problem == "untrusted"


def test_nothing_is_signed_with_a_key_of_another_certificate(copy: Signed) -> None:
    with pytest.raises(KeyTrouble):
        pdf_sign.sign(copy.plain, stranger()[0], copy.seal.chain, "x", "y", MADE)


@pytest.mark.parametrize("away", [timedelta(days=-9), timedelta(days=3 * 365 + 1)])
def test_nothing_is_signed_with_a_certificate_out_of_its_time(copy: Signed, away: timedelta) -> None:
    with pytest.raises(Unavailable):
        pdf_sign.sign(copy.plain, copy.seal.key, copy.seal.chain, "x", "y", MADE + away)


def test_an_authority_of_time_may_vouch(copy: Signed) -> None:
    from asn1crypto import keys, tsp, x509
    from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

    authority = new_root("国家授时", MADE - timedelta(days=9), os.urandom)
    token = time_key(authority)
    dummy = DummyTimeStamper(
        tsa_cert=x509.Certificate.load(token[1]), tsa_key=keys.PrivateKeyInfo.load(token[0]),
        fixed_dt=MADE.astimezone(UTC),
    )  # fmt: skip
    made = pdf_sign.sign(
        copy.plain, copy.seal.key, copy.seal.chain, "x", "y", MADE + timedelta(hours=2),
        lambda asked: dummy.request_tsa_response(tsp.TimeStampReq.load(asked)).dump(),
    )  # fmt: skip
    found = pdf_sign.check(made, [*copy.roots, authority.certificate])
    assert found.good
    assert (found.time_stamped, found.signed_at) == (True, MADE)
    assert not pdf_sign.check(made, copy.roots).time_stamped  # an authority nobody knows vouches for nothing


def time_key(authority: Issued) -> tuple[bytes, bytes]:
    """A certificate for time stamps only."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

    above = x509.load_der_x509_certificate(authority.certificate)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "时间戳")])
    first, last = MADE - timedelta(days=1), MADE + timedelta(days=99)
    made = x509.CertificateBuilder(above.subject, name, key.public_key(), 5, first, last)
    made = made.add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    certificate = made.sign(load_der_private_key(authority.key, None), hashes.SHA256())
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), certificate.public_bytes(Encoding.DER)


def test_a_bought_certificate_signs_too(copy: Signed) -> None:
    chain = pem(copy.seal.chain)
    bought = brought(copy.seal.key, chain)
    made = pdf_sign.sign(copy.plain, bought.key, bought.chain, "x", "y", MADE)
    assert pdf_sign.check(made, copy.roots).good


@pytest.mark.parametrize("body", [b"", b"%PDF-1.7", b"GIF89a", b"%PDF-1.7\n%%EOF"])
def test_what_is_no_pdf_is_not_signed(copy: Signed, body: bytes) -> None:
    with pytest.raises(Invalid):
        pdf_sign.sign(body, copy.seal.key, copy.seal.chain, "x", "y", MADE)
