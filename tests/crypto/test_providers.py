"""三（一）存储: every key provider keeps the same contract [3.1.1]"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from jingui.core.errors import KeyTrouble
from jingui.crypto import keyfile
from jingui.crypto.keyring import Keyring
from jingui.crypto.providers import KeyProvider
from jingui.crypto.providers.file import FileProvider
from jingui.crypto.providers.pkcs11 import Pkcs11
from jingui.crypto.providers.vault_transit import VaultTransit
from jingui.crypto.reseal import rotate_provider
from jingui.crypto.suite import INTERNATIONAL, Suite
from tests.crypto.conftest import House
from tests.crypto.transit_double import TransitDouble

SOFTHSM = next(
    (path for path in (os.environ.get("SOFTHSM2_MODULE", ""), "/usr/lib/softhsm/libsofthsm2.so",
                       "/usr/lib64/pkcs11/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so")
     if path and Path(path).exists()), None)  # fmt: skip


class Providers(NamedTuple):
    """A provider, the same key once more, and another key of the same kind."""

    one: KeyProvider
    again: KeyProvider
    other: KeyProvider


def by_file(at: Path, suite: Suite) -> Providers:
    one = FileProvider.create(at / "one", suite, os.urandom)
    return Providers(one, FileProvider(at / "one"), FileProvider.create(at / "other", suite, os.urandom))


@pytest.fixture(scope="module")
def transit() -> Iterator[TransitDouble]:
    """Return a small Vault."""
    double = TransitDouble()
    yield double
    double.shutdown()
    double.server_close()


@pytest.fixture(scope="module")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return SoftHSM's library with a token that holds two AES keys."""
    pkcs11 = pytest.importorskip("pkcs11", reason="the extra jingui[pkcs11] is not installed")
    if SOFTHSM is None:
        pytest.skip("SoftHSM is not installed (SOFTHSM2_MODULE names its library)")
    at = tmp_path_factory.mktemp("softhsm")
    (at / "tokens").mkdir()
    (at / "conf").write_text(f"directories.tokendir = {at / 'tokens'}\nobjectstore.backend = file\n")
    os.environ["SOFTHSM2_CONF"] = str(at / "conf")
    tool = os.environ.get("SOFTHSM2_UTIL", "softhsm2-util")
    command = [tool, "--module", SOFTHSM, "--init-token", "--free", "--label", "jingui", "--pin", "1234", "--so-pin"]
    subprocess.run([*command, "12345678"], check=True, capture_output=True)
    with pkcs11.lib(SOFTHSM).get_token(token_label="jingui").open(rw=True, user_pin="1234") as session:
        for label in ("jingui", "other"):
            session.generate_key(pkcs11.KeyType.AES, 256, label=label, store=True)
    return SOFTHSM


@pytest.fixture(params=["file-intl", "file-gm", "vault", "pkcs11"])
def providers(request: pytest.FixtureRequest, tmp_path: Path) -> Providers:
    """Return each kind of provider in turn."""
    if request.param.startswith("file"):
        from jingui.crypto.suite import suite_by_name

        return by_file(tmp_path, suite_by_name(request.param.removeprefix("file-")))
    if request.param == "vault":
        pytest.importorskip("hvac", reason="the extra jingui[vault] is not installed")
        url = request.getfixturevalue("transit").url
        return Providers(*(VaultTransit.connect(url, "good", key) for key in ("jingui", "jingui", "other")))
    module = request.getfixturevalue("softhsm")
    return Providers(*(Pkcs11.connect(module, "jingui", "1234", key) for key in ("jingui", "jingui", "other")))


def test_what_one_wraps_only_the_same_key_unwraps(providers: Providers) -> None:
    secret = os.urandom(32)
    wrapped = providers.one.wrap(secret)
    assert secret not in wrapped
    assert providers.one.unwrap(wrapped) == providers.again.unwrap(wrapped) == secret
    assert providers.one.wrap(secret) != wrapped
    with pytest.raises(KeyTrouble):
        providers.other.unwrap(wrapped)


