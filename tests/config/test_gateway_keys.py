"""五（一）1: the gateway's keys are made once, kept sealed, renewed, never made anew in silence [5.1.1]"""

import argparse
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from jingui.cli import gateway_keys as command
from jingui.config import gateway_keys, gauges
from jingui.config.home import home
from jingui.core.errors import KeyTrouble, Tampered
from jingui.crypto.gateway_certificates import OWN_DAYS
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
    where = replace(home(), root=tmp_path, institution="江南市第一人民医院", gateway="gw.example.cn:9443")
    with pytest.raises(KeyTrouble):
        gateway_keys.read(where, keys)
    gateway_keys.ensure(where, keys, AT, used=False)
    first = gateway_keys.read(where, keys)
    gateway_keys.ensure(where, keys, AT, used=True)
    assert gateway_keys.read(where, keys) == first
    path = where.keys / gateway_keys.FILE
    assert path.stat().st_mode & 0o077 == 0
    assert first.tls.key not in path.read_bytes()
    named = x509.load_der_x509_certificate(first.tls.certificate).extensions
    hosts = named.get_extension_for_class(x509.SubjectAlternativeName).value
    assert hosts.get_values_for_type(x509.DNSName) == ["gw.example.cn"]


def test_a_lost_file_is_told_where_partners_know_its_certificates(tmp_path: Path, keys: Keyring) -> None:
    where = replace(home(), root=tmp_path)
    with pytest.raises(KeyTrouble):
        gateway_keys.ensure(where, keys, AT, used=True)
    assert not (where.keys / gateway_keys.FILE).exists()


def test_until_a_partner_is_registered_they_follow_the_configuration(tmp_path: Path, keys: Keyring) -> None:
    where = replace(home(), root=tmp_path, institution="江南市第一人民医院")
    gateway_keys.ensure(where, keys, AT, used=False)
    first = gateway_keys.read(where, keys)
    assert gateway_keys.current(where, first)
    moved = replace(where, gateway="gw.example.cn:9443")
    assert not gateway_keys.current(moved, first)
    gateway_keys.ensure(moved, keys, AT, used=True)
    assert gateway_keys.read(where, keys) == first  # partners pinned them: a person decides
    gateway_keys.ensure(moved, keys, AT, used=False)
    assert gateway_keys.current(moved, gateway_keys.read(where, keys))
    assert not gateway_keys.current(replace(moved, uscc="12610100MB0000022P"), gateway_keys.read(where, keys))


def test_a_bent_file_is_refused(tmp_path: Path, keys: Keyring) -> None:
    where = replace(home(), root=tmp_path)
    gateway_keys.ensure(where, keys, AT, used=False)
    path = where.keys / gateway_keys.FILE
    whole = path.read_bytes()
    for bent in (whole[:40], b"", whole[:-1] + bytes([whole[-1] ^ 1])):
        path.write_bytes(bent)
        with pytest.raises((Tampered, KeyTrouble)):
            gateway_keys.read(where, keys)


def test_renewed_and_seen_by_a_process_that_runs(tmp_path: Path, keys: Keyring) -> None:
    where = replace(home(), root=tmp_path)
    gateway_keys.ensure(where, keys, AT, used=False)
    look = gateway_keys.reader(where, keys)
    first = look()
    made = gateway_keys.renew(where, keys, AT + timedelta(days=340))
    assert look() == made
    assert made.of("encrypt") == (made.encrypt, first.encrypt)


@pytest.mark.parametrize(("days", "light"), [(61, "green"), (59, "amber"), (-1, "red")])
def test_the_doctor_warns_sixty_days_before(
    tmp_path: Path, keys: Keyring, monkeypatch: pytest.MonkeyPatch, days: int, light: str
) -> None:
    where = replace(home(), root=tmp_path)
    began = datetime.now(UTC) + timedelta(days=days - OWN_DAYS, hours=1)
    gateway_keys.ensure(where, keys, began, used=False)
    monkeypatch.setattr(gauges, "home", lambda: where)
    monkeypatch.setattr(gauges.plugs, "keyring", lambda: keys)
    (found,) = gauges.gateway()
    assert found.light == light


def test_the_command_shows_and_exports(
    tmp_path: Path, keys: Keyring, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    where = replace(home(), root=tmp_path)
    gateway_keys.ensure(where, keys, AT, used=False)
    monkeypatch.setattr(command, "home", lambda: where)
    monkeypatch.setattr(command.plugs, "keyring", lambda: keys)
    assert command.chosen(argparse.Namespace(step="show")) == 0
    assert capsys.readouterr().out.count("SHA-256") == 3
    assert command.chosen(argparse.Namespace(step="export")) == 0
    said = capsys.readouterr().out
    assert said.count("BEGIN CERTIFICATE") == 3
    assert "PRIVATE" not in said
