"""三（一）3 期限与销毁: what is done there again and again [3.1.3]"""

from typing import Final

from jingui.core.duty_rows import Duty, Every
from jingui.core.word import N_
from jingui.core.words import Role

ROWS: Final[tuple[Duty, ...]] = (
    Duty(
        id="retention_appraisal", text=N_("到期病历年度鉴定"), clauses=("3.1.3",), section="keep",
        roles=(Role.ARCHIVIST, Role.QUALITY), every=Every.YEAR,
        evidence=N_("鉴定了多少到期病历，续存、列入销毁清册各多少，清册事项编号"), page="due_records",
    ),
    Duty(
        id="holds_review", text=N_("保全季度复核"), clauses=("3.1.3", "4.2.1"), section="keep",
        roles=(Role.ARCHIVIST, Role.MEDICAL_AFFAIRS), every=Every.QUARTER,
        evidence=N_("逐条核对保全是否仍有依据，应解除的已提出解除，应续的已说明"), page="due_records",
    ),
)  # fmt: skip
