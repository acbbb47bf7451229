"""五（一）1: who may come in is looked at anew while the gateway listens; a wrong configuration [5.1.1] [5.1.2]"""

import asyncio
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jingui.config import gateway, gateway_tls
from jingui.config.home import home
from jingui.core.errors import Misconfigured
from jingui.crypto.certificates import Issued, fingerprint
from tests.gateway.parties import keys_of

HOUSE, ONE, TWO = keys_of("甲", "A"), keys_of("乙", "B"), keys_of("丙", "C")


async def speaks(port: int, who: Issued, pin: Issued) -> bool:
    made = gateway_tls.client(who, (fingerprint(pin.certificate),), (pin.certificate,))
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=made, server_hostname="localhost")
        heard = await reader.read(2)
        writer.close()
    except (OSError, ssl.SSLError):
        return False
    return heard == b"OK"


def test_who_was_registered_gets_in_and_who_was_revoked_does_not() -> None:
    known: list[bytes] = [ONE.tls.certificate]
    own: list[Issued] = [HOUSE.tls]
    tls = gateway_tls.Renewed(lambda: own[0], lambda: tuple(known))

    async def serve(_reader: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"OK")
        await writer.drain()
        writer.close()

    async def all_of_it() -> list[bool]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls.listening)
        port = server.sockets[0].getsockname()[1]
        found = [await speaks(port, ONE.tls, HOUSE.tls), await speaks(port, TWO.tls, HOUSE.tls)]
        known[:] = [TWO.tls.certificate]
        found.append(tls.renew())
        found += [await speaks(port, ONE.tls, HOUSE.tls), await speaks(port, TWO.tls, HOUSE.tls)]
        own[0] = keys_of("甲", "A").tls  # renewed
        found.append(tls.renew())
        found += [await speaks(port, TWO.tls, HOUSE.tls), await speaks(port, TWO.tls, own[0])]
        found.append(tls.renew())
        server.close()
        return found

    assert asyncio.run(all_of_it()) == [True, False, True, False, True, True, False, True, False]


def test_nobody_registered_is_nobody_let_in() -> None:
    made = gateway_tls.server(HOUSE.tls, ())
    assert made.verify_mode is ssl.CERT_REQUIRED
    assert made.cert_store_stats()["x509"] == 0


@pytest.mark.parametrize(
    ("values", "fits"),
    [({}, True), ({"gateway_send": True}, False), ({"gateway": "0.0.0.0:8443"}, False),
     ({"gateway_send": True, "uscc": "91110000100000001X"}, False),
     ({"gateway_send": True, "uscc": "91350100M000100Y43"}, True),
     ({"gateway": "nowhere", "uscc": "91350100M000100Y43"}, False)],
)  # fmt: skip
def test_a_wrong_configuration_stops_the_start(values: dict[str, Any], *, fits: bool, tmp_path: Path) -> None:
    where = replace(home(), root=tmp_path, **{"gateway": "", "gateway_send": False, "uscc": "", **values})
    if fits:
        gateway.check(where)
    else:
        with pytest.raises(Misconfigured):
            gateway.check(where)
