"""四（二）: what people fill in and bring along: answers, made-up identity cards, papers on the scanner [4.2.1]"""

from datetime import date

from jingui.core.matters.asking import Answers, Brought
from jingui.demo.cast import Cast
from jingui.demo.drawing import paper
from jingui.demo.generator.numbers import id_card, uscc
from jingui.demo.month import Deed

PROVINCE = "530000"


def card(text: str) -> str:
    """The identity number that `1980-01-02/female/17` stands for; nobody has it."""
    born, sex, serial = text.split("/")
    return id_card(date.fromisoformat(born), sex, int(serial), PROVINCE)


def answers(cast: Cast, row: Deed) -> Answers:
    """The answers of a row, with what only the house knows put in place: cards, codes, people, departments, entries."""
    out = {name: str(value) for name, value in cast.given(row, "answers", {}).items()}
    out |= {name: card(text) for name, text in row.more.get("cards", {}).items()}
    out |= {name: uscc(PROVINCE, text) for name, text in row.more.get("codes", {}).items()}
    out |= {name: str(cast.person(who)) for name, who in row.more.get("people", {}).items()}
    out |= {name: str(cast.names.department(code)) for name, code in row.more.get("departments", {}).items()}
    out |= {name: cast.kept(where, "entry") for name, where in row.more.get("entries", {}).items()}
    out |= {name: cast.kept(*where.split(".")) for name, where in row.more.get("from", {}).items()}
    return tuple(out.items())


def papers(row: Deed) -> tuple[Brought, ...]:
    """The papers of a row as the scanner sees them; the same kind twice is two sheets."""
    return tuple(
        Brought(kind, f"{kind}-{n}.png", "image/png", paper(f"{row.id}:{kind}:{n}").png)
        for n, kind in enumerate(row.more.get("papers", ()), 1)
    )
