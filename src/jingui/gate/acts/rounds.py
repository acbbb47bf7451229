"""三（一）2 巡查照片: brought by whoever makes the round, encrypted, seen by keepers [3.1.2] [7.1.1]"""

from datetime import timedelta
from typing import Any, Final, cast

from jingui.core.duties import DUTIES
from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid, NotFound, Tampered
from jingui.core.operation import Operation
from jingui.core.permit import Permit
from jingui.core.rounds import MOST_PHOTOS, AddEvidence, EvidenceRequest, Photo, RoundPhotos
from jingui.core.word import N_
from jingui.core.words import Grant, Verb
from jingui.formats import photo, scans
from jingui.gate import settings
from jingui.gate.actors import ActorFacts
from jingui.gate.context import ReadContext
from jingui.gate.duty_places import theirs
from jingui.gate.matters_seen import checked
from jingui.gate.names import NOBODY, names_of
from jingui.gate.registry import Done, read_act, write_act
from jingui.gate.rows import keep, locked, next_id
from jingui.gate.runtime import Runtime
from jingui.gate.stances import Stance, stance
from jingui.gate.writing import WriteContext
from jingui.store.models import DutyEvidence, DutyRun
from jingui.store.statements import Columns

AFTER: Final = timedelta(days=1)  # so long after the round its photos may still be brought, by who did it
PHOTO = Columns()
PHOTO.sealed("p", "duty_evidence")
PHOTOS_SQL = f"""SELECT {PHOTO.sql}, CASE WHEN $2::bigint > 0 THEN p.payload END, r.duty, coalesce(o.name, '')
FROM duty_evidence p JOIN duty_run r ON r.id = p.run_id LEFT JOIN storeroom o ON o.id = r.department_id
WHERE ($1::bigint > 0 AND p.run_id = $1::bigint) OR ($2::bigint > 0 AND p.id = $2::bigint)
ORDER BY p.id LIMIT 50"""  # noqa: S608 -- own texts only


@stance(Verb.ADD_EVIDENCE)
def bringing(_runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """Whether the round is this post's."""
    row = DutyRun.objects.filter(pk=getattr(operation.data, "run", 0)).first()
    fits = row is None or theirs(row.duty, row.department_id, actor)  # the act says that there is none
    return Stance(grant=Grant.COVERS if fits else Grant.NONE)


@write_act(Verb.ADD_EVIDENCE)
def add(context: WriteContext, permit: Permit) -> Done:
    """附加巡查照片: what the camera wrote beside the picture is taken away first."""
    data = cast(AddEvidence, permit.operation.data)
    most = settings.number(context.runtime, context.epoch, "evidence_megabytes") << 20
    kind = scans.media_type(data.content, most, "photo")
    if kind == "application/pdf":
        raise Invalid(places=(("photo", N_("只接受 PNG、JPEG 图片")),))
    media, content = photo.stripped(data.content)
    name = " ".join(data.name.split())[:120] or "photo"
    if not name.isprintable():
        raise Invalid(places=(("photo", N_("文件名含有不可用的字符")),))
    run = locked(context, DutyRun, data.run)
    fresh = run.done is not None and run.person_id == permit.person and permit.at - run.done <= AFTER
    if run.state != "open" and not fresh:
        raise Conflict(N_("这项例行工作已经完成或已过期。"), N_("请刷新列表。"))
    digest = context.runtime.suite.digest(content)
    kept = DutyEvidence.objects.filter(run_id=run.pk)
    if kept.filter(digest=digest).exists():
        raise Conflict(N_("这张照片已经附上。"))
    if kept.count() >= MOST_PHOTOS:
        raise Conflict(N_("照片已达上限。"), N_("每次巡查最多 12 张。"))
    pk = next_id(DutyEvidence)
    row = DutyEvidence(
        id=pk, run_id=run.pk, name=name, media=media, digest=digest, person_id=permit.person, at=permit.at,
        payload=context.runtime.vault.seal_note(f"ev{pk}", content),
    )  # fmt: skip
    keep(context, row, new=True)
    clauses = DUTIES[run.duty].clauses if run.duty in DUTIES else ()
    return Done(value=pk, lines=(Line("", digest.hex(), "duty_evidence", 1),), clauses=clauses)


@read_act(Verb.READ_EVIDENCE)
async def read(context: ReadContext, permit: Permit) -> Done:
    """The photos of a round without their pictures, or one picture; each genuine [3.1.2]."""
    data = cast(EvidenceRequest, permit.operation.data)
    rows = await context.rows(PHOTOS_SQL, data.run, data.photo)
    if not rows and data.photo:
        raise NotFound()
    width = len(PHOTO.names)
    found = [checked(context.runtime.sealer, PHOTO, "p", row) for row in rows]
    people = await names_of(context).people(context, [one["person_id"] for one in found])
    photos = tuple(
        Photo(
            id=one["id"], run=one["run_id"], name=one["name"], media=one["media"],
            person=people.get(one["person_id"], NOBODY).name, at=one["at"],
            content=opened(context, one, row[width]) if data.photo else b"",
        )
        for one, row in zip(found, rows, strict=True)
    )  # fmt: skip
    duty, place = (rows[0][width + 1], rows[0][width + 2]) if rows else ("", "")
    lines = tuple(Line("", bytes(one["digest"]).hex(), "duty_evidence", 1) for one in found if data.photo)
    return Done(value=RoundPhotos(photos=photos, duty=duty, place=place), lines=lines)


def opened(context: ReadContext, one: dict[str, Any], payload: bytes) -> bytes:
    """A picture's bytes; Tampered when they are not those that were brought."""
    content = context.runtime.vault.open_note(f"ev{one['id']}", bytes(payload))
    if context.runtime.suite.digest(content) != bytes(one["digest"]):
        raise Tampered(where=f"duty_evidence:{one['id']}")
    return content
