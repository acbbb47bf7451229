"""六（一）1 安全防护: where the hospital's virus scanner listens [6.1.1]"""

import os


def scanner() -> str:
    """The scanner's socket or host:port; "" when none is configured."""
    return os.environ.get("JINGUI_CLAMD", "").strip()
