"""Partners made the whole way: registered and confirmed, agreed with, certificates pinned, channels opened."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from jingui.core.matters.asking import Brought, DecideMatter, ReadMatter, StartMatter
from jingui.core.partnering import OpenChannel, PartnersBoard, PartnersRequest, RegisterPartner, TrustCertificate
from jingui.core.proposals import Verdict
from jingui.core.words import Purpose, Role, Verb
from jingui.crypto import certificates
from jingui.crypto.gateway_certificates import GatewayKeys
from jingui.gate import door
from tests.gateway.parties import keys_of
from tests.hospital import Hospital

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
CHINA = ZoneInfo("Asia/Shanghai")
BASE = RegisterPartner(
    uscc="12610100MB0000022P", name="康宁县人民医院", kind="hospital", contact="王敏", telephone="029-88001234",
    place="康宁县人民路 1 号", staff_no="Thead",
)  # fmt: skip


def staff(hospital: Hospital) -> None:
    """The people who act here, besides those of every house."""
    hospital.person("affairs", Role.MEDICAL_AFFAIRS, "xxk")
    hospital.person("supervisor", Role.SUPERVISOR, "xxk")
    hospital.person("secadmin2", Role.SECURITY_ADMIN, "xxk")
    hospital.person("head2", Role.HEAD, "xxk")


def uscc_of(n: int) -> str:
    """The nth made-up code with its check digit."""
    from stdnum.cn import uscc

    base = f"1261010{n:010d}"
    return base + str(uscc.calc_check_digit(base))


def confirmed(hospital: Hospital, who: str, second: str, verb: Verb, data: object) -> Any:
    """Proposed and confirmed; what the act answered."""
    waiting = hospital.write(who, verb, data).value
    verdict = Verdict(proposal=waiting.proposal, digest=waiting.digest, verdict="approve")
    return hospital.write(second, Verb.APPROVE, verdict).value.value


def registered(hospital: Hospital, n: int, **more: Any) -> int:
    """A partner's number."""
    data = replace(BASE, **{"uscc": uscc_of(n), "name": f"第{n}合作医院", **more})
    return int(confirmed(hospital, "affairs", "secadmin", Verb.REGISTER_PARTNER, data))


def trusted(hospital: Hospital, partner: int, der: bytes, use: str, **more: Any) -> Any:
    """A pinned certificate."""
    data = TrustCertificate(partner=partner, use=use, content=certificates.pem([der]), **more)
    return confirmed(hospital, "sysadmin", "secadmin", Verb.TRUST_CERTIFICATE, data)


def matter(hospital: Hospital, kind: str, given: dict[str, str], *papers: str, who: str = "affairs") -> int:
    """A matter handed in."""
    brought = tuple(Brought(name, f"{name}.pdf", "application/pdf", PDF + name.encode()) for name in papers)
    data = StartMatter(kind=kind, answers=tuple(given.items()), papers=brought, submit=True)
    return int(hospital.write(who, Verb.START_MATTER, data).value.matter)


def decided(hospital: Hospital, number: int, *people: str) -> None:
    """Approved by these, one after the other."""
    for who in people:
        asked = hospital.operation(who, Verb.READ_MATTER, ReadMatter(matter=number), purpose=Purpose.MANAGEMENT)
        basis = door.read(asked).value.basis
        data = DecideMatter(matter=number, move="approve", basis=basis, comment="同意。")
        hospital.write(who, Verb.DECIDE_MATTER, data)


def today(hospital: Hospital) -> datetime:
    return hospital.now().astimezone(CHINA)


def agreement_answers(hospital: Hospital, uscc: str, number: str, **more: str) -> dict[str, str]:
    """An agreement that nothing is wrong with: emergencies, both ways, for a year."""
    now = today(hospital)
    return {
        "partner": uscc, "number": number, "purposes": "rescue", "views": "rescue", "inbound": "rescue",
        "payloads": "fhir,cda", "level": "sensitive", "starts": f"{now:%Y-%m-%d}",
        "ends": f"{now + timedelta(days=364):%Y-%m-%d}", "duties": "仅用于约定用途，不得转交，到期删除。", **more,
    }  # fmt: skip


def agreed(hospital: Hospital, uscc: str, number: str, **more: str) -> int:
    """An agreement's number."""
    made = matter(hospital, "partner_agreement", agreement_answers(hospital, uscc, number, **more), "agreement",
                  who="sysadmin")  # fmt: skip
    decided(hospital, made, "affairs", "secadmin", "head")
    return int(hospital.sql("SELECT id FROM agreement WHERE matter = %s", made)[0][0])


def assessed(hospital: Hospital, **more: str) -> int:
    """An impact assessment's number."""
    given = {
        "subject": "委托处理影像", "kind": "entrust", "lawful": "目的合法、必要。", "effects": "影响有限。",
        "measures": "加密、最小权限。", "risk": "low", "conclusion": "go", **more,
    }  # fmt: skip
    made = matter(hospital, "impact_assessment", given, "report")
    decided(hospital, made, "secadmin", "head")
    return int(hospital.sql("SELECT id FROM impact_assessment WHERE matter = %s", made)[0][0])


def channel_answers(uscc: str, code: str, **more: str) -> dict[str, str]:
    return {
        "partner": uscc, "code": code, "kind": "https", "network": "line", "direction": "both",
        "address": "https://gateway.example.cn:8443", "most": "60", "seconds": "30", "reason": "转诊。", **more,
    }  # fmt: skip


def opened(hospital: Hospital, uscc: str, code: str, **more: str) -> int:
    """A channel's number."""
    made = matter(hospital, "open_channel", channel_answers(uscc, code, **more))
    decided(hospital, made, "secadmin", "head")
    return int(hospital.write("sysadmin", Verb.OPEN_CHANNEL, OpenChannel(matter=made)).value)


@dataclass(kw_only=True)
class Whole:
    """A partner that stands."""

    id: int
    uscc: str
    keys: GatewayKeys
    agreement: int
    channel: int


def whole(hospital: Hospital, n: int, given: dict[str, str] | None = None, **more: Any) -> Whole:
    """Everything that sending needs, the whole way; `given`: answers of the agreement."""
    uscc, name = uscc_of(n), str(more.pop("name", f"第{n}合作医院"))
    number = registered(hospital, n, name=name, **more)
    keys = keys_of(name, uscc)
    for use in ("tls", "sign", "encrypt"):
        trusted(hospital, number, keys[use].certificate, use)
    return Whole(
        id=number, uscc=uscc, keys=keys, agreement=agreed(hospital, uscc, f"协议-{n}", **(given or {})),
        channel=opened(hospital, uscc, f"channel-{n}"),
    )  # fmt: skip


def board(hospital: Hospital, who: str = "affairs", **more: Any) -> PartnersBoard:
    """The register, or one partner."""
    asked = hospital.operation(who, Verb.READ_PARTNERS, PartnersRequest(**more), purpose=Purpose.OPERATION)
    found: PartnersBoard = door.read(asked).value
    return found
