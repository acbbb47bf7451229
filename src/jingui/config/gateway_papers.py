"""五（一）2: certificates as houses hand them to each other: their own, and those of somebody only told of [5.1.2]"""

import os
from datetime import datetime

from jingui.config import gateway_keys, plugs
from jingui.config.home import Home
from jingui.crypto import certificates
from jingui.crypto.gateway_certificates import USES, GatewayKeys, Named, new_keys


def own(where: Home) -> dict[str, str]:
    """This house's certificates (PEM) by use: what partners pin."""
    return _pem(gateway_keys.read(where, plugs.keyring()))


def made_up(name: str, uscc: str, at: datetime, days: int) -> dict[str, str]:
    """Certificates (PEM) by use of an institution of a demonstration; their keys are thrown away."""
    whose = Named(organisation=name, uscc=uscc, common=f"{name}传输网关", hosts=("gateway.invalid",))
    return _pem(new_keys(whose, at, os.urandom, days=days))


def _pem(keys: GatewayKeys) -> dict[str, str]:
    return {use: certificates.pem([keys[use].certificate]).decode() for use in USES}
