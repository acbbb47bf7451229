"""三（二）2 编码: a version of the codes by one coder, with the edition of every table it was picked from [3.2.2]"""

from collections.abc import Sequence
from typing import Any, Final

from jingui.core.custody import ChosenCode, CodeCaseFile
from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid, Refused
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Role, Stage
from jingui.crypto.canon import canon
from jingui.formats.codetables import Table, in_force
from jingui.gate import case_files as c
from jingui.gate.case_files_moves import told
from jingui.gate.registry import Done
from jingui.gate.rows import keep
from jingui.gate.runtime import Runtime
from jingui.gate.writing import WriteContext
from jingui.store.models import CodedCase

DIAGNOSES, OPERATIONS, CONDITION = "icd10", "procedures", "admission_condition"
MOST: Final = 40
STAGES: Final = (Stage.SORTED.value, Stage.CODED.value)


def code(context: WriteContext, permit: Permit, data: CodeCaseFile) -> Done:
    """编码: the first diagnosis is the main one. A correction is a newer version; none is ever changed."""
    row, runtime = c.opened(context, data.file), context.runtime
    c.seen(row, data.basis)
    if context.actor.role is not Role.CODER:
        raise Refused(N_("这一环节不由您的岗位办理。"), clauses=("3.2.2",), reason="role")
    if row.stage not in STAGES:
        raise Conflict(N_("病案不在编码环节。"), N_("整理后才能编码；质控后的改动请由质控人员退回。"))
    if permit.person in c.judges(runtime, row.patient_id, row.file_id):
        raise Refused(
            N_("本人质控过的病案须由他人编码。"), N_("请由另一名编码员办理。"), clauses=("3.2.2",), reason="party"
        )
    tables = in_force()
    wrong: list[tuple[str, str]] = []
    diagnoses = chosen(tables[DIAGNOSES], "diagnosis", data.diagnoses, wrong)
    operations = chosen(tables[OPERATIONS], "operation", data.operations, wrong)
    if not data.diagnoses:
        wrong.append(("diagnosis.1", N_("请选择主要诊断")))
    conditions = tables[CONDITION].codes
    wrong += [
        (f"condition.{n}", N_("没有这一项。"))
        for n, one in enumerate(data.diagnoses, 1)
        if one.condition and one.condition not in conditions
    ]
    if len(data.note) > 500:
        wrong.append(("note", N_("过长。")))
    if wrong:
        raise Invalid(places=tuple(wrong))
    done = CodedCase.objects.filter(patient_id=row.patient_id, file_id=row.file_id).count()
    number = runtime.number(runtime.clock.now())
    body = {
        "diagnoses": diagnoses, "operations": operations, "note": " ".join(data.note.split()),
        "tables": [list(edition(runtime, tables[name])) for name in (DIAGNOSES, OPERATIONS)],
    }  # fmt: skip
    key = c.class_key(runtime, row.patient_id, row.retention_class)
    made = CodedCase(
        patient_id=row.patient_id, coded_id=number, file_id=row.file_id, n=done + 1, person_id=permit.person,
        digest=c.digest(runtime, body), at=permit.at, payload=c.sealed(key, row.patient_id, number, "coded_case", body),
    )  # fmt: skip
    keep(context, made, new=True)
    step = c.move(context, permit, row, Stage.CODED, {"coded": made.n})
    return told(context, row, step, Line("", bytes(made.digest).hex(), "coded_case", made.n))


def chosen(table: Table, name: str, codes: Sequence[ChosenCode], wrong: list[tuple[str, str]]) -> list[list[Any]]:
    """[code, name, condition, known] of each; what is not in the table has at least its shape, and says so."""
    out: list[list[Any]] = []
    if len(codes) > MOST:
        wrong.append((f"{name}.1", N_("编码过多")))
    seen: set[str] = set()
    for n, one in enumerate(codes[:MOST], 1):
        code = one.code.strip()
        known = code in table.codes
        if not known and not table.shaped(code):
            wrong.append((f"{name}.{n}", N_("编码表中没有这个编码")))
        elif not known and not 1 <= len(one.name.strip()) <= 120:
            wrong.append((f"{name}.{n}", N_("编码表中没有这个编码的名称，请写明名称")))
        if code in seen and name == "diagnosis":
            wrong.append((f"{name}.{n}", N_("诊断编码重复")))
        seen.add(code)
        text = table.codes[code] if known else " ".join(one.name.split())
        if not text.isprintable():
            wrong.append((f"{name}.{n}", N_("内容过长或含有不可用的字符")))
        out.append([code, text, one.condition, known])
    return out


def edition(runtime: Runtime, table: Table) -> tuple[str, str, str, bool]:
    """Which table it was: name, standard, the digest of its contents, and whether it is only a starter."""
    known = _editions.get(id(table))
    if known is None or known[0] is not table:
        made = runtime.suite.digest(canon(dict(table.codes))).hex()[:16]
        if len(_editions) > 20:
            _editions.clear()
        known = _editions[id(table)] = (table, made)
    return table.name, table.standard, known[1], not table.complete


_editions: dict[int, tuple[Table, str]] = {}  # digests of the tables in force, which are large