def test_changed_bytes_are_key_trouble(providers: Providers) -> None:
    wrapped = providers.one.wrap(b"s" * 32)
    for place in range(0, len(wrapped), 5):
        changed = wrapped[:place] + bytes([wrapped[place] ^ 1]) + wrapped[place + 1 :]
        with pytest.raises(KeyTrouble):
            providers.one.unwrap(changed)
    for cut in (b"", wrapped[:10], wrapped[:-1]):
        with pytest.raises(KeyTrouble):
            providers.one.unwrap(cut)


def test_a_house_opens_with_it_and_refuses_another(providers: Providers, tmp_path: Path) -> None:
    made = Keyring.create(tmp_path / "keys", providers.one, INTERNATIONAL)
    again = Keyring.open(tmp_path / "keys", providers.again, expected_check=made.check_value())
    assert again.key("id") == made.key("id")
    with pytest.raises(KeyTrouble):
        Keyring.open(tmp_path / "keys", providers.other, expected_check=made.check_value())


def test_the_house_is_handed_over(providers: Providers, house: House) -> None:
    old = FileProvider(house.key)
    key = house.keyring.new_data_key(5, "inpatient")
    wrapped = house.keyring.wrap(key)
    rotate_provider(house.directory, old, providers.one, house.copies)
    opened = Keyring.open(house.directory, providers.again, expected_check=house.keyring.check_value())
    assert opened.unwrap(5, "inpatient", wrapped).secret == key.secret
    assert house.shred.read_bytes() == house.copies[0].read_bytes()
    with pytest.raises(KeyTrouble):
        house.open()


@pytest.mark.parametrize("step", ["write_beside", "put_in_place"])
@pytest.mark.parametrize("call", range(3))
def test_a_handing_over_cut_short_is_finished_by_the_same_call(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, call: int
) -> None:
    old, new = FileProvider(house.key), FileProvider.create(tmp_path / "new", INTERNATIONAL, os.urandom)
    real, calls = getattr(keyfile, step), iter(range(100))

    def crash(*arguments: Path) -> object:
        if next(calls) == call:
            raise SystemExit
        return real(*arguments)

    monkeypatch.setattr(keyfile, step, crash)
    with pytest.raises(SystemExit):
        rotate_provider(house.directory, old, new, house.copies)
    monkeypatch.undo()
    rotate_provider(house.directory, old, new, house.copies)
    Keyring.open(house.directory, new, expected_check=house.keyring.check_value())
    assert not list(house.directory.parent.rglob("*.next"))


def test_handing_over_needs_the_right_old_key(house: House, tmp_path: Path) -> None:
    other, new = (FileProvider.create(tmp_path / name, INTERNATIONAL, os.urandom) for name in ("a", "b"))
    before = house.files()
    with pytest.raises(KeyTrouble):
        rotate_provider(house.directory, other, new, house.copies)
    assert {**house.files(), "keys/shred.sealed.lock": b""} == {**before, "keys/shred.sealed.lock": b""}


