"""五（一）2 机构证书: pinned or issued by two people, no look-alike of another's; revoked by one [5.1.1] [5.1.2]"""

import os
from collections.abc import Iterable
from datetime import timedelta
from typing import Final, NoReturn, cast

from jingui.core.errors import Conflict, Invalid, KeyTrouble, Misconfigured
from jingui.core.partnering import RevokeCertificate, TrustCertificate, Trusted
from jingui.core.partners import Use
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.crypto import partner_certificates as read
from jingui.crypto.gateway_certificates import Named, issue
from jingui.crypto.partner_certificates import Examined, alike
from jingui.gate import partners, settings
from jingui.gate.proposals import carries, tells
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, locked, next_id
from jingui.gate.writing import WriteContext
from jingui.store.models import Partner, PartnerCertificate

carries(Verb.TRUST_CERTIFICATE, TrustCertificate)
FAULTS: Final = {
    "empty": N_("文件是空的"),
    "large": N_("文件过大，一份证书不超过 32 千字节"),
    "many": N_("文件含有多份证书，请一次登记一份"),
    "private": N_("文件含有私钥：私钥不得交给任何人，请机构更换密钥后重新提供证书"),
    "broken": N_("不是完整的证书或证书申请（PEM 或 DER）"),
    "authority": N_("这是根证书或中间证书；请登记机构自己的终端证书"),
    "weak": N_("证书使用 MD5 或 SHA-1 签名，不能登记"),
    "key": N_("密钥不合要求：签名、加密须 P-256（国密套件可用 SM2），连接可用 P-256、P-384 或 RSA 2048 位以上"),
    "usage": N_("证书的用途与所选用途不符"),
    "outlives the authority": N_("本院网关根证书剩余有效期不足，不能签发"),
}
LOOKALIKE: Final = N_("请向机构的联系人当面或电话核对证书指纹，谨防冒名。")


@write_act(Verb.TRUST_CERTIFICATE)
def trust(context: WriteContext, permit: Permit) -> Done:
    """登记机构证书: pinned for one use of one partner; issued here from a request when asked for [5.1.1]."""
    data = cast(TrustCertificate, permit.operation.data)
    if data.use not in set(Use):
        raise Invalid(places=(("use", N_("请从列表中选择")),))
    partners.alone(context)
    partner = partners.active(context, data.partner)
    partners.same_words(data.about, partner.name)
    try:
        body = issued(context, permit, partner, data) if data.issue else data.content
        found = read.examined(body)
    except KeyTrouble as error:
        if error.data.get("problem") not in FAULTS:
            raise  # our own keys, not what was brought
        refused(str(error.data["problem"]))
    fault = read.fits(found, context.runtime.suite.name, data.use)
    if fault:
        refused(fault)
    if not found.starts <= permit.at < found.ends:
        raise Invalid(places=(("content", N_("证书尚未生效或已经过期")),))
    warnings = proven(context, permit, partner, data, found)
    row = PartnerCertificate(
        id=next_id(PartnerCertificate), partner_id=partner.pk, use=data.use, fingerprint=found.fingerprint,
        der=found.der, issued=data.issue, starts=found.starts, ends=found.ends,
    )  # fmt: skip
    keep(context, row, new=True)
    made = Trusted(certificate=row.pk, fingerprint=found.fingerprint, der=found.der, ends=found.ends, warnings=warnings)
    said = f"{data.use} {found.fingerprint} {data.reason.strip()}"
    return Done(value=made, lines=(partners.line(row),), note=said.encode())


def told(data: TrustCertificate) -> dict[str, object]:
    """What the second person compares: whose it is to be, for what, its subject, fingerprint and end."""
    said: dict[str, object] = {
        "about": data.about,
        "use": Use(data.use).label,
        "issue": data.issue,
        "reason": data.reason.strip(),
    }
    try:
        if data.issue:
            request = read.requested(data.content)
            return {**said, "subject": request.common, "key": read.key_digest(request).hex()}
        found = read.examined(data.content)
    except KeyTrouble:
        return said
    return {**said, "subject": found.shown, "fingerprint": found.fingerprint, "ends": found.ends}


tells(Verb.TRUST_CERTIFICATE, told)


def issued(context: WriteContext, permit: Permit, partner: Partner, data: TrustCertificate) -> bytes:
    """A certificate (DER) of the house's own authority for the partner's request: the name is ours to say, not its."""
    keys = context.runtime.gateway_keys
    if keys is None:
        raise Misconfigured(
            N_("没有传输网关的密钥。"), N_("请由系统管理员运行 jingui init 制作，或从备份恢复密钥文件。")
        )
    request = read.requested(data.content)
    days = settings.number(context.runtime, context.epoch, "certificate_issued_days")
    whose = Named(
        organisation=partner.name, uscc=partner.uscc, common=request.common or partner.name,
        hosts=request.hosts if data.use == Use.TLS else (),
    )  # fmt: skip
    return issue(keys().authority, whose, data.use, request.public, permit.at, os.urandom, days=days)


