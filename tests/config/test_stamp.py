"""四（二）1 用印: the stamp's key is made once, kept sealed, never made anew in silence [4.2.1]"""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jingui.config import stamp
from jingui.config.home import home
from jingui.core.errors import JinguiError, KeyTrouble
from jingui.crypto import certificates
from jingui.crypto.keyring import Keyring
from jingui.crypto.providers.file import FileProvider
from jingui.crypto.suite import suite_by_name

AT = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def keys(tmp_path: Path) -> Keyring:
    suite = suite_by_name("intl")
    FileProvider.create(tmp_path / "provider.key", suite, os.urandom)
    return Keyring.create(tmp_path / "keys", FileProvider(tmp_path / "provider.key"), suite)


def test_made_once_and_read_again(tmp_path: Path, keys: Keyring) -> None:
    where = replace(home(), root=tmp_path, institution="江南市第一人民医院")
    with pytest.raises(KeyTrouble):
        stamp.read(where, keys)
    stamp.ensure(where, keys, AT, used=False)
    first = stamp.read(where, keys)
    stamp.ensure(where, keys, AT, used=True)
    assert stamp.read(where, keys) == first
    assert len(first.chain) == 2
    path = where.keys / stamp.FILE
    assert path.stat().st_mode & 0o077 == 0
    assert first.key not in path.read_bytes()


def test_a_lost_key_is_told(tmp_path: Path, keys: Keyring) -> None:
    """Where the register knows uses of a stamp, a new one would make every copy look foreign."""
    where = replace(home(), root=tmp_path)
    with pytest.raises(KeyTrouble):
        stamp.ensure(where, keys, AT, used=True)
    assert not (where.keys / stamp.FILE).exists()


def test_a_bent_file_is_refused(tmp_path: Path, keys: Keyring) -> None:
    where = replace(home(), root=tmp_path)
    stamp.ensure(where, keys, AT, used=False)
    path = where.keys / stamp.FILE
    whole = path.read_bytes()
    for bent in (whole[:40], whole.replace(b'"key"', b'"kex"'), b"{}", whole.replace(b'"chain":["', b'"chain":["AAAA')):
        path.write_bytes(bent)
        with pytest.raises(JinguiError):
            stamp.read(where, keys)


def test_a_bought_certificate_is_used_as_it_is(tmp_path: Path, keys: Keyring) -> None:
    root = certificates.new_root("某医院", AT, os.urandom)
    issued = certificates.new_seal(root, "某医院", "病案复印专用章", AT, os.urandom)
    (tmp_path / "chain.pem").write_bytes(certificates.pem(issued.chain))
    (tmp_path / "key.der").write_bytes(issued.key)
    (tmp_path / "key.der").chmod(0o600)
    where = replace(home(), root=tmp_path, stamp_key=str(tmp_path / "key.der"), stamp_chain=str(tmp_path / "chain.pem"))
    stamp.ensure(where, keys, AT, used=False)
    assert not (where.keys / stamp.FILE).exists()
    assert stamp.read(where, keys) == issued
