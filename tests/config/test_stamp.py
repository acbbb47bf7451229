"""四（二）1 用印: the stamp's key is made once, kept sealed, never made anew in silence [4.2.1]"""

import io
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_der_private_key, pkcs12

from jingui.cli import stamp as command
from jingui.config import gauges, stamp
from jingui.config.home import home
from jingui.core.errors import Conflict, JinguiError, KeyTrouble, Misconfigured, Refused
from jingui.crypto import certificates
from jingui.crypto.certificates import Issued
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


def pfx(issued: Issued, password: bytes) -> bytes:
    """A bought certificate as it is delivered."""
    own, *above = (x509.load_der_x509_certificate(one) for one in issued.chain)
    key = load_der_private_key(issued.key, None)
    locked = BestAvailableEncryption(password)
    return pkcs12.serialize_key_and_certificates(b"stamp", key, own, above, locked)  # type: ignore[arg-type]


def test_renewed_and_the_old_chain_kept(tmp_path: Path, keys: Keyring) -> None:
    where = replace(home(), root=tmp_path, institution="江南市第一人民医院")
    stamp.ensure(where, keys, AT, used=False)
    look = stamp.reader(where, keys)
    first = look()
    made = stamp.replaced(where, keys, stamp.own(where, AT), AT)
    assert made.past == (first.chain,)
    assert look() == stamp.read(where, keys) == made  # a process that runs sees it without a new start
    again = stamp.replaced(where, keys, stamp.own(where, AT), AT)
    assert again.past == (made.chain, first.chain)
    assert first.key not in (where.keys / stamp.FILE).read_bytes()
    stamp.ensure(where, keys, AT, used=True)
    assert look() == again
    with pytest.raises(Conflict):
        stamp.replaced(where, keys, again, AT)


def test_one_that_is_over_or_not_begun_is_not_taken(tmp_path: Path, keys: Keyring) -> None:
    where = replace(home(), root=tmp_path)
    stamp.ensure(where, keys, AT, used=False)
    before = stamp.read(where, keys)
    fresh = stamp.own(where, AT)
    for at in (AT + timedelta(days=365 * certificates.SEAL_YEARS), AT - timedelta(days=1)):
        with pytest.raises(Conflict):
            stamp.replaced(where, keys, fresh, at)
    with pytest.raises(Conflict):
        stamp.replaced(replace(where, stamp_key="/elsewhere"), keys, fresh, AT)
    assert stamp.read(where, keys) == before


def test_a_bought_pfx_is_imported_with_its_password(
    tmp_path: Path, keys: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = replace(home(), root=tmp_path)
    stamp.ensure(where, keys, AT, used=False)
    root = certificates.new_root("某医院", AT, os.urandom)
    bought = certificates.new_seal(root, "某医院", "病案复印专用章", AT, os.urandom)
    file = tmp_path / "bought.pfx"
    file.write_bytes(pfx(bought, b"correct horse"))
    monkeypatch.setattr("sys.stdin", io.StringIO("wrong\n"))
    with pytest.raises(KeyTrouble):
        stamp.bought(*command.brought(str(file)))
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
    found = stamp.bought(*command.brought(str(file)))
    assert found == bought
    assert stamp.replaced(where, keys, found, AT).chain == bought.chain
    assert stamp.read(where, keys).key == bought.key
    for wrong in ("", str(tmp_path), str(tmp_path / "none.pfx")):
        with pytest.raises(Misconfigured):
            command.brought(wrong)
    file.write_bytes(b"MZ")
    monkeypatch.setattr("sys.stdin", io.StringIO("x\n"))
    with pytest.raises(KeyTrouble):
        stamp.bought(*command.brought(str(file)))


ASKED = {"parts": "software,keys", "first": "2026-11-20", "last": "2026-11-23"}


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "internal_access"}, {"state": "waiting"}, {"state": "expired"}, {"parts": "software"},
        {"first": "2026-11-24"}, {"last": "2026-11-22"}, {"parts": ""},
    ],
)  # fmt: skip
def test_only_an_approved_change_of_the_keys_lets_it(change: dict[str, str]) -> None:
    said = {"kind": "configuration_change", "state": "executed", **ASKED}
    command.approved(said["kind"], said["state"], said, AT)
    said |= change
    with pytest.raises(Refused):
        command.approved(said["kind"], said["state"], said, AT)


@pytest.mark.parametrize(("days", "light"), [(61, "green"), (59, "amber"), (-1, "red")])
def test_the_doctor_warns_sixty_days_before(
    tmp_path: Path, keys: Keyring, monkeypatch: pytest.MonkeyPatch, days: int, light: str
) -> None:
    where = replace(home(), root=tmp_path)
    began = datetime.now(UTC) + timedelta(days=days, hours=1) - timedelta(days=365 * certificates.SEAL_YEARS)
    stamp.ensure(where, keys, began, used=False)
    monkeypatch.setattr(gauges, "home", lambda: where)
    monkeypatch.setattr(gauges.plugs, "keyring", lambda: keys)
    (found,) = gauges.seal()
    assert (found.name, found.light.value) == ("stamp", light)
    (where.keys / stamp.FILE).unlink()
    assert [one.light.value for one in gauges.seal()] == ["amber"]
