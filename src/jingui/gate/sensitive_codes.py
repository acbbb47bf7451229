"""二（一）3: an approved change of the sensitive codes changes the setting, from the next entry on [2.1.3]"""

from jingui.core.permit import Permit
from jingui.core.settings import NONE
from jingui.gate import settings
from jingui.gate.effects import Effected, Granting, effect
from jingui.gate.setting_rows import written
from jingui.gate.writing import WriteContext

NAME = "sensitive_codes"
SIGNS = {"add": "+", "remove": "-"}


@effect("sensitive_codes")
def sensitive_codes(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """Add a range to a label or take it away; Invalid when it is no ICD-10 code. Stored labels stay as they are."""
    answers = granting.answers
    text = changed(
        settings.text(context.runtime, context.epoch, NAME), answers["label"], SIGNS[answers["change"]],
        answers["codes"].upper().split(),
    )  # fmt: skip
    written(context, NAME, text, permit.at)
    return Effected(bump=True)


def changed(text: str, label: str, sign: str, codes: list[str]) -> str:
    """The setting with these ranges added or taken away; the opposite wish for the same range goes."""
    kept = [] if text == NONE else text.split()
    wanted = [f"{label}{sign}{code}" for code in codes]
    opposite = {f"{label}{'-' if sign == '+' else '+'}{code}" for code in codes}
    rest = [one for one in kept if one not in opposite and one not in wanted]
    return " ".join((*rest, *wanted)) or NONE
