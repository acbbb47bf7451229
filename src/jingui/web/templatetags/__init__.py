"""一 总则: what templates may say; no name here touches data [1.3.1]

The wiring puts `LIBRARIES` into the template engine's OPTIONS["libraries"]; templates load what they use.
"""

from typing import Final

LIBRARIES: Final = {name: f"jingui.web.templatetags.{name}" for name in ("drawings", "numbers", "times", "words")}
