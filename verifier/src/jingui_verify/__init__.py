"""Stand-alone verifier of the Jingui evidence ledger, written from docs/ledger-format.md alone.

It needs the standard library and `cryptography`, never Jingui itself.
"""

__version__ = "1.0.0"
