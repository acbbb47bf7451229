"""`jingui gateway-keys show | export | renew`: the gateway's own certificates, renewed by an approved matter [5.1.1]"""

import argparse
from datetime import UTC, datetime

from jingui.cli import stamp
from jingui.cli.words import out, say
from jingui.config import gateway_keys, house, plugs
from jingui.config.home import home
from jingui.core.word import N_
from jingui.crypto import certificates
from jingui.crypto.gateway_certificates import USES, GatewayKeys


def chosen(given: argparse.Namespace) -> int:
    """Show them, print them as PEM for partners, or make new ones."""
    if given.step != "renew":
        return shown(gateway_keys.read(home(), plugs.keyring()), whole=given.step == "export")
    with house.opened(sequencing=True):
        at = datetime.now(UTC)
        stamp.permitted(given.username, given.matter, at)
        made = gateway_keys.renew(home(), plugs.keyring(), at)
    out(say(N_("已换发。请把新证书交给各合作机构登记；旧证书到期前仍可解开途中的内容。")))
    return shown(made, whole=False)


def shown(keys: GatewayKeys, *, whole: bool) -> int:
    """What people compare: of each use how long it holds and its fingerprint; with `whole` the PEM itself."""
    for use in USES:
        one = keys[use].certificate
        if whole:
            out(certificates.pem([one]).decode().rstrip())
            continue
        last = certificates.valid_between(one)[1]
        digest = certificates.fingerprint(one)
        out(say(N_("{use}：有效期至 {last}，SHA-256 {digest}"), use=use, last=f"{last:%Y-%m-%d}", digest=digest))
    return 0
