"""五（一）2 内容形式: a record as a shared document of WS/T 500, from what the view let through [5.1.2] [5.2.1]"""

from collections.abc import Mapping
from typing import Any, Final

from jingui.core.errors import Conflict
from jingui.core.sharing_content import Facts
from jingui.core.word import N_
from jingui.formats import cda, cda_map, cda_map_reports
from jingui.formats.cda_map_header import Head
from jingui.formats.cda_map_reports import REPORT, RESULT
from jingui.formats.share_minimise import url_of
from jingui.formats.tables import table
from jingui.gate.runtime import Runtime

FORM: Final = "QuestionnaireResponse"
REPORTS: Final = frozenset(table("cda/records")["reports"])
#: The types that are made here, and of which FHIR types: of answers to forms, two of reports with results too.
LABELS: Final[Mapping[str, frozenset[str]]] = {
    code: frozenset({FORM, REPORT, RESULT}) if code in REPORTS else frozenset({FORM}) for code in cda_map.makings()
}  # fmt: skip


def begins(label: str, resource: Mapping[str, Any]) -> bool:
    """Whether a document of the type can be made of the record."""
    return resource.get("resourceType") == FORM or cda_map_reports.fits(label, resource)


def parts(resource: Mapping[str, Any]) -> frozenset[str]:
    """The records that belong to it, as it refers to them: a report's results."""
    return frozenset(str(one.get("reference", "")) for one in resource.get("result", ()))


def build(_runtime: Runtime, facts: Facts) -> bytes:
    """The document of the one record, a report with the results that leave.

    Conflict for a de-identified content and for none or several records; Unprocessable names what the record lacks.
    """
    if facts.profile:
        raise Conflict(
            N_("去标识化的内容不能做成共享文档：共享文档必须写明患者。"), N_("请改选 FHIR 文档。")
        )  # fmt: skip
    main = [one for one in facts.records if one.kind != RESULT]
    if len(main) != 1 or (main[0].kind == FORM and len(facts.records) > 1):
        raise Conflict(N_("一份共享文档只含一份记录。"), N_("请只选择一份记录，其余的分次办理。"))
    (record,) = main
    head = Head(
        message=facts.message, made=facts.made, patient=facts.patient, house=facts.sender, level=facts_level(facts),
        authored=record.at, record=f"{record.kind}/{record.resource.get('id', '')}", version=record.version,
    )  # fmt: skip
    if record.kind == FORM:
        return cda.produce(cda_map.document(facts.label, record.resource, head))
    by = {url_of(f"{RESULT}/{one.resource.get('id', '')}"): one.resource for one in facts.records if one.kind == RESULT}
    if by.keys() - parts(record.resource):
        raise Conflict(N_("所选的检验结果不属于这份报告。"), N_("请只选择报告和它的结果。"))
    results = [by[one["reference"]] for one in record.resource.get("result", ()) if one.get("reference") in by]
    return cda.produce(cda_map_reports.document(facts.label, record.resource, results, head))


def facts_level(facts: Facts) -> str:
    """The highest level of what leaves."""
    order = ("ordinary", "sensitive", "secret")
    return max((one.level for one in facts.records), key=order.index, default=order[0])
