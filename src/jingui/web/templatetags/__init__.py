"""一 总则: what templates may say; no name here touches data [1.3.1]

The wiring puts `BUILTINS` into the template engine's OPTIONS["builtins"]: no template needs a {% load %}.
"""

from typing import Final

BUILTINS: Final = (
    "django.templatetags.i18n",
    "django.templatetags.static",
    "jingui.web.templatetags.words",
    "jingui.web.templatetags.times",
    "jingui.web.templatetags.numbers",
    "jingui.web.templatetags.drawings",
)
