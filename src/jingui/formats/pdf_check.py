"""四（二）1 复制病历: whether a signed copy is whole, whose signature it bears, and what is wrong with it [4.2.1]

The signature covers every byte but its own hexadecimal letters. Those are held to one spelling here, and what stands
in them to one form, so that no single byte of the file can be changed without being found.
"""

from __future__ import annotations

import io
import logging
import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from jingui.formats.pdf_cms import loose, plain_form

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import EmbeddedPdfSignature, PdfSignatureStatus

LARGEST: Final = 512 << 20
_RANGE: Final = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")
_SPELT: Final = re.compile(rb"[0-9A-F]+")
_NONE: Final[Mapping[str, bytes]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfCheck:
    """What a check found. `problem` is "" or a stable word: unreadable, unsigned, changed, appended, untrusted."""

    intact: bool = False  # the signed bytes are as they were signed
    covers_all: bool = False  # and they are the whole file
    trusted: bool = False  # the signer's certificate leads to one of the roots, at the time of the check
    changed_after: bool = False  # something was added behind the signed bytes
    time_stamped: bool = False  # an authority of time vouches for `signed_at`; else the signer says so itself
    signer: str = ""
    signed_at: datetime | None = None
    certificate: bytes = field(default=b"", repr=False)  # the signer's, DER
    attachments: Mapping[str, bytes] = field(default_factory=lambda: _NONE, repr=False)
    problem: str = ""

    @property
    def good(self) -> bool:
        """Whole, unaltered, and by a signer one trusts."""
        return self.intact and self.covers_all and self.trusted and not self.changed_after and not self.problem


def check(pdf: bytes, roots_der: Sequence[bytes], at: datetime | None = None) -> PdfCheck:
    """Check a copy that may come from anybody; it never raises for what is in it.

    `at` is the moment for which certificates are judged: without it the time that the signature names, so that a copy
    does not grow bad with its certificate's end; that it was not made later with an old key is the ledger's to say.
    """
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko_certvalidator.errors import PathError, ValidationError

    frame = _frame(pdf)
    if frame.problem in ("unreadable", "unsigned"):
        return frame
    try:
        reader = PdfFileReader(io.BytesIO(pdf if not frame.changed_after else pdf[: _end(pdf)]))
        found = reader.embedded_signatures
        if len(found) != 1:
            return replace(frame, intact=False, covers_all=False, problem="changed")
        return _judged(frame, reader, found[0], roots_der, at)
    except (
        PdfError, PathError, ValidationError, ValueError, TypeError, KeyError, IndexError,
        AttributeError, OverflowError, RecursionError, AssertionError, NotImplementedError, zlib.error, struct.error,
    ):  # fmt: skip # a broken file breaks the reader in all these ways; each means: not what was signed
        return replace(frame, intact=False, covers_all=False, problem="changed")


def attachments(pdf: bytes) -> Mapping[str, bytes]:
    """The files inside a PDF that is trusted already; ValueError when it cannot be read."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        return _attached(PdfFileReader(io.BytesIO(pdf)))
    except (PdfError, KeyError, TypeError, AttributeError) as problem:
        raise ValueError("not a PDF that can be read") from problem


def _end(pdf: bytes) -> int:
    first = _RANGE.search(pdf)
    return int(first[3]) + int(first[4]) if first else len(pdf)


def _frame(pdf: bytes) -> PdfCheck:
    """What the bytes alone say: one signature, over all but its own letters, spelt in the one way."""
    if not pdf.startswith(b"%PDF-") or len(pdf) > LARGEST:
        return PdfCheck(problem="unreadable")
    ranges = list(_RANGE.finditer(pdf))
    if not ranges:
        return PdfCheck(problem="unsigned")
    zero, gap, tail, rest = (int(one) for one in ranges[0].groups())
    end = tail + rest
    inner = pdf[gap + 1 : tail - 1]
    if zero or not gap < tail or end > len(pdf) or pdf[gap : gap + 1] != b"<" or pdf[tail - 1 : tail] != b">":
        return PdfCheck(problem="changed")
    if not _SPELT.fullmatch(inner) or len(inner) % 2 or not plain_form(bytes.fromhex(inner.decode())):
        return PdfCheck(problem="changed")
    if end < len(pdf):
        return PdfCheck(changed_after=True, problem="appended")
    return PdfCheck(problem="changed") if len(ranges) > 1 else PdfCheck(covers_all=True)


def _judged(
    frame: PdfCheck, reader: PdfFileReader, found: EmbeddedPdfSignature, roots: Sequence[bytes], at: datetime | None
) -> PdfCheck:
    signed_at = found.self_reported_timestamp
    status = _status(found, roots, at or signed_at)
    stamp = status.timestamp_validity
    stamped = bool(stamp and stamp.valid and stamp.intact and stamp.trusted)
    whole = bool(status.intact and status.valid) and (stamp is None or bool(stamp.valid and stamp.intact))
    if status.trusted and loose(found.signed_data, [*_path(status), *roots]):
        whole = False
    if stamp is not None and stamped and loose(_token(found), [*_path(stamp), *roots]):
        whole = False
    problem = frame.problem or ("changed" if not whole else "" if status.trusted else "untrusted")
    return replace(
        frame,
        intact=whole,
        covers_all=frame.covers_all and status.coverage is not None and status.coverage.name == "ENTIRE_FILE",
        trusted=whole and bool(status.trusted),
        time_stamped=stamped,
        signer=_name(found.signer_cert),
        signed_at=stamp.timestamp if stamp is not None and stamped else signed_at,
        certificate=found.signer_cert.dump(),
        attachments=_attached(reader) if whole else _NONE,
        problem=problem,
    )


def _status(found: EmbeddedPdfSignature, roots: Sequence[bytes], at: datetime | None) -> PdfSignatureStatus:
    from asn1crypto import x509
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko_certvalidator import ValidationContext

    # A signer nobody knows is an answer here, not an event: the library would log a page of it for every such file.
    logging.getLogger("pyhanko.sign.validation").setLevel(logging.CRITICAL)

    def context() -> ValidationContext:
        trusted = [x509.Certificate.load(der) for der in roots]
        return ValidationContext(trust_roots=trusted, allow_fetching=False, moment=at, best_signature_time=at)

    usage = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)
    status: PdfSignatureStatus = validate_pdf_signature(
        found, signer_validation_context=context(), ts_validation_context=context(), key_usage_settings=usage
    )
    return status


def _token(found: EmbeddedPdfSignature) -> Any:
    """The time stamp's own container: the only attribute that stands outside the signature."""
    (attribute,) = found.signer_info["unsigned_attrs"]
    return attribute["values"][0]["content"]


def _path(status: Any) -> list[bytes]:
    """The certificates that a validation followed, in DER."""
    path = status.validation_path
    return [one.dump() for one in path.iter_certs(include_root=True)] if path is not None else []


def _name(certificate: Any) -> str:
    """Whose certificate it is: what for, of which house."""
    subject = certificate.subject.native
    parts = (subject.get("common_name", ""), subject.get("organization_name", ""))
    return " · ".join(str(part) for part in parts if part)


def _attached(reader: PdfFileReader) -> Mapping[str, bytes]:
    out: dict[str, bytes] = {}
    tree = reader.root.get("/Names", {}).get("/EmbeddedFiles")
    _gather(tree, out, 0)
    return MappingProxyType(out)


def _gather(node: Any, out: dict[str, bytes], depth: int) -> None:
    if node is None or depth > 12:
        return
    names = node.get("/Names", ())
    for at in range(0, len(names) - 1, 2):
        spec = names[at + 1]
        out[str(spec.get("/UF", names[at]))] = bytes(spec["/EF"]["/F"].data)
    for kid in node.get("/Kids", ()):
        _gather(kid, out, depth + 1)
