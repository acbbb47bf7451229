"""三（二）2 病案室: what is done there again and again [3.2.2]"""

from typing import Final

from jingui.core.duty_rows import Duty, Every
from jingui.core.word import N_
from jingui.core.words import Role

ROWS: Final[tuple[Duty, ...]] = (
    Duty(
        id="case_files_overdue", text=N_("逐科清点逾期未归档病案并催交"), clauses=("3.2.2",), section="custody",
        roles=(Role.ARCHIVIST,), every=Every.DAY, evidence=N_("逾期份数、科室，联系了谁，预计何时交来"),
        page="case_files",
    ),
    Duty(
        id="coding_accuracy", text=N_("抽查病案编码准确率"), clauses=("3.2.2", "7.2.1"), section="custody",
        roles=(Role.QUALITY,), every=Every.MONTH, evidence=N_("抽查份数、主要诊断和主要手术编码错误数、整改情况"),
        page="case_files",
    ),
)  # fmt: skip
