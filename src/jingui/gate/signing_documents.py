"""二（二）1 签名: a workstation-bound session; signatures name version and digest; their check [2.2.1] [2.2.2]"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from jingui.core.errors import Conflict, Invalid, Refused, Tampered
from jingui.core.permit import Permit
from jingui.core.signatures import OpenSigning, SigningOpened
from jingui.core.word import N_
from jingui.crypto.canon import canon
from jingui.crypto.signatures import Holder, HouseKeys, Providers, SigningProvider
from jingui.gate import settings
from jingui.gate.registry import Done
from jingui.gate.rows import keep, next_id
from jingui.gate.runtime import Runtime
from jingui.gate.writing import WriteContext
from jingui.store.models import Signature, SigningSession, Station

_installed: list[SigningProvider] = []


def install(*providers: SigningProvider) -> None:
    """Plug further providers in, a CA's for instance, before the first signature (config)."""
    _installed[:] = providers


def providers(runtime: Runtime) -> Providers:
    """The house's own keys, and whatever is plugged in."""
    return Providers(HouseKeys(runtime.suite, runtime.keyring.key), *_installed)


def part(runtime: Runtime, text: str) -> bytes:
    """Half of a binding: a keyed hash that shows neither session nor station."""
    mac = runtime.suite.mac(runtime.keyring.key("signing-binding"), text.encode())
    return bytes(mac[:16])


def binding(runtime: Runtime, session: str, station: str) -> bytes:
    """What a signing session is bound to: this web session and this workstation."""
    return part(runtime, f"session:{session}") + part(runtime, f"station:{station}")


def holder_of(context: WriteContext) -> Holder:
    """The acting person as a certificate names them."""
    actor = context.actor
    return Holder(actor.person, actor.staff_no, actor.name)


def open_signing(context: WriteContext, permit: Permit) -> Done:
    """One confirmation: from now on this person signs at this workstation in this web session, for the set time."""
    data = permit.operation.data if isinstance(permit.operation.data, OpenSigning) else OpenSigning()
    who = permit.operation.actor
    if not who.session:
        raise Refused(N_("签名会话须在网页会话中开启。"), clauses=("2.2.2",), reason="signing_session")
    check_station(context, data.station)
    holder = holder_of(context)
    named = settings.text(context.runtime, context.epoch, "signing_provider")
    if data.provider not in ("", named):
        raise Invalid(places=(("provider", N_("本院不使用这种签名方式")),))
    certificate = providers(context.runtime).get(named).open(holder, data.proof)
    ends = permit.at + timedelta(minutes=settings.number(context.runtime, context.epoch, "signing_minutes"))
    row = SigningSession(
        id=next_id(SigningSession), person_id=permit.person, account_id=who.account,
        binding=binding(context.runtime, who.session, data.station), provider=named, certificate=certificate,
        starts=permit.at, ends=ends,
    )  # fmt: skip
    keep(context, row, new=True)
    return Done(value=SigningOpened(session=row.pk, provider=named, holder=holder.name, ends=ends))


def check_station(context: WriteContext, code: str) -> None:
    """Refused for a workstation that is named but not registered or no longer in use; "" is an unregistered one."""
    if not code:
        return
    row = Station.objects.filter(code=code).first()
    if row is not None:
        context.runtime.sealer.check(row)
    if row is None or row.state != "active":
        raise Refused(
            N_("该工作站没有登记或已停用，不能开启签名会话。"), N_("请由信息部门登记工作站。"),
            clauses=("2.2.3",), reason="station",
        )  # fmt: skip


