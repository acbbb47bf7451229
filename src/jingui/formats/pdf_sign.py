"""四（二）1 复制病历: the hospital's signature over a whole copy: PAdES, certifying, no change allowed [4.2.1]

B-B, or B-T when a source of time stamps is given. Making and checking run pyHanko's own event loop: call them from a
thread, never from a coroutine. `check` is in pdf_check and stands here too.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from jingui.core.errors import Invalid, KeyTrouble, Unavailable
from jingui.core.word import N_
from jingui.formats.pdf_check import PdfCheck, check

if TYPE_CHECKING:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.signers import Signer
    from pyhanko.sign.timestamps import TimeStamper

__all__ = ["PdfCheck", "TimeSource", "check", "sign"]

FIELD: Final = "Jingui-Seal"
_PLACE: Final = b"seal"  # the named place in the file where the stamp stands
_SIDE: Final = 119.06  # 42 mm in points, as in the template
_ROOM: Final = 2048  # hexadecimal letters: a signature's length differs by a byte or two from one to the next
_ABOVE: Final = 10.0  # the typesetter lets a named place begin this much above what it names

TimeSource = Callable[[bytes], bytes]  # an RFC 3161 request in DER → the authority's answer in DER


def sign(
    pdf: bytes, key_der: bytes, chain_der: Sequence[bytes], reason: str, place: str, at: datetime,
    time_source: TimeSource | None = None,
) -> bytes:  # fmt: skip
    """The file with the hospital's signature over all of it; what stood there stays byte for byte.

    `key_der` is PKCS#8, `chain_der` the signer's certificate first. Invalid for a file that is no PDF or has a
    signature already; Unavailable with a certificate not valid at `at`; KeyTrouble with a key of another one: the
    file is checked before it is given out. OSError from the source of time passes.
    """
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign import fields, signers

    _in_force(chain_der[0], at)
    try:
        writer = _writer(pdf)
        if writer.prev.embedded_signatures:
            raise Invalid(places=(("pdf", N_("文件已有签名")),))
        where = _place(writer.prev)
    except (PdfError, ValueError, KeyError, TypeError) as problem:
        raise Invalid(places=(("pdf", N_("不是可以签名的 PDF")),)) from problem
    box = None
    if where is not None:
        page, left, top = where
        box = (round(left), round(top - _SIDE), round(left + _SIDE), round(top))
        fields.append_signature_field(writer, fields.SigFieldSpec(FIELD, on_page=page, box=box))
    signer = signers.PdfSigner(
        signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            reason=reason,
            location=place,
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        ),
        signer=_signer(key_der, chain_der),
        timestamper=_stamper(time_source) if time_source else None,
        stamp_style=_nothing() if box else None,
    )
    signed = asyncio.run(_signed(signer, writer, at))
    made = check(signed, [chain_der[-1]], at)
    if not (made.intact and made.covers_all):  # a key of another certificate, or a library that no longer does as told
        raise KeyTrouble(problem="the signature does not hold")
    return signed


def _in_force(certificate: bytes, at: datetime) -> None:
    from asn1crypto import x509

    found = x509.Certificate.load(certificate)
    if not found.not_valid_before <= at <= found.not_valid_after:
        raise Unavailable(N_("电子印章证书不在有效期内，不能用印。"), N_("请由系统管理员更换证书后再用印。"))


def _writer(pdf: bytes) -> IncrementalPdfFileWriter:
    """A writer that adds the signature and nothing else: the file stays the PDF/A that it is."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    class Plain(IncrementalPdfFileWriter):
        def ensure_output_version(self, version: tuple[int, int]) -> None:
            """Stay PDF 1.7, which PDF/A-2 and -3 are; pyHanko would call the file 2.0."""

        def _update_meta(self) -> None:
            """Keep what the file says of itself; pyHanko would write it anew, in another form and at its own time."""

    return Plain(io.BytesIO(pdf))


async def _signed(signer: Any, writer: Any, at: datetime) -> bytes:
    """pyHanko's own order of steps, with our time instead of the clock's."""
    from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

    session = signer.init_signing_session(writer)
    session.system_time = at
    needed = await session.estimate_signature_container_size(None)
    reserved = -(-needed // _ROOM) * _ROOM
    document = session.prepare_tbs_document(validation_info=None, bytes_reserved=reserved)
    digest, out = document.digest_tbs_document()
    done = await document.perform_signature(
        document_digest=digest.document_digest, pdf_cms_signed_attrs=PdfCMSSignedAttributes(signing_time=at)
    )
    await done.post_signature_processing(out)
    whole: bytes = out.getvalue()
    return whole


def _signer(key_der: bytes, chain_der: Sequence[bytes]) -> Signer:
    from asn1crypto import keys, x509
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    own, *above = (x509.Certificate.load(der) for der in chain_der)
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call] # pyHanko leaves it untyped
    store.register_multiple([one for one in above if one.self_signed == "no"])  # a root comes from who checks
    return SimpleSigner(signing_cert=own, signing_key=keys.PrivateKeyInfo.load(key_der), cert_registry=store)


def _stamper(source: TimeSource) -> TimeStamper:
    from asn1crypto import tsp
    from pyhanko.sign.timestamps import TimeStamper

    class Stamper(TimeStamper):
        async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
            return tsp.TimeStampResp.load(source(req.dump()))

    return Stamper()  # type: ignore[no-untyped-call] # pyHanko leaves it untyped


def _nothing() -> Any:
    """The field's own drawing is empty: the stamp stands on the page, under it."""
    from pyhanko.pdf_utils.content import RawContent
    from pyhanko.pdf_utils.layout import BoxConstraints
    from pyhanko.stamp import StaticStampStyle

    side = round(_SIDE)
    return StaticStampStyle(background=RawContent(b"", box=BoxConstraints(side, side)), border_width=0)


def _place(reader: PdfFileReader) -> tuple[int, float, float] | None:
    """Page, left and top of the stamp's place; None for a file without one: it gets an invisible signature."""
    named = reader.root.get("/Names", {}).get("/Dests")
    found = _find(named, 0) if named is not None else None
    if found is None:
        return None
    pages = reader.root["/Pages"]
    for number in range(int(pages["/Count"])):
        page = reader.find_page_for_modification(number)[0]  # type: ignore[no-untyped-call] # pyHanko leaves it untyped
        if page.reference == found.raw_get(0).reference:
            return number, float(found[2]), float(found[3]) - _ABOVE
    return None


def _find(node: Any, depth: int) -> Any:
    """The place's destination in a tree of names."""
    names = node.get("/Names", ())
    for at in range(0, len(names) - 1, 2):
        name = names[at]
        if getattr(name, "original_bytes", str(name).encode()) == _PLACE:
            there = names[at + 1]
            return there["/D"] if hasattr(there, "keys") else there  # an array, or a dictionary that holds it
    for kid in node.get("/Kids", ()) if depth < 12 else ():
        found = _find(kid, depth + 1)
        if found is not None:
            return found
    return None
