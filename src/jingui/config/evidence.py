"""`jingui verify`: the verifier over this installation's database and keys [7.1.2]"""

from collections.abc import Callable

import psycopg

from jingui.config import plugs, wiring
from jingui.config.home import home
from jingui.core.oversee import Progress, Verification


def verified(tell: Callable[[Progress], None]) -> Verification:
    """Check everything through a connection that can only read what the application can."""
    wiring.ready()
    from jingui.store.verification import verify

    with psycopg.connect(plugs.address().psycopg(), connect_timeout=5) as connection:
        return verify(connection, plugs.keyring(), home().origin, tell)
