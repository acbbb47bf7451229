"""The real database and the real keys of this installation; knows no models, so that settings may import it."""

import os
from functools import cache
from pathlib import Path
from typing import Any

from jingui.cluster.address import Address, external
from jingui.cluster.cluster import Cluster
from jingui.config.home import Home, home
from jingui.core.errors import JinguiError, Misconfigured
from jingui.core.word import N_
from jingui.crypto.keyring import ROOT_FILE, Keyring
from jingui.crypto.providers import KeyProvider
from jingui.crypto.providers.file import FileProvider

PAGE_CONNECTIONS = 8  # database connections that one process's pages share; the data plane has its own


def provider(where: Home) -> KeyProvider:
    """The key provider that the hospital's file names; an unknown one stops the start."""
    match where.key_provider:
        case "file":
            return FileProvider(where.key_file, outside=(where.cluster,))
        case "vault":
            from jingui.crypto.providers.vault_transit import VaultTransit

            return VaultTransit.from_environment(os.environ)
        case "pkcs11":
            from jingui.crypto.providers.pkcs11 import Pkcs11

            return Pkcs11.from_environment(os.environ)
        case other:
            raise Misconfigured(N_("密钥提供方无法识别。"), provider=other)


def cluster() -> Cluster:
    """The embedded cluster of this home; the environment may name its account (JINGUI_SERVER_ACCOUNT) and programs."""
    programs = os.environ.get("JINGUI_PG_BIN", "")
    return Cluster(
        home().cluster,
        account=os.environ.get("JINGUI_SERVER_ACCOUNT", ""),
        programs=Path(programs) if programs else None,
        archives=bool(home().backup_places),
    )


def address(role: str = "app") -> Address:
    """The way into the database as `app` or `owner`: an external server if the environment names one."""
    outside = external(os.environ)
    if outside is not None:
        return outside[0] if role == "app" else outside[1]
    return cluster().address("owner" if role == "owner" else "app")


def django_database() -> dict[str, Any]:
    """Django's default database. Migrations run as owner (JINGUI_ROLE=owner); without a database, an unusable entry."""
    try:
        database = address(os.environ.get("JINGUI_ROLE", "app")).django()
    except JinguiError:
        return {"ENGINE": "django.db.backends.postgresql", "NAME": "none", "HOST": "/nonexistent"}
    # Under ASGI every request runs on a thread of its own, so a connection kept for "this thread" is never used again:
    # 16 pages at once ran the server out of connections. A pool is shared by all threads of the process.
    database["CONN_MAX_AGE"] = 0
    database["CONN_HEALTH_CHECKS"] = True
    options = database.setdefault("OPTIONS", {})
    options["pool"] = {"min_size": 1, "max_size": PAGE_CONNECTIONS, "timeout": 5}
    options["connect_timeout"] = 3
    options["options"] = "-c statement_timeout=30000 -c idle_in_transaction_session_timeout=30000"
    return database


@cache
def keyring() -> Keyring:
    """This home's keys. Missing, wrong or readable by others: KeyTrouble, and nothing new is made."""
    return Keyring.open(home().keys, provider(home()), expected_check=None, copies=shred_copies(home()))


def shred_copies(where: Home) -> tuple[Path, ...]:
    """The registered places of the shred file besides the file itself."""
    return (where.root / "keys-copy" / "shred.sealed", *(Path(one) for one in where.shred_copies))


def django_secret() -> str:
    """Django's signing secret, derived from the permanent keys; "" when there are none yet."""
    if not (home().keys / ROOT_FILE).exists():
        return ""
    return keyring().key("django").hex()
