"""五（一）3 传输: what a parcel's head and a receipt say, in canonical JSON, the same under every suite [5.1.3]"""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson

from jingui.core.errors import Tampered
from jingui.core.transmit import DeliveryReceipt, Media, Parcel
from jingui.crypto.canon import canon

PARCEL: Final = "jingui-parcel/1"
RECEIPT: Final = "jingui-receipt/1"
_LONGEST: Final = 4096
_PARCEL_KEYS: Final = {
    "type", "message", "sender", "receiver", "purpose", "media", "label", "agreement", "made", "reply_to", "size",
    "digest",
}  # fmt: skip
_RECEIPT_KEYS: Final = {"type", "message", "digest", "sender", "receiver", "outcome", "reason", "at", "entry"}


def head_of(parcel: Parcel) -> bytes:
    """The head's bytes: every field, and size and SHA-256 of the content; no line feed is in it."""
    return canon(
        {
            "type": PARCEL, "message": str(parcel.message), "sender": parcel.sender, "receiver": parcel.receiver,
            "purpose": parcel.purpose, "media": parcel.media.value, "label": parcel.label,
            "agreement": parcel.agreement, "made": moment(parcel.made),
            "reply_to": str(parcel.reply_to) if parcel.reply_to else "", "size": len(parcel.content),
            "digest": sha256(parcel.content).hexdigest(),
        }
    )  # fmt: skip


def content_of(payload: bytes) -> Parcel:
    """Head, line feed and content as a parcel; Tampered when they are not what `head_of` makes of it."""
    head, cut, content = payload.partition(b"\n")
    said = _said(head if cut else b"", _PARCEL_KEYS, PARCEL)
    try:
        parcel = Parcel(
            message=UUID(said["message"]), sender=said["sender"], receiver=said["receiver"], purpose=said["purpose"],
            media=Media(said["media"]), label=said["label"], agreement=said["agreement"],
            made=datetime.fromisoformat(said["made"]), reply_to=UUID(said["reply_to"]) if said["reply_to"] else None,
            content=content,
        )  # fmt: skip
        same = head_of(parcel) == head
    except (ValueError, TypeError, AttributeError) as error:
        raise Tampered(where="parcel", problem="head") from error
    if not same:  # another spelling of the same words, another content, another length
        raise Tampered(where="parcel", problem="head")
    return parcel


def receipt_bytes(receipt: DeliveryReceipt) -> bytes:
    """A receipt's bytes."""
    return canon(
        {
            "type": RECEIPT, "message": str(receipt.message), "digest": receipt.digest.hex(), "sender": receipt.sender,
            "receiver": receipt.receiver, "outcome": receipt.outcome, "reason": receipt.reason,
            "at": moment(receipt.at), "entry": receipt.entry,
        }
    )  # fmt: skip


def receipt_of(payload: bytes) -> DeliveryReceipt:
    """The receipt again; Tampered when it is not what `receipt_bytes` makes of it."""
    said = _said(payload, _RECEIPT_KEYS, RECEIPT)
    try:
        receipt = DeliveryReceipt(
            message=UUID(said["message"]), digest=bytes.fromhex(said["digest"]), sender=said["sender"],
            receiver=said["receiver"], outcome=said["outcome"], reason=said["reason"],
            at=datetime.fromisoformat(said["at"]), entry=said["entry"],
        )  # fmt: skip
        same = receipt_bytes(receipt) == payload
    except (ValueError, TypeError, AttributeError) as error:
        raise Tampered(where="parcel", problem="receipt") from error
    if not same:
        raise Tampered(where="parcel", problem="receipt")
    return receipt


def moment(at: datetime) -> str:
    """A time as both sides write it: UTC, to the microsecond. ValueError without a zone."""
    if at.tzinfo is None:
        raise ValueError("a time without zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _said(head: bytes, keys: set[str], kind: str) -> Mapping[str, Any]:
    try:
        said: Any = orjson.loads(head) if len(head) <= _LONGEST else None
    except ValueError:
        said = None
    if not isinstance(said, dict) or set(said) != keys or said["type"] != kind:
        raise Tampered(where="parcel", problem="head")
    return said