def proven(
    context: WriteContext, permit: Permit, partner: Partner, data: TrustCertificate, found: Examined
) -> tuple[str, ...]:
    """Whose it is: its name or code stands in it or a reason is given; nobody else's name, subject or key does.

    Conflict for a look-alike; the warnings (msgids) that the second person should see otherwise. One that names this
    partner and another one as well, as a branch's may name its house, needs a reason too.
    """
    runtime = context.runtime
    others = list(Partner.objects.exclude(pk=partner.pk))
    for other in others:
        runtime.sealer.check(other)
    strangers = [(other.name, other.uscc) for other in others] + [(runtime.institution, runtime.uscc)]
    named = names(found, partner.name, partner.uscc)
    foreign = any(names(found, *one) for one in strangers)
    if foreign and not named:
        raise Conflict(N_("证书上的机构是另一家机构。"), LOOKALIKE)
    same(context, partner, data, found)
    if not named and len(data.reason.strip()) < 2:
        raise Invalid(places=(("reason", N_("证书上没有该机构的名称或信用代码，请写明为何确认是其证书")),))
    if foreign and len(data.reason.strip()) < 2:
        raise Invalid(places=(("reason", N_("证书上还有另一家机构的名称或信用代码，请写明为何确认是该机构的证书")),))
    soon = timedelta(days=settings.number(runtime, context.epoch, "certificate_warn_days"))
    told = (
        (N_("证书上没有该机构的名称或信用代码，仅凭所写理由登记"), not named),
        (N_("证书上还有另一家机构的名称或信用代码"), foreign),
        (N_("证书即将到期"), found.ends - permit.at < soon),
    )
    return tuple(text for text, yes in told if yes)


def names(found: Examined, name: str, uscc: str) -> bool:
    """Whether a certificate names that institution: its name as organisation, or its code anywhere in the subject."""
    return alike(name) in found.organisations or (bool(uscc) and any(alike(uscc) in one for one in found.values))


def same(context: WriteContext, partner: Partner, data: TrustCertificate, found: Examined) -> None:
    """Conflict when the certificate is pinned already, or its subject or key is somebody else's."""
    for one in PartnerCertificate.objects.all():
        context.runtime.sealer.check(one)
        if one.partner_id == partner.pk:
            if one.use == data.use and one.fingerprint == found.fingerprint:
                raise Conflict(N_("这份证书已经登记，或曾登记后被吊销。"), N_("吊销的证书不能再次登记。"))
            if one.revoked is not None and read.examined(bytes(one.der)).key == found.key:
                raise Conflict(N_("证书的密钥属于一份已吊销的证书。"), N_("请机构更换密钥后重新提供证书。"))
            continue
        other = read.examined(bytes(one.der))
        if other.key == found.key:
            raise Conflict(N_("证书的密钥与另一家机构的证书相同。"), LOOKALIKE)
        if found.subject and other.subject == found.subject:  # without one, nothing in it looks like anybody
            raise Conflict(N_("证书的主体与另一家机构的证书相同，但密钥不同。"), LOOKALIKE)
    if any(found.key == read.examined(der).key for der in own(context)):
        raise Conflict(N_("这是本院自己的证书。"), LOOKALIKE)


def own(context: WriteContext) -> Iterable[bytes]:
    """This house's own certificates."""
    keys = context.runtime.gateway_keys
    return [one.certificate for use in Use for one in keys().of(use.value)] if keys is not None else ()


def refused(code: str) -> NoReturn:
    """Invalid in the words of a fault's code."""
    raise Invalid(places=(("content", FAULTS[code]),))


@write_act(Verb.REVOKE_CERTIFICATE)
def revoke(context: WriteContext, permit: Permit) -> Done:
    """吊销机构证书: from this moment it proves nothing, for connections that stand already too [5.1.2]."""
    data = cast(RevokeCertificate, permit.operation.data)
    reason = partners.said(data.reason)
    row = locked(context, PartnerCertificate, data.certificate)
    if row.revoked is not None:
        raise Conflict(N_("这份证书已经吊销。"))
    row.revoked = permit.at
    keep(context, row)
    return Done(value=row.pk, lines=(partners.line(row),), note=reason.encode(), bump=True)
