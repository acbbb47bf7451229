"""五（一）2 内容形式: a record as a shared document of WS/T 500, from what the view let through [5.1.2] [5.2.1]"""

from collections.abc import Mapping
from typing import Final

from jingui.core.errors import Conflict
from jingui.core.sharing_content import Facts
from jingui.core.word import N_
from jingui.formats import cda, cda_map
from jingui.formats.cda_map_header import Head
from jingui.gate.runtime import Runtime

#: The types that are made here: of answers to forms.
LABELS: Final[Mapping[str, frozenset[str]]] = {
    code: frozenset({"QuestionnaireResponse"}) for code in cda_map.makings()
}  # fmt: skip


def build(_runtime: Runtime, facts: Facts) -> bytes:
    """The document of the one record.

    Conflict for a de-identified content and for none or several records; Unprocessable names what the record lacks.
    """
    if facts.profile:
        raise Conflict(
            N_("去标识化的内容不能做成共享文档：共享文档必须写明患者。"), N_("请改选 FHIR 文档。")
        )  # fmt: skip
    if len(facts.records) != 1:
        raise Conflict(N_("一份共享文档只含一份记录。"), N_("请只选择一份记录，其余的分次办理。"))
    (record,) = facts.records
    head = Head(
        message=facts.message, made=facts.made, patient=facts.patient, house=facts.sender, level=record.level,
        authored=record.at, record=f"{record.kind}/{record.resource.get('id', '')}", version=record.version,
    )  # fmt: skip
    return cda.produce(cda_map.document(facts.label, record.resource, head))
