"""The electronic seal of a copy: where it stands in the PDF, and that it covers everything but itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from jingui_verify.bad import Bad
from jingui_verify.pdf_file import Pdf
from jingui_verify.pdf_objects import Text

KINDS = frozenset({"ETSI.CAdES.detached", "adbe.pkcs7.detached"})
_DIGITS = re.compile(rb"<(?:[0-9A-F]*|[0-9a-f]*)>")  # one way to write it: nothing can be changed unseen
_DATE = re.compile(rb"D:([0-9]{14})(?:Z(?:00'00'?)?|([+-])([0-9]{2})'([0-9]{2})'?)")


@dataclass(frozen=True, kw_only=True)
class Seal:
    """What is signed (the file without the signature), the signature with its padding, and when it says it was."""

    signed: bytes
    signature: bytes
    at: datetime


def seal_of(pdf: Pdf) -> Seal:
    """The one seal of the file; Bad for none, several, or one that does not cover the whole file."""
    found = signatures(pdf)
    if not found:
        raise Bad("no_seal")
    if len(found) > 1:
        raise Bad("two_seals", count=len(found))
    value = found[0]
    contents, covered = value.get("Contents"), pdf.get(value.get("ByteRange"))
    if value.get("SubFilter") not in KINDS or not isinstance(contents, Text):
        raise Bad("seal", what="/SubFilter")
    if not isinstance(covered, list) or len(covered) != 4 or not all(type(x) is int for x in covered):
        raise Bad("seal", what="/ByteRange")
    first, start, stop, rest = covered
    if (first, start, stop) != (0, contents.start, contents.stop) or rest < 0:
        raise Bad("seal", what="/ByteRange")
    raw = pdf.raw
    if stop + rest > len(raw):
        raise Bad("cut", count=stop + rest - len(raw))
    if stop + rest < len(raw):
        raise Bad("appended", count=len(raw) - stop - rest)
    if _DIGITS.fullmatch(raw, start, stop) is None:
        raise Bad("seal", what="/Contents")
    return Seal(signed=raw[:start] + raw[stop:], signature=bytes(contents), at=_moment(pdf.get(value.get("M"))))


def _moment(value: Any) -> datetime:
    hit = _DATE.fullmatch(value) if isinstance(value, Text) else None
    if hit is None:
        raise Bad("seal", what="/M")
    try:
        here = datetime.strptime(hit[1].decode(), "%Y%m%d%H%M%S")
    except ValueError as error:
        raise Bad("seal", what="/M") from error
    away = timedelta(hours=int(hit[3] or 0), minutes=int(hit[4] or 0))
    return (here - away if hit[2] == b"+" else here + away).replace(tzinfo=timezone.utc)


def signatures(pdf: Pdf) -> list[dict[str, Any]]:
    """The signature dictionaries of the file's form."""
    form = pdf.catalog.get("AcroForm")
    if form is None:
        return []
    found: list[dict[str, Any]] = []
    waiting = [(field, 0) for field in pdf.listing(pdf.mapping(form, "/AcroForm").get("Fields", []), "/Fields")]
    seen = 0
    while waiting:
        field, depth = waiting.pop()
        seen += 1
        if depth > 8 or seen > 1000:
            raise Bad("pdf", what="/Fields")
        one = pdf.mapping(field, "/Fields")
        waiting += [(kid, depth + 1) for kid in pdf.listing(one.get("Kids", []), "/Kids")]
        if one.get("FT") == "Sig" and one.get("V") is not None:
            found.append(pdf.mapping(one["V"], "/V"))
    return found
