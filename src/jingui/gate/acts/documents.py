"""四（一）3 保密义务: controlled documents published, read, acknowledged; undertakings renewed [4.1.3] [2.2.1]"""

import re
from datetime import timedelta
from typing import Any, Final, cast

from jingui.core.documents import (
    Acknowledge,
    DocumentKind,
    DocumentLine,
    Documents,
    DocumentsRequest,
    MissingLine,
    PublishDocument,
)
from jingui.core.errors import Conflict, Invalid, NotFound, Tampered
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Role, Verb
from jingui.gate import settings
from jingui.gate.context import ReadContext
from jingui.gate.effects import Effected, Granting, effect
from jingui.gate.names import NOBODY, names_of
from jingui.gate.proposals import carries
from jingui.gate.registry import Done, read_act, write_act
from jingui.gate.rows import keep, locked, next_id
from jingui.gate.settings import loop_values
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Acknowledgement, ControlledDocument
from jingui.store.statements import Columns

CODE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{1,39}\Z")
LONGEST: Final = 50_000
DOCUMENT = Columns()
DOCUMENT.sealed("d", "controlled_document")
DOCUMENT.add("d.title", "d.title_en")
ACKNOWLEDGED = Columns()
ACKNOWLEDGED.sealed("k", "acknowledgement")
# Everybody with a post of today owes an acknowledgement; interfaces and patients do not.
STAFF: Final = """SELECT DISTINCT po.person_id AS id FROM post po WHERE po.state = 'active'
  AND po.starts <= $1::timestamptz AND (po.ends IS NULL OR po.ends > $1::timestamptz)
  AND po.role <> ALL($2::text[])"""
LINES_SQL: Final = f"""WITH staff AS ({STAFF})
SELECT {DOCUMENT.sql}, {ACKNOWLEDGED.sql}, (SELECT count(*) FROM staff), (SELECT count(*) FROM staff s WHERE EXISTS (
    SELECT 1 FROM acknowledgement a WHERE a.document_id = d.id AND a.person_id = s.id
    AND (a.ends IS NULL OR a.ends > $1::timestamptz)))
FROM controlled_document d LEFT JOIN LATERAL (SELECT * FROM acknowledgement a WHERE a.document_id = d.id
  AND a.person_id = $3::bigint ORDER BY a.at DESC LIMIT 1) k ON true
WHERE d.state = 'active' ORDER BY d.kind DESC, d.code LIMIT 500"""  # noqa: S608 -- own texts only
BODY_SQL: Final = "SELECT body FROM controlled_document WHERE id = $1::bigint"
MISSING_SQL: Final = f"""WITH staff AS ({STAFF})
SELECT s.id, k.ends FROM staff s LEFT JOIN LATERAL (SELECT a.ends FROM acknowledgement a
  WHERE a.document_id = $3::bigint AND a.person_id = s.id ORDER BY a.at DESC LIMIT 1) k ON true
WHERE NOT EXISTS (SELECT 1 FROM acknowledgement a WHERE a.document_id = $3::bigint AND a.person_id = s.id
  AND (a.ends IS NULL OR a.ends > $4::timestamptz)) ORDER BY s.id LIMIT 1000"""  # noqa: S608 -- own texts only
OUTSIDERS: Final = [Role.INTERFACE.value, Role.PATIENT.value, Role.PARTNER.value]
WATCHING: Final = frozenset({Role.MEDICAL_AFFAIRS, Role.HEAD, Role.SECURITY_ADMIN, Role.QUALITY, Role.AUDIT_ADMIN})
carries(Verb.PUBLISH_DOCUMENT, PublishDocument)


@write_act(Verb.PUBLISH_DOCUMENT)
def publish_document(context: WriteContext, permit: Permit) -> Done:
    """Publish a version, by two people; undertakings to the version before hold no longer [4.1.3]."""
    data = cast(PublishDocument, permit.operation.data)
    row = published(context, permit, data)
    return Done(value=row.pk, bump=True)


def published(context: WriteContext, permit: Permit, data: PublishDocument, matter: int = 0) -> ControlledDocument:
    """The new version in force, the one before retired; Invalid or Conflict when it is none."""
    wrong = []
    if not CODE.match(data.code):
        wrong.append(("code", N_("须为小写字母、数字、短横线，2 至 40 位")))
    if not data.title.strip() or len(data.title) > 120 or len(data.title_en) > 160:
        wrong.append(("title", N_("请填写文件名称，且不超过 120 字")))
    if len(data.body.strip()) < 20 or len(data.body) > LONGEST or "\0" in data.body:
        wrong.append(("body", N_("请填写全文")))
    if wrong:
        raise Invalid(places=tuple(wrong))
    raw("SELECT pg_advisory_xact_lock(hashtext($1::text))", f"controlled_document:{data.code}")
    digest = context.runtime.suite.digest(f"{data.title}\n{data.body}".encode())
    last = ControlledDocument.objects.select_for_update().filter(code=data.code).order_by("-n").first()
    if last is not None:
        context.runtime.sealer.check(last)
        if last.state == "active":
            if bytes(last.digest) == digest:
                raise Conflict(N_("内容与现行版本相同。"), N_("没有需要发布的更改。"))
            last.state = "retired"
            keep(context, last)
    row = ControlledDocument(
        id=next_id(ControlledDocument), code=data.code, n=last.n + 1 if last else 1, kind=data.kind.value,
        title=data.title.strip(), title_en=data.title_en.strip(), body=data.body, digest=digest, state="active",
        effective=permit.at, matter=matter,
    )  # fmt: skip
    keep(context, row, new=True)
    return row


