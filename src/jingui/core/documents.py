"""四（一）3 保密义务, 二（二）1: controlled documents and who has undertaken to keep them [4.1.3] [2.2.1]"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from jingui.core.word import N_, Word

UNDERTAKING: Final = "confidentiality"  # 保密承诺书: without it no patient content


class DocumentKind(Word):
    """What a controlled document is."""

    STANDARD = "standard", N_("书写规范")
    PROCEDURE = "procedure", N_("操作规程")
    PLAN = "plan", N_("应急预案")
    UNDERTAKING = "undertaking", N_("承诺书")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishDocument:
    """A new version of the document `code`; the one before is retired in the same moment."""

    code: str
    kind: DocumentKind
    title: str
    title_en: str = ""
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsRequest:
    """The register, or one document with its text. `missing` also lists who has not acknowledged it."""

    document: int = 0
    missing: bool = False


class DocumentLine(NamedTuple):
    """A document in force: what it is, and how the asker stands to it."""

    id: int
    code: str
    n: int
    kind: str
    title: str
    title_en: str
    effective: datetime
    digest: str
    mine: datetime | None  # when the asker acknowledged this version
    until: datetime | None  # until when that holds
    acknowledged: int  # how many people have
    needed: int  # of how many


class MissingLine(NamedTuple):
    """Somebody who has not acknowledged a document, or whose undertaking ends soon."""

    person: int
    name: str
    title: str
    department: str
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """The register; `body` and `missing` belong to the one that was asked for."""

    lines: tuple[DocumentLine, ...]
    body: str = ""
    missing: tuple[MissingLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge:
    """The asker read, or undertakes, exactly the version that `digest` stands for."""

    document: int
    digest: str


SHIPPED_TITLE: Final = "患者信息保密承诺书"
SHIPPED_TITLE_EN: Final = "Undertaking to keep patient information confidential"
SHIPPED_BODY: Final = """我在本院工作期间及离岗之后，对因工作知悉的患者信息负有保密义务，并承诺：
一、只为诊疗和获准的工作目的查阅患者信息，不因好奇、亲友托付或个人利益查阅。
二、只用本人账号，不借用、不转让账号和密码，离开时退出。
三、不擅自打印、导出、复制、拍摄患者信息；确需使用的，按规定办理并妥善保管、及时销毁。
四、不向无关人员透露患者信息，不在公共场所和社交平台谈论。
五、不为商业目的统计药品、耗材的使用情况（统方）。
六、知悉每次查阅、打印、导出和复制都已留痕；发现信息泄露及时报告。
七、违反承诺的，愿意承担相应的纪律和法律责任。
"""
