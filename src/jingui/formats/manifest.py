"""四（二）1 复制病历: what a copy holds, as one canonical JSON that the ledger commits to before it is signed [4.2.1]

A file cannot hold the proof of its own hash. So entry A commits this manifest, and its proof is attached beside the
manifest before signing; entry B commits the SHA-256 of the signed file, and its proof lies outside the file. The
manifest names no patient: who knows the copy's secret and reads name and number on the paper can recompute `patient`.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from jingui.core.errors import Invalid
from jingui.core.word import N_
from jingui.formats.pdf_check import attachments

NAME: Final = "manifest.json"  # of the attachment
PROOF: Final = "proof.json"  # of entry A's proof, attached beside it
SECRET: Final = 16  # bytes of a copy's secret, which only its QR carries
_LARGEST: Final = 4 << 20
_HEX: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_AT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"
_COPY: Final = {
    "v": int, "kind": str, "number": str, "hospital": str, "patient": str, "records": list, "paper": list,
    "matter": str, "approved": str, "made_at": str,
}  # fmt: skip
_RECORD: Final = {"id": str, "type": str, "version": int, "digest": str}
_SEALED: Final = "sealed"  # stands in the manifest only where something is
_PAPER: Final = {"volume": str, "pages": str, "count": int}


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedRecord:
    """A record in a copy: public id, type, version, and the SHA-256 (hex) of what was copied of it."""

    id: str
    type: str
    version: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedPages:
    """Pages of a paper volume in a copy."""

    volume: str
    pages: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A copy's content. `patient` is `patient_mark`; `matter` and `approved` say under which approval it was made.

    `sealed`: the ids of those records that were sealed in a dispute when it was made.
    """

    number: str
    hospital: str
    patient: str
    records: Sequence[CopiedRecord]
    matter: str
    made_at: datetime
    approved: str = ""  # when, RFC 3339
    paper: Sequence[CopiedPages] = ()
    sealed: Sequence[str] = ()

    def body(self) -> bytes:
        """Canonical JSON: sorted keys, no white space, UTF-8; the same manifest always gives the same bytes."""
        return _canonical(
            {
                "v": 1,
                "kind": "copy",
                "number": self.number,
                "hospital": self.hospital,
                "patient": self.patient,
                "records": [{name: getattr(one, name) for name in _RECORD} for one in self.records],
                "paper": [{name: getattr(one, name) for name in _PAPER} for one in self.paper],
                "matter": self.matter,
                "approved": self.approved,
                "made_at": self.made_at.astimezone(UTC).strftime(_AT),
                **({_SEALED: list(self.sealed)} if self.sealed else {}),
            }
        )

    def digest(self) -> str:
        """SHA-256 of the body in hex: what entry A commits."""
        return file_digest(self.body())


def file_digest(body: bytes) -> str:
    """SHA-256 in hex: of a manifest for entry A, of the signed file for entry B."""
    return hashlib.sha256(body).hexdigest()


def patient_mark(secret: bytes, name: str, record_number: str) -> str:
    """A commitment to who the patient is; without the copy's secret nothing can be learnt from it or tried on it."""
    return hmac.new(secret, b"jingui:copy-patient:1\0" + _canonical([name, record_number]), hashlib.sha256).hexdigest()


def read(body: bytes) -> Manifest:
    """The manifest of these bytes; Invalid unless they are exactly what `body` writes."""
    if len(body) > _LARGEST:
        raise _wrong("size")
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        raise _wrong("json") from problem
    _shaped(said, _COPY | ({_SEALED: list} if isinstance(said, dict) and _SEALED in said else {}), "manifest")
    for number, record in enumerate(said["records"]):
        _shaped(record, _RECORD, f"records[{number}]")
        if not _HEX.fullmatch(record["digest"]):
            raise _wrong(f"records[{number}].digest")
    for number, pages in enumerate(said["paper"]):
        _shaped(pages, _PAPER, f"paper[{number}]")
    sealed = tuple(said.get(_SEALED, ()))
    if any(one not in [record["id"] for record in said["records"]] for one in sealed):
        raise _wrong(_SEALED)
    if said["v"] != 1 or said["kind"] != "copy" or not _HEX.fullmatch(said["patient"]):
        raise _wrong("manifest")
    try:
        made_at = datetime.strptime(said["made_at"], _AT).replace(tzinfo=UTC)
    except ValueError as problem:
        raise _wrong("made_at") from problem
    manifest = Manifest(
        number=said["number"],
        hospital=said["hospital"],
        patient=said["patient"],
        records=tuple(CopiedRecord(**record) for record in said["records"]),
        paper=tuple(CopiedPages(**pages) for pages in said["paper"]),
        matter=said["matter"],
        approved=said["approved"],
        made_at=made_at,
        sealed=sealed,
    )
    if manifest.body() != body:
        raise _wrong("form")
    return manifest


def from_pdf(pdf: bytes) -> tuple[Manifest, bytes]:
    """The manifest and entry A's proof (JSON, b"" if none) inside a copy that `pdf_sign.check` found good."""
    try:
        inside = attachments(pdf)
    except ValueError as problem:
        raise _wrong("pdf") from problem
    if NAME not in inside:
        raise _wrong(NAME)
    return read(inside[NAME]), inside.get(PROOF, b"")


def _canonical(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _shaped(value: Any, kinds: Mapping[str, type], place: str) -> None:
    """Whether an object has exactly these keys with values of these kinds."""
    if not isinstance(value, dict) or value.keys() != kinds.keys():
        raise _wrong(place)
    for name, kind in kinds.items():
        if type(value[name]) is not kind:  # a bool is no number here
            raise _wrong(f"{place}.{name}")


def _wrong(place: str) -> Invalid:
    return Invalid(places=((place, N_("不是复制件的清单")),))