@effect("document")
def document(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """受控文件变更: what was approved is in force at once."""
    answers = granting.answers
    data = PublishDocument(
        code=answers["code"], kind=DocumentKind(answers["kind"]), title=answers["title"], body=answers["body"]
    )
    published(context, permit, data, granting.row.pk)
    return Effected(bump=True)


@read_act(Verb.READ_DOCUMENTS)
async def read_documents(context: ReadContext, permit: Permit) -> Done:
    """The register, how the asker stands to each document, and who has not acknowledged one [4.1.3]."""
    data = permit.operation.data
    request = data if isinstance(data, DocumentsRequest) else DocumentsRequest()
    rows = await context.rows(LINES_SQL, permit.at, OUTSIDERS, permit.person)
    lines = tuple(line(context, row) for row in rows)
    if not request.document:
        return Done(value=Documents(lines=lines))
    chosen = next((one for one in lines if one.id == request.document), None)
    if chosen is None:
        raise NotFound(N_("没有这份文件，或已被新版本取代。"))
    body = (await context.rows(BODY_SQL, request.document))[0][0]
    if context.runtime.suite.digest(f"{chosen.title}\n{body}".encode()).hex() != chosen.digest:
        raise Tampered(where=f"controlled_document:{chosen.id}")
    missing: tuple[MissingLine, ...] = ()
    if request.missing and context.actor.role in WATCHING:
        missing = await owing(context, permit, request.document)
    return Done(value=Documents(lines=(chosen,), body=body, missing=missing))


async def owing(context: ReadContext, permit: Permit, number: int) -> tuple[MissingLine, ...]:
    """Everybody whose acknowledgement is missing, over, or over soon."""
    days = int((await loop_values(context.pipe, context.actor.epoch))["undertaking_warning_days"])
    rows = await context.rows(MISSING_SQL, permit.at, OUTSIDERS, number, permit.at + timedelta(days=days))
    people = await names_of(context).people(context, [row[0] for row in rows])
    named = [(row, people.get(row[0], NOBODY)) for row in rows]
    return tuple(MissingLine(row[0], one.name, one.title, one.department, row[1]) for row, one in named)


def line(context: ReadContext, row: Any) -> DocumentLine:
    """A document in force; Tampered when it or the asker's acknowledgement is not genuine."""
    group, at, shift = DOCUMENT.groups["d"], DOCUMENT.at, len(DOCUMENT.names)
    number = row[at["d.id"]]
    if not context.runtime.sealer.holds("controlled_document", group.values(row), group.mac(row)):
        raise Tampered(where=f"controlled_document:{number}")
    mine = row[shift : shift + len(ACKNOWLEDGED.names)]
    signed = ACKNOWLEDGED.groups["k"]
    given = mine[ACKNOWLEDGED.at["k.id"]] is not None
    if given and not context.runtime.sealer.holds("acknowledgement", signed.values(mine), signed.mac(mine)):
        raise Tampered(where=f"acknowledgement:{mine[0]}")
    return DocumentLine(
        id=number, code=row[at["d.code"]], n=row[at["d.n"]], kind=row[at["d.kind"]], title=row[at["d.title"]],
        title_en=row[at["d.title_en"]], effective=row[at["d.effective"]], digest=bytes(row[at["d.digest"]]).hex(),
        mine=mine[ACKNOWLEDGED.at["k.at"]], until=mine[ACKNOWLEDGED.at["k.ends"]],
        needed=row[-2], acknowledged=row[-1],
    )  # fmt: skip


@write_act(Verb.ACKNOWLEDGE)
def acknowledge(context: WriteContext, permit: Permit) -> Done:
    """The asker read, or undertakes, exactly this version; an undertaking holds a year, then is renewed [4.1.3]."""
    data = cast(Acknowledge, permit.operation.data)
    row = locked(context, ControlledDocument, data.document)
    if row.state != "active" or bytes(row.digest).hex() != data.digest:
        raise Conflict(N_("文件已更新，您看到的不是现行版本。"), N_("请重新阅读现行版本后再确认。"))
    undertaking = row.kind == DocumentKind.UNDERTAKING
    days = settings.number(context.runtime, context.epoch, "undertaking_days")
    made = Acknowledgement(
        id=next_id(Acknowledgement), document=row, person_id=permit.person, digest=bytes(row.digest), at=permit.at,
        ends=permit.at + timedelta(days=days) if undertaking else None,
    )  # fmt: skip
    keep(context, made, new=True)
    return Done(value=made.ends, bump=undertaking)
