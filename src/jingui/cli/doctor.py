"""`jingui doctor`: how the installation is; 0 only if everything is well."""

import argparse
import json

from jingui.cli.words import out, say
from jingui.core.word import N_

SIGNS = {"green": "●", "amber": "▲", "red": "■"}
WORDS = {"green": N_("正常"), "amber": N_("注意"), "red": N_("异常")}


def doctor(given: argparse.Namespace) -> int:
    """Look at everything and say what to do about what is not well."""
    from jingui.config.gauges import Light, gauges

    found = gauges()
    well = all(one.light is Light.GREEN for one in found)
    if given.json:
        rows = {
            one.name: {"state": one.light.value, "finding": say(one.finding, **one.data),
                       "advice": say(one.advice, **one.data),
                       **one.data}
            for one in found
        }  # fmt: skip
        out(json.dumps({"well": well, "checks": rows}, ensure_ascii=False, indent=1, default=str))
        return 0 if well else 1
    for one in found:
        advice = f"  → {say(one.advice, **one.data)}" if one.advice else ""
        light = f"{SIGNS[one.light.value]} {say(WORDS[one.light.value])}"
        out(f"{light}  {say(one.title)}  {say(one.finding, **one.data)}{advice}")
    return 0 if well else 1
