"""五（一）2 内容形式: who makes a content out of what a view let through, by its form [5.1.2] [5.2.1]"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from jingui.core.errors import Conflict, Invalid
from jingui.core.sharing_content import Facts
from jingui.core.transmit import Media
from jingui.core.word import N_
from jingui.formats import cda_map, hl7v2_out, share_document
from jingui.gate import contents_cda
from jingui.gate.runtime import Runtime


class Maker(NamedTuple):
    """A row: makes the content; which types of document there are, and what FHIR types each carries (empty: all).

    `forms`: of which capture templates a type is made (empty: all). `begins`: one content holds one record, this says
    of which it can be made; `parts`: what belongs to that record, as it refers to it.
    """

    make: Callable[[Runtime, Facts], bytes]
    labels: Mapping[str, frozenset[str]] = MappingProxyType({})
    forms: Mapping[str, frozenset[str]] = MappingProxyType({})
    begins: Callable[[str, Mapping[str, Any]], bool] | None = None
    parts: Callable[[Mapping[str, Any]], frozenset[str]] | None = None


def document(_runtime: Runtime, facts: Facts) -> bytes:
    """A FHIR document."""
    return share_document.document(facts)


def message(_runtime: Runtime, facts: Facts) -> bytes:
    """An HL7 v2 message of the type that was chosen."""
    return hl7v2_out.message(facts)


def images(_runtime: Runtime, _facts: Facts) -> bytes:
    """No picture is kept here: what is known of images are their reports."""
    raise Conflict(N_("本系统没有保存影像文件。"), N_("请以 FHIR 文档提供检查报告，影像由影像系统传输。"))


MAKERS: Final[dict[Media, Maker]] = {
    Media.FHIR: Maker(document),
    Media.HL7V2: Maker(message, hl7v2_out.TYPES),
    Media.DICOM: Maker(images),
    Media.CDA: Maker(contents_cda.build, contents_cda.LABELS, cda_map.forms(), contents_cda.begins, contents_cda.parts),
}


def maker_of(media: str, label: str) -> Maker:
    """The maker of a form and type; Invalid for one that is not shared."""
    maker = MAKERS.get(Media(media)) if media in set(Media) else None
    if maker is None:
        raise Invalid(places=(("media", N_("没有这种内容形式")),))
    if (label not in maker.labels) if maker.labels else bool(label):
        raise Invalid(places=(("label", N_("没有这种文档类型")),))
    return maker


def carried(media: str, label: str) -> frozenset[str]:
    """The FHIR types that such a content carries; empty for all."""
    return maker_of(media, label).labels.get(label, frozenset())


def made(runtime: Runtime, media: str, facts: Facts) -> bytes:
    """The content; Invalid for a form that is not shared, Conflict or Unprocessable when nothing can be made."""
    return maker_of(media, facts.label).make(runtime, facts)
