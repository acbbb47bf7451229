"""六（一）2: what everybody may know of the demonstration's accounts [6.1.2]"""

PASSWORD = "Jingui-demo-2026"  # noqa: S105 -- published on purpose: it opens made-up people's accounts on loopback
