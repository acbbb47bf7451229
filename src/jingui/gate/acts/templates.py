"""二（一）1 采集模板: read by all who write, changed by a matter that says what each new item is for [2.1.1]"""

from datetime import timedelta
from typing import Final

from jingui.core.capture import Simulation, Template, TemplateLine, TemplatesRequest, TemplatesState
from jingui.core.errors import Conflict, Invalid, TooLarge
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.formats import capture, fhir_json
from jingui.gate import templates
from jingui.gate.context import ReadContext
from jingui.gate.effects import Effected, Granting, effect
from jingui.gate.registry import Done, read_act
from jingui.gate.rows import keep, next_id
from jingui.gate.sql import raw
from jingui.gate.templates import Known
from jingui.gate.writing import WriteContext
from jingui.store.models import CaptureTemplate

DAYS: Final = 30  # how far back a simulation looks
LARGEST: Final = 400_000  # bytes of a Questionnaire
TOUCHED_SQL: Final = """SELECT (SELECT count(*) FROM entry_draft WHERE template = $1::text),
  (SELECT count(*) FROM record WHERE form = $1::text AND entered > $2::timestamptz)"""


@read_act(Verb.READ_TEMPLATES)
async def read_templates(context: ReadContext, permit: Permit) -> Done:
    """The templates in force; of one also its versions, and what a changed one would touch [2.1.1]."""
    data = permit.operation.data
    request = data if isinstance(data, TemplatesRequest) else TemplatesRequest()
    known = await templates.loop_held(context.pipe, context.actor.epoch)
    if not request.name:
        return Done(value=TemplatesState(templates=tuple(known.templates.values()), lines=lines(known)))
    chosen = templates.named(known, request.name, request.n)
    simulation = await simulated(context, permit, known, request) if request.draft else None
    return Done(value=TemplatesState(templates=(chosen,), lines=lines(known, request.name), simulation=simulation))


def lines(known: Known, name: str = "") -> tuple[TemplateLine, ...]:
    """The published versions, newest first; of one template when it is named."""
    found = (one for one in reversed(known.versions) if name in ("", one.name))
    return tuple(
        TemplateLine(
            name=one.name, n=one.n, state=one.state, effective=one.effective, entry=one.entry, matter=one.matter
        )
        for one in found
    )


async def simulated(context: ReadContext, permit: Permit, known: Known, request: TemplatesRequest) -> Simulation:
    """What the draft would touch: counts only, nobody is named."""
    old = templates.named(known, request.name)
    new = drafted(request.draft)
    found = capture.differences(old, new)
    faults = tuple(capture.wrong(old, new, found))
    if faults:
        raise Invalid(places=faults)
    rows = await context.rows(TOUCHED_SQL, request.name, permit.at - timedelta(days=DAYS))
    body = fhir_json.dump(capture.questionnaire(new)).decode()
    return Simulation(
        drafts=rows[0][0], records=rows[0][1], days=DAYS, differences=found, body=body, said=capture.said(found)
    )


def drafted(body: bytes) -> Template:
    """The template in a Questionnaire; Invalid or TooLarge when it is none."""
    if len(body) > LARGEST:
        raise TooLarge()
    return capture.from_questionnaire(fhir_json.parse(body))


@effect("template_change")
def template_change(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """采集模板更改: the new version is in force at once; the one before stays to be read with [2.1.1]."""
    answers = granting.answers
    name = answers["template"]
    raw("SELECT pg_advisory_xact_lock(hashtext($1::text))", f"capture_template:{name}")
    old = templates.named(templates.fresh(context.runtime), name)
    new = drafted(answers["body"].encode())
    if answers["base"] != str(old.n) or new.n != old.n + 1:
        raise Conflict(N_("模板在申请之后已经更改，此申请不能生效。"), N_("请按现行版本重新申请。"))
    found = capture.differences(old, new)
    faults = tuple(capture.wrong(old, new, found))
    if faults or answers["changes"] != capture.said(found):
        raise Invalid(N_("申请所列的更改与模板不一致，不能生效。"), N_("请退回，由申请人从模板页面重新提出。"),
                      places=faults or (("changes", N_("与模板不一致")),))  # fmt: skip
    last = CaptureTemplate.objects.select_for_update().filter(name=name, state="active").first()
    if last is not None:
        context.runtime.sealer.check(last)
        last.state = "retired"
        keep(context, last)
    body = fhir_json.dump(capture.questionnaire(new)).decode()
    row = CaptureTemplate(
        id=next_id(CaptureTemplate), name=name, n=new.n, body=body, digest=context.runtime.suite.digest(body.encode()),
        state="active", effective=permit.at, matter=granting.row.pk,
    )  # fmt: skip
    keep(context, row, new=True)
    return Effected(bump=True)
