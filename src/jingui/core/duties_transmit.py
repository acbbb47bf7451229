"""五（一）传输: what is done there again and again [5.1]"""

from typing import Final

from jingui.core.duty_rows import Duty, Every
from jingui.core.word import N_
from jingui.core.words import Role

ROWS: Final[tuple[Duty, ...]] = (
    Duty(
        id="certificate_review", text=N_("机构证书到期核对"), clauses=("5.1.2", "5.1.1"), section="transmit",
        roles=(Role.SYSTEM_ADMIN,), every=Every.MONTH,
        evidence=N_("核对合作机构和本院网关证书的到期日期，写明换发、登记新证书的安排。"), page="partners",
    ),
    Duty(
        id="receipt_review", text=N_("接收回执核对"), clauses=("5.1.3",), section="transmit",
        roles=(Role.SYSTEM_ADMIN,), every=Every.MONTH,
        evidence=N_("核对上月每次传输都有对方的接收回执，写明失败、被拒收和待核的份数及处理结果。"),
        page="transmissions",
    ),
)  # fmt: skip
