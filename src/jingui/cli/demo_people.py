"""The table of log-ins: one person for each role, and what to try first."""

import unicodedata
from collections.abc import Iterator
from datetime import date
from random import Random

from jingui.cli.words import language, say
from jingui.core.word import N_
from jingui.demo.accounts import PASSWORD
from jingui.demo.generator import Person, build_hospital
from jingui.demo.portals import PortalAccount


def width(text: str) -> int:
    """How many columns a terminal gives a text: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def pad(text: str, columns: int) -> str:
    """`text` filled up to that many columns."""
    return text + " " * max(0, columns - width(text))


def first_of_each(people: tuple[Person, ...]) -> Iterator[Person]:
    """For each role its first person with something of their own to try, else its first."""
    seen = set()
    own = [each for each in people if each.try_zh]
    for person in [*own, *people]:
        if person.role not in seen:
            seen.add(person.role)
            yield person


def portals(accounts: tuple[PortalAccount, ...]) -> list[str]:
    """The lines about the patients' own entrance; none before there are accounts."""
    english = language() == "en"
    rows = [pad(one.number, 16) + (one.en if english else one.zh) for one in accounts]
    return ["", say(N_("患者门户（/portal/）的账号，密码相同：")), *rows, ""] if rows else []


def table() -> list[str]:
    """The lines of the table in the reader's language."""
    english = language() == "en"
    # names and posts are all that is shown, and they are the same on every day
    people = build_hospital(Random(7), date(2026, 1, 1)).staff  # noqa: S311 -- repeatable on purpose
    order = {person.login: number for number, person in enumerate(people)}
    rows = [
        (each.login, each.name, say(each.role.label), each.try_en if english else each.try_zh)
        for each in sorted(first_of_each(people), key=lambda one: order[one.login])
    ]
    head = (say(N_("账号")), say(N_("姓名")), say(N_("岗位")), say(N_("先试试")))
    columns = [max(width(row[i]) for row in [head, *rows]) + 2 for i in range(3)]
    lines = ["", "".join(pad(head[i], columns[i]) for i in range(3)) + head[3]]
    lines += ["".join(pad(row[i], columns[i]) for i in range(3)) + row[3] for row in rows]
    lines += [
        "",
        say(N_("所有演示账号的密码：{password}"), password=PASSWORD),
        say(N_("第二因素：登录页会显示演示账号当前的六位动态码。")),
        say(N_("按 Ctrl-C 结束；再次运行时从停下的地方继续。")),
        "",
    ]
    return lines
