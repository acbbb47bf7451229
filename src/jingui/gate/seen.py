"""一（三）2 谁看过我的病历: an entry turned into what its patient may know: post and department, no name [1.3.2]"""

from collections.abc import Collection, Sequence
from typing import Any, Final

import orjson

from jingui.core.portal import Reading
from jingui.core.words import Role, Verb
from jingui.gate import opening
from jingui.gate.context import ReadContext
from jingui.gate.names import names_of
from jingui.store.statements import Columns

POST = Columns()
POST.sealed("po", "post")
POST.add("pe.kind")
POSTS_SQL = f"""SELECT {POST.sql} FROM post po JOIN person pe ON pe.id = po.person_id
WHERE po.id = ANY($1::bigint[])"""  # noqa: S608 -- own texts only
GLASS: Final = frozenset({"break-glass"})
PATIENT, NOBODY = "patient", ("", "", "")


def posts_in(rows: Sequence[Sequence[Any]]) -> list[int]:
    """The posts from which these entries were made."""
    found = (orjson.loads(bytes(row[opening.PRIVATE])).get("post", "") for row in rows)
    return sorted({int(one) for one in found if one.isdigit()})


def positions(row: Sequence[Any], public: Collection[str]) -> list[int]:
    """Where this chart stands among an entry's targets."""
    lines = orjson.loads(bytes(row[opening.TARGETS]))
    return [at for at, line in enumerate(lines) if line.get("patient") in public]


class Seer:
    """Turns entries into lines; knows the posts they were made from and this chart's own public numbers."""

    def __init__(self, context: ReadContext, public: Collection[str]) -> None:
        """Know nobody yet."""
        self._context, self._public = context, public
        self._posts: dict[int, tuple[str, str, str]] = {}

    async def know(self, rows: Sequence[Sequence[Any]]) -> None:
        """Look up the posts; one that is not as Jingui wrote it is nobody's."""
        numbers = posts_in(rows)
        if not numbers:
            return
        departments = await names_of(self._context).departments(self._context)
        group, at = POST.groups["po"], POST.at
        for row in await self._context.rows(POSTS_SQL, numbers):
            if self._context.runtime.sealer.holds("post", group.values(row), group.mac(row)):
                where = departments.get(row[at["po.department_id"]], "")
                self._posts[row[at["po.id"]]] = (row[at["po.role"]], where, row[at["pe.kind"]])

    def reading(self, row: Sequence[Any]) -> Reading:
        """One entry as its patient sees it."""
        entry = opening.line(self._context.runtime, row)
        role, department, kind = self._posts.get(int(entry.post) if entry.post.isdigit() else 0, NOBODY)
        who = self._who(row, entry.person, role, kind)
        lines = [line for line in orjson.loads(bytes(row[opening.TARGETS])) if line.get("patient") in self._public]
        records = tuple((line["type"], line["record"]) for line in lines if line["record"])[:20]
        return Reading(
            entry=entry.id, index=entry.index, at=entry.at, verb=entry.verb, decision=entry.decision,
            purpose=entry.purpose, entrance=entry.entrance, who=who,
            role="" if who in ("self", "guardian") else role,
            department="" if who in ("self", "guardian") else department, clauses=entry.clauses, rules=entry.rules,
            records=records, count=sum(1 for line in lines if line["record"]), sound=entry.sound,
            glass=bool(GLASS & set(entry.rules)) or entry.verb == Verb.BREAK_GLASS,
        )  # fmt: skip

    def _who(self, row: Sequence[Any], person: str, role: str, kind: str) -> str:
        """Which sort of reader it was."""
        if row[opening.PERSON] is not None and row[opening.PERSON] == self._context.actor.person:
            return "self"
        if kind == PATIENT:
            return "guardian"
        if person.startswith(("system:", "public:")):
            return person.partition(":")[0]
        return "interface" if role == Role.INTERFACE else "staff"