def test_the_key_file_lies_outside_the_data(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to(data)
    for place in (data / "key", data / "deep" / "key", tmp_path / "link" / "key2"):
        with pytest.raises(KeyTrouble):
            FileProvider.create(place, INTERNATIONAL, os.urandom, outside=(data,))
        assert not place.exists()
    FileProvider.create(tmp_path / "key", INTERNATIONAL, os.urandom, outside=(data,))


def test_a_key_file_is_never_made_anew(tmp_path: Path) -> None:
    FileProvider.create(tmp_path / "key", INTERNATIONAL, os.urandom)
    before = (tmp_path / "key").read_bytes()
    with pytest.raises(KeyTrouble):
        FileProvider.create(tmp_path / "key", INTERNATIONAL, os.urandom)
    with pytest.raises(KeyTrouble):
        FileProvider(tmp_path / "missing")
    assert (tmp_path / "key").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key"]


@pytest.mark.parametrize("place", [20, 40, 78, 84])
def test_a_misread_digit_on_paper_is_noticed(tmp_path: Path, place: int) -> None:
    FileProvider.create(tmp_path / "key", INTERNATIONAL, os.urandom)
    line = bytearray((tmp_path / "key").read_bytes())
    line[place] = ord("0") if line[place] != ord("0") else ord("1")
    (tmp_path / "key").write_bytes(line)
    with pytest.raises(KeyTrouble):
        FileProvider(tmp_path / "key")


def test_vault_away_or_unwilling_is_key_trouble(transit: TransitDouble) -> None:
    pytest.importorskip("hvac", reason="the extra jingui[vault] is not installed")
    for url, token, key in ((transit.url, "bad", "jingui"), (transit.url, "good", "missing"),
                            ("http://127.0.0.1:9", "good", "jingui")):  # fmt: skip
        with pytest.raises(KeyTrouble):
            VaultTransit.connect(url, token, key).wrap(b"s" * 32)
    with pytest.raises(KeyTrouble):
        VaultTransit.connect("http://vault.test:8200", "good", "jingui")


def test_another_applications_vault_ciphertext_is_refused(transit: TransitDouble) -> None:
    hvac = pytest.importorskip("hvac", reason="the extra jingui[vault] is not installed")
    client = hvac.Client(url=transit.url, token="good")
    theirs = client.secrets.transit.encrypt_data(name="jingui", plaintext="c2VjcmV0")["data"]["ciphertext"]
    with pytest.raises(KeyTrouble):
        VaultTransit.connect(transit.url, "good", "jingui").unwrap(theirs.encode())


def test_a_start_asks_the_provider_twice(transit: TransitDouble, tmp_path: Path) -> None:
    pytest.importorskip("hvac", reason="the extra jingui[vault] is not installed")
    provider = VaultTransit.connect(transit.url, "good", "jingui")
    made = Keyring.create(tmp_path / "keys", provider, INTERNATIONAL)
    before = transit.calls
    Keyring.open(tmp_path / "keys", provider, expected_check=made.check_value())
    assert transit.calls - before == 2


@pytest.mark.parametrize("wrong", ["module", "token", "pin", "key"])
def test_a_missing_module_token_or_key_is_key_trouble(softhsm: str, wrong: str) -> None:
    pkcs11 = pytest.importorskip("pkcs11")
    pkcs11.lib(softhsm).reinitialize()  # logs the process out, so that the PIN is asked again
    right = {"module": softhsm, "token": "jingui", "pin": "1234", "key": "jingui"}
    with pytest.raises(KeyTrouble):
        Pkcs11.connect(**{**right, wrong: "/nowhere.so"})
    assert Pkcs11.connect(**right).name == "pkcs11"


def test_vault_is_found_by_the_environment(transit: TransitDouble, tmp_path: Path) -> None:
    pytest.importorskip("hvac", reason="the extra jingui[vault] is not installed")
    token = tmp_path / "token"
    token.write_text("good\n")
    token.chmod(0o600)
    environment = {"VAULT_ADDR": transit.url, "JINGUI_VAULT_TOKEN_FILE": str(token), "JINGUI_VAULT_KEY": "jingui"}
    provider = VaultTransit.from_environment(environment)
    assert provider.unwrap(provider.wrap(b"s" * 32)) == b"s" * 32
    for name in environment:
        with pytest.raises(KeyTrouble) as caught:
            VaultTransit.from_environment({**environment, name: ""})
        assert caught.value.data["variable"] == name
    token.chmod(0o644)
    with pytest.raises(KeyTrouble):
        VaultTransit.from_environment(environment)


def test_a_module_is_found_by_the_environment(softhsm: str, tmp_path: Path) -> None:
    pin = tmp_path / "pin"
    pin.write_text("1234\n")
    pin.chmod(0o600)
    environment = {"JINGUI_PKCS11_MODULE": softhsm, "JINGUI_PKCS11_TOKEN": "jingui",
                   "JINGUI_PKCS11_PIN_FILE": str(pin), "JINGUI_PKCS11_KEY": "jingui"}  # fmt: skip
    provider = Pkcs11.from_environment(environment)
    assert provider.unwrap(provider.wrap(b"s" * 32)) == b"s" * 32
    for name in environment:
        with pytest.raises(KeyTrouble):
            Pkcs11.from_environment({**environment, name: ""})


@pytest.mark.parametrize("content", [b"", b"\n", b"a\nb\n", b"\xff\n"])
def test_a_secret_is_one_line(tmp_path: Path, content: bytes) -> None:
    from jingui.crypto.providers.environment import secret

    (tmp_path / "pin").write_bytes(content)
    (tmp_path / "pin").chmod(0o600)
    with pytest.raises(KeyTrouble):
        secret({"PIN": str(tmp_path / "pin")}, "PIN")
