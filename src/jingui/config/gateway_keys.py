"""五（一）传输: the house's gateway keys, beside its others: made at founding, renewed, never lost unseen [5.1.1]"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from jingui.config.home import Home
from jingui.core.errors import KeyTrouble
from jingui.core.word import N_
from jingui.crypto import certificates, keyfile
from jingui.crypto import gateway_certificates as made
from jingui.crypto.gateway_certificates import GatewayKeys, Named
from jingui.crypto.keyring import Keyring

FILE: Final = "gateway.sealed"
SOON: Final = timedelta(days=60)  # before their end the certificates are renewed and partners get the new ones
EVERYWHERE: Final = ("", "0.0.0.0", "::")  # noqa: S104 -- names that a certificate cannot stand for, nothing binds here


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A certificate as people compare it and hand it on: nothing of it is secret."""

    use: str
    last: datetime
    digest: str  # SHA-256 in hex
    pem: str


def told(keys: GatewayKeys) -> tuple[Shown, ...]:
    """The present certificates, one for each use, without their keys: the command line sees no more of them."""
    return tuple(
        Shown(
            use=use, last=certificates.valid_between(one)[1], digest=certificates.fingerprint(one),
            pem=certificates.pem([one]).decode().rstrip(),
        )
        for use in made.USES
        for one in (keys[use].certificate,)
    )  # fmt: skip


def own(where: Home) -> Named:
    """Whose certificates they are, and for which names: what partners connect to, else this host alone."""
    hosts = [where.gateway.rpartition(":")[0].strip("[]"), urlsplit(where.address).hostname or "", *where.gateway_names]
    named = tuple(dict.fromkeys(one for one in hosts if one not in EVERYWHERE))
    local = ("localhost", "127.0.0.1")
    return Named(
        organisation=where.institution, uscc=where.uscc, common=f"{where.institution}传输网关",
        hosts=named or local,
    )  # fmt: skip


def ensure(where: Home, keys: Keyring, at: datetime, *, used: bool) -> None:
    """Make the keys where there are none. `used`: partners are registered, so a lost file is told and not replaced.

    Until then nobody has pinned them: they follow the hospital's name, number and addresses by themselves.
    """
    path = where.keys / FILE
    if os.path.lexists(path):
        if not used and not current(where, read(where, keys)):
            renew(where, keys, at)
        return
    if used:
        raise KeyTrouble(path=str(path), problem="missing")
    keyfile.create(path, _closed(keys, made.new_keys(own(where), at, os.urandom)))


def current(where: Home, keys: GatewayKeys) -> bool:
    """Whether the certificates say what the hospital's file says now: name, number, addresses."""
    return made.names(keys.tls.certificate, own(where))


def renew(where: Home, keys: Keyring, at: datetime) -> GatewayKeys:
    """New certificates of every use; the old ones stay for what is still under way."""
    path = where.keys / FILE
    with keyfile.locked(path):
        fresh = made.renewed(read(where, keys), own(where), at, os.urandom)
        keyfile.put_in_place(keyfile.write_beside(path, _closed(keys, fresh)), path)
    return fresh


def read(where: Home, keys: Keyring) -> GatewayKeys:
    """The keys; KeyTrouble when the file is missing, Tampered when it is not what it was."""
    path = where.keys / FILE
    if not os.path.lexists(path):
        raise KeyTrouble(
            N_("没有传输网关的密钥。"), N_("请由系统管理员运行 jingui init 制作，或从备份恢复密钥文件。"),
            path=str(path), problem="missing",
        )  # fmt: skip
    return made.open_keys(keys.suite, keys.key("gateway"), keyfile.read_secret(path))


def reader(where: Home, keys: Keyring) -> Callable[[], GatewayKeys]:
    """Reads the keys when they are first used, and again after their file was replaced."""
    known: list[tuple[object, GatewayKeys]] = []
    path = where.keys / FILE

    def found() -> GatewayKeys:
        about = path.stat() if path.exists() else None
        mark = (about.st_ino, about.st_mtime_ns, about.st_size) if about is not None else None
        if not known or known[0][0] != mark:
            known[:] = [(mark, read(where, keys))]
        return known[0][1]

    return found


def _closed(keys: Keyring, what: GatewayKeys) -> bytes:
    return made.close_keys(keys.suite, keys.key("gateway"), what)
