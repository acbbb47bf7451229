"""一（二）: what the rows of the month may do: one function each, by the word that rows use for it [1.2]"""

from jingui.demo.deeds import (
    apps,
    archive,
    consents,
    custody,
    house,
    keep,
    matters,
    messages,
    portal,
    reading,
    release,
    research,
    sealing,
    share,
    station,
    writing,
)
from jingui.demo.deeds.doing import DEEDS, Kept

__all__ = [
    "DEEDS",
    "Kept",
    "apps",
    "archive",
    "consents",
    "custody",
    "house",
    "keep",
    "matters",
    "messages",
    "portal",
    "reading",
    "release",
    "research",
    "sealing",
    "share",
    "station",
    "writing",
]