def session_of(context: WriteContext, station: str) -> SigningSession:
    """The genuine signing session that stands here and now; Refused when there is none."""
    who, now = context.operation.actor, context.runtime.clock.now()
    wanted = binding(context.runtime, who.session, station) if who.session else b""
    for row in SigningSession.objects.filter(account_id=who.account, ended=False, ends__gt=now).order_by("-id"):
        if bytes(row.binding) != wanted:
            continue
        context.runtime.sealer.check(row)
        if row.person_id == context.actor.person:
            found: SigningSession = row
            return found
    raise Refused(
        N_("在本工作站没有有效的签名会话。"),
        N_("请先确认身份，开启签名会话。"),
        clauses=("2.2.2",),
        reason="signing_session",
    )


def end_sessions(context: WriteContext, account: int, session: str = "") -> int:
    """End an account's signing sessions, those of one web session when it is named; how many ended."""
    half = part(context.runtime, f"session:{session}") if session else b""
    ended = 0
    for row in SigningSession.objects.select_for_update().filter(account_id=account, ended=False):
        if half and bytes(row.binding)[:16] != half:
            continue
        context.runtime.sealer.check(row)
        row.ended = True
        keep(context, row)
        ended += 1
    return ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What a signature is over: everything that makes it this one and no other."""

    record: str
    version: int
    kind: str
    digest: bytes
    staff_no: str
    at: datetime

    def message(self) -> bytes:
        """The bytes that are signed."""
        return canon(
            {
                "at": self.at.isoformat(), "digest": self.digest.hex(), "kind": self.kind, "record": self.record,
                "staff_no": self.staff_no, "version": self.version,
            }
        )  # fmt: skip


def sign(
    context: WriteContext, session: SigningSession, patient: int, record: int, version: int, body: bytes, kind: str
) -> Signature:
    """Make and keep one signature over the version's bytes; the same person's earlier one of the kind stands."""
    runtime = context.runtime
    for row in Signature.objects.filter(
        patient_id=patient, record_id=record, record_version=version, kind=kind, person_id=context.actor.person
    ):
        runtime.sealer.check(row)
        found: Signature = row
        return found
    at = runtime.clock.now()
    signed = Signed(
        record=runtime.public(patient, record), version=version, kind=kind, digest=runtime.suite.digest(body),
        staff_no=context.actor.staff_no, at=at,
    )  # fmt: skip
    provider = providers(runtime).get(session.provider)
    certificate = bytes(session.certificate)
    value = provider.sign(holder_of(context), certificate, signed.message())
    if not provider.verify(certificate, signed.message(), value):
        raise Conflict(N_("签名未通过校验，没有签署。"), N_("请重新开启签名会话后再签。"))
    row = Signature(
        patient_id=patient, signature_id=runtime.number(at), record_id=record, record_version=version, kind=kind,
        person_id=context.actor.person, session_id=session.pk, digest=signed.digest, provider=session.provider,
        value=value, certificate=certificate, at=at,
    )  # fmt: skip
    keep(context, row, new=True)
    return row


def holds(runtime: Runtime, row: Any, body: bytes, staff_no: str) -> bool:
    """Whether a signature row still agrees with the bytes it was made over, and with itself."""
    if not sealed(runtime, row):
        return False
    digest = runtime.suite.digest(body)
    signed = Signed(
        record=runtime.public(row.patient_id, row.record_id), version=row.record_version, kind=row.kind, digest=digest,
        staff_no=staff_no, at=row.at,
    )  # fmt: skip
    if digest != bytes(row.digest):
        return False
    return providers(runtime).get(row.provider).verify(bytes(row.certificate), signed.message(), bytes(row.value))


def sealed(runtime: Runtime, row: Any) -> bool:
    """Whether the row's MAC holds."""
    try:
        runtime.sealer.check(row)
    except Tampered:
        return False  # the caller says so of this signature
    return True


def kinds_of(context: WriteContext, patient: int, record: int, version: int) -> frozenset[str]:
    """Which kinds of genuine signature a version has."""
    rows = Signature.objects.filter(patient_id=patient, record_id=record, record_version=version)
    for row in rows:
        context.runtime.sealer.check(row)
    return frozenset(row.kind for row in rows)
