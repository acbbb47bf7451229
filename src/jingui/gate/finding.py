"""四（一）内部查阅: candidates by blind tokens; merged patients lead to the one that lives on [4.1.3]"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from jingui.core.access import PatientLine, PatientSearch
from jingui.core.errors import Gone, Invalid, Tampered
from jingui.core.word import N_
from jingui.core.words import Category, Level, Verb
from jingui.crypto.blind import FIELDS, normalise
from jingui.gate import facts as f
from jingui.gate.context import ReadContext
from jingui.gate.settings import loop_values

DEEPEST = 8  # merges of merges that are followed
WEAK = frozenset({"birth_date"})  # never enough on its own
FIND_SQL = f"""WITH RECURSIVE up(n, start, at, depth) AS (
  SELECT g.n, i.patient_id, i.patient_id, 0 FROM unnest($1::int[], $2::text[], $3::bytea[]) g(n, field, token)
  JOIN patient_identity i ON i.field = g.field AND i.token = g.token
  UNION SELECT u.n, u.start, p.linked_to, u.depth + 1 FROM up u JOIN patient p ON p.patient_id = u.at
  WHERE p.linked_to IS NOT NULL AND u.depth < {DEEPEST}),
root AS (SELECT u.n, u.start, u.at FROM up u JOIN patient p ON p.patient_id = u.at AND p.linked_to IS NULL),
enough AS (SELECT at FROM root GROUP BY at HAVING count(DISTINCT n) = $4::int ORDER BY at DESC LIMIT $5::int)
SELECT DISTINCT n, start, at FROM root JOIN enough USING (at) ORDER BY at DESC"""  # noqa: S608 -- own texts only


class Hit(NamedTuple):
    """A patient that lives on, and the numbers of merged ones through which it was found too."""

    patient: int
    through: tuple[int, ...]
    terms: tuple[tuple[int, int], ...]  # (term, patient row that it matched)


def terms_of(context: ReadContext, search: PatientSearch) -> tuple[list[int], list[str], list[bytes]]:
    """Blind tokens by term; Invalid when a term says nothing or no term could mean one person."""
    terms: list[int] = []
    fields: list[str] = []
    tokens: list[bytes] = []
    selective = False
    for n, alternatives in enumerate(search.wanted):
        usable = [(field, value) for field, value in alternatives if field in FIELDS and normalise(field, value)]
        if not usable:
            raise Invalid(places=((alternatives[0][0] if alternatives else "", N_("该条件不能用于查找患者")),))
        selective = selective or not any(field in WEAK for field, _ in usable)
        for field, value in usable:
            terms.append(n)
            fields.append(field)
            tokens.append(context.runtime.keyring.blind.blind(field, value))
    if not selective:
        raise Invalid(N_("请至少给出姓名、证件号、病案号或电话之一。"), places=(("wanted", N_("条件过宽")),))
    return terms, fields, tokens


async def find(context: ReadContext, search: PatientSearch) -> list[Hit]:
    """Every candidate; Invalid when there are too many to mean one person."""
    terms, fields, tokens = terms_of(context, search)
    # candidates are decided one by one; a search that matches more is too wide to mean one person
    most = int((await loop_values(context.pipe, context.actor.epoch))["search_count"])
    rows = await context.rows(FIND_SQL, terms, fields, tokens, len(search.wanted), most + 1)
    found: dict[int, list[tuple[int, int]]] = {}
    for n, start, root in rows:
        found.setdefault(root, []).append((n, start))
    if len(found) > most:
        raise Invalid(
            N_("符合条件的患者过多，无法列出。"), N_("请补充姓名、出生日期或号码。"),
            places=(("wanted", N_("条件过宽")),),
        )  # fmt: skip
    return [
        Hit(root, tuple(sorted({start for _, start in pairs} - {root})), tuple(pairs)) for root, pairs in found.items()
    ]


def patient_line(context: ReadContext, facts: f.PatientFacts, **more: Any) -> PatientLine | None:
    """The decided patient as a list shows them; None when its face is destroyed or is not as Jingui wrote it."""
    try:
        face = context.face(facts)
    except (Gone, Tampered):
        return None
    public = context.runtime.public
    if facts.restricted and face.get("alias") and not knows_name(context, facts):
        numbers = {field: value for field, value in face.get("numbers", {}).items() if field == "mrn"}
        return PatientLine(
            public(facts.patient, 0), face["alias"], face.get("sex", "unknown"), "", numbers, True, facts.deceased,
            facts.relation.value, alias=True, **more,
        )  # fmt: skip
    return PatientLine(
        public(facts.patient, 0), face.get("name", ""), face.get("sex", "unknown"), face.get("birth", ""),
        dict(face.get("numbers", {})), facts.restricted, facts.deceased, facts.relation.value,
        linked_to=public(facts.linked_to, 0) if facts.linked_to else "", **more,
    )  # fmt: skip


def knows_name(context: ReadContext, facts: f.PatientFacts) -> bool:
    """Whether this reader may open the restricted chart: everybody else meets its alias [2.1.3]."""
    return context.may(Verb.OPEN_CHART, Category.BASIC, Level.ORDINARY, patient=facts).allow


def joined(line: PatientLine, older: Sequence[PatientLine]) -> PatientLine:
    """The line with the numbers of merged patients beside its own: old numbers keep their meaning."""
    numbers = dict(line.numbers)
    if line.alias:
        return line  # the numbers of merged patients tell who it is
    for one in older:
        for field, value in one.numbers.items():
            if value not in numbers.get(field, "").split("、"):
                numbers[field] = f"{numbers[field]}、{value}" if field in numbers else value
    return line._replace(numbers=numbers)
