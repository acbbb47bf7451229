"""五（一）: FHIR read, vread, history, search and $everything [5.1.2] [4.1.2]"""

import re
from urllib.parse import unquote

from jingui.api.reply import entry_header, of_sheet
from jingui.api.wire import Answer, Request
from jingui.core.access import Page, PatientSearch, Versions
from jingui.core.errors import Invalid, NotFound
from jingui.core.operation import Actor, Operation, Target
from jingui.core.sheets import Result
from jingui.core.word import N_
from jingui.core.words import Purpose, Verb
from jingui.formats.fhir_answer import Done, Found, response, searchset
from jingui.formats.fhir_query import SearchQuery
from jingui.formats.fhir_search import parse_search
from jingui.formats.fhir_tokens import target_of
from jingui.formats.fhir_types import rows
from jingui.gate import door

NUMBER = re.compile(r"[0-9]{1,10}").fullmatch


def purpose_of(request: Request, actor: Actor) -> Purpose:
    """The purpose a request names (X-Jingui-Purpose), the usual one when it names none; an unknown one is refused."""
    named = request.headers.get(b"x-jingui-purpose")
    if named is None:
        return actor.purpose or Purpose.TREATMENT
    try:
        return Purpose(named.decode("latin-1").strip())
    except ValueError as error:
        raise Invalid(N_("目的无法识别。"), places=(("X-Jingui-Purpose", ""),)) from error


def asked(request: Request, actor: Actor, verb: Verb, target: Target, data: object = None) -> Operation:
    """The operation of a request."""
    return Operation(
        actor=actor, verb=verb, at=door.now(), purpose=purpose_of(request, actor), target=target, data=data,
        reason=unquote(request.headers.get(b"x-jingui-reason", b"").decode("latin-1"))[:500],
    )  # fmt: skip


def target_for(kind: str, public: str) -> Target:
    """The numbers behind Type/id."""
    found = door.locate(public)
    return Target(patient=found.patient, record=found.record, kind=kind)


async def read(request: Request, actor: Actor, kind: str, public: str, version: str = "") -> Answer:
    """Read the newest or a given version. A matching If-None-Match is answered 304, entered all the same."""
    target = target_for(kind, public)
    if version:
        if not NUMBER(version) or not 0 < int(version) < 1 << 31:
            raise NotFound()
        target = Target(patient=target.patient, record=target.record, version=int(version), kind=kind)
    sheet = await door.asheet(asked(request, actor, Verb.READ, target))
    answer = of_sheet(sheet)
    if request.headers.get(b"if-none-match") == b'W/"%d"' % sheet.version:
        return Answer(status=304, headers=answer.headers)
    return answer


async def history(request: Request, actor: Actor, kind: str, public: str) -> Answer:
    """All versions of a record."""
    result = await door.aread(asked(request, actor, Verb.HISTORY, target_for(kind, public)))
    versions: Versions = result.value
    if versions.kind != kind:
        raise NotFound()
    base = f"{request.base}/fhir/{kind}/{public}"
    done = [
        Done(
            status="200 OK", version=str(number), modified=entered, body=body, url=base,
            method="POST" if number == 1 else "PUT", location=kind if number == 1 else f"{kind}/{public}",
        )
        for number, entered, _, body in versions.rows
    ]  # fmt: skip
    body = response("history", done, total=len(done), self_url=f"{base}/_history")
    return Answer(body=body, headers=(entry_header(result.trace),))


async def search(request: Request, actor: Actor, kind: str, pairs: list[tuple[str, str]]) -> Answer:
    """Search inside one patient, the directory, or for a patient by identity."""
    if kind not in rows() or rows()[kind].place == "none":
        raise NotFound(N_("本系统不收录此类资源。"))
    strict = b"handling=strict" in request.headers.get(b"prefer", b"")
    query = parse_search(kind, pairs, strict=strict, base=f"{request.base}/fhir/")
    if kind == "Patient" and not query.patient and not query.ids:
        return await search_patients(request, actor, query)
    operation = asked(request, actor, Verb.SEARCH, Target(patient=patient_of(query), kind=kind), query)
    result = await door.aread(operation)
    return set_of(request, query, result)


def patient_of(query: SearchQuery) -> int:
    """The one patient a search is about; 0 for none and for several, which the door refuses for charts, and enters."""
    named = {query.patient} - {""}
    patients = {door.locate(one).patient for one in named}
    patients |= {door.locate(one).patient for one in query.ids}
    for alternatives in query.tokens:
        for term in alternatives:
            if term.parameter == "encounter":
                patients.add(door.locate(target_of(term.value)[1]).patient)
    return patients.pop() if len(patients) == 1 else 0


async def search_patients(request: Request, actor: Actor, query: SearchQuery) -> Answer:
    """Find patients by identity fields; rows this actor may not learn of do not count."""
    if not query.identity:
        raise Invalid(N_("请给出姓名、证件号、病案号、电话或出生日期。"), places=(("Patient", N_("没有身份检索条件")),))
    wanted = tuple(tuple((one.field, one.value) for one in alternatives) for alternatives in query.identity)
    data = PatientSearch(wanted=wanted, count=query.count, words=query.link(), bodies=True)
    operation = asked(request, actor, Verb.SEARCH_PATIENT, Target(kind="Patient"), data)
    result = await door.aread(operation)
    base = f"{request.base}/fhir/Patient/"
    found = [] if query.count_only else [Found(base + line.id, line.body) for line in result.value if line.body]
    body = searchset(found, self_url=f"{request.base}/fhir/{query.link()}", total=len(result.value))
    return Answer(body=body, headers=(entry_header(result.trace),))


def set_of(request: Request, query: SearchQuery, result: Result) -> Answer:
    """The searchset of a page."""
    page: Page = result.value
    base = f"{request.base}/fhir/"
    found = [Found(f"{base}{row.kind}/{row.id}", row.body) for row in page.rows]
    found += [Found(f"{base}{row.kind}/{row.id}", row.body, "include") for row in page.included]
    body = searchset(
        found, self_url=base + query.link(query.cursor), total=page.total,
        next_url=base + query.link(result.more) if result.more else "",
    )  # fmt: skip
    return Answer(body=body, headers=(entry_header(result.trace),))


async def everything(request: Request, actor: Actor, public: str) -> Answer:
    """Patient/$everything by chunks; each chunk's entry is committed before it leaves."""
    pairs = dict(request.pairs())
    count = pairs.get("_count", "500")
    if not NUMBER(count):
        raise Invalid(places=(("_count", count[:20]),))
    query = SearchQuery(type="Patient", patient=public, count=min(int(count), 1000) or 1, cursor=pairs.get("_page", ""))
    target = target_for("Patient", public)
    result = await door.aread(asked(request, actor, Verb.EVERYTHING, target, query))
    page: Page = result.value
    base = f"{request.base}/fhir/"
    self_url = f"{base}Patient/{public}/$everything?_count={query.count}"
    body = searchset(
        [Found(f"{base}{row.kind}/{row.id}", row.body) for row in page.rows], self_url=self_url,
        next_url=f"{self_url}&_page={result.more}" if result.more else "",
    )  # fmt: skip
    return Answer(body=body, headers=(entry_header(result.trace),))
