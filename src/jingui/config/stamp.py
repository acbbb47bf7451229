"""四（二）1 用印: the key and certificates of the hospital's electronic stamp, beside the house's other keys [4.2.1]

One file: the certificates in the clear, the private key sealed under the root secret. `jingui init` makes it; a
hospital with a bought certificate names its files in `jingui.toml` (`stamp_key`, `stamp_chain`).
"""

import base64
import os
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson

from jingui.config.home import Home
from jingui.core.errors import KeyTrouble
from jingui.core.word import N_
from jingui.crypto import certificates, keyfile
from jingui.crypto.certificates import Issued
from jingui.crypto.keyring import Keyring
from jingui.formats.pdf_document import COPY_STAMP

FILE: Final = "stamp.sealed"


def ensure(where: Home, keys: Keyring, at: datetime, *, used: bool) -> None:
    """Make the stamp's key where there is none. `used`: the register knows uses of one, so a lost key is told."""
    path = where.keys / FILE
    if where.stamp_key or os.path.lexists(path):
        return
    if used:
        raise KeyTrouble(path=str(path), problem="missing")
    root = certificates.new_root(where.institution, at, os.urandom)
    issued = certificates.new_seal(root, where.institution, COPY_STAMP, at, os.urandom)
    closed = certificates.close_key(keys.suite, keys.key("stamp"), issued)
    chain = [base64.b64encode(one).decode() for one in issued.chain]
    keyfile.create(path, orjson.dumps({"key": base64.b64encode(closed).decode(), "chain": chain}))


def read(where: Home, keys: Keyring) -> Issued:
    """The stamp's key and chain; KeyTrouble when a file is missing or is not what it was."""
    if where.stamp_key:
        return certificates.brought(keyfile.read_secret(Path(where.stamp_key)), Path(where.stamp_chain).read_bytes())
    path = where.keys / FILE
    if not os.path.lexists(path):
        raise KeyTrouble(
            N_("没有电子印章的密钥。"), N_("请由系统管理员运行 jingui init 制作，或在配置中指定购买的证书。"),
            path=str(path), problem="missing",
        )  # fmt: skip
    try:
        plain = orjson.loads(keyfile.read_secret(path))
        chain = [base64.b64decode(one, validate=True) for one in plain["chain"]]
        closed = base64.b64decode(plain["key"], validate=True)
    except (ValueError, KeyError, TypeError) as error:
        raise KeyTrouble(path=str(path), problem="half-written") from error
    return certificates.open_key(keys.suite, keys.key("stamp"), closed, chain)
