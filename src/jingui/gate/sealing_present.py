"""四（二）1 双方签字: who signed the list, their papers right, and the hospital's signature over it [4.2.1]"""

from collections.abc import Mapping, Sequence
from typing import Any

from jingui.core.errors import Invalid
from jingui.core.sealing import Present
from jingui.core.word import N_
from jingui.crypto.canon import canon
from jingui.formats import fhir_consent, scans
from jingui.formats.identifiers import id_card_ok
from jingui.gate import sealing as s
from jingui.gate import settings
from jingui.gate.runtime import Runtime
from jingui.gate.signing_documents import holder_of, providers, session_of
from jingui.gate.writing import WriteContext

LONGEST = {"name": 60, "relation": 40, "identity": 40, "office": 120, "deed": 80, "strokes": 60_000}
#: What each way of being present asks for.
NEEDED: Mapping[str, tuple[str, ...]] = {"both": ("name", "relation", "identity"), "notary": ("name", "office", "deed")}


def identity_places(kind: str, number: str, place: str) -> list[tuple[str, str]]:
    """What is wrong with an identity number."""
    if kind not in fhir_consent.NUMBERS:
        return [(place, N_("没有这种证件"))]
    if kind == "id_card" and not id_card_ok(number.upper()):
        return [(place, N_("身份证号不正确（位数、出生日期或校验码）"))]
    return []


def present_kept(
    context: WriteContext, sides: str, present: Present, rounds: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """Who was present and what they signed, as it lies encrypted; Invalid names each field that is wrong."""
    texts = {name: getattr(present, name).strip() for name in LONGEST}
    wrong = [(name, N_("请填写此项")) for name in NEEDED[sides] if not texts[name]]
    wrong += [(name, N_("过长")) for name, text in texts.items() if len(text) > LONGEST[name]]
    wrong += [(name, N_("内容过长或含有不可用的字符")) for name, text in texts.items() if "\0" in text]
    if "identity" in NEEDED[sides] and texts["identity"]:
        wrong += identity_places(present.identity_kind, texts["identity"], "identity")
    if not present.signed:
        wrong.append(("signed", N_("请在签名板上签字，或上传签字的清单")))
    if wrong:
        raise Invalid(places=tuple(wrong))
    most = settings.number(context.runtime, context.epoch, "paper_megabytes") * 1024 * 1024
    media = scans.media_type(present.signed, most, "signed")
    digest = context.runtime.suite.digest(present.signed).hex()
    if any(one.get("present", {}).get("digest") == digest for one in rounds):
        raise Invalid(places=(("signed", N_("这是前一份清单的签字，请重新签字")),))
    return {
        **{name: text for name, text in texts.items() if text}, "identity_kind": present.identity_kind, "media": media,
        "digest": digest, "signed": s.text(present.signed),
    }  # fmt: skip


def message(digest: str, staff_no: str, at: str) -> bytes:
    """The bytes that the hospital's side signs."""
    return canon({"type": "jingui-sealing-list/1", "digest": digest, "staff_no": staff_no, "at": at})


def hospital_signature(context: WriteContext, station: str, digest: str) -> dict[str, str]:
    """The acting person's signature under their signing session; Refused when there is none here and now."""
    session = session_of(context, station)
    at = context.runtime.clock.now().isoformat()
    holder, certificate = holder_of(context), bytes(session.certificate)
    provider = providers(context.runtime).get(session.provider)
    value = provider.sign(holder, certificate, message(digest, holder.staff_no, at))
    return {
        "name": context.actor.name, "staff_no": holder.staff_no, "at": at, "provider": session.provider,
        "certificate": s.text(certificate), "value": s.text(value), "digest": digest,
    }  # fmt: skip


def signature_holds(runtime: Runtime, hospital: Mapping[str, str]) -> bool:
    """Whether the hospital's signature is over this list."""
    if not hospital:
        return False
    provider = providers(runtime).get(hospital["provider"])
    said = message(hospital["digest"], hospital["staff_no"], hospital["at"])
    return provider.verify(s.data(hospital["certificate"]), said, s.data(hospital["value"]))
