"""三（一）3 销毁登记: the register of lists and lines, and the certificate with its proof [3.1.3] [7.1.1]"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import orjson

from jingui.core.destruction import (
    Certificate,
    DestructionsRequest,
    LineState,
    ListLine,
    ReadCertificate,
    Register,
    RegisterLine,
)
from jingui.core.entry import Line
from jingui.core.errors import NotFound
from jingui.core.permit import Permit
from jingui.core.words import Role, Verb
from jingui.gate.context import ReadContext
from jingui.gate.destroying_list import CERTIFICATE
from jingui.gate.destroying_register import FILE_SQL, genuine, proved
from jingui.gate.names import NOBODY, names_of
from jingui.gate.registry import Done, read_act
from jingui.gate.retention import LINE
from jingui.gate.runtime import Runtime

SIZE: Final = 50
LISTS_SQL: Final = """SELECT d.matter, m.opened, m.state, max(d.at), bool_or(d.certificate IS NOT NULL),
  array_agg(d.state ORDER BY d.destruction_id), count(*) OVER ()
FROM destruction d JOIN matter m ON m.id = d.matter WHERE ($1::text = '' OR d.state = $1::text)
GROUP BY d.matter, m.opened, m.state ORDER BY m.opened DESC, d.matter DESC LIMIT $2::int OFFSET $3::int"""
ROWS_SQL: Final = f"""SELECT {LINE.sql}, d.entry, count(*) OVER (), m.state FROM destruction d
JOIN matter m ON m.id = d.matter WHERE d.matter = $1::bigint AND ($2::text = '' OR d.state = $2::text)
ORDER BY d.destruction_id LIMIT $3::int OFFSET $4::int"""  # noqa: S608 -- own column names
DESTROYERS: Final = (Role.ARCHIVIST, Role.MEDICAL_AFFAIRS, Role.SECURITY_ADMIN)


@read_act(Verb.READ_DESTRUCTIONS)
async def read_destructions(context: ReadContext, permit: Permit) -> Done:
    """The lists, newest first; or the lines of one, with names where there is still somebody to name [3.1.3]."""
    data = permit.operation.data
    request = data if isinstance(data, DestructionsRequest) else DestructionsRequest()
    page = max(request.page, 1)
    skip = (page - 1) * SIZE
    if not request.matter:
        rows = await context.rows(LISTS_SQL, request.state, SIZE, skip)
        lists = tuple(
            ListLine(
                matter=row[0], opened=row[1], state=row[2], done=row[3], certificate=row[4], states=counted(row[5])
            )
            for row in rows
        )  # fmt: skip
        return Done(value=Register(lists=lists, total=rows[0][6] if rows else 0, page=page))
    rows = await context.rows(ROWS_SQL, request.matter, request.state, SIZE, skip)
    if not rows:
        raise NotFound()
    found = [genuine(context.runtime, row) for row in rows]
    patients = sorted({one["patient_id"] for one in found})
    shown = {}
    for facts in await context.about(patients):
        if facts is not None and not facts.destroyed and not facts.tampered:
            shown[facts.patient] = str(context.face(facts).get("name", ""))
    people = await names_of(context).people(context, [one[k] for one in found for k in ("person_id", "second_id")])
    lines = tuple(line(context.runtime, one, shown, people) for one in found)
    may = context.actor.role in DESTROYERS and any(one.state == LineState.APPROVED for one in lines)
    value = Register(rows=lines, total=rows[0][-2], page=page, decided=rows[0][-1], may_destroy=may)
    return Done(value=value, patients=tuple(patients), lines=tuple(context.line(one) for one in patients))


def counted(states: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """How many lines stand where, in the order of a line's life."""
    return tuple((one.value, states.count(one.value)) for one in LineState if one.value in states)


def line(runtime: Runtime, one: Mapping[str, Any], shown: Mapping[int, str], people: Mapping[int, Any]) -> RegisterLine:
    """A line as the register shows it."""
    alive = one["patient_id"] in shown
    return RegisterLine(
        number=f"{one['matter']}-{one['destruction_id'] % 1_000_000:06}", matter=one["matter"],
        retention_class=one["retention_class"], state=one["state"], expired=one["expired"], records=one["records"],
        volumes=one["volumes"], at=one["at"], generation=one["generation"],
        patient=runtime.public(one["patient_id"], 0) if alive else "", name=shown.get(one["patient_id"], ""),
        stopped=orjson.loads(bytes(one["description"])).get("stopped", ""),
        person=people.get(one["person_id"], NOBODY).name, second=people.get(one["second_id"], NOBODY).name,
    )  # fmt: skip


@read_act(Verb.READ_CERTIFICATE)
async def read_certificate(context: ReadContext, permit: Permit) -> Done:
    """The certificate of a list, as it was signed, with the proof that the ledger committed this very file [3.1.3]."""
    data = cast(ReadCertificate, permit.operation.data)
    rows = await context.rows(FILE_SQL, data.matter)
    if not rows:
        raise NotFound()
    one = genuine(context.runtime, rows[0])
    digest = bytes(one["digest"]).hex()
    proof, key = await proved(context, str(rows[0][-1]), digest)
    value = Certificate(file=bytes(one["certificate"]), digest=digest, proof=proof, key=key)
    return Done(value=value, lines=(Line("", digest, CERTIFICATE, 0),))
