"""`jingui gateway-keys show | export | renew`: the gateway's own certificates, renewed by an approved matter [5.1.1]"""

import argparse
from collections.abc import Iterable
from datetime import UTC, datetime

from jingui.cli import stamp
from jingui.cli.words import out, say
from jingui.config import gateway_keys, house, plugs
from jingui.config.home import home
from jingui.core.word import N_


def chosen(given: argparse.Namespace) -> int:
    """Show them, print them as PEM for partners, or make new ones."""
    if given.step != "renew":
        return shown(gateway_keys.told(gateway_keys.read(home(), plugs.keyring())), whole=given.step == "export")
    with house.opened(sequencing=True):
        at = datetime.now(UTC)
        stamp.permitted(given.username, given.matter, at)
        made = gateway_keys.renew(home(), plugs.keyring(), at)
    out(say(N_("已换发。请把新证书交给各合作机构登记；旧证书到期前仍可解开途中的内容。")))
    return shown(gateway_keys.told(made), whole=False)


def shown(them: Iterable[gateway_keys.Shown], *, whole: bool) -> int:
    """What people compare: of each use how long it holds and its fingerprint; with `whole` the PEM itself."""
    for one in them:
        if whole:
            out(one.pem)
            continue
        last = f"{one.last:%Y-%m-%d}"
        out(say(N_("{use}：有效期至 {last}，SHA-256 {digest}"), use=one.use, last=last, digest=one.digest))
    return 0
