"""六（一）2 账号管理: people, posts and accounts, each row checked, no secret ever among them [6.1.2]"""

from collections.abc import Sequence
from itertools import combinations
from typing import Any, Final

from jingui.core.protect import AccountLine, DepartmentLine, HistoryLine, PeopleRequest, PersonLine, PostLine, TokenLine
from jingui.core.words import Role
from jingui.gate.context import ReadContext
from jingui.gate.separation import clash
from jingui.store.statements import Columns

MOST: Final = 500
PERSON = Columns()
PERSON.sealed("pe", "person")
PERSON.add("pe.title", "pe.licence_scope", "s.name")
# by id, which grows with time and has an index
PERSON.add("(SELECT e.at FROM entry e WHERE e.person_id = pe.id ORDER BY e.id DESC LIMIT 1)")
SEEN = len(PERSON.names) - 1
POST = Columns()
POST.sealed("po", "post")
POST.add("d.name")
ACCOUNT = Columns()
ACCOUNT.sealed("a", "account")
ACCOUNT.add("a.password_at", "(SELECT array_agg(f.kind ORDER BY f.kind) FROM factor_seal f WHERE f.account_id = a.id)")
TOKEN = Columns()
TOKEN.sealed("t", "token")
TOKEN.add("t.label", "a.person_id")
PEOPLE_SQL = f"""SELECT {PERSON.sql} FROM person pe LEFT JOIN department s ON s.id = pe.sponsor_id
WHERE pe.id > $1::bigint AND ($2::bigint = 0 OR pe.id = $2)
  AND ($3::text = '' OR position(lower($3) IN lower(pe.name)) > 0 OR position(lower($3) IN lower(pe.staff_no)) > 0)
  AND ($4::bigint = 0 OR EXISTS (SELECT 1 FROM post po WHERE po.person_id = pe.id AND po.department_id = $4
    AND po.state = 'active')) ORDER BY pe.id LIMIT $5::int"""  # noqa: S608 -- own texts only
POSTS_SQL = f"""SELECT {POST.sql} FROM post po JOIN department d ON d.id = po.department_id
WHERE po.person_id = ANY($1::bigint[]) ORDER BY po.state, po.starts DESC, po.id"""  # noqa: S608 -- own texts only
ACCOUNTS_SQL = f"""SELECT {ACCOUNT.sql} FROM account a
WHERE a.person_id = ANY($1::bigint[]) ORDER BY a.id"""  # noqa: S608 -- own texts only
TOKENS_SQL = f"""SELECT {TOKEN.sql} FROM token t JOIN account a ON a.id = t.account_id
WHERE a.person_id = ANY($1::bigint[]) ORDER BY t.id"""  # noqa: S608 -- own texts only
DEPARTMENTS_SQL = """SELECT d.id, d.code, d.name, d.name_en, d.kind, d.active,
  (SELECT count(DISTINCT po.person_id) FROM post po WHERE po.department_id = d.id AND po.state = 'active')
FROM department d ORDER BY d.code"""
HOLDERS_SQL = "SELECT role, count(DISTINCT person_id) FROM post WHERE state = 'active' GROUP BY role"
# Every deciding row names the entry of its last change: the newest known about this person.
HISTORY_SQL = """SELECT e.id, e.at, e.verb, coalesce(b.name, ''), x.what, x.number FROM (
  SELECT 'person' AS what, id AS number, entry FROM person WHERE id = $1::bigint
  UNION ALL SELECT 'post', id, entry FROM post WHERE person_id = $1
  UNION ALL SELECT 'account', id, entry FROM account WHERE person_id = $1
  UNION ALL SELECT 'token', t.id, t.entry FROM token t JOIN account a ON a.id = t.account_id WHERE a.person_id = $1) x
JOIN entry e ON e.id = x.entry LEFT JOIN person b ON b.id = e.person_id ORDER BY e.id DESC LIMIT 100"""


def genuine(context: ReadContext, columns: Columns, alias: str, row: Sequence[Any]) -> bool:
    """Whether the row's MAC holds."""
    group = columns.groups[alias]
    return context.runtime.sealer.holds(group.table, group.values(row), group.mac(row))


