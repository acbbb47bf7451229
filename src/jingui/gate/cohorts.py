"""四（一）1 成批查阅: the patients of a pasted list of numbers, every one of them or none [4.1.1]"""

from jingui.core.errors import Invalid, Refused
from jingui.core.matters.asking import numbers_in
from jingui.core.word import N_
from jingui.gate.writing import WriteContext

FIELD = "mrn"
# A merged number leads to the patient who lives on; one that two patients bear means nobody.
FOUND_SQL = """SELECT g.n, array_agg(DISTINCT coalesce(p.linked_to, p.patient_id)) FILTER (WHERE NOT p.destroyed),
  array_agg(DISTINCT p.person_id) FILTER (WHERE p.person_id IS NOT NULL)
FROM unnest($1::int[], $2::bytea[]) g(n, token)
LEFT JOIN patient_identity i ON i.field = 'mrn' AND i.token = g.token AND i.current
LEFT JOIN patient p ON p.patient_id = i.patient_id GROUP BY g.n ORDER BY g.n"""


def cohort(context: WriteContext, text: str, person: int) -> tuple[int, ...]:
    """The patients of these numbers, each once; Invalid names the numbers that are nobody's or mean two.

    Refused when `person`, who asks or decides, is one of them.
    """
    numbers = numbers_in(text)
    tokens = [context.runtime.keyring.blind.blind(FIELD, one) for one in numbers]
    rows = context.rows(FOUND_SQL, list(range(len(numbers))), tokens)
    missing = [numbers[n] for n, patients, _ in rows if len(patients or ()) != 1]
    if missing:
        raise Invalid(
            N_("其中有查不到的病案号。"),
            places=(("patients", "、".join(missing[:20])), ("numbers", N_("标出的病案号查不到，请核对。"))),
        )  # fmt: skip
    if any(person in (staff or ()) for _, _, staff in rows):
        raise Refused(N_("所列患者中有您本人，不能办理。"), clauses=("4.1.3", "6.1.2"), reason="party")
    return tuple(dict.fromkeys(patients[0] for _, patients, _ in rows))
