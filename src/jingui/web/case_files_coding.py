"""三（二）2 编码: one line a code, found by code, name or initials; the first diagnosis is the main one [3.2.2]"""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.custody import CaseFileRequest, ChosenCode, CodeCaseFile
from jingui.core.custody_shown import CaseShown, CodeShown
from jingui.core.errors import Conflict, Invalid
from jingui.core.words import Verb
from jingui.formats.codetables import in_force
from jingui.gate import door
from jingui.web import answering, asking, entering_codes, wording
from jingui.web import case_files_words as words
from jingui.web.filling import Filled
from jingui.web.viewmodels import custody as view
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to

DIAGNOSES, OPERATIONS, CONDITION = "icd10", "procedures", "admission_condition"
SPARE: Final = 4  # empty lines below what was coded; sending with `more` adds as many again
MOST: Final = 40


@require_http_methods(["GET", "HEAD", "POST"])
def coding(request: HttpRequest, patient: str, file: str) -> HttpResponse:
    """The codes as they stand, to be made a newer version of."""
    whole = asking.whole(door.locate(patient).patient)
    asked = CaseFileRequest(file=file, codes=True)
    seen: CaseShown = asking.read(request, Verb.READ_CASE_FILE, asked, target=whole).value
    sent = request.method == "POST" and "more" not in request.POST
    posted = request.POST if request.method == "POST" else before(seen)
    filled = Filled(posted, sent=sent)
    names = {"diagnosis": _("诊断"), "operation": _("手术操作")}
    counts = {name: lines(posted, name) for name in names}
    chosen: dict[str, list[tuple[int, ChosenCode]]] = {name: [] for name in names}
    for name, table in (("diagnosis", DIAGNOSES), ("operation", OPERATIONS)):
        for n in range(1, counts[name] + 1):
            label = _("主要诊断") if (name, n) == ("diagnosis", 1) else f"{names[name]} {n}"
            typed = filled.text(f"{name}.{n}", label, longest=160, required=False)
            condition = ""
            if name == "diagnosis":
                options = (("", "—"), *entering_codes.choices(CONDITION, wording.language()))
                condition = filled.choice(f"condition.{n}", _("入院病情"), options, required=False)
            if typed:
                found = entering_codes.resolve(table, typed)
                if sent and not found["code"]:
                    filled.wrong(f"{name}.{n}", entering_codes.echo(table, [found], open_text=False))
                chosen[name].append((n, ChosenCode(code=found["code"], name=found["text"], condition=condition)))
    note = filled.text("note", _("备注"), longest=500, required=False)
    if sent and not chosen["diagnosis"]:
        filled.wrong("diagnosis.1", _("请选择主要诊断"))
    if filled.right:
        basis = posted.get("basis", "")
        data = CodeCaseFile(
            file=file, basis=int(basis) if basis.isascii() and basis.isdigit() and len(basis) < 10 else -1, note=note,
            diagnoses=tuple(one for _n, one in chosen["diagnosis"]),
            operations=tuple(one for _n, one in chosen["operation"]),
        )  # fmt: skip
        try:
            asking.write(request, Verb.CODE_CASE_FILE, data, target=whole)
        except (Invalid, Conflict) as error:
            filled.refused(placed(error, chosen))
        else:
            here = to("case_file", patient=patient, file=file)
            return answering.said(request, _("编码已保存为新的一版并留痕。"), here)
    form = filled.form(_("保存编码"))
    fields = {one.name: one for one in form.fields}
    tables = in_force()
    back = Link(label=_("返回病案"), href=to("case_file", patient=patient, file=file))
    page = view.CodingPage(
        title=seen.line.patient.name or _("（不便显示）"), form=form, note=fields["note"], back=back,
        diagnoses=tuple((fields[f"diagnosis.{n}"], fields[f"condition.{n}"])
                        for n in range(1, counts["diagnosis"] + 1)),
        operations=tuple(fields[f"operation.{n}"] for n in range(1, counts["operation"] + 1)),
        hidden=(("basis", posted.get("basis", str(seen.version))),),
        tables=tuple(f"{tables[name].zh} {tables[name].standard}" for name in (DIAGNOSES, OPERATIONS)),
        starter=not all(tables[name].complete for name in (DIAGNOSES, OPERATIONS)),
        said=tuple((words.rule(one.rule), _("错误") if one.severity == "error" else _("警告")) for one in seen.found),
        lookup_diagnosis=entering_codes.address(DIAGNOSES), lookup_operation=entering_codes.address(OPERATIONS),
    )  # fmt: skip
    return answering.page(
        request, "custody/coding.html", page, status=400 if form.wrong else 200, crumbs=(words.crumb(), back)
    )


def before(seen: CaseShown) -> dict[str, str]:
    """The newest version as it would have been typed."""
    out = {"basis": str(seen.version)}
    newest = seen.coded[0] if seen.coded else None
    for name, codes in (("diagnosis", newest.diagnoses), ("operation", newest.operations)) if newest else ():
        found: tuple[CodeShown, ...] = codes
        for n, one in enumerate(found, 1):
            out[f"{name}.{n}"] = f"{one.code} {one.name}"
            if name == "diagnosis":
                out[f"condition.{n}"] = one.condition
    return out


def lines(posted: Any, name: str) -> int:
    """How many lines are drawn: those that hold something, and some to spare."""
    head = f"{name}."
    filled = [key.removeprefix(head) for key in posted if key.startswith(head) and posted.get(key, "").strip()]
    used = [int(n) for n in filled if n.isascii() and n.isdigit() and len(n) < 3]
    return min(max(used, default=0) + SPARE, MOST)


def placed(error: Invalid | Conflict, chosen: dict[str, list[tuple[int, ChosenCode]]]) -> Invalid | Conflict:
    """The door counts the codes that were given; here they stand on lines, of which some were left empty."""
    if not isinstance(error, Invalid) or not error.places:
        return error
    out = []
    for where, what in error.places:
        head, _dot, n = where.partition(".")
        rows = chosen.get("diagnosis" if head == "condition" else head, [])
        known = n.isdigit() and 0 < int(n) <= len(rows)
        out.append((f"{head}.{rows[int(n) - 1][0]}" if known else where, what))
    return Invalid(error.message, error.next_step, places=tuple(out))
