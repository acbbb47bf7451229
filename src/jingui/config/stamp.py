"""四（二）1 用印: the key and certificates of the hospital's electronic stamp, beside the house's other keys [4.2.1]

One file: the certificates in the clear, the private key sealed under the root secret. `jingui init` makes it, `jingui
stamp` renews it or takes a bought one (.pfx); a bought one may also stay in files of its own, which `jingui.toml` names
(`stamp_key`, `stamp_chain`). Chains that stood here before are kept: old copies lead to their roots.
"""

import base64
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import orjson

from jingui.config.home import Home
from jingui.core.errors import Conflict, KeyTrouble
from jingui.core.word import N_
from jingui.crypto import certificates, keyfile
from jingui.crypto.certificates import Issued
from jingui.crypto.keyring import Keyring
from jingui.formats.pdf_document import COPY_STAMP

FILE: Final = "stamp.sealed"
SOON: Final = timedelta(days=60)  # before its end a certificate is renewed


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What people compare of the stamp's certificate: how long it holds, its fingerprint, its root's, those before."""

    first: datetime
    last: datetime
    digest: str
    root: str
    past: int


def certificate(issued: Issued) -> Certificate:
    """What people compare."""
    first, last = certificates.valid_between(issued.certificate)
    return Certificate(
        first=first, last=last, digest=certificates.fingerprint(issued.certificate),
        root=certificates.fingerprint(issued.chain[-1]), past=len(issued.past),
    )  # fmt: skip


def bought(body: bytes, password: bytes | None) -> Issued:
    """What the hospital bought (.pfx, .p12); KeyTrouble when it does not open or is not what a stamp needs."""
    return certificates.brought_pkcs12(body, password)


def ensure(where: Home, keys: Keyring, at: datetime, *, used: bool) -> None:
    """Make the stamp's key where there is none. `used`: the register knows uses of one, so a lost key is told."""
    path = where.keys / FILE
    if where.stamp_key or os.path.lexists(path):
        return
    if used:
        raise KeyTrouble(path=str(path), problem="missing")
    keyfile.create(path, closed(keys, own(where, at)))


def own(where: Home, at: datetime) -> Issued:
    """A new key with a certificate of the house's own; the root's key is not kept, so that it signs nothing else."""
    root = certificates.new_root(where.institution, at, os.urandom)
    return certificates.new_seal(root, where.institution, COPY_STAMP, at, os.urandom)


def closed(keys: Keyring, issued: Issued) -> bytes:
    """The file's content."""
    sealed = certificates.close_key(keys.suite, keys.key("stamp"), issued)
    said: dict[str, object] = {"key": text(sealed), "chain": [text(one) for one in issued.chain]}
    if issued.past:
        said["past"] = [[text(one) for one in chain] for chain in issued.past]
    return orjson.dumps(said)


def text(data: bytes) -> str:
    """Bytes as the file holds them."""
    return base64.b64encode(data).decode()


def bytes_of(word: str) -> bytes:
    """The bytes again."""
    return base64.b64decode(word, validate=True)


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
        chain = [bytes_of(one) for one in plain["chain"]]
        sealed = bytes_of(plain["key"])
        past = tuple(tuple(bytes_of(one) for one in each) for each in plain.get("past", ()))
    except (ValueError, KeyError, TypeError) as error:
        raise KeyTrouble(path=str(path), problem="half-written") from error
    return replace(certificates.open_key(keys.suite, keys.key("stamp"), sealed, chain), past=past)


def replaced(where: Home, keys: Keyring, issued: Issued, at: datetime) -> Issued:
    """Put another key and certificate in the stamp's place and return them with what stood there before.

    Conflict for one that is not valid now, that is the same, or where the hospital's file names files of its own.
    """
    if where.stamp_key:
        raise Conflict(
            N_("jingui.toml 指定了印章证书文件，请更换这些文件。"), N_("或先删除 stamp_key 和 stamp_chain 两项。")
        )
    first, last = certificates.valid_between(issued.certificate)
    if not first <= at < last:
        raise Conflict(N_("证书不在有效期内，没有更换。"), N_("请核对证书和系统时间。"))
    path = where.keys / FILE
    with keyfile.locked(path):
        old = read(where, keys)
        if old.chain == issued.chain:
            raise Conflict(N_("与现在的证书相同，没有更换。"))
        made = replace(issued, past=(old.chain, *old.past))
        keyfile.put_in_place(keyfile.write_beside(path, closed(keys, made)), path)
    return made


def reader(where: Home, keys: Keyring) -> Callable[[], Issued]:
    """Reads the stamp when it is first used, and again after its file was replaced: no process needs a new start."""
    known: list[tuple[object, Issued]] = []
    path = Path(where.stamp_key) if where.stamp_key else where.keys / FILE

    def found() -> Issued:
        about = path.stat() if path.exists() else None
        mark = (about.st_ino, about.st_mtime_ns, about.st_size) if about is not None else None
        if not known or known[0][0] != mark:
            known[:] = [(mark, read(where, keys))]
        return known[0][1]

    return found