async def people(context: ReadContext, request: PeopleRequest) -> tuple[PersonLine, ...]:
    """One page of people, in four statements."""
    count = min(max(request.count, 1), MOST)
    rows = await context.rows(
        PEOPLE_SQL, request.cursor, request.person, request.text.strip(), request.department, count + 1
    )
    numbers = [row[PERSON.at["pe.id"]] for row in rows]
    posts: dict[int, list[PostLine]] = {}
    for row in await context.rows(POSTS_SQL, numbers):
        posts.setdefault(row[POST.at["po.person_id"]], []).append(post_line(context, row))
    accounts: dict[int, list[AccountLine]] = {}
    for row in await context.rows(ACCOUNTS_SQL, numbers):
        accounts.setdefault(row[ACCOUNT.at["a.person_id"]], []).append(account_line(context, row))
    tokens: dict[int, list[TokenLine]] = {}
    for row in await context.rows(TOKENS_SQL, numbers):
        tokens.setdefault(row[TOKEN.at["a.person_id"]], []).append(token_line(context, row))
    return tuple(
        person_line(context, row, posts.get(n, ()), accounts.get(n, ()), tokens.get(n, ()))
        for n, row in zip(numbers, rows, strict=True)
    )


def person_line(
    context: ReadContext, row: Sequence[Any], posts: Sequence[PostLine], accounts: Sequence[AccountLine],
    tokens: Sequence[TokenLine],
) -> PersonLine:  # fmt: skip
    """A person's row."""
    at = PERSON.at
    return PersonLine(
        id=row[at["pe.id"]], name=row[at["pe.name"]], staff_no=row[at["pe.staff_no"]], kind=row[at["pe.kind"]],
        title=row[at["pe.title"]], active=row[at["pe.active"]], licence_no=row[at["pe.licence_no"]],
        licence_scope=row[at["pe.licence_scope"]], licence_until=row[at["pe.licence_until"]],
        valid_from=row[at["pe.valid_from"]], valid_until=row[at["pe.valid_until"]], sponsor=row[at["s.name"]] or "",
        posts=tuple(posts), accounts=tuple(accounts), tokens=tuple(tokens), last_seen=row[SEEN],
        genuine=genuine(context, PERSON, "pe", row),
    )  # fmt: skip


def post_line(context: ReadContext, row: Sequence[Any]) -> PostLine:
    """A post's row."""
    at = POST.at
    return PostLine(
        id=row[at["po.id"]], role=row[at["po.role"]], department=row[at["d.name"]],
        department_id=row[at["po.department_id"]], state=row[at["po.state"]], starts=row[at["po.starts"]],
        ends=row[at["po.ends"]], genuine=genuine(context, POST, "po", row),
    )  # fmt: skip


def account_line(context: ReadContext, row: Sequence[Any]) -> AccountLine:
    """An account's row; neither the password hash nor a factor's secret is even selected."""
    at = ACCOUNT.at
    return AccountLine(
        id=row[at["a.id"]], username=row[at["a.username"]], kind=row[at["a.kind"]], state=row[at["a.state"]],
        password_at=row[at["a.password_at"]], factors=tuple(row[-1] or ()), genuine=genuine(context, ACCOUNT, "a", row),
    )  # fmt: skip


def token_line(context: ReadContext, row: Sequence[Any]) -> TokenLine:
    """A token's row; its digest only serves the MAC."""
    at = TOKEN.at
    return TokenLine(
        id=row[at["t.id"]], label=row[at["t.label"]], post=row[at["t.post_id"]], scopes=tuple(row[at["t.scopes"]]),
        expires=row[at["t.expires"]], revoked=row[at["t.revoked"]], genuine=genuine(context, TOKEN, "t", row),
    )  # fmt: skip


async def departments(context: ReadContext) -> tuple[DepartmentLine, ...]:
    """Every department."""
    return tuple(
        DepartmentLine(id=row[0], code=row[1], name=row[2], name_en=row[3], kind=row[4], active=row[5], people=row[6])
        for row in await context.rows(DEPARTMENTS_SQL)
    )


async def holders(context: ReadContext) -> dict[str, int]:
    """How many people hold each role now."""
    return {row[0]: row[1] for row in await context.rows(HOLDERS_SQL)}


async def history(context: ReadContext, person: int) -> tuple[HistoryLine, ...]:
    """The entries that the rows about this person rest on, newest first."""
    return tuple(
        HistoryLine(entry=str(row[0]), at=row[1], verb=row[2], by=row[3], what=row[4], number=row[5])
        for row in await context.rows(HISTORY_SQL, person)
    )


def clashes() -> tuple[tuple[str, str], ...]:
    """Every pair of roles that one person never holds together."""
    return tuple((a.value, b.value) for a, b in combinations(Role, 2) if clash(a, b))
