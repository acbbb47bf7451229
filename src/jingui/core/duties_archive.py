"""三（二）2, 六（一）4 纸质病案: what is done there again and again [3.2.2] [6.1.4]"""

from typing import Final

from jingui.core.duty_rows import Duty, Every
from jingui.core.word import N_
from jingui.core.words import Role

ROWS: Final[tuple[Duty, ...]] = (
    Duty(
        id="loan_review", text=N_("借阅催还"), clauses=("4.1.2", "6.1.4"), section="custody",
        roles=(Role.ARCHIVIST,), every=Every.WEEK,
        evidence=N_("逐件核对逾期借阅，写明催还、报告和收回的册数。"), page="loans",
    ),
    Duty(
        id="handover_review", text=N_("科室移交核对"), clauses=("3.2.2",), section="custody",
        roles=(Role.ARCHIVIST,), every=Every.WEEK,
        evidence=N_("核对各科逾期未移交的纸质病案，写明科室、册数和催交情况。"), page="hand_overs",
    ),
    Duty(
        id="stocktaking", text=N_("库房年度盘点"), clauses=("3.2.2",), section="custody",
        roles=(Role.ARCHIVIST,), every=Every.YEAR,
        evidence=N_("逐库盘点，写明应有、在位、未见、错架册数和处理。"), page="stocktakings",
    ),
    Duty(
        id="waste_review", text=N_("废纸登记核对"), clauses=("6.1.4",), section="protect",
        roles=(Role.ARCHIVIST, Role.MEDICAL_AFFAIRS), every=Every.MONTH,
        evidence=N_("核对袋数、重量、见证人和交出签收，写明差异和处理。"), page="waste",
    ),
)  # fmt: skip
