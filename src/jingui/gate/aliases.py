"""二（一）3 保密病案: the alias that stands for a name; the real one stays in the encrypted face [2.1.3]"""

from typing import Any, Final

from jingui.core.consents import Secrecy
from jingui.core.errors import Conflict, Gone, Invalid
from jingui.core.word import N_
from jingui.gate import facts as f
from jingui.gate.copying import IDENTITY_SQL
from jingui.gate.faces import SECRECY
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Patient

LONGEST: Final = 20
MADE: Final = "保密患者{}"  # not translated: it is a name, the same for every reader


def aliased(context: WriteContext, row: Patient, secrecy: str, alias: str) -> None:
    """Write alias and kind into the face of a restricted chart, and take them away with the restriction.

    Without a given alias the house makes one when a kind is given. Found by its alias a chart is found for its staff.
    """
    facts = context.patient
    if facts is None or row.face is None:
        raise Gone()
    vault, number = context.runtime.vault, row.patient_id
    key = vault.key(number, "identity", facts.row[f.KI_WRAPPED])
    face: dict[str, Any] = vault.open_face(key, number, row.face)
    if not row.restricted:
        if alias or secrecy:
            raise Conflict(N_("只有保密病案才有化名和保密类别。"), N_("请先标记为保密病案。"))
        face = {name: value for name, value in face.items() if name not in SECRECY}
    elif alias or secrecy:
        wanted = check(alias.strip(), face) or face.get("alias") or MADE.format(context.runtime.public(number, 0)[-4:])
        face |= {"alias": wanted, "secrecy": secrecy or face.get("secrecy", Secrecy.REQUEST.value)}
        tokens = sorted(context.runtime.keyring.blind.names(wanted))
        raw(IDENTITY_SQL, [number] * len(tokens), ["name"] * len(tokens), tokens, [False] * len(tokens))
    row.face = vault.seal_face(key, number, face)


def check(alias: str, face: dict[str, Any]) -> str:
    """The alias; Invalid when it is too long or tells who it is."""
    name = face.get("name", "")
    tells = [name, *face.get("numbers", {}).values(), face.get("phone", "")]
    if len(alias) > LONGEST:
        raise Invalid(places=(("alias", N_("过长")),))
    if alias and any(one and (one in alias or alias in one) for one in tells):
        raise Invalid(places=(("alias", N_("化名不得含有真实姓名或号码")),))
    return alias
